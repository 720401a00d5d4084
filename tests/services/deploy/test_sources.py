"""Where the two models of a rehearsal come from, and which of their code may run."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.services.conftest import written
from tests.services.deploy.conftest import MODEL
from tests.services.deploy.test_revision import git
from workbench.errors import InvalidValue, NotFound, NotTrusted
from workbench.project.samples import copy_sample
from workbench.project.trust_list import TrustList
from workbench.services.deploy.rehearsal import changed_aggregates
from workbench.services.deploy.sources import ModelSource, loaded_model, rehearse, sources_of

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def test_a_revision_is_of_the_folder_that_the_other_one_is(tmp_path):
    folder = written(tmp_path / "bank", MODEL)
    old, new = sources_of(str(folder / "project.tsk"), "git:v1")
    assert (old, new) == (ModelSource(root=folder), ModelSource(root=folder, revision="v1"))
    assert [str(one) for one in (old, new)] == [str(folder), "git:v1"]
    assert sources_of("git:v1", str(folder)) == (new, old)


def test_two_revisions_and_folders_that_are_not_there_are_refused():
    with pytest.raises(InvalidValue, match="must be a folder"):
        sources_of("git:v1", "git:v2")
    with pytest.raises(NotFound, match="there is no folder"):
        sources_of("nowhere", "git:v2")


def test_a_project_that_stored_nothing_has_nothing_to_rehearse_over(tmp_path):
    folder = written(tmp_path / "bank", MODEL)
    with (
        loaded_model(ModelSource(root=folder), {}, trust=False) as model,
        pytest.raises(NotFound, match="there is no store"),
    ):
        rehearse(model.store_path, model, model, lambda *_: None)


@pytest.fixture
def code(tmp_path):
    """A repository with a project in Python that a person wrote, and the environment of that person."""
    root = copy_sample("users", tmp_path / "mine")
    module = next(root.glob("*.py"))
    module.write_text(module.read_text() + "\nMINE = 1\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    return root, module, {"WORKBENCH_CONFIG": str(tmp_path / "config")}


@needs_git
def test_T2_code_of_a_revision_runs_where_the_same_is_trusted_or_for_this_once(code):
    root, module, environ = code
    first = ModelSource(root=root, revision="HEAD")
    with pytest.raises(NotTrusted), loaded_model(first, environ, trust=False):
        pass
    trusted = TrustList(Path(environ["WORKBENCH_CONFIG"]))
    with loaded_model(first, environ, trust=True) as once:
        assert not once.restricted
        assert not trusted.trusts(root, once.digest)
        digest = once.digest
    assert not [name for name in sys.modules if name.startswith(once.package)]
    trusted.trust(root, digest)
    with loaded_model(first, environ, trust=False) as again:
        assert not again.restricted
    module.write_text(module.read_text() + "\nMINE = 2\n")
    git(root, "commit", "-qam", "second")
    with pytest.raises(NotTrusted), loaded_model(first, environ, trust=False):
        pass


@needs_git
def test_W18_aggregates_in_python_are_the_same_where_no_module_changed(code):
    root, module, environ = code
    project = root / "project.tsk"
    project.write_text(project.read_text().replace('retry_delay: "500ms"', 'retry_delay: "1s"'))
    first = ModelSource(root=root, revision="HEAD")
    with (
        loaded_model(first, environ, trust=True) as old,
        loaded_model(ModelSource(root=root), environ, trust=True, before=old) as new,
    ):
        assert changed_aggregates(old, new) == []
    module.write_text(module.read_text() + "\nMINE = 2\n")
    with (
        loaded_model(first, environ, trust=True) as old,
        loaded_model(ModelSource(root=root), environ, trust=True, before=old) as new,
    ):
        assert changed_aggregates(old, new) == list(new.registry.aggregates)

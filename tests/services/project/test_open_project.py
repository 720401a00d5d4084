"""What is opened without a question: declared projects and packaged code, never anybody else's modules."""

from __future__ import annotations

import pytest

from workbench.project.module_import import forget
from workbench.project.project import load_project
from workbench.project.samples import SAMPLES, copy_sample
from workbench.services.project.project_trust import trust_of


@pytest.fixture
def environ(tmp_path):
    return {"WORKBENCH_CONFIG": str(tmp_path / "config")}


def is_trusted(folder, environ):
    project = load_project(folder, environ=environ, trusted=trust_of(environ))
    forget(project.package)
    return not project.restricted


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_needs_no_trust(tmp_path, environ, sample):
    assert is_trusted(copy_sample(sample, tmp_path / sample), environ)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_module_beside_a_sample_does_need_it(tmp_path, environ, sample):
    folder = copy_sample(sample, tmp_path / sample)
    (folder / "domain.py").write_text("raise SystemExit\n")
    project = folder / "project.tsk"
    text = project.read_text()
    if "[cqrs]" not in text:
        project.write_text(f'{text}\n[cqrs]\nmodules: ["domain"]\n')
    assert not is_trusted(folder, environ)

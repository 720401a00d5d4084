"""Files of a project as they were in a Git revision."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from workbench.errors import NotFound
from workbench.services.deploy.revision import revision_folder

GIT = shutil.which("git") or ""
pytestmark = pytest.mark.skipif(not GIT, reason="git is not installed")


def git(folder, *arguments):
    """Runs git in a folder, as somebody, with no settings of this machine."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    subprocess.run([GIT, "-C", folder, *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    """A repository with a project in a folder of it, in two commits."""
    root = tmp_path / "repo" / "bank"
    (root / "parts").mkdir(parents=True)
    git(root.parent, "init", "-q")
    (root / "project.tsk").write_text('[project]\nname: "first"\n')
    (root / "parts" / "more.py").write_bytes(b"A = 1\r\n")
    (root / "picture.bin").write_bytes(b"\0")
    (root.parent / "other.py").write_text("B = 2\n")
    git(root, "add", "-A", root.parent)
    git(root, "commit", "-qm", "first")
    git(root, "tag", "v1")
    (root / "project.tsk").write_text('[project]\nname: "second"\n')
    git(root, "commit", "-qam", "second")
    return root


def test_W19_the_texts_of_a_revision_and_nothing_around_them(repository):
    (repository / "project.tsk").write_text('[project]\nname: "unsaved"\n')
    with revision_folder(repository, "v1") as folder:
        files = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*.*")}
        assert files == {"project.tsk": b'[project]\nname: "first"\n', "parts/more.py": b"A = 1\r\n"}
    assert not folder.exists()
    with revision_folder(repository, "HEAD") as folder:
        assert "second" in (folder / "project.tsk").read_text()
    assert "unsaved" in (repository / "project.tsk").read_text()


def test_W19_a_link_is_no_file_of_a_model(repository):
    (repository / "link.py").symlink_to("parts/more.py")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "link")
    with revision_folder(repository, "HEAD") as folder:
        assert (folder / "parts" / "more.py").exists()
        assert not (folder / "link.py").exists()


@pytest.mark.parametrize("revision", ["v9", "--all", "-v", "v1:bank", ""])
def test_what_is_no_revision_is_refused(repository, revision):
    with pytest.raises(NotFound, match="no Git revision"), revision_folder(repository, revision):
        pass


def test_a_revision_without_the_project_is_refused(repository):
    folder = repository.parent / "later"
    folder.mkdir()
    with pytest.raises(NotFound, match=r"has no project\.tsk"), revision_folder(folder, "v1"):
        pass


def test_a_folder_without_a_repository_and_a_machine_without_git_say_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NotFound, match="no Git revision"), revision_folder(tmp_path, "HEAD"):
        pass
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(NotFound, match="git is not installed"), revision_folder(tmp_path, "HEAD"):
        pass


def test_no_filter_of_the_repository_runs(repository, tmp_path):
    (repository / ".gitattributes").write_text("*.py filter=own\n*.tsk export-subst\n")
    git(repository, "config", "filter.own.smudge", f"touch {tmp_path}/ran; cat")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "filters")
    with revision_folder(repository, "HEAD"):
        assert not (tmp_path / "ran").exists()

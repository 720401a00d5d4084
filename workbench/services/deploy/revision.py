"""Takes the files of a project out of a Git revision; asks git only for what is stored in its database."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import NotFound
from workbench.project.python_sources import LARGEST
from workbench.project.samples import PROJECT_FILE
from workbench.tusk.scratch import scratch

READ = (".tsk", ".py")
"""Endings of the files that say a model."""
PLAIN_FILES = ("100644", "100755")


@contextmanager
def revision_folder(root: Path, revision: str) -> Iterator[Path]:
    """Gives a folder with the files of a project as they were in a revision; it is gone behind the block.

    No work tree is made, and nothing of the repository runs: no hook, no filter.

    Raises:
        NotFound: There is no git, no repository, no such revision, or it has no project file there.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise NotFound(
            f"{root} has no Git revision {revision}",
            hint="name a commit, a branch or a tag of the repository that the folder lies in",
        )
    files = list(_files(_git(root, "ls-tree", "-r", "-z", "-l", commit.decode().strip())))
    if PROJECT_FILE not in [name for name, _ in files]:
        raise NotFound(
            f"the Git revision {revision} has no {PROJECT_FILE} in {root}", hint="choose a later one"
        )
    with scratch("revision") as made:
        folder = made.resolve() / "revision" / root.resolve().name
        texts = _texts(_git(root, "cat-file", "--batch", given="\n".join(one for _, one in files)))
        for (name, _), text in zip(files, texts, strict=True):
            path = (folder / name).resolve()
            if path.is_relative_to(folder):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text)
        yield folder


def _git(root: Path, *arguments: str, given: str = "") -> bytes:
    """Returns what git answers about the folder; nothing where it does not know."""
    program = shutil.which("git")
    if program is None:
        raise NotFound("git is not installed here", hint="name a folder with the other model instead")
    done = subprocess.run(  # noqa: S603  # arguments are given one by one, and revisions behind the end of options
        [program, "-C", str(root), *arguments], input=given.encode(), capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else b""


def _files(listed: bytes) -> Iterator[tuple[str, str]]:
    """Yields path and id of the files that say a model."""
    for line in filter(None, listed.split(b"\0")):
        facts, _, name = line.decode(errors="replace").partition("\t")
        mode, _, identity, size = facts.split()
        if mode in PLAIN_FILES and name.endswith(READ) and int(size) <= LARGEST:
            yield name, identity


def _texts(answer: bytes) -> Iterator[bytes]:
    """Yields the texts of ``git cat-file --batch``: a line that ends with the size, text, end of line."""
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[-1])
        yield answer[end + 1 : end + 1 + size]
        at = end + size + 2

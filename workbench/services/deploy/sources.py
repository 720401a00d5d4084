"""Loads the two models of a rehearsal: from folders, from Git revisions, or as they are designed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue, NotFound
from workbench.project.module_import import undo
from workbench.project.project import Project, load_project
from workbench.project.project_file import project_root
from workbench.services.deploy.rehearsal import rehearse_deploy
from workbench.services.deploy.revision import revision_folder
from workbench.services.project.project_trust import not_trusted, trust_of
from workbench.store.store_file import read_store_file

if TYPE_CHECKING:
    from workbench.project.python_sources import Sources
    from workbench.services.deploy.rehearsed import Rehearsed
    from workbench.services.deploy.two_models import Told

SAY_TRUST = "read it; if you trust it, say --trust"
GIT = "git:"
"""What the name of a revision begins with, where a folder could stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """Where a model is taken from.

    Attributes:
        root: A project's folder.
        revision: Of the Git repository around it; empty for the files as they are.
    """

    root: Path
    revision: str = ""

    def __str__(self) -> str:
        return f"{GIT}{self.revision}" if self.revision else str(self.root)


def sources_of(old: str, new: str) -> tuple[ModelSource, ModelSource]:
    """Reads what a person names: folders, or ``git:REVISION`` of the folder that the other one is.

    Raises:
        InvalidValue: Both are revisions: no folder says of what.
        NotFound: There is no such folder.
    """
    folders = [project_root(Path(one)) for one in (old, new) if not one.startswith(GIT)]
    if not folders:
        raise InvalidValue("one of both must be a folder: it says of which project", path="OLD")
    for one in folders:
        if not one.is_dir():
            raise NotFound(f"there is no folder {one}", hint=f"name a project's folder, or {GIT}REVISION")
    first, second = (
        ModelSource(root=folders[0], revision=one.removeprefix(GIT))
        if one.startswith(GIT)
        else ModelSource(root=project_root(Path(one)))
        for one in (old, new)
    )
    return first, second


@contextmanager
def loaded_model(
    source: ModelSource,
    environ: Mapping[str, str],
    *,
    trust: bool,
    before: Project | None = None,
    untrusted: str = SAY_TRUST,
) -> Iterator[Project]:
    """Gives a project whose model is whole; its modules are dropped behind the block.

    Modules of a revision run where those of the folder that are trusted are the same, or the person trusts
    them now; that is not remembered (T2).

    Args:
        before: The other model: what is the same is taken over from it.
        untrusted: What a person can do where its modules may not run.

    Raises:
        NotFound: There is no such revision.
        NotTrusted: Its modules may not run.
        ProjectError: It does not load; every problem with its place.
    """
    root, known = source.root, trust_of(environ, trust=trust)

    def trusted(sources: Sources) -> bool:
        return trust or known(replace(sources, root=root))

    with ExitStack() as stack:
        folder = stack.enter_context(revision_folder(root, source.revision)) if source.revision else root
        asked = trusted if source.revision else known
        project = load_project(folder, environ=environ, trusted=asked, before=before)
        stack.callback(undo, project.package)
        if project.restricted:
            raise not_trusted(project, "rehearsing a deploy", hint=untrusted)
        yield project


def rehearse(store: Path, before: Project, after: Project, told: Told) -> Rehearsed:
    """Rehearses over the store in a file, which is only read; raises as `rehearse_deploy`.

    Raises:
        NotFound: There is no such file.
    """
    if not store.is_file():
        raise NotFound(
            f"there is no store at {store}", hint="nothing is stored that could differ; run the project once"
        )
    with read_store_file(store, after.registry.stored_names(), steady=False) as reader:
        return rehearse_deploy(reader, before, after, told)

"""Opens what a person names: a folder, a project file, a copy of a sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.errors import NotFound
from workbench.project.project import Project, load_project
from workbench.project.project_file import project_root, read_settings
from workbench.project.samples import copy_sample, samples_folder
from workbench.services.maintenance.store_owner import check_own_store
from workbench.services.project.project_trust import not_trusted, trust_of
from workbench.services.workspace import Workspace, open_workspace


def open_target(
    folder: Path | None,
    sample: str,
    *,
    environ: Mapping[str, str],
    trust: bool = False,
    only: str = "",
    store: str = "",
    fresh: bool = False,
) -> Workspace:
    """Opens a project; its engine is not yet running.

    Args:
        folder: A project folder or its file; None opens a sample.
        sample: Name of the sample to copy where no folder is given.
        trust: The person trusts the project's modules, and where its store lies, as they are now.
        only: Digest of the modules that the person saw and trusts; empty for whatever they are now.
        store: Path of the store that the person saw and allows, though it lies elsewhere (T3).
        fresh: Start from a new copy of the sample; an older copy is kept.

    Raises:
        NotFound: There is no such project.
        ProjectError: The project's files are wrong; every problem with its place.
        StoreNotAllowed: The store lies outside the folder or is another project's, which was not allowed.
        WorldError: The store cannot be opened, or a copy cannot be made.
    """
    if folder is None:
        root = copy_sample(sample, samples_folder(environ) / sample, fresh=fresh)
    else:
        root = project_root(folder)
        if not root.is_dir():
            raise NotFound(
                f"there is no folder {folder}",
                hint="choose a folder with a project.tsk, or open the users sample",
            )
    file = read_settings(root, environ=environ)  # once: large files take their time
    trusted = trust_of(environ, trust=trust, only=only)
    allow = bool(store) or (trust and not only)
    return open_workspace(root, environ=dict(environ), trusted=trusted, file=file, allow=allow, store=store)


def read_target(folder: Path, environ: Mapping[str, str], *, trust: bool = False) -> Project:
    """Reads a project whose store is to be read by itself, which must be its own (T3); nothing of it runs.

    Args:
        trust: The person trusts the project's modules, and where its store lies, as they are now.

    Raises:
        NotFound: There is no such project.
        ProjectError: The project's files are wrong; every problem with its place.
        StoreNotAllowed: The store lies outside the folder or is another project's, which was not allowed.
        WorldError: The store cannot be read.
    """
    trusted = trust_of(environ, trust=trust)
    project = load_project(project_root(folder), environ=environ, trusted=trusted)
    check_own_store(project, environ, allow=trust)
    return project


def need_model(workspace: Workspace, what: str) -> None:
    """Refuses what makes no sense without the model, where the project opened restricted.

    Args:
        what: What needs it, as a sentence begins: ``running a project``.

    Raises:
        NotTrusted: Its Python modules were not imported.
    """
    if workspace.project.restricted:
        raise not_trusted(workspace.project, what)

"""Opens what a person names: a folder, a project file, a copy of a sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.errors import NotFound
from workbench.project.reading import project_root
from workbench.project.samples import copy_sample, samples_folder
from workbench.services.trusting import is_trusted, trusted_digest
from workbench.services.workspace import Workspace, open_workspace

__all__ = ["is_trusted", "open_target"]


def open_target(
    folder: Path | None,
    sample: str,
    *,
    environ: Mapping[str, str],
    trust: bool = False,
    only: str = "",
    fresh: bool = False,
) -> Workspace:
    """Opens a project; its engine is not yet running.

    Args:
        folder: A project folder or its file; None opens a sample.
        sample: Name of the sample to copy where no folder is given.
        trust: The person trusts the project's modules as they are now.
        only: Digest of the modules that the person saw and trusts; empty for whatever they are now.
        fresh: Begin the sample anew; an older copy is put aside.

    Raises:
        NotFound: There is no such project.
        ProjectError: The project's files are wrong; every problem with its place.
        WorldError: The store cannot be opened, or a copy cannot be made.
    """
    if folder is None:
        root = copy_sample(sample, samples_folder(environ) / sample, fresh=fresh)
    else:
        root = project_root(folder)
        if not root.is_dir():
            raise NotFound(
                f"there is no folder {folder}", hint="give a project folder, or use --sample users"
            )
    digest = trusted_digest(root, environ, trust=trust, only=only)
    return open_workspace(root, environ=dict(environ), trusted=bool(digest), digest=digest)

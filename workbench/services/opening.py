"""Opens what a person names: a folder, a project file, a copy of a sample; settles the question of trust."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.errors import NotFound
from workbench.project.modules import modules_hash
from workbench.project.reading import project_root, read_settings
from workbench.project.samples import copy_sample, is_sample_code, samples_folder
from workbench.project.trust import TrustList, config_folder
from workbench.services.workspace import Workspace, open_workspace

SAMPLES = ("users", "orders", "users-declared", "orders-declared")


def open_target(
    folder: Path | None, sample: str, *, environ: Mapping[str, str], trust: bool = False, fresh: bool = False
) -> Workspace:
    """Opens a project; its engine is not yet running.

    Args:
        folder: A project folder or its file; None opens a sample.
        sample: Name of the sample to copy where no folder is given.
        trust: The person trusts the project's modules as they are now.
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
    return open_workspace(root, environ=dict(environ), trusted=is_trusted(root, environ, trust=trust))


def is_trusted(root: Path, environ: Mapping[str, str], *, trust: bool = False) -> bool:
    """Answers whether the project's modules may be imported, and remembers a yes (contract §10)."""
    names = tuple(read_settings(root, environ=environ).settings.cqrs.modules)
    if not names or any(_is_sample(name, root, names) for name in SAMPLES):
        return True
    digest = modules_hash(root, names)
    known = TrustList(config_folder(environ))
    if trust:
        known.trust(root, digest)
    return trust or known.trusts(root, digest)


def _is_sample(sample: str, root: Path, names: tuple[str, ...]) -> bool:
    """Whether all that would be imported is code that was packaged with the program."""
    return tuple(names) == ("domain",) and is_sample_code(sample, root)

"""Copies of the packaged sample projects, for a person to play with."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from workbench.assets import asset
from workbench.errors import StoreReadOnly
from workbench.project.trust_list import person_folder
from workbench.tusk import whole_folder, why_unwritten

PROJECT_FILE = "project.tsk"
SAMPLES = ("users", "orders", "users-declared", "orders-declared")
"""Packaged projects that show something, the one to begin with first."""


def samples_folder(environ: Mapping[str, str]) -> Path:
    """Returns where copies of samples are kept."""
    keys = "WORKBENCH_DATA", "XDG_DATA_HOME", "LOCALAPPDATA"
    return person_folder(environ, *keys, Path.home() / ".local" / "share")


def copy_sample(name: str, target: Path, *, fresh: bool = False) -> Path:
    """Copies a sample into a folder unless it is there already; returns the project's folder.

    Args:
        target: The folder that becomes the project.
        fresh: Put an existing copy aside, under a name with a number, and make a new one.

    Raises:
        FileNotFoundError: No sample of that name.
        StoreReadOnly: The folder cannot be written.
    """
    source = asset("samples", name)
    try:
        if fresh and target.exists():
            target.rename(_aside(target))
        if not (target / PROJECT_FILE).exists():
            with nullcontext(target) if target.exists() else whole_folder(target) as folder:
                copy_packaged(source, folder)
    except OSError as error:
        raise StoreReadOnly(
            f"the sample cannot be copied to {target}: {why_unwritten(error)}",
            hint="set WORKBENCH_DATA to a folder that can be written",
        ) from error
    return target


def packaged_files(source: Path) -> list[Path]:
    """Returns the paths of a packaged project's files within it; its own file, by which it is one, last."""
    files = (path for path in sorted(source.rglob("*")) if path.is_file() and path.suffix != ".pyc")
    return sorted((path.relative_to(source) for path in files), key=lambda one: one.name == PROJECT_FILE)


def copy_packaged(source: Path, folder: Path) -> None:
    """Copies a packaged project, which may be read-only, as files that are not.

    Raises:
        OSError: A file cannot be written.
    """
    for one in packaged_files(source):
        (folder / one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / one, folder / one)


def _aside(target: Path) -> Path:
    number = 1
    while (aside := target.with_name(f"{target.name}.{number}")).exists():
        number += 1
    return aside

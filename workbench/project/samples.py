"""Copies of the packaged sample projects, for a person to play with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from workbench.assets import asset
from workbench.errors import StoreReadOnly
from workbench.project.trust_list import person_folder

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
            target.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            os.chmod(target, 0o755)  # noqa: PTH101, S103  # a packaged folder may be read-only, a copy must not be
    except OSError as error:
        raise StoreReadOnly(
            f"the sample cannot be copied to {target}: {error.strerror or error}",
            hint="set WORKBENCH_DATA to a folder that can be written",
        ) from error
    return target


def _aside(target: Path) -> Path:
    number = 1
    while (aside := target.with_name(f"{target.name}.{number}")).exists():
        number += 1
    return aside

"""Cares for the file of a store, whether or not its project can be opened: examines it, and copies it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.errors import NotFound
from workbench.project.reading import project_root, read_settings
from workbench.store.sql.checking import Checkup, check
from workbench.store.sql.copying import backup

__all__ = ["Checkup", "advice", "backup", "check", "store_file"]


def store_file(target: Path, environ: Mapping[str, str]) -> Path:
    """Returns the database file of a project folder, or the file that was named itself.

    Raises:
        NotFound: There is no store.
        ProjectError: The project file is wrong; every problem with its place.
    """
    if target.is_file() and target.suffix != ".tsk":
        return target
    root = project_root(target)
    if not root.is_dir():
        raise NotFound(f"there is no folder {target}", hint="give a project folder or a store's file")
    path = root / read_settings(root, environ=environ).settings.event_store.path
    if not path.is_file():
        raise NotFound(f"{target} has no store yet", hint="open the project once; that makes it")
    return path


def advice(checkup: Checkup) -> list[str]:
    """Says what to do about what was found, and what else is worth knowing."""
    rules = {finding.rule for finding in checkup.findings}
    said = []
    if "file" in rules:
        said.append("The file is damaged. Keep it, work on a copy, and take the newest backup.")
    if rules - {"file"}:
        said.append("A rule is broken. Keep a copy of the file before anything else; readers can be rebuilt.")
    sizes = checkup.sizes
    if sizes["free_bytes"] > max(50_000_000, sizes["file_bytes"] // 2):
        said.append("More than half of the file is free space; a backup is a copy without it.")
    if sizes["log_bytes"] > 256_000_000:
        said.append("The log beside the file is large: some program has looked at the store for very long.")
    return said

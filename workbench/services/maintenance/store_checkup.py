"""Checks and copies the file of a store, whether or not its project can be opened."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.projection_check import is_stale, row_differences
from workbench.errors import NotFound
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.project.project_file import project_root, read_settings
from workbench.services.maintenance.store_owner import check_place
from workbench.services.project.project_trust import trust_of
from workbench.store.ports import Reader, StoreFile
from workbench.store.sqlite.backup import backup
from workbench.store.sqlite.integrity_check import Checkup, Finding, Progress, check
from workbench.store.sqlite.run_marks import check_log
from workbench.store.store_file import read_store_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

__all__ = [
    "Checkup", "advice", "backup", "check", "check_projections", "rescue", "stale_projections", "store_file",
]  # fmt: skip


def store_file(target: Path, environ: Mapping[str, str]) -> Path:
    """Returns the database file of a project folder, or the file that was named itself.

    Raises:
        NotFound: There is no store.
        StoreNotAllowed: It lies outside the project's folder, which was not allowed (T3).
        StoreCorrupt: Only the log of a run lies there, without its file (F5).
        ProjectError: The project file is wrong; every problem with its place.
    """
    if _is_store(target):
        return target
    root = project_root(target)
    if not root.is_dir():
        raise NotFound(f"there is no folder {target}", hint="give a project folder or a store's file")
    path = root / read_settings(root, environ=environ).settings.event_store.path
    check_place(root, path, environ)
    check_log(path)
    if not path.is_file():
        raise NotFound(f"{target} has no store yet", hint="open the project once; that makes it")
    return path


def check_projections(target: Path, environ: Mapping[str, str], progress: Progress) -> list[Finding]:
    """Folds the log again and compares the rows of every projection with it (I9).

    Needs the project's model: where ``target`` is only a file, or the project's modules are not trusted,
    nothing is compared.

    Raises:
        ProjectError: The project's files are wrong; every problem with its place.
    """
    if _is_store(target):
        return []
    found: list[str] = []
    with _model(target, environ) as (registry, reader):
        for projection in registry.projections.values():
            progress(f"the rows of {projection.name}")
            found += row_differences(projection, registry, reader)
    return [Finding(rule="I9", text=said) for said in found]


def stale_projections(target: Path, environ: Mapping[str, str]) -> list[str]:
    """Returns the projections whose rows were made by another definition, so that none can compare them (J4).

    Needs what `check_projections` needs, and raises what it raises.
    """
    if _is_store(target):
        return []
    with _model(target, environ) as (registry, reader):
        live = {name: next(iter(reader.generations(name)), None) for name in registry.projections}
        return [one.name for one in registry.projections.values() if is_stale(one, live[one.name])]


def _is_store(target: Path) -> bool:
    return target.is_file() and target.suffix != ".tsk"


@contextmanager
def _model(target: Path, environ: Mapping[str, str]) -> Iterator[tuple[Registry, Reader]]:
    """Gives a project's model, and its store in one state."""
    project = load_project(project_root(target), environ=environ, trusted=trust_of(environ))
    with read_store_file(project.store_path, project.registry.stored_names()) as reader:
        yield project.registry, reader


async def rescue(world: World[Project]) -> Path:
    """Copies what an open project holds to a new file beside its project file; returns the copy.

    Raises:
        NotFound: It has no file.
        WorldError: It cannot be read or written any more.
    """
    store, root = world.store, world.model.root
    if not isinstance(store, StoreFile):
        raise NotFound(f"the store {store.place} has no file to copy", hint="export its events")
    names = (root / f"rescued{number}.db" for number in itertools.chain([""], itertools.count(2)))
    target = next(name for name in names if not name.exists())
    await asyncio.to_thread(store.rescue, target)
    return target


def advice(checkup: Checkup, stale: Sequence[str] = ()) -> list[str]:
    """Says what to do about what was found, and what else is worth knowing.

    Args:
        stale: Projections whose rows were made by another definition.
    """
    rules = {finding.rule for finding in checkup.findings}
    said = []
    if stale:
        said.append(
            f"Rows were made by an older definition, so they were not compared: rebuild {', '.join(stale)}."
        )
    if rules & {"file", "kind"}:
        said.append("The file is damaged. Keep it, work on a copy, and take the newest backup.")
    if "I9" in rules:
        said.append("Rows of a projection are not what the events say: rebuild it.")
    if "C9" in rules:
        said.append("A store has one path: take the other one away, or work on a copy (workbench backup).")
    if "F6" in rules:
        said.append("Make room for temporary files, or look where the folder can be written.")
    if rules - {"file", "kind", "I9", "C9", "F6"}:
        said.append("A rule is broken. Keep a copy of the file before anything else; readers can be rebuilt.")
    if not checkup.current:
        said.append("Its tables are of an older version; opening it converts it and keeps a copy.")
    sizes = checkup.sizes
    if sizes["free_bytes"] > max(50_000_000, sizes["file_bytes"] // 2):
        said.append("More than half of the file is free space; a backup is a copy without it.")
    if sizes["log_bytes"] > 256_000_000:
        said.append("The log beside the file is large: some program has looked at the store for very long.")
    return said

"""Finds the invariants of a project that do not hold in its store as it is now."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.errors import WorkbenchError
from workbench.model.counts import counted
from workbench.project.project import Project
from workbench.project.project_file import ProjectFile
from workbench.services.worlds.free_checks import open_work
from workbench.services.worlds.invariants import (
    ALWAYS,
    BrokenInvariant,
    InvariantWatch,
    commits,
)
from workbench.store.paging import typed_events
from workbench.store.ports import Reader
from workbench.store.store_file import read_store_file
from workbench.tusk import Problem

CODE = "E-INVARIANT"


def broken_invariants(project: Project, file: ProjectFile) -> list[Problem]:
    """Returns a problem for each invariant that does not hold now, where it is declared.

    What is to hold at rest is asked only where nothing is left to do (Y2).
    """
    path = project.store_path
    if not project.registry.invariants or not path.is_file() or not path.stat().st_size:
        return []
    try:
        with read_store_file(path, project.registry.stored_names()) as reader:
            found = list(_broken(project, reader))
    except WorkbenchError as error:
        return [file.problem(("event_store", "path"), "E-STORE", error.message, error.hint)]
    first: dict[str, list[BrokenInvariant]] = {}
    for one in found:
        first.setdefault(one.invariant, []).append(one)
    return [_problem(file, every) for every in first.values()]


def _broken(project: Project, reader: Reader) -> Iterator[BrokenInvariant]:
    watch = InvariantWatch(project.registry)
    for events in commits(typed_events(reader, watch.wanted.__contains__, 0, reader.head())):
        watch.after(events)
    yield from (one for one in watch.broken if one.kind == ALWAYS)
    if not open_work(reader, project.registry):
        yield from watch.at_rest(reader)


def _problem(file: ProjectFile, found: list[BrokenInvariant]) -> Problem:
    one, *others = found
    since = f", since position {one.position:,}" if one.kind == ALWAYS else ""
    more = f"; nor for {counted(len(others), 'other')}" if others else ""
    hint = f"workbench since {file.path.parent} {one.invariant}" if one.kind == ALWAYS else ""
    path = ("invariant", *one.invariant.split("."))
    return file.problem(path, CODE, f"in the store {one.words}{since}{more}", hint)

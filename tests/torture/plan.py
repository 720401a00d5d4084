"""The work of a torture run: steps, each one transaction, and what must be in the store after them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from workbench.errors import NO_STREAM
from workbench.model.event import NewEvent, RecordedEvent
from workbench.model.ids import derived_id
from workbench.store.operations import Append, AppendMany, Atomic, Operation
from workbench.store.sqlite.connection import open_reader
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.reader import SqliteReader

KINDS = 7
NEVER = 999_999
"""A version that no stream has."""


def operations(run: str, step: int) -> list[Operation]:
    """Returns what one step writes in one transaction: the same at every call."""
    common = Append(stream=f"{run}-log", events=(event(run, step, "log"),))
    match step % KINDS:
        case 0:
            return [common]
        case 1:
            return [own(run, step, "five", 5)]
        case 2:
            return [Atomic(operations=(common, own(run, step, "left", 2), own(run, step, "right", 1)))]
        case 3:
            return [own(run, step, "x", 1), common, own(run, step, "y", 3)]
        case 4:
            late = Append(stream=f"{run}-{step}-late", events=(event(run, step, "refused"),), expected=NEVER)
            half = Append(stream=f"{run}-{step}-half", events=(event(run, step, "half"),))
            return [own(run, step, "kept", 1), late, Atomic(operations=(half, late)), common]
        case 5:
            return [Append(stream=f"{run}-log", events=(event(run, step, "big", 30_000),))]
        case _:
            return [AppendMany(appends=tuple(own(run, step, name, 2) for name in "pqr"))]


def event(run: str, step: int, name: str, size: int = 200) -> NewEvent:
    """Returns an event that its arguments name."""
    return NewEvent(id=derived_id(run, step, name), type="thing.done", data=f'{{"text":"{name * size}"}}')


def own(run: str, step: int, name: str, count: int) -> Append:
    """Returns an append to a stream that nobody else writes, and that must not exist."""
    events = tuple(event(run, step, f"{name}{number}") for number in range(count))
    return Append(stream=f"{run}-{step}-{name}", events=events, expected=NO_STREAM)


def refusals(step: int) -> set[int]:
    """Returns the operations of a step that must be refused, by their place."""
    return {1, 2} if step % KINDS == 4 else set()


def wanted(run: str, step: int) -> dict[UUID, tuple[str, str]]:
    """Returns the events that a step leaves, with their streams and data."""
    parts = [part for n, part in enumerate(operations(run, step)) if n not in refusals(step)]
    return {one.id: (append.stream, one.data) for append in _appends(parts) for one in append.events}


def _appends(parts: Iterable[Operation]) -> Iterable[Append]:
    for part in parts:
        match part:
            case Append():
                yield part
            case AppendMany():
                yield from part.appends
            case Atomic():
                yield from _appends(part.operations)


def stored(path: Path) -> list[RecordedEvent]:
    """Reads all events of a store, in order, as a program that only reads."""
    con = open_reader(path)
    try:
        return SqliteReader(con, path).read_log(0, 1_000_000)
    finally:
        con.close()


def steps_in(path: Path, run: str, steps: int) -> set[int]:
    """Returns the steps that a store holds, after looking whether it is sound.

    Raises:
        AssertionError: A rule is broken, a step is there by half or changed, or something nobody asked for.
    """
    assert check(path).findings == ()
    found = {one.id: (one.stream, one.data) for one in stored(path) if one.stream.startswith(f"{run}-")}
    held = set()
    for step in range(steps):
        expected = wanted(run, step)
        present = {key: found.pop(key) for key in expected if key in found}
        assert present in ({}, expected), f"step {step} is there by half: {len(present)} of {len(expected)}"
        if present:
            held.add(step)
    assert not found, "what was refused, or never asked for, is in the store"
    return held

"""Read models and processes in memory: their generations, rows, checkpoints and states (J1–J4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from workbench.errors import NotFound, WrongExpectedVersion
from workbench.model.projection import as_kept
from workbench.store.conversion import BY_HANDLERS, Move, refuse_fold
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import ProjectRows, SaveProcess
from workbench.store.operations.projection_operations import (
    ApplyProjection,
    DropGeneration,
    EnsureProjection,
    MarkProjection,
    SwitchProjection,
)
from workbench.store.rules import check_rows, check_table_names
from workbench.store.stored_values import Instance, PassedKind, ProjectionState, ProjectionStatus


def generations(tables: Tables, name: str) -> list[ProjectionState]:
    """Returns the generations of a projection, the live one first."""
    found = [state for state in tables.projections.values() if state.name == name]
    return sorted(found, key=lambda state: (not state.live, state.generation))


def ensure_projection(tables: Tables, op: EnsureProjection, now: int) -> int:
    """Makes a projection's first generation, or a further one to rebuild it in."""
    check_table_names(op)
    known = generations(tables, op.name)
    if known and op.folded and known[0].definition_hash == BY_HANDLERS:
        refuse_fold(op.name, known[0].rows)
        _drop(tables, op.name, known[0].generation)
        known = []
    if known and not op.folded:
        return _keep_table(tables, op, known)
    if known and not op.rebuild:
        return known[0].generation
    for state in known:
        if not state.live:
            _drop(tables, op.name, state.generation)
    generation = tables.next(f"generation {op.name}")
    tables.projections.put(
        (op.name, generation),
        ProjectionState(
            name=op.name,
            generation=generation,
            live=not known,
            checkpoint=0,
            columns=op.columns,
            definition_hash=op.definition_hash if op.folded else BY_HANDLERS,
            status=ProjectionStatus.LIVE,
            updated_at=now,
            held=bool(known) and op.held,
        ),
    )
    return generation


def _keep_table(tables: Tables, op: EnsureProjection, known: list[ProjectionState]) -> int:
    """Keeps the rows that handlers wrote, brought to the columns of the definition (J6)."""
    live, *others = known
    for state in others:
        _drop(tables, op.name, state.generation)
    move = Move(op.name, live.columns, op.columns)
    for row_key, row in tables.rows.items():
        if row_key[:2] == (op.name, live.generation):
            moved = move.row(row)
            tables.rows.drop(row_key)
            tables.rows.put((*row_key[:2], moved[op.columns[0][0]]), moved)
    kept = replace(live, columns=move.columns, definition_hash=BY_HANDLERS)
    tables.projections.put((op.name, live.generation), kept)
    return live.generation


def _drop(tables: Tables, name: str, generation: int) -> None:
    tables.projections.drop((name, generation))
    for row_key in [key for key in tables.rows if key[:2] == (name, generation)]:
        tables.rows.drop(row_key)
    for passed_key in [key for key in tables.passed if key[:2] == (name, generation)]:
        tables.passed.drop(passed_key)


def switch_projection(tables: Tables, op: SwitchProjection, now: int) -> None:
    """Makes a generation the live one (J3)."""
    wanted = _state(tables, op.name, op.generation)
    for state in generations(tables, op.name):
        if state.live and state.generation != op.generation:
            _drop(tables, op.name, state.generation)
    tables.projections.put((op.name, op.generation), replace(wanted, live=True, held=False, updated_at=now))


def drop_generation(tables: Tables, op: DropGeneration, _now: int) -> bool:
    """Gives up a generation that is not live."""
    state = tables.projections.get((op.name, op.generation))
    if state is None or state.live:
        return False
    _drop(tables, op.name, op.generation)
    return True


def apply_projection(tables: Tables, op: ApplyProjection, now: int) -> None:
    """Writes rows and checkpoint together (J1)."""
    state = tables.projections.get((op.name, op.generation))
    if state is None or state.checkpoint != op.before:
        actual = state.checkpoint if state else 0
        raise WrongExpectedVersion(f"projection {op.name}", expected=op.before, actual=actual)
    check_rows(op.rows)
    for row in op.rows:
        tables.rows.put(_place(state, row), _stored(state, row))
    count = _delete(tables, state, op.deleted)
    for one in op.passed:
        tables.passed.put((op.name, op.generation, one.position), replace(one, at=one.at or now))
    for passed_key, one in tables.passed.items():
        ours = passed_key[:2] == (op.name, op.generation)
        if ours and one.kind is PassedKind.PARKED and one.stream in op.resumed:
            tables.passed.drop(passed_key)
    moved = replace(state, checkpoint=op.checkpoint, rows=count, updated_at=now)
    tables.projections.put((op.name, op.generation), moved)


def project_rows(tables: Tables, op: ProjectRows, now: int) -> None:
    """Puts and deletes rows of the live generation of a table that handlers write (D1)."""
    live = [state for state in generations(tables, op.name) if state.live]
    if not live:
        raise NotFound(f"there is no table {op.name}")
    state = live[0]
    check_rows(op.rows)
    empty = dict.fromkeys(name for name, _ in state.columns)
    for row in op.rows:
        place = _place(state, row)
        tables.rows.put(place, _stored(state, {**empty, **(tables.rows.get(place) or {}), **row}))
    count = _delete(tables, state, op.deleted)
    tables.projections.put((op.name, state.generation), replace(state, rows=count, updated_at=now))


def _stored(state: ProjectionState, row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a row as every store gives it back: its columns in their order, yes and no as 1 and 0."""
    return {name: as_kept(kind, row[name]) for name, kind in state.columns}


def _place(state: ProjectionState, row: Mapping[str, Any]) -> tuple[str, int, Any]:
    name, kind = state.columns[0]
    return state.name, state.generation, as_kept(kind, row[name])


def _delete(tables: Tables, state: ProjectionState, keys: Sequence[Any]) -> int:
    """Removes rows; returns how many are left."""
    place = (state.name, state.generation)
    for key in keys:
        tables.rows.drop((*place, as_kept(state.columns[0][1], key)))
    return sum(1 for row_key in tables.rows if row_key[:2] == place)


def mark_projection(tables: Tables, op: MarkProjection, now: int) -> None:
    """Records that a generation was paused, resumed or faulted (J2)."""
    state = _state(tables, op.name, op.generation)
    marked = replace(
        state,
        status=ProjectionStatus(op.status),
        fault=op.fault,
        fault_position=op.fault_position,
        updated_at=now,
    )
    tables.projections.put((op.name, op.generation), marked)


def _state(tables: Tables, name: str, generation: int) -> ProjectionState:
    state = tables.projections.get((name, generation))
    if state is None:
        raise NotFound(f"projection {name} has no generation {generation}")
    return state


def save_process(tables: Tables, op: SaveProcess, _now: int) -> None:
    """Keeps or forgets the state of one instance of a process."""
    if op.state is None:
        tables.processes.drop((op.process, op.key))
    else:
        tables.processes.put((op.process, op.key), Instance(op.state, op.began))


RUN: Run = {
    ProjectRows: project_rows,
    EnsureProjection: ensure_projection,
    ApplyProjection: apply_projection,
    SwitchProjection: switch_projection,
    DropGeneration: drop_generation,
    MarkProjection: mark_projection,
    SaveProcess: save_process,
}

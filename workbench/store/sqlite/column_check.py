"""Finds columns of the store that hold what they must not: other kinds, negative counts, text that is no JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Float, Integer, LargeBinary

from workbench.model.command import CommandOutcome
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.store.letter_jobs import JobStatus
from workbench.store.stored_values import PassedKind, ProjectionStatus, Reason

_JSON = {
    "events": ("data", "meta"),
    "snapshots": ("state",),
    "commands": ("data",),
    "messages": ("data", "meta"),
    "deliveries": ("data", "attempts"),
    "dead_letters": ("meta", "attempts"),
    "jobs": ("numbers", "plan"),
    "projections": ("columns",),
    "processes": ("state",),
    "replaced": ("kept",),
}
_LISTS, _OBJECTS = {"attempts", "numbers", "columns"}, {"plan", "kept"}
_WORDS = {
    ("commands", "outcome"): CommandOutcome,
    ("deliveries", "state"): DeliveryState,
    ("dead_letters", "reason"): Reason,
    ("dead_letters", "status"): LetterStatus,
    ("letter_changes", "status"): LetterStatus,
    ("jobs", "status"): JobStatus,
    ("projections", "status"): ProjectionStatus,
    ("passed_events", "kind"): PassedKind,
}
_SIGNED = {
    "at", "changed_at", "created_at", "died_at", "due_at", "enqueued_at", "expected", "first_failed_at", "issued_at",
    "occurred_at", "published_at", "deliver_at", "expires_at", "lease_until", "claim_until", "priority", "rank", "recorded_at",
    "taken_at", "updated_at", "duration_us",
}  # fmt: skip
"""Integers that may lie below 0: times before 1970, urgency, expected versions."""


def kind_queries() -> Iterator[tuple[str, str]]:
    """Returns for each table what is looked for, and a query that gives a sentence for each damaged row."""
    from sqlmodel import SQLModel

    import workbench.store.sqlite.tables  # noqa: F401  # it makes the tables known

    for table in SQLModel.metadata.sorted_tables:
        key = next(iter(table.primary_key.columns)).name
        cases = " ".join(
            f"when {test} then '{column.name} is {said}'"
            for column in table.columns
            for test, said in _tests(table.name, column)
        )
        damage = f"select {key}, case {cases} end what from {table.name}"
        said = f"'{table.name}, {key} ' || quote({key}) || ': ' || what"
        yield (
            f"rows of {table.name} with damaged columns",
            f"select {said} from ({damage}) where what is not null",
        )


def _tests(table: str, column: Column[Any]) -> Iterator[tuple[str, str]]:
    """Returns conditions under which a column is damaged, each with what it is then."""
    name = column.name
    quoted, real = f'"{name}"', isinstance(column.type, Float)
    blob, whole = isinstance(column.type, LargeBinary), isinstance(column.type, Integer)
    kind = "blob" if blob else "integer" if whole else "real" if real else "text"
    kinds = ("'real', 'integer'" if real else f"'{kind}'") + (", 'null'" if column.nullable else "")
    yield f"typeof({quoted}) not in ({kinds})", f"not {kind} but ' || typeof({quoted}) || '"
    if blob:
        yield f"length({quoted}) <> 16", "no id of 16 bytes"
    if whole and name not in _SIGNED:
        yield f"{quoted} < 0", f"' || {quoted} || ', below 0"
    if words := _WORDS.get((table, name)):
        known = ", ".join(f"'{word.value}'" for word in words)
        yield f"{quoted} not in ({known})", f"the unknown word ' || quote({quoted}) || '"
    if name in _JSON.get(table, ()):
        yield f"{quoted} is not null and not json_valid({quoted})", "no JSON"
        if name in _LISTS:
            yield f"json_type({quoted}) <> 'array'", "no list"
        if name in _OBJECTS:
            yield f"json_type({quoted}) <> 'object'", "no object"

"""Declared projections: columns, and what each event puts, sets, adds, counts or removes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any

import msgspec

from workbench.errors import ExpressionFailed
from workbench.model.events import RecordedEvent
from workbench.model.expressions.closures import EPOCH, Get, Variable
from workbench.model.expressions.kinds import Kind, Type, record
from workbench.model.projections import Column, ColumnKind, Projection, Rows
from workbench.model.values import write_json
from workbench.project.declared.draft import Draft, misfit
from workbench.project.declared.fields import as_json
from workbench.project.declared.places import Path
from workbench.project.declared.scopes import RECORD
from workbench.project.declared.sections import ApplySection, ProjectionSection, Values

_KINDS = {
    ColumnKind.TEXT: Kind.STRING,
    ColumnKind.INTEGER: Kind.INTEGER,
    ColumnKind.NUMBER: Kind.DOUBLE,
    ColumnKind.BOOLEAN: Kind.BOOLEAN,
    ColumnKind.TIME: Kind.MICROS,
    ColumnKind.JSON: Kind.ANY,
}
_MICROSECOND = timedelta(microseconds=1)
_NUMBERS = {ColumnKind.INTEGER, ColumnKind.NUMBER}


def columns_of(section: ProjectionSection) -> Mapping[str, Type]:
    """Returns what expressions know of a row."""
    return {
        name: Type(kind=_KINDS[ColumnKind(one.type)], nullable=True) for name, one in section.columns.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    """What an event does; its environment is the event, its record, and the row as it stands.

    Attributes:
        definition: The section as text: the rows are stale when it changes (J4).
    """

    definition: str
    columns: Mapping[str, ColumnKind]
    key_column: str
    key: Get
    when: Get | None
    put: Mapping[str, Get]
    set: Mapping[str, Get]
    add: Mapping[str, Get]
    remove: bool

    def __call__(self, event: Any, recorded: RecordedEvent, rows: Rows) -> None:
        key = _kept(self.columns[self.key_column], self.key((event, recorded, None)))
        if key is None:
            raise ExpressionFailed("the row's key is null")
        row = rows.get(key)
        env = (event, recorded, _seen(row, self.columns))
        if self.when is not None and self.when(env) is not True:
            return
        if self.remove:
            rows.delete(key)
        elif self.put:
            rows.put(**{**self._values(self.put, env), self.key_column: key})
        elif self.add:
            sums = {name: self._sum(name, get, row, env) for name, get in self.add.items()}
            rows.put(**{**(row or {}), **self._values(self.set, env), **sums, self.key_column: key})
        else:
            rows.update(key, **self._values(self.set, env))

    def _values(self, given: Mapping[str, Get], env: Any) -> dict[str, Any]:
        return {name: _kept(self.columns[name], get(env)) for name, get in given.items()}

    def _sum(self, name: str, get: Get, row: Mapping[str, Any] | None, env: Any) -> Any:
        before = (row[name] if row is not None else None) or 0
        return before + (_kept(self.columns[name], get(env)) or 0)


def _seen(row: Mapping[str, Any] | None, columns: Mapping[str, ColumnKind]) -> dict[str, Any] | None:
    """Returns a row as expressions see it: the store says 1 and 0 for true and false."""
    if row is None:
        return None
    return {
        name: bool(value) if columns[name] is ColumnKind.BOOLEAN and value is not None else value
        for name, value in row.items()
    }


def _kept(kind: ColumnKind, value: Any) -> Any:
    """Returns a value as a column keeps it."""
    if value is None:
        return None
    match kind:
        case ColumnKind.NUMBER if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return float(value)
        case ColumnKind.TEXT if not isinstance(value, str):
            return str(msgspec.to_builtins(value))
        case ColumnKind.TIME if isinstance(value, datetime | str):
            return (msgspec.convert(value, datetime) - EPOCH) // _MICROSECOND
        case ColumnKind.JSON:
            return write_json(as_json(value))
        case _:
            return value


def projection_of(draft: Draft, name: str, section: ProjectionSection) -> Projection:
    """Compiles a projection."""
    path = ("projection", *name.split("."))
    on: dict[type[Any] | str, Callable[[Any, RecordedEvent, Rows], None]] = {}
    for event, one in section.on.items():
        part = draft.events.get(event)
        if part is None:
            draft.unknown((*path, "on", event), "event", event, draft.events, key=True)
            continue
        on[event] = _deed(draft, path, section, (*path, "on", event), one, part.type)
    columns = tuple(
        Column(name=key, kind=ColumnKind(one.type), index=one.index) for key, one in section.columns.items()
    )
    return Projection(
        name=name,
        columns=columns,
        on=on,
        version=section.version,
        on_fault=section.on_fault,
        doc=section.description,
    )


def _deed(
    draft: Draft, path: Path, section: ProjectionSection, place: Path, one: ApplySection, event: Type
) -> _Deed:
    key_column = next(iter(section.columns))
    row = record(columns_of(section), keyed=True, nullable=True)
    scope = {"event": Variable(event, itemgetter(0)), **RECORD, "row": Variable(row, itemgetter(2))}
    at, text = ((*place, "key"), one.key) if one.key else ((*path, "key"), section.key or "id")
    # A key that is written once for all events is checked with each: one that lacks the field is named.
    key, found = draft.expression(at, text, {name: scope[name] for name in scope if name != "row"})
    if said := misfit("key", columns_of(section)[key_column].not_null(), found):
        draft.tell(at, "S-TYPE", said)
    when = draft.condition((*place, "when"), one.when, scope)[0] if one.when else None
    columns = {name: ColumnKind(column.type) for name, column in section.columns.items()}
    add = _values(draft, (*place, "add"), one.add, section, scope, numbers=True)
    return _Deed(
        definition=repr((text, one.model_dump(mode="json"))),
        columns=columns,
        key_column=key_column,
        key=key,
        when=when,
        put=_values(draft, (*place, "put"), one.put, section, scope),
        set=_values(draft, (*place, "set"), one.set, section, scope),
        add=add | _counted(draft, place, one, section),
        remove=one.remove,
    )


def _counted(draft: Draft, place: Path, one: ApplySection, section: ProjectionSection) -> dict[str, Get]:
    found: dict[str, Get] = {}
    for name in one.count:
        if name not in section.columns:
            draft.unknown((*place, "count"), "column", name, section.columns)
        elif section.columns[name].type not in _NUMBERS:
            draft.tell((*place, "count"), "S-TYPE", f"{name} is no number that can grow")
        else:
            found[name] = lambda _env: 1
    return found


def _values(
    draft: Draft,
    place: Path,
    given: Values,
    section: ProjectionSection,
    scope: Mapping[str, Variable],
    *,
    numbers: bool = False,
) -> dict[str, Get]:
    columns = columns_of(section)
    key_column = next(iter(columns))
    found: dict[str, Get] = {}
    for name, text in given.items():
        if name not in columns:
            draft.unknown((*place, name), "column", name, columns, key=True)
        elif name == key_column:
            said = f"{name} is the key, which is given by key"
            draft.tell((*place, name), "S-TYPE", said, "leave it out here", key=True)
        elif numbers and section.columns[name].type not in _NUMBERS:
            draft.tell((*place, name), "S-TYPE", f"{name} is no number that can grow", key=True)
        else:
            run, given_type = draft.expression((*place, name), text, scope)
            if said := misfit(name, columns[name], given_type):
                draft.tell((*place, name), "S-TYPE", said)
            found[name] = run
    return found


"""Declared projections: columns, and what each event puts, sets, adds, counts or removes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import ExpressionFailed
from workbench.model.event import RecordedEvent
from workbench.model.expressions.closures import Scope, Variable, item
from workbench.model.expressions.expression import constant
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import Type, misfit, record, way_to_fit
from workbench.model.projection import Column, ColumnKind, On, Projection, Rows
from workbench.project.declared.column_values import columns_of, keeping, row_seen, types_of
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.scopes import Lines, lines_of, record_at, with_names
from workbench.project.declared.sections import ApplySection, ProjectionSection, Values
from workbench.project.declared.source_locations import Path

_ROW = re.compile(r"\brow\b")
_NUMBERS = {ColumnKind.INTEGER, ColumnKind.NUMBER}
GROWING = "set gives a column any value; integer and number grow"
"""Way out where a column cannot grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    """What an event does; its environment is the event, its record, and the row as it stands.

    Attributes:
        looks: Whether an expression looks at the row.
        apply: Changes the rows: given them, the key, the environment.
    """

    columns: Mapping[str, ColumnKind]
    key: Get
    when: Get | None
    looks: bool
    lines: Lines | None
    apply: Callable[[Rows, Any, Any], None]

    def __call__(self, event: Any, recorded: RecordedEvent, rows: Rows) -> None:
        if self.lines is None:
            self._change(rows, (event, recorded, None))
            return
        for env in self.lines((event, recorded, None)):
            self._change(rows, env)

    def _change(self, rows: Rows, env: tuple[Any, ...]) -> None:
        key = self.key(env)
        if key is None:
            raise ExpressionFailed("the row's key is null")
        if self.looks:
            env = (*env[:2], row_seen(rows.get(key), self.columns), *env[3:])
        if self.when is None or self.when(env) is True:
            self.apply(rows, key, env)


def _apply(one: ApplySection, key_column: str, given: Get, sums: Get) -> Callable[[Rows, Any, Any], None]:
    """Returns what changes the rows.

    Args:
        given: Gives the values of columns.
        sums: Gives what is added to columns.
    """

    def put(rows: Rows, key: Any, env: Any) -> None:
        rows.put(**{key_column: key}, **given(env))

    def grow(rows: Rows, key: Any, env: Any) -> None:
        row = rows.get(key) or {key_column: key}
        grown = {name: (row.get(name) or 0) + (more or 0) for name, more in sums(env).items()}
        rows.put(**{**row, **given(env), **grown})

    def change(rows: Rows, key: Any, env: Any) -> None:
        rows.update(key, **given(env))

    def remove(rows: Rows, key: Any, _env: Any) -> None:
        rows.delete(key)

    if one.remove:
        return remove
    if one.put:
        return put
    return grow if one.add or one.count else change


def _all_of(values: Mapping[str, Get]) -> Get:
    """Returns what gives several values by name."""
    items = tuple(values.items())
    return lambda env: {name: get(env) for name, get in items}


def projection_of(draft: Compilation, name: str, section: ProjectionSection) -> Projection:
    """Compiles a projection."""
    path = ("projection", *name.split("."))
    on: list[On] = []
    for event, one in section.on.items():
        part = draft.events.get(event)
        if part is None:
            draft.unknown((*path, "on", event), "event", event, draft.events, key=True)
            continue
        on.append(On(event, _deed(draft, path, section, (*path, "on", event), one, part.type)))
    columns = tuple(
        Column(name=key, kind=ColumnKind(one.type), index=one.index) for key, one in section.columns.items()
    )
    return Projection(
        name=name,
        columns=columns,
        on=tuple(on),
        version=section.version,
        on_fault=section.on_fault,
        doc=section.description,
        definition=section.model_dump_json(exclude={"description", "on_fault", "version", "columns"}),
    )


def _deed(
    draft: Compilation, path: Path, section: ProjectionSection, place: Path, one: ApplySection, event: Type
) -> _Deed:
    key_column = next(iter(section.columns))
    columns = columns_of(section)
    row = record(types_of(columns), keyed=True, nullable=True)
    names: Scope = {"event": item(event, 0), **record_at(1), "row": item(row, 2)}
    each = lines_of(draft, place, one.each, {name: names[name] for name in names if name != "row"}, 3)
    scope, lines = ({**names, **each[0]}, each[1]) if each else (names, None)
    scope = with_names(draft, place, one.let, scope)
    at, text = ((*place, "key"), one.key) if one.key else ((*path, "key"), section.key or "id")
    # A key that is written once for all events is checked with each: one that lacks the field is named.
    with draft.about("" if one.key else place[-1]):
        key, found = draft.expression(at, text, {name: scope[name] for name in scope if name != "row"})
        wanted = types_of(columns)[key_column].not_null()
        if said := misfit("key", wanted, found):
            draft.tell(at, "S-TYPE", said, way_to_fit("key", wanted, found))
    when = draft.condition((*place, "when"), one.when, scope)[0] if one.when else None
    given = _values(draft, (*place, "put" if one.put else "set"), one.put or one.set, section, scope)
    sums = _values(draft, (*place, "add"), one.add, section, scope, numbers=True)
    sums |= _counted(draft, place, one, section)
    texts = (one.when, *one.let.values(), *one.put.values(), *one.set.values(), *one.add.values())
    return _Deed(
        columns=columns,
        key=keeping(columns[key_column], key, found),
        when=when,
        looks=any(_ROW.search(text) for text in texts if isinstance(text, str)),
        lines=lines,
        apply=_apply(one, key_column, _all_of(given), _all_of(sums)),
    )


def _counted(
    draft: Compilation, place: Path, one: ApplySection, section: ProjectionSection
) -> dict[str, Get]:
    found: dict[str, Get] = {}
    for name in one.count:
        if name not in section.columns:
            draft.unknown((*place, "count"), "column", name, section.columns)
        elif section.columns[name].type not in _NUMBERS:
            draft.tell((*place, "count"), "S-TYPE", f"{name} is no number that can grow", GROWING)
        else:
            found[name] = constant(1)
    return found


def _values(
    draft: Compilation,
    place: Path,
    given: Values,
    section: ProjectionSection,
    scope: Mapping[str, Variable],
    *,
    numbers: bool = False,
) -> dict[str, Get]:
    columns = types_of(columns_of(section))
    key_column = next(iter(columns))
    found: dict[str, Get] = {}
    for name, text in given.items():
        if name not in columns:
            draft.unknown((*place, name), "column", name, columns, key=True)
        elif name == key_column:
            said = f"{name} is the key, which is given by key"
            draft.tell((*place, name), "S-TYPE", said, "leave it out here", key=True)
        elif numbers and section.columns[name].type not in _NUMBERS:
            said = f"{name} is no number that can grow"
            draft.tell((*place, name), "S-TYPE", said, GROWING, key=True)
        else:
            run, given_type = draft.expression((*place, name), text, scope)
            if said := misfit(name, columns[name], given_type):
                hint = way_to_fit(name, columns[name], given_type)
                draft.tell((*place, name), "S-TYPE", said, hint)
            found[name] = keeping(ColumnKind(section.columns[name].type), run, given_type)
    return found

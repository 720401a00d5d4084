"""Declared projections: columns, and what each event puts, sets, adds, counts or removes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from workbench.errors import ExpressionFailed, ModelError
from workbench.model.event import RecordedEvent
from workbench.model.expressions.budget import together
from workbench.model.expressions.closures import Scope, Variable, item
from workbench.model.expressions.expression import constant
from workbench.model.expressions.numbers import exactly
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import Kind, Type, misfit, record, way_to_fit
from workbench.model.projection import EXACT, Column, ColumnKind, On, Projection, Rows
from workbench.project.declared.column_values import (
    columns_of,
    indexed_in,
    keeping,
    row_seen,
    types_of,
    way_to_index,
)
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.key_meanings import Values
from workbench.project.declared.projection_sections import ApplySection, ProjectionSection
from workbench.project.declared.scopes import Lines, lines_of, record_at, with_names
from workbench.project.declared.source_locations import Path
from workbench.project.declared.where_compiler import RowConditions

_ROW = re.compile(r"\brow\b")
_WORD = re.compile(r"\w+")
_NUMBERS = {ColumnKind.INTEGER, ColumnKind.NUMBER, *EXACT}
GROWING = "set gives a column any value; integer, number, decimal and money grow"
"""Way out where a column cannot grow."""
_CHAINED = "rows are looked up at once: keep this key in the event, or in a column of the row itself"
_OWN_ROWS = "keep what is needed in rows of this one, under keys of their own; handlers see those of others"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    """What an event does; its environment is the event, its record, the row as it stands, a line, other rows.

    Attributes:
        key: Gives the key of its row.
        looks: Whether an expression looks at the row.
        others: Keys of other rows that are looked up.
        apply: Changes the rows, where that applies: given them, the key, the environment.
    """

    columns: Mapping[str, ColumnKind]
    key: Get
    looks: bool
    others: tuple[Get, ...]
    apply: Callable[[Rows, Any, Any], None]

    def __call__(self, event: Any, recorded: RecordedEvent, rows: Rows) -> None:
        self._by_key(rows, (event, recorded, None))

    def _by_key(self, rows: Rows, env: tuple[Any, ...]) -> None:
        key = self.key(env)
        if key is None:
            raise ExpressionFailed("the row's key is null")
        if self.looks:
            env = self._with_row(rows.get(key), env)
        self.apply(rows, key, self._with_others(rows, env))

    def _with_row(self, row: dict[str, Any] | None, env: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*env[:2], row_seen(row, self.columns), *env[3:])

    def _with_others(self, rows: Rows, env: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self.others:
            return env
        keys = [other(env) for other in self.others]
        found = [None if key is None else rows.get(key) for key in keys]
        return (*env, *(row_seen(row, self.columns) for row in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _LargeDeed(_Deed):
    """What an event does for each line of a list, or to all rows that it finds; one row after the other.

    Attributes:
        equal: What columns of its rows equal, where it finds them so and not by a key.
    """

    equal: Mapping[str, Get]
    lines: Lines | None

    def __call__(self, event: Any, recorded: RecordedEvent, rows: Rows) -> None:
        for _ in self.steps(event, recorded, rows):
            pass

    def steps(self, event: Any, recorded: RecordedEvent, rows: Rows) -> Iterator[None]:
        """Does it, and stops behind each row."""
        env = (event, recorded, None)
        for each in self.lines(env) if self.lines is not None else (env,):
            if self.equal:
                yield from self._found(rows, self._with_others(rows, each))
            else:
                self._by_key(rows, each)
                yield

    def _found(self, rows: Rows, env: tuple[Any, ...]) -> Iterator[None]:
        for row in rows.find(**{name: get(env) for name, get in self.equal.items()}):
            key = next(iter(row.values()))
            self.apply(rows, key, self._with_row(row, env) if self.looks else env)
            yield


def _when(when: Get | None, apply: Callable[[Rows, Any, Any], None]) -> Callable[[Rows, Any, Any], None]:
    def applied(rows: Rows, key: Any, env: Any) -> None:
        if when is None or when(env) is True:
            apply(rows, key, env)

    return applied


def _apply(
    one: ApplySection, begun: Mapping[str, Any], column: str, given: Get, sums: Get, place: Callable[[], str]
) -> Callable[[Rows, Any, Any], None]:
    """Returns what changes the rows.

    Args:
        begun: What stands in a row that begins with a sum or a count.
        given: Gives the values of columns.
        sums: Gives what is added to columns.
        place: Says where it stands in the file.
    """

    def put(rows: Rows, key: Any, env: Any) -> None:
        rows.put(**{column: key}, **given(env))

    def grow(rows: Rows, key: Any, env: Any) -> None:
        row = rows.get(key) or {column: key, **begun}
        grown = {name: _sum(row.get(name) or 0, more or 0) for name, more in sums(env).items()}
        rows.put(**{**row, **given(env), **grown})

    def change(rows: Rows, key: Any, env: Any) -> None:
        try:
            rows.update(key, **given(env))
        except ModelError as error:
            if rows.get(key) is not None:
                raise
            way = 'put it at an earlier event, or say when: "row != null"'
            raise ModelError(f"{place()}: there is no row {key!r} that set could change ({way})") from error

    def remove(rows: Rows, key: Any, _env: Any) -> None:
        rows.delete(key)

    if one.remove:
        return remove
    if one.put:
        return put
    return grow if one.add or one.count else change


def _begun(section: ProjectionSection) -> dict[str, Any]:
    """Returns the columns that grow, each with 0: what was not counted yet is no unknown number."""
    grown = {name for one in section.on.values() for name in (*one.add, *one.count)}
    zeros = {ColumnKind.INTEGER: 0, ColumnKind.NUMBER: 0.0, **dict.fromkeys(EXACT, Decimal(0))}
    return {
        name: zeros[kind] for name, kind in columns_of(section).items() if name in grown and kind in zeros
    }


def _sum(one: Any, other: Any) -> Any:
    return exactly("+", one, other) if isinstance(one, Decimal) or isinstance(other, Decimal) else one + other


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
    key_column, first = next(iter(section.columns.items()))
    if first.type in EXACT:
        said = f"{key_column} is the key, and decimals make none"
        draft.tell(
            (*path, "columns", key_column), "S-TYPE", said, "put a column of text or integer first", key=True
        )
        return Projection(name=name, columns=(Column(name=key_column),))
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
        definition=_definition(draft, section),
    )


def _definition(draft: Compilation, section: ProjectionSection) -> str:
    """Returns all that its rows follow from; also that columns begin at 0 (J4).

    Events stand in it under the names under which they are stored.
    """
    stored = {name: getattr(part.cls, "stored_as", "") for name, part in draft.events.items()}
    on = {stored.get(name) or name: one for name, one in section.on.items()}
    left_out = {"description", "on_fault", "version", "columns"}
    written = section.model_copy(update={"on": on}).model_dump_json(exclude=left_out)
    begun = _begun(section).keys()
    growing = [one for one in section.on.values() if (one.add or one.count) and not one.where]
    left = any(begun - {*one.add, *one.count, *one.set} for one in growing)
    return f"{written} begun with {', '.join(begun)}" if left else written


def _deed(
    draft: Compilation, path: Path, section: ProjectionSection, place: Path, one: ApplySection, event: Type
) -> _Deed:
    columns = columns_of(section)
    if one.contradiction:
        draft.tell(place, "S-TYPE", one.contradiction)
    names: Scope = {"event": item(event, 0), **record_at(1)}
    each = lines_of(draft, place, one.each, names, 3)
    names = each[0] if each else names
    begins = bool(one.put or one.add or one.count)  # set and remove change what is there
    known = replace(record(types_of(columns), keyed=True, nullable=not one.where), lenient=not begins)
    row = item(known, 2)
    if "row" in names:
        draft.tell((*place, "each", "row"), "S-NAME", "row is taken already", "choose another name", key=True)
    looking, others = _others(draft, path, place, one, columns, {**names, "row": row})
    scope = with_names(draft, place, one, {**names, "row": row, **looking})
    before = {name: scope[name] for name in scope if name not in _behind(one, looking)}
    when, yes = draft.condition((*place, "when"), one.when, scope)[:2] if one.when else (None, frozenset())
    given = _values(draft, (*place, "put" if one.put else "set"), one.put or one.set, section, scope, yes)
    sums = _values(draft, (*place, "add"), one.add, section, scope, yes, numbers=True)
    sums |= _counted(draft, place, one, section)
    values, label = (_all_of(given), _all_of(sums)), lambda: draft.places.label(place)
    texts = (one.when, *one.let.values(), *one.put.values(), *one.set.values(), *one.add.values())
    shared: Callable[[Any], Any] = together if one.let else lambda work: work
    parts: dict[str, Any] = {
        "columns": columns,
        "key": constant(None) if one.where else shared(_key(draft, path, section, place, one, before)),
        "looks": any(_ROW.search(text) for text in (*texts, *_keys(one)) if isinstance(text, str)),
        "others": others,
        "apply": shared(_when(when, _apply(one, _begun(section), next(iter(columns)), *values, label))),
    }
    if not one.where and not one.each:
        return _Deed(**parts)
    equal = _equal(draft, place, section, one, before) if one.where else {}
    equal = {name: shared(get) for name, get in equal.items()}
    return _LargeDeed(**parts, equal=equal, lines=each[1] if each else None)


def _key(
    draft: Compilation, path: Path, section: ProjectionSection, place: Path, one: ApplySection, scope: Scope
) -> Get:
    """Returns what gives the row's key; one that is written once for all events is checked with each."""
    at, text = ((*place, "key"), one.key) if one.key else ((*path, "key"), section.key or "id")
    with draft.about("" if one.key else place[-1]):
        return _keyed(draft, at, text, columns_of(section), scope)


def _keyed(
    draft: Compilation,
    at: Path,
    text: str,
    columns: Mapping[str, ColumnKind],
    scope: Scope,
    *,
    nullable: bool = False,
) -> Get:
    get, found = draft.expression(at, text, scope)
    key_column, kind = next(iter(columns.items()))
    wanted = types_of(columns)[key_column]
    wanted = wanted if nullable else wanted.not_null()
    if said := misfit("key", wanted, found):
        draft.tell(at, "S-TYPE", said, way_to_fit("key", wanted, found))
    return keeping(kind, get, found)


def _equal(
    draft: Compilation, place: Path, section: ProjectionSection, one: ApplySection, scope: Scope
) -> dict[str, Get]:
    """Returns what columns of the rows equal; without an index each event would go through all rows."""
    at, columns = (*place, "where"), columns_of(section)
    found = RowConditions(draft, at, one.where, columns, scope).equalities()
    if found and not indexed_in(section) & found.keys():
        column = next(iter(found))
        draft.tell(at, "S-TYPE", f"{column} has no index to find rows by", way_to_index(column, columns))
    return found


def _others(
    draft: Compilation,
    path: Path,
    place: Path,
    one: ApplySection,
    columns: Mapping[str, ColumnKind],
    scope: Scope,
) -> tuple[Scope, tuple[Get, ...]]:
    """Compiles the keys of other rows of the same read model; returns also these rows' names."""
    if one.where:
        scope = {name: scope[name] for name in scope if name != "row"}
    looking: dict[str, Variable] = {}
    keys: list[Get] = []
    row = record(types_of(columns), keyed=True, nullable=True)
    for name, other in one.rows.items():
        at = (*place, "rows", name)
        if name in scope or name == "row":
            draft.tell(at, "S-NAME", f"{name} is taken already", "choose another name", key=True)
            continue
        if other.projection not in {"", ".".join(path[1:])}:
            said = "rows of another read model stand elsewhere in the log: a rebuild would find others"
            draft.tell((*at, "projection"), "S-REF", said, _OWN_ROWS)
        before = len(draft.problems)
        keys.append(_keyed(draft, (*at, "key"), other.key, columns, scope, nullable=True))
        if set(looking) & set(_WORD.findall(other.key)):
            draft.problems[before:] = [replace(told, hint=_CHAINED) for told in draft.problems[before:]]
        looking[name] = item(row, 2 + bool(one.each) + len(keys))
    return looking, tuple(keys)


def _keys(one: ApplySection) -> Iterator[str]:
    return (other.key for other in one.rows.values())


def _behind(one: ApplySection, looking: Scope) -> set[str]:
    """Returns the names that are known only once the row is there, and those that use them."""
    found = {"row"} if one.where else {"row", *looking}
    for name, text in one.let.items():
        if found & set(_WORD.findall(text)):
            found.add(name)
    return found


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


def _inexact(name: str) -> tuple[str, str, str]:
    """Returns code, message and hint where exact numbers come into a column that rounds them."""
    said = f"{name} is a number, which rounds: sums and comparisons of exact amounts go wrong by a little"
    return "A-MONEY", said, f'make it columns {{ {name}: "money" }}, or "decimal"'


def _values(
    draft: Compilation,
    place: Path,
    given: Values,
    section: ProjectionSection,
    scope: Mapping[str, Variable],
    present: frozenset[str],
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
            run, given_type = draft.expression((*place, name), text, scope, present=present)
            if said := misfit(name, columns[name], given_type):
                hint = way_to_fit(name, columns[name], given_type)
                draft.tell((*place, name), "S-TYPE", said, hint)
            elif given_type.kind is Kind.DECIMAL and columns[name].kind is Kind.DOUBLE:
                draft.warn((*place, name), *_inexact(name))
            found[name] = keeping(ColumnKind(section.columns[name].type), run, given_type)
    return found

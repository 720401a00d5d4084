"""Declared queries: a row by its key, or a page of rows by columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any

import msgspec
from pydantic import AfterValidator, WithJsonSchema
from pydantic import Field as Pydantic

from workbench.model.command import Answer, Query, ReadModels
from workbench.model.expressions.closures import Variable, item
from workbench.model.expressions.expression import constant
from workbench.model.expressions.value_kinds import INTEGER, STRING, Kind, Type, misfit
from workbench.model.expressions.value_views import in_microseconds
from workbench.model.projection import ColumnKind
from workbench.model.row_conditions import ALWAYS, AllOf, Compare
from workbench.project.declared.column_values import OWN_COLUMN, kept, row_typed, types_of, way_to_index
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.projection_sections import QuerySection
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import FieldType, attribute_of, class_name, model_class
from workbench.project.declared.where_compiler import Asking, RowConditions

Answering = Callable[[Any, ReadModels], Any]


def query_of(draft: Compilation, name: str, section: QuerySection) -> Answer:
    """Compiles a query."""
    path = ("query", *name.split("."))
    verb = "get" if section.get else "list"
    projection = getattr(section, verb)
    columns = draft.projections.get(projection)
    if section.contradiction:
        draft.tell(path, "S-TYPE", section.contradiction)
    if columns is None and projection:
        draft.unknown((*path, verb), "projection", projection, draft.projections)
    columns = columns or {}
    fields = draft.types.all_of((*path, "fields"), section.fields)
    key = next(iter(columns.values()), ColumnKind.TEXT)
    if verb == "get":
        _check_kinds(
            draft, path, projection, columns, {name: next(iter(columns), "") for name in fields}, fields
        )
        first = next(iter(fields), "")
        cls = model_class(class_name(name), Query, fields, doc=section.description, query_type=name)
        return Answer(cls, _get(projection, columns, key, first))
    where, asked = _condition(draft, path, section, columns, fields)
    equal = [field for field in fields if field not in asked]
    _check_fields(draft, path, projection, columns, fields, equal)
    _check_order(draft, path, projection, columns, section.order)
    paged = fields | _page(columns, section.order.removeprefix("-"), whole=key is ColumnKind.INTEGER)
    cls = model_class(class_name(name), Query, paged, doc=section.description, query_type=name)
    kinds = {field: columns.get(field, ColumnKind.TEXT) for field in equal}
    return Answer(cls, _list(projection, columns, kinds, where, section.order))


def _condition(
    draft: Compilation,
    path: Path,
    section: QuerySection,
    columns: Mapping[str, ColumnKind],
    fields: Mapping[str, FieldType],
) -> tuple[Asking, frozenset[str]]:
    """Compiles ``where``; returns also the names that it uses."""
    for name in [one for one in ("row", "now") if one in fields and section.where and columns]:
        draft.tell(
            (*path, "fields", name), "S-NAME", f"{name} is taken already", "choose another name", key=True
        )
    scope = {name: _of_query(name, one) for name, one in fields.items()} | {"now": item(_MICROS, 1)}
    conditions = RowConditions(draft, (*path, "where"), section.where, columns, scope)
    if section.where and columns:
        return conditions.asking()
    draft.scopes[conditions.path] = conditions.names()  # for who begins to write one
    return constant(ALWAYS), frozenset(fields if section.where else ())


def _of_query(name: str, field: FieldType) -> Variable:
    get = attrgetter(attribute_of(name))
    return Variable(field.type, lambda env: get(env[0]))


def _check_fields(
    draft: Compilation,
    path: Path,
    projection: str,
    columns: Mapping[str, ColumnKind],
    fields: Mapping[str, FieldType],
    equal: Iterable[str],
) -> None:
    """Finds fields that are there already, and those that are no column and that ``where`` does not use."""
    for field in fields:
        place = (*path, "fields", field)
        if field in _PAGE:
            draft.tell(place, "S-NAME", f"{field} is there already, for pages", "leave it out", key=True)
        elif columns and field in equal and field not in columns:
            draft.unknown(place, f"column of {projection}", field, columns, key=True)
    asked = {field: field for field in equal if field in columns and field not in _PAGE}
    _check_kinds(draft, path, projection, columns, asked, fields)


def _check_kinds(
    draft: Compilation,
    path: Path,
    projection: str,
    columns: Mapping[str, ColumnKind],
    asked: Mapping[str, str],
    fields: Mapping[str, FieldType],
) -> None:
    """Finds fields that cannot be what their column holds; a text column keeps what any value is as text.

    Args:
        asked: The column that a field asks for.
    """
    for field, column in asked.items():
        kind = columns.get(column, ColumnKind.TEXT)
        wanted, found = types_of({column: kind})[column], fields[field].type
        if draft.places.is_unread(("projection", *projection.split("."), "columns", column)):
            continue
        if kind is ColumnKind.JSON:
            said, hint = f"{column} is json, which is not compared", OWN_COLUMN
        elif kind is ColumnKind.TEXT or not misfit(field, wanted, found):
            continue
        else:
            said = f"the column {column} of {projection} is {wanted.words}, and {field} is {found.words}"
            hint = f'write {field}: "{_FIELD_OF[kind]}"'
        draft.tell((*path, "fields", field), "S-TYPE", said, hint)


_FIELD_OF = {
    ColumnKind.INTEGER: "integer",
    ColumnKind.NUMBER: "decimal",
    ColumnKind.DECIMAL: "decimal",
    ColumnKind.MONEY: "money",
    ColumnKind.BOOLEAN: "boolean",
    ColumnKind.TIME: "date-time",
}
"""The type of a field that fits a column."""


def _check_order(
    draft: Compilation, path: Path, projection: str, columns: Mapping[str, ColumnKind], order: str
) -> None:
    """Finds an order that no index has: each page of it would sort all rows."""
    column, place = order.removeprefix("-"), (*path, "order")
    if not column or not columns:
        return
    if (words := column.split())[1:] in (["desc"], ["asc"]):
        way = f"-{words[0]}" if words[1] == "desc" else words[0]
        draft.tell(place, "S-TYPE", f"order names a column, and nothing more: {order}", f'write "{way}"')
        return
    if "," in order:
        hint = "name one; rows that are equal in it come by their key"
        draft.tell(place, "S-TYPE", "rows are sorted by one column", hint)
        return
    if column not in columns:
        draft.unknown(place, f"column of {projection}", column, columns)
    elif column not in draft.indexed[projection]:
        draft.tell(
            place,
            "S-TYPE",
            f"{column} of {projection} has no index to be sorted by",
            way_to_index(column, columns),
        )


_MICROS = Type(kind=Kind.MICROS)
_PAGE = ("after", "limit")


def _page(columns: Mapping[str, ColumnKind], order: str, *, whole: bool) -> dict[str, FieldType]:
    key: Any = int if whole else str
    words = "Key of the last row of the page before"
    if order in columns:
        row = _annotated(dict[str, Any], AfterValidator(partial(_kept_row, columns, order)))
        form = {
            "anyOf": [{"type": "integer" if whole else "string"}, {"type": "null"}]
        }  # rows are for programs
        key = _annotated(key | row | None, WithJsonSchema(form))
        words += ", or that row: the page goes on there although it moved or went"
    after = Pydantic(description=words)
    return {
        "after": FieldType(
            type=STRING, event=key, command=_annotated(key | None, after), default=None, command_default=None
        ),
        "limit": FieldType(
            type=INTEGER, event=int, command=_annotated(int, Pydantic(ge=1, le=1000)), command_default=50
        ),
    }


def _kept_row(columns: Mapping[str, ColumnKind], order: str, row: dict[str, Any]) -> dict[str, Any]:
    """Returns of a row that was answered what places it, as its columns keep it."""
    needed = (next(iter(columns)), order)
    if lacking := [name for name in needed if name not in row]:
        raise ValueError(f"a row has {lacking[0]}")
    try:
        return {name: kept(columns[name], row[name]) for name in needed}
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def _annotated(annotation: Any, info: Any) -> Any:
    from typing import Annotated

    return Annotated[annotation, info]


def _get(projection: str, columns: Mapping[str, ColumnKind], kind: ColumnKind, field: str) -> Answering:
    get = attrgetter(attribute_of(field))
    return lambda query, models: row_typed(models.get(projection, kept(kind, get(query))), columns)


def _list(
    projection: str,
    columns: Mapping[str, ColumnKind],
    equal: Mapping[str, ColumnKind],
    where: Asking,
    order: str,
) -> Answering:
    wanted = [(name, kind, attrgetter(attribute_of(name))) for name, kind in equal.items()]

    def answer(query: Any, models: ReadModels) -> Any:
        given = [(name, kind, value) for name, kind, get in wanted if (value := get(query)) is not None]
        equals = (Compare(name, "==", kept(kind, value)) for name, kind, value in given)
        asked = AllOf((where((query, in_microseconds(models.now))), *equals))
        rows = models.page(projection, where=asked, after=query.after, limit=query.limit, order=order)
        return [row_typed(row, columns) for row in rows]

    return answer

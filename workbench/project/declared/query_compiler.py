"""Declared queries: a row by its key, or a page of rows by columns."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from pydantic import Field as Pydantic

from workbench.model.command import Answer, Query, ReadModels
from workbench.model.expressions.value_kinds import INTEGER, STRING
from workbench.model.projection import ColumnKind
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.sections import QuerySection
from workbench.project.declared.value_classes import FieldType, as_json, attribute_of, class_name, model_class

Answering = Callable[[Any, ReadModels], Any]


def query_of(draft: Compilation, name: str, section: QuerySection) -> Answer:
    """Compiles a query."""
    path = ("query", *name.split("."))
    verb = "get" if section.get else "list"
    projection = getattr(section, verb)
    columns = draft.projections.get(projection)
    if columns is None:
        draft.unknown((*path, verb), "projection", projection, draft.projections)
        columns = {}
    fields = draft.types.all_of((*path, "fields"), section.fields)
    if verb == "list":
        for field in fields:
            if field in _PAGE:
                draft.tell(
                    (*path, "fields", field), "S-NAME", f"{field} is there already, for pages", key=True
                )
            elif columns and field not in columns:
                draft.unknown((*path, "fields", field), f"column of {projection}", field, columns, key=True)
        keys = next(iter(columns.values()), ColumnKind.TEXT)
        fields |= _page(whole=keys is ColumnKind.INTEGER)
    cls = model_class(class_name(name), Query, fields, doc=section.description, query_type=name)
    first = next(iter(fields), "")
    return Answer(cls, _get(projection, first) if verb == "get" else _list(projection, list(fields)))


_PAGE = ("after", "limit")


def _page(*, whole: bool) -> dict[str, FieldType]:
    key: Any = int if whole else str
    after = Pydantic(description="Key of the last row of the page before")
    return {
        "after": FieldType(
            type=STRING, event=key, command=_annotated(key | None, after), default=None, command_default=None
        ),
        "limit": FieldType(
            type=INTEGER, event=int, command=_annotated(int, Pydantic(ge=1, le=1000)), command_default=50
        ),
    }


def _annotated(annotation: Any, info: Any) -> Any:
    from typing import Annotated

    return Annotated[annotation, info]


def _get(projection: str, key: str) -> Answering:
    get = attrgetter(attribute_of(key))
    return lambda query, models: models.get(projection, as_json(get(query)))


def _list(projection: str, fields: list[str]) -> Answering:
    columns = {name: attribute_of(name) for name in fields if name not in _PAGE}

    def answer(query: Any, models: ReadModels) -> Any:
        where = {
            name: as_json(value)
            for name, attribute in columns.items()
            if (value := getattr(query, attribute)) is not None
        }
        return models.page(projection, where=where, after=query.after, limit=query.limit)

    return answer

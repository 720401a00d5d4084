"""Marks of read models: columns that no event fills, and money in columns that round."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.project.declared.projection_sections import ApplySection, ProjectionSection
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkFix, MarkKind, Severity
from workbench.services.design.section_lists import put

EMPTY_COLUMN = MarkKind(
    code="A-COLUMN",
    severity=Severity.WARNING,
    title="a column that no event fills",
    why="It is empty in every row",
    way="set it by an event, or remove it",
)
ROUNDED = MarkKind(
    code="A-MONEY",
    severity=Severity.WARNING,
    title="money or a decimal in a column of type `number`",
    why="Such a column keeps binary fractions: 0.1 + 0.2 is not 0.3 there, and sums drift",
    way="make the column money or decimal",
)
_EXACT = {"money", "decimal"}


def empty_columns(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds columns, except the key, that no deed names."""
    for name, section in model.sections.projections.items():
        said = {column for one in section.on.values() for column in _filled(one)}
        for column in list(section.columns)[1:]:
            if section.on and column not in said:
                yield _empty(model, name, section, column)


def _filled(one: ApplySection) -> Iterator[str]:
    for part in (one.put, one.set, one.add, one.count):
        yield from part


def _empty(model: MarkedModel, name: str, section: ProjectionSection, column: str) -> DesignMark:
    fixes: list[MarkFix] = []
    for event, one in section.on.items():
        known = model.sections.events.get(event)
        way = "put" if one.put else "set"
        if known is not None and column in known.fields and not one.remove and not fixes:
            change = partial(_fill, name=name, event=event, way=way, column=column)
            effect = f'adds {column}: "event.{column}"'
            fixes.append(MarkFix(label=f"Set it by {event}", effect=effect, change=change))
    removed = partial(gestures.without_field, node=DesignNode("projection", name), name=column)
    fixes.append(MarkFix(label="Remove the column", effect=f"{name} has it no more", change=removed))
    return model.mark(
        EMPTY_COLUMN,
        ("projection", name),
        f"no event fills {column} of {name}",
        inside=("columns", column),
        fixes=tuple(fixes),
        line=column,
    )


def _fill(text: DesignText, *, name: str, event: str, way: str, column: str) -> DesignText:
    path = ("projection", *name.split("."), "on", event, way, column)
    return text.with_project(put(text.project, path, f"event.{column}"))


def rounded_money(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds columns of binary fractions that are given a decimal field of an event as it is."""
    for name, section in model.sections.projections.items():
        for column, one in list(section.columns.items())[1:]:
            kinds = {kind for kind in _given(model, section, column) if kind in _EXACT}
            if one.type == "number" and kinds:
                yield _rounded(model, name, column, "money" if kinds == {"money"} else "decimal")


def _given(model: MarkedModel, section: ProjectionSection, column: str) -> Iterator[str]:
    """Yields the types of the events' fields that a column is given."""
    for event, one in section.on.items():
        known = model.sections.events.get(event)
        for part in (one.put, one.set, one.add):
            said = part.get(column)
            field = said.removeprefix("event.") if isinstance(said, str) else ""
            if known is not None and field in known.fields and said != field:
                yield model.base_type(known.fields[field]).type.removesuffix("?")


def _rounded(model: MarkedModel, name: str, column: str, kind: str) -> DesignMark:
    fix = MarkFix(
        label=f"Make it {kind}",
        effect="the read model is built again",
        change=partial(_typed, name=name, column=column, kind=kind),
    )
    message = f"{column} of {name} is a number, and is given {kind}"
    inside = ("columns", column)
    return model.mark(ROUNDED, ("projection", name), message, inside=inside, fixes=(fix,), line=column)


def _typed(text: DesignText, *, name: str, column: str, kind: str) -> DesignText:
    path, document = ("projection", *name.split("."), "columns", column), text.project
    entry = document.find(path)
    inner = entry is not None and entry.value.scope is not None
    return text.with_project(put(document, (*path, "type") if inner else path, kind))

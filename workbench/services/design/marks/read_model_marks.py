"""Marks of read models: columns that no event fills, and rows that none begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from workbench.project.declared.projection_sections import ApplySection, ProjectionSection
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkFix, MarkKind, Severity
from workbench.services.design.relations import told_by
from workbench.services.design.section_lists import put
from workbench.tusk.edit import rename

EMPTY_COLUMN = MarkKind(
    code="A-COLUMN",
    severity=Severity.WARNING,
    title="a column that no event fills",
    why="It is empty in every row",
    way="set it by an event, or remove it",
)


UNFILLED = MarkKind(
    code="A-FILL",
    severity=Severity.ADVICE,
    title="a column that an event has something for and does not set",
    why="The row keeps what another event said, or stays empty",
    way="set it by the event, too",
)
NO_ROWS = MarkKind(
    code="A-ROWS",
    severity=Severity.WARNING,
    title="a read model whose rows nothing begins",
    why="Its events change rows that are there, and there are none: it stays empty",
    way="write put at the event that begins a row, or add or count",
)


def rowless_models(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds read models that events change, and none makes a row of."""
    for name, section in model.sections.projections.items():
        begins = (one.put or ((one.add or one.count) and not one.where) for one in section.on.values())
        if section.on and not any(begins):
            said = f"no event begins a row of {name}: it stays empty"
            setting = [event for event, one in section.on.items() if one.set and not one.where]
            fixes = tuple(_begun_by(name, event) for event in setting[:1])
            yield model.mark(NO_ROWS, ("projection", name), said, inside=("on",), fixes=fixes)


def _begun_by(name: str, event: str) -> MarkFix:
    path = ("projection", *name.split("."), "on", event, "set")

    def changed(text: DesignText) -> DesignText:
        return text.with_project(rename(text.project, path, "put"))

    return MarkFix(label=f"Begin a row at {event}", effect="writes put in place of set", change=changed)


def empty_columns(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds columns, except the key, that no deed names."""
    for name, section in model.sections.projections.items():
        said = {column for one in section.on.values() for column in _filled(one)}
        for column in list(section.columns)[1:]:
            if section.on and column not in said:
                yield _empty(model, name, section, column)


def unfilled_columns(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds columns that an event says of the state and leaves to others of its aggregate to set."""
    for name, section in model.sections.projections.items():
        for event, one in section.on.items():
            told = (
                {} if one.remove or one.where or one.each or one.key else told_by(model.file.document, event)
            )
            family = next((set(events) for events in model.events_of.values() if event in events), set[str]())
            filled = {
                column for other in family.intersection(section.on) for column in _filled(section.on[other])
            }
            for column in list(section.columns)[1:]:
                if column in told and column in filled and column not in set(_filled(one)):
                    yield _unfilled(model, name, event, column, "put" if one.put else "set")


def _unfilled(model: MarkedModel, name: str, event: str, column: str, way: str) -> DesignMark:
    value = told_by(model.file.document, event)[column]
    path = ("projection", *name.split("."), "on", event, way, column)
    fix = MarkFix(
        label=f"Set it by {event}",
        effect=f'adds {column}: "{value}"',
        change=lambda text: text.with_project(put(text.project, path, value)),
    )
    said = f"column {column} of {name} is not set by {event}, which sets it in the state"
    return model.mark(UNFILLED, ("projection", name), said, inside=("on", event), fixes=(fix,), line=column)


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
            fixes.append(MarkFix(label=f"Set it from {event}", effect=effect, change=change))
    if not _is_read(model, column):
        removed = partial(gestures.without_field, node=DesignNode("projection", name), name=column)
        fixes.append(MarkFix(label="Remove the column", effect=f"takes it out of {name}", change=removed))
    return model.mark(
        EMPTY_COLUMN,
        ("projection", name),
        f"no event fills {column} of {name}",
        inside=("columns", column),
        fixes=tuple(fixes),
        line=column,
    )


def _is_read(model: MarkedModel, column: str) -> bool:
    """Whether an expression may look at a column of a row, or a query may name it."""
    document, word = model.file.document, re.escape(column)
    if re.search(rf"\brow\s*(\.\s*{word}\b|\[\s*['\"]{word}['\"])", document.text):
        return True
    queries = (scope for name, scope in document.sections.items() if name.startswith("query."))
    return any(re.search(rf"\b{word}\b", document.text[one.start : one.body_end]) for one in queries)


def _fill(text: DesignText, *, name: str, event: str, way: str, column: str) -> DesignText:
    path = ("projection", *name.split("."), "on", event, way, column)
    return text.with_project(put(text.project, path, f"event.{column}"))

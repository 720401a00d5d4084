"""What the things of a model consist of: fields, state, columns; by their text, or the model that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.model.registry import Registry
from workbench.project.declared.key_lookup import KeyPlace, key_place, section_place
from workbench.project.settings import RoutingSection, Settings
from workbench.services.design.references import SETTINGS
from workbench.services.design.text_check import CheckedText, text_of
from workbench.services.design.text_places import TextPlace
from workbench.tusk import Document, Scope, Value, ValueKind, parse_in_part
from workbench.tusk.document import Path
from workbench.tusk.line_words import header_in

Members = Mapping[str, str]
"""Names, each with what is said of it."""
BLOCKS = {"event": "fields", "command": "fields", "aggregate": "state", "process": "state"}
"""The block in which a thing's members stand; of others ``columns``."""

OWN = {"count": "column", "order": "column", "target": "field", "field": "field", "id": "field"}
"""Keys that name what belongs to their own section."""


def members_of(checked: CheckedText, kind: str, name: str) -> Members:
    """Returns the fields, the state or the columns of a thing, each with its type."""
    scope = checked.project.sections.get(f"{kind}.{name}")
    if scope is not None:
        return entries_in(scope, BLOCKS.get(kind, "columns"))
    return dict(_running(checked.running, kind, name)) if checked.running is not None else {}


def entries_in(scope: Scope, block: str) -> Members:
    """Returns the entries of a block, each with the text or the type that it says."""
    entry = scope.entries.get(block)
    inner = entry.value.scope if entry is not None else None
    return {key: _type(one.value) for key, one in inner.entries.items()} if inner is not None else {}


def _type(value: Value) -> str:
    if value.scope is not None:
        return text_of(value.scope, "type")
    return str(value.plain) if value.kind is ValueKind.STRING else ""


def _running(model: Registry, kind: str, name: str) -> Iterator[tuple[str, str]]:
    if kind == "projection" and (projection := model.projections.get(name)) is not None:
        yield from ((column.name, column.kind.value) for column in projection.columns)
    one = (model.events if kind == "event" else model.commands).get(name)
    if one is not None and kind in {"event", "command"}:
        yield from (
            (key, str(said.get("type", ""))) for key, said in one.schema.get("properties", {}).items()
        )


def owner_of_event(checked: CheckedText, name: str) -> str:
    """Returns the aggregate of an event."""
    scope = checked.project.sections.get(f"event.{name}")
    said = text_of(scope, "aggregate") if scope is not None else ""
    return said or name.partition(".")[0]


def place_in(section: str, path: Path) -> KeyPlace | None:
    """Returns what can stand at a path in any section of a project file; None where nothing can."""
    if section_place(section) is not None:
        return key_place(section, path)
    steps = (*section.split("."), *path) if section else path
    if steps[:1] == ("routing",) and len(steps) > 1 and steps[1] not in KeyPlace(model=Settings).keys:
        known = KeyPlace(model=RoutingSection)
        steps = steps if steps[1] in known.keys else ("routing", "routes", *steps[1:])
    place: KeyPlace | None = KeyPlace(model=Settings)
    for step in steps:
        place = place.inside(step) if place is not None else None
    return place


def is_expression(section: str, path: Path) -> bool:
    """Whether the texts at a path in a section of a project file are expressions."""
    if section == "subscriptions":
        return path[-1:] == ("filter",)
    known = section_place(section)
    known = key_place(section, path) if known is not None else None
    return known is not None and known.is_expression


def names_at(place: TextPlace, known: KeyPlace) -> str:
    """Returns the kind whose names stand at a place of a project file; empty for none."""
    if known.says is not None:
        return known.says.names
    steps = (place.section.partition(".")[0], *place.path)
    return SETTINGS.get((steps[0], steps[-1])) or OWN.get(steps[-1], "")


def piece_at(text: str, offset: int) -> tuple[Document, int]:
    """Reads the section around an offset, as far as it can be read; returns also where it begins."""
    lines = text.split("\n")
    at = text.count("\n", 0, offset)
    first = next((one for one in range(at, -1, -1) if header_in(lines[one])), 0)
    last = next((one for one in range(at + 1, len(lines)) if header_in(lines[one])), len(lines))
    begin = sum(len(line) + 1 for line in lines[:first])
    return parse_in_part("\n".join(lines[first:last]))[0], begin


def scopes_around(document: Document, offset: int) -> list[Scope]:
    """Returns the section and the blocks around an offset, from the outside to the inside."""
    begun = [one for one in document.sections.values() if one.start <= offset]
    found = [begun[-1] if begun else document.top]
    while inner := _inside(found[-1], offset):
        found.append(inner)
    return found


def _inside(scope: Scope, offset: int) -> Scope | None:
    for entry in scope.entries.values():
        for value in (entry.value, *entry.value.items):
            if value.scope is not None and value.start < offset < value.end:
                return value.scope
    return None

"""Where what a text names is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.project.declared.invariant_names import LOOKS_AT
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.references import NAME_SPACES, SPOKEN
from workbench.services.design.text_check import CheckedText, text_of
from workbench.services.design.text_members import (
    BLOCKS,
    is_expression,
    names_at,
    owner_of_event,
    piece_at,
    place_in,
    scopes_around,
)
from workbench.services.design.text_places import Part, TextPlace, place_at
from workbench.tusk import Document, Entry, Scope

_WORD = re.compile(r"[A-Za-z_][\w.]*")
_LOOKED = re.compile(r"([A-Za-z_]\w*)\(\s*'([^']*)'")
"""A function with the text that says what it looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A span of a file, in characters."""

    file: str
    start: int
    end: int


def definition_at(checked: CheckedText, text: str, offset: int) -> Location | None:
    """Returns where what is named at an offset is declared; None where nothing is, or not in a text."""
    place = place_at(text, offset)
    document = checked.project
    if place.part is Part.SECTION:
        return _section(document, place.said)
    if checked.document.file != PROJECT_FILE:
        kinds = SPOKEN.get(place.path[-1], ()) if place.part is Part.TEXT and place.path else ()
        return next((one for kind in kinds if (one := declared(document, kind, place.said))), None)
    known = place_in(place.section, place.path) if place.section else None
    if known is None:
        return None
    if place.part is Part.TEXT and place.path[-1:] == ("message",):
        return _in_expression(checked, text, offset, place)
    if place.part is Part.TEXT and is_expression(place.section, place.path):
        return _in_expression(checked, text, offset, place)
    if place.part is Part.KEY and known.says is None:
        return None
    kind = names_at(place, known)
    return declared(document, kind, place.said.removesuffix("?")) if kind else None


def declared(document: Document, kind: str, name: str) -> Location | None:
    """Returns where a thing of a kind is declared."""
    for dotted in document.sections:
        first, _, rest = dotted.partition(".")
        if rest == name and kind in NAME_SPACES.get(first, (first,)):
            return _section(document, dotted)
    section = {"type": "types", "topic": "topics", "consumer": "subscriptions"}.get(kind, "")
    for key, entry in document.sections[section].entries.items() if section in document.sections else ():
        inner = entry.value.scope
        if name in (key, text_of(inner, "name") if inner is not None else key):
            return _entry(document, entry)
    return None


def _section(document: Document, dotted: str) -> Location | None:
    scope = document.sections.get(dotted)
    return None if scope is None else Location(file=document.file, start=scope.start, end=scope.end)


def _entry(document: Document, entry: Entry) -> Location:
    return Location(file=document.file, start=entry.start, end=entry.end)


def _in_expression(checked: CheckedText, text: str, offset: int, place: TextPlace) -> Location | None:
    """Returns where a field that an expression reads is declared, or a name that the section gives."""
    at = offset - place.start
    for one in _LOOKED.finditer(place.said):
        if one[1] in LOOKS_AT and one.start(2) <= at <= one.end(2):
            return declared(checked.project, LOOKS_AT[one[1]], one[2])
    found = next((one for one in _WORD.finditer(place.said) if one.start() <= at <= one.end()), None)
    if found is None:
        return None
    rest = found[0][at - found.start() :].partition(".")[0]  # of the part at the offset
    root, *steps = (found[0][: at - found.start()] + rest).split(".")
    document, begin = piece_at(text, offset)
    scopes = scopes_around(document, offset - begin)
    for let in (one.entries.get("let") for one in reversed(scopes)):
        if let is not None and let.value.scope is not None and root in let.value.scope.entries:
            entry = let.value.scope.entries[root]
            return Location(file=checked.document.file, start=begin + entry.start, end=begin + entry.end)
    section = next(_owners(checked, root, place, scopes), "")
    scope = checked.project.sections.get(section)
    block = scope.entries.get(BLOCKS.get(section.partition(".")[0], "columns")) if scope is not None else None
    inner = block.value.scope if block is not None else None
    if inner is not None and steps and steps[0] in inner.entries:
        return _entry(checked.project, inner.entries[steps[0]])
    return _section(checked.project, section)


def _owners(checked: CheckedText, root: str, place: TextPlace, scopes: list[Scope]) -> Iterator[str]:
    """Yields the section whose members a name of an expression has."""
    kind, _, name = place.section.partition(".")
    if root in {"command", "row"} and kind in {"command", "projection"}:
        yield place.section
    if root == "row" and kind == "invariant":
        yield f"projection.{text_of(scopes[0], 'rows')}"
    if root == "event":
        on = place.path[1] if place.path[:1] == ("on",) and len(place.path) > 1 else ""
        other = on or text_of(scopes[0], "event") or text_of(scopes[0], "on")
        yield f"event.{name if kind == 'event' else other}"
    if root == "state":
        yield place.section if kind == "process" else f"aggregate.{_aggregate(checked, kind, name, scopes)}"


def _aggregate(checked: CheckedText, kind: str, name: str, scopes: list[Scope]) -> str:
    if kind == "event":
        return text_of(scopes[0], "aggregate") or owner_of_event(checked, name)
    keys = ("creates", "changes", "creates_or_changes", "of")
    return next((said for key in keys if (said := text_of(scopes[0], key))), "")

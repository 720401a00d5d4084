"""Exchanges a piece of a document's text, and reads only the sections again that it touches."""

from __future__ import annotations

from dataclasses import replace

from workbench.tusk.document import Document, Entry, Scope, Value
from workbench.tusk.parser import MAX_BYTES, MAX_ENTRIES, overlaps, parse, parse_sections
from workbench.tusk.problems import Places


def splice(document: Document, start: int, end: int, written: str) -> Document:
    """Returns the document with a span of its text exchanged; it is the one that `parse` makes of the text.

    Raises:
        TskError: Everything that is wrong with the new text.
    """
    text = document.text[:start] + written + document.text[end:]
    return _in_part(document, start, end, text) or parse(text, document.file)


def _in_part(document: Document, start: int, end: int, text: str) -> Document | None:
    """Reads the sections around a change; None where that is not known to be enough."""
    grown = len(text) - len(document.text)
    touched = _touched(document, start, end)
    if touched is None or 4 * len(text) > MAX_BYTES or not _is_whole(text[start : end + grown]):
        return None  # as bytes it may be four times as large
    before, inside, behind = touched
    first = _line(document, inside[0])
    last = _line(document, behind[0]) + grown if behind else len(text)
    if behind and last > first and text[last - 1] != "\n":
        return None
    places = Places(document.file, text)
    read = parse_sections(text, places, first, last)
    if read is None:
        return None
    sections = {name: document.sections[name] for name in before}
    sections |= read[0]
    sections |= {name: _moved_scope(document.sections[name], grown) for name in behind}
    count = document.entries_at_most + read[1]
    if len(sections) != len(before) + len(read[0]) + len(behind) or count > MAX_ENTRIES:
        return None
    if any(overlaps(places, document.top, sections)):
        return None
    return replace(document, text=text, places=places, sections=sections, entries_at_most=count)


def _is_whole(text: str) -> bool:
    """Whether a text has no half characters, which no file can hold."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _touched(document: Document, start: int, end: int) -> tuple[list[str], list[str], list[str]] | None:
    """Returns the names of the sections before, inside and behind a change; None if it begins before all."""
    names = list(document.sections)
    begins = [_line(document, name) for name in names]
    inside = sum(begin <= start for begin in begins) - 1
    if inside < 0:
        return None
    behind = sum(begin < end for begin in begins)
    behind = max(behind, inside + 1)
    return names[:inside], names[inside:behind], names[behind:]


def _line(document: Document, section: str) -> int:
    return document.places.line_start(document.sections[section].start)


def _moved_scope(scope: Scope, by: int) -> Scope:
    return Scope(
        entries={key: _moved_entry(entry, by) for key, entry in scope.entries.items()},
        start=scope.start + by,
        end=scope.end + by,
        body_end=scope.body_end + by,
    )


def _moved_entry(entry: Entry, by: int) -> Entry:
    return Entry(
        key=entry.key,
        value=_moved_value(entry.value, by),
        start=entry.start + by,
        end=entry.end + by,
        line_start=entry.line_start + by,
        line_end=entry.line_end + by,
        block=entry.block,
        variable=entry.variable,
    )


def _moved_value(value: Value, by: int) -> Value:
    return Value(
        kind=value.kind,
        start=value.start + by,
        end=value.end + by,
        plain=value.plain,
        items=[_moved_value(item, by) for item in value.items],
        scope=_moved_scope(value.scope, by) if value.scope is not None else None,
    )

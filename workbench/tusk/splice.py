"""Exchanges a piece of a document's text, and reads only the sections again that it touches."""

from __future__ import annotations

from dataclasses import replace

from workbench.tusk.document import Document
from workbench.tusk.parser import MAX_BYTES, MAX_ENTRIES, overlaps, parse, parse_sections
from workbench.tusk.problems import Places
from workbench.tusk.section_map import SectionMap


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
    if touched is None or not _is_whole(text[start : end + grown]) or _is_too_large(text):
        return None
    before, inside, behind = touched
    begins = _begins(document)
    first = begins[inside[0]]
    last = begins[behind[0]] + grown if behind else len(text)
    if behind and last > first and text[last - 1] != "\n":
        return None
    places = Places(document.file, text)
    read = parse_sections(text, places, first, last)
    if read is None:
        return None
    held = document.sections
    sections = SectionMap(
        held.further(before, 0)
        | SectionMap.of(read[0]).further(list(read[0]), 0)
        | held.further(behind, grown)
    )
    count = document.entries_at_most + read[1]
    if len(sections) != len(before) + len(read[0]) + len(behind) or count > MAX_ENTRIES:
        return None
    if any(overlaps(places, document.top, sections.contents())):
        return None
    return replace(document, text=text, places=places, sections=sections, entries_at_most=count)


def _is_whole(text: str) -> bool:
    """Whether a text has no half characters, which no file can hold."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _is_too_large(text: str) -> bool:
    """Whether a text has more bytes than a file may have; a character has at most four."""
    return 4 * len(text) > MAX_BYTES and len(text.encode(errors="surrogatepass")) > MAX_BYTES


def _touched(document: Document, start: int, end: int) -> tuple[list[str], list[str], list[str]] | None:
    """Returns the names of the sections before, inside and behind a change; None if it begins before all."""
    begins = _begins(document)
    names = list(begins)
    inside = sum(begin <= start for begin in begins.values()) - 1
    if inside < 0:
        return None
    behind = sum(begin < end for begin in begins.values())
    behind = max(behind, inside + 1)
    return names[:inside], names[inside:behind], names[behind:]


def _begins(document: Document) -> dict[str, int]:
    """Returns where the line begins on which each section has its name."""
    return {name: document.places.line_start(start) for name, start in document.sections.starts().items()}

"""What is changed in a form, as changes of the text: a line, a field of a table, a block that goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidValue
from workbench.project.declared.key_lookup import SWITCH, KeyPlace
from workbench.services.design.completions import Completions, completions
from workbench.services.design.field_lines import plain_value, read_field_line
from workbench.services.design.owners import with_another
from workbench.services.design.section_form import FormRow
from workbench.services.design.section_lists import put
from workbench.services.design.text_check import CheckedText
from workbench.tusk import Document, TskError, ValueKind, delete, parse, rename, write_value
from workbench.tusk.document import Path

_PLAIN = {ValueKind.NUMBER, ValueKind.BOOLEAN, ValueKind.NULL}


def with_line(document: Document, row: FormRow, typed: str) -> Document:
    """Returns the document with what was typed in a row; without its entry where nothing was.

    Of a command's aggregates behind a comma each is changed, too, by a field with its id.
    """
    typed = typed.strip()
    if typed == row.text or row.place is None:
        return document
    if not typed:
        return without(document, row.path)
    if row.place.holds_places and not typed.startswith("{"):
        first, *others = [one.strip() for one in typed.split(",") if one.strip()] or [typed]
        document = _put(document, row.path, first)
        for one in others:
            document = with_another(document, ".".join(row.path[1:-1]), one)
        return document
    return _put(document, row.path, _value(row.place, typed))


def without(document: Document, path: Path) -> Document:
    """Returns the document without an entry, and without the blocks that are empty then."""
    while document.find(path) is not None:
        document = delete(document, path)
        path = path[:-1]
        entry = document.find(path)
        if entry is None or entry.value.scope is None or entry.value.scope.entries:
            break
    return document


def with_field_line(document: Document, path: Path, line: str, *, instead: str = "") -> Document:
    """Returns the document with a field as a line says it, behind the others or in the place of one.

    Args:
        path: Of the block of fields.

    Raises:
        InvalidValue: The line cannot be understood, or there is a field of that name.
    """
    name, value = read_field_line(line, column=path[0] == "projection")
    if name != instead and document.find((*path, name)) is not None:
        raise InvalidValue(f"{path[-2]} has a field {name} already", path="")
    if instead and instead != name:
        document = rename(document, (*path, instead), name)
    return _merged(document, (*path, name), value)


def line_completions(
    checked: CheckedText,
    document: Document,
    path: Path,
    typed: str,
    at: int,
    *,
    key: bool = False,
    several: bool = False,
) -> Completions:
    """Returns what can stand in a line of a form, its span counted in the line.

    Args:
        document: The text of the thing alone.
        at: Where the cursor stands in the line.
        key: Whether a new key of the block at the path is typed, and not a value.
        several: Whether there may be several, with commas between them.
    """
    begin = typed.rfind(",", 0, at) + 1 if several else 0
    before = typed[begin:at].lstrip()
    try:
        shown = _put(document, (*path, before) if key else path, "" if key else before)
    except InvalidValue:  # a plain value stands where a block with more of it can stand
        shown = put(document, path[:-1], {path[-1]: before})
    except TskError:  # what is typed is no key
        return Completions(start=at, end=at)
    entry = shown.find((*path, before) if key else path)
    if entry is None:
        return Completions(start=at, end=at)
    place = entry.start if key else entry.value.start
    offset = place + len(write_value(before)) - 1
    if key and shown.text[place] != '"':
        offset = place + len(before)
    found = completions(checked, shown.text, offset)
    start = at - (offset - found.start)
    return Completions(start=max(start, begin), end=at, typed=found.typed, found=found.found)


def _put(document: Document, path: Path, value: Any) -> Document:
    """Puts a value where it usually stands, and the blocks around it, where they are not there yet."""
    while len(path) > 1 and document.find(path[:-1]) is None and ".".join(path[:-1]) not in document.sections:
        path, value = path[:-1], {path[-1]: value}
    return put(document, path, value)


def _merged(document: Document, path: Path, value: Any) -> Document:
    """Puts a value; of a block that is there already only what is another, so that its comments stay."""
    entry = document.find(path)
    scope = entry.value.scope if entry is not None else None
    if scope is None or not isinstance(value, Mapping):
        return document if entry is not None and entry.value.plain == value else _put(document, path, value)
    for key in [one for one in scope.entries if one not in value]:
        document = delete(document, (*path, key))
    for key, one in value.items():
        document = _merged(document, (*path, key), one)
    return document


def _value(place: KeyPlace, typed: str) -> Any:
    if place.is_list and typed in place.choices:
        return typed == SWITCH[0]
    if place.is_list and "," in typed:
        return [one.strip() for one in typed.split(",") if one.strip()]
    if place.is_text or place.is_list:
        return typed
    try:
        value = parse(f"x: {typed}").top.entries["x"].value
    except (TskError, KeyError):
        return typed
    if value.scope is not None and (place.inner is not None or place.model is not None):
        return plain_value(value, f"x: {typed}")
    return value.plain if value.kind in _PLAIN else typed

"""The types of fields as they are written, and what they are in a read model."""

from __future__ import annotations

from workbench.tusk import Document
from workbench.tusk.document import Path

_COLUMNS = {
    "integer": "integer",
    "decimal": "decimal",
    "money": "money",
    "boolean": "boolean",
    "date-time": "time",
    "list": "json",
    "map": "json",
    "object": "json",
}
"""What a column is for a field of a type; any other is text."""


def type_at(document: Document, path: Path) -> str:
    """Returns the name of a field's type; empty where it has none."""
    entry = document.find((*path, "type")) or document.find(path)
    return str(entry.value.plain) if entry is not None else ""


def column_type(document: Document, path: Path) -> str:
    """Returns what a column is that holds a field."""
    word = type_at(document, path).removesuffix("?")
    if word not in _COLUMNS and document.find(("types", word)) is not None:
        return column_type(document, ("types", word))
    return _COLUMNS.get(word, "text")

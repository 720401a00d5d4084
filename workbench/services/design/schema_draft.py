"""Drafts how stored data of an event becomes that of its changed fields: a version more, and its upcast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import section_path
from workbench.services.design.section_lists import put
from workbench.tusk import Document, delete, write_value
from workbench.tusk.document import Path

ALIKE = 0.6
"""Likeness of two names, from 0 to 1, from which one is taken for the other where several could be."""
_MADE = {
    ("integer", "string"): "string({0})",
    ("decimal", "string"): "string({0})",
    ("money", "string"): "string({0})",
    ("boolean", "string"): "string({0})",
    ("string", "integer"): "int({0})",
    ("decimal", "integer"): "int({0})",
    ("money", "integer"): "int({0})",
}
"""Expressions that make a value of another type; what is stored of a decimal is a text."""
_SAME = {frozenset(("integer", "decimal")), frozenset(("integer", "money")), frozenset(("decimal", "money"))}
"""Types whose stored values are read as the other, too."""
_VALUES: Mapping[str, Any] = {
    "string": "",
    "integer": 0,
    "decimal": "0",
    "money": "0",
    "boolean": False,
    "date-time": "1970-01-01T00:00:00Z",
    "list": [],
    "map": {},
}
"""What a new field gets in a draft; a person changes it."""


READ_BY = ("fields", "version", "upcast", "aggregate")
"""Keys of an event that say how what is stored is read."""


def reads_otherwise(was: Document, now: Document, path: Path) -> bool:
    """Whether what is stored of an event would be read otherwise with another text of its section."""
    return any(_words(was, (*path, key)) != _words(now, (*path, key)) for key in READ_BY)


def _words(document: Document, path: Path) -> list[str]:
    """Returns the text of a value, however it is laid out."""
    entry = document.find(path)
    return document.text[entry.value.start : entry.value.end].split() if entry is not None else []


def version_of(text: DesignText, event: str) -> int:
    """Returns the version of an event's fields, as the project file says it."""
    entry = text.project.find((*section_path("event", event), "version"))
    found = entry.value.plain if entry is not None else 1
    return found if isinstance(found, int) else 1


def with_upcast(was: DesignText, text: DesignText, event: str) -> DesignText:
    """Returns the texts with a version more for an event, and what makes its data of data as it was.

    A field that is gone beside a new one of its type is taken for renamed, where there are several the one
    whose name is most like it. A draft that stands there already
    is made again.

    Args:
        was: The texts in which the stored events fit.
    """
    node, path = DesignNode("event", event), section_path("event", event)
    before, after = _stored(gestures.fields_of(was, node)), _stored(gestures.fields_of(text, node))
    version = version_of(was, event)
    document = text.project
    step = (*path, "upcast", f"from_{version}")
    if document.find(step) is not None:
        document = delete(document, step)
    document = put(document, (*path, "version"), version + 1)
    return text.with_project(put(document, step, upcast_of(before, after)))


def upcast_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the step from fields as they were to fields as they are, as the project file writes it."""
    gone = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    renamed = _renamed(before, after, gone, new)
    new = [name for name in new if name not in renamed.values()]
    gone = [name for name in gone if name not in renamed]
    made = {
        name: found for name in after if name in before and (found := _made(name, before[name], after[name]))
    }
    needed = {name: _VALUES.get(_word(after[name]), "") for name in new if _needed(after[name])}
    said = {"rename": renamed, "set": made, "default": needed, "remove": gone}
    return {key: value for key, value in said.items() if value}


def _stored(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns fields by the names that they have in JSON."""
    return {(one.get("as", name) if isinstance(one, dict) else name): one for name, one in fields.items()}


def _renamed(
    before: Mapping[str, Any], after: Mapping[str, Any], gone: Sequence[str], new: Sequence[str]
) -> dict[str, str]:
    """Returns fields that are gone with the new ones that they are called now."""
    pairs = [(one, other) for one in gone for other in new if _word(before[one]) == _word(after[other])]
    olds, news = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    found: dict[str, str] = {}
    for one, other in sorted(pairs, key=lambda pair: _likeness(*pair), reverse=True):
        alone = olds[one] == 1 == news[other]
        if (alone or _likeness(one, other) >= ALIKE) and one not in found and other not in found.values():
            found[one] = other
    return {one: found[one] for one in gone if one in found}


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _made(name: str, before: Any, after: Any) -> str:
    """Returns the expression for a field that has another type now; empty where its values stay."""
    kinds = _word(before), _word(after)
    value = f"data.{name}" if name.isidentifier() else f"data['{name}']"
    if kinds[0] != kinds[1] and frozenset(kinds) not in _SAME:
        return _MADE.get(kinds, "{0}").format(value)
    if not _needed(before) and _needed(after):
        otherwise = write_value(_VALUES.get(kinds[1], "")).replace('"', "'")
        return f"has({value}) && {value} != null ? {value} : {otherwise}"
    return ""


def _word(value: Any) -> str:
    """Returns the type of a field as it is written, without the sign that it may be null."""
    word = value if isinstance(value, str) else value.get("type", "")
    return str(word).removesuffix("?")


def _needed(value: Any) -> bool:
    """Whether a field must have a value."""
    word = value if isinstance(value, str) else value.get("type", "")
    return not str(word).endswith("?") and (isinstance(value, str) or "default" not in value)

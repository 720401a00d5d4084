"""What people write who know other languages, and how a declared model says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.model.expressions.expression_hints import among
from workbench.model.hints import nearest

_OTHER_TYPES = {
    **dict.fromkeys(("bool", "bit", "flag"), "write boolean"),
    **dict.fromkeys(("text", "str", "char", "varchar"), "write string"),
    **dict.fromkeys(("int", "long", "int32", "int64"), "write integer"),
    **dict.fromkeys(("number", "float", "double", "numeric", "real"), "write decimal"),
    **dict.fromkeys(("date", "time", "datetime", "timestamp", "instant"), "write date-time"),
    **dict.fromkeys(("array", "set"), 'write { type: "list", of: "string" }'),
    **dict.fromkeys(("dict", "hash"), 'write { type: "map", of: "string" }'),
    **dict.fromkeys(("json", "any", "record", "struct"), "write object"),
    "enum": 'write { type: "choice", choices: ["one", "another"] }',
    "id": "write string or uuid",
    "guid": "write uuid",
    "duration": "write integer, and integer * duration('1s') where it is used",
}
"""What other languages call types, and what is written here."""
_OTHER_COLUMNS = {
    **dict.fromkeys(("string", "str", "varchar", "uuid", "email", "url", "choice"), "text"),
    **dict.fromkeys(("int", "long", "bigint"), "integer"),
    **dict.fromkeys(("double", "float", "real"), "number"),
    "bool": "boolean",
    **dict.fromkeys(("date-time", "datetime", "timestamp", "date"), "time"),
    **dict.fromkeys(("list", "map", "object", "array"), "json"),
}
"""What fields and other languages call types, and what a column of it is."""
_ONE_TYPE = re.compile(r"write ([\w-]+)(?: or [\w-]+)?")
SURE = 0.7
"""How alike a type is, 0 to 1, that is written in the place of another one."""
_NEEDED = frozenset({"required", "optional", "nullable", "mandatory", "null"})
_OTHER_KEYS = {
    "items": "of",
    "enum": "choices",
    "values": "choices",
    "minimum": "min",
    "minLength": "min",
    "maximum": "max",
    "maxLength": "max",
    "regex": "pattern",
    "format": "type",
    "then": "issue",
    "trigger": "on",
    "events": "on",
    "properties": "fields",
    "guards": "refuse",
    "reject_if": "refuse",
    "delay": "after",
    "timeout": "after",
    "data": "with",
    "foreach": "each",
    "else": "otherwise",
    "insert": "put",
    "upsert": "put",
    "delete": "remove",
    "cancel": "withdraw",
    "from": "list",
    "if": "when",
    "projection": "list",
    "fields": "state",
    "changes_or_creates": "creates_or_changes",
}
"""What other languages call keys, and what is written here."""
_REPEATED = 'nothing repeats by itself: a process issues with after: "1d", and again when its event happened'
_NOT_HERE = {
    "rows": (
        "issue",
        "handlers and read models look rows up; a command decides over its aggregates",
    ),
    "limit": ("order", "who asks gives limit and after: each page has up to that many rows"),
    **dict.fromkeys(("every", "schedule", "cron"), ("issue", _REPEATED)),
}
"""Keys that are looked for where they cannot be: a key that a block of that kind has, and the way out."""
_SHAPES = {
    "refuse": 'write refuse { reason { when: "…", message: "…" } }',
    "creates": 'of several each has its field: creates { one: "one_id", other: "other_id" }',
    "changes": 'of several each has its field: changes { one: "one_id", other: "other_id" }',
    "each": 'write each { line: "event.lines" }',
    "ends": "an instance ends at an event, not by a condition: end it at one that happens only then",
    "starts": "an instance begins at an event, not by a condition: let key be null where it does not",
}
"""How what was written in another shape is written."""


def type_hint(word: str, known: Sequence[str]) -> str:
    """Says what to write where there is no type of a name."""
    if word.endswith("[]"):
        return f'write {{ type: "list", of: "{word[:-2]}" }}'
    return _OTHER_TYPES.get(word.lower()) or among(word, known)


def column_hint(word: object) -> str:
    """Says what to write where there is no type of column of a name."""
    bare = str(word).removesuffix("?")
    if bare != word and bare not in _OTHER_COLUMNS:
        return f"write {bare}: a column may be null"
    meant = _OTHER_COLUMNS.get(bare.lower(), "")
    return f"write {meant}" if meant else ""


def type_meant(word: str, known: Sequence[str], *, column: bool) -> str:
    """Returns the type that was meant by a name that is none; empty where that is not sure enough.

    Args:
        column: It is that of a column.
    """
    found = _ONE_TYPE.fullmatch(column_hint(word) if column else type_hint(word, ()))
    begun = next((one for one in known if one.startswith(word)), "")
    return found[1] if found is not None else begun or nearest(word, known, SURE)


def shape_hint(path: Sequence[str]) -> str:
    """Says how to write what stands at a path in another shape than it can have; empty for most."""
    if path[-2] == "refuse":
        return f'write {path[-1]} {{ when: "…", message: "…" }}'
    return "" if path[-2] in {"fields", "columns", "state"} else _SHAPES.get(path[-1], "")


def key_meant(key: str, known: Sequence[str]) -> str:
    """Returns the key that was meant by one that has no meaning; empty for none."""
    if _not_here(key, known):
        return ""
    other = _OTHER_KEYS.get(key, "")
    return other if other in known else nearest(key, known)


def key_hint(key: str, known: Sequence[str], legal: Sequence[str]) -> str:
    """Says what to write instead of a key that has no meaning.

    Args:
        known: The keys that a block can have anywhere, of which one may have been meant.
        legal: Those that it can have here.
    """
    if key in _NEEDED and "default" in known:
        return "a field has to be given unless its type ends with ? or it has a default"
    if meant := key_meant(key, known):
        return f"did you mean {meant}?"
    return _not_here(key, known) or (f"known here: {', '.join(legal)}" if legal else "")


def _not_here(key: str, known: Sequence[str]) -> str:
    beside, way = _NOT_HERE.get(key, ("", ""))
    return way if beside in known else ""

"""Says the fields of a JSON Schema in words, a row for each: name, type, whether it is needed, what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.model.limit_words import limits_of
from workbench.model.secrets import masked
from workbench.model.type_words import decimal_word, type_word

DEEP = 6
"""References that are followed into each other; a schema may refer to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaField:
    """One field."""

    name: str
    type: str
    required: bool
    doc: str


def fields_of(schema: Mapping[str, Any]) -> list[SchemaField]:
    """Returns the fields of an object's schema, in their order."""
    top = _resolved(schema, schema)
    needed = set(top.get("required", ()))
    return [
        SchemaField(
            name=name,
            type=_type(item, schema, DEEP),
            required=name in needed,
            doc=_doc(name, _resolved(item, schema), item),
        )
        for name, item in top.get("properties", {}).items()
        if isinstance(item, Mapping)
    ]


def _resolved(item: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(DEEP):
        reference = item.get("$ref")
        if not isinstance(reference, str):
            break
        item = root.get("$defs", {}).get(reference.rpartition("/")[2], {})
    return item


def _type(item: Mapping[str, Any], root: Mapping[str, Any], deep: int) -> str:
    item = _resolved(item, root)
    if not deep:
        return "…"
    if "const" in item:
        return _value(item["const"])
    if "enum" in item:
        return ", ".join(map(_value, item["enum"]))
    options = item.get("anyOf") or item.get("oneOf")
    if options and (word := decimal_word(item, options)):
        return word
    if options:
        said = dict.fromkeys(_type(one, root, deep - 1) for one in options if one.get("type") != "null")
        return " or ".join(said)
    kind = item.get("type")
    if kind == "array":
        inner = item.get("items")
        return f"list of {_type(inner, root, deep - 1)}" if isinstance(inner, Mapping) else "list"
    if kind == "object" and item.get("properties"):
        return f"object: {', '.join(item['properties'])}"
    if isinstance(inner := item.get("additionalProperties"), Mapping):
        return f"map of {_type(inner, root, deep - 1)}"
    return type_word(item)


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _doc(name: str, resolved: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    said = item.get("description") or ("" if "properties" in resolved else resolved.get("description", ""))
    default = masked({name: item.get("default")})[name]
    options = (resolved, *resolved.get("anyOf", ()))
    limits = next(filter(None, (limits_of(one, pattern="format" not in one) for one in options)), "")
    parts = [str(said), limits]
    parts += [] if default in (None, "", [], {}) else [f"default {_value(default)}"]
    return "; ".join(filter(None, parts))

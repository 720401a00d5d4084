"""Says in words what a JSON Schema limits a value to: the same in forms and in documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.model.pydantic_messages import number_text


def limits_of(schema: Mapping[str, Any], *, pattern: bool = True) -> str:
    """Says in words what a value must keep to, such as ``3 to 40 characters``; empty where nothing is set.

    Args:
        pattern: Whether to show a regular expression, for want of better words.
    """
    low, high = schema.get("minimum"), schema.get("maximum")
    found = [
        _range(low, high, ""),
        _range(schema.get("minLength") or None, schema.get("maxLength"), " characters"),
        _range(schema.get("minItems") or None, schema.get("maxItems"), " items"),
        _range(schema.get("minProperties") or None, schema.get("maxProperties"), " entries", " entry"),
    ]
    for key, words in _LIMITS.items():
        if key in schema and (pattern or key != "pattern"):
            found.append(f"{words} {number_text(schema[key])}")
    if schema.get("uniqueItems"):
        found.append("no item twice")
    return ", ".join(part for part in found if part)


_LIMITS = {
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
    "pattern": "matches",
}


def _range(low: Any, high: Any, unit: str, one: str = "") -> str:
    def amount(number: Any) -> str:
        return number_text(number) + ((one or unit.removesuffix("s")) if number == 1 else unit)

    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {amount(low)}"
    if low is None:
        return f"at most {amount(high)}"
    return f"exactly {amount(low)}" if low == high else f"{number_text(low)} to {amount(high)}"

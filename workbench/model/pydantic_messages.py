"""Says what pydantic found wrong in sentences for people, at the place where a person sees it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def sentence_of(detail: Mapping[str, Any], example: object = None) -> str:
    """Says what is wrong in words that follow a field's name, such as ``must be at least 3 characters``.

    Args:
        detail: One of the entries of a pydantic error: ``type``, ``msg``, ``input`` and ``ctx``.
        example: A value that the field would take, if one is known.
    """
    kind, context = str(detail["type"]), dict(detail.get("ctx", {}))
    if kind == "missing" or (detail.get("input") is None and kind != "none_required"):
        return "is required"
    if detail.get("input") == "" and kind in {"string_pattern_mismatch", "string_too_short"}:
        return "must not be empty"
    if kind in {"value_error", "assertion_error"}:
        return str(context.get("error") or detail["msg"])
    if kind in {"string_too_short", "too_short"} and context["min_length"] == 1:
        return "must not be empty"
    if kind == "string_pattern_mismatch" and example is not None:
        return f"must look like {example} (pattern {context['pattern']})"
    family = next((words for start, words in _FAMILIES.items() if kind.startswith(start)), "")
    words = _SENTENCES.get(kind) or (family if kind.endswith(_UNREADABLE) else "")
    if not words:
        return re.sub(r"^(Input|Value) should (not )?(?=be )", r"must \2", str(detail["msg"]))
    return _singular(words.format_map({name: number_text(value) for name, value in context.items()}))


def number_text(value: object) -> str:
    """Returns a number without a fraction that is nothing, ``0`` for ``0.0``; all else as it is."""
    return str(value).removesuffix(".0") if isinstance(value, float | Decimal) else str(value)


_SENTENCES = {
    "string_too_short": "must be at least {min_length} characters",
    "string_too_long": "must be at most {max_length} characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "too_short": "needs at least {min_length} items",
    "too_long": "can have at most {max_length} items",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "finite_number": "must be a finite number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "has too many digits",
    "decimal_max_digits": "can have at most {max_digits} digits",
    "decimal_max_places": "can have at most {decimal_places} digits after the point",
    "decimal_whole_digits": "can have at most {whole_digits} digits before the point",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "timezone_aware": "needs a time zone",
    "timezone_naive": "must have no time zone",
    "date_past": "must lie in the past",
    "date_future": "must lie in the future",
    "datetime_past": "must lie in the past",
    "datetime_future": "must lie in the future",
    "extra_forbidden": "is not a known field",
    "none_required": "must be empty",
    "frozen_set_type": "must be a list",
    "set_type": "must be a list",
}
_UNREADABLE = ("_type", "_parsing", "_inexact")
_FAMILIES = {
    "int": "must be a whole number",
    "float": "must be a number",
    "decimal": "must be a number",
    "bool": "must be yes or no",
    "string": "must be text",
    "datetime": "must be a date and time",
    "date": "must be a date",
    "time_delta": "must be a duration such as 1 h 30 min",
    "time": "must be a time of day",
    "uuid": "must be a UUID",
    "url": "must be a URL such as https://example.com",
    "bytes": "must be text",
    "list": "must be a list",
    "tuple": "must be a list",
    "dict": "must be an object",
    "model": "must be an object",
    "mapping": "must be an object",
}


def _singular(text: str) -> str:
    return re.sub(r"\b(1 (?:character|item|digit))s\b", r"\1", text)


def place_of(detail: Mapping[str, Any], value: Any) -> tuple[str | int, ...]:
    """Returns an error's place without the names of union members, which no value has as keys."""
    loc: Sequence[str | int] = detail["loc"]
    place: list[str | int] = []
    for number, step in enumerate(loc, start=1):
        missing = number == len(loc) and detail["type"] == "missing"
        if _has(value, step):
            value = value[step]
        elif not missing:
            continue
        place.append(step)
    return tuple(place)


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, list | tuple):
        return isinstance(step, int) and 0 <= step < len(value)
    return isinstance(value, Mapping) and step in value


def doc_of(thing: object) -> str:
    """Returns a class's own docstring, or a function's; not one that a class inherits."""
    own = vars(thing).get("__doc__") if isinstance(thing, type) else getattr(thing, "__doc__", None)
    return inspect.cleandoc(own) if isinstance(own, str) else ""


def summary_of(doc: str) -> str:
    """Returns the first paragraph of a docstring as one line."""
    return " ".join(doc.strip().split("\n\n", 1)[0].split())

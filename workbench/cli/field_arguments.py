"""Reads fields as they are written on one line: ``name=text``, ``name:=JSON``, ``outer.inner=text``."""

from __future__ import annotations

from typing import Any

from workbench.errors import InvalidValue
from workbench.model.json_values import MAX_DEPTH, ForeignJsonError, parse_foreign_json


def assign(values: dict[str, Any], text: str) -> None:
    """Puts one field into an object, or replaces it there.

    Args:
        text: The field's dotted path; ``=`` and a text, or ``:=`` and a JSON value.

    Raises:
        InvalidValue: It says no field, no JSON, or goes through something that is no object.
    """
    path, equals, said = text.partition("=")
    as_json = path.endswith(":")
    steps = path.removesuffix(":").split(".")
    if not equals or not all(steps):
        raise InvalidValue("write FIELD=TEXT, or FIELD:=JSON", path="")
    if len(steps) > MAX_DEPTH:
        raise InvalidValue(f"nested deeper than {MAX_DEPTH}", path="")
    value: Any = said
    if as_json:
        try:
            value = parse_foreign_json(said)
        except ForeignJsonError as error:
            raise InvalidValue(
                str(error), path="", hint="behind := stands JSON, such as 5, true, [1, 2]"
            ) from None
    *outer, last = steps
    inner = values
    for step in outer:
        inner = inner.setdefault(step, {})
        if not isinstance(inner, dict):
            raise InvalidValue(f"{step} is no object, so nothing can lie in it", path="")
    inner[last] = value

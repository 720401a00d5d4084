"""Functions of objects and maps: each gives a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from pydantic import BaseModel, ValidationError

from workbench.model.expressions.budget import Frame, step, take
from workbench.model.expressions.cel_values import Wrong, words_of
from workbench.model.expressions.value_views import attributes_of, names_of, plain


def changed(frame: Frame, value: Any, changes: Mapping[str, Any]) -> Any:
    """Returns an object with other values in some of its fields; it is of the same class.

    Raises:
        Wrong: It has no such field, or a value does not fit.
    """
    if isinstance(value, Mapping):
        return {**_copied(frame, value, "with"), **changes}
    if not isinstance(value, msgspec.Struct | BaseModel):
        raise Wrong(f"with changes an object, and this is {words_of(value)}")
    written = names_of(type(value))
    if odd := [name for name in changes if name not in written]:
        raise Wrong(f"the object has no {odd[0]}")
    step(frame, 10 * len(written))
    made = dict(
        zip(written.values(), (getattr(value, one) for one in attributes_of(type(value)) or ()), strict=True)
    )
    made |= {written[name]: plain(one) for name, one in changes.items()}
    try:
        if isinstance(value, BaseModel):
            return type(value).model_validate(made)
        return msgspec.convert(made, type(value), from_attributes=True)
    except (msgspec.ValidationError, ValidationError) as error:
        raise Wrong(f"with: {error}") from None


def put(frame: Frame, values: Any, key: str, value: Any) -> dict[str, Any]:
    """Returns a map with a value at a key."""
    made = _copied(frame, values, "put")
    made[key] = value
    return made


def without(frame: Frame, values: Any, key: str) -> dict[str, Any]:
    """Returns a map without a key, whether it is there or not."""
    made = _copied(frame, values, "without")
    made.pop(key, None)
    return made


def found(values: Any, key: str, otherwise: Any) -> Any:
    """Returns the value at a key; another one where there is none."""
    return values.get(key, otherwise)


def _copied(frame: Frame, values: Any, name: str) -> dict[str, Any]:
    if type(values) is not dict and not isinstance(values, Mapping):
        raise Wrong(f"{name} changes a map, and this is {words_of(values)}")
    size = len(values)
    take(frame, size + 1)
    if size > 15:
        step(frame, size >> 4)
    return {**values}

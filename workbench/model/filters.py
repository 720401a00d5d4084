"""Filters: which messages a subscription wants, as a CEL expression or as field, operator and value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workbench.model.values import at_path


class Operator(StrEnum):
    """Comparisons of the simple form; a missing field matches only ``not_equals`` (contract §8)."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"


Matcher = Callable[[Mapping[str, Any]], bool]
"""Answers for one message, given as ``{"type", "topic", "key", "data", "metadata"}``."""


class Filter(BaseModel):
    """Which messages pass; empty lets all pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expression: str = Field(
        "", description="CEL, for example data.status == 'active'", examples=["data.total > 100"]
    )
    field: str = Field("", description="Dotted path in the data, for the simple form")
    operator: Operator = Field(Operator.EQUALS, description="Comparison of the simple form")
    value: str | int | float | bool | None = Field(None, description="What the field is compared with")

    @model_validator(mode="after")
    def _one_form(self) -> Filter:
        if self.expression and self.field:
            raise ValueError("give an expression or a field, not both")
        if self.expression:
            _compile(self.expression)
        return self

    @property
    def empty(self) -> bool:
        """Whether everything passes."""
        return not self.expression and not self.field

    def __str__(self) -> str:
        if self.expression or not self.field:
            return self.expression
        return f"{self.field} {self.operator.value} {self.value!r}"

    def matcher(self) -> Matcher:
        """Returns the compiled test."""
        if self.expression:
            return _compile(self.expression)
        if self.field:
            return self._simple
        return _everything

    def _simple(self, message: Mapping[str, Any]) -> bool:
        found, value = at_path(message["data"], self.field)
        if self.operator is Operator.NOT_EQUALS:
            return not (found and _equal(value, self.value))
        if not found:
            return False
        match self.operator:
            case Operator.EQUALS:
                return _equal(value, self.value)
            case Operator.CONTAINS:
                return _contains(value, self.value)
            case Operator.GREATER_THAN:
                return _comparable(value, self.value) and value > self.value
            case _:
                return _comparable(value, self.value) and value < self.value


def _everything(_message: Mapping[str, Any]) -> bool:
    return True


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _comparable(left: object, right: object) -> bool:
    return (_number(left) and _number(right)) or (isinstance(left, str) and isinstance(right, str))


def _equal(left: object, right: object) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return (left is None and right is None) or (_comparable(left, right) and left == right)


def _contains(value: object, wanted: object) -> bool:
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    return isinstance(value, list) and any(_equal(item, wanted) for item in value)


def _compile(expression: str) -> Matcher:
    import cel

    try:
        program = cel.compile(expression)
    except ValueError as error:
        raise ValueError(f"not a CEL expression: {error}") from None

    def matches(message: Mapping[str, Any]) -> bool:
        try:
            return program.execute(dict(message)) is True
        except (KeyError, TypeError):
            return False  # a missing field and a comparison across types match nothing (contract §8)

    return matches

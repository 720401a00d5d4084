"""Filters: which messages a subscription wants, as an expression or as field, operator and value.

What is not there matches nothing: a message without the field, key or item that an expression reads does not
pass, nor does one where it would be read from null; only ``has(data.field)`` asks for it (contract §8). What
is there and does not fit is an error of that delivery, never silence (X3): a text compared with a number, a
division by zero, a result that is neither true nor false. In the simple form two kinds of values never match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workbench.model.json_values import at_path


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
            try:
                check_expression(self.expression)
            except ValueError as error:
                raise ValueError(f"not a CEL expression: {error}") from None
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


def check_expression(expression: str) -> None:
    """Makes sure that an expression can be a filter.

    Raises:
        InvalidExpression: It is no CEL, names what is not there, or gives neither true nor false.
    """
    _compile(expression)


@lru_cache(maxsize=256)
def _compile(expression: str) -> Matcher:
    from workbench.errors import ExpressionFailed
    from workbench.model.expressions.cel_values import Missing, words_of
    from workbench.model.expressions.expression import compile_expression
    from workbench.model.expressions.flaws import Flaw, InvalidExpression
    from workbench.model.expressions.message_names import MESSAGE
    from workbench.model.expressions.value_kinds import Kind

    made = compile_expression(expression, MESSAGE, place=lambda: "filter")
    if made.type.kind not in {Kind.BOOLEAN, Kind.ANY}:
        said = f"a filter is true or false, and this is {made.type.words}"
        raise InvalidExpression([Flaw(0, len(expression), said)])
    run = made.run

    def matches(message: Mapping[str, Any]) -> bool:
        try:
            found = run(message)
        except ExpressionFailed as error:
            if isinstance(error.__cause__, Missing):
                return False
            raise
        if found is True or found is False:
            return found
        raise ExpressionFailed(f"filter: {expression}: it is true or false, and this is {words_of(found)}")

    return matches

"""Conditions on the rows of a read model: columns compared with values, joined by and and or (Q2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any

from workbench.errors import InvalidValue

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
OPERATORS = ("==", "!=", *_ORDERS)


@dataclass(frozen=True, slots=True)
class Compare:
    """A column compared with a value; an empty column equals None alone, and is in no order with anything.

    Attributes:
        operator: One of ``== != < <= > >=``; texts are ordered by code points.
    """

    column: str
    operator: str
    value: Any

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            said = f"a column is compared by one of {' '.join(OPERATORS)}, not {self.operator!r}"
            raise InvalidValue(said, path="")


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where all of its parts do; without parts always."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where at least one of its parts does; without parts never."""

    parts: tuple[Condition, ...]


Condition = Compare | AllOf | AnyOf
Where = Mapping[str, Any] | Condition
"""A condition, or what each of some columns equals."""
ALWAYS = AllOf(())
NEVER = AnyOf(())


def condition_of(where: Where) -> Condition:
    """Returns what is asked for as a condition."""
    if isinstance(where, Compare | AllOf | AnyOf):
        return where
    return AllOf(tuple(Compare(column, "==", value) for column, value in where.items()))


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Yields all comparisons in a condition."""
    if isinstance(condition, Compare):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def each_compared(condition: Condition, change: Callable[[Compare], Condition]) -> Condition:
    """Returns a condition with another one in place of each of its comparisons."""
    if isinstance(condition, Compare):
        return change(condition)
    return type(condition)(tuple(each_compared(part, change) for part in condition.parts))


def holds(condition: Condition, row: Mapping[str, Any]) -> bool:
    """Whether a row is one that is asked for; its values and those compared are as a store keeps them."""
    match condition:
        case AllOf():
            return all(holds(part, row) for part in condition.parts)
        case AnyOf():
            return any(holds(part, row) for part in condition.parts)
        case Compare(operator="=="):
            return bool(row[condition.column] == condition.value)
        case Compare(operator="!="):
            return bool(row[condition.column] != condition.value)
    value = row[condition.column]
    return value is not None and _ORDERS[condition.operator](value, condition.value)

"""Compares what was expected with what happened: fact by fact, and list by list to the nearest match."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.model.json_differences import leaf_pairs

Cost = Callable[[int, int], float]
"""How unlike an expectation and a happening are, by their places: 0 fits, from 1 on they are never paired."""

UNPAIRED = 1.0
LIKE, UNLIKE = 0.2, 0.9
"""Costs of the best and the worst match that is still shown side by side."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where what happened is not what was expected; a side without a value is `MISSING`."""

    path: str
    expected: Any
    happened: Any


def mismatches(expected: Any, happened: Any, *, exact: bool = False, path: str = "") -> Iterator[Mismatch]:
    """Yields what is not as expected.

    A mapping asks only for the keys that it has, at every depth, unless ``exact``; a list asks for as many
    items as it has, in their order. Numbers are equal when their values are, whatever their kind; true is
    not 1. What happened as a decimal or a time is compared as such, whether text or
    a number was expected.
    """
    for place, one, other in leaf_pairs(expected, happened, path, exact=exact):
        if not _same(one, other):
            yield Mismatch(place, one, other)


def fits(expected: Any, happened: Any, *, exact: bool = False) -> bool:
    """Whether nothing is other than expected."""
    return next(mismatches(expected, happened, exact=exact), None) is None


def unlikeness(expected: Mapping[str, Any], differing: int, *, named: bool) -> float:
    """Returns how far a thing is from what was expected: 0 if nothing differs.

    Args:
        differing: How many facts differ.
        named: Whether it is at least of the same kind and name; else they are never paired.
    """
    if not differing:
        return 0.0
    share = min(1.0, differing / max(1, _leaves(expected)))
    return LIKE + (UNLIKE - LIKE) * share if named else UNPAIRED


def in_order(wanted: int, required: Sequence[bool], cost: Cost) -> list[tuple[int | None, int | None]]:
    """Aligns expectations with what happened, both in their order, as cheaply as can be.

    An expectation without a match costs 1, and so does a happening that is required to be expected; any other
    happening may stand between for nothing. So all fits exactly if the cheapest alignment costs nothing.

    Args:
        wanted: How many expectations there are.
        required: For each happening whether it must be expected.
        cost: Of matching the one with the other; from 1 on they are never paired.

    Returns:
        Pairs of places in order; None where one side has no partner.
    """
    size = len(required)
    best = [[0.0] * (size + 1) for _ in range(wanted + 1)]
    for i in range(wanted, -1, -1):
        for j in range(size, -1, -1):
            if i < wanted or j < size:
                best[i][j] = min(step for step, _, _ in _steps(i, j, wanted, required, cost, best))
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < wanted or j < size:
        _, move_i, move_j = min(_steps(i, j, wanted, required, cost, best), key=lambda step: step[0])
        pairs.append((i if move_i else None, j if move_j else None))
        i, j = i + move_i, j + move_j
    return pairs


def _steps(
    i: int, j: int, wanted: int, required: Sequence[bool], cost: Cost, best: list[list[float]]
) -> Iterator[tuple[float, int, int]]:
    """Yields what can be done next, with what all of the rest then costs; a match comes first."""
    if i < wanted and j < len(required) and (price := cost(i, j)) < UNPAIRED:
        yield price + best[i + 1][j + 1], 1, 1
    if j < len(required):
        yield (1.0 if required[j] else 0.0) + best[i][j + 1], 0, 1
    if i < wanted:
        yield 1.0 + best[i + 1][j], 1, 0


def in_any_order(wanted: int, happened: int, cost: Cost) -> list[tuple[int | None, int | None]]:
    """Gives as many expectations as can be a fitting happening of their own, then the nearest that is left.

    Returns:
        Pairs in the order of the expectations, then the unexpected happenings.
    """
    owner: dict[int, int] = {}
    for i in range(wanted):
        _augment(i, happened, cost, owner, set())
    partner = {i: j for j, i in owner.items()}
    free = [j for j in range(happened) if j not in owner]
    for i in range(wanted):
        if i not in partner and free:
            nearest = min(free, key=lambda j, i=i: cost(i, j))  # type: ignore[misc]
            if cost(i, nearest) < UNPAIRED:
                partner[i] = nearest
                free.remove(nearest)
    pairs: list[tuple[int | None, int | None]] = [(i, partner.get(i)) for i in range(wanted)]
    return [*pairs, *((None, j) for j in free)]


def _augment(i: int, happened: int, cost: Cost, owner: dict[int, int], seen: set[int]) -> bool:
    """Finds a fitting happening for an expectation, moving others if they can move (Kuhn's algorithm)."""
    for j in range(happened):
        if j in seen or cost(i, j):
            continue
        seen.add(j)
        if j not in owner or _augment(owner[j], happened, cost, owner, seen):
            owner[j] = i
            return True
    return False


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(other, Decimal):
        return isinstance(one, int | float | str) and _decimal(one) == other
    if isinstance(other, datetime) and isinstance(one, str):
        return _time(one) == other
    return bool(one == other)


def _decimal(value: float | str) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _leaves(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if _is_list(value) else 1

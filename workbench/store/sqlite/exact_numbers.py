"""Keeps decimals as texts that sort as the numbers do: what they sort by, a blank, and the number itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from workbench.model.projection import EXACT

_MIDDLE = 500
_TURNED = str.maketrans("0123456789", "9876543210")


def written(value: Decimal) -> str:
    """Returns the text for a decimal: sign, power of ten and digits, each such that texts sort as numbers."""
    digits = "".join(map(str, value.as_tuple().digits)).strip("0")
    if not digits:
        return f"0 {value:f}"
    place = f"{value.adjusted() + _MIDDLE:03}{digits}"
    return f"1{place} {value:f}" if value > 0 else f"-{place.translate(_TURNED)}~ {value:f}"


def shown(column: str, kind: str) -> str:
    """Returns what gives the values of a column in SQL, decimals as people write them."""
    return f'substr("{column}", instr("{column}", \' \') + 1)' if kind in EXACT else f'"{column}"'


def read(text: str) -> Decimal:
    """Returns the decimal of a text."""
    return Decimal(text.partition(" ")[2])


@lru_cache(maxsize=256)
def exact_places(columns: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """Returns the places of the columns that hold decimals."""
    return tuple(place for place, (_, kind) in enumerate(columns) if kind in EXACT)


def reader_of(columns: Sequence[tuple[str, str]]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """Returns what makes a row of a table's values in the order of its columns."""
    names, places = [name for name, _ in columns], exact_places(tuple(columns))
    decimals = [names[place] for place in places]

    def row_of(values: Sequence[Any]) -> dict[str, Any]:
        row = dict(zip(names, values, strict=True))
        for name in decimals:
            if (text := row[name]) is not None:
                row[name] = read(text)
        return row

    return row_of


sqlite3.register_adapter(Decimal, written)

"""The functions that an expression may call: CEL's own and those of its library for Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.model.expressions.kinds import (
    BOOLEAN,
    DOUBLE,
    DURATION,
    INTEGER,
    LIST,
    STRING,
    TIME,
    Kind,
    Type,
)

if TYPE_CHECKING:
    import cel

MACROS = ("map", "filter", "all", "exists", "exists_one")
_TEXT = frozenset({Kind.STRING})
_NUMBER = frozenset({Kind.INTEGER, Kind.DOUBLE})
_EXACT = frozenset({Kind.DECIMAL})
_LIST = frozenset({Kind.LIST})
_WHOLE = frozenset({Kind.INTEGER})
_TIME = frozenset({Kind.TIME})
_ANYTHING: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives.

    Attributes:
        takes: Kinds of its arguments; empty for any. What stands before the dot is the first.
        gives: None gives what its first argument is, or holds.
        optional: How many of the last arguments may be left out.
    """

    takes: tuple[frozenset[Kind], ...]
    gives: Type | None
    optional: int = 0

    @property
    def least(self) -> int:
        """Fewest arguments."""
        return len(self.takes) - self.optional

    @property
    def most(self) -> int:
        """Most arguments."""
        return len(self.takes)

    @property
    def words(self) -> str:
        """How many arguments, as people say it."""
        count = f"{self.least} to {self.most}" if self.optional else str(self.most)
        return f"{count} value{'' if count == '1' else 's'}"


_TEXTS = Type(kind=Kind.LIST, item=STRING)
FUNCTIONS: Mapping[str, Signature] = {
    "size": Signature((frozenset({Kind.STRING, Kind.LIST, Kind.RECORD}),), INTEGER),
    "contains": Signature((_TEXT | _LIST, _ANYTHING), BOOLEAN),
    "startsWith": Signature((_TEXT, _TEXT), BOOLEAN),
    "endsWith": Signature((_TEXT, _TEXT), BOOLEAN),
    "matches": Signature((_TEXT, _TEXT), BOOLEAN),
    "string": Signature((_TEXT | _NUMBER | _EXACT | _TIME,), STRING),
    "int": Signature((_TEXT | _NUMBER,), INTEGER),
    "double": Signature((_TEXT | _NUMBER | _EXACT,), DOUBLE),
    "timestamp": Signature((_TEXT | _TIME,), TIME),
    "duration": Signature((_TEXT | {Kind.DURATION},), DURATION),
    "sum": Signature((_LIST,), None),
    "min": Signature((_LIST,), None),
    "max": Signature((_LIST,), None),
    "charAt": Signature((_TEXT, _WHOLE), STRING),
    "indexOf": Signature((_TEXT, _TEXT, _WHOLE), INTEGER, 1),
    "lastIndexOf": Signature((_TEXT, _TEXT, _WHOLE), INTEGER, 1),
    "substring": Signature((_TEXT, _WHOLE, _WHOLE), STRING, 1),
    "replace": Signature((_TEXT, _TEXT, _TEXT, _WHOLE), STRING, 1),
    "split": Signature((_TEXT, _TEXT, _WHOLE), _TEXTS, 1),
    "join": Signature((_LIST, _TEXT), STRING, 1),
    "lowerAscii": Signature((_TEXT,), STRING),
    "upperAscii": Signature((_TEXT,), STRING),
    "trim": Signature((_TEXT,), STRING),
    "distinct": Signature((_LIST,), LIST),
    "sort": Signature((_LIST,), LIST),
    **{f"math.{name}": Signature((_NUMBER,), None) for name in ("abs", "sign")},
    **{f"math.{name}": Signature((_NUMBER,), DOUBLE) for name in ("ceil", "floor", "round", "trunc")},
    **{
        name: Signature((_TIME, _TEXT), INTEGER, 1)
        for name in (
            "getFullYear",
            "getMonth",
            "getDate",
            "getDayOfMonth",
            "getDayOfWeek",
            "getDayOfYear",
            "getHours",
            "getMinutes",
            "getSeconds",
            "getMilliseconds",
        )
    },
}
"""By the name that stands before the parenthesis, with what stands before its dot as the first argument."""


@cache
def library() -> Mapping[str, Callable[..., Any]]:
    """Returns the functions that CEL itself does not bring, from the package that brings CEL."""
    import cel
    from cel.stdlib import add_stdlib_to_context

    context = cel.Context()
    add_stdlib_to_context(context)
    return dict(context.functions)


def context_of(variables: Mapping[str, Any], functions: tuple[str, ...]) -> cel.Context:
    """Returns what CEL needs to run an expression that calls these functions."""
    import cel

    known = library()
    return cel.Context(dict(variables), {name: known[name] for name in functions if name in known})

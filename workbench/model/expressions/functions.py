"""The functions that an expression may call: what each takes and gives, and how it is done, in one table.

The check and the run read the same table, so what is accepted runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.model.expressions import (
    conversions,
    list_functions,
    math_functions,
    object_functions,
    text_functions,
    time_functions,
)
from workbench.model.expressions.budget import Frame, step
from workbench.model.expressions.format_function import formatted
from workbench.model.expressions.patterns import compiled, matches
from workbench.model.expressions.value_kinds import (
    ANY,
    BOOLEAN,
    BYTES,
    DECIMAL,
    DOUBLE,
    DURATION,
    INTEGER,
    RECORD,
    STRING,
    TIME,
    TYPE,
    UINT,
    Kind,
    Type,
    common,
    comparable,
    computed,
    misfit,
    number_of,
)

Gives = Type | Callable[[Sequence[Type]], Type]
"""What a function gives, or how that follows from what it is given."""


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes, gives and does.

    Attributes:
        takes: Kinds of its arguments; empty for any. What stands before the dot is the first.
        run: Does it; takes the frame first where it is metered.
        optional: How many of the last arguments may be left out.
        metered: It looks through texts or lists, or makes them.
        many: More arguments like the last one may follow.
        holds: Kinds of what a list may hold that it is given; empty for any.
        literals: What must accept an argument that is written out, by its number.
        kept: Numbers of arguments that are taken as they are kept: an object with its class.
        misfit: Says what else does not fit together of the arguments; empty if all does.
    """

    takes: tuple[frozenset[Kind], ...]
    gives: Gives
    run: Callable[..., Any]
    optional: int = 0
    metered: bool = False
    many: bool = False
    holds: frozenset[Kind] = frozenset()
    literals: Mapping[int, Callable[[Any], Any]] | None = None
    kept: frozenset[int] = frozenset()
    misfit: Callable[[Sequence[Type]], str] = lambda _types: ""

    @property
    def least(self) -> int:
        """Fewest arguments."""
        return len(self.takes) - self.optional

    @property
    def most(self) -> int:
        """Most arguments."""
        return 100 if self.many else len(self.takes)

    @property
    def words(self) -> str:
        """How many arguments, as people say it."""
        if self.many:
            return f"at least {self.least} value"
        count = f"{self.least} to {self.most}" if self.optional else str(self.most)
        return f"{count} value{'' if count == '1' else 's'}"

    def given(self, types: Sequence[Type]) -> Type:
        """Returns what it gives for such arguments."""
        return self.gives if isinstance(self.gives, Type) else self.gives(types)


_TEXT = frozenset({Kind.STRING})
_WHOLE = frozenset({Kind.INTEGER})
_BITS = frozenset({Kind.INTEGER, Kind.UINT})
_DOUBLE = frozenset({Kind.INTEGER, Kind.DOUBLE})
_NUMBER = frozenset({Kind.INTEGER, Kind.UINT, Kind.DOUBLE, Kind.DECIMAL})
_LIST = frozenset({Kind.LIST})
_RECORD = frozenset({Kind.RECORD})
_BYTES = frozenset({Kind.BYTES})
_TIME = frozenset({Kind.TIME})
_DURATION = frozenset({Kind.DURATION})
_BOOLEAN = frozenset({Kind.BOOLEAN})
_ORDERED = _TEXT | _NUMBER | _BYTES | _TIME | _DURATION | _BOOLEAN
_ANYTHING: frozenset[Kind] = frozenset()
_TEXTS = Type(kind=Kind.LIST, item=STRING)
_WHOLES = Type(kind=Kind.LIST, item=INTEGER)


def _first(types: Sequence[Type]) -> Type:
    return replace(types[0], nullable=False, choices=(), places=None)


def _item(types: Sequence[Type]) -> Type:
    return computed(types[0].item or ANY)


def _extreme(types: Sequence[Type]) -> Type:
    if len(types) == 1 and types[0].kind is Kind.LIST:
        return _item(types)
    plain = [replace(computed(one), nullable=False, choices=(), places=None) for one in types]
    return number_of(*plain) or common(plain)


def _unlike(types: Sequence[Type]) -> str:
    """Says which of some values cannot be compared with the first."""
    odd = next((one for one in types if not comparable(types[0], one)), None)
    return "" if odd is None else f"{types[0].words} is not compared with {odd.words}"


def _map(types: Sequence[Type]) -> Type:
    return replace(RECORD, item=types[0].item)


def _found(types: Sequence[Type]) -> Type:
    return common([computed(types[0].item or ANY), computed(types[2])])


def _odd_field(types: Sequence[Type]) -> str:
    """Says which change is none of a field of the object, or does not fit it."""
    fields, changes = types[0].fields, types[1].fields
    if fields is None or changes is None:
        return ""
    odd = (misfit(name, fields[name], one) for name, one in changes.items() if name in fields)
    missing = next((f"the object has no {name}" for name in changes if name not in fields), "")
    return missing or next(filter(None, odd), "")


def _no_map(types: Sequence[Type]) -> str:
    """Says why this is no map; empty if it can be one."""
    own = types[0].fields is not None and not types[0].keyed
    return "this is for maps, and the object has fields of its own: with changes those" if own else ""


def _odd_value(types: Sequence[Type]) -> str:
    """Says why this is no map, or the value not one of its values."""
    return _no_map(types) or misfit("a value of the map", types[0].item or ANY, types[2])


def _number(types: Sequence[Type]) -> Type:
    """Returns the kind of the numbers that are given, each or as a list."""
    kinds = {((one.item or ANY) if one.kind is Kind.LIST else one).counts_as for one in types}
    return Type(kind=kinds.pop()) if len(kinds) == 1 else ANY


def _rounded(types: Sequence[Type]) -> Type:
    return _first(types) if types[0].kind in {Kind.DECIMAL, Kind.ANY} else DOUBLE


def _bits(types: Sequence[Type]) -> Type:
    return next((one.not_null() for one in types if one.kind in _BITS), ANY)


def reading(run: Callable[[Any], Any]) -> Callable[[Frame, Any], Any]:
    """Returns what reads a value out of a text at the cost of its characters; too long ones are not read."""

    def read(frame: Frame, value: Any) -> Any:
        if type(value) is str:
            step(frame, 4 * min(len(value), 1_000))
        return run(value)

    return read


_TEXT_FUNCTIONS = {
    "contains": Function((_TEXT | _LIST, _ANYTHING), BOOLEAN, text_functions.contains, metered=True),
    "startsWith": Function((_TEXT, _TEXT), BOOLEAN, text_functions.starts_with, metered=True),
    "endsWith": Function((_TEXT, _TEXT), BOOLEAN, text_functions.ends_with, metered=True),
    "matches": Function((_TEXT, _TEXT), BOOLEAN, matches, metered=True, literals={1: compiled}),
    "charAt": Function((_TEXT, _WHOLE), STRING, text_functions.char_at),
    "indexOf": Function((_TEXT, _TEXT, _WHOLE), INTEGER, text_functions.index_of, 1, metered=True),
    "lastIndexOf": Function((_TEXT, _TEXT, _WHOLE), INTEGER, text_functions.last_index_of, 1, metered=True),
    "substring": Function((_TEXT, _WHOLE, _WHOLE), STRING, text_functions.substring, 1, metered=True),
    "replace": Function((_TEXT, _TEXT, _TEXT, _WHOLE), STRING, text_functions.replace, 1, metered=True),
    "split": Function((_TEXT, _TEXT, _WHOLE), _TEXTS, text_functions.split, 1, metered=True),
    "join": Function((_LIST, _TEXT), STRING, list_functions.joined, 1, metered=True, holds=_TEXT),
    "lowerAscii": Function((_TEXT,), STRING, text_functions.lower_ascii, metered=True),
    "upperAscii": Function((_TEXT,), STRING, text_functions.upper_ascii, metered=True),
    "trim": Function((_TEXT,), STRING, text_functions.trim, metered=True),
    "reverse": Function((_TEXT | _LIST,), _first, list_functions.reversed_, metered=True),
    "format": Function((_TEXT, _LIST), STRING, formatted, metered=True),
    "strings.quote": Function((_TEXT,), STRING, text_functions.quote, metered=True),
    "base64.encode": Function((_BYTES,), STRING, text_functions.encoded, metered=True),
    "base64.decode": Function((_TEXT,), BYTES, text_functions.decoded, metered=True),
}


def _extreme_by(order: str) -> Function:
    kinds, get = (_ORDERED | _LIST, _ORDERED), math_functions.extreme_of(order)
    return Function(kinds, _extreme, get, 1, metered=True, many=True, holds=_ORDERED, misfit=_unlike)


_LIST_FUNCTIONS = {
    "size": Function((_TEXT | _BYTES | _LIST | {Kind.RECORD},), INTEGER, len),
    "sum": Function((_LIST,), _item, list_functions.total, metered=True, holds=_NUMBER | _DURATION),
    "min": _extreme_by("<"),
    "max": _extreme_by(">"),
    "first": Function((_LIST,), _item, list_functions.first),
    "last": Function((_LIST,), _item, list_functions.last),
    "lists.range": Function((_WHOLE,), _WHOLES, list_functions.numbers, metered=True),
    "slice": Function((_LIST, _WHOLE, _WHOLE), _first, list_functions.part, 1, metered=True),
    "distinct": Function((_LIST,), _first, list_functions.distinct, metered=True),
    "sort": Function((_LIST,), _first, list_functions.in_sequence, metered=True, holds=_ORDERED),
}
_OBJECT_FUNCTIONS = {
    "with": Function(
        (_RECORD, _RECORD),
        _first,
        object_functions.changed,
        metered=True,
        kept=frozenset({0}),
        misfit=_odd_field,
    ),
    "put": Function(
        (_RECORD, _TEXT, _ANYTHING),
        _map,
        object_functions.put,
        metered=True,
        kept=frozenset({0, 2}),
        misfit=_odd_value,
    ),
    "without": Function((_RECORD, _TEXT), _map, object_functions.without, metered=True, misfit=_no_map),
    "get": Function(
        (_RECORD, _TEXT, _ANYTHING), _found, object_functions.found, kept=frozenset({2}), misfit=_no_map
    ),
}
_CONVERSIONS = {
    "string": Function(
        (_TEXT | _NUMBER | _TIME | _DURATION | _BOOLEAN | _BYTES,), STRING, conversions.to_text, metered=True
    ),
    "int": Function((_TEXT | _NUMBER | _TIME,), INTEGER, reading(conversions.to_int), metered=True),
    "uint": Function((_TEXT | _NUMBER,), UINT, reading(conversions.to_uint), metered=True),
    "double": Function((_TEXT | _NUMBER,), DOUBLE, reading(conversions.to_double), metered=True),
    "decimal": Function(
        (_TEXT | _NUMBER,),
        DECIMAL,
        reading(conversions.to_decimal),
        metered=True,
        literals={0: conversions.to_decimal},
    ),
    "bool": Function((_TEXT | _BOOLEAN,), BOOLEAN, conversions.to_bool),
    "bytes": Function((_TEXT | _BYTES,), BYTES, conversions.to_bytes, metered=True),
    "timestamp": Function(
        (_TEXT | _TIME | _WHOLE,),
        TIME,
        reading(time_functions.timestamp),
        metered=True,
        literals={0: time_functions.timestamp},
    ),
    "duration": Function(
        (_TEXT | _DURATION,),
        DURATION,
        reading(time_functions.duration),
        metered=True,
        literals={0: time_functions.duration},
    ),
    "type": Function((_ANYTHING,), TYPE, conversions.to_type),
    "dyn": Function((_ANYTHING,), ANY, lambda value: value),
}
_MATH_FUNCTIONS = {
    "round": Function(
        (_NUMBER, _WHOLE), _first, math_functions.rounded, 1, literals={1: math_functions.places}
    ),
    "math.abs": Function((_NUMBER,), _first, math_functions.absolute),
    "math.sign": Function((_NUMBER,), _first, math_functions.sign),
    "math.sqrt": Function((_NUMBER,), DOUBLE, math_functions.root),
    **{
        f"math.{name}": Function((_DOUBLE | {Kind.DECIMAL},), _rounded, run)
        for name, run in math_functions.ROUNDING.items()
    },
    **{f"math.{name}": Function((_DOUBLE,), BOOLEAN, run) for name, run in math_functions.TESTS.items()},
    **{f"math.{name}": Function((_BITS, _BITS), _bits, run) for name, run in math_functions.BITS.items()},
    **{f"math.{name}": Function((_BITS, _WHOLE), _bits, run) for name, run in math_functions.SHIFTS.items()},
    "math.bitNot": Function((_BITS,), _bits, math_functions.turned_bits),
    "math.greatest": Function(
        (_NUMBER | _LIST,), _number, math_functions.of_numbers(">"), metered=True, many=True, holds=_NUMBER
    ),
    "math.least": Function(
        (_NUMBER | _LIST,), _number, math_functions.of_numbers("<"), metered=True, many=True, holds=_NUMBER
    ),
}
_TIME_FUNCTIONS = {
    "isZone": Function((_TEXT,), BOOLEAN, time_functions.is_zone, metered=True),
    **{
        name: Function(
            (_TIME, _TEXT, _TEXT),
            gives,
            run,
            1,
            metered=True,
            literals={1: known, 2: time_functions.zone_of},
        )
        for name, gives, run, known in (
            ("later", TIME, time_functions.later, time_functions.span_of),
            ("earlier", TIME, time_functions.earlier, time_functions.span_of),
            ("startOf", TIME, time_functions.start_of, time_functions.unit_of),
            ("atTime", TIME, time_functions.at_time, time_functions.time_of_day),
            ("dateText", STRING, time_functions.date_text, time_functions.written_unit_of),
        )
    },
    **{
        name: Function(
            (_TIME, _TEXT),
            INTEGER,
            time_functions.part_of(name),
            1,
            metered=True,
            literals={1: time_functions.zone_of},
        )
        for name in time_functions.DATE_PARTS
    },
    **{
        name: Function(
            (_TIME | _DURATION, _TEXT),
            INTEGER,
            time_functions.part_of(name),
            1,
            metered=True,
            literals={1: time_functions.zone_of},
        )
        for name in time_functions.CLOCK_PARTS
    },
}
GROUPS: Mapping[str, Mapping[str, Function]] = {
    "Texts and bytes": _TEXT_FUNCTIONS,
    "Lists": _LIST_FUNCTIONS,
    "Objects and maps": _OBJECT_FUNCTIONS,
    "Numbers": _MATH_FUNCTIONS,
    "Times and durations": _TIME_FUNCTIONS,
    "Conversions": _CONVERSIONS,
}
"""All functions, as the documentation groups them."""
FUNCTIONS: Mapping[str, Function] = {name: one for group in GROUPS.values() for name, one in group.items()}
"""By the name that stands before the parenthesis, with what stands before its dot as the first argument."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A form that goes over the items of a list or the keys of an object.

    Attributes:
        arguments: How many it takes in the parentheses: with one name for each item, with two (index or key,
            and value).
    """

    one: tuple[int, ...]
    two: tuple[int, ...]


MACROS: Mapping[str, Macro] = {
    "all": Macro((2,), (3,)),
    "exists": Macro((2,), (3,)),
    "reduce": Macro((4,), ()),
    "exists_one": Macro((2,), (3,)),
    "existsOne": Macro((2,), (3,)),
    "map": Macro((2, 3), ()),
    "filter": Macro((2,), ()),
    "sortBy": Macro((2,), ()),
    "transformList": Macro((), (3, 4)),
    "transformMap": Macro((), (3, 4)),
}

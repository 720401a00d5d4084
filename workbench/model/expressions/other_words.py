"""What people write who know other languages, and how expressions say it."""

from __future__ import annotations

from collections.abc import Mapping

_SIZE = "write size(…)"
_TEXT = "write lowerAscii() or upperAscii()"
_ONE = "write list.exists(x, …)"
_MORE = "write list + [item]"
_UNLESS_NULL = "write x != null ? x : …"
_CHOICE = "write condition ? one : another"
_SAME = "an expression gives the same each time: let the command have a field for it"
_NUMBER = "write a duration such as duration('24h')"

OTHER_WORDS: Mapping[str, str] = {
    "and": "write &&",
    "&": "write &&",
    "or": "write ||",
    "|": "write ||",
    "not": "write !",
    "is": "write == or !=",
    "<>": "write !=",
    "if": _CHOICE,
    "?": _CHOICE,
    "??": _UNLESS_NULL,
    "coalesce": _UNLESS_NULL,
    "ifNull": _UNLESS_NULL,
    "=>": "write list.map(x, …)",
    "++": "write + 1",
    "**": "write the product: x * x",
    "$": "write the name alone; {…} stands for a value in messages only",
    "len": _SIZE,
    "length": _SIZE,
    "count": _SIZE,
    "size": _SIZE,
    "isEmpty": "write size(…) == 0",
    "lower": _TEXT,
    "upper": _TEXT,
    "toLower": _TEXT,
    "toUpper": _TEXT,
    "toLowerCase": _TEXT,
    "toUpperCase": _TEXT,
    "includes": "write list.contains(item)",
    "any": _ONE,
    "some": _ONE,
    "every": "write list.all(x, …)",
    "find": "write list.filter(x, …)",
    "push": _MORE,
    "append": _MORE,
    "add": _MORE,
    "remove": "write list.filter(x, x != item), or without(map, key)",
    "range": "write lists.range(count)",
    "avg": "write sum(list) / size(list)",
    "average": "write sum(list) / size(list)",
    "abs": "write math.abs(…)",
    "ceil": "write math.ceil(…)",
    "floor": "write math.floor(…)",
    "sqrt": "write math.sqrt(…)",
    "now": "write now, without ()",
    "today": "write now",
    "date": "write getFullYear(), getMonth() or getDate()",
    "year": "write getFullYear()",
    "month": "write getMonth(), which counts from 0",
    "day": "write getDate()",
    "hour": "write getHours()",
    "addDays": _NUMBER,
    "days": _NUMBER,
    "hours": _NUMBER,
    "uuid": _SAME,
    "random": _SAME,
}
"""By what is written: operators, functions, and fields of texts, lists and times."""

OTHER_NAMES: Mapping[str, str] = {
    "TRUE": "write true",
    "True": "write true",
    "FALSE": "write false",
    "False": "write false",
    "None": "write null",
    "nil": "write null",
    "undefined": "write null",
    "today": "write now",
}
"""The same for names that stand alone."""

"""Random expressions of every kind, as texts that are right where their scope is."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

Scope = dict[str, str]
"""What an expression can read, and its kind."""

TYPES = """
[types]
line { type: "object", fields { sku: "string", quantity { type: "integer", min: 0, max: 1000 } } }
place { type: "object", fields { zipCode: "string", floor { type: "integer", as: "@floor" } } }
"""
FIELDS: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "string": ("string", {}, ["", "a", "Zoë", "x-1"]),
    "integer": ("integer", {}, [0, 1, -3, 7]),
    "money": ("money", {}, ["0.00", "1.50", "-2.25"]),
    "boolean": ("boolean", {}, [True, False]),
    "time": ("date-time", {}, ["2024-01-31T12:00:00Z", "2030-06-01T00:00:00Z"]),
    "maybe": ("string?", {}, [None, "b"]),
    "choice": ("choice", {"choices": ["red", "green"]}, ["red", "green"]),
    "texts": ("list", {"of": "string", "max": 50}, [[], ["a", "b"]]),
    "lines": (
        "list",
        {"of": "line", "max": 50},
        [[], [{"sku": "n", "quantity": 2}, {"sku": "b", "quantity": 0}]],
    ),
    "counts": ("map", {"of": "integer"}, [{}, {"a": 2, "ü": 0}]),
    "place": ("place", {}, [{"zipCode": "1010", "@floor": 3}]),
}
"""Type, what a field of it says further, and values in JSON; by kind."""
LITERALS = {
    "string": ["'a'", "''", "'Zoë'"],
    "integer": ["0", "1", "-7"],
    "money": ["0.0", "1.5"],
    "boolean": ["true", "false"],
    "time": ["timestamp('2024-02-29T00:00:00Z')"],
    "maybe": ["(1 > 2 ? null : 'c')"],
    "choice": ["'red'", "'green'"],
    "texts": ["'a'.split('-')", "'b-c'.split('-')"],
    "lines": ["[{'sku': string(7), 'quantity': 1}]"],
    "counts": ["put({}, 'a', 1)"],
    "place": ["{'zipCode': string(8), '@floor': 1}", "{'zipCode': string(8), 'floor': 1}"],
}
"""Of each kind; what is written out as it is would be known by its value, and mistakes would be told."""
WAYS = {
    "string": [
        *("(<string> + <string>)", "string(<integer>)", "<string>.upperAscii()", "<texts>.join('-')"),
        *(
            "max(<string>, <string>)",
            "<string>.replace('a', <string>)",
            "(<maybe> == null ? <string> : string(<boolean>))",
        ),
        *("<texts>.reduce(made, one, <string>, made + one)", "<place>.zipCode"),
        "cel.bind(all, <texts>, size(all) > 0 ? all.first() : <string>)",
    ],
    "integer": [
        *("(<integer> - <integer>)", "size(<texts>)", "size(<string>)", "max(<integer>, <integer>)"),
        *("get(<counts>, <string>, <integer>)", "<texts>.map(one, size(one)).sum()", "<place>.floor"),
        *("<lines>.map(one, one.quantity).sum()", "math.abs(<integer>)", "size(<counts>)"),
        "<lines>.reduce(total, one, <integer>, total + one.quantity)",
    ],
    "money": [
        *("(<money> + <money>)", "round(<money>, 1)", "min(<money>, <money>)", "decimal('0.50')"),
        "(<integer> * decimal('0.25'))",
    ],
    "boolean": [
        *(
            "(<string> == '' + <string>)",
            "(<integer> < <integer>)",
            "(<money> >= <money>)",
            "(<time> != <time>)",
        ),
        *("(<boolean> && <boolean>)", "(<boolean> || <boolean>)", "!<boolean>", "(<string> in <texts>)"),
        *("<lines>.exists(one, one.quantity > <integer>)", "<texts>.all(one, one != <string>)"),
        *("<counts>.exists(key, value, value > <integer>)", "(<string> in <counts>)", "(<choice> == 'red')"),
        *("<string>.startsWith(<string>)", "<string>.matches('^[a-z]*$')", "(<place> == <place>)"),
    ],
    "time": [
        "(<time> + duration('24h'))",
        "(<time> - <integer> * duration('1m'))",
        "max(<time>, <time>)",
        "later(<time>, '1 month')",
    ],
    "texts": [
        *(
            "(<texts> + <texts>)",
            "<lines>.map(one, one.sku)",
            "<texts>.distinct()",
            "<texts>.sort().reverse()",
        ),
        *("<string>.split('a')", "<texts>.filter(one, one != <string>)", "<texts>.slice(0, 0)"),
        *(
            "<lines>.map(one, one.quantity > 0, one.sku)",
            "cel.bind(all, <texts>, size(all) > 1 ? [all.last()] : all)",
        ),
    ],
    "lines": [
        *("<lines>.filter(one, one.quantity > 0)", "<lines>.sortBy(one, one.quantity)", "<lines>.reverse()"),
        "<lines>.map(one, with(one, {'sku': one.sku + <string>}))",
        "cel.bind(all, <lines>, size(all) > 1 ? all.slice(1) : all)",
    ],
    "counts": [
        *("put(<counts>, <string>, <integer>)", "without(<counts>, <string>)"),
        *(
            "<texts>.reduce(made, one, <counts>, put(made, one, size(one)))",
            "with(<counts>, {'b': <integer>})",
        ),
        "<counts>.transformMap(key, value, value - 1)",
    ],
    "place": ["with(<place>, {'zipCode': <string>})", "with(<place>, {'floor': <integer>})"],
}
"""Texts that expressions are made of; a kind in angles stands for an expression of it."""
INNER = {"place": {"zipCode": "string", "floor": "integer"}, "line": {"sku": "string", "quantity": "integer"}}
COLUMNS = {"string": "text", "integer": "integer", "money": "number", "boolean": "boolean", "time": "time"}
STORED = {"money": "string", "time": "string", "place": "json"}
"""What kinds are in messages, where they are others."""
NAMES = [
    "amount",
    "customerId",
    "copy",
    "class",
    "note",
    "model_x",
    "_links",
    "schema",
    "self",
    "items",
    "item",
    "ref",
]
WRITTEN = {"item": "product-item", "ref": "$ref"}
"""Names that JSON has for these."""


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def block(entries: dict[str, str]) -> str:
    """Returns a block of keys and texts; a text that is a block follows its key without a colon."""
    said = [f"{key} {text}" if text.startswith("{") else f"{key}: {text}" for key, text in entries.items()]
    return "{ " + ", ".join(said) + " }"


class RandomExpressions:
    """Makes expressions that give a value whatever their names stand for."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def _maybe(self, chance: float = 0.5) -> bool:
        return self._random.random() < chance

    def _expression(self, kind: str, scope: Scope, depth: int = 2) -> str:
        """Returns an expression of a kind."""
        known = [path for path, found in scope.items() if found == kind]
        if depth and self._maybe(0.6):
            return self._compound(kind, scope, depth - 1)
        fixed = kind in {"place", "counts"}
        return self._random.choice(known if known and (fixed or self._maybe(0.8)) else LITERALS[kind])

    def _compound(self, kind: str, scope: Scope, depth: int) -> str:
        ways = [way for way in WAYS.get(kind, []) if "<place>" not in way or "place" in scope.values()]
        way = self._random.choice(ways or [f"<{kind}>"])
        if kind != "choice" and self._maybe(0.2):
            way = f"(<boolean> ? <{kind}> : <{kind}>)"
        return re.sub("<([a-z]+)>", lambda part: self._expression(part[1], scope, depth), way)

    def _value(self, kind: str, scope: Scope) -> str:
        return quoted(self._expression(kind, scope))

    def _let(self, scope: Scope) -> tuple[dict[str, str], Scope]:
        """Returns names for expressions, each of which sees those before it."""
        found: dict[str, str] = {}
        seen = dict(scope)
        for name in self._random.sample(["first", "second", "third"], self._random.randint(0, 2)):
            kind = self._random.choice(["string", "integer", "boolean", "texts", "lines"])
            found[name] = self._value(kind, seen)
            seen[name] = kind
        absent = [path for path, kind in scope.items() if kind == "maybe"]
        if absent and self._maybe():
            found["absent"] = quoted(f"{self._random.choice(absent)} == null")
            seen["absent"] = "boolean"
        return ({"let": block(found)} if found else {}), seen

    @staticmethod
    def _read(root: str, fields: dict[str, str]) -> Scope:
        found = {f"{root}.{name}": kind for name, kind in fields.items()}
        inner = ((path, INNER[kind]) for path, kind in list(found.items()) if kind in INNER)
        return found | {f"{path}.{name}": kind for path, parts in inner for name, kind in parts.items()}

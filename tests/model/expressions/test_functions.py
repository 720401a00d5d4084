"""X1: the documentation names every function and macro, and every function runs as the table says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from workbench.assets import asset
from workbench.errors import ExpressionFailed
from workbench.model.expressions.budget import ROOM, STEPS
from workbench.model.expressions.cel_parser import MAX_LENGTH
from workbench.model.expressions.cel_values import TYPES, Uint
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.functions import FUNCTIONS, MACROS
from workbench.model.expressions.value_kinds import ANY, Kind, Type

PAGE = asset("docs", "expressions.md").read_text(encoding="utf-8")
WORDS = {
    Kind.STRING: "text",
    Kind.BYTES: "bytes",
    Kind.INTEGER: "int",
    Kind.UINT: "uint",
    Kind.DOUBLE: "double",
    Kind.DECIMAL: "decimal",
    Kind.BOOLEAN: "bool",
    Kind.TIME: "time",
    Kind.DURATION: "duration",
    Kind.LIST: "list",
    Kind.RECORD: "object",
    Kind.TYPE: "type",
}
SAMPLES = {
    Kind.STRING: "2024-05-01T12:00:00Z",
    Kind.BYTES: b"a",
    Kind.INTEGER: 1,
    Kind.UINT: Uint(1),
    Kind.DOUBLE: 1.5,
    Kind.DECIMAL: Decimal("1.5"),
    Kind.BOOLEAN: True,
    Kind.TIME: datetime(2024, 1, 1, tzinfo=UTC),
    Kind.DURATION: timedelta(1),
    Kind.LIST: [1],
    Kind.RECORD: {"a": 1},
}
SPECIAL = {
    "int": "1",
    "uint": "1",
    "double": "1",
    "decimal": "1",
    "bool": "true",
    "duration": "1s",
    "base64.decode": "YQ==",
    "format": "%s",
    "join": ["a"],
}


def kinds(one):
    return " · ".join(word for kind, word in WORDS.items() if kind in one) or "anything"


def row(name, function):
    """Returns a function's line in the documentation."""
    taken = [kinds(one) for one in function.takes]
    last = len(taken) - function.optional
    taken = [word if number < last else f"[{word}]" for number, word in enumerate(taken)]
    if function.many:
        taken.append("…")
    gives = function.gives
    given = (
        kinds({gives.kind}) if isinstance(gives, Type) and gives.kind is not Kind.ANY else "as it is given"
    )
    return f"| `{name}` | {', '.join(taken)} | {given} |"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_X1_the_documentation_has_every_function_as_it_is(name):
    assert row(name, FUNCTIONS[name]) in PAGE


def test_X1_the_documentation_has_no_other_functions_and_the_right_numbers():
    assert PAGE.count("\n| `") == len(FUNCTIONS)
    assert all(f"`{name}" in PAGE for name in MACROS)
    assert f"{STEPS:,} steps" in PAGE
    assert f"{ROOM // 1024 // 1024} MiB" in PAGE
    assert f"{MAX_LENGTH:,} characters" in PAGE


@pytest.mark.parametrize("name", FUNCTIONS)
def test_X1_every_function_runs_with_every_kind_that_it_takes(name):
    function = FUNCTIONS[name]
    rest = [SAMPLES[next((kind for kind in WORDS if kind in one), Kind.STRING)] for one in function.takes[1:]]
    if name.startswith("get") and name != "get":
        rest = ["Europe/Berlin"]
    if name in {"later", "earlier"}:
        rest = ["1 month", "Europe/Berlin"]
    if name == "atTime":
        rest = ["09:00", "Europe/Berlin"]
    if name in {"startOf", "dateText"}:
        rest = ["week", "Europe/Berlin"]
    if name.startswith("math.bit") and rest:
        rest = [1]
    if name in {"charAt", "substring"}:
        rest = [1, 2][: len(rest)]
    for kind in function.takes[0] or SAMPLES:
        first = SPECIAL.get(name, SAMPLES[kind]) if kind in {Kind.STRING, Kind.LIST} else SAMPLES[kind]
        more = (
            [Uint(1)] if kind is Kind.UINT and name in {"math.bitAnd", "math.bitOr", "math.bitXor"} else rest
        )
        more = [] if kind is Kind.DURATION and name.startswith("get") else more
        if name in {"min", "max"}:
            more = [] if kind is Kind.LIST else [first, first]
        for given in ([first, *more], [first, *more][: function.least]):
            called(name, given)


def called(name, given):
    names = [f"a{number}" for number in range(len(given))]
    scope = {one: Variable(ANY, lambda env, number=number: env[number]) for number, one in enumerate(names)}
    found = compile_expression(f"{name}({', '.join(names)})", scope).run(given)
    assert type(found) in TYPES


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "%"])
def test_X1_whole_numbers_with_and_without_sign_do_not_mix_and_are_told_apart(operator):
    expression = compile_expression(f"u {operator} 1", {"u": Variable(ANY, lambda env: env)})
    with pytest.raises(
        ExpressionFailed, match="does not mix an unsigned whole number with one that has a sign"
    ):
        expression.run(2**64 - 1)

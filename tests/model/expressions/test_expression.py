"""Expressions: closures and CEL agree, whatever they are given; what is wrong is said at its character."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import cel
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import ExpressionFailed
from workbench.model.expressions.closures import Variable, item
from workbench.model.expressions.expression import (
    Guarded,
    InvalidExpression,
    compile_expression,
    quick_of,
)
from workbench.model.expressions.functions import context_of
from workbench.model.expressions.kinds import ANY, BOOLEAN, DOUBLE, INTEGER, STRING, TIME, Kind, Type, record
from workbench.model.expressions.template import compile_template

# -- closures and CEL ---------------------------------------------------------------------------------------

FIELDS = ("s", "t", "i", "j", "d", "e", "b", "n", "l", "m")


class Thing(msgspec.Struct):
    """Something with attributes."""

    s: object = "a"
    t: object = "b"
    i: object = 1
    j: object = 2
    d: object = 1.5
    e: object = 0.0
    b: object = True
    n: object = None
    l: object = ()  # noqa: E741  # short names make short examples
    m: object = ()


UNKNOWN = {"x": item(record(dict.fromkeys(FIELDS, ANY)), 0), "data": item(ANY, 1)}

scalars = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, -1, 2, 7, -7, 2**62, 2**63 - 1, -(2**63), 2**63, 2**64 - 1])
    | st.integers(-5, 5)
    | st.sampled_from([0.0, -0.0, 1.0, 2.0, 1.5, -2.5, 1e300, math.inf, math.nan])
    | st.sampled_from(["", "a", "b", "ab", "ä", "1", "\U0001f600"])
    | st.sampled_from([datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)])
)
values = (
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from("stij"), scalars, max_size=3)
)

literals = st.sampled_from(
    ["null", "true", "false", "0", "1", "2", "-1", "9223372036854775807", "1.0", "1.5", "1e3",
     "''", "'a'", '"b"', r"'\'\\\n'", "'ä'"]
)  # fmt: skip
leaves = (
    literals
    | st.sampled_from([f"x.{name}" for name in FIELDS])
    | st.sampled_from([f"data.{name}" for name in "stij"] + ["data", "data.s.t"])
)


inner = st.sampled_from(
    ["y", "y == 1", "y > 0", "y == x.s || y == 'a'", "y + y", "size(y) > 0", "!y", "data"]
)


def joined(parts):
    binary = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "%"])
    return (
        st.tuples(parts, binary, parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
        | parts.map(lambda one: f"!{one}")
        | parts.map(lambda one: f"-({one})")
        | st.tuples(parts, parts, parts).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})")
        | st.tuples(parts, parts).map(lambda t: f"[{t[0]}, {t[1]}]")
        | st.sampled_from(["x.l", "x.m", "data", "[1, 2, 2]", "['a', true]"])
        | parts.map(lambda one: f"{{'k': {one}}}")
        | parts.map(lambda one: f"({one} in ['a', 'b'])")
        | parts.map(lambda one: f"string({one})")
        | parts.map(lambda one: f"size({one})")
        | st.tuples(parts, st.sampled_from(["map", "filter", "all", "exists", "exists_one"]), inner).map(
            lambda t: f"({t[0]}).{t[1]}(y, {t[2]})"
        )
        | st.tuples(parts, st.sampled_from(["startsWith", "endsWith", "contains"]), parts).map(
            lambda t: f"({t[0]}).{t[1]}({t[2]})"
        )
    )


expressions = st.recursive(leaves, joined, max_leaves=8)


def same(one, other):
    """Whether two values are the same to CEL: kinds count, and no number is itself nan."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def asked(text, env):
    """Asks CEL alone; returns its value, or None and that it failed."""
    thing, data = env
    variables = {"x": {name: plain_of(getattr(thing, name)) for name in FIELDS}, "data": plain_of(data)}
    try:
        return cel.compile(text).execute(context_of(variables, ("contains",))), False
    except Exception:  # noqa: BLE001  # whatever CEL raises is a failure
        return None, True


def plain_of(value):
    return [plain_of(one) for one in value] if isinstance(value, list | tuple) else value


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=expressions, data=values, things=st.lists(scalars, min_size=len(FIELDS), max_size=len(FIELDS)))
def test_closures_and_cel_agree(text, data, things):
    try:
        expression = compile_expression(text, UNKNOWN)
    except InvalidExpression:
        return  # what cannot be right is refused, and never runs
    env = (Thing(**dict(zip(FIELDS, things, strict=True))), data)
    wanted, failed = asked(text, env)
    try:
        found = expression.run(env)
    except ExpressionFailed:
        assert failed, f"{text} is {wanted!r} to CEL"
    else:
        assert not failed, f"{text} is {found!r} here, and fails in CEL"
        assert same(found, wanted), f"{text}: {found!r} here, {wanted!r} in CEL"


typed = record(
    {
        "s": STRING,
        "t": STRING.or_null(),
        "i": INTEGER,
        "j": INTEGER,
        "d": DOUBLE,
        "e": DOUBLE,
        "b": BOOLEAN,
        "n": TIME.or_null(),
        "l": Type(kind=Kind.LIST, item=STRING),
        "m": Type(kind=Kind.LIST, item=INTEGER),
    }
)
texts = st.sampled_from(["", "a", "b", "ab", "ä"])
numbers = st.sampled_from([0, 1, -3, 7, 2**63 - 1, -(2**63)])
floats = st.sampled_from([0.0, 1.5, -2.0, math.inf, math.nan])
things_as_declared = st.builds(
    Thing,
    s=texts,
    t=texts | st.none(),
    i=numbers,
    j=numbers,
    d=floats,
    e=floats,
    b=st.booleans(),
    n=st.none() | st.just(datetime(2024, 1, 1, tzinfo=UTC)),
    l=st.lists(texts, max_size=2),
    m=st.lists(numbers, max_size=2),
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=expressions, data=values, thing=things_as_declared)
def test_closures_that_trust_declared_kinds_agree_with_cel(text, data, thing):
    try:
        expression = compile_expression(text, {"x": item(typed, 0), "data": item(ANY, 1)})
    except InvalidExpression:
        return
    env = (thing, data)
    wanted, failed = asked(text, env)
    try:
        found = expression.run(env)
    except ExpressionFailed:
        assert failed, f"{text} is {wanted!r} to CEL"
    else:
        assert not failed, f"{text} is {found!r} here, and fails in CEL"
        assert same(found, wanted), f"{text}: {found!r} here, {wanted!r} in CEL"


@settings(max_examples=400, deadline=None)
@given(st.text("ab.()[]{}'\"\\!=<>&|+-*/%?:, 01n\n", max_size=14))
def test_whatever_is_read_is_cel(text):
    flaws = []
    try:
        compile_expression(text, {"a": Variable(ANY, lambda env: env), "b": Variable(ANY, lambda env: env)})
    except InvalidExpression as error:
        flaws = error.flaws
    else:
        cel.compile(text)
    assert all(0 <= flaw.at < flaw.end for flaw in flaws)


@pytest.mark.parametrize(
    "text",
    ["x.s == 'a'", "x.s != x.t && x.i > 2", "x.t != null ? x.t : x.s", "string(x.i) + '!'",
     "x.s in ['a', 'b']", "[x.s, {'k': x.i}]", "!x.b", "-x.i", "x.s.startsWith('a') || x.d * 2.0 <= x.e"],
)  # fmt: skip
def test_simple_expressions_run_without_cel(text):
    assert compile_expression(text, {"x": item(typed, 0)}).quick


def test_what_is_not_simple_is_compiled_once(monkeypatch):
    made = []
    compile_one = cel.compile
    monkeypatch.setattr(cel, "compile", lambda text: made.append(text) or compile_one(text))
    expression = compile_expression("sum(x.m.map(one, one * 2))", {"x": item(typed, 0)})
    assert [expression.run((Thing(m=[1, number]),)) for number in range(3)] == [2, 4, 6]
    assert made == ["sum(x.m.map(one, one * 2))"]


def test_kinds_that_cel_does_not_have():
    kinds = {"price": Kind.DECIMAL, "id": Kind.UUID, "at": Kind.MICROS}
    scope = {"x": item(record({name: Type(kind=kind) for name, kind in kinds.items()}), 0)}

    class Kept(msgspec.Struct):
        price: Decimal = Decimal("0.10")
        id: UUID = UUID(int=1)
        at: int = 1_500_000

    def run(text):
        return compile_expression(text, scope).run((Kept(),))

    assert run("x.price") == Decimal("0.10")
    assert isinstance(run("true ? x.price : x.price"), Decimal)
    assert str(run("x.price * 3")) == "0.30"
    assert run("x.price * 3.0 == 0.3 && x.price < 1 && -x.price < 0.0")
    assert run("string(x.price)") == "0.10"
    assert str(run("sum([x.price, x.price].map(one, one * 2)) / 4")) == "0.10"
    assert run("[x.price].exists(one, one > 0.05) && double(x.price) < 0.2")
    assert run("x.id == '00000000-0000-0000-0000-000000000001'")
    assert run("x.id.endsWith('1') && x.id + '!' != x.id")
    assert run("x.at > timestamp('1970-01-01T00:00:01Z')")
    assert run("x.at") == 1_500_000
    assert run("[x.price].map(one, one)") == [Decimal("0.10")]


def test_a_closure_alone_is_what_others_may_call():
    expression = compile_expression("x.s == 'a'", {"x": item(typed, 0)})
    assert isinstance(expression.run, Guarded)
    assert quick_of(expression.run)((Thing(s="a"),)) is True
    assert compile_expression("x.s", {"x": item(typed, 0)}).run.attribute == (0, "s")


# -- what is wrong ------------------------------------------------------------------------------------------

SCOPE = {
    "state": item(
        record({"status": Type(kind=Kind.STRING, choices=("active", "suspended")), "total": INTEGER}), 0
    ),
    "command": item(
        record(
            {
                "email": STRING.or_null(),
                "lines": Type(kind=Kind.LIST, item=record({"price": DOUBLE, "quantity": INTEGER})),
                "at": TIME,
            }
        ),
        1,
    ),
}


def mistakes():
    """Yields expressions, the line of carets below them, and what is said of them."""
    for three in (Path(__file__).parent / "mistakes.txt").read_text(encoding="utf-8").split("\n\n"):
        text, carets, said = three.strip("\n").split("\n")
        yield text, carets, said


@pytest.mark.parametrize(("text", "carets", "said"), list(mistakes()))
def test_what_is_wrong_is_said_at_its_character(text, carets, said):
    with pytest.raises(InvalidExpression) as caught:
        compile_expression(text, SCOPE)
    flaw = caught.value.flaws[0]
    assert " " * flaw.at + "^" * (flaw.end - flaw.at) == carets
    assert flaw.message + (f" ({flaw.hint})" if flaw.hint else "") == said


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(InvalidExpression) as caught:
        compile_expression("state.a == 1 && command.b == 2 || c", SCOPE)
    assert [flaw.at for flaw in caught.value.flaws] == [6, 24, 34]


@pytest.mark.parametrize(
    "text",
    [
        "command.email != null && command.email.endsWith('x')",
        "command.email == null || command.email.endsWith('x')",
        "command.email != null ? command.email : ''",
        "command.email == null ? '' : command.email",
    ],
)
def test_what_was_found_not_to_be_null_is_there(text):
    found = compile_expression(text, SCOPE)
    assert not found.type.nullable


def test_a_failure_says_where_and_why():
    expression = compile_expression("state.total / 0", SCOPE, place=lambda: "project.tsk:3:9")
    state = msgspec.defstruct("State", ["total", "status"])(1, "active")
    with pytest.raises(ExpressionFailed, match=r"^project\.tsk:3:9: state\.total / 0: division by zero"):
        expression.run((state, None))


# -- messages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain", "plain"),
        ("{x.s} is {x.i}", "a is 1"),
        ("{{x.s}} {x.b} {x.n}", "{x.s} true nothing"),
        ("{x.s + '}'}", "a}"),
        ("{ {'k': x.s}.k }", "a"),
        ("", ""),
    ],
)
def test_a_message_holds_values(text, said):
    assert compile_template(text, UNKNOWN)((Thing(), {})) == said


@pytest.mark.parametrize(
    ("text", "at"), [("a {x.s", 2), ("a } b", 2), ("ab {x.zz}", 6), ("{x.s} {x.s ==}", 13)]
)
def test_a_broken_message_is_said_at_its_character(text, at):
    with pytest.raises(InvalidExpression) as caught:
        compile_template(text, UNKNOWN)
    assert caught.value.flaws[0].at == at

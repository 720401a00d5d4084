"""Expressions: what they give, what fails with its place, what is wrong at its character."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import cel
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.expressions.test_expression_fuzzed import DECLARED, UNKNOWN, Thing
from workbench.errors import ExpressionFailed
from workbench.model.expressions.closures import Variable, item
from workbench.model.expressions.expression import Placed, compile_expression, quick_of
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.template import compile_template
from workbench.model.expressions.value_kinds import ANY, DOUBLE, INTEGER, STRING, TIME, Kind, Type, record


@settings(max_examples=4 * settings().max_examples)
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
    expression = compile_expression("x.s == 'a'", {"x": item(DECLARED, 0)})
    assert isinstance(expression.run, Placed)
    assert quick_of(expression.run)((Thing(s="a"),)) is True
    assert compile_expression("x.s", {"x": item(DECLARED, 0)}).run.attribute == (0, "s")


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
        "!(command.email == null) ? command.email : ''",
    ],
)
def test_what_was_found_not_to_be_null_is_there(text):
    found = compile_expression(text, SCOPE)
    assert not found.type.nullable


def test_a_failure_says_where_and_why():
    expression = compile_expression("state.total / (1 - 1)", SCOPE, place=lambda: "project.tsk:3:9")
    state = msgspec.defstruct("State", ["total", "status"])(1, "active")
    with pytest.raises(
        ExpressionFailed, match=r"^project\.tsk:3:9: state\.total / \(1 - 1\): division by zero"
    ):
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

"""Filters: missing fields match nothing, what does not fit is an error (contract §8, X3)."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from workbench.errors import ExpressionFailed
from workbench.model.filter import Filter, Operator

DATA = {"status": "active", "n": 5, "ok": True, "tags": ["a", "b"], "deep": {"x": [{"y": 1}]}, "none": None}


def passes(**said: object) -> bool:
    return Filter(**said).matcher()(
        {"type": "user.created", "topic": "t", "key": "k", "data": DATA, "metadata": {"by": "ada"}}
    )


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("status", Operator.EQUALS, "active", True),
        ("status", Operator.EQUALS, "inactive", False),
        ("status", Operator.NOT_EQUALS, "inactive", True),
        ("missing", Operator.EQUALS, None, False),
        ("missing", Operator.NOT_EQUALS, "x", True),
        ("none", Operator.EQUALS, None, True),
        ("n", Operator.GREATER_THAN, 4, True),
        ("n", Operator.LESS_THAN, 4, False),
        ("n", Operator.GREATER_THAN, "4", False),
        ("status", Operator.GREATER_THAN, 4, False),
        ("ok", Operator.EQUALS, 1, False),
        ("ok", Operator.GREATER_THAN, 0, False),
        ("ok", Operator.EQUALS, True, True),
        ("n", Operator.EQUALS, 5.0, True),
        ("status", Operator.CONTAINS, "act", True),
        ("tags", Operator.CONTAINS, "b", True),
        ("tags", Operator.CONTAINS, 1, False),
        ("deep.x.0.y", Operator.EQUALS, 1, True),
        ("deep.x.7.y", Operator.EQUALS, 1, False),
    ],
)
def test_N5_simple_form(field, operator, value, expected):
    assert passes(field=field, operator=operator, value=value) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("data.status == 'active'", True),
        ("type == 'user.created' && data.n > 4", True),
        ("topic == 't' && key == 'k' && metadata.by == 'ada'", True),
        ("'a' in data.tags", True),
        ("data.status == 5", False),
        ("data.n * 1.5 > 7", True),
        ("data.n * 1.5 > 8", False),
        # what is not there matches nothing but its own test
        ("data.missing == 1", False),
        ("data.missing != 1", False),
        ("!(data.missing == 1)", False),
        ("data.missing.deeper == 1", False),
        ("data.missing.lowerAscii() == 'a'", False),
        ("data.deep.x[7].y == 1", False),
        ("data.deep['z'] == 1", False),
        ("data.none.name == 'a'", False),
        ("has(data.missing)", False),
        ("!has(data.missing)", True),
        ("has(data.status) && !has(data.deep.y)", True),
        ("data.missing == 1 || data.n == 5", True),
        ("data.tags.exists(t, t == data.missing)", False),
    ],
)
def test_N5_expressions(expression, expected):
    assert passes(expression=expression) is expected


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("data.status > 4", "> does not compare text with a whole number"),
        ("data.status", "it is true or false, and this is text"),
        ("data.n ? true : false", "must be true or false"),
        ("data.n.lowerAscii() == 'a'", "lowerAscii does not take a whole number"),
        ("data.none > 1", "> does not compare null with a whole number"),
        ("data.n / (data.n - 5) > 1", "division by zero"),
        ("data.tags.all(t, t > 1)", "> does not compare text with a whole number"),
        ("data.n.name == 'a'", "a whole number has no name"),
        ("[1, 2].all(a, data.tags.all(b, b + 1 == a))", "+ does not work on text and a whole number"),
    ],
)
def test_X3_what_does_not_fit_is_an_error(expression, why):
    with pytest.raises(ExpressionFailed) as caught:
        passes(expression=expression)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("price", "quantity", "expected"), [(20, 6, True), (19.99, 6, True), (19.99, 5, False), (1, 2.5, False)]
)
def test_X1_numbers_of_json_compute_together(price, quantity, expected):
    wanted = Filter(expression="data.price * data.quantity > 100").matcher()
    assert wanted({"data": {"price": price, "quantity": quantity}}) is expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("data.status ==", "the expression ends too early"),
        ("dta.status == 'a'", "nothing here is called dta"),
        ("nosuch(data)", "there is no function nosuch"),
        ("'a' + 1 == 'b'", r"\+ does not work on text and a whole number"),
        ("size(data.tags)", "a filter is true or false, and this is a whole number"),
    ],
)
def test_X1_an_expression_that_cannot_be_right_is_refused_at_once(expression, said):
    with pytest.raises(ValidationError, match=f"not a CEL expression: {said}"):
        Filter(expression=expression)


def test_nothing_said_lets_all_pass():
    assert passes()
    assert Filter().empty

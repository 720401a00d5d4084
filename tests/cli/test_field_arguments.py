"""Fields on one line."""

from __future__ import annotations

import pytest

from workbench.cli.field_arguments import assign
from workbench.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", {"a": "1"}),
        ("a=", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("a:=1", {"a": 1}),
        ('a:={"b": [null]}', {"a": {"b": [None]}}),
        ("a.b.c=x", {"a": {"b": {"c": "x"}}}),
        ("a.b:=9007199254740993", {"a": {"b": 9007199254740993}}),
        ("a= x ", {"a": " x "}),
    ],
)
def test_a_field_is_put_where_it_belongs(text, value):
    values = {}
    assign(values, text)
    assert values == value


def test_what_is_there_is_replaced_and_the_rest_stays():
    values = {"a": {"b": 1, "c": 2}, "d": 3}
    assign(values, "a.b=x")
    assert values == {"a": {"b": "x", "c": 2}, "d": 3}


@pytest.mark.parametrize("text", ["", "a", "=1", ":=1", ".a=1", "a.=1", "a:=", "a:=nope", "d.x=1", "a:=NaN"])
def test_what_says_no_field_is_refused(text):
    with pytest.raises(InvalidValue):
        assign({"d": 3}, text)


def test_N1_a_field_is_nested_no_deeper_than_anything_else():
    with pytest.raises(InvalidValue, match="nested deeper than 100"):
        assign({}, f"{'a.' * 25_000}b=1")

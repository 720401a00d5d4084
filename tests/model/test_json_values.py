"""Contract §8: what JSON may be stored, and that a refusal says where."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue, StoreCorrupt
from workbench.model.json_values import (
    ForeignJsonError,
    check_name,
    parse_foreign_json,
    read_json,
    read_text,
    write_json,
)

deep: list[object] = []
for _ in range(101):
    deep = [deep]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": math.nan}, "$.a"),
        ({"a": [1, {"b c": math.inf}]}, "$.a[1]['b c']"),
        ({"n": 2**64}, "$.n"),
        ({"n": -(2**63) - 1}, "$.n"),
        ({"s": "x\ud800"}, "$.s"),
        ({"s": ["\x00"]}, "$.s[0]"),
        ({"s": "ä\x00"}, "$.s"),
        ({1: "x"}, "$"),
        ({"o": object()}, "$.o"),
        ({"k": {"\ud800": 1}}, "$.k['\\ud800']"),
    ],
)
def test_values_that_cannot_be_stored_are_refused_with_their_path(value, path):
    with pytest.raises(InvalidValue) as caught:
        write_json(value)
    assert caught.value.path == path
    assert str(caught.value).startswith(path)


def test_nesting_over_100_is_refused():
    with pytest.raises(InvalidValue, match="nested deeper than 100"):
        write_json(deep)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_what_is_stored_comes_back_the_same_with_key_order(value):
    text = write_json(value)
    assert read_json(text) == value
    assert write_json(parse_foreign_json(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": NaN}', "NaN is not JSON"),
        ("[1e999]", "beyond what a number can hold"),
        ('{"id": 123456789012345678901234}', "beyond 64 bits"),
        ("{", "not JSON"),
        ("[" * 5000 + "]" * 5000, "nested deeper"),
    ],
)
def test_foreign_json_is_read_strictly(text, said):
    with pytest.raises((ForeignJsonError, InvalidValue), match=said):
        parse_foreign_json(text)


@pytest.mark.parametrize("number", ["123456789012345678901234", "-0.12345678901234567890123", "98765e400"])
def test_a_number_that_is_refused_is_not_shown_where_it_may_be_a_secret(number):
    with pytest.raises(InvalidValue) as caught:
        parse_foreign_json(f'{{"data": {{"password": {number}}}}}')
    assert caught.value.path == "$.data.password"
    assert number[1:8] not in str(caught.value)


def test_integers_keep_all_digits():
    assert write_json(parse_foreign_json('{"id":9007199254740993}')) == '{"id":9007199254740993}'


def test_names_show_what_is_wrong_with_them():
    with pytest.raises(InvalidValue, match=r"U\+202E"):
        check_name("a\u202eb", what="the name")


def test_what_is_nested_too_deep_to_be_read_is_told_as_no_json():
    deep = "[" * 100_000 + "]" * 100_000
    with pytest.raises(ValueError, match="nested deeper"):
        read_text(deep)
    with pytest.raises(StoreCorrupt, match="nested deeper"):
        read_json(deep)

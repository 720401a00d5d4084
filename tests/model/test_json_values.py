"""Contract §8: what JSON may be stored, and that a refusal says where."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidValue, StoreCorrupt
from workbench.model import json_values as module
from workbench.model.json_values import (
    ForeignJsonError,
    check_name,
    fits_within,
    parse_foreign_json,
    read_json,
    read_text,
    write_json,
)


def beside(read, text):
    """Returns what a function comes to that is called in another thread, or what it raises."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read, text).exception() or pool.submit(read, text).result()


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values, before=st.sampled_from(["", " ", "\n\t"]))
def test_V4_what_is_read_part_by_part_is_what_is_read_at_once(monkeypatch, value, before):
    monkeypatch.setattr(module, "LONG", 4)
    text = before + write_json(value)
    assert beside(read_text, text) == read_text(text) == value


@pytest.mark.parametrize(
    "wrong", ['{"a":[1,2,3', '["abcdef"] x', '{"a":{"b":tru}}', "[" * 5000, "[1,,2,3]", "{1:2345}"]
)
def test_V4_what_is_no_json_is_refused_part_by_part_too(monkeypatch, wrong):
    monkeypatch.setattr(module, "LONG", 4)
    assert isinstance(beside(read_text, wrong), ValueError)


def test_V4_a_long_text_is_parsed_part_by_part_beside_the_main_thread_alone(monkeypatch):
    parts = []
    monkeypatch.setattr(module, "_decode", lambda text: parts.append(len(text)))
    text = write_json([["x" * 100_000] * 2] * 3)
    read_text(text)
    assert parts == [len(text)]
    beside(read_text, text)
    assert max(parts[1:]) < module.LONG < len(text)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("x" * 92, True),
        ("x" * 93, False),
        ([1] * 10, True),
        ([1] * 11, False),
        ({"a": ["x" * 80]}, False),
        (deep, False),
    ],
)
def test_V4_a_value_is_weighed_by_its_texts_and_how_many_things_are_in_it(value, fits):
    assert fits_within([value], 100) == fits

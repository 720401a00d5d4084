"""Words are found in what is said, never in how JSON writes it: by Python and by SQL alike."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.json_values import write_json
from workbench.model.text_folding import searched
from workbench.store.sqlite.search_reader import SqliteSearchReader
from workbench.store.sqlite.word_conditions import holds
from workbench.store.words_found import in_json, in_text

SIGNS = st.sampled_from([*'anNtTuU015ß\\"/%_ ,:{}[]é\n\t\r\x01\x7f\x85\u2028\u202eİ\u0301'])
TEXTS = st.text(SIGNS, max_size=8)
WORDS = st.text(SIGNS, min_size=1, max_size=4).map(searched).filter(str.strip)
VALUES = st.recursive(
    TEXTS | st.integers(-99, 10**12) | st.booleans() | st.none() | st.floats(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


def said(value):
    """Yields every key and value, as text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner)
    else:
        yield value if isinstance(value, str) else write_json(value)


@pytest.fixture(scope="module")
def con():
    made = sqlite3.connect(":memory:")
    SqliteSearchReader(made, Path("none"))
    made.execute("create table kept (at text)")
    yield made
    made.close()


def in_sql(con, word, text, *, written):
    con.execute("delete from kept")
    con.execute("insert into kept values (?)", (text,))
    condition, values = holds(word, () if written else ("at",), ("at",) if written else ())
    return bool(con.execute(f"select count(*) from kept where {condition}", values).fetchone()[0])


@given(WORDS, VALUES)
def test_X4_a_word_is_found_in_json_if_and_only_if_a_key_or_a_value_says_it(con, word, value):
    expected = any(word in searched(text) for text in said(value))
    text = write_json(value)
    assert in_json(word, text) is expected
    assert in_sql(con, word, text, written=True) is expected
    assert in_json(word, json.dumps(value, indent=1)) is expected


@given(WORDS, TEXTS)
def test_X4_a_word_is_found_in_a_text_if_and_only_if_it_says_it(con, word, text):
    assert in_text(word, text) is (word in searched(text))
    assert in_sql(con, word, text, written=False) is in_text(word, text)


@pytest.mark.parametrize(
    ("word", "value", "found"),
    [
        ("nno", "Dear customer,\nno refund", False),
        ("customer, no refund", "Dear customer,\nno refund", True),
        ("customer, no refund", "Dear customer, \t\r\n  no refund", True),
        ("tnine", "bay\tnine", False),
        ("u0085", "a\x85c", False),
        ("0085", "é\x85c", False),
        ("\\\\new", "C:\\new", False),
        ("c:\\new", "C:\\new", True),
        ('say "no"', 'say "no" now', True),
        ('\\"no', 'say "no" now', False),
        ("zoë", "ZOE\u0308", True),
        ('a","b', ["a", "b"], False),
        ('note":', {"note": 1}, False),
        ("note", {"note": 1}, True),
        ("1.5", {"n": 1.5}, True),
    ],
)
def test_X4_escapes_of_json_are_nothing_that_is_said(con, word, value, found):
    word, text = searched(word), write_json(value)
    assert in_json(word, text) is found
    assert in_sql(con, word, text, written=True) is found


def test_X4_what_like_leaves_out_costs_no_call_of_python():
    made, called = sqlite3.connect(":memory:"), []
    made.create_function("in_json", 2, lambda word, text: called.append(text) or in_json(word, text))
    made.create_function("searched", 1, lambda text: called.append(text) or searched(text))
    made.execute("create table kept (at text)")
    texts = [None, '{"a":"x"}', '{"a":"declined"}', '{"a":"card\\ndeclined"}', '{"a":"größe"}']
    made.executemany("insert into kept values (?)", [(text,) for text in texts])
    for word, found, calls in (
        ("declined", texts[2:4], texts[3:]),
        ("card declined", texts[3:4], texts[3:]),
        (searched("größe"), texts[4:], texts[3:]),
    ):
        called.clear()
        condition, values = holds(word, (), ("at",))
        assert [row[0] for row in made.execute(f"select at from kept where {condition}", values)] == found
        assert called == calls
    called.clear()
    condition, values = holds("declined", ("at",))
    assert len(made.execute(f"select at from kept where {condition}", values).fetchall()) == 2
    assert called == texts[4:]
    made.close()

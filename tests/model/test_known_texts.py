"""Texts are found in others where they stand as words, the longest first, however many are known."""

from __future__ import annotations

import pytest

from workbench.model.known_texts import WORD, KnownTexts


def known(*texts):
    made = KnownTexts()
    for text in texts:
        made.note(text, whole=True)
    return made


def found(made, text):
    return [made.at(word, 0) for word in WORD.finditer(text)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ada", [(0, "ada")]),
        ("to ada@x", [(0, ""), (3, "ada@x"), (0, "")]),
        ("ADA", [(0, "ADA")]),
        ("adam", [(0, "")]),
        ("ada b", [(0, "ada b"), (0, "")]),
        ("ada bc", [(0, "ada"), (0, "")]),
        ("(-ada)", [(1, "-ada")]),
    ],
)
def test_the_longest_that_stands_at_a_word_is_found(text, said):
    assert found(known("ada", "ada@x", "ada b", "-ada"), text) == said


def test_the_begin_of_a_long_one_is_found_in_a_longer_word():
    piece = "begin of a very long secret"
    assert found(known(piece), f"{piece}s")[0] == (0, piece)


def test_what_was_found_before_is_not_found_again():
    (word,) = WORD.finditer("ada")
    assert known("ada").at(word, 1) == (0, "")


def test_many_that_begin_alike_take_one_look():
    made = known(*(f"Bearer {one:06}" for one in range(6_000)))
    assert found(made, "said Bearer 004711")[1] == (5, "Bearer 004711")
    assert sum(map(len, made.places.values())) == 1

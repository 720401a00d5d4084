"""What is typed into a search, read as words."""

from __future__ import annotations

import pytest

from workbench.model.search_words import as_words, read_words


@pytest.mark.parametrize("text", ["paid", "card declined", "no\nrefund", "a\tb", "-2"])
def test_X4_what_is_typed_for_a_text_is_one_word(text):
    assert len(read_words(as_words(text))) == 1


def test_X4_words_are_all_that_is_not_in_quotes():
    assert read_words('refund "no  Refund" REFUND') == ("refund", "no refund")

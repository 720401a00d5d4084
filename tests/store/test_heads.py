"""What the writer remembers of streams is bounded; conflicts are found whatever it let go of (C1, A8)."""

from __future__ import annotations

import pytest

from tests.store.actions import append, do
from workbench.errors import NO_STREAM, WrongExpectedVersion
from workbench.store.sqlite import heads

KEPT = 4


@pytest.fixture
def small(monkeypatch, file_store):
    monkeypatch.setattr(heads, "KEPT", KEPT)
    return file_store


def remembered(store):
    store.write([])
    return list(store._heads.streams)


def test_C1_new_streams_do_not_pile_up_in_the_writers_memory(small):
    for letter in "abcdefghij":
        do(small, f"s-{letter}", letter)
    assert remembered(small) == ["s-g", "s-h", "s-i", "s-j"]


def test_C1_the_longest_unused_stream_is_let_go(small):
    for letter in "abcd":
        do(small, f"s-{letter}", letter)
    do(small, "s-a", "A", expected=1)
    do(small, "s-e", "e")
    assert remembered(small) == ["s-c", "s-d", "s-a", "s-e"]


def test_A8_a_conflict_is_found_on_a_stream_that_was_let_go(small):
    for letter in "abcdefghij":
        do(small, f"s-{letter}", letter, expected=NO_STREAM)
    assert isinstance(do(small, "s-a", "A", expected=NO_STREAM), WrongExpectedVersion)
    assert do(small, "s-a", "A", expected=1).last_version == 2


def test_A7_a_group_of_more_streams_than_are_kept_knows_what_it_wrote_itself(small):
    first = [append(f"s-{letter}", letter, expected=NO_STREAM) for letter in "abcdefghij"]
    again = [append(f"s-{letter}", letter.upper(), expected=1) for letter in "abcdefghij"]
    wrong = [append("s-a", "0", expected=1), append("s-j", "1", expected=1)]
    answers = small.write([*first, *again, *wrong])
    assert [answer.last_version for answer in answers[:20]] == [1] * 10 + [2] * 10
    assert all(isinstance(answer, WrongExpectedVersion) for answer in answers[20:])
    assert len(remembered(small)) == KEPT

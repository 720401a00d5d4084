"""The undo of an act puts back just what the act replaced, on all stores (L10)."""

from __future__ import annotations

import pytest

from tests.store.actions import one
from tests.store.test_queue import Box
from workbench.store.operations import (
    Atomic,
    BringBack,
    ConfigureSubscription,
    MarkLetters,
    RecordAction,
    ReplayLetter,
    Skip,
)
from workbench.store.operator_actions import OperatorAction


@pytest.fixture
def box(store):
    return Box(store)


def back(box, *, released=()):
    """Undoes the act of the tests; returns on how many things."""
    return one(box.store, BringBack(act="act", subscription="sub", released=released))


def places(box, now=2**60):
    return [row.position for row in box.due(now)]


def test_L10_what_waited_for_its_time_waits_for_it_again(box):
    box.publish("a", key="")
    box.settle(a="delayed")
    (row,) = box.due(1000)
    assert box.due(999) == []
    assert one(box.store, Skip(subscription="sub", numbers=(row.number,), act="act")) == 1
    assert back(box) == 1
    assert (places(box, 999), places(box, 1000)) == ([], [1]), "not before its time"


def test_L10_what_is_skipped_counts_until_that_is_undone_and_a_reset_counts_none(box):
    box.publish("a", "b", key="")
    box.settle(a="ready", b="ready")
    first, second = box.due()
    one(box.store, Skip(subscription="sub", numbers=(first.number,)))
    one(box.store, Skip(subscription="sub", numbers=(second.number,), act="act"))
    assert box.reader.subscription("sub").skipped == 2
    assert (back(box), box.reader.subscription("sub").skipped) == (1, 1)
    one(box.store, ConfigureSubscription(subscription="sub", cursor=0, act="reset"))
    assert one(box.store, BringBack(act="reset", subscription="sub")) == 2
    assert (places(box), box.reader.subscription("sub").skipped) == ([2], 1)


@pytest.mark.parametrize(("released", "goes_on"), [(("sub",), [2]), (("other",), [])])
def test_L10_O2_behind_a_replay_that_is_taken_back_its_key_goes_on_where_dead_letters_block_nothing(
    box, released, goes_on
):
    box.publish("a", "b")
    box.settle(a="dead", b="blocked")
    one(box.store, ReplayLetter(number=1, act="act"))
    assert places(box) == [1]
    assert back(box, released=released) == 1
    assert (places(box), box.letters()) == (goes_on, [(1, "open")])


def test_L10_what_was_delivered_again_before_a_reset_is_undone_does_not_wait_once_more(box):
    box.publish("a", "b", key="")
    box.settle(a="ready", b="ready")
    one(box.store, ConfigureSubscription(subscription="sub", cursor=0, act="act"))
    one(box.store, ConfigureSubscription(subscription="sub", cursor=1))
    assert back(box) == 1
    assert (box.reader.subscription("sub").cursor, places(box)) == (2, [2])


def test_L9_what_changed_nothing_is_no_act_where_it_says_so(box):
    said = OperatorAction(at=1, action="purge", subject="1 dead letter", act="act")
    purge = MarkLetters(numbers=(1,), before=("open",), after="purged", act="act")
    answers = one(box.store, Atomic(operations=(purge, RecordAction(action=said, if_done=True))))
    assert (answers[-1], box.reader.actions()) == (0, [])
    answers = one(box.store, Atomic(operations=(purge, RecordAction(action=said))))
    assert (answers[-1], len(box.reader.actions())) == (1, 1)


def test_L9_what_operators_did_is_listed_by_kind_the_newest_first(box):
    for number, said in enumerate(("reset", "pause", "reset", "resume")):
        one(box.store, RecordAction(action=OperatorAction(at=number, action=said, subject=str(number))))
    assert [act.subject for act in box.reader.actions(kind="reset")] == ["2", "0"]
    assert [act.subject for act in box.reader.actions(kind="reset", limit=1)] == ["2"]
    assert len(box.reader.actions()) == 4

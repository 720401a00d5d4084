"""The table of what can be done with a dead letter (contract §6)."""

from __future__ import annotations

import pytest

from workbench.model.dead_letter import (
    TRANSITIONS,
    UNDOABLE,
    LetterAct,
    LetterStatus,
    allowed,
    outcome,
    purge_behind,
)

OPERATOR = (LetterAct.REPLAY, LetterAct.ARCHIVE, LetterAct.PURGE, LetterAct.RESTORE)


def reached(start: LetterStatus) -> set[LetterStatus]:
    """Returns what a letter can come to."""
    found, before = {start}, None
    while found != before:
        before = set(found)
        found |= {after for table in TRANSITIONS.values() for at, after in table.items() if at in before}
    return found


def test_contract_6_an_open_letter_can_come_to_every_status():
    assert reached(LetterStatus.OPEN) == set(LetterStatus)


@pytest.mark.parametrize("status", [LetterStatus.RESOLVED, LetterStatus.FAILED_AGAIN])
def test_L4_what_a_replay_ended_is_never_changed(status):
    assert reached(status) == {status}


@pytest.mark.parametrize("act", OPERATOR)
def test_L3_no_act_of_an_operator_touches_a_letter_that_is_being_replayed(act):
    assert LetterStatus.REPLAYING not in allowed(act)


@pytest.mark.parametrize("act", LetterAct)
def test_contract_6_an_act_has_one_outcome(act):
    assert set(TRANSITIONS[act].values()) == {outcome(act)}


def test_L7_a_restore_takes_back_what_can_be_undone_and_nothing_else():
    assert set(allowed(LetterAct.RESTORE)) == {outcome(act) for act in UNDOABLE}


@pytest.mark.parametrize(
    ("letters", "behind", "skip_on", "said"),
    [
        (1, 1, True, "1 message of its key that waited behind it goes on"),
        (2, 3, True, "3 messages of their keys that waited behind them go on"),
        (1, 2, False, "2 messages of its key still wait behind it"),
        (
            2,
            1,
            None,
            "1 message of their keys waits behind them: keep it blocked, or skip what is purged and",
        ),
    ],
)
def test_L7_what_a_purge_makes_of_what_waits_behind_its_letters(letters, behind, skip_on, said):
    assert purge_behind(letters, behind, skip_on=skip_on).startswith(said)

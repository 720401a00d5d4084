"""Deaths of one delivery and what operators did about them, as lines of a story."""

from __future__ import annotations

from uuid import UUID

import pytest

from workbench.model.dead_letter import LetterStatus
from workbench.model.operator_acts import OperatorAct
from workbench.services.story.exchange import Arrow, sequence_of
from workbench.services.story.story import CommandStory, LineState, StoryLine
from workbench.services.story.story_letters import history, letter_lines
from workbench.store.operator_actions import LetterDeed, OperatorAction
from workbench.store.stored_values import Attempt, DeadLetter, Reason


def letter(number: int, status: LetterStatus, **others) -> DeadLetter:
    tried = Attempt(number=1, at=number * 100, duration_us=1, error_type="OSError", error="away", place="")
    return DeadLetter(
        number=number, subscription="mail", topic="t", position=7, message_id=UUID(int=1), type="paid",
        key="", data="{}", reason=Reason.MAX_ATTEMPTS, error_type="OSError", error="away",
        attempts=(tried,), died_at=number * 100 + 5, status=status, correlation_id=UUID(int=2), **others,
    )  # fmt: skip


def act(number: int, action: str, at: int, who: str = "ann") -> OperatorAction:
    return OperatorAction(number=number, action=action, subject="", at=at, who=who, act=str(number))


OUTCOME = StoryLine(
    key="mail@7", depth=1, actor="mail", actor_kind="subscription", begun=50, ended=500, said="how it is now",
    cause=7,
)  # fmt: skip


def deeds(acts: dict[int, OperatorAction]) -> dict[int, tuple[LetterDeed, ...]]:
    return {number: (LetterDeed(of=one),) for number, one in acts.items()}


def told(*letters: DeadLetter, acts: dict[int, OperatorAction]) -> list[tuple[str, str, int | None]]:
    return [(one.actor, one.said, one.ended) for one in letter_lines(OUTCOME, letters, deeds(acts))]


def test_L4_each_death_and_each_act_is_told_before_how_it_stands():
    first, second = letter(1, LetterStatus.FAILED_AGAIN), letter(2, LetterStatus.RESOLVED, edited="{}")
    assert told(first, second, acts={1: act(4, "replay", 150), 2: act(5, OperatorAct.EDIT, 250, who="")}) == [
        ("mail", "dead after 1 try, letter 1: OSError: away", 105),
        ("ann", "replayed letter 1 (operation 4)", 150),
        ("mail", "dead after 1 try, letter 2: OSError: away", 205),
        ("a person", "replayed letter 2 as an edited copy (operation 5)", 250),
        ("mail", "how it is now", 500),
    ]


def test_what_follows_from_a_replay_begins_with_it_and_not_with_the_event():
    first, second = letter(1, LetterStatus.FAILED_AGAIN), letter(2, LetterStatus.RESOLVED)
    acts = {1: act(4, "replay", 150), 2: act(5, "replay", 250)}
    assert [one.begun for one in letter_lines(OUTCOME, [first, second], deeds(acts))] == [
        50,
        150,
        150,
        250,
        250,
    ]


def test_what_was_noted_behind_the_end_of_a_delivery_stands_behind_it():
    done = {1: (LetterDeed(of=act(4, "replay", 150)), LetterDeed(of=act(5, "note", 600), note=("ann", "")))}
    lines = list(letter_lines(OUTCOME, [letter(1, LetterStatus.RESOLVED)], done))
    assert [one.ended for one in lines] == [105, 150, 500, 600]


def test_what_was_put_away_ends_with_who_did_it_and_where_that_is_not_kept_with_how_it_stands():
    purged = letter(1, LetterStatus.PURGED)
    assert [one[1] for one in told(purged, acts={1: act(4, "purge", 150)})] == [
        "dead after 1 try, letter 1: OSError: away",
        "purged letter 1 (operation 4)",
    ]
    assert told(purged, acts={})[-1] == ("mail", "how it is now", 500)


def test_a_letter_that_is_open_again_is_its_death_and_what_was_tried():
    said = [one[1] for one in told(letter(1, LetterStatus.OPEN), acts={1: act(4, "replay", 150)})]
    assert said == ["how it is now", "replayed letter 1 (operation 4)"]


@pytest.mark.parametrize("last", [LetterStatus.OPEN, LetterStatus.RESOLVED])
def test_L4_two_letters_of_a_delivery_have_a_line_each_whatever_their_status(last):
    first, second = letter(1, LetterStatus.OPEN), letter(2, last)
    lines = list(letter_lines(OUTCOME, [first, second], deeds({1: act(4, "note", 150)})))
    assert len({one.key for one in lines}) == len(lines)
    assert (lines[0].said, lines[0].state) == ("dead after 1 try, letter 1: OSError: away", LineState.DEAD)
    assert [one.said for one in lines].count("how it is now") == 1
    below = list(history(OUTCOME, [first, second], {}))
    assert [one.letter for one in below] == ([1] if last == "open" else [1, 2])


def test_L4_every_owner_and_note_and_every_undo_is_told_with_who_and_when():
    done = (
        LetterDeed(of=act(1, "note", 110), note=("ann", "")),
        LetterDeed(of=act(2, "archive", 120), undo=act(4, "undo", 140, who="bob")),
        LetterDeed(of=act(3, "note", 130, who="bob"), note=("", "asked \n them")),
    )
    lines = list(letter_lines(OUTCOME, [letter(1, LetterStatus.OPEN)], {1: done}))
    assert [(one.actor, one.said, one.ended) for one in lines[1:]] == [
        ("ann", "noted of letter 1: owner ann; no note (operation 1)", 110),
        ("ann", "archived letter 1 (operation 2)", 120),
        ("bob", "noted of letter 1: no owner; note “asked them” (operation 3)", 130),
        ("bob", "undid operation 2, archive of letter 1 (operation 4)", 140),
    ]
    assert len({one.key for one in lines}) == 5


def test_L4_what_was_taken_back_does_not_begin_what_came_later():
    replay = LetterDeed(of=act(1, "replay", 150), undo=act(2, "undo", 160))
    *_, last = letter_lines(OUTCOME, [letter(1, LetterStatus.RESOLVED)], {1: (replay,)})
    assert (last.said, last.begun) == ("how it is now", 50)


def test_deaths_of_a_command_stand_below_it_and_in_its_sequence():
    command = StoryLine(
        key="command:1", depth=0, actor="flow", actor_kind="process", command="ship", stream="order-1",
        begun=0, ended=600, issued=7, letter=1,
    )  # fmt: skip
    below = list(
        history(command, [letter(1, LetterStatus.RESOLVED)], deeds({1: act(4, "replay", 150_000)})),
    )
    assert [(one.actor, one.depth, one.state) for one in below] == [
        ("ship", 1, LineState.DIED),
        ("ann", 1, LineState.ENDED),
    ]
    story = CommandStory(
        title="ship", who="flow", about="", lines=[command, *below], start=0, events=0, commands=1
    )
    steps = [one for one in sequence_of(story).steps if isinstance(one, Arrow)]
    order = ("aggregate", "order")
    assert [(one.name, one.source, one.target, one.at) for one in steps] == [
        ("ship", ("process", "flow"), order, 0),
        ("ship", order, order, 105),
        ("replayed letter 1 (operation 4)", ("person", "ann"), order, 150_000),
    ]

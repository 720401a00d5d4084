"""Tells what the dead letters of one delivery went through: every death, and what operators did about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.model.operator_acts import REPLAYS
from workbench.services.story.story import LineState, StoryLine
from workbench.services.story.story_words import death, tries

if TYPE_CHECKING:
    from workbench.store.operator_actions import OperatorAction
    from workbench.store.stored_values import DeadLetter


def letter_lines(
    outcome: StoryLine, letters: Sequence[DeadLetter], acts: Mapping[int, OperatorAction]
) -> Iterator[StoryLine]:
    """Yields a line for each death, one for each act on it, and how the delivery stands now.

    A replay that fails again makes a letter of its own (L4): what came before it stays told.

    Args:
        outcome: How it stands now; that of a letter that is open is its death.
        letters: Of this delivery, the oldest first.
        acts: By letter, what an operator did to it last, as far as that is kept.
    """
    told = False
    for letter in letters:
        act = acts.get(letter.number)
        told = letter.status == "open"
        yield outcome if told else _died(outcome, letter)
        if act is not None:
            yield _acted(outcome, letter, act)
            outcome = outcome if told else replace(outcome, begun=act.at)
            told = told or (letter.status in {"archived", "purged"} and act.action not in REPLAYS)
    if not told:
        yield outcome


def history(
    line: StoryLine, letters: Sequence[DeadLetter], acts: Mapping[int, OperatorAction]
) -> Iterator[StoryLine]:
    """Yields what stands below a command whose delivery died: deaths that were dealt with, and acts."""
    below = replace(
        line,
        depth=line.depth + 1,
        actor=line.command,
        actor_kind="command",
        command="",
        told=(),
        data="",
        issued=0,
        issued_at=0,
        cause=line.issued,
    )
    return (one for one in letter_lines(below, letters, acts) if one.key != below.key)


def _died(outcome: StoryLine, letter: DeadLetter) -> StoryLine:
    return replace(
        outcome,
        key=f"{outcome.key}:letter-{letter.number}",
        said=death(letter),
        state=LineState.DIED,
        ended=letter.died_at,
        waits=None,
        tries=tries(None, letter),
        letter=letter.number,
    )


def _acted(outcome: StoryLine, letter: DeadLetter, act: OperatorAction) -> StoryLine:
    did = "replayed" if act.action in REPLAYS else letter.status.replace("_", " ")
    copy = " as an edited copy" if act.action in REPLAYS and letter.edited is not None else ""
    return StoryLine(
        key=f"{outcome.key}:letter-{letter.number}:operation-{act.number}",
        depth=outcome.depth,
        actor=act.who or "a person",
        actor_kind="person",
        said=f"{did} letter {letter.number:,}{copy} (operation {act.number:,})",
        begun=act.at,
        ended=act.at,
        cause=outcome.cause,
        letter=letter.number,
        operation=act.number,
    )

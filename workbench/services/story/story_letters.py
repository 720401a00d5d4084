"""Tells what the dead letters of one delivery went through: every death, and what operators did about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from workbench.model.dead_letter import note_words
from workbench.model.operator_acts import REPLAYS, OperatorAct
from workbench.model.secrets import without_secrets
from workbench.services.dead_letters.letter_payloads import payloads_of
from workbench.services.story.story import LineState, StoryLine
from workbench.services.story.story_words import death, died_after, tries

if TYPE_CHECKING:
    from workbench.store.operator_actions import LetterDeed, OperatorAction
    from workbench.store.stored_values import DeadLetter

DONE: Mapping[str, str] = {
    OperatorAct.ARCHIVE: "archived",
    OperatorAct.PURGE: "purged",
    OperatorAct.RESTORE: "restored",
    OperatorAct.NOTE: "noted",
}
"""What acts are called once they are done; all others are replays."""


def letter_lines(
    outcome: StoryLine, letters: Sequence[DeadLetter], acts: Mapping[int, Sequence[LetterDeed]]
) -> Iterator[StoryLine]:
    """Yields a line for each death, one for each act on it and for its undo, and how the delivery stands now.

    They stand in order of time: what was done to a letter behind the delivery's end stands behind that.

    A try of a replay that came to no death has a line of its own, with the payload on which it ran (L10). A
    replay that fails again makes a letter of its own (L4): what came before it stays told.

    Args:
        outcome: How it stands now; that of the newest letter, where that is open, is its death.
        letters: Of this delivery, the oldest first.
        acts: By letter, what operators did to it; what was undone is told with its undo.
    """
    told, later = False, list[StoryLine]()
    for letter in letters:
        deeds = acts.get(letter.number, ())
        told = letter.status == "open" and letter is letters[-1]
        yield outcome if told else _died(outcome, letter, letters)
        since = [*_acts(outcome, letter, deeds), *_tried(outcome, letter, letters)]
        since.sort(key=lambda line: line.begun)
        ended = outcome.ended if letter is letters[-1] and not told else None
        later = [line for line in since if ended is not None and line.begun > ended]
        yield from since[: len(since) - len(later)]
        holding = [one.of for one in deeds if one.undo is None and one.of.action != OperatorAct.NOTE]
        if holding:
            outcome = outcome if told else replace(outcome, begun=holding[-1].at)
            told = told or (letter.status in {"archived", "purged"} and holding[-1].action not in REPLAYS)
    if not told:
        yield outcome
    yield from later


def history(
    line: StoryLine, letters: Sequence[DeadLetter], acts: Mapping[int, Sequence[LetterDeed]]
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


def _died(outcome: StoryLine, letter: DeadLetter, letters: Sequence[DeadLetter]) -> StoryLine:
    return replace(
        outcome,
        key=f"{outcome.key}:letter-{letter.number}",
        said=death(letter, letters),
        state=LineState.DEAD if letter.status == "open" else LineState.DIED,
        ended=letter.died_at,
        waits=None,
        letter=letter.number,
        **tries(None, letter, letters),
    )


def _tried(outcome: StoryLine, letter: DeadLetter, letters: Sequence[DeadLetter]) -> Iterator[StoryLine]:
    payloads, begin = payloads_of(letter, letters).tries, died_after(letter)
    for one, payload in islice(zip(letter.attempts, payloads, strict=True), begin, None):
        on = f", on the payload {payload}" if payload else ""
        why = without_secrets(f"{one.error_type}: {one.error}".removeprefix(": "), letter.data, letter.edited)
        yield replace(
            outcome,
            key=f"{outcome.key}:letter-{letter.number}:try-{one.number}",
            said=f"try {one.number} of letter {letter.number:,}{on}, failed: {why}",
            state=LineState.FAILED,
            begun=one.at,
            ended=one.at + one.duration_us,
            waits=None,
            tries=(one.at,),
            payloads=(payload,),
            letter=letter.number,
        )


def _acts(outcome: StoryLine, letter: DeadLetter, deeds: Sequence[LetterDeed]) -> Iterator[StoryLine]:
    for deed in deeds:
        yield _acted(outcome, letter, deed.of, _did(letter, deed))
        if deed.undo is not None:
            said = f"undid operation {deed.of.number:,}, {deed.of.action} of letter {letter.number:,}"
            yield _acted(outcome, letter, deed.undo, said)


def _did(letter: DeadLetter, deed: LetterDeed) -> str:
    action, name = deed.of.action, f"letter {letter.number:,}"
    if deed.note is not None:
        return f"noted of {name}: {note_words(*deed.note)}"
    edited = action == OperatorAct.EDIT or (action == OperatorAct.REPAIR and letter.edited is not None)
    return f"{DONE.get(action, 'replayed')} {name}{' as an edited copy' if edited else ''}"


def _acted(outcome: StoryLine, letter: DeadLetter, act: OperatorAction, said: str) -> StoryLine:
    return StoryLine(
        key=f"{outcome.key}:letter-{letter.number}:operation-{act.number}",
        depth=outcome.depth,
        actor=act.who or "a person",
        actor_kind="person",
        said=f"{said} (operation {act.number:,})",
        begun=act.at,
        ended=act.at,
        cause=outcome.cause,
        letter=letter.number,
        operation=act.number,
    )

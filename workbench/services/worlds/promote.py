"""Issues on the trunk what was issued in a fork, with the versions that were seen there (W14)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError, WrongExpectedVersion
from workbench.model.command import CommandOutcome
from workbench.model.counts import counted
from workbench.store.paging import stream_events

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.workspace import Workspace
    from workbench.store.ports import Reader
    from workbench.store.stored_values import CommandRecord

PAGE = 200
SAMPLES = 3
"""Commands that are named of many."""
THERE = "issued there before"
NOT_ISSUED = "not issued"
REST = 30.0
"""Seconds that the trunk gets to make of one command what the next one expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """A command of a fork as it would be issued, or was.

    Attributes:
        expected: The version that its stream had when it was decided in the fork.
        there: The version that the stream has on the trunk; None where an earlier command of the list is to
            move it first.
        left_out: Why it is not to be issued: the trunk moved on, its model refuses the fields by now, or it
            did not accept it before; empty where it fits.
        outcome: What became of it; empty as long as it was not issued.
    """

    command: CommandRecord
    expected: int
    there: int | None
    left_out: str = ""
    outcome: str = ""

    @property
    def goes(self) -> bool:
        """Whether it is to be issued: it was not yet, and the trunk stands where the fork did."""
        return not self.outcome and not self.left_out

    @property
    def named(self) -> str:
        """Its type and its stream."""
        return f"{self.command.type} {self.command.stream}"

    @property
    def words(self) -> str:
        """Whether it fits, in words."""
        fits = "behind one before it" if self.there is None else "fits"
        return self.outcome or self.left_out or fits


def issued_in(fork: Reader, since: int) -> list[CommandRecord]:
    """Returns the commands that persons and programs issued behind a position and that were accepted.

    What policies and processes issued is left out: it follows by itself.
    """
    found: list[CommandRecord] = []
    before: int | None = None
    while page := fork.commands(limit=PAGE, before=before):
        for one in page:
            if 0 < one.last_position <= since:
                return found[::-1]
            if one.last_position and one.outcome == CommandOutcome.ACCEPTED and one.causation_id is None:
                found.append(one)
        before = page[-1].number
    return found[::-1]


def preview(fork: Reader, since: int, trunk: Reader, model: Registry | None = None) -> list[Promoted]:
    """Returns what *promote* would issue, in the order of the fork, and what it would leave out (W14).

    Args:
        model: Of the trunk as it is now; None where only its store is there, so that nothing can be issued.
    """
    found: list[Promoted] = []
    for command in issued_in(fork, since):
        info = trunk.stream(command.stream)
        there, expected = info.version if info else 0, _before(fork, command)
        issued = next(iter(trunk.commands_named([command.command_id])), None)
        if issued is not None and issued.outcome == CommandOutcome.ACCEPTED:
            found.append(Promoted(command=command, expected=expected, there=there, outcome=THERE))
            continue
        own = [one for one in found if one.command.stream == command.stream]
        left_out, moved = "", any(one.goes for one in own)
        if issued is not None:  # its id has its answer for good (K3)
            left_out = f"{THERE}: {issued.outcome}"
        elif any(one.left_out for one in own):
            left_out = "behind one that does not fit"
        elif model is not None and (refused := _refused(model, command)):
            left_out = f"refused by the model there: {refused}"
        elif not moved and there != expected:
            moved = _follows(found) and there == _version_at(fork, command.stream, since)
            left_out = "" if moved else f"is at {there:,} there"
        elif not moved and not _same_history(fork, trunk, command.stream, expected, since):
            left_out = f"is at {there:,} there by other events"
        at = None if moved else there
        found.append(Promoted(command=command, expected=expected, there=at, left_out=left_out))
    return found


def _refused(model: Registry, command: CommandRecord) -> str:
    """Returns why a model does not take the fields of a command, whatever is stored; empty where it does."""
    try:
        model.command(command.type).parse(json.loads(command.data))
    except WorkbenchError as error:
        return str(error)
    return ""


def _follows(before: Sequence[Promoted]) -> bool:
    """Whether what these cause on the trunk may move a stream there as it did in the fork."""
    return any(one.goes for one in before) and not any(one.left_out for one in before)


def _version_at(fork: Reader, stream: str, position: int) -> int:
    """Returns which version a stream had at a position."""
    return sum(one.position <= position for one in stream_events(fork, stream))


def _same_history(fork: Reader, trunk: Reader, stream: str, version: int, since: int) -> bool:
    """Whether a stream came to a version in both by the same events; up to the fork's position it did."""
    at = _version_at(fork, stream, since)
    return all(
        ours.id_bytes == theirs.id_bytes or (ours.type, ours.data) == (theirs.type, theirs.data)
        for ours, theirs in zip(
            islice(stream_events(fork, stream, at), max(version - at, 0)),
            stream_events(trunk, stream, at),
            strict=False,
        )
    )


def _before(fork: Reader, command: CommandRecord) -> int:
    entries = fork.log(command.first_position, command.last_position - command.first_position + 1)
    own = sum(
        one.stream == command.stream and one.event and one.position <= command.last_position
        for one in entries
    )
    return command.version - own


async def promote(
    plan: Sequence[Promoted], trunk: Workspace, told: Callable[[str], object] = lambda _said: None
) -> list[Promoted]:
    """Issues the commands that fit in their order, each under its own id: a second time changes nothing (K3).

    Nothing is issued if one of them does not fit any more. The first one that is refused, conflicts, as the
    trunk moved meanwhile, or cannot be issued at all ends it: those behind it are told as not issued.

    Args:
        told: Told what goes on.

    Raises:
        WrongExpectedVersion: One does not fit any more; nothing was issued.
    """
    for one in plan:
        info = trunk.reader.stream(one.command.stream)
        there = info.version if info else 0
        if one.goes and one.there is not None and there != one.expected:
            raise WrongExpectedVersion(one.command.stream, expected=one.expected, actual=there)
    done: list[Promoted] = []
    of = sum(one.goes for one in plan)
    for at, one in enumerate(plan):
        if not one.goes:
            done.append(one)
            continue
        number = f"{sum(before.goes for before in plan[:at]) + 1:,} of {of:,}"
        if one.there is None:
            told(f"{number} waits for what those before it cause there, {REST:.0f} s at most")
            await trunk.drain.settle(REST)
        told(f"{number}: {one.named}")
        outcome = await _issued(one, trunk)
        done.append(_told(one, outcome))
        if outcome != CommandOutcome.ACCEPTED:
            return [*done, *(_told(rest, NOT_ISSUED) if rest.goes else rest for rest in plan[at + 1 :])]
    return done


async def _issued(one: Promoted, trunk: Workspace) -> str:
    """Issues a command; returns what became of it."""
    try:
        result = await trunk.commands.issue(
            one.command.type,
            json.loads(one.command.data),
            expected=one.expected,
            origin="promoted",
            command_id=one.command.command_id,
        )
    except WorkbenchError as error:
        return f"failed: {error}"
    if result.accepted or not result.message:
        return str(result.outcome)
    return f"{result.outcome}: {result.message}"


def _told(one: Promoted, outcome: str) -> Promoted:
    return replace(one, outcome=outcome)


def question(plan: Sequence[Promoted], name: str) -> tuple[str, list[str]]:
    """Returns in words what is asked before commands are issued on the trunk, and a few of them."""
    goes, out = [one for one in plan if one.goes], [one for one in plan if one.left_out]
    some = f"{len(goes):,} of {counted(len(goes) + len(out), 'command')}"
    some = some if out else counted(len(goes), "command")
    samples = [f"left out: {one.named} {one.left_out}" for one in out[:SAMPLES]]
    samples += [one.named for one in goes[:SAMPLES]]
    if more := len(goes) + len(out) - len(samples):
        samples.append(f"and {more:,} more, which the table of commands lists")
    return f"Issue {some} on {name}, each with the version seen here?", samples


def what_became(plan: Sequence[Promoted], done: Sequence[Promoted], name: str) -> tuple[bool, str]:
    """Returns whether all that was asked about was issued on the trunk, and in words what was."""
    asked = [now for before, now in zip(plan, done, strict=True) if before.goes]
    failed = [one for one in asked if one.outcome != CommandOutcome.ACCEPTED]
    out = sum(bool(one.left_out) for one in done)
    issued = asked[: len(asked) - len(failed)]
    said = [f"{counted(len(issued), 'command')} issued on {name}"]
    if failed:
        before = ", ".join(one.named for one in issued[-SAMPLES:])
        told = f"{said[0]} before it: {before}" if issued else f"nothing was issued on {name}"
        said = [f"{failed[0].named}: {failed[0].outcome}", told]
    if len(failed) > 1:
        said.append(f"{counted(len(failed) - 1, 'command')} behind it not issued")
    if out:
        said.append(f"{out:,} left out, as the project moved on")
    return not failed, f"{'; '.join(said)}."

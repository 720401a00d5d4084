"""Issues on the trunk what was issued in a fork, with the versions that were seen there (W14)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from workbench.errors import WrongExpectedVersion
from workbench.model.command import CommandOutcome
from workbench.store.paging import stream_events

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace
    from workbench.store.ports import Reader
    from workbench.store.stored_values import CommandRecord

PAGE = 200
THERE = "issued there before"
REST = 30.0
"""Seconds that the trunk gets to make of one command what the next one expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """A command of a fork as it would be issued, or was.

    Attributes:
        expected: The version that its stream had when it was decided in the fork.
        there: The version that the stream has on the trunk; None where an earlier command of the list is to
            move it first.
        left_out: Why it is not to be issued: the trunk moved on, or did not accept it before; empty where it
            fits.
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


def preview(fork: Reader, since: int, trunk: Reader) -> list[Promoted]:
    """Returns what *promote* would issue, in the order of the fork, and what it would leave out (W14)."""
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
        elif not moved and there != expected:
            moved = _follows(found) and there == _version_at(fork, command.stream, since)
            left_out = "" if moved else f"is at {there:,} there"
        elif not moved and not _same_history(fork, trunk, command.stream, expected, since):
            left_out = f"is at {there:,} there by other events"
        at = None if moved else there
        found.append(Promoted(command=command, expected=expected, there=at, left_out=left_out))
    return found


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


async def promote(plan: Sequence[Promoted], trunk: Workspace) -> list[Promoted]:
    """Issues the commands that fit in their order, each under its own id: a second time changes nothing (K3).

    Nothing is issued if one of them does not fit any more. The first one that is refused or conflicts, as the
    trunk moved meanwhile, ends it: those behind it are told as not issued.

    Raises:
        WrongExpectedVersion: One does not fit any more; nothing was issued.
        WorkbenchError: A command cannot be issued at all.
    """
    for one in plan:
        info = trunk.reader.stream(one.command.stream)
        there = info.version if info else 0
        if one.goes and one.there is not None and there != one.expected:
            raise WrongExpectedVersion(one.command.stream, expected=one.expected, actual=there)
    done: list[Promoted] = []
    for at, one in enumerate(plan):
        if not one.goes:
            done.append(one)
            continue
        if one.there is None:
            await trunk.drain.settle(REST)
        result = await trunk.commands.issue(
            one.command.type,
            json.loads(one.command.data),
            expected=one.expected,
            origin="promoted",
            command_id=one.command.command_id,
        )
        said = f"{result.outcome}: {result.message}" if result.message else str(result.outcome)
        done.append(_told(one, said))
        if not result.accepted:
            return [*done, *(_told(rest, "not issued") if rest.goes else rest for rest in plan[at + 1 :])]
    return done


def _told(one: Promoted, outcome: str) -> Promoted:
    return replace(one, outcome=outcome)

"""Issues on the trunk what was issued in a fork, with the versions that were seen there (W14)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import WrongExpectedVersion
from workbench.model.command import CommandOutcome

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
        outcome: What became of it; empty as long as it was not issued.
    """

    command: CommandRecord
    expected: int
    there: int | None
    outcome: str = ""

    @property
    def fits(self) -> bool:
        """Whether the trunk stands where the fork did."""
        return self.there is None or self.there == self.expected or bool(self.outcome)

    @property
    def words(self) -> str:
        """Whether it fits, in words."""
        if self.outcome:
            return self.outcome
        if self.there is None:
            return "behind one before it"
        return "fits" if self.fits else f"is at {self.there:,} there"


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
    """Returns what *promote* would issue, in the order of the fork."""
    found: list[Promoted] = []
    seen: set[str] = set()
    for command in issued_in(fork, since):
        info = trunk.stream(command.stream)
        there = None if command.stream in seen else info.version if info else 0
        if trunk.commands_named([command.command_id]):
            outcome = THERE
        else:
            outcome = ""
            seen.add(command.stream)
        found.append(Promoted(command=command, expected=_before(fork, command), there=there, outcome=outcome))
    return found


def _before(fork: Reader, command: CommandRecord) -> int:
    entries = fork.log(command.first_position, command.last_position - command.first_position + 1)
    own = sum(
        one.stream == command.stream and one.event and one.position <= command.last_position
        for one in entries
    )
    return command.version - own


async def promote(plan: Sequence[Promoted], trunk: Workspace) -> list[Promoted]:
    """Issues the commands one after the other, each under its own id: a second time changes nothing (K3).

    Nothing is issued if one of them does not fit. The first one that is refused or conflicts, as the trunk
    moved meanwhile, ends it: those behind it are told as not issued.

    Raises:
        WrongExpectedVersion: One does not fit; nothing was issued.
        WorkbenchError: A command cannot be issued at all.
    """
    for one in plan:
        info = trunk.reader.stream(one.command.stream)
        there = info.version if info else 0
        if one.there is not None and there != one.expected and one.outcome != THERE:
            raise WrongExpectedVersion(one.command.stream, expected=one.expected, actual=there)
    done: list[Promoted] = []
    for at, one in enumerate(plan):
        if one.outcome == THERE:
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
            return [*done, *(_told(rest, "not issued") for rest in plan[at + 1 :])]
    return done


def _told(one: Promoted, outcome: str) -> Promoted:
    return Promoted(command=one.command, expected=one.expected, there=one.there, outcome=outcome)

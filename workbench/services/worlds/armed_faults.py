"""Arms faults in a world, tells what they did, and checks afterwards what came of it (W12, W13)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import CallerError
from workbench.model.changes import Changes
from workbench.model.clock import MICROSECONDS
from workbench.model.fault import FaultPlace, FaultRule
from workbench.model.operator_acts import OperatorAct
from workbench.project.durations import write_duration
from workbench.project.fault_words import fault_sentence, places, read_fault, sentences_on, write_fault
from workbench.services.worlds.fault_report import Check, fault_report

if TYPE_CHECKING:
    from workbench.engine.faults import ArmedFault
    from workbench.engine.world import World
    from workbench.project.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """A fault that is armed, as a person is told of it.

    Attributes:
        written: As it is written, such as ``fail:mailer:2``.
        sentence: What it does.
        calls, struck: How many calls it saw since it was armed, and how many of them it struck.
        state: ``waits``, ``strikes`` (by chance, as long as it is armed), ``struck`` (its one call has been)
            or ``gone`` (the model has nothing of that name any more).
        holds: What it holds now, and for how long: ``holds mailer, for 3s so far and at most 57s more``.
    """

    number: int
    rule: FaultRule
    written: str
    sentence: str
    calls: int
    struck: int
    state: str
    holds: str = ""


class ArmedFaults:
    """The faults of a world.

    Attributes:
        own: Whether it is the project's own world, in which a person is asked first.
        since: The last position before the first fault was armed; what came behind it is checked.
    """

    def __init__(self, world: World[Project], *, own: bool) -> None:
        self._world = world
        self.own = own
        self.since: int | None = None

    def lines(self) -> list[FaultLine]:
        """Returns what is armed, in the order in which it was."""
        known = places(self._world.registry)
        return [self._line(one, known) for one in self._world.faults.armed]

    def _line(self, one: ArmedFault, known: dict[FaultPlace, list[str]]) -> FaultLine:
        rule, state = one.rule, "waits"
        if rule.name not in known[rule.place]:
            state = "gone"
        elif one.spent:
            state = "struck"
        elif one.struck:
            state = "strikes"
        return FaultLine(
            number=one.number,
            rule=rule,
            written=write_fault(rule, self._world.registry),
            sentence=fault_sentence(rule),
            calls=one.calls,
            struck=one.struck,
            state=state,
            holds=_holds(one, self._world.clock.now()),
        )

    def on(self) -> dict[str, list[str]]:
        """Returns the sentences of what is armed, by what it is armed on: ``subscription:mailer``."""
        return sentences_on((one.rule for one in self._world.faults.armed), self._world.registry)

    async def arm(self, what: str | FaultRule, *, allowed: bool = False) -> int:
        """Arms a fault; returns its number.

        Args:
            what: A rule, or how it is written.
            allowed: The person was asked whether it may strike the project itself.

        Raises:
            InvalidValue: It is written otherwise, or nothing has that name.
            CallerError: It would strike the project itself, and the person was not asked.
            StoreReadOnly: This world is only looked at.
        """
        rule = read_fault(what, self._world.registry) if isinstance(what, str) else what
        if self.own and not allowed:
            raise CallerError(
                "a fault would strike the project's own store", hint="fork the project, and arm it there"
            )
        await self._record(OperatorAct.ARM, rule)
        if self.since is None:
            self.since = self._world.reader.head()
        armed = self._world.faults.arm(rule)
        self._world.announce(Changes(engine=True))
        return armed.number

    async def disarm(self, *numbers: int) -> int:
        """Disarms faults, without a number all of them; returns how many."""
        gone = self._world.faults.disarm(*numbers)
        if gone:
            self._world.announce(Changes(engine=True))
        for one in gone:
            await self._record(OperatorAct.DISARM, one.rule)
        return len(gone)

    async def _record(self, act: OperatorAct, rule: FaultRule) -> None:
        subject = f"{rule.place} {rule.name}"
        await self._world.act(self._world.record(act, subject, fault_sentence(rule), count=1))

    def check(self) -> list[Check]:
        """Looks what came of the faults; reads the log behind the first of them, and all read models."""
        held = [f"{one.written} {one.holds}" for one in self.lines() if one.holds]
        return fault_report(self._world.reader, self._world.registry, self.since or 0, held)


def _holds(one: ArmedFault, now: int) -> str:
    parts = [
        f"holds {name}, for {_seconds(math.floor, now - since)} so far"
        f" and at most {_seconds(math.ceil, until - now)} more"
        for name, (since, until) in [*one.holds.items()]  # handlers in threads add to it
        if until > now
    ]
    return "; ".join(parts)


def _seconds(whole: Callable[[float], int], span: int) -> str:
    return write_duration(whole(span / MICROSECONDS))

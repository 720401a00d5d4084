"""Issues many generated commands at a rate, and counts exactly what became of them."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidCommand, InvalidValue, WorkbenchError
from workbench.model.clock import MICROSECONDS
from workbench.model.command import CommandOutcome
from workbench.model.rates import check_rate
from workbench.services.commands.value_patterns import Make, pattern_of
from workbench.services.dead_letters.letter_facts import normalised

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.command import CommandResult
    from workbench.project.project import Project
    from workbench.services.commands.commands import Commands

EXACT = 1e-3
"""Microseconds by which a time can be wrong that is reckoned from a rate."""
AT_ONCE = 64
"""Commands that are under way at a time, at most."""
REASONS = 50
"""Different reasons that are told; others are counted as one."""
OTHER = "other reasons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Commands of one type that are to be generated.

    Attributes:
        fields: By field what a person wrote, see `value_patterns.HELP`; an empty text leaves the field out.
        count: How many.
        rate: How many a second; 0 for as fast as possible.
        seed: Of what is random: the same seed gives the same commands.
    """

    command: str
    fields: Mapping[str, str]
    count: int
    rate: float = 0.0
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class BurstReport:
    """How far a burst is, or how it ended.

    Attributes:
        refused: Rejections and conflicts by reason; the values of a command, ids and
            numbers in it are told as … and N.
        failed: What could not be decided at all, by reason.
        seconds: Since it began.
        goes_on: When the next are issued, microseconds since 1970, while it waits for that; else None.
        stopped: A person stopped it before the end.
    """

    burst: Burst
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    goes_on: int | None = None
    stopped: bool = False
    finished: bool = False

    @property
    def sent(self) -> int:
        """How many commands have been issued."""
        return self.accepted + self.refused.total() + self.failed.total()

    @property
    def rate(self) -> float:
        """How many a second, on average."""
        return self.sent / self.seconds if self.seconds else 0.0

    def summary(self) -> str:
        """Says it in one line."""
        said = f"{self.sent:,} of {self.burst.count:,} sent: {self.accepted:,} accepted"
        said += f", {self.refused.total():,} refused, {self.failed.total():,} failed"
        return f"{said}, {self.rate:,.0f} a second{', stopped' if self.stopped else ''}"


class Bursts:
    """Many commands at once."""

    def __init__(self, world: World[Project], commands: Commands) -> None:
        self._world, self._commands = world, commands

    def fields(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """Returns the fields of a command, each with its schema."""
        return dict(self._world.registry.command(name).schema.get("properties", {}))

    def examples(self, burst: Burst, count: int = 3) -> list[dict[str, Any]]:
        """Returns the first commands of a burst.

        Raises:
            InvalidCommand: A field cannot be read as it is written, or does not fit; says which.
        """
        make, random = self._makers(burst), Random(burst.seed)  # noqa: S311  # no secret
        found = [_values(make, number, random) for number in range(1, min(count, burst.count) + 1)]
        for values in found:
            if faults := self._commands.faults(burst.command, values):
                raise InvalidCommand(faults)
        return found

    async def send(
        self,
        burst: Burst,
        *,
        origin: str = "burst",
        progress: Callable[[BurstReport], object] = lambda _report: None,
        cancel: asyncio.Event | None = None,
        pause: Callable[[float], Awaitable[object]] | None = None,
    ) -> BurstReport:
        """Issues the commands of a burst; what is under way when it is stopped still counts.

        Args:
            pause: Has some seconds of the world's clock pass; by default they are waited for.

        Raises:
            InvalidCommand: A field cannot be read as it is written.
            InvalidValue: There is no such rate.
            StoreReadOnly: This window only observes.
        """
        self._world.running()
        check_rate(burst.rate)
        make, random, report = self._makers(burst), Random(burst.seed), BurstReport(burst=burst)  # noqa: S311  # no secret
        clock = self._world.clock
        begun = clock.monotonic()
        while report.sent < burst.count and not (cancel is not None and cancel.is_set()):
            many, wait = _due(burst, report.sent, clock.monotonic() - begun)
            if not many:
                report.goes_on = clock.now() + round(wait * MICROSECONDS)
                progress(report)
                await (
                    pause(wait)
                    if pause
                    else self._world.paced.pause(wait, f"Send many {burst.command}", cancel)
                )
                report.goes_on = None
                continue
            numbers = range(report.sent + 1, report.sent + many + 1)
            values = [_values(make, number, random) for number in numbers]
            answers = (self._commands.issue(burst.command, one, origin=origin) for one in values)
            for answer, one in zip(
                await asyncio.gather(*answers, return_exceptions=True), values, strict=True
            ):
                _count(report, answer, one)
            report.seconds = clock.monotonic() - begun
            progress(report)
            await asyncio.sleep(0)
        self._world.paced.rest()
        report.finished, report.stopped = True, report.sent < burst.count
        progress(report)
        return report

    def _makers(self, burst: Burst) -> dict[str, Make]:
        makers, faults = {}, []
        schemas = self.fields(burst.command)
        for name, text in burst.fields.items():
            try:
                if text:
                    makers[name] = pattern_of(text, schemas.get(name, {}))
            except InvalidValue as error:
                faults.append(((name,), error.message))
        if faults:
            raise InvalidCommand(faults)
        return makers


def _due(burst: Burst, sent: int, seconds: float) -> tuple[int, float]:
    """Returns how many commands are to be issued now, and if none are, in how many seconds the next is."""
    left = min(burst.count - sent, AT_ONCE)
    if not burst.rate:
        return left, 0.0
    passed = round(seconds * MICROSECONDS)
    wait = ceil(sent * MICROSECONDS / burst.rate - EXACT) - passed
    many = int((passed + EXACT) * burst.rate / MICROSECONDS) + 1 - sent
    return (0, wait / MICROSECONDS) if wait > 0 else (min(left, max(many, 1)), 0.0)


def _values(makers: Mapping[str, Make], number: int, random: Random) -> dict[str, Any]:
    return {name: make(number, random) for name, make in makers.items()}


def _count(report: BurstReport, answer: CommandResult | BaseException, values: Mapping[str, Any]) -> None:
    if isinstance(answer, WorkbenchError):
        _add(report.failed, answer.message, values)
    elif isinstance(answer, BaseException):
        raise answer
    elif answer.accepted:
        report.accepted += 1
    else:
        failed = answer.outcome is CommandOutcome.FAILED
        _add(report.failed if failed else report.refused, answer.message, values)


def _add(counts: Counter[str], message: str, values: Mapping[str, Any]) -> None:
    for text in sorted(
        (one for one in values.values() if isinstance(one, str) and one), key=len, reverse=True
    ):
        message = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "…", message)
    reason = normalised(message)
    counts[reason if reason in counts or len(counts) < REASONS else OTHER] += 1

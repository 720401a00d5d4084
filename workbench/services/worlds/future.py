"""What is due, in its order, and a clock that is moved by hand from one to the next (W15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.timers import VirtualTimer
from workbench.errors import CallerError, InvalidValue
from workbench.model.clock import FURTHEST, LONGEST, MICROSECONDS, ManualClock, rfc3339
from workbench.model.command import CommandOutcome
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import COMMANDS_TOPIC, Message, called

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.subscriptions import Subscriptions, WaitingMessage
    from workbench.store.ports import Reader

RETENTION = "retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is to happen.

    Attributes:
        at: When, microseconds since 1970.
        kind: ``retry``, ``delayed``, ``command`` (a policy or process issued it for later), ``lease`` (it
            ends, and another worker takes it), ``expiry``, ``pace`` (a burst or a job goes on then), or
            ``retention`` (a topic's oldest message is removed, not before then, once all have passed it).
        what: The subscription, the topic, or what issued the command.
        about: Type and key of the message.
        position: Of the message; 0 where it is about none.
        attempt: The try that comes; 0 where it is none.
        subscription: In which it waits.
        number: Of the delivery.
    """

    at: int
    kind: str
    what: str
    about: str
    position: int
    attempt: int = 0
    subscription: str = ""
    number: int = 0

    @property
    def early(self) -> bool:
        """Whether it can be done before its time (W23)."""
        return self.kind in {"retry", "delayed", "command"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What moving the clock came to.

    Attributes:
        seconds: How far it went.
        stopped: Why it stopped early; empty where it did not.
    """

    seconds: float
    stopped: str = ""


class Future:
    """The queue of all that is due in a world; moves its clock where that is moved by hand."""

    def __init__(self, world: World[Project], subscriptions: Subscriptions) -> None:
        self._world, self._subscriptions = world, subscriptions

    @property
    def by_hand(self) -> bool:
        """Whether time passes here only when a person says so."""
        return isinstance(self._world.timer, VirtualTimer)

    def due(self) -> list[Due]:
        """Returns what is due, the next first; of each subscription the first that the store lists."""
        names = [one.name for one in self._world.reader.subscriptions()]
        found = [due for name in names for one in self._subscriptions.waiting(name) for due in _of(one)]
        found += self._retained()
        if self.by_hand:
            found += [
                Due(at=one.at, kind="pace", what=one.what, about="", position=0)
                for one in self._world.paced.awaited
            ]
        return sorted(found, key=lambda one: (one.at, one.position))

    def _retained(self) -> Iterator[Due]:
        """Yields when the oldest message of each topic is old enough to be removed (G1)."""
        clock, reader = self._world.clock, self._world.reader
        for topic in self._world.registry.topics.values():
            oldest = None if topic.retention is None else _oldest(reader, topic.name)
            if oldest is not None and topic.retention is not None:
                left = oldest.published_at + round(topic.retention * MICROSECONDS) - clock.passed()
                about = f"{oldest.type} {oldest.key}".rstrip()
                yield Due(
                    at=clock.now() + left,
                    kind=RETENTION,
                    what=topic.name,
                    about=about,
                    position=oldest.position,
                )

    async def do_now(self, due: Due) -> None:
        """Does one thing before its time, as an operator's act; in a world by hand the clock stays (W23).

        Raises:
            InvalidValue: It cannot be done early, or waits no more: it is done, skipped or withdrawn.
            StoreReadOnly: This world is only looked at.
        """
        if not due.early:
            raise InvalidValue(f"the {due.kind} of {due.about} only comes with its time", path="")
        if not await self._subscriptions.do_now(due.subscription, due.number):
            raise InvalidValue(f"{due.about} does not wait any more", path="", hint="look at its story")

    async def next_due(self, *, stop: bool = True) -> Moved:
        """Moves the clock to the next that is due; without one it stays where it is. Retention is no such."""
        now, found = self._world.clock.now(), await self._world.ask(self.due)
        due = next((one.at for one in found if one.at > now and one.kind != RETENTION), None)
        return Moved(seconds=0.0) if due is None else await self.move((due - now) / MICROSECONDS, stop=stop)

    async def to(self, time: int, *, stop: bool = True) -> Moved:
        """Moves the clock to a time, microseconds since 1970.

        Raises:
            InvalidValue: It has passed, or is too far away.
        """
        return await self.move((time - self._world.clock.now()) / MICROSECONDS, stop=stop)

    async def move(self, seconds: float, *, stop: bool = True) -> Moved:
        """Lets time pass, and all happen in its order.

        Args:
            stop: End at the first new dead letter or refused command.

        Raises:
            CallerError: The clock of this world is the machine's.
            InvalidValue: Time does not go back, nor further than a year at once, nor beyond the year 9000.
        """
        clock, timer = self._hand()
        if seconds < 0:
            said = f"that is over: it is {rfc3339(clock.now())} here"
            raise InvalidValue(said, path="", hint="give a later time, or how much is to pass, such as +2h")
        if seconds > LONGEST:
            raise InvalidValue(
                "at most a year passes at once", path="", hint="give an earlier time, then go on"
            )
        began = clock.now()
        end = began + round(seconds * MICROSECONDS)
        if end > FURTHEST:
            raise InvalidValue("time goes on up to the year 9000", path="", hint="choose an earlier time")
        seen = self._failures()
        self._world.running()
        settle = self._world.settle
        while True:
            await settle()
            failed = self._failed(seen) if stop else ""
            due = timer.next_due()
            if failed or clock.now() >= end:
                break
            upto = end if due is None else min(max(due, clock.now()), end)
            await timer.advance((upto - clock.now()) / MICROSECONDS, settle)
        return Moved(seconds=(clock.now() - began) / MICROSECONDS, stopped=failed)

    async def follow(self, seconds: float) -> None:
        """Moves the clock as far as something is due, and what follows from that, within some seconds.

        Raises:
            CallerError: The clock of this world is the machine's.
        """
        _, timer = self._hand()
        self._world.running()
        await timer.drain(self._world.settle, within=seconds)

    def _hand(self) -> tuple[ManualClock, VirtualTimer]:
        clock, timer = self._world.clock, self._world.timer
        if not isinstance(clock, ManualClock) or not isinstance(timer, VirtualTimer):
            raise CallerError(
                "time goes by itself here", hint="fork the project: in a fork it is moved by hand"
            )
        return clock, timer

    def _failures(self) -> tuple[int, int]:
        """Returns the newest number of a dead letter and of a command."""
        reader = self._world.reader
        letters = reader.letters(statuses=tuple(LetterStatus), limit=1)
        commands = reader.commands(limit=1)
        return letters[0].number if letters else 0, commands[0].number if commands else 0

    def _failed(self, seen: tuple[int, int]) -> str:
        reader = self._world.reader
        for letter in reader.letters(statuses=tuple(LetterStatus), limit=1):
            if letter.number > seen[0]:
                return f"{letter.type} died in {called(letter.subscription)}"
        for command in reader.commands(limit=50):
            if command.number > seen[1] and command.outcome != CommandOutcome.ACCEPTED:
                return f"{command.type} was refused: {command.message}"
        return ""


def _oldest(reader: Reader, topic: str) -> Message | None:
    after, head = 0, reader.head()
    while after < head:
        found, after = reader.read_topic(topic, lambda _type: False, after, 1)
        if found:
            return found[0]
    return None


def _of(one: WaitingMessage) -> Iterator[Due]:
    row = one.delivery
    name = one.issued_by if row.subscription == COMMANDS_TOPIC and one.issued_by else row.subscription
    due = partial(
        Due,
        what=name,
        about=" ".join(filter(None, (one.type, one.key))),
        position=row.position,
        subscription=row.subscription,
        number=row.number,
    )
    if row.state is DeliveryState.DELAYED and row.due_at is not None:
        kind = "retry" if row.attempts else "command" if row.subscription == COMMANDS_TOPIC else "delayed"
        yield due(at=row.due_at, kind=kind, attempt=row.failed + row.crashed + 1)
    if row.state is DeliveryState.LEASED and row.lease_until is not None:
        yield due(at=row.lease_until, kind="lease")
    # Behind a dead letter it does not expire: it waits for what an operator does with that.
    if row.expires_at is not None and row.state is not DeliveryState.LEASED and not one.behind:
        yield due(at=row.expires_at, kind="expiry")

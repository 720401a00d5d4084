"""The faults that are armed in a world; the engine asks for them at few points (W10, W11)."""

from __future__ import annotations

import asyncio
import inspect
import random
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.errors import DeclaredFailure, WrongExpectedVersion
from workbench.model.clock import MICROSECONDS, Clock, ManualClock, jump
from workbench.model.fault import FaultKind, FaultPlace, FaultRule

if TYPE_CHECKING:
    from workbench.engine.delivery_attempt import DeliveryAttempt
    from workbench.model.messaging import Handler, Message, Subscription

_CALLS = (FaultKind.FAIL, FaultKind.CLOCK)


class InjectedFault(DeclaredFailure):
    """A fault that is armed failed a call."""

    place = "fault"


class EngineCrashed(Exception):
    """A fault ended the engine before an ack; what holds the engine begins another one."""


class ArmedFault:
    """A fault that is armed, and what it did.

    Attributes:
        number: Names it in its world.
        calls: How many calls it has seen.
        struck: How many of them went wrong by it.
        holds: What it had wait or hang, by consumer: since when, and until when at the latest.
    """

    def __init__(self, number: int, rule: FaultRule) -> None:
        self.number, self.rule = number, rule
        self.calls = self.struck = 0
        self.holds: dict[str, tuple[int, int]] = {}
        self._chance = random.Random(rule.seed)  # noqa: S311  # no secret
        self._seen: dict[str, int] = {}  # by subscription, up to which position it has decided
        self._hit: tuple[str, int] | None = None

    @property
    def spent(self) -> bool:
        """Whether it strikes no more: it was for one call, which has been."""
        return bool(self.rule.call) and self.calls >= self.rule.call

    def strikes(self) -> bool:
        """Counts a call; returns whether it goes wrong."""
        self.calls += 1
        rule = self.rule
        hit = self.calls == rule.call if rule.call else self._chance.random() < rule.chance
        self.struck += hit
        return hit

    def strikes_at(self, reader: str, position: int) -> bool:
        """Counts what is read at a position, once however often it is read; returns whether it is struck."""
        rule, new = self.rule, position > self._seen.get(reader, 0)
        if new:
            self._seen[reader] = position
            self.calls += 1
            if self.calls == rule.call:
                self._hit = reader, position
        hit = self._hit == (reader, position) if rule.call else self._draw(position, "") < rule.chance
        self.struck += new and hit
        return hit

    def span_at(self, position: int) -> int:
        """Returns by how much what stands at a position is held, microseconds."""
        share = self._draw(position, "span") if self.rule.kind is FaultKind.REORDER else 1.0
        return round(share * self.rule.seconds * MICROSECONDS)

    def _draw(self, position: int, what: str) -> float:
        return random.Random(f"{self.rule.seed} {position} {what}").random()  # noqa: S311  # no secret


class Faults:
    """All faults that are armed in one world; they outlive its engines, not the world.

    Where none is armed, each point costs a look at an empty tuple.

    Attributes:
        armed: In the order in which they were armed.
        crashed: Called when a fault ends the engine; begins another one.
        clock: Of the world.
    """

    def __init__(self, clock: Clock) -> None:
        self.armed: tuple[ArmedFault, ...] = ()
        self.crashed: Callable[[], None] = lambda: None
        self.clock = clock
        self._numbers = 0
        self._guard = threading.Lock()  # plain functions run in threads
        self._hanging: dict[Callable[[], object], ArmedFault] = {}
        self._twice: set[tuple[str, int]] = set()

    # -- arming -----------------------------------------------------------------------------------------

    def arm(self, rule: FaultRule) -> ArmedFault:
        """Arms a fault; from now on its calls are counted."""
        self._numbers += 1
        one = ArmedFault(self._numbers, rule)
        self.armed = (*self.armed, one)
        return one

    def disarm(self, *numbers: int) -> list[ArmedFault]:
        """Disarms faults, without a number all of them; what hangs goes on. Returns those that were armed."""
        gone = [one for one in self.armed if not numbers or one.number in numbers]
        self.armed = tuple(one for one in self.armed if one not in gone)
        self.release(gone)
        return gone

    def release(self, of: Iterable[ArmedFault] | None = None) -> None:
        """Has handlers go on that hang by a fault; by default all of them."""
        chosen = None if of is None else [*of]
        with self._guard:
            ended = [go_on for go_on, one in self._hanging.items() if chosen is None or one in chosen]
        for go_on in ended:
            go_on()

    # -- the points at which the engine asks --------------------------------------------------------------

    def before_decision(self, command: str) -> None:
        """Is asked before a command is decided.

        Raises:
            InjectedFault: It fails.
        """
        for one in self.meant(_CALLS, (FaultPlace.COMMAND, command)):
            if self.strikes(one):
                self.act(one, f"the command {command}")

    def before_append(self, command: str, stream: str, version: int) -> None:
        """Is asked between what a command was decided on and its append.

        Raises:
            WrongExpectedVersion: As if another one had written meanwhile.
        """
        for one in self.meant((FaultKind.CONFLICT,), (FaultPlace.COMMAND, command)):
            if self.strikes(one):
                raise WrongExpectedVersion(stream, expected=version, actual=version + 1)

    def before_fold(self, projection: str) -> None:
        """Is asked before a read model takes an event.

        Raises:
            InjectedFault: It fails.
        """
        for one in self.meant(_CALLS, (FaultPlace.PROJECTION, projection)):
            if self.strikes(one):
                self.act(one, f"the read model {projection}")

    def held_fold(self, projection: str, position: int, recorded_at: int) -> int:
        """Is asked before a read model takes an event; returns until when it waits, 0 if it does not."""
        until = 0
        for one in self.meant((FaultKind.DELAY,), (FaultPlace.PROJECTION, projection), spent=True):
            if one.strikes_at(projection, position):
                one.holds[projection] = recorded_at, recorded_at + one.span_at(position)
                until = max(until, one.holds[projection][1])
        return until

    def before_rows(self, projection: str) -> None:
        """Is asked before the rows of a read model are stored.

        Raises:
            EngineCrashed: The engine ends.
        """
        for one in self.meant((FaultKind.CRASH,), (FaultPlace.PROJECTION, projection)):
            if self.strikes(one):
                self.crashed()
                raise EngineCrashed(projection)

    def at(self, subscription: Subscription) -> DeliveryFaults:
        """Returns the points of one subscription."""
        return DeliveryFaults(self, subscription)

    # -- for those points ---------------------------------------------------------------------------------

    def meant(
        self, kinds: Sequence[FaultKind], *places: tuple[FaultPlace, str], spent: bool = False
    ) -> Sequence[ArmedFault]:
        """Returns the armed faults of some kinds at one of some places.

        Args:
            spent: Also those that strike nothing new.
        """
        if not self.armed:
            return ()
        return [
            one
            for one in self.armed
            if one.rule.kind in kinds
            and (one.rule.place, one.rule.name) in places
            and (spent or not one.spent)
        ]

    def strikes(self, one: ArmedFault) -> bool:
        """Counts a call of a fault; returns whether it goes wrong."""
        with self._guard:
            return one.strikes()

    def duplicates(self, subscription: str, position: int, faults: Sequence[ArmedFault]) -> bool:
        """Whether one of some faults has a delivery made once more; a duplicate itself is no call."""
        place = subscription, position
        if place in self._twice:
            self._twice.discard(place)
            return False
        hit = sum(self.strikes(one) for one in faults) > 0
        self._twice |= {place} if hit else set()
        return hit

    def act(self, one: ArmedFault, what: str) -> None:
        """Does what a fault does to a call that it strikes.

        Raises:
            InjectedFault: It fails.
        """
        if one.rule.kind is FaultKind.CLOCK:
            jump(self.clock, one.rule.seconds)
        elif one.rule.kind is FaultKind.FAIL:
            raise InjectedFault(f"fault {one.number}, which is armed, failed {what}", hint="disarm it")

    def hang(self, one: ArmedFault, go_on: Callable[[], object]) -> Callable[[], object]:
        """Has something called once its fault is disarmed; returns how to call that off."""
        with self._guard:
            self._hanging[go_on] = one
        if one not in self.armed:  # it was disarmed just now
            go_on()
        return lambda: self._hanging.pop(go_on, None)


class DeliveryFaults:
    """The points of one subscription."""

    def __init__(self, faults: Faults, subscription: Subscription) -> None:
        self._faults = faults
        self._name, self._seconds = subscription.name, subscription.timeout
        self._handler = subscription.handler

    def around(self, handler: Handler) -> Handler:
        """Returns what runs in a handler's place: itself, unless a fault may strike its calls."""
        faults = self._meant(FaultKind.FAIL, FaultKind.TIMEOUT)
        if not faults:
            return handler
        if inspect.iscoroutinefunction(handler):

            async def wait(message: Message, context: Any) -> None:
                if (hangs := self._strike(faults)) is not None:
                    await self._hung(hangs)
                await handler(message, context)

            return wait
        inline = bool(getattr(handler, "inline", False))

        def act(message: Message, context: Any) -> Any:
            if (hangs := self._strike(faults)) is not None:
                if inline:
                    return self._hung_before(hangs, handler, message, context)
                over = threading.Event()
                call_off = self._faults.hang(hangs, over.set)
                over.wait()
                call_off()
            return handler(message, context)

        act.inline = inline  # type: ignore[attr-defined]
        return act

    def hold(self, tasks: Sequence[DeliveryAttempt]) -> None:
        """Is asked once messages were read; those that are held come later."""
        faults = self._meant(FaultKind.DELAY, FaultKind.REORDER, spent=True)
        for task in tasks if faults else ():
            position = task.message.position
            struck = [one for one in faults if one.strikes_at(self._name, position)]
            if struck and task.failure is None:
                due = max([self._hold(one, one.span_at(position)) for one in struck])
                due = max(due, task.message.deliver_at or 0)
                task.message = msgspec.structs.replace(task.message, deliver_at=due)

    def begin(self, tasks: Sequence[DeliveryAttempt]) -> None:
        """Is asked before tasks are handed out: the clock jumps, those that are duplicated come once more."""
        faults = self._meant(FaultKind.DUPLICATE)
        jumps = self._meant(FaultKind.CLOCK)
        for task in tasks if faults or jumps else ():
            for one in jumps:
                if self._faults.strikes(one):
                    self._faults.act(one, self._name)
            task.again = bool(faults) and self._faults.duplicates(self._name, task.message.position, faults)

    def before_ack(self, tasks: Sequence[DeliveryAttempt]) -> None:
        """Is asked before the outcome of tasks is stored.

        Raises:
            EngineCrashed: The engine ends.
        """
        faults = self._meant(FaultKind.CRASH)
        ended = [task for task in tasks if task.started or task.failure is not None] if faults else ()
        if sum(self._faults.strikes(one) for one in faults for _ in ended):
            self._faults.crashed()
            raise EngineCrashed(self._name)

    def _hold(self, one: ArmedFault, span: int) -> int:
        """Notes that a fault holds something for a time; returns until when."""
        now = self._faults.clock.now()
        since, until = one.holds.get(self._name, (now, 0))
        one.holds[self._name] = since if until > now else now, max(until, now + span)
        return now + span

    def _meant(self, *kinds: FaultKind, spent: bool = False) -> Sequence[ArmedFault]:
        if not self._faults.armed:
            return ()
        places = (FaultPlace.SUBSCRIPTION, self._name), (FaultPlace.HANDLER, self._handler)
        return self._faults.meant(kinds, *places, spent=spent)

    def _strike(self, faults: Sequence[ArmedFault]) -> ArmedFault | None:
        """Counts a call; returns the fault by which it hangs."""
        hangs = None
        for one in faults:
            if one in self._faults.armed and self._faults.strikes(one):
                self._faults.act(one, f"a call of {self._name}")
                if one.rule.kind is FaultKind.TIMEOUT and isinstance(self._faults.clock, ManualClock):
                    raise TimeoutError(f"the handler took longer than {self._seconds:g} s")  # none passes
                if one.rule.kind is FaultKind.TIMEOUT:
                    hangs = one
                    self._hold(one, round(self._seconds * MICROSECONDS))
        return hangs

    async def _hung(self, one: ArmedFault) -> None:
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        call_off = self._faults.hang(one, lambda: loop.call_soon(over.set))
        try:
            await over.wait()
        finally:
            call_off()

    async def _hung_before(self, one: ArmedFault, handler: Handler, *given: Any) -> None:
        await self._hung(one)
        handler(*given)

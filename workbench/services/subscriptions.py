"""Pauses, resumes and resets subscriptions, and says where they stand in a store not run here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from workbench.engine.policy_runner import instance_name
from workbench.errors import InvalidValue
from workbench.model.counts import counted
from workbench.model.delivery_states import DeliveryState
from workbench.model.issued_by import issued_by
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC, Message, called
from workbench.model.operator_acts import OperatorAct
from workbench.model.search_words import read_words
from workbench.services.monitor.lag import subscription_lag
from workbench.store.operations import ConfigureSubscription, DoNow, Skip
from workbench.store.stored_values import Delivery, SubscriptionState

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.registry import Registry
    from workbench.project.project import Project
    from workbench.store.ports import Reader


MOST = 200
"""Instances of a process that are listed."""
AGAIN = 1_000
"""Messages that are counted before a reset; whether there are more is said, not how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionStanding:
    """Where a subscription, policy or process stands.

    Attributes:
        source: Topic that it reads; ``all events`` for policies and processes, ``commands of policies`` for
            what issues those.
        state: ``new`` if it never ran, ``paused``, ``detached`` if nothing handles it (P7), ``behind`` or
            ``caught up``.
        lag: Positions from the first message that it wants and has not read to the head; 0 for none.
        waiting: Deliveries that are blocked, delayed or ready; ``retrying`` of them are due later.
        dead: Open dead letters.
    """

    name: str
    source: str
    handler: str
    state: str
    cursor: int
    lag: int
    delivered: int
    failed: int
    filtered: int
    waiting: int
    retrying: int
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMessage:
    """A delivery that waits, and what it is about.

    Attributes:
        type: Of the event or message; of a command that was issued, its name.
        key: What orders it; of a command the stream that it is for.
        issued_by: Of a command: the policy, or the process and the key of its instance.
        behind: Of a blocked one: the dead letter of its key that it waits behind; 0 if it is none.
    """

    delivery: Delivery
    type: str
    key: str
    issued_by: str = ""
    behind: int = 0


class DeliveredAgain(NamedTuple):
    """What a reset delivers again.

    Attributes:
        messages: How many.
        more: Whether there are more than were counted.
        stay: How many beside them stay dead letters, or are being replayed.
        copies: How many of them as edited copies, as which they succeeded (L6).
        blocked: How many beside them stay blocked behind dead letters of their keys (O2).
    """

    messages: int = 0
    more: bool = False
    stay: int = 0
    copies: int = 0
    blocked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInstance:
    """An instance that a process has now.

    Attributes:
        began: When the event was recorded with which it began, microseconds since 1970; None if not known.
        position: Of that event; 0 if not known.
        state: JSON text.
        waiting: Commands that it issued for later, the next due first.
    """

    key: str
    began: int | None
    state: str
    waiting: Sequence[Message]
    position: int = 0


class Subscriptions:
    """What an operator does to subscriptions; every act is recorded with what it does (L9)."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def standings(self) -> list[SubscriptionStanding]:
        """Returns all subscriptions of the model and of the store, those of the model first, in its order."""
        registry, reader = self._world.registry, self._world.reader
        stored = {state.name: state for state in reader.subscriptions()}
        handlers = _handlers(registry)
        names = [*handlers, *(name for name in stored if name not in handlers)]
        return [_standing(registry, reader, name, stored.get(name), handlers) for name in names]

    def deliveries(self, subscription: str) -> list[Delivery]:
        """Returns what waits, retries or is blocked in a subscription."""
        return self._world.reader.deliveries(subscription)

    def waiting(self, subscription: str, words: str = "") -> list[WaitingMessage]:
        """Returns the same, each with what it is about.

        Args:
            words: All of them stand in its type, key, state, errors or payload.

        Raises:
            InvalidValue: There are too many words.
        """
        found = self._world.reader.deliveries(subscription, words=read_words(words))
        dead = self._blocking(subscription, found)
        return [self._waiting(one, *dead.get(one.key, (0, one.position))) for one in found]

    def _waiting(self, delivery: Delivery, letter: int, dead_at: int) -> WaitingMessage:
        reader, at, key = self._world.reader, delivery.position, delivery.key
        command = reader.message_glance(at) if delivery.subscription == COMMANDS_TOPIC else None
        if command is not None:
            by, stream = issued_by(command.of), command.of.key
            return WaitingMessage(
                delivery=delivery, type=command.of.type, key=key or stream, issued_by=by.words if by else ""
            )
        entries = reader.log(at, 1)
        kind, behind = entries[0].type if entries else "", letter if dead_at < at else 0
        return WaitingMessage(delivery=delivery, type=kind, key=key, behind=behind)

    def _again_said(self, name: str, position: int) -> str:
        """Says how many messages it gets again from a position on; empty where it goes ahead."""
        found = self.again(name, position)
        if not (found.messages or found.more or found.blocked):
            return ""
        copies = f", {found.copies:,} as edited in dead letters" if found.copies else ""
        copies += f", {found.blocked:,} more blocked behind dead letters" if found.blocked else ""
        return f"; {'more than ' if found.more else ''}{counted(found.messages, 'message')} again{copies}"

    def again(self, name: str, position: int) -> DeliveredAgain:
        """Counts the messages up to its cursor that a subscription gets again if it goes back to a position.

        Its filter is not asked.
        """
        runner = self._world.running().subscriptions[name]
        topic, cursor = runner.subscription.topic, runner.cursor
        found, _ = self._world.reader.read_topic(topic, runner.wants, position, AGAIN + 1)
        behind = [message.position for message in found[:AGAIN] if message.position <= cursor]
        rows = self._world.reader.rows_from(name, position, behind[-1]) if behind else set()
        stay = rows.intersection(behind) - {
            one.position
            for one in self._world.reader.deliveries_at(rows.intersection(behind))
            if one.subscription == name and one.dead_letter is None
        }
        copies = self._world.reader.copies(name, position, behind[-1]) if behind else {}
        told = [
            one
            for one in found[: len(behind)]
            if one.position not in rows
            and one.position in copies
            and copies[one.position].message_id != one.id
        ]
        blocked = self._stay_blocked(name, [one for one in found[: len(behind)] if one.position not in stay])
        return DeliveredAgain(
            messages=len(behind) - len(stay) - len(blocked),
            more=len(found) > AGAIN and found[AGAIN].position <= cursor,
            stay=len(stay),
            copies=sum(one.position not in blocked for one in told),
            blocked=len(blocked),
        )

    def _stay_blocked(self, name: str, messages: Sequence[Message]) -> set[int]:
        """Returns the positions of messages that wait behind a dead letter of their key when read again."""
        runner = self._world.running().subscriptions[name]
        state = self._world.reader.subscription(name)
        if runner.release_key or state is None or not state.dead:
            return set()
        keys = {one.position: key for one in messages if (key := runner.ordering_key(one))}
        dead = self._world.reader.blocking(name, set(keys.values()))
        return {at for at, key in keys.items() if key in dead and dead[key][1] < at}

    def starting_again(self, name: str) -> list[int]:
        """Returns the positions of deliveries that wait and that a reset from before them begins again.

        Neither what stays blocked behind a dead letter is among them, nor replays, which it leaves alone.
        """
        found = self._world.reader.deliveries(name)
        dead = self._blocking(name, found)
        return [
            one.position
            for one in found
            if one.dead_letter is None and dead.get(one.key, (0, one.position))[1] >= one.position
        ]

    def _blocking(self, name: str, found: Sequence[Delivery]) -> Mapping[str, tuple[int, int]]:
        """Returns the dead letter that blocks each key of deliveries, and its position."""
        blocked = {one.key for one in found if one.state is DeliveryState.BLOCKED}
        return self._world.reader.blocking(name, blocked) if blocked else {}

    def instances(self, process: str, words: str = "") -> list[ProcessInstance]:
        """Returns the first instances that a process has now, by their keys.

        Args:
            words: All of them stand in its key or its state.

        Raises:
            InvalidValue: There are too many words.
        """
        kind, reader = self._world.registry.reactors.get(process), self._world.reader
        if kind is None:
            return []
        found = []
        for key, one in reader.instances(process, MOST, read_words(words)):
            began = reader.log(one.began, 1) if one.began else []
            waiting = reader.timeouts(instance_name(kind, key, one.began))
            at = began[0].recorded_at if began else None
            found.append(
                ProcessInstance(key=key, began=at, state=one.state, waiting=waiting, position=one.began)
            )
        return found

    def instance_count(self, process: str) -> int:
        """Returns how many instances a process has now."""
        return self._world.reader.instance_count(process)

    def waiting_commands(self) -> dict[str, list[Message]]:
        """Returns commands that wait for their time, by who issued them, the next due first.

        Of very many those are returned that were issued first.
        """
        reader, found = self._world.reader, dict[str, list[Message]]()
        if reader.due_times(COMMANDS_TOPIC)[0] is None:
            return found
        for one in reader.deliveries(COMMANDS_TOPIC, MOST):
            glance = reader.message_glance(one.position) if one.state is DeliveryState.DELAYED else None
            by = issued_by(glance.of) if glance is not None else None
            if glance is not None and by is not None and not one.failed and not glance.of.withdrawn:
                found.setdefault(by.origin, []).append(glance.of)
        return {by: sorted(told, key=lambda one: one.deliver_at or 0) for by, told in found.items()}

    async def pause(self, name: str, *, paused: bool) -> str:
        """Pauses or resumes one subscription, durably.

        Returns:
            The name of its record, for `OperationsLog.undo_act`.
        """
        action = OperatorAct.PAUSE if paused else OperatorAct.RESUME
        async with self._world.at_work() as engine:
            act = str(engine.new_id())
            note = self._world.record(action, f"subscription {name}", act=act)
            await engine.commit(ConfigureSubscription(subscription=name, paused=paused), note)
        return act

    async def reset(self, name: str, position: int) -> str:
        """Moves a subscription's cursor: everything after the position is delivered again.

        Returns:
            The name of its record, for `OperationsLog.undo_act`.

        Raises:
            InvalidValue: The position is negative, or beyond the last one.
            NotFound: No such subscription runs.
        """
        head = self._world.reader.head()
        if not 0 <= position <= head:
            raise InvalidValue(f"position {position:,} is not from 0 to {head:,}", path="")
        async with self._world.at_work() as engine:
            runner, act = engine.subscription(name), str(engine.new_id())
            await runner.store_cursor()  # its record counts the positions that a person sees it go back
            release = runner.release_key
            moved = ConfigureSubscription(subscription=name, cursor=position, release_key=release, act=act)
            said = f"to position {position:,}{self._again_said(name, position)}"
            note = self._world.record(OperatorAct.RESET, f"subscription {name}", said, act=act)
            await engine.commit(moved, note)
            return act

    async def skip(self, name: str, numbers: Sequence[int]) -> tuple[int, str]:
        """Skips waiting deliveries, recorded; those behind them with their keys continue.

        Returns:
            How many still waited, and the name of the record; empty where none did.

        Raises:
            NotFound: No such subscription runs.
        """
        async with self._world.at_work() as engine:
            release, act = engine.subscription(name).release_key, str(engine.new_id())
            skip = Skip(subscription=name, numbers=tuple(numbers), release_key=release, act=act)
            said = f"{{answer}} of {counted(len(numbers), 'delivery', 'deliveries')}"
            note = self._world.record(OperatorAct.SKIP, f"subscription {name}", said, act=act)
            skipped, _ = await engine.commit(skip, note)
            return int(skipped), act if skipped else ""

    async def do_now(self, name: str, number: int) -> bool:
        """Has a delivery that waits for its time made at once, recorded; what is done stays done.

        Returns:
            Whether it still waited.

        Raises:
            NotFound: No such subscription runs.
            StoreReadOnly: This window only observes.
        """
        async with self._world.at_work() as engine:
            engine.subscription(name)
            row = next((one for one in self.waiting(name) if one.delivery.number == number), None)
            about = " ".join(filter(None, (row.type, row.key))) if row is not None else ""
            act, said = str(engine.new_id()), f"subscription {name}"
            note = self._world.record(OperatorAct.DO_NOW, said, about, act=act, if_done=True)
            done, _ = await engine.commit(DoNow(subscription=name, number=number, act=act), note)
            return bool(done)


def _handlers(registry: Registry) -> dict[str, str]:
    """Returns what handles each subscription of the model; empty where the handler is missing."""
    found = {
        name: one.handler if one.handler in registry.handlers else ""
        for name, one in registry.subscriptions.items()
    }
    found |= {name: "process" if kind.stateful else "policy" for name, kind in registry.reactors.items()}
    return found | ({COMMANDS_TOPIC: "commands"} if registry.reactors else {})


def _standing(
    registry: Registry,
    reader: Reader,
    name: str,
    state: SubscriptionState | None,
    handlers: Mapping[str, str],
) -> SubscriptionStanding:
    declared = registry.subscriptions.get(name)
    topic = declared.topic if declared else LOG_TOPIC if name in registry.reactors else name
    handler = handlers.get(name, "")
    if state is None:
        state = SubscriptionState(
            number=0, name=name, topic=topic, cursor=0, claimed_to=0, paused=False, delivered=0, failed=0,
            filtered=0, created_at=0,
        )  # fmt: skip
    lag, _ = subscription_lag(registry, reader, state, state.cursor)
    return SubscriptionStanding(
        name=name,
        source=called(state.topic),
        handler=handler,
        state=_word(state, lag, handled=bool(handler) or name == COMMANDS_TOPIC),
        cursor=state.cursor,
        lag=lag,
        delivered=state.delivered,
        failed=state.failed,
        filtered=state.filtered,
        waiting=state.waiting,
        retrying=state.retrying,
        dead=state.dead,
    )


def _word(state: SubscriptionState, lag: int, *, handled: bool) -> str:
    if not handled:
        return "detached"
    if state.paused:
        return "paused"
    if not state.number:
        return "new"
    return "behind" if lag or state.waiting else "caught up"

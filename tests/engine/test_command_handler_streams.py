"""K8: one decision over several aggregates: all of its events are appended, or none, whoever else writes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from workbench.engine.command_handler import Issue
from workbench.engine.world import World
from workbench.errors import CommandRejected
from workbench.model.aggregate import Aggregate
from workbench.model.clock import SystemClock
from workbench.model.command import Command, CommandOutcome, CommandResult, Involved
from workbench.model.decision_context import DecisionContext, For
from workbench.model.event import Event, NewEvent
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.model.retry import RetryPolicy
from workbench.project.project import load_project
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Append
from workbench.store.sqlite.store import SqliteStore


class Changed(Event, frozen=True):
    event_type: ClassVar[str] = "account.changed"
    by: int


class Noted(Event, frozen=True):
    event_type: ClassVar[str] = "note.noted"
    text: str


class Open(Command):
    command_type: ClassVar[str] = "open"
    creates: ClassVar[bool] = True
    id: str
    amount: int = 0


class Move(Command):
    command_type: ClassVar[str] = "move"
    target: ClassVar[str] = "source"
    involves: ClassVar[dict[str, Involved]] = {"to": Involved(aggregate="account", id="into")}
    source: str
    into: str
    amount: int


class Note(Command):
    """Only looks at the account."""

    command_type: ClassVar[str] = "note"
    creates: ClassVar[bool | None] = None
    involves: ClassVar[dict[str, Involved]] = {"account": Involved(aggregate="account", id="account")}
    id: str
    account: str | None


class Account(msgspec.Struct, frozen=True):
    balance: int = 0


class Text(msgspec.Struct, frozen=True):
    text: str = ""


def decide(state: Account | None, command: Any, context: DecisionContext) -> list[Any]:
    if isinstance(command, Move):
        assert state is not None
        assert isinstance(context.states["to"], Account)
        if command.amount == 13:
            return [For("elsewhere", Changed(1))]
        if context.states["to"].balance + command.amount > 1000:
            raise CommandRejected("that is too much for one account")
        if command.amount == 17:
            return [For("to", Changed(1)), Changed(-3), For("to", Changed(2)), Changed(0)]
        amount = min(command.amount, state.balance)
        return [For("to", Changed(amount)), Changed(-amount)]
    return [Changed(command.amount)]


def evolve(state: Account | None, event: Changed) -> Account:
    if event.by == 66:
        raise KeyError(event.by)
    return Account((state.balance if state else 0) + event.by)


SEEN: list[int] = []
"""The times that notes were decided at."""


def note(_state: Text | None, _command: Note, context: DecisionContext) -> list[Event]:
    SEEN.append(context.at)
    account = context.states["account"]
    return [Noted(f"it has {account.balance}" if account is not None else "there is none")]


REGISTRY = build_registry(
    [
        Definitions(
            aggregates=(
                Aggregate(
                    name="account",
                    state=Account,
                    events=(Changed,),
                    commands=(Open, Move),
                    decide=decide,
                    evolve=evolve,
                    snapshot_every=5,
                ),
                Aggregate(
                    name="note",
                    state=Text,
                    events=(Noted,),
                    commands=(Note,),
                    decide=note,
                    evolve=lambda _state, event: Text(event.text),
                ),
            )
        )
    ]
)


@dataclass(frozen=True, kw_only=True)
class Model:
    registry: Registry = REGISTRY
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    snapshot_every: int = 100


class Bank:
    """Accounts in a store."""

    def __init__(self, world: World[Model], store: Any) -> None:
        self.world, self.store = world, store

    async def do(self, name: str, expected: int | None = None, **values: Any) -> CommandResult:
        engine = self.world.running()
        return await engine.commands.handle(
            Issue(type=name, values=values, id=engine.new_id(), expected=expected)
        )

    def balance(self, identity: str) -> int:
        loader, kind = self.world.running().loader, REGISTRY.aggregates["account"]
        return int(loader.load(kind, f"account-{identity}").state.balance)

    def version(self, stream: str) -> int:
        info = self.world.reader.stream(stream)
        return info.version if info else 0

    def write_behind(self, stream: str, *events: Event) -> None:
        """Appends as another process would."""
        new = [
            NewEvent(
                id=self.world.running().new_id(), type=one.event_type, data=msgspec.json.encode(one).decode()
            )
            for one in events
        ]
        self.store.write([Append(stream=stream, events=tuple(new))])


@pytest.fixture(params=["memory", "file"])
async def bank(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bank]:
    clock = SystemClock()
    store = MemoryStore(clock) if request.param == "memory" else SqliteStore(tmp_path / "events.db", clock)
    world = World(Model(), store, clock)
    await world.start()
    made = Bank(world, store)
    for name in "abc":
        await made.do("open", id=name, amount=100)
    yield made
    await world.stop()
    store.close()


async def test_K8_events_of_both_stand_together_and_the_record_belongs_to_the_first(bank: Bank) -> None:
    result = await bank.do("move", source="a", into="b", amount=30)
    assert result.accepted
    assert (result.stream, result.version) == ("account-a", 2)
    assert result.last_position == result.first_position + 1
    assert len(result.event_ids) == 2
    assert (bank.balance("a"), bank.balance("b")) == (70, 130)
    assert (bank.version("account-a"), bank.version("account-b")) == (2, 2)


async def test_K3_a_decision_over_two_is_made_once(bank: Bank) -> None:
    engine = bank.world.running()
    issue = Issue(type="move", values={"source": "a", "into": "b", "amount": 30}, id=engine.new_id())
    first, second = await asyncio.gather(engine.commands.handle(issue), engine.commands.handle(issue))
    third = await engine.commands.handle(issue)
    assert [one.duplicate for one in (first, second, third)] == [False, True, True]
    assert bank.balance("b") == 130


@pytest.mark.parametrize("stream", ["account-a", "account-b"])
async def test_K8_what_another_wrote_into_one_of_them_is_decided_again(bank: Bank, stream: str) -> None:
    assert (bank.balance("a"), bank.balance("b")) == (100, 100)
    bank.write_behind(stream, Changed(-90))
    result = await bank.do("move", source="a", into="b", amount=30)
    assert (result.accepted, result.attempts) == (True, 2)
    assert bank.balance("a") + bank.balance("b") == 110


async def test_K2_a_refusal_holds_for_what_the_store_has_of_each(bank: Bank) -> None:
    await bank.do("open", id="rich", amount=950)
    assert not (await bank.do("move", source="a", into="rich", amount=60)).accepted
    bank.write_behind("account-rich", Changed(-900))
    assert (await bank.do("move", source="a", into="rich", amount=60)).accepted
    assert bank.balance("rich") == 110


async def test_K8_one_that_is_only_looked_at_is_as_it_was_seen(bank: Bank) -> None:
    assert (await bank.do("note", id="n", account="a")).accepted
    bank.write_behind("account-a", Changed(-90))
    result = await bank.do("note", id="n", account="a")
    assert (result.accepted, result.attempts) == (True, 2)
    (_, last) = bank.world.reader.read_stream("note-n", after=0, limit=9)
    assert last.json() == {"text": "it has 10"}


async def test_K8_one_whose_id_is_null_is_not_involved(bank: Bank) -> None:
    assert (await bank.do("note", id="n", account=None)).accepted
    assert (await bank.do("note", id="n", account="a")).accepted
    first, second = bank.world.reader.read_stream("note-n", after=0, limit=9)
    assert first.json() == {"text": "there is none"}
    assert second.json()["text"].startswith("it has ")


@pytest.mark.parametrize(
    ("values", "message", "about"),
    [
        ({"source": "a", "into": "x"}, "account-x does not exist", "into"),
        ({"source": "x", "into": "a"}, "account-x does not exist", "source"),
        ({"source": "a", "into": "a"}, "account-a is meant twice, and two are needed", "into"),
    ],
)
async def test_K8_each_must_be_there_and_two_must_be_two(
    bank: Bank, values: dict[str, Any], message: str, about: str
) -> None:
    result = await bank.do("move", amount=1, **values)
    assert (result.outcome, result.message, result.field) == (CommandOutcome.REJECTED, message, about)
    assert bank.version("account-a") == 1


async def test_K8_an_expected_version_is_that_of_the_first(bank: Bank) -> None:
    await bank.do("move", source="a", into="b", amount=1)
    assert (await bank.do("move", expected=1, source="c", into="a", amount=1)).accepted
    result = await bank.do("move", expected=1, source="a", into="c", amount=1)
    assert (result.outcome, result.version) == (CommandOutcome.CONFLICT, 3)


async def test_K8_many_at_once_in_every_direction_lose_nothing_and_wait_for_nothing(bank: Bank) -> None:
    rng = random.Random(7)
    pairs = [rng.sample("abc", 2) for _ in range(80)]
    moves = [bank.do("move", source=one, into=other, amount=rng.randint(20, 50)) for one, other in pairs]
    results = await asyncio.wait_for(asyncio.gather(*moves), 60)
    assert all(result.accepted for result in results)
    assert sum(map(bank.balance, "abc")) == 300
    assert min(map(bank.balance, "abc")) >= 0
    for name in "abc":
        snapshot = bank.world.reader.snapshot(f"account-{name}")
        assert snapshot is not None, "each stream has its own snapshots (S1)"


async def test_K8_an_event_of_what_is_not_involved_is_refused(bank: Bank) -> None:
    result = await bank.do("move", source="a", into="b", amount=13)
    assert (result.outcome, result.message) == (CommandOutcome.FAILED, "move involves no elsewhere")
    assert bank.version("account-a") == 1


async def test_K8_events_are_stored_in_the_order_in_which_they_were_decided(bank: Bank) -> None:
    result = await bank.do("move", source="a", into="b", amount=17)
    assert (result.stream, result.version, len(result.event_ids)) == ("account-a", 3, 4)
    events = list(bank.world.reader.read_log(after=result.first_position - 1, limit=9))
    assert [event.id for event in events] == [*result.event_ids]
    told = [(event.stream, event.version, event.json()["by"]) for event in events]
    assert told == [("account-b", 2, 1), ("account-a", 2, -3), ("account-b", 3, 2), ("account-a", 3, 0)]
    assert [event.position for event in events] == [*range(result.first_position, result.last_position + 1)]
    assert (await bank.do("move", source="a", into="b", amount=1)).attempts == 1
    assert (bank.balance("a"), bank.balance("b")) == (96, 104)


async def test_K1_what_one_of_them_cannot_fold_is_not_stored_in_any(bank: Bank) -> None:
    result = await bank.do("move", source="a", into="b", amount=66)
    assert (result.outcome, result.message) == (
        CommandOutcome.FAILED,
        "account-b cannot fold account.changed: KeyError: 66",
    )
    assert (bank.version("account-a"), bank.version("account-b")) == (1, 1)
    assert (await bank.do("move", source="a", into="b", amount=65)).version == 2


DECLARED = """
[project]
name: "boxes"
[aggregate.box]
state { n { type: "integer", default: 0 } }
[event.box.made]
fields { n: "integer" }
set { n: "10 / event.n" }
[command.make]
creates: "box"
fields { box_id: "string", n: "integer" }
emit: "box.made"
"""


async def test_K1_what_a_declared_aggregate_cannot_fold_is_not_stored(tmp_path: Path) -> None:
    (tmp_path / "project.tsk").write_text(DECLARED)
    clock = SystemClock()
    store = MemoryStore(clock)
    bank = Bank(
        World(Model(registry=load_project(tmp_path, environ={}, trusted=False).registry), store, clock), store
    )
    await bank.world.start()
    result = await bank.do("make", box_id="a", n=0)
    assert result.outcome is CommandOutcome.FAILED
    assert result.message == "box-a cannot fold box.made: project.tsk:8:10: 10 / event.n: division by zero"
    assert bank.version("box-a") == 0
    assert (await bank.do("make", box_id="a", n=5)).accepted
    await bank.world.stop()


class TickingClock(SystemClock):
    """A clock that goes on by a millisecond more whenever it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._more = 0

    def now(self) -> int:
        self._more += 1_000
        return super().now() + self._more


async def test_K5_an_event_carries_the_time_of_its_decision_and_not_that_of_its_storing() -> None:
    clock = TickingClock()
    store = MemoryStore(clock)
    bank = Bank(World(Model(), store, clock), store)
    await bank.world.start()
    await bank.do("open", id="a", amount=1)
    assert (await bank.do("note", id="n", account="a")).accepted
    (event,) = bank.world.reader.read_stream("note-n", after=0, limit=9)
    assert event.occurred_at == SEEN[-1] < event.recorded_at
    await bank.world.stop()

"""K1 to K4, S1: commands become events exactly once, conflicts are decided again."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from workbench.engine.aggregate_loader import AggregateLoader
from workbench.engine.command_handler import Issue
from workbench.engine.engine import Engine
from workbench.errors import InvalidCommand, NoHandler, StoreFull
from workbench.model.command import CommandOutcome
from workbench.model.event import NewEvent
from workbench.store.memory.store import MemoryStore
from workbench.store.operations import Append, Atomic, CloseStream, SaveSnapshot


async def test_K1_many_commands_at_once_lose_no_update(rig):
    await rig.open()
    await rig.do("open", "a", 0)
    results = await asyncio.gather(*(rig.do("add", "a", 1) for _ in range(60)))
    assert all(result.accepted for result in results)
    loaded = rig.engine.loader.load(rig.engine.registry.aggregates["count"], "count-a")
    assert loaded.state.total == 60
    assert sorted(result.version for result in results) == list(range(2, 62))


async def test_K2_commands_on_one_stream_take_turns_in_order_of_arrival(rig):
    await rig.open()
    results = await asyncio.gather(
        rig.do("open", "a", 0),
        *(rig.do("add", "a", 1) for _ in range(120)),
        rig.do("add", "a", 1, expected=1),
        rig.do("add", "a", -1),
        rig.do("open", "b", 0),
    )
    outcomes = [result.outcome.value for result in results]
    assert outcomes == [*["accepted"] * 121, "conflict", "rejected", "accepted"]
    assert [result.version for result in results[:121]] == list(range(1, 122))
    flow = rig.engine.metrics.flow
    assert (flow["command:open"], flow["command:add"]) == (2, 120)
    assert (flow["rejected:add"], flow["conflict:add"]) == (1, 1)
    assert {result.attempts for result in results} == {1}


async def test_K2_a_turn_is_given_on_whatever_becomes_of_who_waits_for_it(rig):
    await rig.open()
    await rig.do("open", "a", 0)
    tasks = [asyncio.ensure_future(rig.do("add", "a", 1)) for _ in range(9)]
    await asyncio.sleep(0)
    for task in tasks[:8:2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = [isinstance(result, asyncio.CancelledError) for result in results]
    assert cancelled == [True, False] * 4 + [False]
    assert (await asyncio.wait_for(rig.do("add", "a", 1), 10)).accepted


async def test_K2_an_expected_version_that_is_gone_is_a_conflict_with_both_versions(rig):
    await rig.open()
    await rig.do("open", "a", 0)
    await rig.do("add", "a", 1)
    result = await rig.do("add", "a", 1, expected=1)
    assert result.outcome is CommandOutcome.CONFLICT
    assert (result.expected, result.version) == (1, 2)


async def test_K2_a_conflict_in_between_is_decided_again(rig):
    engine = await rig.open()
    await rig.do("open", "a", 0)
    real = engine.loader.load

    def load_then_lose(aggregate, stream):
        loaded = real(aggregate, stream)
        engine.loader.load = real
        rig.store.write(
            [Append(stream=stream, events=(NewEvent(id=engine.new_id(), type="counted", data='{"by":5}'),))]
        )
        return loaded

    engine.loader.load = load_then_lose
    result = await rig.do("add", "a", 1)
    assert result.accepted
    assert result.attempts == 2
    assert result.version == 3


@pytest.mark.parametrize(("losses", "outcome"), [(3, CommandOutcome.ACCEPTED), (4, CommandOutcome.CONFLICT)])
async def test_K2_it_is_decided_again_three_times_and_no_more(rig, losses, outcome):
    engine = await rig.open()
    await rig.do("open", "a", 0)
    real, left = engine.loader.load, [None] * losses

    def load_then_lose(aggregate, stream):
        loaded = real(aggregate, stream)
        if left:
            left.pop()
            event = NewEvent(id=engine.new_id(), type="counted", data='{"by":5}')
            rig.store.write([Append(stream=stream, events=(event,))])
        return loaded

    engine.loader.load = load_then_lose
    result = await asyncio.wait_for(rig.do("add", "a", 1), 10)
    assert (result.outcome, result.attempts, left) == (outcome, 4, [])
    stored = engine.reader.commands()[0]
    assert (stored.outcome, stored.attempts) == (outcome.value, 4)
    if outcome is CommandOutcome.CONFLICT:
        assert (result.expected, result.version) == (4, 5)


@pytest.fixture
async def both(rig):
    """Two engines on one store, and how each is sent a command."""
    store = MemoryStore(rig.clock)
    engines = [Engine(store, rig.registry(), rig.clock, lambda _: None, seed=seed) for seed in (1, 2)]

    def sender(engine):
        async def send(kind, by=1, expected=None, **more):
            values = {"id": "a", "by": by, **more}
            issue = Issue(type=kind, values=values, id=engine.new_id(), expected=expected)
            return await engine.commands.handle(issue)

        return send

    for engine in engines:
        await engine.start(paused=True)
    yield [sender(engine) for engine in engines]
    for engine in engines:
        await engine.stop()


async def test_K2_K4_what_another_engine_created_is_there_and_cannot_be_created_again(both):
    first, second = both
    missing = await first("add")
    assert (missing.outcome, missing.version) == (CommandOutcome.REJECTED, 0)
    await second("open")
    assert (await first("add")).version == 2
    twice = await second("open")
    assert (twice.outcome, twice.version) == (CommandOutcome.REJECTED, 2)


async def test_K2_a_refusal_is_decided_on_what_another_engine_wrote(both):
    first, second = both
    await first("open", 1)
    refused = await first("add", 2000)
    assert (refused.outcome, refused.version) == (CommandOutcome.REJECTED, 1)
    await second("add", 100)
    accepted = await first("add", 2000)
    assert (accepted.outcome, accepted.version, accepted.attempts) == (CommandOutcome.ACCEPTED, 3, 1)
    refused = await second("add", -1)
    assert (refused.outcome, refused.version) == (CommandOutcome.REJECTED, 3)


async def test_K2_the_version_that_another_engine_came_to_can_be_expected(both):
    first, second = both
    await first("open")
    await first("add")
    await second("add")
    assert (await first("add", expected=3)).version == 4
    gone = await second("add", expected=3)
    assert (gone.outcome, gone.expected, gone.version) == (CommandOutcome.CONFLICT, 3, 4)


async def test_K2_that_nothing_is_to_be_done_holds_for_what_another_engine_wrote(both):
    first, second = both
    await first("open")
    await first("add")
    await second("add")
    nothing = await first("add", times=0)
    assert (nothing.accepted, nothing.version, nothing.attempts) == (True, 3, 2)


async def test_K3_a_command_id_seen_before_gives_the_stored_answer(rig):
    engine = await rig.open()
    identity = engine.new_id()
    first = await rig.do("open", "a", 3, id=identity)
    again = await rig.do("open", "a", 3, id=identity)
    assert again.duplicate
    assert (again.outcome, again.last_position) == (first.outcome, first.last_position)
    both = await asyncio.gather(*(rig.do("add", "a", 1, id=engine.new_id()) for _ in range(1)))
    twin = engine.new_id()
    pair = await asyncio.gather(rig.do("add", "a", 1, id=twin), rig.do("add", "a", 1, id=twin))
    assert sorted(result.duplicate for result in pair) == [False, True]
    assert engine.reader.stream("count-a").version == 2 + len(both)


async def test_K4_create_needs_no_stream_and_change_needs_one(rig):
    await rig.open()
    missing = await rig.do("add", "a", 1)
    assert missing.outcome is CommandOutcome.REJECTED
    assert "does not exist" in missing.message
    await rig.do("open", "a")
    twice = await rig.do("open", "a")
    assert twice.outcome is CommandOutcome.REJECTED
    assert twice.field == "id"
    assert rig.engine.reader.stream("count-a").version == 1


async def test_a_refusal_names_its_rule_and_field_and_is_remembered(rig):
    await rig.open()
    await rig.do("open", "a")
    result = await rig.do("add", "a", -1)
    assert (result.outcome, result.message, result.field) == (CommandOutcome.REJECTED, "only upwards", "by")
    newest = rig.engine.reader.commands(limit=1)[0]
    assert (newest.outcome, newest.message) == ("rejected", "only upwards")


async def test_wrong_fields_and_unknown_commands_store_nothing(rig):
    await rig.open()
    with pytest.raises(InvalidCommand) as caught:
        await rig.do("open", "a", "many")
    assert caught.value.fields[0][0] == ("by",)
    with pytest.raises(InvalidCommand) as caught:
        await rig.do("open", "")
    assert caught.value.fields == ((("id",), "an id cannot be empty"),)
    with pytest.raises(NoHandler, match="close"):
        await rig.do("close", "a")
    assert rig.engine.reader.commands(limit=9) == []


async def test_S1_a_snapshot_is_the_fold_at_its_version(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    for number in range(2, 8):
        await rig.do("add", "a", number)
    snapshot = engine.reader.snapshot("count-a")
    assert snapshot.version == 5
    assert snapshot.state == '{"total":15}'


async def test_S1_a_command_whose_events_jump_over_the_mark_leaves_a_snapshot_behind_them(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await engine.commands.handle(
        Issue(type="add", values={"id": "a", "by": 1, "times": 7}, id=engine.new_id())
    )
    snapshot = engine.reader.snapshot("count-a")
    assert (snapshot.version, snapshot.state) == (8, '{"total":8}')


async def test_S1_K1_a_snapshot_is_begun_from_and_one_of_another_shape_is_not(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    for _ in range(6):
        await rig.do("add", "a", 1)
    kind = engine.registry.aggregates["count"]
    real = engine.reader.snapshot("count-a")
    for state_hash, total in ((real.state_hash, 1002), ("other", 7)):
        forged = msgspec.structs.replace(real, state='{"total":1000}', state_hash=state_hash)
        await engine.writer.write(SaveSnapshot(snapshot=forged))
        loaded = AggregateLoader(engine.reader, engine.registry).load(kind, "count-a")
        assert (loaded.version, loaded.state.total) == (7, total)


async def test_S1_a_snapshot_that_cannot_be_stored_does_not_fail_its_command(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    real = engine.writer.write

    async def write(operation):
        if isinstance(operation, SaveSnapshot):
            raise StoreFull("no room")
        return await real(operation)

    engine.writer.write = write
    results = [await rig.do("add", "a", 1) for _ in range(6)]
    engine.writer.write = real
    assert all(result.accepted for result in results)
    assert engine.reader.snapshot("count-a") is None
    assert engine.errors == ["no snapshot of count-a could be taken: StoreFull: no room"]


@pytest.mark.parametrize("step", ["load", "state", "head", "notify"])
async def test_C11_an_accepted_command_is_answered_whatever_fails_behind_it(rig, monkeypatch, step):
    engine = await rig.open()
    for name in ("open", "add", "add", "add"):
        await rig.do(name, "a", 1)
    aggregate = engine.registry.aggregates["count"]

    def fails(*_args, **_more):
        raise ZeroDivisionError("a bug")

    real, loads = engine.loader.load, []

    def load(*args):
        loads.append(args)
        return real(*args) if len(loads) % 2 else fails()  # the second is for the snapshot

    match step:
        case "load":
            monkeypatch.setattr(engine.loader, "load", load)
        case "state":
            monkeypatch.setattr(type(aggregate), "write_state", fails)
        case "head":
            monkeypatch.setattr(engine, "_read_head", fails)
        case "notify":
            monkeypatch.setattr(engine.notifier, "_notify", fails)
    result = await asyncio.wait_for(rig.do("add", "a", 1), 5)
    assert (result.accepted, result.version) == (True, 5)
    assert "ZeroDivisionError: a bug" in engine.errors[-1]
    monkeypatch.undo()
    assert (await asyncio.wait_for(rig.do("add", "a", 1), 5)).version == 6


async def test_K3_a_twin_of_a_command_that_came_to_nothing_is_handled_itself(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    real, refused, identity = engine.writer.write, [], engine.new_id()

    async def write(operation):
        if isinstance(operation, Atomic) and not refused:
            refused.append(operation)
            await asyncio.sleep(0)
            raise StoreFull("no room")
        return await real(operation)

    engine.writer.write = write
    first, second = await asyncio.wait_for(
        asyncio.gather(*(rig.do("add", "a", 1, id=identity) for _ in range(2)), return_exceptions=True), 5
    )
    assert isinstance(first, StoreFull)
    assert (second.accepted, second.duplicate, second.version) == (True, False, 2)


async def test_correlation_and_causation_lead_from_event_to_command(rig):
    engine = await rig.open()
    result = await rig.do("open", "a", 1)
    event = engine.reader.event(result.event_ids[0])
    assert event.correlation_id == result.command_id
    assert event.causation_id == result.command_id


async def test_A2_a_command_to_a_closed_stream_is_refused_and_remembered(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await engine.writer.write(CloseStream(stream="count-a"))
    result = await rig.do("add", "a", 1)
    assert result.outcome is CommandOutcome.REJECTED
    assert "closed" in result.message
    assert engine.reader.commands(limit=1)[0].outcome == "rejected"


async def test_K1_what_is_remembered_of_an_aggregate_is_what_a_replay_gives(rig):
    engine = await rig.open()
    kind = engine.registry.aggregates["count"]
    for number in range(1, 30):
        name = f"n{number % 3}"
        await rig.do("open" if number <= 3 else "add", name, number)
        fresh = AggregateLoader(engine.reader, engine.registry).load(kind, f"count-{name}")
        assert engine.loader.load(kind, f"count-{name}") == fresh


async def test_K1_a_remembered_aggregate_is_not_read_again_and_one_that_others_changed_is(rig):
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await rig.do("add", "a", 1)
    reads = []
    real = engine.reader.read_data
    engine.reader.read_data = lambda *args, **more: reads.append(args) or real(*args, **more)
    await rig.do("add", "a", 1)
    await rig.do("add", "a", -1)
    assert reads == []
    event = NewEvent(id=engine.new_id(), type="counted", data='{"by":5}')
    await engine.writer.write(Append(stream="count-a", events=(event,)))
    result = await rig.do("add", "a", 1)
    assert (result.version, result.attempts, len(reads)) == (5, 1, 1)


async def test_K3_a_repeated_command_that_would_be_refused_now_gives_its_first_answer(rig):
    engine = await rig.open()
    identity = engine.new_id()
    first = await rig.do("open", "a", 1, id=identity)
    await rig.close()
    engine = await rig.open()
    again = await rig.do("open", "a", 1, id=identity)
    assert (again.accepted, again.duplicate, again.last_position) == (True, True, first.last_position)
    refused = engine.new_id()
    assert not (await rig.do("add", "a", -1, id=refused)).duplicate
    repeated = await rig.do("add", "a", -1, id=refused)
    assert (repeated.outcome, repeated.duplicate) == (CommandOutcome.REJECTED, True)
    assert engine.reader.stream("count-a").version == 1
    assert len(engine.reader.commands(limit=9)) == 2

"""K1 to K4, S1: commands become events exactly once, conflicts are decided again."""

from __future__ import annotations

import asyncio

import pytest

from workbench.errors import InvalidCommand, NoHandler
from workbench.model.commands import Outcome
from workbench.model.events import NewEvent
from workbench.store.operations import Append


async def test_K1_many_commands_at_once_lose_no_update(rig):
    await rig.open()
    await rig.do("open", "a", 0)
    results = await asyncio.gather(*(rig.do("add", "a", 1) for _ in range(60)))
    accepted = [result for result in results if result.accepted]
    conflicts = [result for result in results if result.outcome is Outcome.CONFLICT]
    assert len(accepted) + len(conflicts) == 60
    loaded = rig.engine.loader.load(rig.engine.registry.aggregates["count"], "count-a")
    assert loaded.state.total == len(accepted)
    assert sorted(result.version for result in accepted) == list(range(2, 2 + len(accepted)))


async def test_K2_an_expected_version_that_is_gone_is_a_conflict_with_both_versions(rig):
    await rig.open()
    await rig.do("open", "a", 0)
    await rig.do("add", "a", 1)
    result = await rig.do("add", "a", 1, expected=1)
    assert result.outcome is Outcome.CONFLICT
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
    assert missing.outcome is Outcome.REJECTED
    assert "does not exist" in missing.message
    await rig.do("open", "a")
    twice = await rig.do("open", "a")
    assert twice.outcome is Outcome.REJECTED
    assert twice.field == "id"
    assert rig.engine.reader.stream("count-a").version == 1


async def test_a_refusal_names_its_rule_and_field_and_is_remembered(rig):
    await rig.open()
    await rig.do("open", "a")
    result = await rig.do("add", "a", -1)
    assert (result.outcome, result.message, result.field) == (Outcome.REJECTED, "only upwards", "by")
    newest = rig.engine.reader.commands(limit=1)[0]
    assert (newest.outcome, newest.message) == ("rejected", "only upwards")


async def test_wrong_fields_and_unknown_commands_store_nothing(rig):
    await rig.open()
    with pytest.raises(InvalidCommand) as caught:
        await rig.do("open", "a", "many")
    assert caught.value.fields[0][0] == ("by",)
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


async def test_correlation_and_causation_lead_from_event_to_command(rig):
    engine = await rig.open()
    result = await rig.do("open", "a", 1)
    event = engine.reader.event(result.event_ids[0])
    assert event.correlation_id == result.command_id
    assert event.causation_id == result.command_id

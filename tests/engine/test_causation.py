"""K9: commands that follow from each other without end make a dead letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.engine.trips import DEFINITIONS, HOUR, Booked, Ended, Expire, Office, Reserve
from workbench.engine import causation
from workbench.engine.dry_run import dry_run
from workbench.errors import PermanentError
from workbench.model.clock import MICROSECONDS
from workbench.model.ids import derived_id
from workbench.model.policy import After, At, Issue, Policy

SAID = "this may never end: 5 steps followed from each other, none of which waited"


@pytest.fixture
async def office(tmp_path, monkeypatch):
    monkeypatch.setattr(causation, "MOST", 5)
    made = Office(tmp_path / "events.db", "memory")
    yield made
    await made.close()


def reacting(react, **answers):
    policy = Policy(name="p", on=(Booked, Ended), react=react, refused=answers)
    trip, room = DEFINITIONS.aggregates
    free = replace(
        trip, decide=lambda _state, one: [Booked(hotel="") if hasattr(one, "hotel") else Ended(why="")]
    )
    return replace(DEFINITIONS, aggregates=(free, room), processes=(), policies=(policy,))


async def story(office):
    await office.open()
    await office.do("book", id="a")
    await office.finish()
    return office.story()


async def test_K9_steps_without_end_make_a_dead_letter_and_a_replay_goes_on(office):
    office.definitions = reacting(lambda _event, _record: [Expire(id="a")])
    told = await story(office)
    assert len(told) == 7, told
    assert told[-1] == f"dead ended: {SAID}"
    assert (await dry_run(office.engine, office.engine.reader.letter(1))).succeeds


async def test_K9_a_way_through_refusals_ends(office):
    def refused(refusal):
        return [Issue(Reserve(id="full", trip="a"), "no")] if refusal.context else []

    office.definitions = reacting(
        lambda _event, _record: [Issue(Reserve(id="full", trip="a"), "no")], no=refused
    )
    assert (await story(office))[1:] == [f"dead reserve: {SAID}"]


async def test_K9_what_waits_goes_on(office):
    def react(_event, record):
        return [After(HOUR, Expire(id="a"))] if record.version < 9 else []

    office.definitions = reacting(react)
    assert len(await story(office)) == 9


def test_K9_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(causation, "MOST", 1)
    monkeypatch.setattr(causation, "KEPT", 2)
    chain = causation.Causation()
    ids = [derived_id(number) for number in range(5)]
    chain.step(ids[0], ids[1])
    with pytest.raises(PermanentError):
        chain.step(ids[1], ids[2])
    chain.step(ids[1], ids[2])
    chain.outcome(ids[2], ids[3])
    chain.step(ids[0], ids[4])
    chain.step(ids[2], ids[1])


@pytest.mark.parametrize("late", [0, HOUR], ids=["now", "an hour ago"])
async def test_K9_what_is_due_already_does_not_wait(office, late):
    def react(_event, _record, context):
        return [At(context.now - timedelta(seconds=late), Expire(id="a"))]

    office.definitions = reacting(react)
    told = await story(office)
    assert len(told) == 7, told
    assert told[-1] == f"dead ended: {SAID}"


async def test_K9_what_catches_up_goes_on_until_it_waits(office):
    office.clock.advance(20 * HOUR)
    began = office.clock.now()

    def react(_event, record, context):
        due = context.now - timedelta(hours=20 - record.version)
        return [At(due, Expire(id="a"))] if record.occurred_at < began + 3 * HOUR * MICROSECONDS else []

    office.definitions = reacting(react)
    told = await story(office)
    assert len(told) > 20, told
    assert not [one for one in told if one.startswith("dead")]

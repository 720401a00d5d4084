"""K6: what follows where an issued command is refused, exactly once whenever the engine is killed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.trips import DEFINITIONS, HOUR, Booked, End, Office, Reserve, decide, no_room
from workbench.engine.command_handler import DECISIONS
from workbench.engine.dry_run import dry_run
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC, Subscription
from workbench.model.policy import After, Issue
from workbench.store.operations import Append, NewMessage

STORES = ["memory", "sqlite"]


@pytest.fixture(params=STORES)
async def office(request, tmp_path):
    made = Office(tmp_path / "events.db", request.param)
    yield made
    await made.close()


async def refused(office: Office) -> list[str]:
    """Books trips to hotels without room, and one that is paid; returns what happened."""
    await office.open()
    await office.do("book", id="a", hotel="full")
    await office.settle()
    await office.do("book", id="b", hotel="shut")
    await office.settle()
    await office.do("book", id="c")
    await office.do("pay", id="c")
    await office.finish()
    return office.story()


async def test_K6_a_refusal_is_answered_with_what_is_known_then(office):
    story = await refused(office)
    why = "full: no room, id, Trip(paid=False, ended='')"
    assert f'trip-a ended {{"why":"{why}, full"}}' in story
    assert f'trip-b ended {{"why":"{why}, shut"}}' in story, "an answer that is refused has one of its own"
    assert not [one for one in story if one.startswith("dead")], "timeouts that come too late are no faults"


@pytest.mark.parametrize(
    ("kind", "step"), [("memory", 1), ("sqlite", 4), pytest.param("sqlite", 1, marks=pytest.mark.long)]
)
async def test_K6_killed_at_any_commit_and_each_refusal_is_answered_once(tmp_path, kind, step):
    whole, died, number = [], True, 0
    while died:
        office = Office(tmp_path / f"{number}.db", kind, die_at=number or -1)
        story = sorted(await refused(office))
        await office.close()
        whole = whole or story
        assert story == whole, number
        died, number = office.died or not number, number + step
    assert number > 25


def acting(react, **answers):
    """Returns the model with a process that does something else where a trip is booked."""

    def only_booked(_state, event):
        return react if isinstance(event, Booked) else []

    return replace(
        DEFINITIONS, processes=(replace(DEFINITIONS.processes[0], react=only_booked, refused=answers),)
    )


async def test_K6_without_an_answer_a_refusal_makes_a_dead_letter(office):
    office.definitions = acting([Reserve(id="full", trip="a")])
    await office.open()
    await office.do("book", id="a")
    await office.settle()
    assert office.story()[1:] == ["dead reserve: reserve was rejected: no room"]


async def test_K6_an_answer_that_the_model_has_no_more_makes_a_dead_letter_that_says_so(office):
    office.definitions = acting([Issue(After(HOUR, Reserve(id="full", trip="a")), "late")], late=no_room)
    await office.open()
    await office.do("book", id="a")
    await office.settle()
    await office.close()
    office.definitions = acting([])
    await office.open()
    await office.finish()
    said = "reserve was rejected: no room; trips has no answer late now"
    assert office.story()[1:] == [f"dead reserve: {said}"]


async def test_K6_an_answer_that_is_not_known_fails_what_names_it(office):
    office.definitions = acting([Issue(Reserve(id="ritz", trip="a"), "noroom")], no_room=no_room)
    await office.open()
    await office.do("book", id="a")
    await office.finish()
    assert office.story()[1:] == ["dead booked: trips has no answer noroom to a refusal"]


async def test_K6_conflicts_are_tried_again(office):
    decided = []

    def contended(state, command):
        if isinstance(command, End):
            decided.append(command)
            if len(decided) <= DECISIONS:  # another process is quicker, each time
                paid = NewEvent(id=derived_id("paid", len(decided)), type="paid", data="{}")
                office.store.write([Append(stream="trip-a", events=(paid,))])
        return decide(state, command)

    made = acting([End(id="a", why="late")])
    trip, room = made.aggregates
    office.definitions = replace(made, aggregates=(replace(trip, decide=contended), room))
    await office.open()
    await office.do("book", id="a")
    await office.finish()
    assert office.story()[1:] == ["trip-a paid {}"] * DECISIONS + ['trip-a ended {"why":"late"}']


async def test_K6_what_a_handler_issued_is_answered_by_the_handler(office):
    def handle(_message, context):
        context.issue(Reserve(id="full", trip="a"), refused="full")
        context.issue(Reserve(id="full", trip="a"), refused="nothing")

    handle.refused = {"full": lambda one: [End(id="a", why=f"{one.event.type}: {one.message}, {one.state}")]}
    office.definitions = replace(DEFINITIONS, processes=(), handlers={"handle": handle})
    office.subscriptions = (Subscription(name="sub", topic=LOG_TOPIC, handler="handle", types=("booked",)),)
    await office.open()
    await office.do("book", id="a")
    await office.finish()
    assert office.story()[1:] == ['trip-a ended {"why":"booked: no room, None"}']


async def test_a_dry_run_of_a_command_stores_nothing_and_tells_what_it_would_append(office):
    await office.open()
    await office.do("book", id="a")
    await office.settle()
    issued = NewMessage(
        id=derived_id("odd"),
        topic=COMMANDS_TOPIC,
        type="book",
        key="trip-z",
        data='{"hotel":"ritz"}',
        correlation_id=derived_id("odd"),
    )
    await office.engine.writer.write(issued)
    await office.finish()
    letter = office.engine.reader.letter(1)
    before = office.story()
    tried = await dry_run(office.engine, letter, '{"id":"z"}')
    assert office.story() == before
    assert [(one.kind, one.where, one.what) for one in tried.effects] == [("append", "trip-z", "booked")]
    assert not (await dry_run(office.engine, letter, '{"id":"a"}')).succeeds

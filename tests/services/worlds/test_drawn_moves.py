"""W8: a stand-in that draws whether it fails is tried both ways; what looks at ids has no states merged."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.services.worlds.race import made, types
from tests.services.worlds.test_saved_schedule import happened, read_back, same_again
from workbench.model.clock import SystemClock
from workbench.model.scenario import ScenarioVerdict
from workbench.services.scenarios import Scenarios
from workbench.services.worlds.saved_schedule import as_scenario
from workbench.services.worlds.scenario_explorer import Plan, ScenarioExplorer
from workbench.services.worlds.schedule_words import deviations
from workbench.services.worlds.scripted_world import run_stepped
from workbench.services.worlds.steppable import IDS

ALL = {"seconds": 120.0, "random": False}
DRAWS = """
[external.hotel]
stand_in {
    event: "room.planned"
    fails: 0.5
    do { room { issue: "book_room", with { room_id: "data.room_id" } } }
}

[aggregate.trip]

[event.trip.begun]
fields { trip_id: "string" }

[command.begin_trip]
creates: "trip"
fields { trip_id: "string" }
emit: "trip.begun"

[aggregate.room]

[event.room.planned]
fields { room_id: "string" }

[event.room.booked]

[command.plan_room]
creates: "room"
fields { room_id: "string" }
emit: "room.planned"

[command.book_room]
by: "hotel"
changes: "room"
fields { room_id: "string" }
emit: "room.booked"

[aggregate.seat]

[event.seat.planned]
fields { seat_id: "string" }

[command.plan_seat]
creates: "seat"
fields { seat_id: "string" }
emit: "seat.planned"

[policy.first]
on: "trip.begun"
issue: "plan_room"
with { room_id: "event.trip_id" }

[policy.second]
on: "trip.begun"
issue: "plan_seat"
with { seat_id: "event.trip_id" }

[topics]
rooms {}

[routing]
rooms { pattern: "room.planned", topics: "rooms" }

[subscriptions]
bookings { topic: "rooms", handler: "hotel", max_attempts: 1 }

[invariant.none_dies]
never_dead_letter: ["bookings"]
"""
A_TRIP = """
"A trip" {
    when: [
        { command: "plan_seat", data: { seat_id: "s0" } }
        { command: "begin_trip", data: { trip_id: "t" } }
    ]
    then: []
}
"""


async def explored(project, scenario, *, merging=True, deviations=3):
    return await ScenarioExplorer(project, scenario, merging=merging).explore(
        Plan(deviations=deviations, **ALL)
    )


@pytest.mark.parametrize(("share", "usually"), [(0.001, False), (0.5, False), (0.999, True)])
async def test_W8_a_draw_is_tried_both_ways_within_the_deviations(tmp_path, share, usually):
    project, scenario = made(tmp_path, DRAWS.replace("0.5", str(share)), A_TRIP)
    merged = await explored(project, scenario)
    every = await explored(project, scenario, merging=False)
    assert (set(merged.findings), set(merged.outcomes)) == (set(every.findings), set(every.outcomes))
    assert merged.merged
    assert merged.complete == 3
    assert {bool(end.letters) for end in merged.outcomes} == {True, False}
    assert set(merged.findings) == {"none_dies"}
    assert merged.notes == ()
    assert merged.findings["none_dies"].deviations == (not usually)
    none = await explored(project, scenario, deviations=0)
    assert bool(none.findings) is usually, "no other draw is tried where nothing may deviate"


@pytest.mark.parametrize(("share", "ends"), [(0.001, "fails"), (0.999, "answers")])
async def test_W6_the_other_draw_is_told_and_saved_and_happens_again(tmp_path, share, ends):
    project, scenario = made(tmp_path, DRAWS.replace("0.5", str(share)), A_TRIP)
    explorer = ScenarioExplorer(project, scenario)
    usual = (await explorer.replayed()).world
    result = await explorer.explore(Plan(deviations=1, **ALL))
    (other,) = {one.choices for end, one in result.outcomes.items() if bool(end.letters) is (ends == "fails")}
    world = (await explorer.replayed(other)).world
    assert deviations(world, usual) == [f"bookings gets room.planned, and {ends}"]
    again = read_back(project, as_scenario(world, "The other draw"))
    assert await run_stepped(project, again, happened) == happened(world)
    result = await Scenarios(project, SystemClock()).run_one(again)
    assert result.verdict is (ScenarioVerdict.FAILED if ends == "fails" else ScenarioVerdict.PASSED)


async def test_W6_any_schedule_with_draws_is_saved_so_that_it_does_the_same_again(tmp_path):
    model = DRAWS.replace("max_attempts: 1", "max_attempts: 3")
    assert await same_again(*made(tmp_path, model, A_TRIP), range(40)) > 20


async def test_D6_a_scenario_draws_as_the_usual_order_does(tmp_path):
    for number in range(6):
        trip = A_TRIP.replace('"t"', f'"t{number}"')
        project, scenario = made(tmp_path / str(number), DRAWS, trip)
        usual = (await ScenarioExplorer(project, scenario).replayed()).world
        found = await Scenarios(project, SystemClock()).run_one(scenario)
        assert found.trouble == ""
        assert ("room.booked" in types(usual)) is (("event", "book_room", "room.booked") in found.deeds)


async def test_W8_a_stand_in_that_draws_nothing_leaves_states_one(tmp_path):
    model = DRAWS.replace("fails: 0.5", "fails: 1").partition("[invariant")[0]
    result = await explored(*made(tmp_path, model, A_TRIP), deviations=2)
    assert result.merged
    assert result.sentence().endswith(
        "; the project has no invariant; what must hold of every model was asked"
    )


LOOKS = {
    "its id": lambda message, _context: message.id,
    "its id's bytes": lambda message, _context: message.id_bytes,
    "its cause": lambda message, _context: message.causation_id,
    "its position": lambda message, _context: message.position,
    "the delivery's key": lambda _message, context: context.idempotency_key,
}


def decided_by(project, looks):
    """Returns a project whose handler fails by chance, by what it looks at."""

    def book(message, context):
        if Random(str(looks(message, context))).random() < 0.5:
            raise ValueError("no room")
        context.issue(project.registry.commands["book_room"].parse({"room_id": message.json()["room_id"]}))

    return replace(project, registry=replace(project.registry, handlers={"hotel": book}))


@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS)
async def test_W8_where_a_handler_looks_at_ids_no_states_are_one(tmp_path, looks):
    project, scenario = made(tmp_path, DRAWS, A_TRIP)
    project = decided_by(project, looks)
    merged = await explored(project, scenario)
    every = await explored(project, scenario, merging=False)
    assert (set(merged.findings), merged.outcomes) == (set(every.findings), every.outcomes)
    assert merged.merged == 0
    assert merged.notes == ("no states are one, as hotel may go by ids or positions",)


async def test_W8_a_handler_that_looks_at_what_is_said_and_at_the_time_leaves_states_one(tmp_path):
    project, scenario = made(tmp_path, DRAWS, A_TRIP)
    looks = lambda message, context: (message.facts(), message.key, message.published_at, context.now)  # noqa: E731
    project = decided_by(project, looks)
    merged = await explored(project, scenario)
    every = await explored(project, scenario, merging=False)
    assert set(merged.outcomes) == set(every.outcomes)
    assert merged.merged
    assert merged.notes == ()


async def test_W8_where_a_policy_looks_at_ids_no_states_are_one(tmp_path):
    project, scenario = made(tmp_path, DRAWS, A_TRIP)
    first = project.registry.reactors["first"]

    def react(state, event, context):
        return first.react(state, event, context) if context.record.id else (None, [])

    reactors = {**project.registry.reactors, "first": replace(first, react=react)}
    result = await explored(replace(project, registry=replace(project.registry, reactors=reactors)), scenario)
    assert (result.merged, result.deciding) == (0, {f"{IDS}first"})

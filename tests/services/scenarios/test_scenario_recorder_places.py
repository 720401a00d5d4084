"""A recorded scenario has the times of its history, and every stream that its command was decided over."""

from __future__ import annotations

from pathlib import Path

from workbench.project.scenarios import read_scenarios, write_scenario
from workbench.services.project.open_project import open_target
from workbench.services.scenarios import ScenarioRecorder, Scenarios, tell

TIMED = """
[project]
name: "Boxes"
[aggregate.box]
state { until: "date-time" }
[event.box.made]
fields { until: "date-time" }
set { until: "event.until" }
[event.box.ended]
fields { late: "boolean" }
[command.make_box]
creates: "box"
fields { box_id: "string", until: "date-time" }
emit: "box.made"
[command.end_box]
changes: "box"
fields { box_id: "string" }
emit: "box.ended"
with { late: "now > state.until" }
"""
SEATS = """
[project]
name: "Seats"
[aggregate.seat]
state { by: "string?" }
[event.seat.taken]
fields { by: "string" }
set { by: "event.by" }
[aggregate.ticket]
[event.ticket.sold]
[command.sell]
creates: "ticket"
fields { ticket_id: "string" }
emit: "ticket.sold"
[command.look]
changes { ticket: "ticket_id", seat { aggregate: "seat", id: "seat_id" } }
fields { ticket_id: "string", seat_id: "string" }
emit: "seat.taken"
with { by: "command.ticket_id" }
[command.take]
creates_or_changes: "seat"
fields { seat_id: "string", by: "string" }
emit: "seat.taken"
"""
TRANSFER = (Path(__file__).parents[2] / "flows" / "transfer" / "project.tsk").read_text()


async def recorded(tmp_path, text, commands, stream, version):
    """Issues commands, records a scenario of an event, and runs what was written, too."""
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "project.tsk").write_text(text)
    world = open_target(tmp_path, "", environ={"WORKBENCH_CONFIG": str(tmp_path)})
    await world.start()
    try:
        for name, values in commands:
            assert (await world.commands.issue(name, values)).accepted
        found = await ScenarioRecorder(world.world).record(stream, version)
        assert found.result.passed, tell(found.result)
        text = write_scenario(found.scenario, world.registry)
        (again,) = read_scenarios(text, "s.tsk", world.registry)
        result = await Scenarios(world.project, world.clock).run_one(again)
        assert result.passed, f"{text}\n{tell(result)}"
        return found.scenario, [event.occurred_at for event in world.reader.read_log(0, 1000)]
    finally:
        await world.close()


async def test_a_decision_is_recorded_with_its_time_and_those_of_what_was_before(tmp_path):
    made = ("make_box", {"box_id": "1", "until": "2025-01-01T00:00:00Z"})
    scenario, times = await recorded(tmp_path, TIMED, [made, ("end_box", {"box_id": "1"})], "box-1", 2)
    assert scenario.then[0].facts["data"] == {"late": True}
    assert [one.at for one in scenario.given] == [times[0]]
    assert scenario.now == times[1]


async def test_a_decision_over_several_aggregates_is_recorded_whole(tmp_path):
    commands = [
        *(("open_account", {"account_id": one, "owner": one}) for one in "ab"),
        ("credit", {"account_id": "a", "amount": "9", "note": ""}),
        ("transfer", {"from_id": "a", "to_id": "b", "amount": "4"}),
    ]
    for stream, version in (("account-a", 3), ("account-b", 2)):
        scenario, _ = await recorded(tmp_path / stream, TRANSFER, commands, stream, version)
        assert [one.type for one in scenario.given] == ["account.opened"] * 2 + ["account.credited"]
        assert {one.facts["stream"] for one in scenario.then} == {"account-a", "account-b"}


async def test_what_was_only_looked_at_is_given_and_versions_of_streams_are_not_mixed(tmp_path):
    commands = [
        ("sell", {"ticket_id": "1"}),
        *(("take", {"seat_id": "1", "by": one}) for one in "abc"),
        ("look", {"ticket_id": "1", "seat_id": "1"}),
    ]
    scenario, _ = await recorded(tmp_path, SEATS, commands, "seat-1", 4)
    assert [one.type for one in scenario.given] == ["ticket.sold", *["seat.taken"] * 3]
    assert [one.facts["event"] for one in scenario.then] == ["seat.taken"]

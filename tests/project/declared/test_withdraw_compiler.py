"""What a process withdraws: those commands whose fields have the values that it says."""

from __future__ import annotations

import pytest

from tests.project.declared.scenario_runs import passes

MODEL = """
[types]
place { type: "object", fields { city: "string", since: "date-time" } }
[aggregate.bell]
[event.bell.hung]
fields { due: "date-time", sum: "decimal", text: "string", place: "place" }
[event.bell.stopped]
fields { due: "date-time", sum: "decimal", text: "string", place: "place" }
[event.bell.rung]
[command.hang]
creates: "bell"
fields { bell_id: "string", due: "date-time", sum: "decimal", text: "string", place: "place" }
emit: "bell.hung"
[command.stop]
changes: "bell"
fields { bell_id: "string", due: "date-time", sum: "decimal", text: "string", place: "place" }
emit: "bell.stopped"
[command.ring]
changes: "bell"
fields { bell_id: "string", due: "date-time", sum: "decimal", text: "string", place: "place" }
emit: "bell.rung"
[process.ringing]
key: "id"
on {
    "bell.hung": { starts: true, issue: "ring", with { bell_id: "id" }, at: "event.due" }
    "bell.stopped": {
        withdraw: "ring"
        with { due: "event.due", sum: "event.sum", text: "event.text", place: "event.place" }
    }
}
"""


def bell(due: str, sum_: str, text: str, since: str) -> str:
    place = f'{{ city: "Wien", since: "{since}" }}'
    return f'{{ bell_id: "1", due: "{due}", sum: "{sum_}", text: "{text}", place: {place} }}'


HUNG = bell("2026-03-02T10:00:00+02:00", "1.50", "1.50", "2020-01-01T01:00:00+01:00")


@pytest.mark.parametrize(
    ("due", "sum_", "text", "since", "left"),
    [
        ("2026-03-02T08:00:00Z", "1.5", "1.50", "2020-01-01T00:00:00Z", False),
        ("2026-03-02T10:00:00+02:00", "1.50", "1.50", "2020-01-01T01:00:00+01:00", False),
        ("2026-03-02T10:00:00Z", "1.5", "1.50", "2020-01-01T00:00:00Z", True),
        ("2026-03-02T08:00:00Z", "1.51", "1.50", "2020-01-01T00:00:00Z", True),
        ("2026-03-02T08:00:00Z", "1.5", "1.5", "2020-01-01T00:00:00Z", True),
        ("2026-03-02T08:00:00Z", "1.5", "1.50", "2020-01-01T00:00:01Z", True),
    ],
)
async def test_K7_times_and_decimals_are_compared_by_value(tmp_path, due, sum_, text, since, left):
    stop = bell(due, sum_, text, since)
    rung = '{ event: "bell.rung" }, ' if left else ""
    scenario = f"""
"it rings unless it is taken back" {{
    now: "2026-03-01T00:00:00Z"
    when: [{{ command: "hang", data: {HUNG} }}, {{ command: "stop", data: {stop} }}]
    then: [{{ event: "bell.hung" }}, {{ event: "bell.stopped" }}, {rung}"no other events"]
}}
"""
    await passes(tmp_path, MODEL, scenario)

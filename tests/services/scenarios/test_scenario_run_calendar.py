"""Scenarios say times as models do: by the calendar, in several units, and as a time."""

from __future__ import annotations

import pytest

from workbench.model.scenario import ScenarioVerdict
from workbench.project.project import load_project
from workbench.services.scenarios import tell

MODEL = """
[project]
name: "Trips"
[aggregate.trip]
[event.trip.begun]
[event.trip.over]
fields { at: "date-time" }
[event.trip.seen]
fields { at: "date-time" }
[command.begin]
creates: "trip"
fields { trip_id: "string" }
emit: "trip.begun"
[command.end]
changes: "trip"
fields { trip_id: "string" }
emit: "trip.over"
with { at: "now" }
[command.see]
changes: "trip"
fields { trip_id: "string" }
emit: "trip.seen"
with { at: "now" }
[policy.ending]
on: "trip.begun"
issue: "end"
with { trip_id: "id" }
after: "1 month"
"""
BEGIN = '{ command: "begin", data { trip_id: "1" } }'


@pytest.fixture
def trips(tmp_path):
    (tmp_path / "project.tsk").write_text(MODEL)
    return load_project(tmp_path, environ={}, trusted=True)


@pytest.mark.parametrize("after", ["1 month", "29d", "29 days", "696h"])
async def test_an_issued_command_is_compared_by_the_time_at_which_it_is_due(play, trips, after):
    result = await play(
        trips,
        f'"x" {{ now: "2024-02-10T08:00:00Z", when: {BEGIN}, then: {{ command: "end", after: "{after}" }} }}',
    )
    assert result.passed, tell(result)


@pytest.mark.parametrize("after", ["30 days", "2 months", "28d 23h"])
async def test_another_time_is_told_in_readable_words(play, trips, after):
    result = await play(
        trips,
        f'"x" {{ now: "2024-02-10T08:00:00Z", when: {BEGIN}, then: {{ command: "end", after: "{after}" }} }}',
    )
    assert result.verdict is ScenarioVerdict.FAILED
    assert f'after: expected "{after}", happened "29d"' in tell(result)


@pytest.mark.parametrize(
    ("when", "at"),
    [
        ('after: "1 month"', "2024-02-29T08:00:00Z"),
        ('after: "2 weeks"', "2024-02-14T08:00:00Z"),
        ('after: "1h30m"', "2024-01-31T09:30:00Z"),
        ('at: "2024-02-03T04:05:06Z"', "2024-02-03T04:05:06Z"),
        ('at: "2024-01-31T08:00:00Z"', "2024-01-31T08:00:00Z"),
    ],
)
async def test_a_step_waits_by_the_calendar_or_until_a_time(play, trips, when, at):
    result = await play(
        trips,
        f"""
        "x" {{
            now: "2024-01-31T08:00:00Z"
            when: [{BEGIN}, {{ command: "see", data {{ trip_id: "1" }}, {when} }}]
            then: [
                {{ event: "trip.begun" }}
                {{ event: "trip.seen", at: "{at}" }}
            ]
        }}
        """,
    )
    assert result.passed, tell(result)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (
            'at: "2024-01-31T07:00:00Z"',
            "s.tsk:1:88: at 2024-01-31T07:00:00Z has passed, it is 2024-01-31T08:00:00Z already",
        ),
        ('after: "9999 years"', "9999 years from now is no time in the years 1 to 9999"),
    ],
)
async def test_a_time_that_cannot_be_waited_for_is_told(play, trips, when, said):
    text = f'"x" {{ now: "2024-01-31T08:00:00Z", when: [{BEGIN}, {{ {when} }}], then: "no other events" }}'
    result = await play(trips, text)
    assert result.verdict is ScenarioVerdict.BROKEN
    assert said in result.trouble

"""What is given is not reacted to: a timeout that it would have set is noted where its time would come."""

from __future__ import annotations

import pytest

from tests.test_language_page import CHAPTERS, FILES
from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.services.scenarios import Scenarios

NOTE = (
    "nothing reacts to what is given: {} would have issued {} for {}; "
    "where that matters, let the event happen in when"
)
PLANNED = '{ event: "trip.planned", stream: "trip-1", data: { hotel: "ritz" } }'
BOOKED = '{ event: "trip.booked", stream: "trip-1" }'
OPENED = """{
    event: "auction.opened", stream: "auction-1", data: { closes_at: "2024-01-02T00:00:00Z", days: 1 }
}"""
TRIP, AUCTION = "A timeout is withdrawn", "Time"


@pytest.mark.parametrize(
    ("chapter", "text", "notes"),
    [
        (TRIP, f"given: {PLANNED}", [NOTE.format("trips", "give_up_trip", "2024-01-01T02:00:00Z")]),
        (
            AUCTION,
            f"given: {OPENED}",
            [NOTE.format("close_in_time", "close_auction", "2024-01-02T00:00:00Z")],
        ),
        (TRIP, f"given: [{PLANNED}, {BOOKED}]", []),
        (TRIP, f'given: {PLANNED}, when: {{ after: "1h" }}', []),
        (TRIP, f"when: {PLANNED}", []),
    ],
    ids=["a process", "a policy", "it was withdrawn", "it is over before", "it happens"],
)
async def test_a_timeout_that_what_is_given_would_have_set_is_noted(tmp_path, chapter, text, notes):
    for name, said in FILES.findall(CHAPTERS[chapter]):
        if name == "project.tsk":
            (tmp_path / name).write_text(said)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "x.tsk").write_text(f'"x" {{ {text}, then: "no other events" }}')
    scenarios = Scenarios(load_project(tmp_path, environ={}, trusted=True), SystemClock())
    (file,) = scenarios.files()
    assert file.problems == ()
    (result,) = await scenarios.run(file.scenarios)
    assert list(result.notes) == notes

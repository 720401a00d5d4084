"""A result as text: the first difference on top, everything below side by side."""

from __future__ import annotations

from workbench.model.scenario import (
    Contrast,
    FilePlace,
    Line,
    ResultPart,
    Scenario,
    ScenarioResult,
    ScenarioVerdict,
    Sign,
)
from workbench.services.scenarios import tell

PLACE = FilePlace(file="s.tsk", line=7, column=3)
SCENARIO = Scenario(name="It works", place=PLACE)


TEXT = """
"x" {
    given: {
        event: "user.created", stream: "user-a", data: { username: "Ann", email: "a@x.org", status: "active" }
    }
    when: { command: "change_status", data: { user_id: "a1", status: "suspended" } }
    then: [
        { rejected: "change_status", message: "no", field: "status" }
        { row: "a", projection: "users", data: { status: "active", email: "a@y.org" } }
        { no_row: "a", projection: "outages" }
        { message: "mail.sent", topic: "audit" }
    ]
}
"""
FIRST = (
    's.tsk:8:9: message: expected "no", happened "user-a1 does not exist"; '
    'field: expected "status", happened "user_id"'
)
TOLD = """
Answers
▶ ≠ rejected change_status · message no · field status
      message  expected "no"  happened "user-a1 does not exist"
      field    expected "status"  happened "user_id"
Messages
  - message mail.sent · topic audit
Rows
  ≠ row a · projection users · status "active" · email "a@y.org"
      data.email  expected "a@y.org"  happened "a@x.org"
  = no row a · projection outages"""


async def test_a_failure_reads_like_a_letter(play, users):
    assert tell(await play(users, TEXT)) == FIRST + TOLD


def test_trouble_comes_first_and_notes_last():
    result = ScenarioResult(
        scenario=SCENARIO, verdict=ScenarioVerdict.BROKEN, trouble="it burns", notes=("smoke",), seconds=90.0
    )
    assert tell(result) == "it could not be run to the end: it burns\nnote: smoke\ntime passed: 90s"


def test_what_is_not_there_on_one_side_is_called_nothing():
    contrasts = (
        Contrast(path="data.n", expected="1", happened=""),
        Contrast(path="data.m", expected="", happened="2"),
    )
    line = Line(sign=Sign.DIFFERENT, expected="event x", happened="event x", contrasts=contrasts, first=True)
    result = ScenarioResult(
        scenario=SCENARIO, verdict=ScenarioVerdict.FAILED, parts=(ResultPart(title="Events", lines=(line,)),)
    )
    assert tell(result).splitlines() == [
        "s.tsk:7:3: data.n: expected 1, happened nothing; data.m: expected nothing, happened 2",
        "Events",
        "▶ ≠ event x",
        "      data.n  expected 1  happened nothing",
        "      data.m  expected nothing  happened 2",
    ]

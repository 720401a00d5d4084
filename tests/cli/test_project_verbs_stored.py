"""Check finds what waits in a store and cannot go on; at run time it dies of it at the first try."""

from __future__ import annotations

import pytest

MODEL = """\
[project]
name: "trips"
[aggregate.trip]
[event.trip.asked]
[event.trip.paid]
[command.ask]
creates: "trip"
fields { trip_id: "string" }
emit: "trip.asked"
[command.pay]
changes: "trip"
fields { trip_id: "string" }
emit: "trip.paid"
[command.expire]
changes: "trip"
fields { trip_id: "string", why { type: "string", default: "late" } }
refuse { never { when: "true", message: "no" } }
emit: "trip.paid"
[process.booking]
key: "id"
state { n { type: "integer", default: 7 } }
on {
  "trip.asked": {
    starts: true
    do {
      late {
        issue: "expire", with { trip_id: "id" }, after: "1h", refused { issue: "pay", with { trip_id: "id" } }
      }
    }
  }
  "trip.paid": { set { n: "state.n + 1" } }
}
"""
CHANGES = {
    "a field of the state": (
        ("default: 7 }", 'default: 7 }, m: "string"'),
        ("starts: true", 'starts: true\n    set { m: "id" }'),
        "2 stored instances of booking do not fit: m is missing",
        "default",
    ),
    "a type of the state": (
        ('n { type: "integer", default: 7 }', 'n { type: "string", default: "7" }'),
        ("state.n + 1", "state.n"),
        "2 stored instances of booking do not fit: Expected `str`, got `int`",
        "keep the types",
    ),
    "a command": (
        ("command.expire]", "command.lapse]"),
        ('issue: "expire"', 'issue: "lapse"'),
        "2 commands expire that wait: ",
        "declare expire again",
    ),
    "a field of a command": (
        ('why { type: "string", default: "late" }', 'reason: "string"'),
        ('with { trip_id: "id" }, after', 'with { trip_id: "id", reason: "\'late\'" }, after'),
        "2 commands expire that wait: ",
        "default",
    ),
    "an action": (
        ("  late {", "  soon {"),
        ("trips", "trips"),
        "2 commands expire that wait: booking has no answer trip.asked:do.late.refused now",
        "as before",
    ),
}
DEAD = {
    "a field of the state": "the instance a of booking does not fit any more: m is missing (give",
    "a type of the state": "the instance a of booking does not fit any more: Expected `str`",
}


@pytest.fixture
def trips(tmp_path, workbench):
    root = tmp_path / "trips"
    root.mkdir()

    def write(*changes):
        text = MODEL
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (root / "project.tsk").write_text(text)
        return root

    write()
    for name in ("a", "b"):
        assert workbench("run", root, "--command", "ask", "--set", f"trip_id={name}").code == 0
    assert workbench("check", root).code == 0
    return write


@pytest.mark.parametrize("change", CHANGES)
def test_check_finds_what_waits_and_cannot_go_on(workbench, trips, change):
    *changes, message, way_out = CHANGES[change]
    said = workbench("check", trips(*changes), "--json")
    assert said.code == 3
    (found,) = said.json()["problems"]
    assert found["code"] == "E-STORED"
    assert found["message"].startswith(message)
    assert way_out in found["hint"]


@pytest.mark.parametrize("change", DEAD)
def test_an_instance_that_does_not_fit_is_told_at_the_first_try(workbench, trips, change):
    *changes, _, _ = CHANGES[change]
    root = trips(*changes)
    workbench("run", root, "--command", "pay", "--set", "trip_id=a")
    assert DEAD[change] in workbench("dead-letters", "list", root).out


def test_advice_marks_the_event_whose_stored_ones_do_not_fit(workbench, trips):
    root = trips(
        ("[event.trip.asked]\n", '[event.trip.asked]\nfields { by: "string" }\n'),
        ('emit: "trip.asked"', 'emit: "trip.asked"\nwith { by: "\'me\'" }'),
    )
    said = workbench("check", root, "--advise")
    assert said.code == 3
    line = (root / "project.tsk").read_text().splitlines().index("[event.trip.asked]") + 1
    assert f"project.tsk:{line}:" in said.out
    assert "A-STORED 2 stored events do not fit their fields" in said.out
    assert "Open the schema" in said.out

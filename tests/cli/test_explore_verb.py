"""Exploring from the command line: ends, findings in words, exit codes."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import sys

import pytest

from tests.services.conftest import full_disk
from tests.services.worlds.race import made, only_placed, orders_that_race
from workbench.app import run
from workbench.project.samples import copy_sample
from workbench.services.worlds.exploration import Explored
from workbench.services.worlds.explored import Exploration


@pytest.fixture
def orders(tmp_path):
    return orders_that_race(tmp_path / "orders")


def test_a_race_is_told_beside_the_usual_order(workbench, orders):
    said = workbench("explore", orders, "--for", "60s", "--processes", "1")
    assert said.code == 3
    lines = said.out.splitlines()
    assert lines[0].startswith("An order is placed and cancelled: no_charge_after_cancel broken in ")
    assert "  cancel_order overtook request_payment" in lines
    assert "  The usual order" in lines
    assert "  With 1 deviation" in lines
    assert not (orders / "data").exists()


def test_the_answer_is_json_where_that_is_asked(workbench, orders):
    said = workbench("explore", orders, "placed", "--json", "--for", "60s", "--processes", "1")
    value = json.loads(said.out)
    (explored,) = value["explored"]
    (found,) = explored["findings"]
    assert (value["found"], found["choices"], found["deviations"]) == (
        True,
        [0, 1],
        ["cancel_order overtook request_payment"],
    )
    assert explored["complete"] == 2


def test_nothing_found_is_said_with_its_count(workbench, orders):
    only_placed(orders)
    said = workbench("explore", orders, "--for", "60s", "--processes", "1")
    assert said.code == 0
    assert (
        said.out.splitlines()[0]
        == "An order is placed: no violation in any order, without faults; 1 schedule"
    )
    wrong = workbench("explore", orders, "--faults", "flood")
    assert wrong.code == 2
    assert "'flood' should be one of: crash, duplicate, delay" in wrong.err


def test_what_is_found_is_written_as_a_scenario_that_fails_too(workbench, orders):
    file = orders / "scenarios" / "found.tsk"
    said = workbench("explore", orders, "--for", "60s", "--processes", "1", "--save", file)
    assert f"  Written to {file}" in said.out.splitlines()
    assert '{ deliver: "fulfilment", of: "order.placed" }' in file.read_text()
    tested = workbench("test", orders, "found.tsk")
    assert tested.code == 3
    assert "no_charge_after_cancel does not hold" in tested.out
    again = workbench("explore", orders, "overtook", "--for", "60s", "--processes", "1")
    assert again.code == 1, "nothing was tried"
    first, second = again.out.splitlines()
    assert first == "no scenario to explore:"
    assert second.endswith("overtook request_payment: it names its deliveries, and has one order")


def test_a_scenario_that_arms_faults_is_named_where_it_is_the_only_one(workbench, orders):
    only_placed(orders)
    file = orders / "scenarios" / "race.tsk"
    fault = '{ fault: "fulfilment", kind: "crash" }'
    file.write_text(file.read_text().replace("when: [", f"when: [ {fault}"))
    said = workbench("explore", orders, "--for", "60s", "--processes", "1")
    assert said.code == 1
    assert "  An order is placed: it arms faults; exploring lets its own happen" in said.out.splitlines()


def test_what_is_found_is_written_behind_what_the_file_has_under_a_name_of_its_own(workbench, orders):
    file = orders / "scenarios" / "race.tsk"
    before = file.read_text()
    for _ in range(2):
        said = workbench("explore", orders, "placed", "--for", "60s", "--processes", "1", "--save", file)
        assert said.code == 3
    text = file.read_text()
    assert text.startswith(before.rstrip())
    assert text.count("overtook") >= 2
    assert workbench("test", orders, "race.tsk").code == 3, "it is read, and what was found fails"


@pytest.mark.parametrize("name", ["project.tsk", "domain.py", "nowhere/found.tsk", "scenarios", "plain.txt"])
def test_where_nothing_can_be_written_is_told_before_it_is_explored(workbench, orders, name):
    (orders / "domain.py").touch()
    (orders / "plain.txt").write_text("mine")
    before = (orders / "project.tsk").read_bytes()
    said = workbench("explore", orders, "--for", "60s", "--save", orders / name)
    assert (said.code, said.out) == (1, "")
    assert "no folder" in said.err or "holds no scenarios; it was left as it is" in said.err
    assert (orders / "project.tsk").read_bytes() == before
    assert (orders / "plain.txt").read_text() == "mine"


def test_what_was_stopped_before_it_was_over_is_not_fine(workbench, orders, monkeypatch):
    async def stopped(_project, scenarios, _plan, *, done, **_more):
        done(Explored(scenario=scenarios[0], exploration=Exploration(scenario="placed")))
        raise asyncio.CancelledError

    monkeypatch.setattr("workbench.services.worlds.exploration.explore_all", stopped)
    said = workbench("explore", orders)
    assert (said.code, said.err) == (1, "workbench: stopped; this was found so far\n")
    assert said.out.startswith("placed: no violation in those tried")


def test_what_is_found_is_saved_though_nobody_hears_of_it(workbench, orders, monkeypatch):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    file = orders / "scenarios" / "found.tsk"
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(sys, "stdout", Gone())
        code = run(["explore", str(orders), "--for", "60s", "--processes", "1", "--save", str(file)])
    assert code == 3
    assert workbench("test", orders, "found.tsk").code == 3


def test_what_is_found_is_told_where_it_cannot_be_saved(workbench, orders, monkeypatch):
    file = orders / "scenarios" / "found.tsk"
    monkeypatch.setattr("workbench.tusk.replace_file", full_disk)
    said = workbench("explore", orders, "--for", "60s", "--processes", "1", "--save", file)
    assert said.code == 1
    assert "No space left on device" in said.err
    assert "Written to" not in said.out
    assert "As a scenario" in said.out
    assert not file.exists()


def test_a_scenario_that_cannot_be_run_is_told_and_others_go_on(workbench, orders):
    only_placed(orders)
    (orders / "scenarios" / "a.tsk").write_text(
        '"Too late" { now: "2024-01-02T00:00:00Z", when: [{ at: "2024-01-01T00:00:00Z" }], then: [] }'
    )
    said = workbench("explore", orders, "--for", "60s", "--processes", "1")
    assert said.code == 1
    first, second = [line for line in said.out.splitlines() if not line.startswith(" ")]
    assert first.startswith(
        "Too late: no violation in those tried, without faults; 0 schedules; "
        "it could not be explored to the end: "
    )
    assert "at 2024-01-01T00:00:00Z has passed" in first
    assert second == "An order is placed: no violation in any order, without faults; 1 schedule"


def test_which_commands_are_generated_and_which_are_not_is_told(workbench, tmp_path):
    folder = copy_sample("orders-declared", tmp_path / "orders")
    said = workbench("explore", folder, "--generate", 2, "--for", "1s", "--processes", 1)
    assert "generated: place_order 2×; left out, as policies, processes or handlers issue them: " in said.err
    assert "confirm_payment" in said.err
    assert "cancel_order" not in said.err, "an operator may give it"


def test_what_breaks_in_the_usual_order_is_told_once(workbench, tmp_path):
    made(
        tmp_path / "one",
        """
[aggregate.hotel]
[event.hotel.offered]
[command.offer]
creates: "hotel"
fields { hotel: "string" }
emit: "hotel.offered"
[invariant.never]
of: "hotel"
always: "false"
""",
        '"Offered" { when: { command: "offer", data: { hotel: "h" } }, then: { event: "hotel.offered" } }',
    )
    said = workbench("explore", tmp_path / "one", "--for", "1s", "--processes", "1")
    assert said.code == 3
    assert said.out.count("WHO") == said.out.count("The usual order") == 1
    assert "With 0 deviations" not in said.out


def test_no_time_is_refused(workbench, orders):
    said = workbench("explore", orders, "--for", "0")
    assert said.code == 2
    assert "'0' should be more than 0" in said.err


def test_generated_commands_are_explored(workbench, tmp_path):
    folder = copy_sample("users-declared", tmp_path / "users")
    said = workbench("explore", folder, "--generate", 3, "--for", "1s", "--processes", 1, "--json").json()
    (one,) = said["explored"]
    assert one["scenario"] == "3 generated commands, seed 1"
    assert one["schedules"] >= 1


FORGETFUL = """from workbench import Aggregate, Command, Definitions, Event
from msgspec import Struct

CALLS = []


class Reserved(Event, frozen=True):
    event_type = "seat.reserved"


class Double(Event, frozen=True):
    event_type = "seat.double"


class Seat(Struct, frozen=True):
    pass


class Reserve(Command):
    command_type, target, creates = "reserve", "seat", None
    seat: str


def decide(_seat, command):
    CALLS.append(command)
    return [Double()] if len(CALLS) == 9 else [Reserved()]


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="seat",
            state=Seat,
            events=(Reserved, Double),
            commands=(Reserve,),
            decide=decide,
            evolve=lambda seat, event: Seat(),
        ),
    ),
)
"""
INVARIANT = """[project]
name: "seats"

[cqrs]
modules: ["domain"]

[invariant.no_double]
of: "seat"
always: "count('seat.double', id) == 0"
"""
TWO_SEATS = """
"Two seats" {
    when: [{ command: "reserve", data: { seat: "1" } }, { command: "reserve", data: { seat: "2" } }]
    then: []
}
"""


def test_what_cannot_be_done_again_is_told_with_its_words_and_without_an_order(workbench, tmp_path):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "project.tsk").write_text(INVARIANT)
    (tmp_path / "domain.py").write_text(FORGETFUL)
    (tmp_path / "scenarios" / "two.tsk").write_text(TWO_SEATS)
    found = tmp_path / "scenarios" / "found.tsk"
    options = ("--for", "60s", "--processes", "1", "--faults", "duplicate", "--trust", "--save", found)
    said = workbench("explore", tmp_path, *options)
    assert said.code == 3
    assert "no_double does not hold for seat-2" in said.out
    assert "it could not be done again: the model does not do the same each time" in said.out
    assert "The usual order" not in said.out
    assert not found.exists()

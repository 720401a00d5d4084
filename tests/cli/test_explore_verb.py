"""Exploring from the command line: ends, findings in words, exit codes."""

from __future__ import annotations

import json

import pytest

from tests.services.worlds.race import only_placed, orders_that_race
from workbench.project.samples import copy_sample


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
    assert said.out.splitlines()[0] == "An order is placed: no violation in any order; 1 schedule"
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
    assert again.out.splitlines() == [
        "no scenario to explore: those that name deliveries have one order only"
    ]


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


def test_a_scenario_that_cannot_be_run_is_told_and_others_go_on(workbench, orders):
    only_placed(orders)
    (orders / "scenarios" / "a.tsk").write_text(
        '"Too late" { now: "2024-01-02T00:00:00Z", when: [{ at: "2024-01-01T00:00:00Z" }], then: [] }'
    )
    said = workbench("explore", orders, "--for", "60s", "--processes", "1")
    assert said.code == 1
    first, second = [line for line in said.out.splitlines() if not line.startswith(" ")]
    assert first.startswith(
        "Too late: no violation in those tried; 0 schedules; it could not be explored to the end: "
    )
    assert "at 2024-01-01T00:00:00Z has passed" in first
    assert second == "An order is placed: no violation in any order; 1 schedule"


def test_which_commands_are_generated_and_which_are_not_is_told(workbench, tmp_path):
    folder = copy_sample("orders-declared", tmp_path / "orders")
    said = workbench("explore", folder, "--generate", 2, "--for", "1s", "--processes", 1)
    assert "generated: place_order 2×; left out, as policies, processes or handlers issue them: " in said.err
    assert "confirm_payment" in said.err
    assert "cancel_order" not in said.err, "an operator may give it"


def test_generated_commands_are_explored(workbench, tmp_path):
    folder = copy_sample("users-declared", tmp_path / "users")
    said = workbench("explore", folder, "--generate", 3, "--for", "1s", "--processes", 1, "--json").json()
    (one,) = said["explored"]
    assert one["scenario"] == "3 generated commands, seed 1"
    assert one["schedules"] >= 1

"""Scenarios from the command line: a line each, what differs, exit codes, reports for build servers."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from tests.services.worlds.race import made
from workbench.project.samples import copy_sample

WRONG = """
"A wrong one" {
    when: { command: "report_outage", data: { domain: "a.org" } }
    then: { event: "outage.reported", data: { domain: "b.org" } }
}
"""


@pytest.fixture
def folder(tmp_path):
    """The users sample with the waits that its scenarios speak of."""
    return copy_sample("users", tmp_path / "users")


@pytest.fixture
def wrong(folder):
    path = folder / "scenarios" / "wrong.tsk"
    path.write_text(WRONG)
    return path


def test_the_scenarios_of_a_sample_pass_and_leave_no_store(workbench, folder):
    said = workbench("test", folder)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert "passed  scenarios/accounts.tsk: A suspension needs a reason" in lines
    assert lines[-1] == f"{len(lines) - 1} passed"
    assert not (folder / "data").exists()


def test_names_choose_by_sentence_and_by_file(workbench, folder):
    said = workbench("test", folder, "needs a REASON", "mail.tsk")
    assert "A suspension needs a reason" in said.out
    assert "mail.tsk: " in said.out
    assert "accounts.tsk: An account is opened once" not in said.out
    unknown = workbench("test", folder, "A suspnsion needs a reason")
    assert unknown.code == 1
    assert "did you mean A suspension needs a reason?" in unknown.err


def test_a_failure_says_what_was_expected_and_where(workbench, wrong, folder):
    said = workbench("test", folder, "wrong")
    assert said.code == 3
    assert said.out.splitlines()[:3] == [
        "failed  scenarios/wrong.tsk: A wrong one",
        '        scenarios/wrong.tsk:4:11: data.domain: expected "b.org", happened "a.org"',
        "        Events",
    ]
    assert said.out.splitlines()[-1] == "1 failed"


def test_V3_a_scenario_that_asserts_nothing_counts_as_none_that_passed(workbench, folder):
    data = '{ username: "ada", email: "ada@example.org", status: "active" }'
    given = f'{{ event: "user.created", stream: "user-1", data: {data} }}'
    file = folder / "scenarios" / "open.tsk"
    file.write_text(f'"Nothing is said" {{ given: [{given}], then: [] }}')
    said = workbench("test", folder, "open.tsk")
    assert (said.code, said.out.splitlines()[-1]) == (0, "1 asserts nothing")
    assert said.out.startswith("passed, asserts nothing scenarios/open.tsk: Nothing is said")


GUARDED = """
[aggregate.hotel]
state { asked { type: "integer", default: 0 } }
[event.hotel.offered]
[event.hotel.freed]
set { asked: "state.asked - 1" }
[command.offer]
creates: "hotel"
fields { hotel: "string" }
emit: "hotel.offered"
[command.free]
changes: "hotel"
fields { hotel: "string" }
emit: "hotel.freed"
[policy.freeing]
on: "hotel.offered"
issue: "free"
with { hotel: "id" }
"""
INVARIANT = """
[invariant.not_too_low]
of: "hotel"
always: "state.asked >= -1"
"""
ORDER = """"An order" {
    when: [{ command: "offer", data: { hotel: "h" } }, { deliver: "freeing" }]
    then: []
}
"""


@pytest.mark.parametrize(("invariant", "said"), [(INVARIANT, "1 passed"), ("", "1 asserts nothing")])
def test_W24_an_order_that_is_named_guards_the_invariants_of_the_project(
    workbench, tmp_path, invariant, said
):
    made(tmp_path / "hotel", GUARDED + invariant, ORDER)
    lines = workbench("test", tmp_path / "hotel").out.splitlines()
    assert lines[-1] == said
    told = "passed, guards the invariants only" if invariant else "passed, asserts nothing"
    assert lines[0].startswith(f"{told} ")


def test_a_file_with_mistakes_is_told_and_the_others_run(workbench, folder):
    (folder / "scenarios" / "z.tsk").write_text('"x" { when: { command: "fly" }, then: [] }')
    said = workbench("test", folder)
    assert said.code == 3
    assert said.out.startswith("scenarios/z.tsk:1:24: S-REF the model has no command fly (known: ")
    assert said.out.splitlines()[-1].endswith(" passed, 1 mistake: scenarios that were not read")
    checked = workbench("check", folder)
    assert checked.code == 3
    assert "scenarios/z.tsk:1:24: S-REF the model has no command fly" in checked.out


def test_json_holds_all_that_is_known(workbench, wrong, folder):
    said = workbench("test", folder, "wrong", "--json").json()
    assert {key: said[key] for key in ("project", "passed", "failed", "broken", "mistakes")} == {
        "project": "users",
        "passed": 0,
        "failed": 1,
        "broken": 0,
        "mistakes": [],
    }
    (one,) = said["scenarios"]
    assert (one["file"], one["line"], one["name"], one["verdict"]) == (
        "scenarios/wrong.tsk",
        2,
        "A wrong one",
        "failed",
    )
    assert 'expected "b.org"' in one["told"]


def test_junit_is_written_for_build_servers(workbench, wrong, folder, tmp_path):
    said = workbench("test", folder, "--junit", tmp_path / "out.xml")
    assert said.code == 3
    root = fromstring((tmp_path / "out.xml").read_bytes())
    assert root.get("failures") == "1"
    assert int(root.get("tests")) == len(said.out.splitlines()) - 1 - said.out.count("\n        ")
    (failure,) = root.iter("failure")
    assert failure.get("message").endswith('data.domain: expected "b.org", happened "a.org"')
    away = workbench("test", folder, "--junit", tmp_path / "none" / "out.xml")
    assert away.code == 1
    assert "cannot be written" in away.err


def test_a_project_without_scenarios_says_where_they_stand(workbench, folder):
    for path in (folder / "scenarios").iterdir():
        path.unlink()
    said = workbench("test", folder)
    assert (said.code, said.out) == (0, "nothing to run\n")
    assert "scenarios/*.tsk" in said.err


def test_what_nobody_trusted_is_not_run(workbench, folder):
    module = folder / "domain.py"
    module.write_text(module.read_text() + "\n# changed\n")
    said = workbench("test", folder)
    assert said.code == 1
    assert "running scenarios needs the model" in said.err
    assert workbench("test", folder, "--trust").code == 0
    assert workbench("test", folder / "none").code == 1


def test_names_may_stand_behind_options(workbench, folder):
    said = workbench("test", folder, "--trust", "needs a reason", "--json", "mail.tsk").json()
    names = [one["name"] for one in said["scenarios"]]
    assert "A suspension needs a reason" in names
    assert len(names) == said["passed"] > 5


def test_without_a_project_it_asks_for_one_alone(workbench):
    said = workbench("test")
    assert said.code == 2
    assert said.err.startswith(
        "workbench test: no project is named, and this folder has no project.tsk; give a"
    )

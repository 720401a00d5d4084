"""What of a model its scenarios try, and what they do not."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.errors import NotFound
from workbench.model.clock import SystemClock
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.project.scenarios import find_scenarios, read_scenarios
from workbench.services.scenarios import Scenarios, chosen
from workbench.services.scenarios.coverage import coverage, summary
from workbench.services.scenarios.log_deeds import fits_reason

DATA = '{ username: "Ada", email: "a@b.org", status: "active" }'
ADA = f'{{ event: "user.created", stream: "user-ada", data: {DATA} }}'


@pytest.fixture(scope="module")
def project():
    return load_project(asset("samples", "users-declared"), environ={}, trusted=True)


def tried(found, command):
    return {
        (one.kind, one.name.partition(": ")[2] or one.name)
        for one in found
        if one.tried and one.command == command
    }


async def told(project, text, *, run=True):
    scenarios = read_scenarios(text, "s.tsk", project.registry)
    service = Scenarios(project, SystemClock())
    runs = [(one, await service.run_one(one) if run else None) for one in scenarios]
    return coverage(project.registry, runs).of_commands()


async def test_without_scenarios_nothing_is_tried(project):
    found = coverage(project.registry, ()).of_commands()
    assert not any(one.tried for one in found)
    assert [one.command for one in found if one.kind == "command"] == list(project.registry.commands)
    assert summary(found, "refusal", "refusal") == "0 of 5 refusals tried"
    assert summary((), "refusal", "refusal") == ""


async def test_what_came_is_tried_though_nobody_expects_it(project):
    command = '{ command: "update_user", data: { user_id: "ada", username: "Eve" } }'
    text = f'"x" {{ given: {ADA}, when: {command}, then: [] }}'
    assert tried(await told(project, text), "update_user") == {
        ("command", "update_user"),
        ("event", "user.updated"),
    }
    assert tried(await told(project, text, run=False), "update_user") == {("command", "update_user")}


async def test_a_refusal_is_tried_by_its_words(project):
    command = '{ command: "update_user", data: { user_id: "ada", username: "Ada" } }'
    text = f'"x" {{ given: {ADA}, when: {command}, then: {{ rejected: "update_user" }} }}'
    found = await told(project, text)
    assert tried(found, "update_user") == {("command", "update_user"), ("refusal", "nothing would change")}
    assert summary(found, "refusal", "refusal") == "1 of 5 refusals tried"
    (other,) = [
        one for one in found if one.kind == "refusal" and one.command == "update_user" and not one.tried
    ]
    assert other.words.endswith("a suspended account cannot be changed; activate it first")


def test_a_reason_may_have_holes_and_its_condition_colons():
    rule = "when a ? b : c: the account is ‹its status› already"
    assert fits_reason(rule, "the account is active already")
    assert not fits_reason(rule, "the account is active")
    assert not fits_reason(rule, "")


FLOW = """
[aggregate.parcel]
state { status: "string" }

[command.send]
creates: "parcel"
fields { parcel_id: "string", weight: "integer" }
do {
    heavy { emit: "parcel.sent", when: "command.weight > 10" }
    light { emit: "parcel.sent", when: "command.weight <= 10" }
}

[event.parcel.sent]
fields { parcel_id: "string", weight: "integer" }
set { status: "'sent'" }

[command.insure]
changes: "parcel"
fields { parcel_id: "string" }
refuse { insured { when: "state.status == 'insured'", message: "it is insured" } }
emit: "parcel.insured"

[event.parcel.insured]
set { status: "'insured'" }

[command.close]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.closed"

[event.parcel.closed]
set { status: "'closed'" }

[policy.insurer]
on: "parcel.sent"
do {
    huge { issue: "insure", when: "event.weight > 1000" }
    big { issue: "insure", when: "event.weight > 100", refused { issue: "close" } }
    late { issue: "close", after: "1d", otherwise: true }
}

[handler.weigh]
event: "parcel.sent"
fail { broken { when: "data.weight == 7 && attempt < 2", message: "the scale fails at {data.weight}" } }

[topics]
parcels {}
[routing]
sent { pattern: "parcel.sent", topics: ["parcels"] }
[subscriptions]
scale { topic: "parcels", handler: "weigh", retry_delay: "1s" }
"""


@pytest.fixture
def parcels(tmp_path):
    (tmp_path / "project.tsk").write_text(FLOW)
    return load_project(tmp_path, environ={}, trusted=True)


async def covered(project, text):
    scenarios, service = read_scenarios(text, "s.tsk", project.registry), Scenarios(project, SystemClock())
    return coverage(project.registry, [(one, await service.run_one(one)) for one in scenarios])


def sent(weight):
    return f'{{ command: "send", data: {{ parcel_id: "1", weight: {weight} }} }}'


def by_words(found, *, tried):
    return {one.words for one in found.of_reactions() if one.tried is tried}


BIG = "insurer issues insure on parcel.sent: when event.weight > 1000 or when event.weight > 100"
ANSWER = "insurer issues close on parcel.sent: if insure is refused"
LATE = "insurer issues close on parcel.sent: after 1d, otherwise"
FAILS = "scale fails: broken, when data.weight == 7 && attempt < 2: the scale fails at ‹weight of the data›"


async def test_W20_branches_are_tried_by_what_ran_and_ways_that_are_alike_are_one(parcels):
    found = await covered(parcels, f'"a" {{ when: {sent(200)}, then: [] }}')
    assert by_words(found, tried=True) == {BIG}
    assert by_words(found, tried=False) == {ANSWER, LATE, FAILS}
    assert [one.words for one in found.of_commands() if one.command == "send"] == [
        "send is issued",
        "send leads to parcel.sent",
    ]
    assert found.unread == ("parcel.insured", "parcel.closed")
    both = f'"a" {{ when: {sent(50)}, then: [] }}\n"b" {{ when: {sent(2000)}, then: [] }}'
    found = await covered(parcels, both)
    assert by_words(found, tried=False) == {FAILS}  # two ways led to insure: the second one was refused


async def test_W20_a_failure_that_another_try_mended_was_tried(parcels):
    found = await covered(parcels, f'"a" {{ when: {sent(7)}, then: [] }}')
    assert FAILS in by_words(found, tried=True)


async def test_W20_what_is_expected_counts_where_nothing_ran(parcels):
    text = f'"a" {{ when: {sent(200)}, then: {{ command: "insure", by: "insurer" }} }}'
    (one,) = read_scenarios(text, "s.tsk", parcels.registry)
    found = coverage(parcels.registry, [(one, None)])
    assert by_words(found, tried=True) == {BIG}
    assert found.upto is None
    assert {one.happened for one in found.tries} == {None}


def test_W20_the_part_that_is_tried_and_what_never_happened(parcels):
    deeds = {("command", "send"): 3, ("event", "send", "parcel.sent"): 3}
    found = coverage(parcels.registry, (), deeds, 9)
    assert (found.tried, found.percent, found.upto) == (0, 0.0, 9)
    assert [one.happened for one in found.tries[:2]] == [3, 3]
    assert len(found.never()) == len(found.tries) - 2
    assert coverage(Registry(), ()).percent == 100.0


def test_W20_a_scenario_that_does_not_load_is_no_try_and_not_none(project, tmp_path):
    (tmp_path / "scenarios").mkdir()
    text = f'"wrong" {{ given: {ADA}, when: {{ command: "update_user", data: {{ nmae: "x" }} }}'
    (tmp_path / "scenarios" / "a.tsk").write_text(text + ', then: { event: "user.updated" } }')
    (file,) = find_scenarios(tmp_path, project.registry)
    none, found = coverage(project.registry, []), coverage(project.registry, [], unread=file.unread)
    assert found.tried == none.tried == 0
    assert {*none.never()} - {*found.never()} == {
        one for one in none.tries if one.command == "update_user" and one.kind in {"command", "event"}
    }
    (event,) = [one for one in found.tries if one.command == "update_user" and one.kind == "event"]
    assert (event.tried, event.lacks) == (False, False)
    assert [one.title for one in event.unread] == ["scenarios/a.tsk: wrong"]


def test_a_scenario_that_does_not_load_is_known_by_its_name(project, tmp_path):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "a.tsk").write_text('"It fails" { when: { command: "fly" }, then: [] }')
    files = find_scenarios(tmp_path, project.registry)
    assert chosen(files, ["it fails"]) == []
    with pytest.raises(NotFound, match="no scenario is called other") as told:
        chosen(files, ["other"])
    assert told.value.hint == "the project has 0 scenarios, and 1 more with mistakes"

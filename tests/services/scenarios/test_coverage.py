"""What of a model its scenarios try, and what they do not."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.model.clock import SystemClock
from workbench.project.project import load_project
from workbench.project.scenarios import read_scenarios
from workbench.services.scenarios import Scenarios
from workbench.services.scenarios.coverage import fits_reason, summary, tries

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
    return tries(project.registry, [(one, await service.run_one(one) if run else None) for one in scenarios])


async def test_without_scenarios_nothing_is_tried(project):
    found = tries(project.registry, ())
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

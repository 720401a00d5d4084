"""What an item of a scenario can be, and the form in which it is said."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.project.project import load_project
from workbench.project.scenarios import read_scenarios, write_item
from workbench.services.scenarios.scenario_edits import WrittenStep
from workbench.services.scenarios.step_forms import UUID, begun, changed_facts, form_of, head_of, kinds

SAMPLES = ("users", "orders-declared", "users-declared")


@pytest.fixture(scope="module", params=SAMPLES)
def registry(request):
    return load_project(asset("samples", request.param), environ={}, trusted=True).registry


@pytest.fixture(scope="module")
def declared():
    return load_project(asset("samples", "users-declared"), environ={}, trusted=True).registry


def kind(registry, part, words):
    (found,) = [one for one in kinds(registry, part) if one.words == words]
    return found


def said(part, **facts):
    return WrittenStep(part=part, number=0, text="", said=(facts,))


def test_all_that_can_be_added_reads_back(registry):
    for part, frame in (
        ("given", '"x" { given: [ITEM], then: [] }'),
        ("when", '"x" { when: ITEM, then: [] }'),
        ("then", '"x" { then: ITEM }'),
    ):
        found = kinds(registry, part)
        assert len({one.words for one in found}) == len(found)
        for one in found:
            facts = begun(registry, one, ())
            if isinstance(facts, dict) and facts.get(head_of(facts, part)) == "":
                facts[head_of(facts, part)] = "some"
            (scenario,) = read_scenarios(frame.replace("ITEM", write_item(facts)), "a.tsk", registry)
            assert scenario.given or scenario.when or scenario.then or scenario.no_other_events


def test_streams_and_ids_are_those_of_the_scenario_so_far(declared):
    event = kind(declared, "given", "event user.created")
    assert begun(declared, event, ())["stream"] == "user-ada"
    assert (
        begun(declared, event, (said("given", event="user.updated", stream="user-ada"),))["stream"]
        == "user-ada"
    )
    issued = said("when", command="update_user", data={"user_id": "eve"})
    assert begun(declared, event, (issued,))["stream"] == "user-eve"
    command = kind(declared, "when", "command update_user")
    given = (said("given", event="user.created", stream="user-ada"),)
    assert begun(declared, command, given)["data"]["user_id"] == "ada"


def test_what_is_proposed_fits_one_another_and_is_taken(registry):
    for part in ("given", "when"):
        for one in kinds(registry, part):
            if not (isinstance(one.facts, dict) and "event" in one.facts):
                continue
            event = begun(registry, one, ())
            aggregate, _, name = event["stream"].partition("-")
            step = said("given", **event)
            for command in registry.commands.values():
                if command.aggregate != aggregate:
                    continue
                asked = begun(registry, kind(registry, "when", f"command {command.name}"), (step,))
                assert asked["data"][command.target] == name
                assert event["data"].get(command.target, name) == name
                command.parse(asked["data"])


def test_an_id_that_cannot_stand_in_a_field_is_not_proposed_for_it():
    orders = load_project(asset("samples", "orders-declared"), environ={}, trusted=True).registry
    paid = kind(orders, "when", "command mark_paid")
    named = said("given", event="order.placed", stream="order-1")
    assert begun(orders, paid, (named,))["data"] == {"order_id": UUID}
    real = "65b8ff5a-edb4-5d3e-a634-bc8e08055ff0"
    placed = said("given", event="order.placed", stream=f"order-{real}")
    assert begun(orders, paid, (placed,))["data"] == {"order_id": real}
    paid = begun(orders, kind(orders, "given", "event order.paid"), (placed,))
    assert paid == {"event": "order.paid", "stream": f"order-{real}", "data": {"order_id": real}}
    asked = begun(orders, kind(orders, "given", "event payment.requested"), (placed,))
    assert asked["stream"] == f"payment-{asked['data']['order_id']}"
    then = begun(orders, kind(orders, "then", "event order.paid"), ())
    assert then == {"event": "order.paid", "stream": f"order-{UUID}"}


def test_an_event_is_filled_with_the_examples_of_what_its_command_asks_for(declared):
    data = begun(declared, kind(declared, "given", "event user.created"), ())["data"]
    assert data["username"] == "Ada Lovelace"


def test_a_form_has_the_data_first_and_what_must_follow_can_be_left_out(declared):
    form = form_of(declared, "given", {"event": "user.created", "stream": "user-1", "data": {}})
    assert list(form["properties"]) == ["data", "stream", "at"]
    assert "username" in form["properties"]["data"]["required"]
    form = form_of(declared, "then", {"event": "user.created", "exactly": {}})
    assert list(form["properties"]) == ["exactly", "stream", "at"]
    assert form["properties"]["exactly"]["required"] == []
    assert form["required"] == ["exactly"]
    form = form_of(declared, "then", {"rejected": "update_user"})
    assert "username" in form["properties"]["field"]["enum"]
    form = form_of(declared, "then", {"row": "ada", "projection": "users"})
    assert list(form["properties"]) == ["data", "row"]
    assert form["properties"]["row"]["title"] == "Key"
    assert "user_id" not in form["properties"]["data"]["properties"]
    assert form_of(declared, "when", {"after": "1h"})["required"] == ["after"]
    assert form_of(declared, "given", {"event": "unknown"})["properties"].keys() == {"stream", "at"}


def test_what_a_form_does_not_change_stays_as_it_was():
    facts = {"event": "a", "version": 1, "data": {"x": 1, "y": None, "z": {"deep": [1]}}}
    before = {"stream": "", "data": {"x": 1, "y": None, "w": None, "z": {"deep": [1]}}}
    assert changed_facts(facts, before, before) == facts
    after = {"stream": "s-1", "data": {"x": True, "y": None, "w": "w", "z": {"deep": [2]}}}
    assert changed_facts(facts, before, after) == {
        "event": "a",
        "version": 1,
        "stream": "s-1",
        "data": {"x": True, "y": None, "w": "w", "z": {"deep": [2]}},
    }
    assert changed_facts(facts, before, {"stream": "", "data": {"y": None}})["data"] == {"y": None}
    assert changed_facts({"event": "a"}, {"data": {"x": None}}, {"data": {"x": None}}) == {"event": "a"}

"""The model as a story: which slices there are, what stands in them, and what leads to what."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from workbench.gui.board.blueprint import Blueprint, blueprint_of, in_words
from workbench.project.project import load_project

RESOURCES = ROOT / "resources"
PAYING = """
[project]
name: "paying"

[topics]
told {}

[routing]
all { pattern: "bill.*", topics: "told" }

[subscriptions]
mail { topic: "told", handler: "thank" }

[aggregate.bill]
[event.bill.paid]
fields { bill_id: "string" }
[event.bill.lost]
fields { bill_id: "string" }
[command.pay]
creates: "bill"
by: ["customer", "bank"]
fields { bill_id: "string" }
emit: "bill.paid"
[handler.thank]
event: "bill.paid"
publish: "told"
type: "thanks"
[policy.again]
on: "bill.paid"
issue: "pay"
refused: "nothing"
[actor.customer]
[external.bank]
"""


def blueprint_in(folder: Path, order=()) -> Blueprint:
    return blueprint_of(load_project(folder, environ={}, trusted=True).registry, order)


def stands(blueprint: Blueprint, name: str) -> list[list[str]]:
    (found,) = [one for one in blueprint.slices if one.id == name]
    return [[card.key for card in cell] for cell in found.cells]


def titles(blueprint: Blueprint) -> list[str]:
    return [one.title for one in blueprint.slices]


def reads(blueprint: Blueprint, target: str) -> set[str]:
    return {wire.source for wire in blueprint.wires if wire.target == target and wire.kind == "reads"}


@pytest.fixture
def orders() -> Blueprint:
    return blueprint_in(RESOURCES / "samples" / "orders-declared")


@pytest.fixture
def paying(tmp_path) -> Blueprint:
    (tmp_path / "project.tsk").write_text(PAYING, encoding="utf-8")
    return blueprint_in(tmp_path)


def test_the_story_goes_along_the_longest_path_and_read_models_end_it(orders):
    assert titles(orders) == [
        "Place order",
        "Request payment",
        "Confirm payment",
        "Decline payment",
        "Mark paid",
        "Cancel order",
        "Retry payment",
        "Ship order",
        "Fulfilment",
        "Orders",
    ]


def test_a_slice_has_its_trigger_its_command_and_its_events_in_lanes(orders):
    assert [lane.title for lane in orders.lanes] == [
        "Triggers",
        "Commands, read models",
        "Order events",
        "Payment events",
    ]
    assert stands(orders, "command:request_payment") == [
        ["subscription:fulfilment"],
        ["command:request_payment"],
        [],
        ["event:payment.requested"],
    ]


def test_what_is_seen_again_is_a_ghost_without_fields(orders):
    again = orders.cards["event:payment.requested@command:retry_payment"]
    assert (again.ghost, again.node, again.fields) == (True, "event:payment.requested", ())
    assert not orders.cards["event:payment.requested"].ghost
    assert [card.key for card in orders.cards.values() if card.ghost == (card.key == card.node)] == []


def test_only_what_leads_to_a_command_is_wired_to_its_trigger(orders):
    assert reads(orders, "subscription:fulfilment") == {"event:order.placed"}
    assert reads(orders, "subscription:fulfilment@command:mark_paid") == {"event:payment.confirmed"}
    last = reads(orders, "subscription:fulfilment@subscription:fulfilment")
    assert last == {"event:order.shipped", "event:order.cancelled"}


def test_a_handler_says_its_subscription_and_topic(orders):
    card = orders.cards["subscription:card-terminal"]
    assert (card.kind, card.title) == ("handler", "charge_card")
    assert [(one.name, one.type) for one in card.fields] == [("card-terminal", "on payments")]


def test_where_a_python_process_does_not_say_what_leads_to_what_the_order_is_as_declared():
    blueprint = blueprint_in(RESOURCES / "samples" / "orders")
    order = titles(blueprint)
    assert order.index("Request payment") < order.index("Mark paid") < order.index("Ship order")
    assert reads(blueprint, "subscription:fulfilment") == {"event:order.placed"}
    assert "event:order.shipped" in reads(blueprint, "subscription:fulfilment@subscription:fulfilment")
    assert not [wire for wire in blueprint.wires if "@" in wire.source and wire.kind == "reads"]


def test_where_no_command_is_known_to_emit_an_event_it_has_a_slice_and_commands_lead_to_the_lane():
    blueprint = blueprint_in(RESOURCES / "samples" / "users")
    assert ("command:create_user", "aggregate:user") in {(one.source, one.target) for one in blueprint.wires}
    order = [one.id for one in blueprint.slices]
    assert order.index("event:user.created") > order.index("command:change_status")


def test_who_gives_a_command_stands_above_it(paying):
    assert stands(paying, "command:pay")[0][:3] == [
        "external:customer",
        "external:bank",
        "subscription:again",
    ]
    assert paying.cards["external:customer"].kind == "actor"
    assert paying.cards["external:bank"].kind == "external"


def test_what_leads_to_itself_is_told_by_ghosts_and_nothing_leads_back(paying):
    assert reads(paying, "subscription:again") == {"event:bill.paid@command:pay"}
    assert stands(paying, "command:pay")[2] == ["event:bill.paid", "event:bill.paid@command:pay"]
    assert reads(paying, "subscription:mail") == {"event:bill.paid", "subscription:mail@subscription:mail"}


def test_what_nothing_emits_has_a_slice(paying):
    assert stands(paying, "event:bill.lost")[2] == ["event:bill.lost"]


def test_a_person_s_order_is_kept():
    folder = RESOURCES / "samples" / "users-declared"
    first = [one.id for one in blueprint_in(folder).slices]
    wanted = ["projection:outages", "command:create_user"]
    after = [one.id for one in blueprint_in(folder, wanted).slices]
    swapped = {wanted[0]: wanted[1], wanted[1]: wanted[0]}
    assert after == [swapped.get(one, one) for one in first]


@pytest.mark.parametrize(
    ("name", "words"), [("place_order", "Place order"), ("a.b-c", "A b c"), ("ÄB", "ÄB"), ("_", "_")]
)
def test_names_become_words(name, words):
    assert in_words(name) == words

"""What the board's strip tells of a chosen node: its rules, and when something flows from it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from workbench.assets import asset
from workbench.gui.views.board_details import NAMED, ROOMY, DetailsStrip, Live, rules
from workbench.gui.views.board_model import model_graph
from workbench.model.registry import Registry
from workbench.project.project import load_project

STILL = Live(flow={}, subscriptions={}, projections={})


@pytest.fixture
def auction() -> Registry:
    return load_project(asset("templates", "auction"), environ={}, trusted=True).registry


def shown(registry: Registry, node: str, qtbot: QtBot) -> DetailsStrip:
    strip, graph = DetailsStrip(), model_graph(registry, {})
    qtbot.addWidget(strip)
    strip.resize(ROOMY, 200)
    strip.show_node(graph, graph.by_id[node], registry, STILL)
    return strip


def test_a_command_says_its_names_and_why_it_refuses(auction: Registry, qtbot: QtBot) -> None:
    strip = shown(auction, "command:place_bid", qtbot)
    said = strip._rules.text().splitlines()
    assert said[0] == "names highest: state.bids.size() == 0 ? null : state.bids[0]"
    assert said[2] == "refuses little: when command.amount < state.least: bids begin at {state.least}"


def test_an_event_says_what_it_sets_and_a_process_how_it_goes_on(auction: Registry, qtbot: QtBot) -> None:
    strip = shown(auction, "event:auction.closed", qtbot)
    assert strip._rules.text() == "sets phase: 'closed'"
    strip = shown(auction, "subscription:closing", qtbot)
    said = strip._texts[strip._ways].splitlines()
    assert "closing issues close_auction on auction.opened: at event.closes_at" in said
    assert "closing withdraws close_auction on auction.extended" in said
    assert strip._rules.text() == "on auction.opened ignores the refusal of close_auction"


def test_what_is_too_much_to_show_is_counted_and_in_the_tip(auction: Registry, qtbot: QtBot) -> None:
    strip = shown(auction, "command:place_bid", qtbot)
    lines = [f"line {number}" for number in range(NAMED + 2)]
    strip._put(strip._ways, "\n".join(lines))
    assert strip._ways.text().splitlines() == [*lines[:NAMED], "and 2 more"]
    assert lines[-1] in strip._ways.toolTip()
    strip.resize(ROOMY - 1, 200)
    assert strip._ways.text().splitlines() == [*lines[: NAMED // 2], f"and {NAMED // 2 + 2} more"]


def test_what_the_model_does_not_have_any_more_has_no_rules(auction: Registry) -> None:
    graph = model_graph(auction, {})
    assert rules(Registry(), graph.by_id["subscription:closing"]) == ""

"""What the board's details tell of a chosen node besides its text: its rules, and when something flows."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.board.designing import board_of
from workbench.assets import asset
from workbench.gui.board.board_graph import BoardGraph, BoardNode
from workbench.gui.desk import Desk
from workbench.gui.views.about_pane import AboutPane
from workbench.gui.views.board_details import Live, counts, neighbours, rules, ways
from workbench.gui.views.board_model import model_graph
from workbench.model.registry import Registry
from workbench.project.project import load_project


@pytest.fixture(scope="module")
def auction() -> Registry:
    return load_project(asset("templates", "auction"), environ={}, trusted=True).registry


def node_of(registry: Registry, node: str) -> tuple[BoardGraph, BoardNode]:
    graph = model_graph(registry, {})
    return graph, graph.by_id[node]


def test_a_command_says_its_names_and_why_it_refuses(auction: Registry) -> None:
    said = rules(auction, node_of(auction, "command:place_bid")[1]).splitlines()
    assert said[0] == "names highest: state.bids.size() == 0 ? null : state.bids[0]"
    assert said[2] == "refuses little: when command.amount < state.least: bids begin at ‹its least›"


def test_an_event_says_what_it_sets_and_a_process_how_it_goes_on(auction: Registry) -> None:
    assert rules(auction, node_of(auction, "event:auction.closed")[1]) == "sets phase: 'closed'"
    graph, closing = node_of(auction, "subscription:closing")
    said = ways(auction, graph, closing).splitlines()
    opened = "closing issues close_auction on auction.opened: at event.closes_at, with auction_id = id"
    assert f"{opened}, its refusal is ignored" in said
    assert "closing withdraws close_auction on auction.extended" in said
    assert rules(auction, closing).splitlines()[0] == "keeps closes_at: date-time"


def test_every_neighbour_is_named(auction: Registry) -> None:
    graph, aggregate = node_of(auction, "aggregate:auction")
    said = neighbours(graph, aggregate)
    others = [*graph.sources[aggregate.id], *graph.targets[aggregate.id]]
    assert len(others) > 4
    assert all(graph.by_id[one].title in said for one in others)


def test_what_there_is_nothing_to_say_of_has_no_heading(qtbot: QtBot) -> None:
    about = AboutPane()
    qtbot.addWidget(about)
    about.show_parts({"rules": "refuses"})
    assert not about.parts["rules"].isHidden()
    assert not about.heads["rules"].isHidden()
    assert about.heads["ways"].isHidden()


def test_what_the_model_does_not_have_any_more_has_no_rules(auction: Registry) -> None:
    assert rules(Registry(), node_of(auction, "subscription:closing")[1]) == ""


def test_a_command_counts_how_it_ended(auction: Registry) -> None:
    node = node_of(auction, "command:place_bid")[1]
    said = lambda flow: counts(node, Live(flow=flow, subscriptions={}, projections={}))  # noqa: E731
    assert said({}) == "0 accepted since the project was opened"
    ended = {"command:place_bid": 2, "rejected:place_bid": 1, "failed:place_bid": 3, "failed:other": 9}
    assert said(ended) == "2 accepted, 1 rejected, 3 failed since the project was opened"


async def test_name_and_kind_stand_in_one_line_below_the_board(desk: Desk, qtbot: QtBot, until: Any) -> None:
    board = board_of(desk, qtbot, 640, 420)
    await until(lambda: board.editor.state.text.project.text and board.scene.cards())
    board.resize(640, 420)
    board.split.show_details()
    title, kind = board.details._title, board.details._kind
    await until(lambda: title.isVisible() and title.geometry().bottom() > kind.geometry().top())
    assert kind.geometry().left() > title.geometry().right()
    board.resize(1300, 800)
    await until(lambda: kind.geometry().top() >= title.geometry().bottom())

"""The board's graph from the registrations, and what moves along it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.gui.board.board_graph import KINDS, BoardGraph
from workbench.gui.views.board_details import ways
from workbench.gui.views.board_model import Pulse, badges, model_graph, pulses
from workbench.model.messaging import Mode, Route, Routing, Subscription, Topic
from workbench.model.model_flow import ModelFlow
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.project.project import load_project
from workbench.project.samples import copy_sample
from workbench.services.documents.mermaid import flow_diagram


@pytest.fixture
def orders(tmp_path: Path) -> Registry:
    return load_project(copy_sample("orders", tmp_path / "orders"), environ={}, trusted=True).registry


def test_the_model_is_drawn_from_its_registrations(orders: Registry) -> None:
    graph = model_graph(orders, {})
    assert graph.by_id["subscription:fulfilment"].kind == "process"
    assert graph.by_id["subscription:retry-or-cancel"].kind == "policy"
    assert {
        ("command:place_order", "aggregate:order"),
        ("command:place_order", "event:order.placed"),
        ("event:order.placed", "projection:orders"),
        ("event:payment.failed", "subscription:retry-or-cancel"),
        ("subscription:retry-or-cancel", "command:cancel_order"),
        ("topic:payments", "subscription:card-terminal"),
    } <= set(graph.pairs)


PRINTS = Subscription(name="prints", topic="print", handler="print", mode=Mode.POINT_TO_POINT, workers=3)


def built(**parts: Any) -> BoardGraph:
    return model_graph(
        build_registry([Definitions(handlers={"print": lambda _message, _context: None})], **parts), {}
    )


def test_P6_a_queue_looks_different_from_publish_and_subscribe() -> None:
    heard = Subscription(name="heard", topic="news", handler="print")
    graph = built(topics=[Topic(name="print"), Topic(name="news")], subscriptions=[PRINTS, heard])
    kinds = {node.id: node.kind for node in graph.nodes}
    assert kinds == {
        "topic:print": "queue",
        "topic:news": "topic",
        "subscription:prints": "worker",
        "subscription:heard": "subscription",
    }
    assert graph.by_id["subscription:prints"].subtitle == "3 workers, print"
    pairs = [(KINDS[kind].word, KINDS[kind].icon) for kind in ("topic", "queue", "subscription", "worker")]
    assert len({word for word, _ in pairs}) == len({picture for _, picture in pairs}) == 4


def test_a_detached_subscription_is_marked() -> None:
    lonely = replace(PRINTS, handler="gone")
    graph = built(topics=[Topic(name="print")], subscriptions=[lonely])
    assert graph.by_id["subscription:prints"].problems == ("Detached: no handler is named gone",)


def test_a_route_to_nowhere_is_marked(orders: Registry) -> None:
    lost = Routing((Route(pattern="order.placed", topics=("nowhere",)),))
    problems = model_graph(replace(orders, routing=lost), {}).by_id["event:order.placed"].problems
    assert problems == ("Routed to nowhere, which is no topic",)


def test_a_subscription_of_a_topic_that_is_not_there_is_marked(orders: Registry) -> None:
    left = {name: topic for name, topic in orders.topics.items() if name != "payments"}
    problems = model_graph(replace(orders, topics=left), {}).by_id["subscription:card-terminal"].problems
    assert problems == ("Reads payments, which is no topic",)


def test_many_fields_are_counted(orders: Registry) -> None:
    rows = model_graph(orders, {}).by_id["command:place_order"].rows
    assert rows[:2] == ("order_id", "customer")
    assert rows[-1] == "and 3 more"


def test_what_a_handler_issues_is_drawn_once_it_was_seen(orders: Registry) -> None:
    line = ("subscription:card-terminal", "command:confirm_payment")
    assert line not in model_graph(orders, {}).pairs
    assert line in model_graph(orders, {"issue:card-terminal:confirm_payment": 1}).pairs


def test_only_what_is_new_moves(orders: Registry) -> None:
    before = {"command:place_order": 4, "delivery:card-terminal:ok": 2}
    after = {"command:place_order": 7, "delivery:card-terminal:ok": 2, "delivery:card-terminal:dead": 1}
    assert pulses(orders, before, after) == [
        Pulse((("command:place_order", "aggregate:order"),), "ok", 3),
        Pulse((("topic:payments", "subscription:card-terminal"),), "dead", 1),
    ]


def test_an_event_travels_from_its_command_to_its_topic(orders: Registry) -> None:
    (pulse,) = pulses(orders, {}, {"event:payment.confirmed": 1})
    assert pulse.path == (
        ("command:confirm_payment", "event:payment.confirmed"),
        ("event:payment.confirmed", "topic:payments"),
    )


def test_which_of_two_commands_made_an_event_is_not_guessed(orders: Registry) -> None:
    (pulse,) = pulses(orders, {}, {"event:payment.requested": 1})
    assert pulse.path == (("event:payment.requested", "topic:payments"),)


def test_counters_become_badges() -> None:
    flow = {"event:order.placed": 1200, "delivery:card-terminal:ok": 3, "delivery:card-terminal:dead": 9}
    assert badges(flow, {}) == {"event:order.placed": "1,200", "subscription:card-terminal": "3"}


def declared(tmp_path: Path) -> Registry:
    folder = copy_sample("orders-declared", tmp_path / "declared")
    return load_project(folder, environ={}, trusted=True).registry


def test_the_lines_say_when_and_under_which_condition(tmp_path: Path) -> None:
    registry = declared(tmp_path)
    graph = model_graph(registry, {})
    words = {(edge.source, edge.target): edge.words for edge in graph.edges if edge.words}
    assert (
        words["subscription:retry-or-cancel", "command:retry_payment"] == "after 2s, when event.attempt < 3"
    )
    assert words["event:order.placed", "subscription:fulfilment"] == "starts by event.order_id"
    assert words["event:order.cancelled", "subscription:fulfilment"] == "ends by event.order_id"
    card = graph.by_id["subscription:retry-or-cancel"]
    assert card.rows[0] == "retry_payment after 2s, when event.attempt < 3"
    said = ways(registry, graph, card)
    assert "retry-or-cancel issues retry_payment on payment.failed: after 2s, when event.attempt < 3" in said


COURSES = """
[aggregate.course]
state { left { type: "integer", default: 1 } }
[aggregate.student]
[event.course.offered]
[event.course.joined]
fields { student_id: "string" }
[event.student.added]
[command.offer]
creates: "course"
fields { course_id: "string" }
emit: "course.offered"
[command.add]
creates: "student"
fields { student_id: "string" }
emit: "student.added"
[command.join]
changes: { course: "course_id", student: "student_id" }
fields { course_id: "string", student_id: "string" }
emit: "course.joined"
"""


def test_a_command_leads_to_every_aggregate_that_it_is_decided_over(tmp_path: Path) -> None:
    (tmp_path / "project.tsk").write_text(COURSES)
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    edges = {(edge.source, edge.target): edge.words for edge in model_graph(registry, {}).edges}
    assert edges["command:join", "aggregate:course"] == "changes by course_id"
    assert edges["command:join", "aggregate:student"] == "changes by student_id"
    assert edges["command:offer", "aggregate:course"] == ""
    graph = model_graph(registry, {})
    assert "join handles student: changes by student_id" in ways(registry, graph, graph.by_id["command:join"])
    assert '-->|"changes by student_id"| aggregate' in "\n".join(flow_diagram(registry))


def test_the_line_to_a_read_model_says_where_it_changes_rows(tmp_path: Path) -> None:
    flow = ModelFlow(verb="projects", name="order.paid", words="where row.customer == id")
    registry = replace(declared(tmp_path), flows={"projection:orders": (flow,)})
    words = {(edge.source, edge.target): edge.words for edge in model_graph(registry, {}).edges}
    assert words["event:order.paid", "projection:orders"] == "where row.customer == id"
    assert words["event:order.placed", "projection:orders"] == ""
    assert "orders projects order.paid: where row.customer == id" in ways(
        registry, model_graph(registry, {}), model_graph(registry, {}).by_id["projection:orders"]
    )


def test_what_a_declared_handler_issues_is_drawn_before_it_was_seen(tmp_path: Path) -> None:
    graph = model_graph(declared(tmp_path), {})
    assert ("subscription:card-terminal", "command:decline_payment") in graph.declared.pairs


def test_a_command_leads_to_its_events_and_no_longer_through_the_aggregate(tmp_path: Path) -> None:
    registry = declared(tmp_path)
    graph = model_graph(registry, {})
    assert ("command:cancel_order", "event:order.cancelled") in graph.pairs
    assert not graph.targets["aggregate:order"]
    (pulse,) = pulses(registry, {}, {"event:order.cancelled": 1})
    assert pulse.path[0] == ("command:cancel_order", "event:order.cancelled")


def test_events_stand_in_the_order_of_time(tmp_path: Path) -> None:
    graph = model_graph(declared(tmp_path), {})
    assert [node.title for node in graph.nodes if node.kind == "event"] == [
        "order.placed",
        "payment.requested",
        "payment.failed",
        "payment.confirmed",
        "order.cancelled",
        "order.paid",
        "order.shipped",
    ]


def test_an_event_that_only_changes_state_is_no_mistake(tmp_path: Path) -> None:
    registry = replace(declared(tmp_path), projections={}, reactors={}, routing=Routing())
    assert not model_graph(registry, {}).by_id["event:order.paid"].problems

"""Topics and subscriptions are found by their names, not by their keys; routes by their patterns."""

from __future__ import annotations

import pytest

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, exists, left_over, places_of, removed, renamed
from workbench.services.design.relations import declared_names, place_of, relation
from workbench.services.design.section_piece import piece_of
from workbench.tusk import Document, parse

FILE = """[topics]
out { name: "mail-out" }
in { ttl: "5s" }

[subscriptions]
terminal {
    name: "card-terminal"
    topic: "mail-out"
    handler: "charge"
}

[routing]
mails { pattern: "order.placed", topics: ["mail-out", "in"] }
others { pattern: "order.*", topics: ["in"] }
order_paid { pattern: "other.thing", topics: ["in"] }

[event.order.placed]

[event.order.paid]
"""


@pytest.fixture
def text() -> DesignText:
    return DesignText(project=parse(FILE, "project.tsk"))


def routed(document: Document, event: str, topic: str) -> bool:
    found = relation("event", "topic")
    assert found is not None
    return found.linked(document, event, topic)


def test_entries_are_known_by_their_names(text: DesignText) -> None:
    assert declared_names(text.project, "topic") == ["mail-out", "in"]
    assert declared_names(text.project, "subscription") == ["card-terminal"]
    assert place_of(text.project, "topic", "mail-out") == ("topics", "out")
    assert place_of(text.project, "topic", "out") is None
    assert not exists(text, DesignNode("subscription", "terminal"))
    assert place_of(text.project, "event", "order.paid") == ("event", "order", "paid")
    assert place_of(text.project, "event", "order") is None


def test_such_an_entry_has_its_text(text: DesignText) -> None:
    piece = piece_of(text.project, "subscription", "card-terminal")
    assert piece is not None
    assert piece.path == ("subscriptions", "terminal")
    assert piece.text.startswith('terminal {\n    name: "card-terminal"\n')


def test_such_an_entry_goes_with_what_leads_to_it(text: DesignText) -> None:
    node = DesignNode("topic", "mail-out")
    assert {one.owner for one in left_over(text, node)} == {"subscriptions.terminal", "routing.mails"}
    gone = removed(text, DesignNode("subscription", "card-terminal"))
    assert declared_names(gone.project, "subscription") == []


def test_such_an_entry_gets_another_name_and_keeps_its_key(text: DesignText) -> None:
    node = DesignNode("subscription", "card-terminal")
    after = renamed(text, node, "reader", places_of(text, node))
    assert 'terminal {\n    name: "reader"\n' in after.project.text
    node = DesignNode("topic", "in")
    after = renamed(after, node, "inbox", places_of(after, node))
    assert 'inbox { ttl: "5s" }' in after.project.text
    assert 'topics: ["mail-out", "inbox"]' in after.project.text


def test_a_subscription_is_wired_by_its_name(text: DesignText) -> None:
    wire = relation("topic", "subscription")
    assert wire is not None
    assert wire.linked(text.project, "mail-out", "card-terminal")
    other = wire.link(text.project, "in", "card-terminal")
    assert 'name: "card-terminal"\n    topic: "in"\n' in other.text
    assert declared_names(other, "subscription") == ["card-terminal"]


def test_a_route_is_found_by_its_pattern(text: DesignText) -> None:
    wire, document = relation("event", "topic"), text.project
    assert wire is not None
    assert routed(document, "order.placed", "mail-out")
    assert not routed(document, "order.paid", "in")
    one = wire.unlink(document, "order.placed", "mail-out")
    assert not routed(one, "order.placed", "mail-out")
    assert routed(one, "order.placed", "in")
    none = wire.unlink(one, "order.placed", "in")
    assert none.find(("routing", "mails")) is None


def test_a_route_takes_no_key_of_another_pattern(text: DesignText) -> None:
    wire = relation("event", "topic")
    assert wire is not None
    made = wire.link(text.project, "order.paid", "mail-out")
    assert routed(made, "order.paid", "mail-out")
    assert not routed(made, "other.thing", "mail-out")
    more = wire.link(wire.link(made, "order.paid", "in"), "order.placed", "in")
    assert more.text.count('"order.paid"') == 1
    assert wire.linked(more, "order.paid", "in")


@pytest.mark.parametrize(
    ("fields", "changes", "said"),
    [
        ('tool: "string"', "tool", 'with { tool_id: "event.tool" }'),
        ('what: "tool-id"', "tool", 'with { tool_id: "event.what" }'),
        ('what: "tool-id", other: "tool-id"', "tool", 'with { tool_id: "" }'),
        ('what: "string"', "tool", 'with { tool_id: "" }'),
        ('tool: "string"', "loan", 'with { tool_id: "id" }'),
    ],
)
@pytest.mark.parametrize("kind", ["policy", "process"])
def test_a_command_over_another_aggregate_gets_an_id_that_the_event_has(kind, fields, changes, said):
    """The id of what happened is that of its own aggregate alone."""
    on = 'on: "loan.out"' if kind == "policy" else 'key: "id"\non { "loan.out": { starts: true } }'
    text = (
        '[types]\ntool-id: "string"\n\n[aggregate.tool]\n\n[aggregate.loan]\n\n'
        f"[event.loan.out]\nfields {{ {fields} }}\n\n"
        f'[command.lend]\nchanges: "{changes}"\nfields {{ tool_id: "tool-id" }}\n\n[{kind}.p]\n{on}\n'
    )
    linked = relation(kind, "command").link(parse(text), "p", "lend")
    assert said in linked.text

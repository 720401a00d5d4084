"""The rows of the explorer: what runs, what is only designed, and where a click leads."""

from __future__ import annotations

from workbench.gui.explorer_rows import ExplorerPlace, model_sections, on_board
from workbench.model.registry import Registry
from workbench.tusk import parse

DRAFT = """[project]
name: "shop"

[subscriptions]
audit { topic: "mails", handler: "note" }

[aggregate.order]
state { total: "money" }

[command.place]
creates: "order"

[policy.tell]
on: "order.placed"

[process.wait]
on: "order.placed"
"""


def rows_of(draft: str) -> dict[str, list[tuple[str, str, ExplorerPlace]]]:
    document = parse(draft) if draft else None
    return {
        title: [(row.cells[0], row.note, row.data) for row in rows]
        for title, _, rows in model_sections(Registry(), document)
    }


def test_what_is_designed_and_does_not_run_is_listed_as_a_draft_and_leads_to_its_card() -> None:
    found = rows_of(DRAFT)
    ((name, note, place),) = found["Commands (1)"]
    assert (name, note, on_board(place).node) == ("place", "draft", "command:place")
    policies = [(name, on_board(place).node) for name, _, place in found["Policies and processes (2)"]]
    assert policies == [("tell", "subscription:tell"), ("wait", "subscription:wait")]
    ((_, _, consumer),) = found["Subscriptions"]
    assert (consumer.view, consumer.declared) == ("board", "consumer")
    assert list(found) == [
        "Aggregates (1)", "Commands (1)", "Policies and processes (2)", "Projections", "Subscriptions",
    ]  # fmt: skip


def test_without_a_draft_an_empty_model_lists_nothing() -> None:
    assert rows_of("") == {"Projections": [], "Subscriptions": []}

"""The rows of the explorer: what runs, what is only designed, and where a click leads."""

from __future__ import annotations

from pathlib import Path

from workbench.gui.dock_layout import WIDTHS
from workbench.gui.explorer import ExplorerTree
from workbench.gui.explorer_rows import ExplorerPlace, model_sections, on_board
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.services.design.design_state import DesignState
from workbench.services.design.design_text import DesignText
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
    state = DesignState(text=DesignText(project=parse(draft))) if draft else None
    return {
        title: [(row.cells[0], row.note, row.data) for row in rows]
        for title, _, rows in model_sections(Registry(), state)
    }


def test_what_is_designed_and_does_not_run_is_listed_as_a_draft_and_leads_to_its_card() -> None:
    found = rows_of(DRAFT)
    ((name, note, place),) = found["Commands (1)"]
    assert (name, note, on_board(place).node) == ("place", "draft", "command:place")
    policies = [(name, on_board(place).node) for name, _, place in found["Policies, processes (2)"]]
    assert policies == [("tell", "subscription:tell"), ("wait", "subscription:wait")]
    ((_, _, consumer),) = found["Subscriptions (1)"]
    assert (consumer.view, consumer.declared) == ("board", "consumer")
    assert list(found) == [
        "Aggregates (1)", "Commands (1)", "Policies, processes (2)", "Projections (0)",
        "Subscriptions (1)",
    ]  # fmt: skip


def test_without_a_draft_an_empty_model_lists_nothing() -> None:
    assert rows_of("") == {"Projections (0)": [], "Subscriptions (0)": []}


RUNS = """[topics]
mail {}

[subscriptions]
printer { topic: "mail", handler: "prints" }

[handler.prints]
event: "parcel.sent"

[aggregate.parcel]

[event.parcel.sent]

[event.parcel.lost]

[command.send]
creates: "parcel"
fields { parcel_id: "string" }
emit: "parcel.sent"

[command.lose]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.lost"

[policy.seek]
on: "parcel.sent"
issue: "lose"
with { parcel_id: "id" }

[invariant.lost_once]
of: "parcel"
always: "count('parcel.lost', id) <= 1"
"""


def test_what_runs_is_listed_as_the_draft_has_it(tmp_path: Path) -> None:
    """What a draft removes or renames is not counted twice, and what it writes otherwise says so."""
    (tmp_path / "project.tsk").write_text('[project]\nname: "shop"\n\n' + RUNS)
    model = load_project(tmp_path, environ={}, trusted=True).registry
    cut = RUNS.index("[invariant")
    written = RUNS[:cut].replace("parcel.sent", "parcel.posted").replace('"parcel.lost"', '"parcel.lot"')
    state = DesignState(
        written=DesignText(project=parse(RUNS)), text=DesignText(project=parse(written)), problems=("x",)
    )
    found = {
        title: [(row.cells[0], row.note) for row in rows] for title, _, rows in model_sections(model, state)
    }
    assert found == {
        "Aggregates (1)": [("parcel", "")],
        "Commands (2)": [("send", "draft"), ("lose", "draft")],
        "Events (2)": [("parcel.lost", ""), ("parcel.posted", "draft")],
        "Policies, processes (1)": [("seek", "draft")],
        "Projections (0)": [],
        "Subscriptions (1)": [("printer", "draft")],
    }


def test_no_head_of_a_section_is_cut_in_the_usual_width(qtbot) -> None:
    heads = [title for title, _, _ in model_sections(Registry(actors={"a": "", "b": ""}))]
    assert "Actors and systems (2)" in heads
    tree = ExplorerTree()
    qtbot.addWidget(tree)
    room = (
        WIDTHS["explorer"] - 12 - 2 * tree.indentation() - 30
    )  # the view's edges, the branch and the picture
    wide = tree.fontMetrics().horizontalAdvance
    assert all(wide(one) <= room for one in (*heads, "Policies, processes (20)"))

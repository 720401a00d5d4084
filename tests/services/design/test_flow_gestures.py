"""The order of the slices is written, follows names, and is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import ProjectError
from workbench.gui.board.blueprint import blueprint_of
from workbench.project.project import load_project
from workbench.services.design import gestures, removals
from workbench.services.design.design_text import DesignText
from workbench.services.design.flow_gestures import steps_of, with_steps
from workbench.services.design.gestures import DesignNode
from workbench.tusk import parse

SHOP = """\
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]

[command.send]
creates: "parcel"
fields { parcel_id: "string" }
emit: "parcel.sent"

[projection.parcels]
columns { id: "text", status: "text" }
on { "parcel.sent": { put { status: "'sent'" } } }

[projection.totals]
columns { id: "text", status: "text" }
on { "parcel.sent": { put { status: "'sent'" } } }
"""
ORDER = ["totals", "send", "parcels"]


def of(text: str) -> DesignText:
    return DesignText(project=parse(text, "project.tsk"))


def slices(folder: Path, text: DesignText) -> list[str]:
    (folder / "project.tsk").write_text(text.project.text)
    registry = load_project(folder, environ={}, trusted=True).registry
    return [one.id.partition(":")[2] for one in blueprint_of(registry).slices]


def test_the_order_is_written_once_and_drawn(tmp_path: Path) -> None:
    text = of(SHOP)
    assert slices(tmp_path, text) == ["send", "parcels", "totals"]
    text = with_steps(text, ORDER)
    assert text.project.text == f'{SHOP}\n[flow.main]\nsteps: ["totals", "send", "parcels"]\n'
    assert slices(tmp_path, text) == ORDER
    text = with_steps(text, ["send", "totals", "parcels"])
    assert text.project.text.count("[flow.main]") == 1
    assert slices(tmp_path, text) == ["send", "totals", "parcels"]


def test_what_the_order_does_not_name_stands_where_it_would(tmp_path: Path) -> None:
    assert slices(tmp_path, with_steps(of(SHOP), ["totals", "parcels"])) == ["send", "totals", "parcels"]


def test_a_rename_and_a_removal_are_followed(tmp_path: Path) -> None:
    text, node = with_steps(of(SHOP), ORDER), DesignNode("projection", "parcels")
    text = gestures.renamed(text, node, "boxes", gestures.places_of(text, node))
    assert steps_of(text) == ["totals", "send", "boxes"]
    text = removals.removed_whole(text, DesignNode("projection", "totals"))
    assert steps_of(text) == ["send", "boxes"]
    assert slices(tmp_path, text) == ["send", "boxes"]


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        ('[flow.main]\nsteps: ["sent"]\n', "nothing that the blueprint shows is named sent"),
        ('[flow.other]\nsteps: ["send"]\n', "the board shows one flow"),
        ('[flow.main]\nsteps: "send"\n', "steps should be a list"),
    ],
)
def test_a_step_that_names_nothing_is_a_mistake(tmp_path: Path, flow: str, said: str) -> None:
    with pytest.raises(ProjectError, match=said):
        slices(tmp_path, of(f"{SHOP}\n{flow}"))

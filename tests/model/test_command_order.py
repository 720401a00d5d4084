"""What begins an aggregate is told before what changes it, in every picture of a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.scenarios.test_scenario_recorder import LENDING
from workbench.gui.board.blueprint import blueprint_of
from workbench.model.command_order import command_order
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.services.documents.flow_steps import flow_steps_of

TOLD = ["add_tool", "reserve_tool", "hand_out", "lend_tool"]


def registry_of(folder: Path, text: str) -> Registry:
    (folder / "project.tsk").write_text(text)
    return load_project(folder, environ={}, trusted=True).registry


def turned(text: str) -> str:
    """Returns the text with what changes things declared before what begins them."""
    sections = text.split("\n\n[")
    commands = [one for one in sections if one.startswith("command.")]
    rest = [one for one in sections if not one.startswith("command.")]
    return "\n\n[".join([*rest, *reversed(commands)])


@pytest.mark.parametrize("change", [str, turned])
def test_board_and_documents_tell_beginners_first(tmp_path: Path, change: type[str]) -> None:
    registry = registry_of(tmp_path, change(LENDING))
    order = command_order(registry)
    assert sorted(order) == sorted(registry.commands)
    assert order.index("add_tool") < order.index("lend_tool")
    told = [one.name for one in flow_steps_of(registry) if one.kind == "command"]
    assert told == TOLD
    drawn = [one.id.partition(":")[2] for one in blueprint_of(registry).slices]
    assert [one for one in drawn if one in TOLD] == TOLD


def test_aggregates_that_need_each_other_are_told_once(tmp_path: Path) -> None:
    ring = (
        LENDING
        + """
[policy.again]
on: "tool.lent"
issue: "hand_out"
with { loan_id: "id" }
"""
    )
    registry = registry_of(tmp_path, ring)
    assert sorted(command_order(registry)) == sorted(registry.commands)

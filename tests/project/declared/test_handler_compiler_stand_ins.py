"""Stand-ins for outside systems, and who gives commands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import ROOT
from workbench.errors import ProjectError
from workbench.gui.views.board_model import model_graph
from workbench.model.registry import Registry
from workbench.project.declared.handler_compiler import HandlerFailed
from workbench.project.project import load_project

PAGE = (ROOT / "resources" / "docs" / "language.md").read_text(encoding="utf-8")
CHAPTER = PAGE.partition("## Actors and outside systems")[2]
FILE = re.search(r"^```tsk project.tsk\n(.*?)^```", CHAPTER, re.MULTILINE | re.DOTALL)


def trips(folder: Path, more: str = "") -> Registry:
    assert FILE is not None
    (folder / "project.tsk").write_text(FILE[1] + more)
    return load_project(folder, environ={}, trusted=True).registry


def fails(handler: Any, delivery: int) -> bool:
    """Returns whether the first try of a delivery fails."""
    message = SimpleNamespace(event=None, facts=dict)
    context = SimpleNamespace(
        idempotency_key=f"bank/{delivery}", attempt=1, now=datetime(2030, 1, 1, tzinfo=UTC)
    )
    try:
        handler(message, context)
    except HandlerFailed:
        return True
    return False


def test_D6_the_same_tries_of_the_same_deliveries_fail(tmp_path: Path) -> None:
    said = 'fails: 0.5, when: "1 > 2", issue: "book_room", with { trip_id: "key" }'
    handler = trips(tmp_path, f"\n[external.bank]\nstand_in {{ {said} }}\n").handlers["bank"]
    found = [fails(handler, number) for number in range(200)]
    assert found == [fails(handler, number) for number in range(200)]
    assert 70 < sum(found) < 130


def test_actors_and_outside_systems_are_on_the_board(tmp_path: Path) -> None:
    graph = model_graph(trips(tmp_path), {})
    assert graph.by_id["external:traveller"].kind == "actor"
    assert graph.by_id["external:hotel"].kind == "external"
    assert {
        ("external:traveller", "command:plan_trip"),
        ("external:traveller", "command:cancel_trip"),
        ("external:hotel", "command:book_room"),
        ("subscription:bookings", "external:hotel"),
        ("subscription:bookings", "command:book_room"),
    } <= set(graph.pairs)


def test_a_stand_in_and_a_handler_of_one_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="a handler has the name hotel already"):
        trips(tmp_path, '\n[handler.hotel]\nissue: "book_room"\nwith { trip_id: "key" }\n')


def test_a_part_is_between_none_and_all(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="fails"):
        trips(
            tmp_path,
            '\n[external.bank]\nstand_in { fails: 2, issue: "book_room", with { trip_id: "key" } }\n',
        )

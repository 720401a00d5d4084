"""The heads of slices: beside each other where there is room, else upright, so that a story is read whole."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.board.test_blueprint_scene import orders, view
from workbench.gui.board.blueprint_frame import HEAD, TALLEST, UPRIGHT, BlueprintFrame
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.flow_view import FlowView

__all__ = ["orders", "view"]  # fixtures


@pytest.fixture
def frame(view: FlowView) -> BlueprintFrame:
    assert isinstance(view.board, BlueprintScene)
    view.resize(420, 500)
    return BlueprintFrame(view, view.board)


def test_every_slice_keeps_its_name_where_the_whole_story_is_seen(
    view: FlowView, frame: BlueprintFrame
) -> None:
    heads = frame.heads
    assert (heads.are_upright, heads.height()) == (False, HEAD)
    view.fit()
    assert heads.are_upright
    assert HEAD < heads.height() <= TALLEST
    shown = [place.id for place, _ in heads._heads()]
    assert shown == [one.id for one in frame._scene.layout.slices]
    assert frame.gutter.y() == heads.height() == view.viewport().y()
    content = view.mapFromScene(view.board.content()).boundingRect()
    assert view.viewport().rect().adjusted(-1, -1, 1, 1).contains(content), "beside what the heads take"
    view.own_size()
    assert (heads.are_upright, heads.height(), view.viewport().y()) == (False, HEAD, HEAD)


def test_of_names_that_would_cover_each_other_the_first_stands(view: FlowView, frame: BlueprintFrame) -> None:
    view._zoom_to(0.07, view.viewport().rect().center())
    centers = [head.center().x() for _, head in frame.heads._heads()]
    assert 1 < len(centers) < len(frame._scene.layout.slices)
    assert all(b - a >= UPRIGHT for a, b in pairwise(centers))


def test_a_click_on_an_upright_name_shows_its_slice(view: FlowView, frame: BlueprintFrame) -> None:
    view.fit()
    last, head = frame.heads._heads()[-1]
    QTest.mousePress(frame.heads, Qt.MouseButton.LeftButton, pos=head.center().toPoint())
    assert frame._scene.slice_of(frame._scene.here) == last.id

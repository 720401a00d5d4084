"""Slices are dragged by their heads and moved by keys; the order is written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.board.designing import CONTROL, SHIFT, Designer
from tests.gui.board.test_board_hand import RETURN, SEND, shop  # noqa: F401  # a fixture
from workbench.gui.board.blueprint_frame import GUTTER, SliceHeads


def order(designer: Designer) -> list[str]:
    return [one.id.partition(":")[2] for one in designer.scene.blueprint.slices]


def head(designer: Designer, node: str, part: float) -> QPoint:
    """Returns a place on the head of a slice; the part is how far across its card."""
    box = designer.scene.box_of(node)
    return QPoint(GUTTER + designer.at(box.topLeft()).x() + round(box.width() * part), 20)


@pytest.fixture
def heads(shop: Designer) -> SliceHeads:  # noqa: F811
    return shop.board.pictures.frame.heads


async def test_a_head_is_dragged_behind_another_slice(shop: Designer, heads: SliceHeads) -> None:  # noqa: F811
    before = order(shop)
    assert before[:2] == ["send_parcel", "return_parcel"]
    start, end = head(shop, SEND, 0.5), head(shop, RETURN, 0.8)
    QTest.mousePress(heads, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(heads, (start + end) / 2)
    QTest.mouseMove(heads, end)
    QTest.mouseRelease(heads, Qt.MouseButton.LeftButton, pos=end)
    await shop.has('[flow.main]\nsteps: ["return_parcel", "send_parcel"')
    await shop.until(lambda: order(shop)[:2] == ["return_parcel", "send_parcel"])


async def test_a_click_on_a_head_moves_nothing(shop: Designer, heads: SliceHeads) -> None:  # noqa: F811
    before = shop.text
    QTest.mouseClick(heads, Qt.MouseButton.LeftButton, pos=head(shop, SEND, 0.5))
    assert shop.scene.chosen == SEND
    await shop.rest()
    assert shop.text == before


async def test_a_head_that_is_let_go_outside_of_the_picture_stays(
    shop: Designer,  # noqa: F811
    heads: SliceHeads,
) -> None:
    before = shop.text
    start, end = head(shop, SEND, 0.5), head(shop, RETURN, 0.8)
    QTest.mousePress(heads, Qt.MouseButton.LeftButton, pos=start)
    for place in (end, QPoint(end.x(), -400), QPoint(end.x() + 9000, 20)):
        QTest.mouseMove(heads, place)
    QTest.mouseRelease(heads, Qt.MouseButton.LeftButton, pos=QPoint(end.x() + 9000, 20))
    await shop.rest()
    assert shop.text == before


async def test_keys_move_the_slice_of_the_chosen_card(shop: Designer) -> None:  # noqa: F811
    before = order(shop)
    shop.scene.choose(RETURN)
    shop.key(Qt.Key.Key_Left, CONTROL | SHIFT)
    await shop.until(lambda: order(shop)[:2] == ["return_parcel", "send_parcel"])
    await shop.choose(RETURN)
    shop.key(Qt.Key.Key_Right, CONTROL | SHIFT)
    await shop.until(lambda: order(shop) == before)

"""Rows, columns and panes hold their parts in order, with the room that each is given."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from workbench.gui.layouts import Tabs, in_column, in_panes, in_row


@pytest.fixture
def whole(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_a_row_has_its_parts_gaps_and_inner_rows_in_order(whole):
    first, second, third = QLabel(), QLabel(), QLabel()
    inner = in_column(second, third)
    row = in_row(first, 2, (inner, 1), of=whole, margins=(1, 2, 3, 4), spacing=5)
    assert whole.layout() is row
    assert [row.itemAt(at).widget() for at in range(3)] == [first, None, None]
    assert row.itemAt(1).spacerItem() is not None
    assert row.itemAt(2).layout() is inner
    assert [row.stretch(at) for at in range(3)] == [0, 2, 1]
    margins = row.contentsMargins()
    assert (margins.left(), margins.top(), margins.right(), margins.bottom()) == (1, 2, 3, 4)
    assert row.spacing() == 5


def test_a_column_has_one_margin_at_every_side_and_places_its_parts(whole):
    label = QLabel()
    column = in_column((label, 0, Qt.AlignmentFlag.AlignRight), of=whole, margins=0)
    assert column.contentsMargins().isNull()
    assert column.itemAt(0).alignment() == Qt.AlignmentFlag.AlignRight


def test_the_wheel_over_tabs_turns_no_page_and_goes_on_to_what_is_around_them(qtbot):
    tabs = Tabs()
    qtbot.addWidget(tabs)
    for title in ("one", "two", "three"):
        tabs.addTab(QWidget(), title)
    tabs.setCurrentIndex(1)
    tabs.show()
    at, nothing = QPointF(5, 5), Qt.MouseButton.NoButton
    for turned in (-120, 120):
        wheel = QWheelEvent(
            at, at, QPoint(), QPoint(0, turned), nothing, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(tabs.tabBar(), wheel)
        assert tabs.currentIndex() == 1
        assert not wheel.isAccepted()


def test_panes_cannot_be_closed_and_share_room(qtbot):
    panes = in_panes(Qt.Orientation.Vertical, QLabel(), (QLabel(), 1))
    qtbot.addWidget(panes)
    assert not panes.childrenCollapsible()
    assert [panes.widget(at).sizePolicy().verticalStretch() for at in range(2)] == [0, 1]

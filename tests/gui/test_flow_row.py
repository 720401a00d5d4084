"""Rows that go on below where there is no more room."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.gui.flow_row import FlowRow

WORDS = ("Replay edited copy", "Dry run", "Reset", "Cancel")


@pytest.mark.parametrize("width", [600, 240, 150, 90])
def test_no_button_is_cut_as_long_as_it_has_room_alone(qtbot, width):
    row = QWidget()
    qtbot.addWidget(row)
    buttons = [QPushButton(word) for word in WORDS]
    hidden = QPushButton("Hidden")
    layout = FlowRow(*buttons, hidden)
    row.setLayout(layout)
    row.setMinimumWidth(1)
    hidden.hide()
    row.resize(width, layout.heightForWidth(width))
    row.show()
    for button in buttons:
        place = button.geometry()
        assert place.width() == min(button.sizeHint().width(), width)
        assert row.rect().contains(place)
        assert not any(place.intersects(other.geometry()) for other in buttons if other is not button)
    assert [one.y() for one in buttons] == sorted(one.y() for one in buttons)
    assert (len({one.y() for one in buttons}) == 1) is (layout.sizeHint().width() <= width)


def test_what_is_lower_stands_in_the_middle_of_its_line(qtbot):
    row = QWidget()
    qtbot.addWidget(row)
    low, high = QPushButton("a"), QPushButton("b")
    low.setFixedHeight(20)
    high.setFixedHeight(40)
    layout = FlowRow(low, high)
    row.setLayout(layout)
    row.resize(400, layout.heightForWidth(400))
    row.show()
    assert (low.geometry().center().y(), row.height()) == (high.geometry().center().y(), 40)


def test_a_row_with_nothing_in_it_takes_no_room(qtbot):
    row = QWidget()
    qtbot.addWidget(row)
    layout = FlowRow()
    row.setLayout(layout)
    assert (layout.heightForWidth(100), layout.sizeHint().height()) == (0, 0)
    assert layout.takeAt(0) is None

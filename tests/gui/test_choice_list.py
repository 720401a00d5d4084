"""Lines of which one can be chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt

from workbench.gui.choice_list import VALUE, ChoiceLine, ChoiceList


def test_lines_are_shown_chosen_and_replaced(qtbot):
    shown = ChoiceList()
    qtbot.addWidget(shown)
    assert (shown.count(), shown.current_row(), shown.value()) == (0, -1, None)
    one, other = object(), object()
    shown.show_lines([ChoiceLine(one, "one", "the first"), ChoiceLine(other, "other")])
    assert (shown.names(), shown.value()) == (["one", "other"], None)
    shown.choose_row(1)
    assert (shown.current_row(), shown.value()) == (1, other)
    first = shown.model().index(0, 0)
    assert [first.data(role) for role in (Qt.ItemDataRole.ToolTipRole, VALUE)] == ["the first", one]
    shown.choose_row(-1)
    assert shown.value() is None
    shown.choose_row(0)
    shown.show_lines([ChoiceLine(other, "other")])
    assert (shown.current_row(), shown.value(), shown.count()) == (-1, None, 1), "other lines, none chosen"

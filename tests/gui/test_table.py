"""Tables of any length: pages on demand, keyboard, copying, widths, painting of what is seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from workbench.gui.paging import KEPT, PAGE, Column, ListSource, PagedModel
from workbench.gui.table import FastTableView

COLUMNS = (
    Column("#", width=60, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    Column("Name", width=150, stretch=True, tip=lambda value: f"whole: {value}"),
    Column("State", width=90, badge=lambda state: ("ok", state) if state else None),
)


class Counting:
    """Rows without end, and the pages that were asked for."""

    def __init__(self, count):
        self.length = count
        self.asked = []

    def count(self):
        return self.length

    def page(self, first, limit):
        self.asked.append(first)
        last = min(first + limit, self.length)
        return [(number, f"name {number}", "fine" if number % 2 else "") for number in range(first, last)]


@pytest.fixture
def table(qtbot):
    made = FastTableView(COLUMNS)
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    made.activateWindow()
    return made


def test_a_model_asks_for_a_page_when_one_of_its_rows_is_wanted():
    source = Counting(10_000)
    model = PagedModel(COLUMNS)
    model.set_source(source)
    assert source.asked == []
    assert model.row(5_000)[1] == "name 5000"
    assert model.shown(5_001, 0) == "5,001"
    assert source.asked == [5_000 // PAGE * PAGE]
    assert model.row(10_000) is None
    assert model.row(-1) is None


def test_only_a_few_pages_are_kept():
    source = Counting(PAGE * (KEPT + 10))
    model = PagedModel(COLUMNS)
    model.set_source(source)
    for row in range(0, source.length, PAGE):
        model.row(row)
    assert len(model.loaded()) == KEPT * PAGE
    model.row(0)
    assert source.asked.count(0) == 2


def test_rows_come_and_go_with_the_source():
    source = Counting(3)
    model = PagedModel(COLUMNS)
    model.set_source(source)
    told = []
    model.rowsInserted.connect(lambda _parent, first, last: told.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _parent, first, last: told.append(("out", first, last)))
    source.length = 5
    model.refresh()
    source.length = 1
    model.refresh()
    assert told == [("in", 3, 4), ("out", 1, 4)]
    assert model.rowCount() == 1


def test_a_tool_tip_may_say_more_than_the_cell():
    model = PagedModel(COLUMNS)
    model.set_source(Counting(2))
    tip = Qt.ItemDataRole.ToolTipRole
    assert model.data(model.index(1, 1)) == "name 1"
    assert model.data(model.index(1, 1), tip) == "whole: name 1"
    assert model.data(model.index(1, 0), tip) == "1"


def test_painting_asks_only_for_what_is_in_sight(table):
    source = Counting(1_000_000)
    table.set_source(source)
    table.grab()
    assert set(source.asked) == {0}
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
    table.grab()
    assert set(source.asked) <= {0, 999_999 // PAGE * PAGE, 999_999 // PAGE * PAGE - PAGE}


def test_home_end_and_enter_do_what_they_say(table):
    chosen, activated = [], []
    table.row_chosen.connect(lambda row: chosen.append(row[0]))
    table.row_activated.connect(lambda row: activated.append(row[0]))
    table.set_source(Counting(1_000))
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_End)
    QTest.keyClick(table, Qt.Key.Key_Home)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert chosen == [999, 0, 1]
    assert activated == [1]


def test_enter_with_control_belongs_to_the_window(table):
    activated = []
    table.row_activated.connect(activated.append)
    table.set_source(Counting(3))
    table.choose_index(1)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert activated == []


def test_a_row_chosen_by_the_program_is_not_reported(table):
    chosen = []
    table.row_chosen.connect(chosen.append)
    table.set_source(Counting(50))
    table.choose_index(7)
    assert table.current_row()[0] == 7
    table.choose(lambda row: row[1] == "name 9")
    assert table.current_row()[0] == 9
    assert chosen == []


def test_the_current_row_stays_while_rows_are_added(table):
    source = Counting(5)
    table.set_source(source)
    table.choose_index(3)
    source.length = 9
    table.refresh()
    assert table.current_row()[0] == 3


def test_copied_rows_have_tabs_and_cannot_become_formulas(table):
    table.set_multi()
    table.set_source(ListSource([(1, "=SUM(A1)", "fine"), (2, "@cmd\tx", ""), (-3, "plain", "fine")]))
    table.selectAll()
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    rows = [line.split("\t") for line in QApplication.clipboard().text().split("\n")]
    assert [row[0] for row in rows][:2] == ["1", "2"]
    assert not any(cell[:1] in {"=", "@", "+"} for row in rows for cell in row)
    assert all(len(row) == 3 for row in rows)
    assert rows[2][1] == "plain"


def test_the_stretched_column_takes_the_rest_but_keeps_its_own(table):
    table.set_source(Counting(3))
    table.resize(600, 300)
    assert sum(table.columnWidth(column) for column in range(3)) == table.viewport().width()
    table.resize(120, 300)
    assert table.columnWidth(1) == 150


def test_an_empty_table_says_what_would_be_here(table):
    source = Counting(0)
    table.set_source(source)
    table.set_empty("Nothing yet", "Send a command.")

    def said():
        return [label.text() for label in table.findChildren(QLabel) if label.isVisible()]

    assert said() == ["Nothing yet", "Send a command."]
    source.length = 1
    table.refresh()
    assert said() == []


def test_columns_fit_their_rows_within_reason(table):
    table.set_source(ListSource([(1, "x" * 500, "fine")]))
    before = table.columnWidth(0)
    table.fit_columns()
    assert table.columnWidth(0) < before
    assert table.columnWidth(1) <= max(320, table.viewport().width())


def test_sorting_is_asked_of_the_source(table):
    asked = []
    table.sort_wanted.connect(lambda column, down: asked.append((column, down)))
    table.set_source(Counting(3))
    table.set_sortable()
    header = table.horizontalHeader()
    for _ in range(2):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=header.rect().center())
        if asked:
            table.show_sort(*asked[-1])
    assert asked == [(1, False), (1, True)]

"""Rows that come where a person does not look are counted, in lists of either order."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.gui.news_strip import NewsStrip
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.prepared_rows import PreparedRows
from workbench.gui.table import FastTableView


def rows(numbers):
    return ListSource([(number,) for number in numbers], lambda row: row[0])


@pytest.fixture
def made(qtbot):
    def make(*, newest_last):
        table = FastTableView((TableColumn("N", text=str),))
        qtbot.addWidget(table)
        table.resize(200, 240)
        strip = NewsStrip(table, newest_last=newest_last)
        table.show()
        strip.refresh(rows(range(100, 0, -1) if not newest_last else range(1, 101)), "all")
        QApplication.processEvents()  # Qt lays rows out later
        return table, strip, table.verticalScrollBar()

    return make


def test_what_comes_at_the_top_is_counted_while_a_person_looks_further_down(made):
    table, strip, bar = made(newest_last=False)
    assert not strip.isVisible()
    strip.refresh(rows(range(103, 0, -1)), "all")
    assert not strip.isVisible(), "they are seen"
    bar.setValue(10)
    strip.refresh(rows(range(105, 0, -1)), "all")
    strip.refresh(rows(range(115, 0, -1)), "all")
    assert (strip.isVisible(), strip.text(), bar.value()) == (True, "12 new", 22)
    assert table.viewport().rect().contains(strip.geometry())
    bar.setValue(7)
    assert strip.text() == "7 new", "some of them are in sight"
    bar.setValue(40)
    assert strip.text() == "7 new", "these were not seen"
    strip.click()
    assert (bar.value(), strip.isVisible()) == (0, False)


def test_what_comes_at_the_end_is_counted_while_a_person_looks_further_up(made):
    table, strip, bar = made(newest_last=True)
    assert not strip.isVisible(), "what was there from the beginning is not new"
    strip.refresh(rows(range(1, 113)), "all")
    assert (strip.isVisible(), strip.text(), bar.value()) == (True, "12 new", 0)
    strip.waiting = 3
    strip.tell()
    assert strip.text() == "15 new"
    QApplication.processEvents()
    strip.waiting = 0
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_End)
    assert not strip.isVisible()


def test_rows_of_something_else_or_in_another_order_are_not_new(made):
    _, strip, bar = made(newest_last=False)
    bar.setValue(10)
    strip.refresh(rows(range(120, 0, -1)), "some")
    assert not strip.isVisible()
    for _ in range(2):
        strip.refresh(rows(range(140, 0, -1)), False)
        assert not strip.isVisible()
    strip.refresh(rows(range(150, 0, -1)), False)
    assert not strip.isVisible(), "they do not come at the top"


def test_V3_a_row_with_an_earlier_number_that_comes_again_is_not_new(made):
    _, strip, bar = made(newest_last=False)

    def take(numbers, newest):
        strip.take((PreparedRows(source=rows(numbers), pages={}), "all", newest))

    take([number for number in range(100, 0, -1) if number % 10], 100)
    bar.setValue(10)
    take(range(100, 0, -1), 100)
    assert (strip.isVisible(), bar.value()) == (False, 12), "they were elsewhere"
    take([number for number in range(103, 0, -1) if number != 99], 103)
    assert (strip.text(), bar.value()) == ("3 new", 14), "also where others go"
    take(range(103, 0, -1), 104)
    take(range(104, 0, -1), 104)
    assert strip.text() == "3 new", "one that was known under another status"

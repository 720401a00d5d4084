"""What a window remembers of its tables' columns, from one window to the next."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.gui.conftest import play_story
from tests.gui.test_session import settings, start
from workbench.gui.column_layout import ColumnLayout, layout_of
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.table_header import HeadColumn
from workbench.gui.window_layouts import WindowLayouts

__all__ = ["settings", "start"]  # fixtures
COLUMNS = (TableColumn("Name"), TableColumn("Kind"), TableColumn("Note", stretch=True))
TITLES = ("Name", "Kind", "Note")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(settings, qtbot):
    """Makes windows, each with the one table "Things"."""

    def make(*columns):
        window = QWidget()
        qtbot.addWidget(window)
        window.layouts = WindowLayouts(window, settings)
        table = FastTableView(columns or COLUMNS, window)
        table.setAccessibleName("Things")
        table.set_source(ListSource([("a", "b", "c")]))
        table.set_sortable(True)
        table.show_sort(0, descending=False)
        table.sort_wanted.connect(table.show_sort)
        table.resize(600, 300)
        window.resize(600, 300)
        window.show()
        window.table = table
        return window

    return make


def looks(window):
    """Columns from left to right as they are seen, each with its width, and how the rows are sorted."""
    table, head = window.table, window.table.head
    titles = [column.title for column in table.model().columns]
    order = [head.logicalIndex(place) for place in range(head.count())]
    seen = [(titles[at], table.columnWidth(at)) for at in order if not table.isColumnHidden(at)]
    return seen, (head.sortIndicatorSection(), head.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)


def names(table):
    """The first cells of all rows, as far as they are read."""
    rows = (table.model().row(number) for number in range(table.model().rowCount()))
    return [row[0] for row in rows if row is not None]


def drag(head, column, by):
    edge = QPoint(head.sectionViewportPosition(column) + head.sectionSize(column) - 1, 12)
    QTest.mousePress(head.viewport(), LEFT, pos=edge)
    QTest.mouseMove(head.viewport(), edge + QPoint(by, 0))
    QTest.mouseRelease(head.viewport(), LEFT, pos=edge + QPoint(by, 0))


def arrange(window):
    head = window.table.head
    drag(head, 0, 30)
    head.moveSection(0, 1)
    head.hide_column(HeadColumn(2))
    head.sort_descending(HeadColumn(1))


def test_columns_come_back_as_they_were_left(opened):
    first = opened()
    before = looks(first)
    arrange(first)
    left = looks(first)
    assert left == ([("Kind", 120), ("Name", 150)], (1, True))
    second = opened()
    assert looks(second) == left
    second.table.head.show_column(2, shown=True)
    assert [title for title, _ in looks(opened())[0]] == ["Kind", "Name", "Note"]
    second.table.head.reset_columns()
    assert looks(opened()) == (before[0], (1, True))


def test_a_column_is_moved_with_the_mouse(opened):
    first = opened()
    head = first.table.head
    QTest.mousePress(head.viewport(), LEFT, pos=QPoint(40, 12))
    for x in (60, 120, 200, 220):
        QTest.mouseMove(head.viewport(), QPoint(x, 12))
    QTest.mouseRelease(head.viewport(), LEFT, pos=QPoint(220, 12))
    assert [title for title, _ in looks(first)[0]] == ["Kind", "Name", "Note"]
    assert looks(first)[1] == (0, False), "that it was moved does not sort"
    assert looks(opened()) == looks(first)


def test_what_the_window_forgets_stands_as_at_first_at_once(opened, settings):
    first = opened()
    before = looks(first)
    arrange(first)
    first.layouts.forget()
    assert looks(first) == before == looks(opened())
    assert not [key for key in settings.allKeys() if "columns" in key]


def test_a_width_that_comes_from_the_window_alone_is_not_kept(opened, settings):
    first = opened()
    first.table.resize(500, 300)
    first.table.head.fit()
    assert settings.allKeys() == []


def test_a_table_that_has_other_columns_by_now_takes_what_it_knows(opened):
    arrange(opened())
    other = opened(TableColumn("New", width=70), TableColumn("Name"), TableColumn("Note", stretch=True))
    assert looks(other) == ([("Name", 150), ("New", 70)], (0, False))


@pytest.mark.parametrize(
    "kept",
    [
        None,
        b"\xff",
        "",
        "{",
        "[" * 100_000,
        "[]",
        '"shown"',
        '{"shown": {"Name": false, "Kind": false, "Note": false}}',
        '{"shown": {"Name": 0, "Other": false}, "widths": {"Name": true, "Kind": -4, "Note": 1e3}}',
        '{"widths": {"Name": 99999999999, "Other": 10}, "order": ["Other", 7, {}], "sort": ["Other", true]}',
        '{"shown": ["Name"], "widths": [1], "order": {"Name": 1}, "sort": ["Name", "yes"]}',
        '{"shown": null, "widths": null, "order": "Name", "sort": {"Name": true}}',
    ],
)
def test_what_is_broken_or_of_another_table_is_ignored(opened, settings, kept):
    before = looks(opened())
    assert layout_of(kept, TITLES) == ColumnLayout()
    settings.setValue("layouts/any/columns/Things", kept)
    assert looks(opened()) == before


def test_a_layout_is_read_as_it_was_written():
    layout = ColumnLayout(
        shown={"Kind": False}, widths={"Name": 80}, order=("Note", "Name", "Kind"), sort=("Kind", True)
    )
    assert layout_of(layout.text(), TITLES) == layout
    assert json.loads(layout.text())["order"] == ["Note", "Name", "Kind"]


async def test_every_table_has_a_name_that_only_one_of_its_kind_shares(start):
    session = await start()
    kinds: dict[str, list[str]] = {}
    for table in session.window.findChildren(FastTableView):
        titles = [column.title for column in table.model().columns]
        assert table.accessibleName()
        assert kinds.setdefault(table.accessibleName(), titles) == titles
    assert len(kinds) > 8


async def test_a_second_window_shows_every_table_as_the_first_left_it(start, until):
    session = await start()
    await play_story(session)
    streams = session.window.views["streams"].table
    session.bring("streams")
    await until(lambda: streams.model().rowCount() > 2)
    streams.head.hide_column(HeadColumn(1))
    streams.head.sort_by(0)
    await until(lambda: streams.head.sortIndicatorSection() == 0)
    session.bring("projections")
    await until(lambda: session.window.views["projections"]._table is not None)
    rows = session.window.views["projections"]._table
    await until(lambda: rows.model().rowCount() > 0 and rows.isVisible())
    rows.head.moveSection(0, 1)
    await session.close_project()

    other = await start()
    await play_story(other)
    other.bring("streams")
    table = other.window.views["streams"].table
    await until(lambda: table.model().rowCount() > 2 and names(table) == sorted(names(table)))
    assert table.isColumnHidden(1)
    other.bring("projections")
    await until(lambda: other.window.views["projections"]._table is not None)
    rows = other.window.views["projections"]._table
    await until(lambda: rows.model().rowCount() > 0 and rows.isVisible())
    assert rows.head.visualIndex(0) == 1
    other.reset_layout()
    assert (rows.head.visualIndex(0), table.isColumnHidden(1)) == (0, False)
    await until(lambda: table.head.sortIndicatorSection() == 2)

"""Rows by pages: asked for when wanted, few kept, and the same rows after the source has changed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt

from tests.gui.conftest import Numbers
from workbench.gui.paged_model import KEPT, PAGE, ListSource, PagedModel, TableColumn

TIP = Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def model(qapp):
    return PagedModel([TableColumn("Number"), TableColumn("Name")])


def turn(model, source):
    """Shows what became of the rows; each that Qt remembers stands where it stood, if it is still there."""
    model.turn_to(source, source.count(), {row: row for row in range(source.count())})


def filled(model, length):
    source = Numbers(length)
    model.set_source(source)
    return source


def test_a_page_is_asked_for_when_one_of_its_rows_is_first_wanted(model):
    source = filled(model, 1_000_000)
    assert model.rowCount() == 1_000_000
    assert source.asked == []
    assert model.row(700_000) == (700_000, "row 700000")
    assert model.row(700_001) == (700_001, "row 700001")
    assert source.asked == [(700_000 // PAGE * PAGE, PAGE)]


def test_few_pages_are_kept_and_those_least_looked_at_go(model):
    source = filled(model, 100 * PAGE)
    for number in range(KEPT):
        model.row(number * PAGE)
    model.row(0)
    model.row(KEPT * PAGE)
    source.asked.clear()
    model.row(0)
    assert source.asked == []
    model.row(PAGE)
    assert source.asked == [(PAGE, PAGE)]


@pytest.mark.parametrize("index", [-1, 3, 10**9])
def test_where_there_is_no_row_there_is_none(model, index):
    filled(model, 3)
    assert model.row(index) is None
    assert model.shown(index, 0) == ""


def test_a_source_that_holds_less_than_it_says_leaves_blanks(model):
    source = filled(model, 3)
    source.page = lambda _first, _limit: [(0, "row 0")]
    assert model.row(0) == (0, "row 0")
    assert model.row(2) is None
    assert model.data(model.index(2, 1)) == ""


def test_growth_is_told_as_rows_at_the_end(model):
    source = filled(model, 3)
    told = []
    model.rowsInserted.connect(lambda _parent, first, last: told.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _parent, first, last: told.append(("out", first, last)))
    source.length = 5
    assert model.rowCount() == 3
    turn(model, source)
    assert (model.rowCount(), model.shown(4, 1)) == (5, "row 4")
    source.length = 1
    turn(model, source)
    assert (model.rowCount(), model.row(1)) == (1, None)
    source.length = 0
    turn(model, source)
    assert told == [("in", 3, 4), ("out", 1, 4), ("out", 0, 0)]


def test_a_refresh_asks_again_and_tells_that_the_rows_are_others(model):
    source = filled(model, 3)
    model.row(0)
    told = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row(), last.column())))
    source.page = lambda _first, _limit: [(0, "new"), (1, "new"), (2, "new")]
    assert model.shown(0, 1) == "row 0"
    turn(model, source)
    assert model.shown(0, 1) == "new"
    assert told == [(0, 2, 1)]


def test_who_held_an_index_holds_it_after_growth_and_loses_it_when_its_row_goes(model):
    source = filled(model, 10)
    second, last = QPersistentModelIndex(model.index(1, 0)), QPersistentModelIndex(model.index(9, 0))
    source.length = 20
    turn(model, source)
    assert (second.row(), last.row()) == (1, 9)
    source.length = 5
    turn(model, source)
    assert second.row() == 1
    assert not last.isValid()


def test_another_source_leaves_nothing_of_the_old(model):
    filled(model, 10)
    model.row(0)
    resets = []
    model.modelReset.connect(lambda: resets.append(True))
    model.set_source(ListSource([("a", "b")]))
    assert (model.rowCount(), model.row(0), resets) == (1, ("a", "b"), [True])


def test_cells_are_shown_as_their_columns_say(qapp):
    model = PagedModel(
        [
            TableColumn("Plain"),
            TableColumn("Made", text=lambda value: f"<{value}>"),
            TableColumn("State", badge=lambda value: ("ok", "fine") if value else None),
        ]
    )
    model.set_source(ListSource([(1, 2, 3, "hidden"), (4, 5, 0, "hidden")]))
    assert [[model.shown(row, column) for column in range(3)] for row in range(2)] == [
        ["1", "<2>", "fine"],
        ["4", "<5>", ""],
    ]
    assert model.columnCount() == 3


def test_tool_tips_say_what_is_shown_or_what_the_column_says(qapp):
    model = PagedModel(
        [
            TableColumn("A", text=lambda value: f"{value}…"),
            TableColumn("B", tip=lambda value: f"all of {value}"),
        ]
    )
    model.set_source(ListSource([("x", "y")]))
    assert [model.data(model.index(0, column), TIP) for column in range(2)] == ["x…", "all of y"]
    assert model.data(model.index(0, 1)) == "y"
    model.set_source(ListSource([]))
    assert model.data(model.index(0, 1), TIP) is None


def test_heads_have_titles_and_stand_over_their_text(qapp):
    model = PagedModel([TableColumn("Name"), TableColumn("Size", align_right=True)])
    across = Qt.Orientation.Horizontal
    alignment = Qt.ItemDataRole.TextAlignmentRole
    assert [model.headerData(number, across) for number in range(3)] == ["Name", "Size", None]
    assert model.headerData(0, across, alignment) & Qt.AlignmentFlag.AlignLeft
    assert model.headerData(1, across, alignment) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_a_tool_tip_shows_what_looks_like_markup_as_it_is(model):
    model.set_source(ListSource([(1, "<b>bold</b>"), (2, "plain")]))
    assert "&lt;b&gt;bold&lt;/b&gt;" in model.data(model.index(0, 1), TIP)
    assert model.data(model.index(1, 1), TIP) == "plain"


def test_of_several_rows_with_one_key_the_first_is_found():
    source = ListSource([("a", 1), ("b", 2), ("a", 3), ("b", 4)])
    assert source.find({"a", "b", "c"}) == {"a": 0, "b": 1}


def test_who_held_a_row_that_is_not_among_those_that_moved_holds_none(model):
    source = filled(model, 5)
    gone, moved, still = (QPersistentModelIndex(model.index(row, 0)) for row in (1, 3, 4))
    model.turn_to(source, 5, {3: 1, 4: 4})
    assert not gone.isValid(), "another row stands there now"
    assert (moved.row(), still.row()) == (1, 4)

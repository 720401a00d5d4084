"""Trees change in place: whatever becomes of the rows, what is held of one that stays is still it (V1)."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPersistentModelIndex, QPoint
from PySide6.QtTest import QAbstractItemModelTester

from tests.gui.tree_rows import rows_of
from workbench.gui.tree import OfferingTree, TreeRow


def branch(name, *inner, title=""):
    rows = [TreeRow(key=one, cells=(one,), data=one) for one in inner]
    return TreeRow(key=name, cells=(title or name,), data=name, rows=rows)


@pytest.fixture
def tree(qtbot):
    made = OfferingTree()
    qtbot.addWidget(made)
    made.tester = QAbstractItemModelTester(made.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.show()
    return made


def test_V1_rows_keep_their_identity_through_any_change(tree):
    luck = random.Random(7)
    held = {}
    for turn in range(200):
        tops = luck.sample("ABCDE", luck.randint(0, 5))
        rows = [
            branch(
                top, *(f"{top}{at}" for at in luck.sample(range(6), luck.randint(0, 6))), title=f"{top}{turn}"
            )
            for top in tops
        ]
        tree.show_rows(rows)
        shown = {row.cells[0]: [one.cells[0] for one in row.rows] for row in rows}
        assert rows_of(tree) == shown
        data = {data for row in rows for data in (row.key, *(one.key for one in row.rows))}
        assert all(
            index.isValid() == (key in data) for key, index in held.items() if key[0] in data or len(key) < 2
        )
        assert all(index.data(256) == key for key, index in held.items() if index.isValid())
        held = {index.data(256): QPersistentModelIndex(index) for index in tree.rows.all()}


def test_V1_what_is_current_and_closed_stays_so_while_others_come_and_go(tree):
    tree.show_rows([branch("a", "a1", "a2"), branch("b", "b1")])
    tree.choose("a2")
    tree.collapse(tree.rows.index(1, 0))
    tree.show_rows([branch("c", "c1"), branch("b", "b0", "b1"), branch("a", "a0", "a1", "a2", title="A")])
    assert tree.current().data == "a2"
    assert [tree.isExpanded(tree.rows.index(at, 0)) for at in range(3)] == [True, False, True]


@pytest.mark.parametrize("chosen", ["a20", "", "b0"])
def test_V1_the_row_that_is_current_or_uppermost_stays_where_it_is(tree, chosen, qapp):
    tree.resize(200, 180)
    rows = [f"a{at}" for at in range(40)]
    tree.show_rows([branch("a", *rows), branch("b", "b0")])
    tree.choose(chosen)  # the last one is out of sight
    qapp.processEvents()
    tree.verticalScrollBar().setValue(tree.verticalScrollBar().maximum() // 2)
    qapp.processEvents()
    seen = tree.indexAt(QPoint(40, 90)).data()
    held = QPersistentModelIndex(tree.indexAt(QPoint(40, 90)))
    place = tree.visualRect(held)
    tree.show_rows([branch("0", "01", "02"), branch("a", "a-", *rows, "a+"), branch("b", "b0")])
    qapp.processEvents()
    assert (held.data(), tree.visualRect(held)) == (seen, place)


def test_V1_at_the_top_what_comes_there_is_seen(tree):
    tree.resize(200, 180)
    rows = [f"a{at}" for at in range(40)]
    tree.show_rows([branch("a", *rows)])
    tree.show_rows([branch("0", "01"), branch("a", *rows)])
    assert tree.verticalScrollBar().value() == 0


def test_V1_nothing_takes_the_place_of_a_row_that_left(tree):
    moved = []
    tree.show_rows([branch("a", "a1", "a2")])
    tree.choose("a1")
    tree.current_moved.connect(moved.append)
    tree.show_rows([branch("a", "a2")])
    assert (tree.current(), moved) == (None, [None])
    tree.choose("a2")
    tree.show_rows([branch("b", "b1")])
    assert tree.current() is None

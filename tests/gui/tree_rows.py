"""What a tree of the window shows, for tests."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QTreeView


def table_of(tree: QTreeView) -> list[list[str]]:
    """Returns the texts of the first level, by rows and columns."""
    model = tree.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def rows_of(tree: QTreeView) -> dict[str, list[str]]:
    """Returns the texts of each branch's rows, by the branch's own."""
    model = tree.model()
    tops = [model.index(row, 0) for row in range(model.rowCount())]
    return {
        top.data(): [model.index(row, 0, top).data() for row in range(model.rowCount(top))] for top in tops
    }


def index_of(tree: QTreeView, text: str) -> QModelIndex:
    """Returns where a text stands below a branch."""
    model = tree.model()
    tops = [model.index(row, 0) for row in range(model.rowCount())]
    below = [model.index(row, 0, top) for top in tops for row in range(model.rowCount(top))]
    return next(index for index in below if index.data() == text)

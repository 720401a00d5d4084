"""The order of the tab key is read from what is laid out; asking Qt for its chain harms what is in it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

import workbench
from workbench.gui.forms import SchemaForm
from workbench.gui.tab_order import put_in_order, reading_order


def test_nothing_asks_qt_for_the_chain_of_the_tab_key():
    root = Path(workbench.__file__).parent
    found = [path for path in root.rglob("*.py") if "InFocusChain(" in path.read_text("utf-8")]
    assert found == []


def test_it_is_the_order_in_which_one_reads(qtbot):
    window, first, second, third = QWidget(), QLineEdit(), QLineEdit(), QLineEdit()
    qtbot.addWidget(window)
    rows, row = QVBoxLayout(window), QHBoxLayout()
    rows.addLayout(row)
    rows.addWidget(third)
    row.addWidget(second)
    row.insertWidget(0, first)
    assert list(reading_order(window)) == [first, second, third]


def test_what_can_be_folded_has_a_place_though_the_tab_key_skips_it(qtbot):
    window, folds, acts = QWidget(), QToolButton(), QToolButton()
    qtbot.addWidget(window)
    folds.setCheckable(True)
    for one in (folds, acts):
        one.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    row = QHBoxLayout(window)
    row.addWidget(acts)
    row.addWidget(folds)
    assert list(reading_order(window)) == [folds]


def test_forms_leave_what_stands_beside_them_usable(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    beside, passing = QListWidget(), QFrame()
    schema = {
        "type": "object",
        "properties": {
            "names": {"type": "array", "items": {"type": "string"}},
            "words": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    form = SchemaForm(schema)
    row = QVBoxLayout(window)
    for part in (beside, form, passing):
        row.addWidget(part)
    window.show()
    viewport = beside.viewport()
    form.set_value({"names": ["a", "b"], "words": {"c": "d"}})
    put_in_order(window)
    passing.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert isValid(viewport)

"""Nothing of Qt that Python did not make is held where Qt may delete it unseen: the program would die of it.

A layout's items, say: a wrapper that outlives its item stands for whatever is made at that address next.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMetaObject, QObject, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget
from shiboken6 import Shiboken

import workbench
from tests.gui.conftest import settle
from tests.gui.test_session import settings, start
from workbench.gui.flow_row import FlowRow
from workbench.gui.layouts import clear, in_column, in_row, join
from workbench.gui.tab_order import reading_order
from workbench.gui.view_catalog import VIEWS

__all__ = ["settings", "start"]  # fixtures


def held() -> Counter[str]:
    """Counts what Python wraps of Qt's own making that nobody tells Python the end of."""
    return Counter(
        type(one).__name__
        for one in Shiboken.getAllValidWrappers()
        if not isinstance(one, QObject | QMetaObject | QEvent)  # an event is held while it is handled
        and not Shiboken.createdByPython(one)
        and not Shiboken.ownedByPython(one)
    )


@pytest.fixture
def before():
    """Counts what earlier tests left."""
    return held()


def test_only_one_place_joins_layouts_and_none_asks_for_an_item():
    root = Path(workbench.__file__).parent
    asked = re.compile(r"\.(?:itemAt|itemAtPosition|addLayout|insertLayout)\(")
    found = [path.name for path in root.rglob("*.py") if asked.search(path.read_text("utf-8"))]
    assert found == ["layouts.py"]


def test_laying_out_and_reading_the_order_hold_no_item(qtbot, before):
    window, more = QWidget(), QVBoxLayout()
    qtbot.addWidget(window)
    whole = in_column(in_row(QLineEdit(), 1), in_row(in_column(QLineEdit()), FlowRow(QLineEdit())), of=window)
    join(whole, more)
    join(more, in_row(QLineEdit(), QLineEdit()))
    assert len(list(reading_order(window))) == 5
    clear(more)
    assert held() - before == Counter(QWidgetItem=1), "of the row that is Python's own"


def test_what_is_made_where_widgets_ended_can_end(qtbot):
    window, column = QWidget(), QVBoxLayout()
    qtbot.addWidget(window)
    whole = in_column(of=window)
    for _ in range(60):
        labels = [QLabel(str(number)) for number in range(50)]
        join(whole, in_column(*labels))
        assert list(reading_order(window)) == []
        for one in labels:
            one.deleteLater()
        del labels, one
        _end()
        host = QWidget()
        made = [(QToolButton(host), QTimer(host), QHBoxLayout()) for _ in range(200)]
        del made
        host.deleteLater()
        del host
        _end()
    assert column.count() == 0


def _end():
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


async def test_no_view_holds_what_may_end_unseen(start, until, before):
    session = await start()
    for entry in VIEWS:
        session.bring(entry.key)
        await until(session.window.views[entry.key].seen)
    await settle(session.workspace)
    of_rows = sum(row.count() for row in session.window.findChildren(FlowRow))
    assert held() - before == Counter(QWidgetItem=of_rows), "of the rows that are Python's own"

"""An Enter that is held down: it confirms nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.application import prepare
from workbench.gui.held_enter import HeldEnter
from workbench.gui.theme import theme


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


async def test_an_enter_that_is_held_down_confirms_nothing_and_writes_lines_in_a_text(
    parent: QWidget, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme(), "install", lambda _app: None)  # other tests are drawn without it
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    prepare([], "light")
    prepare([], "light")
    (guard,) = app.findChildren(HeldEnter)
    pressed = list[bool]()
    button, text = QPushButton("Remove"), QPlainTextEdit()
    button.setAutoDefault(True)
    button.clicked.connect(lambda: pressed.append(True))
    column = QVBoxLayout(parent)
    column.addWidget(button)
    column.addWidget(text)
    parent.show()
    parent.activateWindow()
    await until(parent.isActiveWindow)

    def enter(*, again: bool) -> None:
        kind, key = QKeyEvent.Type.KeyPress, Qt.Key.Key_Return
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "\r", again, 1)
        QApplication.sendEvent(parent.windowHandle(), event)

    button.setFocus()
    enter(again=True)
    assert pressed == []
    enter(again=False)
    assert pressed == [True]
    text.setFocus()
    enter(again=True)
    assert text.toPlainText() == "\n"
    assert isinstance(guard, QObject)
    guard.setParent(None)
    guard.deleteLater()

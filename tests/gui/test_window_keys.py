"""Keys of all windows: an Enter that is held down confirms nothing more, Ctrl+Y does again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.application import prepare
from workbench.gui.theme import theme
from workbench.gui.window_keys import REST_MS, WindowKeys, is_held, rests


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    monkeypatch.setattr(theme(), "install", lambda _app: None)  # other tests are drawn without it
    made = QApplication.instance()
    assert isinstance(made, QApplication)
    prepare([], "light")
    prepare([], "light")
    (guard,) = made.findChildren(WindowKeys)
    yield made
    assert isinstance(guard, QObject)
    guard.setParent(None)
    guard.deleteLater()


async def test_it_is_known_whether_somebody_is_at_work(
    app: QApplication, parent: QWidget, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (keys,) = app.findChildren(WindowKeys)
    button = QPushButton("Move over me", parent)
    parent.show()
    parent.activateWindow()
    await until(parent.isActiveWindow)
    for use in (
        lambda: press(parent, Qt.Key.Key_A, "a"),
        lambda: QTest.mouseMove(parent.windowHandle(), button.geometry().center()),
        lambda: QTest.mousePress(parent.windowHandle(), Qt.MouseButton.LeftButton),
    ):
        monkeypatch.setattr(keys, "_unused", Long())
        assert rests(app)
        use()
        assert not rests(app)


async def test_it_is_known_whether_the_key_of_an_action_is_held(
    app: QApplication, parent: QWidget, until: Any
) -> None:
    parent.show()
    parent.activateWindow()
    await until(parent.isActiveWindow)
    for held in (False, True, False):
        asks = QEvent.Type.ShortcutOverride  # Qt tells a window no more of a key that is one of an action
        keys = Qt.KeyboardModifier.ControlModifier
        QApplication.sendEvent(parent.windowHandle(), QKeyEvent(asks, Qt.Key.Key_Z, keys, "", held))
        assert is_held(app) is held


class Long:
    """Nothing has been used for long, until something is."""

    def __init__(self) -> None:
        self.since = REST_MS + 1

    def start(self) -> None:
        self.since = 0

    def elapsed(self) -> int:
        return self.since


def press(
    window: QWidget, key: Qt.Key, text: str, *modifiers: Qt.KeyboardModifier, again: bool = False
) -> None:
    held = modifiers[0] if modifiers else Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QKeyEvent.Type.KeyPress, key, held, text, again, 1)
    QApplication.sendEvent(window.windowHandle(), event)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("kind", [QPlainTextEdit, QLineEdit])
async def test_what_was_undone_in_a_text_is_done_again(
    parent: QWidget, until: Any, kind: type[QPlainTextEdit | QLineEdit]
) -> None:
    text = kind(parent)
    parent.show()
    parent.activateWindow()
    await until(parent.isActiveWindow)
    text.setFocus()
    said: Callable[[], str] = text.toPlainText if isinstance(text, QPlainTextEdit) else text.text
    press(parent, Qt.Key.Key_A, "a")
    text.undo()
    assert said() == ""
    press(parent, Qt.Key.Key_Y, "", Qt.KeyboardModifier.ControlModifier)
    assert said() == "a"
    text.undo()
    text.setReadOnly(True)
    press(parent, Qt.Key.Key_Y, "", Qt.KeyboardModifier.ControlModifier)
    assert said() == ""


@pytest.mark.usefixtures("app")
async def test_an_enter_that_is_held_down_confirms_nothing_and_writes_lines_in_a_text(
    parent: QWidget, until: Any
) -> None:
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

    button.setFocus()
    press(parent, Qt.Key.Key_Return, "\r", again=True)
    assert pressed == []
    press(parent, Qt.Key.Key_Return, "\r")
    assert pressed == [True]
    text.setFocus()
    press(parent, Qt.Key.Key_Return, "\r", again=True)
    assert text.toPlainText() == "\n"

"""How gestures reach the window in a journey: as events of Qt, or by xdotool at a real X server."""

from __future__ import annotations

import asyncio
import subprocess

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

NAMES = {"Esc": "Escape", "Del": "Delete", "Ctrl": "ctrl", "Alt": "alt", "Shift": "shift", ".": "period"}
"""What X calls a key, where that is another name."""


class XHands:
    """Gives gestures to the X server."""

    async def press(self, key: str) -> None:
        await _do(
            "key", "+".join(NAMES.get(one, one.lower() if len(one) == 1 else one) for one in key.split("+"))
        )

    async def write(self, text: str) -> None:
        await _do("type", "--delay", "2", text)

    async def click(self, widget: QWidget, place: QPoint) -> None:
        there = widget.mapToGlobal(place)
        await _do("mousemove", "--sync", str(there.x()), str(there.y()))
        await _do("click", "1")


class LaterHands:
    """Gives gestures to the window as events in turns of their own, so that a dialog holds up nobody."""

    async def press(self, key: str) -> None:
        QTimer.singleShot(0, lambda: QTest.keySequence(_focus(), QKeySequence(key)))

    async def write(self, text: str) -> None:
        QTimer.singleShot(0, lambda: QTest.keyClicks(_focus(), text))

    async def click(self, widget: QWidget, place: QPoint) -> None:
        QTimer.singleShot(0, lambda: QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place))


def _focus() -> QWidget:
    popup = QApplication.activePopupWidget()  # it takes what is typed
    widget = popup or QApplication.focusWidget() or QApplication.activeWindow()
    if widget is None:
        raise RuntimeError("nothing has the keyboard")
    return widget


async def _do(*words: str) -> None:
    await asyncio.to_thread(subprocess.run, ["xdotool", *words], check=True)

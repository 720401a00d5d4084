"""Presses each key that a dialog declares from each of its fields."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QPlainTextEdit, QWidget

from workbench.gui.actions import Actions, BoundAction


def held(widget: QWidget, key: Qt.Key, pressed: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Sends what a key that is held down repeats."""
    for kind in (QKeyEvent.Type.ShortcutOverride, QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, pressed, "", True, 1))


def fields_of(dialog: QDialog) -> list[QWidget]:
    """Returns what the keyboard reaches in a dialog by Tab."""
    found = [one for one in dialog.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [one for one in found if one.isVisible() and one.isEnabled() and one.window() is dialog]


def dead_keys(dialog: QDialog, acts: Actions, *fields: QWidget) -> list[str]:
    """Returns the keys that do not do their action from a field of a dialog, or change its text besides."""
    done, found = Counter[str](), list[str]()
    mine: list[BoundAction] = [one for one in acts if one.act.keys and one.place is dialog]
    assert mine
    for one in mine:
        one.triggered.disconnect()
        one.triggered.connect(lambda _checked=False, name=one.act.key: done.update([name]))
    dialog.activateWindow()
    for field in fields or fields_of(dialog):
        field.setFocus()
        if isinstance(field, QPlainTextEdit):
            field.moveCursor(QTextCursor.MoveOperation.Start)
        for one in mine:
            for keys in one.act.sequences:
                one.setEnabled(True)
                before, text = done[one.act.key], text_of(field)
                QTest.keySequence(field, QKeySequence(keys))
                if done[one.act.key] != before + 1 or text_of(field) != text:
                    found.append(f"{keys} from {type(field).__name__} {field.accessibleName()}")
    return found


def text_of(field: QWidget) -> str:
    if isinstance(field, QAbstractButton):
        return ""
    return str(getattr(field, "toPlainText", getattr(field, "text", str))())

"""Notices: the newest three, each once, with actions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QWidget,
)

from tests.gui.test_session import settings, start
from workbench.gui.desk import Notice
from workbench.gui.notices import SHOWN, Notices

__all__ = ["settings", "start"]  # fixtures


@pytest.fixture
def window(qtbot):
    """A window with a text that fills it, above its status bar."""
    made = QMainWindow()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.setCentralWidget(QPlainTextEdit())
    made.statusBar().showMessage("ready")
    return made


def texts(notices):
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return [
        next(label.text() for label in strip.findChildren(QLabel) if label.text())
        for strip in notices.strips()
    ]


def test_only_the_newest_stay_and_the_same_stands_once(window):
    notices = Notices(window)
    for number in range(SHOWN + 2):
        notices.show_notice(Notice(kind="error", text=f"broken {number}"))
    assert texts(notices) == ["broken 2", "broken 3", "broken 4"]
    notices.show_notice(Notice(kind="error", text="broken 3"))
    assert texts(notices) == ["broken 2", "broken 4", "broken 3"]


def test_an_action_runs_and_closes_the_notice(window):
    notices = Notices(window)
    done = []
    notices.show_notice(Notice(kind="warning", text="purged", actions=(("Undo", lambda: done.append(True)),)))
    (strip,) = notices.strips()
    strip.findChild(QPushButton).click()
    assert done == [True]
    assert texts(notices) == []


def test_markup_is_shown_as_it_is_written(window):
    notices = Notices(window)
    notices.show_notice(Notice(kind="error", text="<b>no</b> <img src='x'>"))
    assert texts(notices) == ["<b>no</b> <img src='x'>"]


def test_a_plain_notice_that_comes_or_goes_moves_no_button(window):
    notices = Notices(window)
    window.show()
    notices.show_notice(Notice(kind="ok", text="purged", actions=(("Undo", lambda: None),)))
    (undo,) = notices.findChildren(QPushButton)
    before = undo.mapTo(window, undo.rect().center())
    notices.show_notice(Notice(kind="ok", text="reloaded"))
    assert undo.mapTo(window, undo.rect().center()) == before
    notices.strips()[-1].leave()
    assert texts(notices) == ["purged"]
    assert undo.mapTo(window, undo.rect().center()) == before


def test_what_is_no_longer_true_goes_without_anything_in_its_place(window):
    notices = Notices(window)
    notices.show_notice(Notice(kind="ok", text="read models are stale", topic="reload"))
    notices.show_notice(Notice(kind="ok", text="purged"))
    notices.show_notice(Notice(kind="ok", text="", topic="reload"))
    assert texts(notices) == ["purged"]


async def test_a_notice_does_not_leave_while_it_has_the_keyboard(window, until):
    notices = Notices(window)
    window.show()
    await until(window.isActiveWindow)
    done = []
    notices.show_notice(Notice(kind="ok", text="purged", actions=(("Undo", lambda: done.append(True)),)))
    (strip,) = notices.stops()
    strip.take_keyboard()
    strip.leave()
    assert texts(notices) == ["purged"]
    QTest.keyClick(strip.buttons[0], Qt.Key.Key_Return)
    assert done == [True]
    assert texts(notices) == []


def places(window):
    QCoreApplication.processEvents()
    return [one.geometry().getRect() for one in (window.centralWidget(), window.notices, window.statusBar())]


def test_notices_take_room_above_the_status_bar_and_give_it_back(window):
    window.notices = notices = Notices(window)
    window.show()
    before = places(window)
    notices.show_notice(Notice(kind="error", text="The disk is full"))
    (_, top, _, height), (x, y, width, room), bar = places(window)
    assert (x, width) == (0, 800)
    assert top + height <= y
    assert bar[1] == y  # they stand in its upper part,
    assert bar[3] == before[2][3] + room  # which is what it grew by
    notices.strips()[0].leave()
    assert texts(notices) == []
    assert places(window) == before


def test_nothing_moves_while_a_mouse_button_is_down(window, monkeypatch, qtbot):
    window.notices = notices = Notices(window)
    window.show()
    before = places(window)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    notices.show_notice(Notice(kind="error", text="The disk is full"))
    assert places(window) == before
    monkeypatch.undo()
    qtbot.waitUntil(notices.isVisible)


def test_of_a_long_text_the_first_lines_stand_there_and_all_of_it_opens(window, qtbot):
    notices = Notices(window)
    window.show()
    whole = "\n".join(f"mistake {number}" for number in range(9))
    notices.show_notice(Notice(kind="error", text=whole))
    assert texts(notices) == ["mistake 0\nmistake 1\nand 7 more"]
    (button,) = notices.findChildren(QPushButton)
    button.click()
    assert button.text() == "Show all"
    (opened,) = notices.findChildren(QDialog)
    assert opened.area.toPlainText() == whole
    assert len(notices.strips()) == 1  # it was looked at, not done with
    opened.close()


INPUTS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QTextEdit, QPlainTextEdit)


@pytest.mark.parametrize("size", [(1024, 700), (1600, 1000)])
async def test_notices_cover_no_button_and_no_input_of_any_view_and_take_no_keyboard(start, until, size):
    session = await start((None, "users"))
    window = session.window
    window.resize(*size)
    window.bring("commands")
    await until(window.isActiveWindow)
    focused = QApplication.focusWidget()
    for number in range(5):
        notice = Notice(kind="error", text="words " * 60 + str(number), actions=(("Undo", lambda: None),))
        window.notices.show_notice(notice)
    notices = window.notices
    assert len(notices.strips()) == SHOWN
    assert all(strip.height() >= strip.minimumSizeHint().height() for strip in notices.strips())
    QTest.mouseClick(notices.strips()[0].findChildren(QLabel)[1], Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is focused
    for key in window.views:
        window.bring(key)
        await until(window.views[key].seen)
        assert window.rect().contains(notices.geometry())
        seen = [one for one in window.findChildren(QWidget) if isinstance(one, INPUTS) and one.isVisible()]
        beside = [one for one in seen if one.isEnabled() and not notices.isAncestorOf(one)]
        places = {one: QRect(one.mapTo(window, QPoint()), one.size()) for one in beside}
        assert len(places) > 20
        assert not [one for one, place in places.items() if place.intersects(notices.geometry())]

"""Notices: the newest three, each once, with actions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from workbench.gui.desk import Notice
from workbench.gui.notices import SHOWN, Notices


def texts(notices):
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return [
        next(label.text() for label in strip.findChildren(QLabel) if label.text())
        for strip in notices.strips()
    ]


def test_only_the_newest_stay_and_the_same_stands_once(qtbot):
    notices = Notices()
    qtbot.addWidget(notices)
    for number in range(SHOWN + 2):
        notices.show_notice(Notice(kind="error", text=f"broken {number}"))
    assert texts(notices) == ["broken 2", "broken 3", "broken 4"]
    notices.show_notice(Notice(kind="error", text="broken 3"))
    assert texts(notices) == ["broken 2", "broken 4", "broken 3"]


def test_an_action_runs_and_closes_the_notice(qtbot):
    notices = Notices()
    qtbot.addWidget(notices)
    done = []
    notices.show_notice(Notice(kind="warning", text="purged", actions=(("Undo", lambda: done.append(True)),)))
    (strip,) = notices.strips()
    strip.findChild(QPushButton).click()
    assert done == [True]
    assert texts(notices) == []


def test_markup_is_shown_as_it_is_written(qtbot):
    notices = Notices()
    qtbot.addWidget(notices)
    notices.show_notice(Notice(kind="error", text="<b>no</b> <img src='x'>"))
    assert texts(notices) == ["<b>no</b> <img src='x'>"]


def test_a_plain_notice_that_comes_or_goes_moves_no_button(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
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


async def test_a_notice_does_not_leave_while_it_has_the_keyboard(qtbot, until):
    window = QWidget()
    qtbot.addWidget(window)
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

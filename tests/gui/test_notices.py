"""Notices: the newest three, each once, with actions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QPushButton

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

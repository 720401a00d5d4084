"""The window: docks, perspectives, coming back as it was left."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QSize
from PySide6.QtWidgets import QLabel, QToolButton
from shiboken6 import delete

from workbench.gui.desk import Notice
from workbench.gui.main_window import MainWindow
from workbench.gui.view_catalog import NARROW, PERSPECTIVES, VIEWS


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(settings, qtbot):
    made = MainWindow(settings)
    made.may_close()
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.come_back()
    made.show()
    return made


def shown(window):
    return {key for key, dock in window.docks.items() if not dock.isHidden()}


def test_every_view_of_the_catalog_has_a_class():
    for entry in VIEWS:
        view = entry.load()
        assert (view.key, view.title) == (entry.key, entry.title)


@pytest.mark.parametrize("name", PERSPECTIVES)
def test_a_perspective_shows_its_views_and_no_others(window, name):
    window.show_perspective(name)
    assert shown(window) == {
        key for column in PERSPECTIVES[name] for cell in column for key in cell.split("+")
    }


def test_a_window_that_is_deleted_looks_after_no_keyboard(settings, qtbot):
    window = MainWindow(settings)
    window.come_back()
    window.show()
    with qtbot.captureExceptions() as raised:
        delete(window)
    assert raised == []


def test_it_comes_back_as_it_was_left(window, settings, qtbot):
    window.show_perspective("Repair")
    window.docks["explorer"].hide()
    window.bring("streams")
    window.remember()
    other = MainWindow(settings)
    other.may_close()
    qtbot.addWidget(other)
    other.come_back()
    other.show()
    assert other.perspective == "Repair"
    assert shown(other) == shown(window) == {"letters", "inspector", "streams"}
    other.reset_perspective()
    assert shown(other) == {"explorer", "letters", "inspector"}


def test_the_room_that_was_open_comes_back_after_a_crash(window, settings, qtbot):
    window.show_perspective("Design")
    other = MainWindow(settings)
    other.may_close()
    qtbot.addWidget(other)
    other.come_back()
    assert other.perspective == "Design"


def test_bringing_a_view_that_is_not_shown_puts_it_beside_the_others(window):
    window.show_perspective("Design")
    QCoreApplication.processEvents()
    window.bring("letters")
    assert not window.docks["letters"].isHidden()
    assert window.docks["letters"] in window.tabifiedDockWidgets(window.docks["board"])


def test_what_comes_late_into_a_restored_arrangement_leaves_no_gap(window, settings, qtbot):
    window.show_perspective("Repair")
    window.remember()
    other = MainWindow(settings)
    other.may_close()
    qtbot.addWidget(other)
    other.come_back()
    other.show()
    other.bring("timeline")
    QCoreApplication.processEvents()
    assert other.docks["explorer"].x() == 0
    assert other.docks["timeline"] in other.tabifiedDockWidgets(other.docks["letters"])


def test_going_round_the_perspectives_moves_nothing(window):
    def places():
        QCoreApplication.processEvents()
        seen = {key: dock.geometry() for key, dock in window.docks.items() if not dock.isHidden()}
        return {
            key: place.getRect() for key, place in seen.items() if place.x() >= 0
        }  # the rest are tabs behind

    seen = {}
    for _ in range(3):
        for name in PERSPECTIVES:
            window.show_perspective(name)
            assert places() == seen.setdefault(name, places())


def test_a_view_that_the_person_closed_comes_back_where_it_was(window):
    window.show_perspective("Run")
    QCoreApplication.processEvents()
    before = window.docks["projections"].geometry()
    window.docks["projections"].close()
    QCoreApplication.processEvents()
    window.bring("projections")
    QCoreApplication.processEvents()
    assert window.docks["projections"].x() == before.x()
    assert window.tabifiedDockWidgets(window.docks["projections"]) == []


@pytest.mark.parametrize("name", PERSPECTIVES)
def test_a_small_window_shows_the_same_behind_each_other_and_keeps_its_size(window, name):
    window.resize(1024, 700)
    window.show_perspective(name)
    window.reset_perspective()
    QCoreApplication.processEvents()
    cells = [cell.split("+") for column in NARROW[name] for cell in column]
    assert shown(window) == {key for cell in cells for key in cell}
    for front, *behind in cells:
        assert {window.docks[key] for key in behind} == set(window.tabifiedDockWidgets(window.docks[front]))
    assert (window.width(), window.height()) == (1024, 700)


def test_the_strip_of_notices_is_there_only_while_something_is_said(window, qtbot):
    window.show_perspective("Run")
    assert not window.notices.isVisible()
    window.notices.show_notice(Notice(kind="error", text="The disk is full", asks=True))
    QCoreApplication.processEvents()
    assert window.notices.isVisible()
    window.notices.cards()[0].findChildren(QToolButton)[-1].click()
    qtbot.waitUntil(lambda: not window.notices.isVisible(), timeout=2000)


def test_the_explorer_keeps_its_width_however_often_the_window_becomes_small_and_large(window, qtbot):
    """It grew with each time, so that all other views were squeezed, also at the next start."""
    window.resize(1440, 900)
    window.show_perspective("Run")
    for dock in window.docks.values():
        widget = QLabel()
        widget.setMinimumWidth(180)
        dock.setWidget(widget)
    QCoreApplication.processEvents()
    before = window.docks["explorer"].width(), window.docks["timeline"].width()
    for size in [(1024, 700), (1440, 900)] * 3:
        window.resize(*size)
        qtbot.waitUntil(lambda: not window._explorer._later.isActive())
        QCoreApplication.processEvents()
    assert abs(window.docks["explorer"].width() - before[0]) < 20
    assert abs(window.docks["timeline"].width() - before[1]) < 20


def test_a_notice_does_not_leave_from_under_the_mouse(window, qtbot, monkeypatch):
    window.notices.show_notice(Notice(kind="ok", text="Sent"))
    strip = window.notices.cards()[0]
    monkeypatch.setattr(strip, "underMouse", lambda: True)
    strip.leave()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert window.notices.cards() == [strip]
    monkeypatch.setattr(strip, "underMouse", lambda: False)
    strip.leave()
    qtbot.waitUntil(lambda: not window.notices.toasts.isVisible(), timeout=2000)


def test_closing_asks_whoever_owns_it_first(settings, qtbot):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show()
    asked = []
    window.close_wanted.connect(lambda: asked.append(True))
    assert not window.close()
    assert asked == [True]
    window.may_close()
    assert window.close()


@pytest.mark.parametrize(
    ("room", "size"),
    [
        ((1920, 1040), (1440, 900)),
        ((1456, 948), (1440, 900)),
        ((1440, 875), (1424, 827)),
        ((1366, 728), (1350, 680)),
        ((800, 600), (784, 552)),
    ],
)
def test_the_first_window_fits_a_small_screen_with_its_frame(settings, qtbot, monkeypatch, room, size):
    monkeypatch.setattr(MainWindow, "screen", lambda _: SimpleNamespace(availableSize=lambda: QSize(*room)))
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.come_back()
    assert window.size().toTuple() == size
    window.may_close()

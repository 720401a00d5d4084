"""Notices: toasts that leave the keyboard's place free, strips that ask, and the list of what was told."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QLabel,
    QListWidget,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
)

from tests.gui.test_session import settings, start
from workbench.gui import toasts
from workbench.gui.desk import Notice
from workbench.gui.notice_list import NoticeList
from workbench.gui.notices import SHOWN, Notices
from workbench.gui.palette import Palette
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.toasts import (
    corners,
    emptiest_corner,
    free_corner,
    keyboard_place,
    main_buttons,
    shown_rows,
    tool_buttons,
)
from workbench.gui.widgets import Banner

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
        next(label.text() for label in card.findChildren(QLabel) if label.text()) for card in notices.cards()
    ]


def listed(notices):
    return [(told.notice.text, told.seen, [label for label, _ in told.offers()]) for told in notices.told]


def asking(text, **more):
    return Notice(kind="warning", text=text, actions=(("Undo", lambda: None),), asks=True, **more)


def test_only_the_newest_stay_what_failed_longest_and_the_same_stands_once(window):
    notices, counts = Notices(window), []
    notices.counted.connect(lambda count, kind: counts.append((count, kind)))
    notices.show_notice(Notice(kind="error", text="broken"))
    for number in range(SHOWN + 1):
        notices.show_notice(Notice(kind="ok", text=f"done {number}"))
    assert texts(notices) == ["broken", "done 2", "done 3"]
    notices.show_notice(Notice(kind="error", text="broken"))
    assert texts(notices) == ["done 2", "done 3", "broken"]
    assert counts[-1] == (SHOWN + 3, "error")
    notices.looked()
    assert texts(notices) == [], "they were seen in the list"
    assert counts[-1] == (0, "info")


def test_an_action_runs_once_and_what_leads_somewhere_stays_in_the_list(window):
    notices, done = Notices(window), []
    actions = (("Undo", lambda: done.append("undo")), ("Show", lambda: done.append("show")))
    notices.show_notice(Notice(kind="warning", text="purged", actions=actions))
    (card,) = notices.cards()
    card.buttons[0].click()
    assert (done, texts(notices), listed(notices)) == (["undo"], [], [("purged", True, ["Show"])])
    notices.answer(notices.told[0], 0)
    notices.answer(notices.told[0], 0)
    assert done == ["undo", "show", "show"]


def test_what_is_no_longer_true_goes_and_offers_nothing_any_more(window):
    notices = Notices(window)
    notices.show_notice(asking("read models are stale", topic="reload"))
    for count in range(3):
        notices.show_notice(Notice(kind="info", text=f"{count} of 3", topic="import"))
    assert texts(notices) == ["read models are stale", "2 of 3"]
    counts: list[int] = []
    notices.counted.connect(lambda count, _kind: counts.append(count))
    for said in ("", "done", "done", "done again"):
        notices.show_notice(Notice(kind="ok", text=said, topic="reload"))
    assert counts == [2, 3, 3, 3], "what went well once more is counted once"
    notices.show_notice(Notice(kind="ok", text="", topic="reload"))
    assert texts(notices) == ["2 of 3"]
    assert listed(notices) == [("read models are stale", False, []), ("2 of 3", False, [])]


def test_what_is_refused_once_more_with_the_same_words_is_listed_once(window):
    notices, counts = Notices(window), []
    notices.counted.connect(lambda count, _kind: counts.append(count))
    for said in ("“Rename a” cannot be undone", "“Rename a” cannot be undone", "“Add b” cannot be undone"):
        notices.show_notice(asking(said, topic="undo"))
    assert counts == [1, 1, 2]
    assert [text for text, _, _ in listed(notices)] == [
        "“Rename a” cannot be undone",
        "“Add b” cannot be undone",
    ]


def test_markup_is_shown_as_it_is_written_and_assistive_tools_are_told(window, monkeypatch):
    said = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    notices = Notices(window)
    notices.show_notice(Notice(kind="error", text="<b>no</b> <img src='x'>"))
    assert texts(notices) == ["<b>no</b> <img src='x'>"]
    assert said == ["error: <b>no</b> <img src='x'>"]


@pytest.mark.parametrize("asks", [True, False])
async def test_a_notice_does_not_leave_while_it_has_the_keyboard(window, until, asks):
    notices, done = Notices(window), []
    window.show()
    await until(window.isActiveWindow)
    actions = (("Undo", lambda: done.append(True)),)
    notices.show_notice(Notice(kind="ok", text="purged", actions=actions, asks=asks))
    (card,) = notices.stops()
    card.take_keyboard()
    card.leave()
    assert texts(notices) == ["purged"]
    QTest.keyClick(card.buttons[0], Qt.Key.Key_Return)
    assert done == [True]
    assert texts(notices) == []


def places(window):
    QCoreApplication.processEvents()
    return [one.geometry().getRect() for one in (window.centralWidget(), window.notices, window.statusBar())]


def test_what_asks_takes_room_above_the_status_bar_and_gives_it_back(window, monkeypatch, qtbot):
    window.notices = notices = Notices(window)
    window.show()
    before = places(window)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    notices.show_notice(asking("The disk is full"))
    assert places(window) == before, "nothing moves under a mouse button that is down"
    monkeypatch.undo()
    qtbot.waitUntil(notices.isVisible)
    (_, top, _, height), (x, y, width, room), bar = places(window)
    assert (x, width) == (0, 800)
    assert top + height <= y
    assert bar[1] == y  # they stand in its upper part,
    assert bar[3] == before[2][3] + room  # which is what it grew by
    notices.cards()[0].leave()
    assert texts(notices) == []
    assert places(window) == before


def test_a_corner_is_kept_until_the_keyboard_comes_there():
    room, size = QRect(0, 40, 800, 500), QSize(300, 100)
    right, left, above, _ = corners(room, size)
    assert free_corner(room, size, [], 1) == 1
    assert free_corner(room, size, [right.adjusted(20, 20, -20, -20)], 0) == 1
    assert free_corner(room, size, [right | left], 0) == 2
    assert free_corner(room, size, [right | above], 2) == 1
    assert free_corner(room, size, [room], 3) == 3
    assert free_corner(room, size, [room, right, above], 0) == 1, "where all is covered, the least"
    assert free_corner(room, size, [right], 0, left) == 2
    assert free_corner(room, size, [right], 0, room) == 1, "the keyboard's place comes first"


def test_above_what_asks_at_the_foot_a_toast_covers_no_titles():
    room, size = QRect(0, 50, 1280, 640), QSize(424, 98)
    strip = QRect(215, 500, 1065, 190)
    at = free_corner(room, size, [QRect(300, 520, 400, 20), strip], 0)
    place = toasts.places(room, size, [strip])[at]
    assert (place.right(), place.bottom()) == (room.right(), strip.top() - 1)
    assert free_corner(room, size, [QRect(1000, 440, 20, 20), strip], 0) == 5, (
        "the keyboard's place comes first"
    )
    assert free_corner(room, size, [QRect(), strip], 2) == 2, "none moves without need"
    high = QRect(0, 100, 1280, 590)
    assert free_corner(room, size, [QRect(), high], 0) == 2, "where there is no room above it"


def test_toasts_begin_where_they_cover_least_of_the_rows_of_tables(window, qtbot):
    room, size = QRect(0, 0, 800, 500), QSize(300, 100)
    right, left, above, _ = corners(room, size)
    assert emptiest_corner(room, size, []) == 0
    assert emptiest_corner(room, size, [right]) == 1
    assert emptiest_corner(room, size, [right, left.adjusted(0, 0, -200, 0), above]) == 3
    assert emptiest_corner(room, size, [right], [left]) == 2, "buttons come before rows"
    assert free_corner(room, size, [right], 0, tools=[left]) == 2, "where it moves, it covers no tools"
    table = QListWidget(window.centralWidget())
    table.addItems(["one", "two"])
    window.show()
    table.setGeometry(300, 200, 500, 400)
    table.show()
    (rows,) = shown_rows(window)
    assert rows.topLeft() == table.viewport().mapTo(window, QPoint())
    assert rows.height() < 100, "not where it has none"
    table.addItems(["more"] * 90)
    notices = Notices(window)
    notices.show_notice(Notice(kind="ok", text="done"))
    assert not notices.toasts.geometry().intersects(shown_rows(window)[0])
    begun = notices.toasts.geometry()
    table.setGeometry(0, 0, 400, 700)
    notices.toasts.place()
    assert notices.toasts.geometry() == begun, "it moves away from the keyboard alone"


def test_toasts_begin_where_they_cover_no_button_of_what_is_told_in_a_view(window):
    strip = Banner("info", "Draft restored.", [("Discard", lambda: None)])
    window.show()
    strip.setParent(window.centralWidget())
    window.centralWidget().clearFocus()
    strip.setGeometry(500, 500, 290, 60)
    assert main_buttons(window) == [], "it is hidden"
    strip.show()
    (button,) = main_buttons(window)
    notices = Notices(window)
    notices.show_notice(Notice(kind="ok", text="The project was reloaded."))
    assert notices.toasts.isVisible()
    assert not notices.toasts.geometry().intersects(button)


def test_toasts_begin_where_they_cover_no_button_of_a_tool_bar(window):
    tool = QToolButton(window.centralWidget(), text="Purge")
    window.show()
    window.centralWidget().clearFocus()
    for corner in range(3):
        tool.setGeometry(corners(window.centralWidget().rect(), QSize(60, 30))[corner])
        tool.show()
        notices = Notices(window)
        (button,) = tool_buttons(window, but=notices.toasts)
        notices.show_notice(Notice(kind="ok", text="Purged 1 dead letter."))
        assert notices.toasts.isVisible()
        assert not notices.toasts.geometry().intersects(button)
        notices.toasts.hide()


@pytest.mark.parametrize("name", ["change_strip", "jobs"])
def test_toasts_leave_what_asks_something_free_wherever_the_keyboard_is(window, qtbot, monkeypatch, name):
    notices, text = Notices(window), window.centralWidget()
    monkeypatch.setattr(notices.toasts, "underMouse", lambda: False)
    strip = QFrame(text, objectName=name)
    strip.setGeometry(0, 380, 800, 200)
    strip.hide()
    window.show()
    text.setFocus()
    notices.show_notice(Notice(kind="ok", text="done"))
    below = notices.toasts.geometry()
    strip.show()
    notices.toasts.place()
    seen = QRect(strip.mapTo(window, QPoint()), strip.size())
    assert below.intersects(seen)
    assert not notices.toasts.geometry().intersects(seen)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("corner", range(4))
def test_toasts_are_never_over_a_banner_that_asks(window, qtbot, monkeypatch, held, corner):
    """Also where it begins to ask below one that has the mouse, which would take the click."""
    notices, text = Notices(window), window.centralWidget()
    monkeypatch.setattr(notices.toasts, "underMouse", lambda: held)
    asks = ConflictBanner()
    asks.setParent(text)
    window.show()
    text.setFocus()
    notices.show_notice(Notice(kind="ok", text="Undone: Add trip."))
    room = notices.toasts.geometry()
    monkeypatch.setattr(notices.toasts, "_corner", corner)
    notices.toasts.place()
    before = notices.toasts.geometry()
    asks.setGeometry(QRect(text.mapFrom(window, before.topLeft()), before.size()).adjusted(-90, 20, 90, -20))
    asks.ask("Changed here, too.", "a", "b", [("Keep mine", print), ("Take the file", print)])
    QCoreApplication.sendPostedEvents()
    seen = QRect(asks.mapTo(window, QPoint()), asks.size())
    assert before.intersects(seen), room
    assert notices.toasts.isVisible()
    assert not notices.toasts.geometry().intersects(seen)


def test_below_what_asks_above_a_toast_covers_nothing_that_asks():
    room, size = QRect(0, 50, 1280, 640), QSize(424, 98)
    asking = [QRect(0, 50, 1280, 120), QRect(0, 270, 1280, 420)]
    place = toasts.places(room, size, asking)[free_corner(room, size, [QRect(), *asking], 0)]
    assert (place.top(), place.bottom()) in {(170, 267), (172, 269)}


def test_what_toasts_leave_free_is_called_so_where_it_is_made():
    made = "".join(path.read_text() for path in Path(toasts.__file__).parent.rglob("*.py"))
    assert [one for one in toasts.ASKING if f'setObjectName("{one}")' not in made] == []


def test_toasts_move_away_from_the_keyboard_and_push_nothing(window, qtbot, monkeypatch):
    notices, text = Notices(window), window.centralWidget()
    window.notices = notices
    monkeypatch.setattr(notices.toasts, "underMouse", lambda: False)
    text.setPlainText("many words " * 900)
    window.show()
    window.activateWindow()
    text.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is text)
    before = places(window)
    notices.show_notice(Notice(kind="error", text="words " * 40))
    assert places(window) == before
    seen = notices.toasts.geometry()
    assert not seen.intersects(keyboard_place(window))
    caret = text.cursorForPosition(text.viewport().mapFrom(window, seen.center()))
    text.setTextCursor(caret)
    notices.toasts.place()
    assert not notices.toasts.geometry().intersects(keyboard_place(window))
    assert notices.toasts.geometry() != seen


def test_while_the_mouse_is_on_a_toast_nothing_moves(window, monkeypatch):
    notices, on = Notices(window), [False]
    monkeypatch.setattr(notices.toasts, "underMouse", lambda: on[0])
    window.show()
    for number in range(2):
        notices.show_notice(Notice(kind="error", text=f"failed {number}"))
    QCoreApplication.processEvents()
    first, second = notices.cards()
    stood, around = second.geometry(), notices.toasts.geometry()
    on[0] = True
    notices.toasts.place()
    first.deleteLater()
    assert texts(notices) == ["failed 1"]
    notices.show_notice(Notice(kind="ok", text="done"))
    QCoreApplication.processEvents()
    assert (second.geometry(), notices.toasts.geometry()) == (stood, around)
    window.resize(600, 400)
    notices.toasts.place()
    assert window.rect().contains(notices.toasts.geometry()), "it stays in a window that became smaller"
    on[0] = False
    notices.toasts.place()
    assert notices.cards()[1].isVisible()


def test_what_came_while_the_mouse_was_on_a_toast_stands_with_its_text_in_the_window(window, monkeypatch):
    """In place of one that left meanwhile it needs no more room: nothing else lays the toasts out again."""
    notices, on = Notices(window), [False]
    monkeypatch.setattr(notices.toasts, "underMouse", lambda: on[0])
    window.show()
    for said in ("Undone: Rename a.", "Saved."):
        notices.show_notice(Notice(kind="info", text=said))
    QCoreApplication.processEvents()
    on[0] = True
    notices.cards()[0].deleteLater()
    texts(notices)
    QCoreApplication.processEvents()
    notices.show_notice(Notice(kind="info", text="Redone: Rename a.", topic="undo"))
    QCoreApplication.processEvents()
    on[0] = False
    notices.toasts.place()
    card = notices.cards()[1]
    text = next(one for one in card.findChildren(QLabel) if one.text())
    assert notices.toasts.rect().contains(card.geometry())
    assert card.rect().contains(text.geometry())
    assert window.rect().contains(notices.toasts.geometry())
    assert text.height() >= text.heightForWidth(text.width())


@pytest.mark.parametrize("size", [(800, 600), (600, 400), (1200, 900)])
def test_no_moment_shows_a_toast_that_is_not_laid_out(window, monkeypatch, size):
    """What comes, leaves and is resized while the mouse is there: what is seen lies inside of its frame."""
    notices, on = Notices(window), [False]
    monkeypatch.setattr(notices.toasts, "underMouse", lambda: on[0])
    window.show()

    def seen():
        texts(notices)
        QCoreApplication.processEvents()
        cards = [one for one in notices.cards() if one.isVisible()]
        assert all(notices.toasts.rect().contains(one.geometry()) for one in cards)
        assert not any(
            one.geometry().intersects(two.geometry()) for one in cards for two in cards if one is not two
        )
        assert not cards or window.rect().contains(notices.toasts.geometry())
        if not on[0]:
            assert all(one.height() == one.heightForWidth(one.width()) for one in cards), (
                "no more room than needed"
            )

    notices.show_notice(Notice(kind="info", text="welcome-mail is paused"))
    seen()
    on[0] = True
    for step in range(2):
        notices.show_notice(Notice(kind="info", text=f"welcome-mail runs again {step} " * 9))
        seen()
        notices.cards()[0].deleteLater()
        seen()
        window.resize(*size)
        seen()
    on[0] = False
    notices.toasts.place()
    seen()
    for card in notices.cards():
        card.deleteLater()
        window.resize(800, 600)
        seen()
    assert not notices.toasts.isVisible()


def test_what_leaves_takes_no_room_at_any_moment(window, monkeypatch):
    """A toast has as much room as its words need, also where it is shown because another one left."""
    notices, on = Notices(window), [True]
    monkeypatch.setattr(notices.toasts, "underMouse", lambda: on[0])
    window.show()
    notices.show_notice(Notice(kind="info", text="welcome-mail is paused"))
    QCoreApplication.processEvents()
    notices.show_notice(Notice(kind="info", text="welcome-mail runs", actions=(("Undo", lambda: None),)))
    notices.cards()[0].deleteLater()
    texts(notices)
    QCoreApplication.processEvents()
    (card,) = notices.cards()
    assert card.isVisible()
    assert card.height() == card.heightForWidth(card.width())
    card.deleteLater()
    texts(notices)
    QCoreApplication.processEvents()
    assert not notices.toasts.isVisible()


def test_of_a_long_text_the_first_lines_stand_there_and_all_of_it_opens(window):
    notices = Notices(window)
    window.show()
    whole = "\n".join(f"mistake {number}" for number in range(9))
    notices.show_notice(Notice(kind="error", text=whole))
    assert texts(notices) == ["mistake 0\nmistake 1\nand 7 more"]
    (card,) = notices.cards()
    (button,) = card.findChildren(QPushButton)
    button.click()
    assert button.text() == "Show all"
    (opened,) = card.findChildren(QDialog)
    assert opened.area.toPlainText() == whole
    assert len(notices.cards()) == 1  # it was looked at, not done with
    opened.close()


@pytest.mark.parametrize("size", [(1024, 700), (1600, 1000)])
async def test_no_notice_covers_the_keyboard_or_takes_it_and_the_list_has_what_left(
    start, until, size, monkeypatch
):
    session = await start((None, "users"))
    window, done = session.window, []
    window.resize(*size)
    window.bring("commands")
    await until(window.isActiveWindow)
    focused = QApplication.focusWidget()
    for number in range(5):
        actions = (("Undo", lambda: done.append(True)),)
        session.desk.notice("error", "words " * 30 + str(number), *actions, asks=bool(number % 2))
    shown, notices = window.notices.toasts, window.notices
    monkeypatch.setattr(shown, "underMouse", lambda: False)
    assert all(card.height() >= card.minimumSizeHint().height() for card in notices.cards())
    QTest.mouseClick(notices.cards()[1].findChildren(QLabel)[1], Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is focused
    for key in window.views:
        window.bring(key)
        await until(window.views[key].seen)
        shown.place()
        assert window.rect().contains(shown.geometry())
        assert not shown.geometry().intersects(keyboard_place(window)), key
        strips = QRect(notices.mapTo(window, QPoint()), notices.size())
        assert not any(strips.intersects(one.geometry()) for one in window.docks.values() if one.isVisible())
    assert session._status.notices.text() == "5"
    session.show_notices()
    (listed,) = window.findChildren(NoticeList)
    assert session._status.notices.text() == ""
    assert listed.table.model().rowCount() == 5
    assert [button.text() for button in listed.buttons] == ["Undo"]
    QTest.keyClick(listed.table, Qt.Key.Key_Down)
    QTest.keyClick(listed.table, Qt.Key.Key_Return)
    QTest.keyClick(listed.text, Qt.Key.Key_Return)
    assert (done, listed.isVisible(), listed.focusWidget()) == ([], True, listed.buttons[0])
    QTest.keyClick(listed.buttons[0], Qt.Key.Key_Return)
    assert done == [True]
    assert not listed.isVisible()
    assert [card.notice.asks for card in notices.cards()] == [True], "the other one was answered in the list"


async def test_the_palette_opens_from_the_list_of_notices(start, until):
    session = await start((None, "users"))
    session.desk.notice("ok", "The engine runs again.", ("Undo", lambda: None))
    session.show_notices()
    (listed,) = session.window.findChildren(NoticeList)
    await until(listed.isActiveWindow)
    QTest.keyClick(listed.table, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    (palette,) = session.window.findChildren(Palette)
    assert (palette.isVisible(), listed.isVisible()) == (True, False)
    palette.close()

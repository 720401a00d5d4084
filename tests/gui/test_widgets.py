"""The small parts that every view is made of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from workbench.gui.widgets import (
    Badge,
    Banner,
    ElidedLabel,
    EmptyState,
    SearchBox,
    plain_label,
    show_words,
    toolbar_button,
)


@pytest.fixture
def show(qtbot):
    def shown(widget, width=300, height=60):
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        return widget

    return shown


@pytest.fixture
def search(show):
    return show(SearchBox("Find"))


def test_a_search_is_told_once_typing_pauses(search, qtbot):
    told = []
    search.settled.connect(told.append)
    QTest.keyClicks(search, "ada")
    assert told == []
    qtbot.waitUntil(lambda: told == ["ada"], timeout=2000)


def test_enter_tells_a_search_at_once_and_once(search, qtbot):
    told = []
    search.settled.connect(told.append)
    QTest.keyClicks(search, "ada")
    QTest.keyClick(search, Qt.Key.Key_Return)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert told == ["ada"]


def test_escape_clears_a_search_and_tells_it(search):
    told = []
    QTest.keyClicks(search, "ada")
    QTest.keyClick(search, Qt.Key.Key_Return)
    search.settled.connect(told.append)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert told == [""]


def test_a_badge_says_with_a_sign_what_its_colour_says(show):
    badge = show(Badge("ok", "live"))
    assert badge.text() == "✓ live"
    badge.set("error", "faulted")
    assert badge.text() == "✕ faulted"


def test_a_banner_changes_its_words_and_its_actions(show):
    done = []
    banner = show(Banner("info", "old", [("Old", lambda: done.append("old"))]))
    banner.set("warning", "new", [("New", lambda: done.append("new"))])
    (button,) = [one for one in banner.findChildren(QPushButton) if one.text() == "New"]
    button.click()
    assert banner.text == "new"
    assert done == ["new"]


def test_an_empty_state_offers_what_fills_it(show):
    done = []
    state = show(EmptyState("stream", "No streams", "Import", "Import …", lambda: done.append(1)), 400, 300)
    state.findChild(QPushButton).click()
    assert done == [1]
    assert [label.text() for label in state.findChildren(QLabel) if label.text()] == ["No streams", "Import"]


def test_a_line_without_room_ends_in_dots_and_its_tip_says_all(show):
    label = show(ElidedLabel(), width=60)
    label.setText("a very long name of a stream")
    label.grab()
    assert label.toolTip() == "a very long name of a stream"
    label.resize(600, 20)
    label.grab()
    assert label.toolTip() == ""


def test_buttons_keep_their_icons_where_words_have_no_room():
    buttons = [toolbar_button("Replay", "replay"), toolbar_button("Purge", "purge")]
    show_words(buttons, shown=False)
    assert {one.toolButtonStyle() for one in buttons} == {Qt.ToolButtonStyle.ToolButtonIconOnly}
    assert [one.accessibleName() for one in buttons] == ["Replay", "Purge"]
    show_words(buttons, shown=True)
    assert {one.toolButtonStyle() for one in buttons} == {Qt.ToolButtonStyle.ToolButtonTextBesideIcon}


def test_text_is_never_read_as_markup(show):
    label = show(plain_label("<b>bold</b>"))
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.sizeHint().width() > show(plain_label("bold")).sizeHint().width()

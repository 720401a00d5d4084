"""The small widgets that views share: what they say, and what they do at a key or a click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from workbench.gui.layouts import in_column
from workbench.gui.theme import theme
from workbench.gui.widgets import (
    ICONS,
    QUIET_MS,
    Badge,
    Banner,
    ElidedLabel,
    EmptyState,
    SearchBox,
    plain_label,
    show_words,
    toolbar_button,
)

MARKUP = "<b>no</b> &amp; <img src='x'>"


@pytest.fixture
def box(qtbot):
    made = SearchBox("Find events")
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def settled(box):
    told = []
    box.settled.connect(told.append)
    return told


@pytest.fixture
def _both_looks():
    before = theme().mode
    yield
    theme().set_mode(before)


# --- searching


def test_a_search_is_told_once_typing_pauses(box, settled, qtbot):
    with qtbot.waitSignal(box.settled, timeout=20 * QUIET_MS):
        QTest.keyClicks(box, "user")
        assert settled == []
    assert settled == ["user"]


def test_enter_tells_at_once_and_only_what_is_new(box, settled, qtbot):
    QTest.keyClicks(box, "user")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert settled == ["user"]
    QTest.keyClick(box, Qt.Key.Key_Return)
    qtbot.wait(2 * QUIET_MS)
    assert settled == ["user"]


def test_what_was_typed_and_taken_back_is_not_told(box, settled, qtbot):
    QTest.keyClicks(box, "u")
    QTest.keyClick(box, Qt.Key.Key_Backspace)
    qtbot.wait(2 * QUIET_MS)
    assert settled == []


def test_escape_clears_and_tells_at_once(box, settled):
    QTest.keyClicks(box, "user")
    QTest.keyClick(box, Qt.Key.Key_Return)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert (box.text(), settled) == ("", ["user", ""])


def test_escape_in_an_empty_box_is_for_what_stands_around_it(qtbot):
    class Around(QLabel):
        def keyPressEvent(self, event):
            keys.append(event.key())

    keys = []
    around = Around()
    qtbot.addWidget(around)
    box = SearchBox("Find")
    box.setParent(around)
    around.show()
    QTest.keyClicks(box, "u")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert keys == []
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert keys == [Qt.Key.Key_Escape]


def test_ux_undo_in_a_search_box_where_nothing_was_typed_is_meant_for_the_view(qtbot):
    undone, around = [], QWidget()
    qtbot.addWidget(around)
    box = SearchBox("Find")
    in_column(box, of=around)
    undo = QAction("Undo", around, shortcut="Ctrl+Z", triggered=lambda: undone.append(box.text()))
    undo.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    around.addAction(undo)
    with qtbot.waitActive(around):
        around.show()
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [""]
    QTest.keyClicks(box, "ann")
    QTest.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, box.text()) == ([""], ""), "what was typed goes first"


def test_a_search_box_says_what_it_is_for(box):
    assert (box.placeholderText(), box.accessibleName()) == ("Find events", "Find events")


# --- badges and banners


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("ok", "✓ done"), ("info", "i done"), ("warning", "! done"), ("error", "✕ done"), ("neutral", "· done")],
)
def test_a_badge_has_a_sign_so_that_colour_never_stands_alone(qtbot, kind, shown):
    badge = Badge(kind, "done")
    qtbot.addWidget(badge)
    assert badge.text() == shown
    role = "muted" if kind == "neutral" else kind
    assert theme().colors.ink(role) in badge.styleSheet()


def test_a_badge_can_say_something_else(qtbot):
    badge = Badge("ok", "done")
    qtbot.addWidget(badge)
    badge.set("error", MARKUP)
    assert badge.text() == f"✕ {MARKUP}"
    assert badge.textFormat() is Qt.TextFormat.PlainText
    assert theme().colors.error in badge.styleSheet()


@pytest.mark.usefixtures("_both_looks")
def test_badges_and_banners_follow_the_look(qtbot):
    badge, banner = Badge("warning", "late"), Banner("warning", "late")
    qtbot.addWidget(badge)
    qtbot.addWidget(banner)
    seen = []
    for mode in ("light", "dark"):
        theme().set_mode(mode)
        assert theme().colors.warning in badge.styleSheet()
        assert theme().colors.warning in banner.styleSheet()
        seen.append((badge.styleSheet(), banner.styleSheet()))
    assert seen[0] != seen[1]


def labels(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.text()]


def buttons(widget):
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return {button.text(): button for button in widget.findChildren(QPushButton)}


def test_a_banner_says_how_things_stand_and_what_can_be_done(qtbot):
    done = []
    banner = Banner("warning", "Lagging", [("Retry", lambda: done.append("retry")), ("Skip", lambda: 0)])
    qtbot.addWidget(banner)
    banner.show()
    assert (banner.text, labels(banner)) == ("Lagging", ["Lagging"])
    buttons(banner)["Retry"].click()
    assert done == ["retry"]


@pytest.mark.parametrize("width", [300, 900])
def test_a_banner_shows_all_of_its_text_and_buttons(qtbot, width):
    panel = QWidget()
    qtbot.addWidget(panel)
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    said = "The same lines were changed elsewhere, and here."
    choices = [(one, list) for one in ("Keep this text", "Take the other", "Look at it")]
    banner = Banner("warning", said, choices)
    column.addWidget(banner)
    column.addStretch(1)
    panel.resize(width, 400)
    panel.show()
    qtbot.waitUntil(lambda: banner.width() == width)
    qtbot.waitUntil(lambda: all(one.width() >= one.sizeHint().width() for one in banner.buttons))
    assert all(banner.rect().contains(one.geometry()) for one in banner.buttons)
    assert banner._text.height() >= banner._text.heightForWidth(banner._text.width())
    beside = all(one.x() > banner._text.geometry().right() for one in banner.buttons)
    assert beside is (width == 900)


def test_a_button_that_one_is_pressing_outlives_other_words(qtbot):
    done = []
    banner = Banner("info", "Rebuilding: 10%", [("Pause", lambda: done.append("old"))])
    qtbot.addWidget(banner)
    banner.show()
    button = banner.findChild(QPushButton)
    button.setFocus()
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    banner.set("info", "Rebuilding: 20%", [("Pause", lambda: done.append("new"))])
    assert banner.findChildren(QPushButton) == [button]
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert done == ["new"]


def test_a_banner_that_says_something_else_has_other_actions(qtbot):
    done = []
    banner = Banner("error", "Broken", [("Retry", lambda: done.append("old"))])
    qtbot.addWidget(banner)
    banner.set("ok", MARKUP, [("Open", lambda: done.append("open")), ("Close", lambda: done.append("close"))])
    assert banner.text == MARKUP
    assert list(buttons(banner)) == ["Open", "Close"]
    for button in buttons(banner).values():
        button.click()
    assert done == ["open", "close"]
    banner.set("neutral", "Quiet")
    assert buttons(banner) == {}


@pytest.mark.parametrize("kind", list(ICONS))
def test_every_kind_of_banner_has_an_icon_and_a_colour(qtbot, kind):
    banner = Banner(kind, "text")
    qtbot.addWidget(banner)
    (mark,) = [label for label in banner.findChildren(QLabel) if not label.pixmap().isNull()]
    assert mark.pixmap().deviceIndependentSize().toSize().width() == 16
    assert theme().colors.ink("muted" if kind == "neutral" else kind) in banner.styleSheet()


# --- nothing there yet


def test_an_empty_state_says_what_would_fill_it_and_does_it(qtbot):
    done = []
    state = EmptyState("folder", "No project", MARKUP, "Open…", lambda: done.append(True))
    qtbot.addWidget(state)
    assert labels(state) == ["No project", MARKUP]
    buttons(state)["Open…"].click()
    assert done == [True]


def test_an_empty_state_without_an_action_has_no_button(qtbot):
    state = EmptyState("", "No project", "Open one.")
    qtbot.addWidget(state)
    assert buttons(state) == {}


# --- labels and buttons


def test_H4_plain_labels_show_markup_as_it_is_written(qtbot):
    plain, other = plain_label(MARKUP), plain_label("x" * len(MARKUP))
    for label in (plain, other):
        qtbot.addWidget(label)
    assert plain.text() == MARKUP
    assert plain.textFormat() is Qt.TextFormat.PlainText
    assert plain.sizeHint().width() >= plain.fontMetrics().horizontalAdvance(MARKUP)
    assert plain_label("x", "muted", wrap=True).property("role") == "muted"


def test_a_line_without_room_ends_in_dots_and_then_has_a_tool_tip(qtbot):
    label = ElidedLabel("muted")
    qtbot.addWidget(label)
    label.setText("<b>a long line</b> " * 5)
    label.resize(100, 20)
    label.grab()
    assert label.toolTip() == label.text()
    label.resize(2000, 20)
    label.grab()
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < 50


def test_a_line_without_room_is_drawn_with_dots(qtbot):
    label, dots = ElidedLabel(), ElidedLabel()
    for each in (label, dots):
        qtbot.addWidget(each)
        each.resize(100, 20)
    label.setText("x" * 200)
    dots.setText(label.fontMetrics().elidedText("x" * 200, Qt.TextElideMode.ElideRight, 100))
    assert dots.text().endswith("…")
    assert label.grab().toImage() == dots.grab().toImage()


def test_buttons_show_their_words_or_their_icons_alone(qtbot):
    button = toolbar_button("Pause", "pause", "Stop for now")
    qtbot.addWidget(button)
    show_words([button], shown=False)
    narrow = button.sizeHint().width()
    show_words([button], shown=True)
    assert button.sizeHint().width() > narrow
    assert (button.text(), button.toolTip(), button.accessibleName()) == ("Pause", "Stop for now", "Pause")


def test_a_button_without_words_is_named_by_its_tool_tip(qtbot):
    button = toolbar_button("", "close", "Close")
    qtbot.addWidget(button)
    assert isinstance(button, QToolButton)
    assert (button.accessibleName(), button.toolTip()) == ("Close", "Close")
    assert not button.icon().isNull()
    assert toolbar_button("Send", "send", primary=True).property("primary") is True


def test_what_is_empty_and_low_says_its_title_and_the_rest_in_its_tip(qtbot):
    around = QWidget()
    qtbot.addWidget(around)
    state = EmptyState("", "No rows yet", "They appear when events come.")
    state.setParent(around)
    title, hint = state._labels
    state.setGeometry(0, 0, 300, 24)
    around.show()
    qtbot.waitUntil(hint.isHidden)
    assert state.toolTip() == "They appear when events come."
    assert state.rect().contains(title.geometry())
    state.resize(300, 120)
    qtbot.waitUntil(hint.isVisible)
    assert state.toolTip() == ""

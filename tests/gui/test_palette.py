"""The palette: finds by words, goes by Enter."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from PySide6.QtCore import QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.desk import Notice
from workbench.gui.layouts import Tabs
from workbench.gui.palette import Palette, Target, TargetList, matches, slips
from workbench.gui.palette_targets import (
    action_targets,
    model_targets,
    nothing_found,
    notice_targets,
    tab_targets,
)


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def test_every_word_must_be_a_part():
    assert matches("command create_user", "user com")
    assert not matches("command create_user", "user event")


@pytest.mark.parametrize("typed", ["setings", "setitngs", "settinfs", "setttings", "open setrings", "xettin"])
def test_one_slip_in_a_word_still_finds(typed):
    assert slips("Open settings", typed)


@pytest.mark.parametrize("typed", ["sting", "stteigns", "opn", "settings log"])
def test_two_slips_or_one_in_a_short_word_do_not(typed):
    assert not slips("Open settings", typed)


async def test_what_has_a_slip_stands_behind_what_is_named_so_and_what_the_store_has(parent, until):
    async def search(_typed):
        return [Target(text="pause-1", kind="stream", icon="stream", go=str)]

    told = [
        Target(text=one, kind="action", icon="edit", go=str) for one in ("Clause", "Pause engine", "Paste")
    ]
    palette = Palette(parent, told, search)
    listed = lambda: [one.text for one in palette._list.targets]  # noqa: E731
    palette._line.setText("pause")
    await until(lambda: "pause-1" in listed())
    assert listed() == ["Pause engine", "pause-1"]
    palette._line.setText("puase")
    await until(lambda: "pause-1" in listed())
    assert listed() == ["pause-1", "Pause engine"]
    assert not palette._none.isVisible()
    palette.reject()


class Steps(QObject):
    """A place of the window that goes back a step of the design."""

    __module__ = "workbench.gui.tests"  # where actions are looked for

    def __init__(self, parent, label):
        super().__init__(parent)
        self.place, self.label, self.went = QWidget(parent), label, 0
        self.acts = Actions(self, self.place)
        self.acts.offer()

    @action("Undo", keys="Ctrl+Z", on="place", anyway=True, look=lambda one: (one.label, "undo"))
    def undo(self, _item=None):
        self.went += 1


class OtherSteps(Steps):
    """Another one."""


def test_one_step_of_the_design_is_offered_once_however_many_views_undo_it(parent):
    parent.show()
    one, other = Steps(parent, "Undo Add event boo"), OtherSteps(parent, "Undo Add event boo")
    told = [found for found in action_targets(parent, str) if found.text.startswith("Undo")]
    assert [found.text for found in told] == ["Undo Add event boo"]
    assert told[0].kind == "action", "it is of none of them"
    told[0].go()
    assert one.went + other.went == 1
    other.label = "Undo Retry"
    assert len([found for found in action_targets(parent, str) if found.text.startswith("Undo")]) == 2


async def test_what_changes_something_needs_its_word_and_what_cannot_be_done_stands_last(parent, until):
    async def search(_typed):
        return [Target(text="archive-1", kind="stream", icon="stream", go=str)]

    told = [
        Target(text="Archive", kind="action", icon="", go=str, why="Nothing is chosen"),
        Target(text="Archived letters", kind="action", icon="", go=str),
        Target(text="Undo archive of 3 dead letters", kind="notice", icon="", go=str, changes=True),
    ]
    palette = Palette(parent, told, search)
    listed = lambda: [one.text for one in palette._list.targets]  # noqa: E731
    palette._line.setText("archive")
    await until(lambda: "archive-1" in listed())
    assert listed() == ["Archived letters", "Undo archive of 3 dead letters", "archive-1", "Archive"]
    palette._line.setText("arcihve")
    await until(lambda: "archive-1" in listed())
    assert listed() == ["archive-1", "Archived letters", "Archive"]
    palette._line.setText("uaod")
    assert listed() == []
    palette.reject()


def test_a_tab_within_a_tab_is_gone_to_unless_it_is_hidden(parent):
    class Shown(QWidget):
        key, title, icon_name = "subscriptions", "Subscriptions", "subscription"

        def seen(self):
            return True

    view, outer, inner, brought = Shown(parent), Tabs(), Tabs(), []
    outer.setParent(view)
    outer.addTab(QLabel(), "Graphs")
    outer.addTab(inner, "Instances")
    for title in ("State", "History (3)"):
        inner.addTab(QLabel(), title)
    view.show()
    found = {one.text: one for one in tab_targets(parent, brought.append)}
    assert list(found) == ["Graphs", "Instances", "State", "History"]
    found["History"].go()
    assert (brought, outer.currentIndex(), inner.currentIndex()) == (["subscriptions"], 1, 1)
    outer.setTabVisible(1, False)
    assert [one.text for one in tab_targets(parent, brought.append)] == ["Graphs"]


async def test_enter_goes_to_what_is_marked(parent, until):
    went = []
    targets = [
        Target(text=name, kind="view", icon="board", go=lambda name=name: went.append(name))
        for name in ("Flow board", "Streams", "Log")
    ]
    searched = []

    async def search(typed):
        searched.append(typed)
        return [Target(text="user-ada", kind="stream", icon="stream", go=lambda: went.append("user-ada"))]

    palette = Palette(parent, targets, search)
    palette.show()
    line, found = palette.findChild(QLineEdit), palette.findChild(TargetList)
    assert len(found.targets) == 3
    QTest.keyClicks(line, "lo")
    await until(lambda: len(found.targets) == 3)
    assert [found.model().index(row, 0).data().split("    ")[0] for row in range(3)] == [
        "Log",
        "Flow board",
        "user-ada",
    ]
    QTest.keyClick(line, Qt.Key.Key_Down)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert went == ["Flow board"]
    assert searched[-1] == "lo"
    assert not palette.isVisible()
    palette.deleteLater()


async def test_what_is_named_as_it_was_typed_comes_first(parent):
    names = ("Redo Add room.taken", "Show room.taken", "room.taken by", "Room.taken", "take all")
    told = [Target(text=one, kind="action", icon="edit", go=str) for one in names]
    palette = Palette(parent, told, nothing_found)
    palette._line.setText("room.taken")
    assert [one.text for one in palette._list.targets] == [
        "Room.taken",
        "room.taken by",
        "Redo Add room.taken",
        "Show room.taken",
    ]
    palette._line.setText("")
    assert [one.text for one in palette._list.targets] == list(names)


@pytest.mark.parametrize("offered", [False, True])
async def test_enter_pressed_before_the_store_answered_goes_to_what_it_finds(parent, until, offered):
    went, answered = [], asyncio.Event()

    async def search(typed):
        await answered.wait()
        return [Target(text="user-ada", kind="stream", icon="stream", go=lambda: went.append(typed))]

    palette = Palette(parent, [], search)
    palette.show()
    line = palette.findChild(QLineEdit)
    QTest.keyClicks(line, "ada")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert went == []
    if offered:  # by what was read meanwhile
        palette.offer([Target(text="Pause engine", kind="action", icon="edit", go=str)])
    answered.set()
    await until(lambda: went == ["ada"])
    await until(lambda: len(asyncio.all_tasks()) == 1)
    assert went == ["ada"]
    palette.deleteLater()


async def test_a_menu_goes_to_what_was_clicked_on_or_copies_its_name(parent):
    went = []
    targets = [
        Target(text=name, kind="view", icon="board", go=lambda name=name: went.append(name), why=why)
        for name, why in (("Flow board", ""), ("Streams", ""), ("Replay", "No letter is chosen"))
    ]

    async def search(_typed):
        return []

    palette = Palette(parent, targets, search)
    palette.show()
    found = palette.findChild(TargetList)

    def menu_at(row):
        place = found.visualRect(found.model().index(row, 0)).center()
        reason = QContextMenuEvent.Reason.Mouse
        asked = QContextMenuEvent(reason, place, found.viewport().mapToGlobal(place))
        QApplication.sendEvent(found.viewport(), asked)
        return {one.text(): one for one in found.offering.menu.actions()}

    menu = menu_at(1)
    menu["Copy name"].trigger()
    assert QApplication.clipboard().text() == "Streams"
    found.offering.menu.close()
    refused = menu_at(2)
    assert not refused["Go there, or do it"].isEnabled()
    found.offering.menu.close()
    menu_at(1)["Go there, or do it"].trigger()
    assert went == ["Streams"]
    assert not palette.isVisible()
    palette.deleteLater()


async def test_what_is_held_of_a_target_outlives_typing(parent):
    targets = [
        Target(text=name, kind="view", icon="board", go=str) for name in ("Flow board", "Streams", "Log")
    ]
    palette = Palette(parent, targets, nothing_found)
    palette.show()
    found = palette.findChild(TargetList)
    held = QPersistentModelIndex(found.model().index(2, 0))
    QTest.keyClicks(palette.findChild(QLineEdit), "lo")
    assert (held.row(), held.data().split("    ")[0]) == (0, "Log")
    assert found.target().text == "Log"
    palette.deleteLater()


async def test_what_a_notice_offers_can_be_done(parent):
    done = []
    told = Notice(kind="ok", text="Purged 2 dead letters.", actions=(("Undo", lambda: done.append(True)),))
    (target,) = notice_targets([told, Notice(kind="ok", text="plain")])
    assert target.text == "Undo: Purged 2 dead letters."
    target.go()
    assert done == [True]


async def test_V4_where_nothing_is_found_it_says_so(parent, until):
    palette = Palette(parent, [], nothing_found)
    palette.show()
    said = palette.findChild(QLabel)
    QTest.keyClicks(palette.findChild(QLineEdit), "zz")
    assert not said.isVisible(), "it is still looked for"
    await until(said.isVisible)
    assert said.text().startswith("Nothing is called “zz”: looked at 0 actions")
    palette.deleteLater()
    opening = Palette(parent, [], nothing_found)
    opening.opening = True
    opening.show()
    QTest.keyClicks(opening.findChild(QLineEdit), "zz")
    said = opening.findChild(QLabel)
    await until(said.isVisible)
    assert "The project is still opening" in said.text()
    opening.deleteLater()


async def test_recent_ones_come_first_letters_in_order_find_and_the_store_is_offered_last(parent, until):
    went = []
    names = ("create_user", "change_status", "Streams")
    told = [Target(text=one, kind="action", icon="edit", go=partial(went.append, one)) for one in names]

    def further(typed):
        return [
            Target(text=f"Search for {typed}", kind="search", icon="search", go=partial(went.append, typed))
        ]

    palette = Palette(parent, told, nothing_found, further=further, recent=[told[2].name, "gone:x"])
    noted = []
    palette.went.connect(lambda target: noted.append(target.name))
    palette.show()
    listed = lambda: [one.text for one in palette._list.targets]  # noqa: E731
    assert listed() == ["Streams", "create_user", "change_status"]
    assert not palette.grab().toImage().isNull()
    line = palette.findChild(QLineEdit)
    line.setText("crus")
    assert listed() == ["create_user", "Search for crus"]
    line.setText("qqq")
    assert listed() == ["Search for qqq"]
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert went == [], "the store has not answered yet"
    await until(lambda: went == ["qqq"])
    assert noted == ["search:Search for qqq"]
    palette.deleteLater()


async def test_every_part_of_the_model_is_gone_to(desk, workspace):
    model, wanted = workspace.registry, []
    desk.wanted.connect(wanted.append)
    found = {target.text: target for target in model_targets(desk)}
    parts = (
        model.events,
        model.projections,
        model.reactors,
        model.subscriptions,
        model.topics,
        model.aggregates,
    )
    assert {name for part in parts for name in part} <= set(found)
    event, projection = next(iter(model.events)), next(iter(model.projections))
    found[event].go()
    assert (wanted[-1], desk.selection.node) == ("board", f"event:{event}")
    found[projection].go()
    assert (wanted[-1], desk.selection.projection) == ("projections", projection)


async def test_V4_a_subscription_is_paused_and_resumed_by_its_name(desk, workspace, until):
    def offered(word):
        return [one for one in model_targets(desk) if matches(one.text, f"{word} welcome-mail")]

    (pause,) = offered("pause")
    assert (pause.changes, pause.why, offered("resume")) == (True, "", [])
    pause.go()
    await until(lambda: workspace.monitor.still()["welcome-mail"] and offered("resume"))
    assert not offered("pause")


async def test_V4_a_subscription_is_reset_by_its_name(desk):
    wanted = []
    desk.wanted.connect(wanted.append)
    desk.reset_wanted.connect(wanted.append)
    (found,) = [one for one in model_targets(desk) if matches(one.text, "reset welcome")]
    assert (found.changes, found.why) == (True, "")
    found.go()
    assert (wanted, desk.selection.subscription) == (["subscriptions", "welcome-mail"], "welcome-mail")


async def test_what_is_told_of_an_action_finds_it_behind_what_is_named_so(parent):
    told = [
        Target(text="Export the picture", kind="action", icon="", go=print, told="Write SVG or PNG"),
        Target(text="svg", kind="stream", icon="", go=print),
        Target(text="Other", kind="action", icon="", go=print),
    ]
    palette = Palette(parent, told, nothing_found)
    palette._line.setText("svg")
    assert [one.text for one in palette._list.targets] == ["svg", "Export the picture"]
    palette.reject()

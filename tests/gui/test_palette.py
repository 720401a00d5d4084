"""The palette: finds by words, goes by Enter."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from workbench.gui.palette import Palette, Target, matches


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
    line, found = palette.findChild(QLineEdit), palette.findChild(QListWidget)
    assert found.count() == 3
    QTest.keyClicks(line, "lo")
    await until(lambda: found.count() == 3)
    assert [found.item(row).text().split("    ")[0] for row in range(found.count())] == [
        "Flow board",
        "Log",
        "user-ada",
    ]
    QTest.keyClick(line, Qt.Key.Key_Down)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert went == ["Log"]
    assert searched[-1] == "lo"
    assert not palette.isVisible()
    palette.deleteLater()


async def test_enter_pressed_before_the_store_answered_goes_to_what_it_finds(parent, until):
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
    answered.set()
    await until(lambda: went == ["ada"])
    palette.deleteLater()

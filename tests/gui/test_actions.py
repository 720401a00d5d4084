"""Actions: declared once beside what they do; buttons, tips and keys come from that."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.gui.actions import Action, Actions, action, declared
from workbench.gui.view_catalog import MENUS
from workbench.gui.window_actions import WindowActions


class Lamp(QWidget):
    """An owner: a lamp that can be broken."""

    __module__ = "workbench.lamp"

    def __init__(self) -> None:
        super().__init__()
        self.on = self.broken = False
        self.acts = Actions(self, self)
        self.acts.offer()

    @action("&Turn", keys="Ctrl+D", icon="sun", tip="Turns it on or off", checked=lambda lamp: lamp.on)
    def turn(self):
        self.on = not self.on

    @action(
        "Mend",
        why=lambda lamp: "" if lamp.broken else "It is whole",
        look=lambda lamp: ("Mend it" if lamp.broken else "Mend", "edit"),
    )
    def mend(self):
        self.broken = False

    colors = tuple(Action(key=f"paint-{name}", text=name, run=lambda _lamp: None) for name in ("red", "blue"))


@pytest.fixture
def lamp(qtbot):
    made = Lamp()
    qtbot.addWidget(made)
    return made


def test_an_action_has_its_key_in_its_tip_and_does_what_the_method_does(lamp):
    turn = lamp.acts["turn"]
    assert turn.toolTip() == "Turns it on or off  (Ctrl+D)"
    turn.trigger()
    assert lamp.on
    assert [one.act.key for one in lamp.acts] == ["turn", "mend", "paint-red", "paint-blue"]


def test_a_key_works_in_the_owner(lamp, qtbot):
    lamp.show()
    lamp.activateWindow()
    qtbot.waitUntil(lamp.isActiveWindow)
    lamp.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    lamp.setFocus()
    QTest.keyClick(lamp, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert lamp.on


def test_what_cannot_be_done_says_why_and_is_not_done(lamp):
    mend = lamp.acts["mend"]
    assert (mend.isEnabled(), mend.toolTip(), mend.statusTip()) == (False, "It is whole", "It is whole")
    lamp.broken = True
    lamp.acts.refresh()
    assert (mend.isEnabled(), mend.text()) == (True, "Mend it")
    lamp.broken = False  # nobody refreshed: what is done asks once more
    mend.trigger()
    assert not mend.isEnabled()


def test_a_button_looks_as_its_action_stands(lamp, qtbot):
    turn, mend = lamp.acts.button("turn", words=False), lamp.acts.button("mend", primary=True)
    for one in (turn, mend):
        qtbot.addWidget(one)
    assert (turn.accessibleName(), turn.toolTip()) == ("Turn", "Turns it on or off  (Ctrl+D)")
    assert not mend.isEnabled()
    lamp.broken = True
    lamp.acts.refresh()
    assert (mend.isEnabled(), mend.text()) == (True, "Mend it")
    mend.click()
    assert not lamp.broken
    assert not mend.isEnabled()


def test_no_two_actions_of_the_window_share_a_name_or_a_key():
    acts = declared(WindowActions)
    keys = [key for act in acts for key in act.sequences]
    assert len({act.key for act in acts}) == len(acts)
    assert len(keys) == len(set(keys))
    assert {act.menu for act in acts} <= set(MENUS)

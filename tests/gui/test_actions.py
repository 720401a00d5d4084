"""Actions as data: menus, keys and tool tips come from one list."""

from __future__ import annotations

from unittest.mock import MagicMock

from PySide6.QtWidgets import QMainWindow

from workbench.gui.actions import Act, install
from workbench.gui.view_catalog import MENUS
from workbench.gui.window_actions import acts_of


def test_an_act_becomes_an_action_with_key_and_tip(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    done = []
    acts = [
        Act(key="a", text="&Do it", menu="File", run=lambda: done.append(1), keys="Ctrl+D", tip="Does it"),
        Act(key="b", text="Other", menu="File", run=lambda: done.append(2), group=1),
    ]
    actions = install(window, acts)
    actions["a"].trigger()
    assert done == [1]
    assert actions["a"].toolTip() == "Does it  (Ctrl+D)"
    assert actions["b"].toolTip() == "Other"
    menus = [action.text() for action in window.menuBar().actions()]
    assert menus == [f"&{name}" for name in MENUS]


def test_no_two_acts_share_a_name_or_a_key():
    acts = acts_of(MagicMock())
    names = [act.key for act in acts]
    keys = [act.keys for act in acts if act.keys]
    assert len(names) == len(set(names))
    assert len(keys) == len(set(keys))
    assert {act.menu for act in acts} <= set(MENUS)

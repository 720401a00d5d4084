"""The zone of all times: chosen from a menu or by name."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox, QWidget

from workbench.errors import InvalidValue
from workbench.gui.time_format import set_zone
from workbench.gui.zone_menu import zone_dialog, zone_menu


@pytest.fixture
def around(qtbot):
    set_zone("+02:00")
    widget = QWidget()
    qtbot.addWidget(widget)
    yield widget
    set_zone("local")


def test_V3_the_menu_marks_the_chosen_zone_and_chooses_others(around):
    chosen = []
    menu = zone_menu(around, 0, chosen.append, lambda: chosen.append("another"))
    actions = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.text() for action in actions][1:] == ["UTC", "+02:00", "Another zone …"]
    assert [action.isChecked() for action in actions] == [False, False, True, False]
    for action in actions:
        action.trigger()
    assert chosen == ["system", "UTC", "+02:00", "another"]


def test_any_zone_can_be_named(around, qtbot):
    chosen = []
    dialog = zone_dialog(around, ["system", "UTC", "Europe/Berlin"], chosen.append)
    box = dialog.findChild(QComboBox)
    assert dialog.textValue() == "+02:00"
    box.setEditText("Europe/Berlin")
    dialog.accept()
    assert chosen == ["Europe/Berlin"]


def test_V2_a_zone_that_is_not_known_keeps_the_dialog_and_what_was_typed(around):
    def choose(key):
        if key != "Europe/Berlin":
            raise InvalidValue(f"there is no time zone {key}", path="")
        chosen.append(key)

    chosen = []
    dialog = zone_dialog(around, ["UTC", "Europe/Berlin"], choose)
    dialog.setTextValue("Europe/Berlinn")
    dialog.accept()
    assert dialog.isVisible()
    assert dialog.textValue() == "Europe/Berlinn"
    assert "there is no time zone Europe/Berlinn" in dialog.labelText()
    dialog.setTextValue("Europe/Berlin")
    dialog.accept()
    assert not dialog.isVisible()
    assert chosen == ["Europe/Berlin"]

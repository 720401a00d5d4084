"""The lines of a patch by the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.gui.views.patch_form import PatchForm

FIRST = {"set": ["Field", "Change", "Value", "Leave this field as it is"]}
FIRST["replace"] = ["Field", "Change", "Text to replace", "Value", "Leave this field as it is"]


@pytest.mark.parametrize("way", FIRST)
def test_tab_goes_through_every_line_of_a_patch_as_it_is_read(qtbot, way):
    form = PatchForm(lambda _field: True)
    qtbot.addWidget(form)
    form._add()
    for line in form._lines:
        line.way.setCurrentIndex(line.way.findData(way))
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.begin()
    seen = []
    for _ in range(2 * len(FIRST[way])):
        seen.append(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert [one.accessibleName() or one.toolTip() for one in seen] == 2 * FIRST[way]
    assert QApplication.focusWidget() is form._more
    places = [one.mapTo(form, one.rect().topLeft()) for one in seen]
    rows = [(at.y() // 16, at.x()) for at in places]
    assert rows == sorted(rows), "from left to right, and from above"

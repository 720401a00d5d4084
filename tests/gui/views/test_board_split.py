"""The details beside the board keep a useful width, and the one that a person gave them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QSettings

from workbench.gui.views.board_view import BoardView


@pytest.mark.parametrize(("room", "wide"), [(700, 300), (800, 320), (1400, 360)])
async def test_the_details_have_a_useful_width_whatever_the_room_was_before(desk, qtbot, until, room, wide):
    view = BoardView(desk)
    qtbot.addWidget(view)
    view.show()
    await until(lambda: view.scene.cards())
    for width in (1400, 660, room):  # as a window that is smaller for a while
        view.resize(width, 700)
        QCoreApplication.processEvents()
    assert wide - 8 <= view.split.sizes()[1] <= max(wide, room // 2)


async def test_the_details_keep_the_width_that_a_person_gave_them(desk, qtbot, until, tmp_path):
    view = BoardView(desk)
    qtbot.addWidget(view)
    view.split.remember(QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat))
    view.resize(1400, 700)
    view.show()
    await until(lambda: view.scene.cards())
    QCoreApplication.processEvents()
    view.split.moveSplitter(1400 - 480, 1)
    given = view.split.sizes()[1]
    assert given > 400
    for width in (660, 1400):
        view.resize(width, 700)
        QCoreApplication.processEvents()
    assert view.split.sizes()[1] == given

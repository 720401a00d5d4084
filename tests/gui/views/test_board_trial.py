"""A command is tried out on the board: its form is filled with examples."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.board.designing import CONTROL, Designer, board, designer, workspace  # noqa: F401
from tests.gui.board.test_board_hand import LOST, SEND, shop  # noqa: F401  # a fixture
from workbench.gui.views.board_trial import BoardTrial


def trial(person: Designer) -> BoardTrial:
    return person.board.trial


async def test_space_opens_the_form_and_ctrl_enter_sends_it(shop: Designer) -> None:  # noqa: F811
    shop.scene.choose(SEND)
    shop.key(Qt.Key.Key_Space)
    form = trial(shop).form
    assert form is not None
    assert trial(shop).isVisible()
    assert form.value()["to"] == "to"
    QTest.keyClick(form.first_input(), Qt.Key.Key_Return, CONTROL)
    await shop.until(lambda: trial(shop).badge.text() == "✓ accepted")
    assert "parcel" in trial(shop).said.text()
    assert shop.board.desk.workspace.reader.head() == 1
    QTest.keyClick(form.first_input(), Qt.Key.Key_Escape)
    assert trial(shop).isHidden()


async def test_a_second_one_has_another_id(shop: Designer) -> None:  # noqa: F811
    shop.scene.choose(SEND)
    for _ in range(2):
        shop.key(Qt.Key.Key_Space)
        trial(shop).send()
        await shop.rest()
    assert shop.board.desk.workspace.reader.head() == 2


async def test_only_a_command_that_runs_is_tried(shop: Designer) -> None:  # noqa: F811
    shop.scene.choose(LOST)
    assert not trial(shop).acts["try_out"].isEnabled()
    assert trial(shop).acts["try_out"].toolTip() == "Only a command that runs can be tried"

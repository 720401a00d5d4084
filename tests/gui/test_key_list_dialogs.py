"""Every key that F1 lists for a dialog works from wherever the keyboard is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.dialog_keys import dead_keys
from workbench.gui.actions import Actions, declared
from workbench.gui.desk import Desk
from workbench.gui.key_list import OWNERS, owner_class
from workbench.gui.manual_window import ManualWindow
from workbench.gui.views.append_dialog import AppendDialog
from workbench.gui.views.burst_dialog import BurstDialog
from workbench.gui.views.deploy_dialog import DeployDialog
from workbench.gui.views.publish_dialog import PublishDialog
from workbench.gui.views.step_dialog import StepDialog
from workbench.gui.views.traffic_dialog import TrafficDialog

FIELDS = {"user_id": "ada", "username": "Ada", "email": "ada@example.org"}
DIALOGS: dict[Any, Callable[[QWidget, Desk], Any]] = {
    PublishDialog: lambda parent, desk: PublishDialog(parent, desk, "mail"),
    AppendDialog: lambda parent, desk: AppendDialog(parent, desk, "user-ada"),
    BurstDialog: lambda parent, desk: BurstDialog(parent, desk, "create_user", FIELDS, lambda _burst: None),
    StepDialog: lambda parent, desk: StepDialog(parent, desk, "users"),
    DeployDialog: DeployDialog,
    TrafficDialog: lambda parent, desk: TrafficDialog(parent, desk, 1, desk.workspace.streams.head()),
    ManualWindow: lambda parent, _desk: ManualWindow(parent),
}
ELSEWHERE = {
    "NoticeList": "tests/gui/test_notices.py: it needs the notices of a window",
    "SchemaDialog": "tests/gui/details/test_schema_dialog.py: it needs a declared project",
}


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_each_dialog_of_the_list_with_keys_is_tried() -> None:
    owners: set[Any] = {owner_class(where) for _, where in OWNERS}
    dialogs = {one for one in owners if issubclass(one, QDialog) and any(act.keys for act in declared(one))}
    assert {one.__name__ for one in dialogs} == {one.__name__ for one in DIALOGS} | set(ELSEWHERE)


@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
async def test_each_key_of_a_dialog_works_from_each_of_its_fields(
    kind: type[QDialog], parent: QWidget, desk: Desk, until: Any
) -> None:
    await desk.workspace.commands.issue("create_user", FIELDS)
    dialog = DIALOGS[kind](parent, desk)
    dialog.show()
    dialog.activateWindow()
    await until(lambda: dialog.isActiveWindow() and not desk.running())
    acts = dialog.acts
    assert isinstance(acts, Actions)
    assert dead_keys(dialog, acts) == []
    dialog.close()

"""A new project is begun in the window: where it says, with what it says, and what is wrong is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.new_project_dialog import NewProjectDialog
from workbench.services.project.new_project import TEMPLATES


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def opened(parent: QWidget, around: Path, inside: Path | None = None) -> tuple[NewProjectDialog, list[Path]]:
    made: list[Path] = []
    dialog = NewProjectDialog(parent, around, inside)
    dialog.made.connect(made.append)
    dialog.open()
    return dialog, made


@pytest.mark.parametrize("template", TEMPLATES)
async def test_every_template_makes_a_project(
    parent: QWidget, tmp_path: Path, until: Any, template: str
) -> None:
    dialog, made = opened(parent, tmp_path)
    dialog.templates.setCurrentRow(list(TEMPLATES).index(template))
    QTest.keyClicks(dialog.name, "shop")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    await until(lambda: made)
    assert made == [tmp_path / "shop"]
    assert 'name: "shop"' in (tmp_path / "shop" / "project.tsk").read_text()


async def test_what_is_in_the_way_is_said_and_can_be_changed(
    parent: QWidget, tmp_path: Path, until: Any
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "notes.txt").write_text("mine")
    dialog, made = opened(parent, tmp_path)
    dialog.name.setText("")
    assert not dialog.make.isEnabled()
    dialog.name.setText("shop")
    dialog.make.click()
    await until(lambda: "is not empty" in dialog.told.text())
    assert dialog.make.isEnabled()
    assert not made
    dialog.name.setText("shop-2")
    assert dialog.told.text() == f"It will be {tmp_path / 'shop-2'}."
    dialog.make.click()
    await until(lambda: made)


async def test_a_folder_becomes_a_project_with_what_is_in_it(
    parent: QWidget, tmp_path: Path, until: Any
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / ".gitignore").write_text("mine, too")
    dialog, made = opened(parent, tmp_path, folder)
    assert dialog.name.isReadOnly()
    dialog.make.click()
    await until(lambda: made)
    assert made == [folder]
    assert (folder / "project.tsk").is_file()
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / ".gitignore").read_text() == "mine, too"
    dialog, made = opened(parent, tmp_path, folder)
    dialog.make.click()
    await until(lambda: "project.tsk exists already" in dialog.told.text())

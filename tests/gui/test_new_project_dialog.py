"""A new project is begun in the window: where it says, with what it says, and what is wrong is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.new_project_dialog import NAME, NewProjectDialog
from workbench.services.project.new_project import TEMPLATES


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def files_of(folder: Path) -> list[Path]:
    return list(folder.iterdir())


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


@pytest.mark.parametrize(
    ("name", "around", "said"),
    [
        ("", "", "must have 1 to 255 characters"),
        ("a/b", "", "without a path"),
        ("..", "", "without a path"),
        ("shop", "~nobody-of-this-name", "home directory"),
    ],
)
async def test_what_can_be_no_folder_is_said_while_it_is_typed(
    parent: QWidget, tmp_path: Path, name: str, around: str, said: str
) -> None:
    dialog, made = opened(parent, tmp_path)
    dialog.name.setText(name)
    dialog.around.setText(around or str(tmp_path))
    assert said in dialog.told.text()
    assert not dialog.make.isEnabled()
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert not made
    assert not files_of(tmp_path)


async def test_escape_makes_nothing_but_does_not_leave_what_is_being_made(
    parent: QWidget, tmp_path: Path, until: Any
) -> None:
    dialog, made = opened(parent, tmp_path)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert not files_of(tmp_path)
    dialog, made = opened(parent, tmp_path)
    dialog.make.click()
    dialog.name.setText("another")  # too late: it is not made twice
    assert not dialog.make.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    await until(lambda: made)
    assert made == [tmp_path / NAME]


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


async def test_its_buttons_are_whole_however_small_it_is_made(
    parent: QWidget, tmp_path: Path, until: Any
) -> None:
    dialog, _ = opened(parent, tmp_path)
    dialog.resize(10, 10)
    await until(lambda: dialog.width() < 680)
    buttons = [one for one in dialog.findChildren(QPushButton) if one.isVisible()]
    assert len(buttons) == 3
    await until(lambda: all(one.width() >= one.sizeHint().width() for one in buttons))
    dialog.reject()

"""Projects that were open are offered again, the latest first."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from workbench.gui.recent_projects import KEPT, recent_projects, remember, show_recent


def opener(here: Path | None, taken: list[Path]) -> Any:
    """What opens a project, which has the one of a folder open, or none."""
    workspace = None if here is None else SimpleNamespace(project=SimpleNamespace(root=here))
    return SimpleNamespace(workspace=workspace, open_folder=taken.append)


def test_the_latest_is_first_and_what_is_gone_is_left_out(tmp_path: Path, qtbot: QtBot) -> None:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    folders = [tmp_path / f"p{number}" for number in range(KEPT + 2)]
    for folder in folders:
        folder.mkdir()
        remember(settings, folder)
    remember(settings, folders[5])
    latest = [folders[5], *(one for one in reversed(folders) if one != folders[5])][:KEPT]
    assert recent_projects(settings) == latest
    folders[5].rmdir()
    assert recent_projects(settings) == latest[1:]
    menu, taken = QMenu(), list[Path]()
    qtbot.addWidget(menu)
    show_recent(menu, settings, opener(latest[1], taken))
    assert [one.text() for one in menu.actions()] == [str(one) for one in latest[2:]]
    menu.actions()[0].trigger()
    assert taken == [latest[2]]


def test_where_nothing_was_open_it_says_so(tmp_path: Path, qtbot: QtBot) -> None:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("recent-projects", "no list")
    menu = QMenu()
    qtbot.addWidget(menu)
    show_recent(menu, settings, opener(None, []))
    (only,) = menu.actions()
    assert (only.text(), only.isEnabled()) == ("No other project was open", False)

"""Projects that were open are offered again, the latest first."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
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


def test_one_that_was_opened_by_a_short_path_is_found_from_everywhere(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    (tmp_path / "p" / "trip").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    remember(settings, Path("p/trip"))
    menu = QMenu()
    qtbot.addWidget(menu)
    show_recent(menu, settings, opener(Path("p/trip"), []))
    assert not menu.actions()[0].isEnabled(), "it is the one that is open"
    monkeypatch.chdir("/")
    assert recent_projects(settings) == [tmp_path / "p" / "trip"]


def test_where_nothing_was_open_it_says_so(tmp_path: Path, qtbot: QtBot) -> None:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("recent-projects", "no list")
    menu = QMenu()
    qtbot.addWidget(menu)
    show_recent(menu, settings, opener(None, []))
    (only,) = menu.actions()
    assert (only.text(), only.isEnabled()) == ("No other project was open", False)

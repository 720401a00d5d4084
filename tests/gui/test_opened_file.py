"""Files open with what the system has for them, and where it has nothing, here."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.application import file_notice
from workbench.gui.opened_file import open_file
from workbench.gui.whole_text import WholeText


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def shown(window: QWidget) -> tuple[str, str]:
    (found,) = window.findChildren(WholeText)
    return found.windowTitle(), found.area.toPlainText()


def test_what_the_system_opens_is_left_to_it(
    window: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []

    def opens(url: QUrl) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", opens)
    open_file(window, tmp_path)
    assert opened == [QUrl.fromLocalFile(str(tmp_path))]
    assert window.findChildren(WholeText) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("some.txt", "one\ntwo"),
        ("folder", "No program here shows folders. This one is {}"),
        ("gone.txt", "{} cannot be read: No such file or directory"),
    ],
)
def test_what_nothing_opens_is_shown_here(
    window: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    (tmp_path / "some.txt").write_text("one\ntwo")
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    open_file(window, tmp_path / name)
    assert shown(window) == (name, said.format(tmp_path / name))


def test_the_notice_of_a_crash_shows_its_file_in_the_window(
    window: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: pytest.fail("it may lead nowhere"))
    (tmp_path / "crash-1.txt").write_text("Thread 1")
    ((label, show),) = file_notice(window, "It crashed.", tmp_path / "crash-1.txt").actions
    show()
    assert (label, *shown(window)) == ("Show the file", "crash-1.txt", "Thread 1")

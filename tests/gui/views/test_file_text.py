"""A file's text: the line that is meant stands at the top, also where it was hidden before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.views.file_text import FileText


def test_the_line_stands_at_the_top_once_the_text_is_seen(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a.tsk").write_text("\n".join(f"line {number}" for number in range(1, 201)))
    text, tabs = FileText(), QTabWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(QWidget(), "Result")
    tabs.addTab(text, "Text")
    tabs.resize(400, 160)
    tabs.show()
    text.show_file(tmp_path / "a.tsk", 185)
    tabs.setCurrentWidget(text)
    assert text.firstVisibleBlock().text() == "line 185"


def test_what_cannot_be_read_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    text = FileText()
    qtbot.addWidget(text)
    text.show_file(tmp_path / "none.tsk", 1)
    assert "cannot be read" in text.toPlainText()

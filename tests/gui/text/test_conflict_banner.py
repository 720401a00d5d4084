"""The banner that asks which of two texts counts says of which files it asks."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.gui.layouts import in_column
from workbench.gui.text.conflict_banner import FEWEST, ConflictBanner


def test_what_differs_is_shown_of_each_file_by_its_name(qtbot):
    banner = ConflictBanner()
    qtbot.addWidget(banner)
    files = [("project.tsk", "a\nmine", "a\ntheirs"), ("scenarios/a.tsk", "x", "y")]
    banner.ask_of_files("Which?", files, [("Keep mine", lambda: None)])
    head, *lines = banner.difference.toPlainText().splitlines()[1:]
    assert head.startswith("+")
    assert [line for line in lines if not line.startswith(" ")] == [
        "project.tsk", "− mine", "+ theirs", "scenarios/a.tsk", "− x", "+ y",
    ]  # fmt: skip
    banner.ask("Which?", "mine", "theirs", [])
    assert "project.tsk" not in banner.difference.toPlainText()


def test_what_differs_gives_way_to_what_stands_below_it_and_scrolls(qtbot):
    banner, page = ConflictBanner(), QWidget()
    qtbot.addWidget(page)
    work = QWidget()
    work.setMinimumHeight(200)
    in_column(banner, (work, 1), of=page, margins=0, spacing=0)
    banner.ask(
        "Which?", "\n".join("abcdefghijklm"), "\n".join("nopqrstuvwxyz"), [("Keep mine", lambda: None)]
    )
    page.resize(400, 700)
    page.show()
    much = banner.difference.height()
    page.resize(400, page.minimumSizeHint().height())
    shown = banner.difference
    qtbot.waitUntil(lambda: shown.height() < much)
    assert shown.viewport().height() >= FEWEST * shown.fontMetrics().lineSpacing()
    assert banner.geometry().bottom() < work.geometry().top()
    assert banner.rect().contains(shown.geometry())


def test_what_differs_stays_where_it_is_scrolled_to_when_it_is_asked_again(qtbot):
    banner = ConflictBanner()
    qtbot.addWidget(banner)
    banner.resize(400, 200)
    banner.show()
    mine = [f"line {number} is long {'and longer ' * 9}" for number in range(40)]
    banner.ask("Which?", "\n".join(mine), "other", [])
    bars = banner.difference.verticalScrollBar(), banner.difference.horizontalScrollBar()
    for bar in bars:
        bar.setValue(bar.maximum() // 2)
    seen = [bar.value() for bar in bars]
    assert all(seen)
    banner.ask("Which?", "\n".join([*mine, "more"]), "other", [])
    assert [bar.value() for bar in bars] == seen

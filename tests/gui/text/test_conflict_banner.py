"""The banner that asks which of two texts counts says of which files it asks."""

from __future__ import annotations

from workbench.gui.text.conflict_banner import ConflictBanner


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

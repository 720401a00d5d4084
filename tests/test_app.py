"""The program's entry: which face it shows, and the answer where there is no display."""

from __future__ import annotations

from workbench.app import run


def test_without_a_display_it_says_so_and_names_the_tour(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert run(["open", "--sample", "users"]) == 1
    said = capsys.readouterr().err
    assert "no display" in said
    assert "workbench tour FOLDER" in said

"""L10: an undo tells on how many of how many it took effect, and what stays."""

from __future__ import annotations

from workbench.services.undo_report import UndoReport


def test_L10_an_undo_says_true_numbers():
    said = UndoReport(name="archive of 900 dead letters", done=350, asked=350, queued=550)
    assert said.complete
    assert said.words.endswith("cancelled before the other 550; 350 undone.")
    said = UndoReport(name="archive of 900 dead letters", done=899, asked=899)
    assert said.words == "Undone: archive of 900 dead letters, all 899 that it changed."

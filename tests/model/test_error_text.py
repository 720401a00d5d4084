"""Errors as text: what was typed is said again in short."""

from __future__ import annotations

from workbench.model.error_text import in_short


def test_a_long_line_loses_its_middle_and_others_stay():
    assert in_short("short\nlines\n") == "short\nlines\n"
    assert in_short("x" * 1000) == "x" * 1000
    said = in_short("where: " + "x" * 5000 + ": longer than 4000 characters\nsecond")
    first, second = said.split("\n")
    assert second == "second"
    assert first.startswith("where: xxx")
    assert first.endswith("xxx: longer than 4000 characters")
    assert "… 4,037 more characters …" in first
    assert len(first) < 1100

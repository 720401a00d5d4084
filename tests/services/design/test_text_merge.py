"""What is designed and what changed in the files meanwhile are joined file by file."""

from __future__ import annotations

from workbench.services.design.design_text import DesignText
from workbench.services.design.text_merge import joined
from workbench.tusk import parse

NAME = "scenarios/a.tsk"


def text(said):
    return DesignText(scenarios={NAME: parse(said, NAME)} if said else {})


def test_a_file_that_was_taken_away_goes_unless_it_changed_meanwhile():
    was, theirs = text("x: 1\n"), text("x: 2\n")
    assert joined(was, text(""), was) == text("")
    assert joined(was, text(""), theirs) == theirs

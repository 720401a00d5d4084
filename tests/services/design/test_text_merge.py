"""What is designed and what changed in the files meanwhile are joined file by file."""

from __future__ import annotations

import pytest

from workbench.services.design.design_text import DesignText
from workbench.services.design.text_merge import DesignConflict, joined
from workbench.tusk import parse

NAME = "scenarios/a.tsk"


def text(said):
    return DesignText(scenarios={NAME: parse(said, NAME)} if said else {})


def test_a_file_that_was_taken_away_goes_unless_it_changed_meanwhile():
    was, theirs = text("x: 1\n"), text("x: 2\n")
    assert joined(was, text(""), was) == text("")
    assert joined(was, text(""), theirs) == theirs


def test_all_files_that_differ_are_told_at_once():
    def both(first, second):
        return text(first).with_file(parse(second, "project.tsk"))

    base, mine, theirs = (both(f"x: {n}\n", f'[project]\nname: "p{n}"\n') for n in (1, 2, 3))
    with pytest.raises(DesignConflict) as said:
        joined(base, mine, theirs)
    assert [one.file for one in said.value.clashes] == ["project.tsk", NAME]
    assert [one.said.partition(":")[0] for one in said.value.clashes] == ["project.tsk", NAME]
    assert joined(base, mine, theirs, prefer="mine") == mine

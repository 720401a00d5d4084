"""The pill says in few words how a design stands, and in its tip all of it."""

from __future__ import annotations

import pytest

from workbench.gui.board.stand_pill import Stand, stand_of
from workbench.services.design.design_state import DesignState
from workbench.services.project.model_reload import Outdated, Reload, ReloadOutcome
from workbench.tusk import Problem

FAULT = Problem(file="project.tsk", line=3, column=1, end_column=2, code="S-TYPE", message="no such type")
OLDER = Outdated(
    since=0, told=Reload(outcome=ReloadOutcome.FAILED, problems=("project.tsk:7:1: S-TYPE it is none",))
)


def refused(said: str) -> DesignState:
    return DesignState(problems=("it is not written yet",), refused=said)


@pytest.mark.parametrize(
    ("state", "unwritten", "outdated", "text", "tip"),
    [
        (DesignState(), (), None, "saved", "has all of it"),
        (DesignState(), ("event:a.b",), OLDER, "1 section not saved", "event:a.b"),
        (refused("/a/project.tsk cannot be written: full"), (), None, "Not saved: full", "/a/"),
        (
            refused("/a/project.tsk is read-only"),
            (),
            None,
            "Not saved: project.tsk is read-only",
            "try again",
        ),
        (DesignState(), (), OLDER, "Older model runs", "project.tsk:7:1"),
        (DesignState(problems=(FAULT, "x")), (), OLDER, "Draft: 2 mistakes", "no such type"),
        (
            DesignState(problems=(FAULT,)),
            ("event:a.b",),
            None,
            "Draft: 1 mistake, 1 section not saved",
            "event:a.b",
        ),
    ],
)
def test_it_never_says_saved_while_something_waits(state, unwritten, outdated, text, tip):
    told = stand_of(state, unwritten, outdated, "12:00")
    assert isinstance(told, Stand)
    assert (told.text, told.kind == "ok", tip in told.tip) == (text, text == "saved", True)


def test_what_does_not_run_says_where_it_stands():
    assert OLDER.told.place == ("project.tsk", 7)
    assert Reload(outcome=ReloadOutcome.FAILED).place == ("", 1)

"""Marks of a draft: those of what runs that hold for it still, and all where nothing is wrong with it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.services.design.marks.mark_examples import EXAMPLES, PARCEL
from tests.services.design.random_gestures import FOLDERS
from workbench.services.design.marks.draft_marks import marks_of_draft
from workbench.services.design.marks.find_marks import marks_of
from workbench.services.design.text_check import check_project_text

BROKEN = "\n[policy.lacks]\non: 'parcel.sent'\n"


def checked(text):
    return check_project_text(
        text, Path("project.tsk"), environ={}, running=None, advise=marks_of, in_part=True
    )


def said(marks):
    return [(one.kind.code, one.node, one.message) for one in marks]


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_mark_of_what_runs_stays_in_a_draft_that_has_it_and_goes_with_its_cause(code):
    text, *_ = EXAMPLES[code]
    running = checked(text).marks
    draft = checked(text + BROKEN)
    assert draft.mistakes
    assert said(marks_of_draft(running, draft)) == said(running)
    assert marks_of_draft(running, checked(PARCEL + BROKEN)) == []


def test_a_draft_without_mistakes_has_its_own_marks():
    draft = checked(PARCEL + "\n[event.parcel.seen]\n")
    assert [one.message for one in marks_of_draft([], draft)] != []
    assert marks_of_draft([], checked(PARCEL + "\n[event.parcel.seen]\n" + BROKEN)) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_a_draft_that_compiles_in_part_is_looked_at_and_gets_no_new_mark(folder):
    whole, rng = (folder / "project.tsk").read_text(), random.Random(3)
    running = checked(whole).marks
    lines = whole.splitlines(keepends=True)
    for _ in range(12):
        gone = rng.randrange(len(lines))
        draft = checked("".join(lines[:gone] + lines[gone + 1 :]))
        found = marks_of_draft(running, draft)
        if draft.mistakes:
            assert {(one.kind.code, one.node) for one in found} <= {
                (one.kind.code, one.node) for one in running
            }

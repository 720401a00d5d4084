"""What a move to another aggregate changes is listed line by line before it is done."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.services.design.test_several import ENROL, ENROLLED, school
from workbench.errors import InvalidValue
from workbench.services.design.change_preview import ADDED, TAKEN
from workbench.services.design.field_renames import FieldChanges
from workbench.services.design.move_preview import move_preview
from workbench.services.design.several import moved_to


class Known:
    """What is known of a project without a world."""

    def __init__(self, mistakes: list[str], stored: int) -> None:
        self.mistakes, self.stored = lambda _text: mistakes, lambda *_events: stored


def known(*mistakes: str, stored: int = 0) -> FieldChanges:
    return cast("FieldChanges", Known([*mistakes], stored))


def rows(found: Any) -> list[tuple[str, int, str, str]]:
    return [(one.group, one.line, one.fate, one.text) for one in found.places]


def test_every_line_that_goes_and_comes_is_listed_with_its_place() -> None:
    found = move_preview(school(), [ENROLLED], "club", known())
    changes = '{ course: "course_id", student'
    assert rows(found) == [
        ("Declaration", 11, ADDED, 'aggregate: "club"'),
        ("Declaration", 15, TAKEN, f'changes: {changes}: "student_id" }}'),
        ("Declaration", 15, ADDED, f'changes: {changes} {{ aggregate: "club", id: "student_id" }} }}'),
        ("Declaration", 33, ADDED, "[aggregate.club]"),
        ("Scenarios", 7, TAKEN, '{ event: "student.enrolled", stream: "student-1" }'),
        ("Scenarios", 7, ADDED, '{ event: "student.enrolled", stream: "club-1" }'),
        ("Scenarios", 8, TAKEN, '{ no_event: "student.enrolled", stream: "student-2" }'),
        ("Scenarios", 8, ADDED, '{ no_event: "student.enrolled", stream: "club-2" }'),
    ]
    assert (found.nodes, found.owner, found.notes) == ((ENROLLED, ENROL), "club", ())


def test_it_says_how_many_mistakes_it_leaves_and_where_stored_events_stay() -> None:
    found = move_preview(school(), [ENROLLED], "club", known("a: no", "b: no", stored=2))
    assert found.notes == (
        "It leaves 2 mistakes, and stays a draft until they are fixed: a: no",
        "2 stored events stay in the streams of student; none is rewritten.",
    )


def test_a_move_to_where_all_of_it_is_is_refused() -> None:
    after = moved_to(school(), [ENROLLED], "club")
    with pytest.raises(InvalidValue, match="all of it is of club already"):
        move_preview(after, [ENROLLED], "club", known())

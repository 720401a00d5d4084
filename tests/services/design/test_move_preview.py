"""What a move to another aggregate changes is listed line by line before it is done."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.services.design.test_several import ENROL, ENROLLED, school
from workbench.errors import InvalidValue
from workbench.services.design.change_preview import ADDED, TAKEN
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_renames import FieldChanges
from workbench.services.design.gestures import DesignNode
from workbench.services.design.move_preview import move_preview, moved_with_names
from workbench.services.design.several import moved_to
from workbench.tusk import parse


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


def test_names_that_speak_of_the_old_aggregate_are_proposed_anew() -> None:
    text = school()
    spoken = text.project.text.replace("[command.enrol]", "[command.enrol_student]")
    text = text.with_project(parse(spoken + '\n[routing.all]\npattern: "student.*"\ntopic: "x"\n'))
    found = move_preview(text, [ENROLLED], "club", known(stored=2))
    assert [(one.reference.kind, one.text, one.new, one.wanted, one.kept) for one in found.names] == [
        ("event", "event student.enrolled", "club.enrolled", False, True),
    ]
    assert found.names[0].fate == "at 5 places; 1 pattern fits no more"
    after = moved_with_names(text, found.nodes, "club", found.names)
    assert "student.enrolled" not in after.project.text.replace('stored_as: "student.enrolled"', "")
    assert '[event.club.enrolled]\nstored_as: "student.enrolled"\n' in after.project.text
    assert '{ event: "club.enrolled", stream: "club-1" }' in "".join(
        one.text for one in after.scenarios.values()
    )
    assert moved_with_names(text, found.nodes, "club", ()) == moved_to(text, found.nodes, "club")


def test_a_command_that_is_called_after_its_aggregate_is_called_after_the_new_one() -> None:
    text = DesignText(
        project=parse(
            '[aggregate.order]\n[event.order.shut]\n[command.shut_order]\nchanges: "order"\n'
            'fields { order_id: "string" }\nemit: "order.shut"\n'
        )
    )
    found = move_preview(text, [DesignNode("command", "shut_order")], "cart", known())
    assert {one.new for one in found.names} == {"shut_cart", "cart.shut"}
    taken = text.with_project(parse(text.project.text + "[event.cart.shut]\n"))
    left = move_preview(taken, [DesignNode("command", "shut_order")], "cart", known())
    assert {one.new for one in left.names} == {"shut_cart"}, "the other name is taken"


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

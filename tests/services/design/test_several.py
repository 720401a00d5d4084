"""Several things are removed, moved to another aggregate, and copied as one."""

from __future__ import annotations

import difflib

import pytest

from tests.services.design.test_change_preview import TEXT
from workbench.errors import InvalidValue
from workbench.services.design import gestures
from workbench.services.design.change_preview import CHOSEN, IS_CHOSEN, removal_preview
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.owners import aggregate_of, places_of
from workbench.services.design.several import counted_kinds, joined_by_emit, moved_to, texts_of
from workbench.tusk import Document, parse

PLACED, PLACE = DesignNode("event", "order.placed"), DesignNode("command", "place")
TELL = DesignNode("policy", "tell")


def test_kinds_are_counted_the_most_first() -> None:
    assert counted_kinds(["policy", "event", "event", "policy", "event"]) == "3 events, 2 policies"
    assert counted_kinds(["command"]) == "1 command"


def test_several_go_as_one_with_what_names_them_and_each_is_listed() -> None:
    found = removal_preview(TEXT, PLACE, 0, more=(PLACED,))
    assert [(one.group, one.fate, one.text) for one in found.heads] == [
        (CHOSEN, IS_CHOSEN, "[command.place]"),
        (CHOSEN, IS_CHOSEN, "[event.order.placed]"),
    ]
    assert found.said == "1 command, 1 event"
    assert not any(one.owner in {"command.place", "event.order.placed"} for one in found.places)
    after = gestures.removed(TEXT, PLACE, PLACED, along=[one.reference for one in found.places]).project
    assert {"command.place", "event.order.placed", "policy.tell"}.isdisjoint(after.sections)
    whole = removal_preview(TEXT, DesignNode("aggregate", "order"), 0, more=(PLACED,))
    assert all(one.reference.owner != "event.order.placed" for one in whole.places), "it is chosen itself"


def test_commands_and_events_move_with_what_they_are_joined_with() -> None:
    assert joined_by_emit(TEXT, [PLACED]) == [PLACED, PLACE]
    after = moved_to(TEXT, [PLACED], "basket").project
    owners = {aggregate_of(after, one.kind, one.name) for one in (PLACED, PLACE)}
    assert owners == {"basket"}
    assert "aggregate.order" not in after.sections, "it said nothing and is left empty"
    assert "order_id" in after.text, "fields keep their names: policies and scenarios have them, too"
    spoken = TEXT.project.text.replace("[aggregate.order]\n", '[aggregate.order]\ndescription: "mine"\n')
    kept = moved_to(TEXT.with_project(parse(spoken, "project.tsk")), [PLACED, PLACE], "basket").project
    assert '[aggregate.order]\ndescription: "mine"\n' in kept.text, "what it says is not lost"
    back = moved_to(TEXT.with_project(after), [PLACE], "order").project
    assert 'aggregate: "order"' not in back.text, "its name says so"
    assert aggregate_of(back, "event", "order.placed") == "order"
    with pytest.raises(InvalidValue, match="no policy does"):
        moved_to(TEXT, [PLACE, TELL], "basket")
    with pytest.raises(InvalidValue, match="cannot be a name"):
        moved_to(TEXT, [PLACE], "a b")


SCHOOL = """\
[project]
name: "school"

[aggregate.course]

[event.course.taken]

[aggregate.student]

[event.student.enrolled]

[event.student.left]

[command.enrol]
changes: { course: "course_id", student: "student_id" }
fields { course_id: "string", student_id: "string" }
do {
    a { emit: "course.taken" }
    b { emit: "student.enrolled" }
}

[command.lend]
creates: "loan"
changes: "student"
fields { loan_id: "string", student_id: "string" }
do {
    a { emit: "loan.granted" }
    b { emit: "student.left" }
}

[aggregate.loan]

[event.loan.granted]

[command.back]
changes { x { aggregate: "loan", id: "of" } }
fields { of: "string" }
emit: "loan.granted"
"""
LESSONS = """\
$one: "student-1"
"Enrol" {
    given: [{ event: "student.left", stream: "student-2" }, { event: "student.left", stream: $one }]
    when: { command: "enrol", data: { course_id: "1", student_id: "1", stream: "student-1" } }
    then: [
        { event: "course.taken", stream: "course-1" }
        { event: "student.enrolled", stream: "student-1" }
        { no_event: "student.enrolled", stream: "student-2" }
        { event: "student.enrolled", stream: $one }
    ]
}
"""
ENROLLED, TAKEN = DesignNode("event", "student.enrolled"), DesignNode("event", "course.taken")
LEFT, GRANTED = DesignNode("event", "student.left"), DesignNode("event", "loan.granted")
ENROL, BACK = DesignNode("command", "enrol"), DesignNode("command", "back")


def school() -> DesignText:
    return DesignText(
        project=parse(SCHOOL, "project.tsk"),
        scenarios={"scenarios/a.tsk": parse(LESSONS, "scenarios/a.tsk")},
    )


def changed(before: Document, after: Document) -> list[str]:
    """Returns the lines that are taken away and added."""
    lines = difflib.unified_diff(before.text.splitlines(), after.text.splitlines(), lineterm="", n=0)
    return [one for one in list(lines)[2:] if not one.startswith("@@")]


def test_of_a_command_for_several_only_the_place_of_what_was_chosen_changes() -> None:
    text = school()
    assert joined_by_emit(text, [ENROLLED]) == [ENROLLED, ENROL]
    after = moved_to(text, [ENROLLED], "club")
    assert changed(text.project, after.project) == [
        '+aggregate: "club"',
        '-changes: { course: "course_id", student: "student_id" }',
        '+changes: { course: "course_id", student { aggregate: "club", id: "student_id" } }',
        "+[aggregate.club]",
        "+",
    ]
    (story,), (told,) = text.scenarios.values(), after.scenarios.values()
    assert changed(story, told) == [
        '-        { event: "student.enrolled", stream: "student-1" }',
        '-        { no_event: "student.enrolled", stream: "student-2" }',
        '+        { event: "student.enrolled", stream: "club-1" }',
        '+        { no_event: "student.enrolled", stream: "club-2" }',
    ], "a stream that a variable says for another event, too, stays"
    assert "aggregate.student" in after.project.sections


def test_what_a_command_creates_and_changes_stays_and_ids_keep_their_fields() -> None:
    text = school()
    assert joined_by_emit(text, [GRANTED]) == [GRANTED, DesignNode("command", "lend"), BACK]
    assert changed(text.project, moved_to(text, [GRANTED], "credit").project) == [
        '-creates: "loan"',
        '+creates { loan { aggregate: "credit", id: "loan_id" } }',
        "-[aggregate.loan]",
        "+[aggregate.credit]",
        '+aggregate: "credit"',
        '-changes { x { aggregate: "loan", id: "of" } }',
        '+changes { x { aggregate: "credit", id: "of" } }',
    ]
    assert [
        (one.key, one.aggregate) for one in places_of(moved_to(text, [LEFT], "club").project, "lend")
    ] == [
        ("creates", "loan"),
        ("changes", "club"),
    ]


def test_what_would_make_a_command_be_for_one_aggregate_twice_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidValue, match=r"enrol is for course and student") as told:
        moved_to(school(), [ENROL], "club")
    assert told.value.hint == "choose the events of it that shall be of another aggregate"
    with pytest.raises(InvalidValue, match=r"enrol is for student and for course: .* twice"):
        moved_to(school(), [ENROLLED], "course")
    with pytest.raises(InvalidValue, match=r"twice"):
        moved_to(school(), [ENROLLED, TAKEN], "club")
    with pytest.raises(InvalidValue, match=r"lend is for loan and student, so it can have none of course"):
        gestures.made(
            school().with_project(
                parse(SCHOOL.replace('do {\n    a { emit: "loan', 'x {\n a { emit: "loan'), "p")
            ),
            "event",
            "course.lent",
            DesignNode("command", "lend"),
        )


def test_their_texts_are_copied_in_the_order_of_the_file() -> None:
    copied = texts_of(TEXT, [TELL, PLACE])
    assert copied.index("[command.place]") < copied.index("[policy.tell]")
    assert copied in TEXT.project.text

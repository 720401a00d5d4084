"""Single fields: they change places with their comments, and are copied with their types."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_gestures import copied, field_moved, known_lines, with_fields
from workbench.services.design.gestures import DesignNode
from workbench.tusk import parse

SEND, SENT = DesignNode("command", "send"), DesignNode("event", "parcel.sent")
PARCELS = DesignNode("projection", "parcels")
LINES = """\
[command.send]
fields {
    a: "string"  # of a
    # about b
    b { type: "money", min: 1 }
    c: "whole"
}
emit: "parcel.sent"

[event.parcel.sent]

[projection.parcels]
columns { id: "text", at: "time" }
"""


def of(text: str) -> DesignText:
    return DesignText(project=parse(text, "project.tsk"))


def test_a_field_changes_places_and_its_comments_go_along() -> None:
    moved = field_moved(of(LINES), SEND, "b", -1).project.text
    assert moved.startswith("""\
[command.send]
fields {
    # about b
    b { type: "money", min: 1 }
    a: "string"  # of a
""")
    assert field_moved(of(moved), SEND, "b", 1).project.text == LINES


def test_at_the_end_nothing_changes() -> None:
    assert field_moved(of(LINES), SEND, "a", -1).project.text == LINES
    assert field_moved(of(LINES), SEND, "c", 1).project.text == LINES


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('fields { a: "string", b: "int" }', 'fields { b: "int", a: "string" }'),
        ('fields {\n  a: "string", b: "int"\n}', 'fields {\n  b: "int", a: "string"\n}'),
        ('fields {\n  a: "string"\n  b: "int" }', 'fields {\n  b: "int"\n  a: "string" }'),
    ],
)
def test_what_shares_a_line_is_exchanged_in_it(before: str, after: str) -> None:
    moved = field_moved(of(f"[command.send]\n{before}\n"), SEND, "a", 1)
    assert moved.project.text == f"[command.send]\n{after}\n"


def test_a_field_is_copied_with_all_that_is_said_of_it() -> None:
    assert 'fields { b { type: "money", min: 1 } }' in copied(of(LINES), SEND, "b", SENT).project.text


def test_columns_have_kinds_of_their_own() -> None:
    assert (
        'columns { id: "text", at: "time", b: "money" }' in copied(of(LINES), SEND, "b", PARCELS).project.text
    )
    assert 'fields { at: "date-time" }' in copied(of(LINES), PARCELS, "at", SENT).project.text


def test_what_has_the_field_or_none_at_all_refuses_it() -> None:
    text = copied(of(LINES), SEND, "b", SENT)
    with pytest.raises(InvalidValue, match="has a field b already"):
        copied(text, SEND, "b", SENT)
    with pytest.raises(InvalidValue, match="a policy has no fields"):
        copied(text, SEND, "b", DesignNode("policy", "p"))


def test_a_field_of_a_command_is_one_of_its_events_too() -> None:
    text = with_fields(of(LINES), SEND, "d?: string", along=True)
    assert text.project.text.count('d: "string?"') == 2
    again = with_fields(of(text.project.text.replace(" d: ", " f: ", 1)), SEND, "d: money", along=True)
    assert again.project.text.count(" d: ") == 2


def test_fields_of_the_same_name_are_known_with_their_types_those_of_events_first() -> None:
    text = of(LINES + '[event.parcel.lost]\nfields { at: "date-time", b: "money" }\n')
    assert known_lines(text, SENT, "b") == {"b: money": "parcel.lost", "b: money min 1": "send"}
    assert known_lines(text, SENT, "b: money m") == {"b: money min 1": "send"}
    assert known_lines(text, PARCELS, "b?") == {}, "what is typed is no beginning of it"
    assert known_lines(text, PARCELS, "b") == {"b: money": "parcel.lost"}
    assert known_lines(text, SEND, "b") == {}, "it has one"
    assert known_lines(text, SENT, "") == known_lines(text, SENT, "z") == {}

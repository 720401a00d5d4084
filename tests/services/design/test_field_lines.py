"""Fields are typed as lines; what a line cannot say stays where it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_lines import (
    read_field_line,
    split_field_lines,
    why_unreadable,
    write_field_line,
)
from workbench.services.design.gestures import DesignNode, fields_of
from workbench.services.design.section_lists import put
from workbench.tusk import parse


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("to", "to", "string"),
        ("note?", "note", "string?"),
        (" total : money ", "total", "money"),
        ("amount: money min 0", "amount", {"type": "money", "min": 0}),
        (
            "amount?: decimal min 0.5 max 9 places 2",
            "amount",
            {"type": "decimal?", "min": 0.5, "max": 9, "places": 2},
        ),
        ("status: placed | paid", "status", {"type": "choice", "choices": ["placed", "paid"]}),
        ("status?: a | b = b", "status", {"type": "choice?", "choices": ["a", "b"], "default": "b"}),
        ("lines: [line] min 1", "lines", {"type": "list", "of": "line", "min": 1}),
        ("stock: {whole}", "stock", {"type": "map", "of": "integer"}),
        ("gift: yes/no = false", "gift", {"type": "boolean", "default": False}),
        ('to: text = "a b"', "to", {"type": "string", "default": "a b"}),
        ("seats: whole = 1-2", "seats", {"type": "integer", "default": "1-2"}),
        ("when: time", "when", "date-time"),
        ('to: string min 1 example "Ada Love"', "to", {"type": "string", "min": 1, "example": "Ada Love"}),
        ('to: string title "To", max: 9', "to", {"type": "string", "title": "To", "max": 9}),
        ("c: string, pattern: '^(a|b)$'", "c", {"type": "string", "pattern": "^(a|b)$"}),
        ("c: string example: 'a | b'", "c", {"type": "string", "example": "a | b"}),
        ("c: string = 'a | b'", "c", {"type": "string", "default": "a | b"}),
        ('s: a | b, title: "T"', "s", {"type": "choice", "choices": ["a", "b"], "title": "T"}),
        ("s: a | b default a", "s", {"type": "choice", "choices": ["a", "b"], "default": "a"}),
        ("s: in transit | min fare", "s", {"type": "choice", "choices": ["in transit", "min fare"]}),
        ('note: string = "a", min: 1', "note", {"type": "string", "default": "a", "min": 1}),
        ("level: integer min 0 default 100", "level", {"type": "integer", "min": 0, "default": 100}),
        ("level: integer default 5 max 9", "level", {"type": "integer", "default": 5, "max": 9}),
        ("gift: yes/no default true", "gift", {"type": "boolean", "default": True}),
        ("n: integer = 5, min: 1", "n", {"type": "integer", "default": 5, "min": 1}),
        (
            's: a | b = b c, title: "T"',
            "s",
            {"type": "choice", "choices": ["a", "b"], "default": "b c", "title": "T"},
        ),
    ],
)
def test_a_line_says_what_is_written(line, name, value):
    assert read_field_line(line) == (name, value)
    again = write_field_line(name, value)
    assert again is not None
    assert read_field_line(again) == (name, value)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1a",
        "a b",
        "a: money max",
        "a: money min x",
        "a: [",
        "a: x | | y",
        "a:: b c",
        "a: b | c min 1",
        "a: b | c default d",
        'a: text = "b" c',
        'a: text = b, default: "c"',
        "a: text min: 2, min: 3",
        "a: text min 2, min: 3",
        'a: text example "x" example "y"',
        'a: text example: "x", example: "y"',
        "a: text min 2 = b, min: 3",
        "a: text min -1",
        "a: [text] min -1",
        "status: placed | paid?",
        "status: placed? | paid = paid",
    ],
)
def test_what_cannot_be_understood_is_told(line):
    with pytest.raises(InvalidValue) as failure:
        read_field_line(line)
    assert failure.value.hint or "beside" in str(failure.value)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"type": "string", "example": "Ada", "min": 1}, 'x: string min 1, example: "Ada"'),
        ({"type": "object", "fields": {"a": "money"}}, 'x: object fields { a: "money" }'),
        ({"type": "list", "of": {"type": "y"}}, 'x: list of { type: "y" }'),
        ({"type": "choice", "choices": ["a|b"]}, 'x: choice choices: ["a|b"]'),
        ({"type": "choice", "choices": ["a", "b?"]}, 'x: choice choices: ["a", "b?"]'),
        ({"type": "integer", "min": -1}, "x: integer min -1"),
        (
            {"type": "choice?", "choices": ["a", "b"], "title": "T"},
            'x?: choice choices: ["a", "b"], title: "T"',
        ),
        ({"type": "string", "default": None}, "x: string = null"),
    ],
)
def test_what_has_no_word_of_its_own_stands_as_in_the_text(value, line):
    assert write_field_line("x", value) == line
    assert read_field_line(line) == ("x", value)


@pytest.mark.parametrize(
    "line", ["x: money min 0.12345678901234567890", "x: decimal = 1.10", "x: decimal min 0.50 = 1.00"]
)
def test_a_number_keeps_the_digits_that_were_typed(line):
    name, value = read_field_line(line)
    assert write_field_line(name, value) == line
    document = put(parse("[event.a]\n"), ("event", "a", "fields", name), value)
    assert line.split()[-1] in document.text
    assert fields_of(DesignText(project=document), DesignNode("event", "a")) == {name: value}
    assert (
        write_field_line(name, fields_of(DesignText(project=document), DesignNode("event", "a"))[name])
        == line
    )


def test_columns_have_types_of_their_own():
    assert read_field_line("name: text", column=True) == ("name", "text")
    assert read_field_line("name", column=True) == ("name", "text")
    index = {"type": "time", "index": True}
    assert read_field_line("at: time index: true", column=True) == ("at", index)


def test_what_has_no_type_is_no_line():
    assert write_field_line("x", 3) is None


@given(st.text(alphabet="ab?: |[]{}=-.0\"'min max", max_size=24))
def test_what_is_understood_is_written_as_it_is_read(line):
    try:
        name, value = read_field_line(line)
    except InvalidValue:
        return
    again = write_field_line(name, value)
    assert again is not None
    assert read_field_line(again) == (name, value)


@pytest.mark.parametrize(
    "fields",
    [
        ["title: text"],
        ["title: text", "author: text min 2", "status: placed | paid"],
        ["note?", "at?: time", "tags: [text]", "who"],
        ['to: string = "a, b: c"', "at: time"],
        ["lines: list of { a: text, b: text }", "to: text"],
        ["c: string, pattern: '^(a|b)$', max: 3, title: \"T\"", "title: text"],
        ['c: choice, choices: ["a", b], index: true', "d"],
    ],
)
def test_a_line_is_split_between_its_fields(fields: list[str]) -> None:
    assert split_field_lines(", ".join(fields)) == fields


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("note: text?", "string?"),
        ("note: string?", "string?"),
        ("note?: text?", "string?"),
        ("sent_at: time?", "date-time?"),
        ("lines: [line]?", {"type": "list?", "of": "line"}),
        ("lines: [text?]", {"type": "list", "of": "string?"}),
        ("stock: {whole?} min 1", {"type": "map", "of": "integer?", "min": 1}),
        ("amount: money? min 0", {"type": "money?", "min": 0}),
    ],
)
def test_a_question_mark_behind_the_type_says_that_it_may_be_missing(line: str, value: object) -> None:
    assert read_field_line(line)[1] == value


def test_a_column_may_be_called_by_the_word_of_fields() -> None:
    assert read_field_line("name: string", column=True) == ("name", "text")


def test_what_cannot_be_understood_is_said_with_its_field() -> None:
    said = why_unreadable("amount: money min 0, note: text ??, more")
    assert said.startswith("field note: ?? cannot be understood behind its type")
    assert why_unreadable("amount: money min 0, note: text?") == ""

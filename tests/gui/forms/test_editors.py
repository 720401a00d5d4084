"""Each kind of value has its editor, which gives back exactly what it shows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, Field, SecretStr
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QLineEdit, QPushButton, QToolButton

from workbench.gui.forms import SchemaForm
from workbench.gui.forms.editors import EDITORS, editor_for
from workbench.gui.forms.editors.choice import ChoiceEditor, ConstEditor
from workbench.gui.forms.editors.duration import DurationEditor, iso_of, span_of, words_of
from workbench.gui.forms.editors.group import GroupEditor
from workbench.gui.forms.editors.identifier import UuidEditor
from workbench.gui.forms.editors.json_text import JsonEditor
from workbench.gui.forms.editors.moment import DateEditor, DateTimeEditor, TimeEditor
from workbench.gui.forms.editors.number import DecimalEditor, IntegerEditor, NumberEditor
from workbench.gui.forms.editors.scalar import ScalarEditor
from workbench.gui.forms.editors.sequence import ListEditor
from workbench.gui.forms.editors.switch import SwitchEditor
from workbench.gui.forms.editors.text import LongTextEditor, SecretEditor, TextEditor


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Line(BaseModel):
    sku: str
    count: int


class Order(BaseModel):
    """One field of every kind."""

    text: str
    email: str = Field(json_schema_extra={"format": "email"})
    site: AnyUrl
    word: str = Field(max_length=200)
    note: str = Field(max_length=201)
    code: str = Field(max_length=500, pattern="^[a-z]*$")
    lines_of_text: str = Field(json_schema_extra={"format": "multiline"})
    secret: SecretStr
    whole: int
    real: float
    price: Decimal
    yes: bool
    size: Size
    side: Literal["left", "right"]
    only: Literal["one"]
    moment: datetime
    day: date
    clock: time
    span: timedelta
    ident: UUID
    maybe: int | None = None
    maybe_price: Decimal | None = None
    either: int | str
    tags: list[str]
    lines: list[Line]
    line: Line
    maybe_line: Line | None = None
    counts: dict[str, int]
    pair: tuple[int, str]
    anything: Any


STRING = {"type": "string"}
INTEGER = {"type": "integer"}
KINDS = {
    "text": TextEditor,
    "email": TextEditor,
    "site": TextEditor,
    "word": TextEditor,
    "note": LongTextEditor,
    "code": TextEditor,
    "lines_of_text": LongTextEditor,
    "secret": SecretEditor,
    "whole": IntegerEditor,
    "real": NumberEditor,
    "price": DecimalEditor,
    "yes": SwitchEditor,
    "size": ChoiceEditor,
    "side": ChoiceEditor,
    "only": ConstEditor,
    "moment": DateTimeEditor,
    "day": DateEditor,
    "clock": TimeEditor,
    "span": DurationEditor,
    "ident": UuidEditor,
    "maybe": IntegerEditor,
    "maybe_price": DecimalEditor,
    "either": ScalarEditor,
    "tags": ListEditor,
    "lines": ListEditor,
    "line": GroupEditor,
    "maybe_line": GroupEditor,
    "counts": JsonEditor,
    "pair": JsonEditor,
    "anything": JsonEditor,
}
NOW = "2024-05-31T14:00:00.123456Z"
FRESH = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture
def form_of(qtbot):
    def make(schema, **kit):
        form = SchemaForm({"properties": {"x": schema}, "required": ["x"]}, **kit)
        qtbot.addWidget(form)
        form.resize(480, 400)
        form.show()
        form.activateWindow()
        form.field("x").focus_input()
        return form

    return make


def editor_in(form):
    return form.field("x").editor


def write(form, text):
    """Replaces what stands in the editor, as by pasting."""
    editor = editor_in(form)
    if isinstance(editor.input, QLineEdit):
        editor.input.setText(text)
    else:
        editor.input.setPlainText(text)


def read(form):
    shown = editor_in(form).input
    return shown.text() if isinstance(shown, QLineEdit) else shown.toPlainText()


def messages(form):
    return [error.message for error in form.errors]


# --- which editor


@pytest.fixture
def order(qtbot):
    form = SchemaForm(Order.model_json_schema())
    qtbot.addWidget(form)
    return form


def test_every_kind_of_field_has_its_editor(order):
    assert {name: type(order.field(name).editor) for name in Order.model_fields} == KINDS


def test_there_is_an_editor_that_no_schema_is_refused_by():
    assert editor_for({}) is EDITORS[-1] is JsonEditor
    assert editor_for({"type": "array"}) is JsonEditor
    assert editor_for({"anyOf": [STRING, {"type": "object"}]}) is JsonEditor


def test_a_value_of_every_kind_comes_back_and_is_one_for_its_model(order):
    given = {
        "text": "Grüße 🎉 \"quoted\" <b> & 'so'",
        "email": "ada@example.org",
        "site": "https://example.org/ä?q=1",
        "word": "",
        "note": "one\ntwo\n",
        "code": "abc",
        "lines_of_text": "日本\n\n語",
        "secret": "hunter2",
        "whole": 1234567890123456789012,
        "real": 0.1,
        "price": "19.90",
        "yes": True,
        "size": "large",
        "side": "left",
        "only": "one",
        "moment": "2024-05-31T14:00:00+02:00",
        "day": "2024-02-29",
        "clock": "23:59:59.5",
        "span": "PT1H30M",
        "ident": FRESH,
        "maybe": 0,
        "maybe_price": "0.00",
        "either": "5",
        "tags": ["", "ä", "ä"],
        "lines": [{"sku": "a", "count": 1}, {"sku": "b", "count": 2}],
        "line": {"sku": "c", "count": 3},
        "maybe_line": None,
        "counts": {"a": 1},
        "pair": [1, "a"],
        "anything": {"deep": [None, True, {"x": 1.5}]},
    }
    order.set_value(given)
    assert order.value() == given
    assert order.errors == []
    assert Order.model_validate(order.value()).whole == 1234567890123456789012


# --- what is shown and typed again is the same value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (STRING, "  spaces count  "),
        (STRING, "Grüße 🎉 日本"),
        ({"type": "string", "format": "multiline"}, "one\n\n  two 🎉\n"),
        ({"type": "string", "format": "password"}, "ünter2 "),
        (INTEGER, 0),
        (INTEGER, -9223372036854775809),
        (INTEGER, 12345678901234567890123),
        ({"type": "number"}, 0.1),
        ({"type": "number"}, -1.5e-300),
        ({"type": "number"}, 1e300),
        ({"type": "number"}, 9007199254740993),
        ({"type": "string", "format": "decimal"}, "0.10000000000000000000000000000001"),
        ({"type": "string", "format": "decimal"}, "1.50"),
        ({"type": "string", "format": "date-time"}, "2024-05-31T14:00:00Z"),
        ({"type": "string", "format": "date-time"}, "2024-05-31T14:00:00.000001Z"),
        ({"type": "string", "format": "date"}, "0001-01-01"),
        ({"type": "string", "format": "time"}, "23:59:59.500000"),
        ({"type": "string", "format": "duration"}, "P1DT2H3M4.000005S"),
        ({"type": "string", "format": "duration"}, "-PT0.5S"),
        ({"type": "string", "format": "uuid"}, FRESH),
        ({"anyOf": [INTEGER, STRING]}, 5),
        ({"anyOf": [INTEGER, STRING]}, "5"),
        ({"anyOf": [INTEGER, STRING]}, "true"),
        ({"anyOf": [INTEGER, STRING]}, " padded "),
        ({"anyOf": [INTEGER, STRING]}, 'say "hi"'),
        ({"anyOf": [{"type": "boolean"}, STRING]}, True),
        ({"anyOf": [{"type": "number"}, {"type": "boolean"}]}, 2.5),
        ({}, {"k": [1, None, "ä🎉", {"deep": 1234567890123456789}]}),
        ({"type": "object"}, {}),
    ],
)
def test_what_is_shown_can_be_typed_again(form_of, schema, value):
    form = form_of(schema)
    form.set_value({"x": value})
    shown = read(form)
    write(form, shown + "?")
    write(form, shown)
    assert form.value() == {"x": value}
    assert type(form.value()["x"]) is type(value)
    assert form.errors == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (INTEGER, "many"),
        ({"type": "number"}, "many"),
        ({"type": "string", "format": "date-time"}, "2024-05-31T14:00:00+02:00"),
        ({"type": "string", "format": "date-time"}, "2024-05-31T14:00:00.123456789Z"),
        ({"type": "string", "format": "date"}, "2024-05-31T00:00:00"),
        ({"type": "string", "format": "duration"}, "P1Y"),
        ({"type": "string", "format": "uuid"}, "no id"),
        ({"enum": ["a", "b"]}, "c"),
        ({"const": 1}, 2),
        ({"type": "boolean"}, "perhaps"),
        (STRING, 5),
        (STRING, "one\ntwo\r\nthree\ttab"),
        ({"type": "string", "format": "multiline"}, "one\r\ntwo\u00a0three"),
    ],
)
def test_what_nobody_edits_stays_as_it_was_given(form_of, schema, value):
    form = form_of(schema)
    form.set_value({"x": value})
    assert form.value() == {"x": value}


@pytest.mark.parametrize(
    ("schema", "empty"),
    [
        (STRING, ""),
        ({"type": "string", "format": "multiline"}, ""),
        (INTEGER, None),
        ({"type": "number"}, None),
        ({"type": "string", "format": "decimal"}, None),
        ({"type": "string", "format": "date-time"}, None),
        ({"type": "string", "format": "duration"}, None),
        ({"type": "string", "format": "uuid"}, None),
        ({"enum": ["a", "b"]}, None),
        ({"const": 1}, 1),
        ({"type": "boolean"}, False),
        ({"type": "array", "items": STRING}, []),
        ({"type": "object", "properties": {"a": STRING}, "required": ["a"]}, {"a": ""}),
        ({"type": "object"}, {}),
        ({"type": "array"}, []),
        ({}, None),
    ],
)
def test_a_fresh_field_is_empty_and_so_is_one_that_was_reset(form_of, schema, empty):
    form = form_of(schema)
    assert form.value() == {"x": empty}
    form.set_value({"x": 1})
    form.reset()
    assert form.value() == {"x": empty}
    assert form.errors == []


# --- text


def test_text_is_typed(form_of):
    form = form_of(STRING)
    QTest.keyClicks(form.focusWidget(), " hello ")
    assert form.value() == {"x": " hello "}


def test_a_pasted_text_of_any_length_is_taken_whole(form_of):
    form = form_of(STRING)
    write(form, "x" * 100_000)
    assert len(form.value()["x"]) == 100_000


def test_long_text_takes_enter(form_of):
    form = form_of({"type": "string", "maxLength": 1000})
    area = form.focusWidget()
    QTest.keyClicks(area, "one")
    QTest.keyClick(area, Qt.Key.Key_Return)
    QTest.keyClicks(area, "two")
    assert form.value() == {"x": "one\ntwo"}


def test_a_secret_is_hidden_until_the_eye_is_pressed(form_of):
    form = form_of({"type": "string", "format": "password"})
    QTest.keyClicks(form.focusWidget(), "hunter2")
    line = editor_in(form).line
    eye = next(each for each in form.findChildren(QToolButton) if each.accessibleName() == "Show X")
    assert "hunter2" not in line.displayText()
    eye.click()
    assert line.displayText() == "hunter2"
    eye.click()
    assert "hunter2" not in line.displayText()
    assert form.value() == {"x": "hunter2"}


# --- numbers


@pytest.mark.parametrize("text", ["1.0", "1e3", "ten", "--1", "１２", "1_000", "0x10"])
def test_what_is_no_whole_number_is_said_and_given_on_as_text(form_of, text):
    form = form_of(INTEGER)
    write(form, text)
    assert messages(form) == ["must be a whole number"]
    assert form.value() == {"x": text}


@pytest.mark.parametrize(("text", "value"), [(" 7 ", 7), ("+7", 7), ("-0", 0), ("007", 7)])
def test_whole_numbers_are_read_as_people_write_them(form_of, text, value):
    form = form_of(INTEGER)
    write(form, text)
    assert form.value() == {"x": value}
    assert form.errors == []


def test_arrow_keys_count_and_keep_all_digits(form_of):
    form = form_of(INTEGER)
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Up)
    assert form.value() == {"x": None}
    QTest.keyClicks(form.focusWidget(), "9999999999999999999")
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Up)
    assert form.value() == {"x": 10_000_000_000_000_000_000}
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Down)
    assert form.value() == {"x": 9_999_999_999_999_999_998}


def test_arrow_keys_keep_to_multiples(form_of):
    form = form_of({"type": "integer", "multipleOf": 5})
    form.set_value({"x": 10})
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Down)
    assert form.value() == {"x": 5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e", "must be a number"),
        ("nan", "must be a number"),
        ("1e999", "is too large for a number of this kind"),
    ],
)
def test_what_is_no_number_is_said(form_of, text, message):
    form = form_of({"type": "number"})
    write(form, text)
    assert messages(form) == [message]


@pytest.mark.parametrize(("text", "value"), [(".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-2.50", -2.5)])
def test_numbers_are_read_as_people_write_them(form_of, text, value):
    form = form_of({"type": "number"})
    write(form, text)
    assert form.value() == {"x": value}


def test_a_decimal_is_text_to_the_last_nought(form_of):
    form = form_of({"anyOf": [{"type": "number"}, STRING]})
    QTest.keyClicks(form.focusWidget(), "12345678901234567890.100")
    assert form.value() == {"x": "12345678901234567890.100"}


# --- yes, no and choices


def test_a_switch_is_turned_by_the_space_key(form_of):
    form = form_of({"type": "boolean", "default": True})
    assert form.value() == {"x": True}
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Space)
    assert form.value() == {"x": False}


def test_a_switch_is_turned_by_a_click_on_its_word(form_of):
    form = form_of({"type": "boolean"})
    switch = editor_in(form).switch
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.rect().center())
    assert form.value() == {"x": True}


def test_nothing_is_chosen_until_somebody_chooses(form_of):
    form = form_of({"enum": ["low", "high"]})
    assert form.value() == {"x": None}
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Down)
    assert form.value() == {"x": "low"}
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Down)
    assert form.value() == {"x": "high"}


def test_a_choice_keeps_the_type_of_its_values(form_of):
    form = form_of({"enum": [1, "1", None, "", 2.5]})
    box = editor_in(form).box
    assert [box.itemText(index) for index in range(box.count())] == ["1", "1", "null", '""', "2.5"]
    values = []
    for index in range(box.count()):
        box.setCurrentIndex(index)
        values.append(form.value()["x"])
    assert values == [1, "1", None, "", 2.5]


# --- dates and times


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-05-31 14:00:00", "2024-05-31T14:00:00Z"),
        ("2024-05-31T14:00:00+02:00", "2024-05-31T12:00:00Z"),
        ("2024-05-31", "2024-05-31T00:00:00Z"),
        ("2024-05-31T14:00:00.5Z", "2024-05-31T14:00:00.500000Z"),
    ],
)
def test_a_point_in_time_is_given_on_in_utc(form_of, text, value):
    form = form_of({"type": "string", "format": "date-time"})
    write(form, text)
    assert form.value() == {"x": value}
    assert form.errors == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date-time", "yesterday"),
        ("date-time", "0001-01-01T00:00:00+05:00"),
        ("date", "2023-02-29"),
        ("date", "2024-05-31T10:00"),
        ("time", "25:00"),
    ],
)
def test_what_is_no_date_or_time_is_said(form_of, kind, text):
    form = form_of({"type": "string", "format": kind})
    write(form, text)
    (message,) = messages(form)
    assert message.startswith("must be a ")
    assert form.value() == {"x": text}


def test_now_is_written_by_a_button_where_there_is_a_clock(form_of):
    schema = {"type": "string", "format": "date-time"}
    form = form_of(schema, now=lambda: NOW)
    (button,) = [each for each in form.findChildren(QPushButton) if each.text() == "Now"]
    button.click()
    assert form.value() == {"x": NOW}
    assert read(form) == "2024-05-31 14:00:00.123456"
    assert not [each for each in form_of(schema).findChildren(QPushButton) if each.text() == "Now"]


@pytest.mark.parametrize(
    ("cursor", "key", "value"),
    [
        (2, Qt.Key.Key_Up, "2025-02-28T23:59:59Z"),
        (6, Qt.Key.Key_Up, "2024-03-29T23:59:59Z"),
        (6, Qt.Key.Key_Down, "2024-01-29T23:59:59Z"),
        (9, Qt.Key.Key_Up, "2024-03-01T23:59:59Z"),
        (12, Qt.Key.Key_Up, "2024-03-01T00:59:59Z"),
        (15, Qt.Key.Key_Up, "2024-03-01T00:00:59Z"),
        (19, Qt.Key.Key_Up, "2024-03-01T00:00:00Z"),
        (19, Qt.Key.Key_Down, "2024-02-29T23:59:58Z"),
    ],
)
def test_arrow_keys_step_the_part_under_the_cursor(form_of, cursor, key, value):
    form = form_of({"type": "string", "format": "date-time"})
    form.set_value({"x": "2024-02-29T23:59:59Z"})
    line = editor_in(form).line
    line.setCursorPosition(cursor)
    QTest.keyClick(line, key)
    assert form.value() == {"x": value}
    assert line.cursorPosition() == cursor


@pytest.mark.parametrize("text", ["9999-12-31", "later", ""])
def test_a_step_beyond_the_calendar_or_without_a_date_does_nothing(form_of, text):
    form = form_of({"type": "string", "format": "date"})
    write(form, text)
    QTest.keyClick(editor_in(form).line, Qt.Key.Key_Up)
    assert read(form) == text


def opened(form):
    next(each for each in form.findChildren(QToolButton) if each.toolTip() == "Pick a day").click()
    popup = QApplication.activePopupWidget()
    assert popup is not None
    return popup, popup.findChild(QCalendarWidget)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("date", "2024-05-31", "2024-06-01"),
        ("date-time", "2024-05-31T14:00:00Z", "2024-06-01T14:00:00Z"),
        ("date-time", None, "2024-06-01T00:00:00Z"),
    ],
)
def test_a_day_is_picked_from_the_calendar_by_keyboard(form_of, kind, before, after):
    form = form_of({"type": "string", "format": kind})
    form.set_value({"x": before} if before else {})
    popup, days = opened(form)
    if before:
        assert days.selectedDate() == QDate(2024, 5, 31)
    days.setSelectedDate(QDate(2024, 6, 1))
    QTest.keyClick(popup.focusWidget(), Qt.Key.Key_Return)
    assert form.value() == {"x": after}
    assert QApplication.activePopupWidget() is None


def test_escape_closes_the_calendar_and_changes_nothing(form_of):
    form = form_of({"type": "string", "format": "date"})
    form.set_value({"x": "2024-05-31"})
    popup, days = opened(form)
    days.setSelectedDate(QDate(2024, 6, 1))
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert form.value() == {"x": "2024-05-31"}
    assert QApplication.activePopupWidget() is None


# --- spans of time


@pytest.mark.parametrize(
    ("text", "iso", "words"),
    [
        ("1 h 30 min", "PT1H30M", "1 h 30 min"),
        ("90min", "PT1H30M", "1 h 30 min"),
        ("90 m", "PT1H30M", "1 h 30 min"),
        ("2,5 s", "PT2.5S", "2.5 s"),
        ("1 w", "P7D", "7 d"),
        ("250 ms", "PT0.25S", "0.25 s"),
        ("1 µs", "PT0.000001S", "0.000001 s"),
        ("-1 d 12 h", "-P1DT12H", "-1 d 12 h"),
        ("pt36h", "P1DT12H", "1 d 12 h"),
        ("0 s", "PT0S", "0 s"),
    ],
)
def test_a_span_is_written_as_people_do_and_given_on_as_iso(form_of, text, iso, words):
    form = form_of({"type": "string", "format": "duration"})
    write(form, text)
    assert form.value() == {"x": iso}
    assert form.errors == []
    form.set_value({"x": iso})
    assert read(form) == words


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "must be a duration such as 1 h 30 min or 2.5 s"),
        ("5", "must be a duration such as 1 h 30 min or 2.5 s"),
        ("P", "must be a duration such as 1 h 30 min or 2.5 s"),
        ("1 h x", "must be a duration such as 1 h 30 min or 2.5 s"),
        ("1000000000 d", "is longer than can be counted"),
    ],
)
def test_what_is_no_span_is_said(form_of, text, message):
    form = form_of({"type": "string", "format": "duration"})
    write(form, text)
    assert messages(form) == [message]


@pytest.mark.parametrize(
    "span", [timedelta.max, timedelta(days=-999_999_999), timedelta(0), timedelta(microseconds=-1)]
)
def test_the_longest_and_the_shortest_spans_are_read_and_written(span):
    assert span_of(iso_of(span)) == span
    assert span_of(words_of(span)) == span


# --- ids


def test_an_id_is_made_by_a_button_where_there_is_a_source(form_of):
    schema = {"type": "string", "format": "uuid"}
    form = form_of(schema, new_uuid=lambda: FRESH)
    (button,) = [each for each in form.findChildren(QPushButton) if each.text() == "New"]
    assert button.accessibleName() == "New X"
    button.click()
    assert form.value() == {"x": FRESH}
    assert not [each for each in form_of(schema).findChildren(QPushButton) if each.text() == "New"]


def test_what_is_no_id_is_said(form_of):
    form = form_of({"type": "string", "format": "uuid"})
    write(form, FRESH[:-1])
    assert messages(form)[0].startswith("must be a UUID")
    write(form, FRESH.upper())
    assert form.errors == []


# --- one of several plain types


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ('"5"', "5"), ("true", "true"), ("five", "five"), ("[1]", "[1]"), ("NaN", "NaN")],
)
def test_what_reads_as_a_number_is_one_unless_quoted(form_of, text, value):
    form = form_of({"anyOf": [INTEGER, STRING]})
    write(form, text)
    assert form.value() == {"x": value}
    assert type(form.value()["x"]) is type(value)


@pytest.mark.parametrize(
    ("kinds", "message"),
    [(["integer", "boolean"], "must be a number"), (["boolean", "boolean"], "must be true or false")],
)
def test_where_text_is_not_allowed_it_is_refused(form_of, kinds, message):
    form = form_of({"anyOf": [{"type": kind} for kind in kinds]})
    write(form, "five")
    assert messages(form) == [message]


# --- any JSON


def test_json_is_typed_and_read(form_of):
    form = form_of({})
    QTest.keyClicks(form.focusWidget(), '{"a": [1, 2.5, null]}')
    assert form.value() == {"x": {"a": [1, 2.5, None]}}
    assert form.errors == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"a": }', "is not JSON: Expecting value at line 1, column 7"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("NaN", "cannot be stored"),
        ("1e400", "cannot be stored"),
        ("99999999999999999999", "beyond 64 bits"),
        ('"\\ud800"', "lone surrogate"),
        ("[" * 100_000, "cannot be stored"),
        ("1" * 5000, "is not JSON"),
    ],
)
def test_what_is_no_json_or_cannot_be_stored_is_said(form_of, text, part):
    form = form_of({})
    write(form, text)
    (message,) = messages(form)
    assert part in message


def test_large_json_is_shown_over_several_lines(form_of):
    form = form_of({})
    form.set_value({"x": {"name": "Ada Lovelace", "language": "Ελληνικά", "n": 1}})
    assert read(form).count("\n") == 4
    assert "Ελληνικά" in read(form)
    small = editor_in(form).area.height()
    editor_in(form).area.moveCursor(QTextCursor.MoveOperation.End)
    editor_in(form).area.insertPlainText("\n" * 5)
    assert editor_in(form).area.height() > small

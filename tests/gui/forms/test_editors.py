"""Each kind of value has its editor, which gives back exactly what it shows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, Field, SecretStr
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from tests.gui.forms.conftest import FRESH, INTEGER, STRING, editor_in, messages, read, write
from workbench.gui.forms import SchemaForm
from workbench.gui.forms.editors import EDITORS, editor_for
from workbench.gui.forms.editors.choice import ChoiceEditor, ConstEditor
from workbench.gui.forms.editors.duration import DurationEditor
from workbench.gui.forms.editors.group import GroupEditor
from workbench.gui.forms.editors.identifier import UuidEditor
from workbench.gui.forms.editors.json_text import JsonEditor
from workbench.gui.forms.editors.line import LineInput
from workbench.gui.forms.editors.mapping import MapEditor
from workbench.gui.forms.editors.moment import DateEditor, DateTimeEditor, TimeEditor
from workbench.gui.forms.editors.number import DecimalEditor, IntegerEditor, NumberEditor
from workbench.gui.forms.editors.scalar import ScalarEditor
from workbench.gui.forms.editors.sequence import ListEditor
from workbench.gui.forms.editors.switch import SwitchEditor
from workbench.gui.forms.editors.text import EMPTY, LONG, TOO_LONG, LongTextEditor, SecretEditor, TextEditor


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
    "counts": MapEditor,
    "pair": JsonEditor,
    "anything": JsonEditor,
}


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
        (STRING, None),
        ({"type": "string", "format": "multiline"}, None),
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
        ({"type": "object", "properties": {"a": STRING}, "required": ["a"]}, {"a": None}),
        ({"type": "object"}, {}),
        ({"type": "array"}, []),
        ({}, None),
    ],
)
def test_a_fresh_field_is_empty_and_so_is_one_that_was_reset(form_of, schema, empty):
    form = form_of(schema)
    assert form.value() == {"x": empty}
    errors = form.errors
    form.set_value({"x": 1})
    form.reset()
    assert form.value() == {"x": empty}
    assert form.errors == errors
    assert {error.message for error in errors} <= {"is required"}


# --- text

TEXTS = [STRING, {"type": "string", "format": "multiline"}, {"type": "string", "format": "password"}]


@pytest.mark.parametrize("schema", [*TEXTS, {}])
def test_V3_a_required_text_that_nobody_touched_is_required(form_of, schema):
    form = form_of(schema)
    assert form.value() == {"x": None}
    assert messages(form) == ["is required"]
    assert not form.submit()
    assert form.field("x").error() == "Is required"


@pytest.mark.parametrize("schema", TEXTS)
@pytest.mark.parametrize("keys", [("a", Qt.Key.Key_Backspace), (Qt.Key.Key_Backspace,), (Qt.Key.Key_Delete,)])
def test_V3_an_empty_text_can_be_meant_and_is_seen(form_of, schema, keys):
    form = form_of(schema)
    for key in keys:
        QTest.keyClick(form.focusWidget(), key)
    assert form.value() == {"x": ""}
    assert messages(form) == []
    assert editor_in(form).input.placeholderText() == EMPTY
    form.reset()
    assert form.value() == {"x": None}
    assert editor_in(form).input.placeholderText() != EMPTY
    form.set_value({"x": ""})
    assert form.value() == {"x": ""}
    assert editor_in(form).input.placeholderText() == EMPTY


@pytest.mark.parametrize("schema", TEXTS)
def test_V3_an_optional_text_that_is_set_is_empty_at_first(form_of, schema):
    form = form_of({"anyOf": [schema, {"type": "null"}]})
    assert (form.value(), messages(form)) == ({"x": None}, [])
    form.field("x")._toggle.click()
    assert (form.value(), messages(form)) == ({"x": ""}, [])


def test_V3_an_item_that_nobody_wrote_in_is_required(form_of):
    form = form_of({"type": "array", "items": STRING})
    editor_in(form).input.click()
    assert form.value() == {"x": [None]}
    assert messages(form) == ["is required"]
    assert form.errors[0].loc == ("x", 0)


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


@pytest.fixture
def clipboard(qapp):
    board = QApplication.clipboard()
    yield board
    board.clear()


@pytest.mark.parametrize("schema", [STRING, {"type": "string", "format": "multiline"}])
def test_V4_of_a_long_text_the_beginning_is_shown_and_the_whole_is_kept(form_of, schema):
    editor, whole = editor_in(form_of(schema)), "ab" * LONG
    editor.set_value(whole)
    assert editor.value() == whole
    assert editor.written().startswith("abab")
    assert len(editor.written()) < LONG
    assert editor.input.isReadOnly()
    assert editor.input.toolTip() == TOO_LONG
    QTest.keyClicks(editor.input, "x")
    assert editor.value() == whole
    kept = editor.typed()
    QTest.keyClick(editor.input, Qt.Key.Key_Backspace)
    QTest.keyClicks(editor.input, "x")
    assert editor.value() == "x"
    assert editor.input.toolTip() == ""
    assert editor.type_in(kept)
    assert editor.value() == whole
    editor.set_value("a" * LONG)
    assert not editor.input.isReadOnly()
    assert editor.written() == editor.value() == "a" * LONG


@pytest.mark.parametrize("schema", [STRING, {"type": "string", "format": "multiline"}])
def test_V4_a_long_text_that_is_pasted_is_kept_whole(form_of, clipboard, schema):
    editor, whole, told = editor_in(form_of(schema)), "ab" * LONG, []
    editor.changed.connect(lambda: told.append(editor.value()))
    clipboard.setText(whole)
    QTest.keyClick(editor.input, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert told[-1] == editor.value() == whole
    assert len(editor.written()) < LONG
    clipboard.setText("short")
    editor.clear()
    QTest.keyClick(editor.input, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert editor.value() == editor.written() == "short"


def test_what_is_filled_in_is_replaced_by_typing_and_what_was_typed_is_not(qtbot: Any) -> None:
    line = LineInput()
    qtbot.addWidget(line)
    line.show()
    line.setText("r1")
    QApplication.sendEvent(line, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    QTest.keyClicks(line, "r2")
    assert line.text() == "r2"
    QApplication.sendEvent(line, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    QTest.keyClick(line, Qt.Key.Key_End)
    QTest.keyClicks(line, "3")
    assert line.text() == "r23"
    line.setText("r1")
    QApplication.sendEvent(line, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.OtherFocusReason))
    assert line.selectedText() == "r1"

"""Editors of choices, times, spans, ids, several plain types and any JSON; odd values in all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QPushButton, QToolButton

from tests.gui.forms.conftest import FRESH, INTEGER, NOW, STRING, editor_in, messages, read, write
from workbench.gui.forms.editors.duration import iso_of, span_of, words_of
from workbench.gui.time_format import set_zone

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
        ('{"a": "', "is not JSON: Unterminated string at line 1, column 7"),
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


# --- odd values


@pytest.mark.parametrize("schema", [{"type": "string", "format": "multiline"}, {"type": "object"}])
def test_signs_that_look_like_spaces_and_line_ends_survive_an_edit(form_of, schema):
    odd = "a\u00a0b\u2028c"
    form = form_of(schema)
    form.set_value({"x": odd if schema["type"] == "string" else {"k": odd}})
    editor_in(form).input.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(editor_in(form).input, " ")
    assert messages(form) == []
    assert form.value()["x"] in (f"{odd} ", {"k": odd})


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "array", "items": STRING}, "must be a list"),
        ({"type": "object", "properties": {"a": STRING}}, "must be an object"),
    ],
)
def test_a_value_of_another_type_is_kept_and_called_wrong(form_of, schema, said):
    form = form_of(schema)
    form.set_value({"x": "abc"})
    assert form.value() == {"x": "abc"}
    assert messages(form) == [said]
    form.set_value({"x": [] if schema["type"] == "array" else {"a": "b"}})
    assert messages(form) == []


def test_what_is_none_of_several_types_is_shown_and_called_wrong(form_of):
    form = form_of({"anyOf": [INTEGER, {"type": "boolean"}]})
    form.set_value({"x": "abc"})
    assert read(form) == "abc"
    QTest.keyClicks(editor_in(form).input, "d")
    assert messages(form) == ["must be a number"]


def test_brackets_without_end_are_text_like_any_other(form_of):
    form = form_of({"anyOf": [INTEGER, STRING]})
    write(form, "[" * 100_000)
    assert form.value()["x"] == "[" * 100_000


def test_a_span_beyond_counting_is_said_to_be_so():
    with pytest.raises(ValueError, match="longer than can be counted"):
        span_of("-999999999 d 1 us")


@pytest.mark.parametrize("text", ["abc", "1,5", "NaN", "Infinity", ""])
def test_a_decimal_has_to_be_a_number(form_of, text):
    form = form_of({"type": "string", "format": "decimal"})
    write(form, "1")
    write(form, text)
    assert messages(form) == ([] if text == "" else ["must be a number"])


def test_one_is_not_true_among_choices(form_of):
    form = form_of({"enum": [1, True]})
    form.set_value({"x": True})
    assert editor_in(form).box.currentIndex() == 1


def test_what_is_folded_at_first_unfolds_at_the_first_click(form_of):
    def within(name, schema):
        return {"type": "object", "properties": {name: schema}, "required": [name]}

    form = form_of(within("b", within("c", within("d", STRING))))
    deep = form.field("x.b.c")
    assert deep.editor.isVisible() == deep._folder.isChecked()
    before = deep._folder.isChecked()
    deep._folder.click()
    assert deep.editor.isVisible() is not before


# --- the zone of all times


@pytest.fixture
def berlin():
    set_zone("Europe/Berlin")
    yield
    set_zone("local")


MOMENT = {"type": "string", "format": "date-time"}


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-07-01 14:00:00", "2024-07-01T12:00:00Z"),
        ("2024-01-01 13:00:00", "2024-01-01T12:00:00Z"),
        ("2024-10-27 02:30:00 +02:00", "2024-10-27T00:30:00Z"),
        ("2024-10-27 02:30:00 +01:00", "2024-10-27T01:30:00Z"),
        ("2024-07-01T12:00:00Z", "2024-07-01T12:00:00Z"),
    ],
)
def test_V3_a_typed_time_is_one_of_the_zone(form_of, text, value):
    form = form_of(MOMENT)
    write(form, text)
    assert form.value() == {"x": value}
    assert form.errors == []
    form.set_value({"x": value})
    again = read(form)
    write(form, again)
    assert form.value() == {"x": value}


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "part"),
    [("2024-03-31 02:30:00", "leaves out"), ("2024-10-27 02:30:00", "there twice")],
)
def test_V3_a_time_that_clocks_leave_out_or_show_twice_is_told(form_of, text, part):
    form = form_of(MOMENT)
    write(form, text)
    (message,) = messages(form)
    assert part in message


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("before", "cursor", "after"),
    [
        ("2024-10-27T00:30:00Z", 12, "2024-10-27T01:30:00Z"),
        ("2024-10-26T00:30:00Z", 9, "2024-10-27T00:30:00Z"),
        ("2024-10-26T12:00:00Z", 9, "2024-10-27T13:00:00Z"),
        ("2024-03-31T00:30:00Z", 12, "2024-03-31T01:30:00Z"),
    ],
)
def test_V3_steps_go_over_a_change_of_clocks(form_of, before, cursor, after):
    form = form_of(MOMENT)
    form.set_value({"x": before})
    line = editor_in(form).line
    line.setCursorPosition(cursor)
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert form.value() == {"x": after}


@pytest.mark.usefixtures("berlin")
def test_V3_a_day_stepped_to_a_left_out_time_is_told(form_of):
    form = form_of(MOMENT)
    form.set_value({"x": "2024-03-30T01:30:00Z"})
    line = editor_in(form).line
    line.setCursorPosition(9)
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert "leaves out" in messages(form)[0]


@pytest.mark.usefixtures("berlin")
def test_V3_another_zone_tells_the_same_time_and_keeps_what_cannot_be_read(form_of):
    form = form_of(MOMENT)
    editor = editor_in(form)
    write(form, "2024-07-01 14:00:00")
    set_zone("UTC")
    assert editor.zone.text() == "UTC"
    assert read(form) == "2024-07-01 12:00:00"
    assert form.value() == {"x": "2024-07-01T12:00:00Z"}
    write(form, "tomorrow")
    set_zone("+02:00")
    assert read(form) == "tomorrow"

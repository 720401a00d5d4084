"""Errors of a form at their places, and its keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QVBoxLayout

from tests.gui.forms.parts import CONTROL, GOOD, Order, place, press, shown_form, type_into, wrong
from workbench.gui.forms import FieldError, SchemaForm, pydantic_validator
from workbench.gui.forms.schema_form import sentence


@pytest.fixture
def form(qtbot):
    return shown_form(qtbot, Order.model_json_schema(), validate=pydantic_validator(Order))


# --- errors


def test_nothing_is_wrong_to_the_eye_until_somebody_edits_or_submits(form):
    assert form.errors
    assert wrong(form) == {}


def test_an_error_shows_when_a_field_is_left_not_while_it_is_written(form):
    type_into(form, "name", "Al")
    assert wrong(form) == {}
    press(Qt.Key.Key_Tab)
    assert wrong(form) == {"name": "Must be at least 3 characters"}
    type_into(form, "name", "Alb")
    assert wrong(form) == {}


def test_passing_through_a_field_does_not_count_as_editing(form):
    form.field("name").focus_input()
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    assert wrong(form) == {}


def test_submitting_shows_all_errors_at_their_fields_and_goes_to_the_first(form):
    submitted = []
    form.submitted.connect(submitted.append)
    form.set_value(
        GOOD | {"age": None, "lines": [{"sku": "ab"}, {"sku": "x", "count": 0}], "ship": {"sku": ""}}
    )
    assert not form.submit()
    assert wrong(form) == {
        "age": "Is required",
        "lines.1.sku": "Must be at least 2 characters",
        "lines.1.count": "Must be at least 1",
        "ship.sku": "Must not be empty",
    }
    assert place() == "age"
    assert submitted == []


def test_errors_go_one_by_one_as_the_value_is_mended(form):
    form.set_value(GOOD | {"lines": [{"sku": "x", "count": 0}], "ship": {"sku": "ef", "count": -1}})
    form.submit()
    assert set(wrong(form)) == {"lines.0.sku", "lines.0.count", "ship.count"}
    type_into(form, "lines.0.sku", "xy")
    assert set(wrong(form)) == {"lines.0.count", "ship.count"}
    type_into(form, "ship.count", "1")
    type_into(form, "lines.0.count", "1")
    assert wrong(form) == {}
    assert form.submit()


def test_what_cannot_be_read_is_said_once_in_the_editors_own_words(form):
    form.set_value(GOOD)
    type_into(form, "age", "old")
    form.submit()
    assert wrong(form) == {"age": "Must be a whole number"}
    assert [error.message for error in form.errors] == ["must be a whole number"]


def test_what_concerns_the_whole_value_is_said_above_the_form(form):
    form.set_value(GOOD | {"name": "nobody"})
    form.submit()
    assert wrong(form) == {"": "Nobody cannot order"}
    type_into(form, "name", "somebody")
    assert wrong(form) == {}


def test_what_somebody_else_found_lands_at_the_innermost_field(form):
    form.set_value(GOOD)
    form.show_errors(
        [
            FieldError(loc=("lines", 1, "sku"), message="is sold out"),
            FieldError(loc=("lines", 9), message="is gone"),
            FieldError(loc=("gift", "sku"), message="is missing"),
            FieldError(loc=("ship", "colour"), message="is not red"),
            FieldError(loc=("unheard", 0), message="is odd"),
            FieldError(loc=(), message="the shop is closed"),
        ]
    )
    assert wrong(form) == {
        "lines": "9: is gone",
        "lines.1.sku": "Is sold out",
        "gift": "Sku: is missing",
        "ship": "Colour: is not red",
        "": "Unheard.0: is odd\nThe shop is closed",
    }
    assert len(form.errors) == 6


def test_what_somebody_else_found_goes_when_its_field_is_edited(form):
    form.set_value(GOOD)
    places = [("name",), ("age",), ("lines", 0, "sku"), ()]
    form.show_errors([FieldError(loc=loc, message="is refused") for loc in places])
    type_into(form, "name", "Eva")
    assert set(wrong(form)) == {"age", "lines.0.sku"}
    type_into(form, "lines.0.sku", "zz")
    assert set(wrong(form)) == {"age"}


def test_submitting_again_asks_the_judge_anew(form):
    form.set_value(GOOD)
    form.show_errors([FieldError(loc=("name",), message="is taken")])
    assert form.submit()
    assert wrong(form) == {}


def test_another_value_takes_the_old_errors_away(form):
    form.submit()
    assert wrong(form)
    form.set_value({})
    assert wrong(form) == {}
    assert form.errors


def test_several_errors_of_one_field_are_all_said():
    assert sentence(["must be a number", "must be text", "must be a number"]) == "Must be a number or text"
    assert sentence(["is required", "must be text"]) == "Is required\nMust be text"
    assert sentence(["user-ada exists already", "order_7 too"]) == "user-ada exists already\norder_7 too"
    assert sentence([]) == ""


def test_an_error_in_a_folded_object_unfolds_it(qtbot):
    deep = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
    for name in ("c", "b", "a"):
        deep = {"type": "object", "properties": {name: deep}, "required": [name]}
    form = shown_form(qtbot, deep)
    form.field("a").fold(folded=True)
    assert not form.field("a.b.c.x").isVisible()
    form.show_errors([FieldError(loc=("a", "b", "c", "x"), message="is wrong")])
    qtbot.waitUntil(form.field("a.b.c.x").isVisible)
    assert place() == "a.b.c.x"


def test_the_first_error_is_scrolled_into_sight(qtbot):
    properties = {f"f{number}": {"type": "string"} for number in range(40)}
    form = shown_form(qtbot, {"properties": properties, "required": list(properties)})
    line = form.field("f39").editor.input
    assert line.visibleRegion().isEmpty()
    form.show_errors([FieldError(loc=("f39",), message="is wrong")])
    qtbot.waitUntil(lambda: not line.visibleRegion().isEmpty())


# --- the keyboard


@pytest.fixture
def kinds(qtbot):
    properties = {
        "line": {"type": "string"},
        "area": {"type": "string", "format": "multiline"},
        "choice": {"enum": ["a", "b"]},
        "switch": {"type": "boolean"},
        "number": {"type": "integer"},
        "any": {},
        "ident": {"type": "string", "format": "uuid"},
    }
    return shown_form(qtbot, {"properties": properties, "required": list(properties)}, new_uuid=str)


def test_tab_goes_through_the_fields_in_their_order_and_back(kinds):
    kinds.field("line").focus_input()
    forth = [place()]
    for _ in range(6):
        press(Qt.Key.Key_Tab)
        forth.append(place())
    assert forth == ["line", "area", "choice", "switch", "number", "any", "ident"]
    press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget().accessibleName() == "New Ident"
    back = []
    for _ in range(7):
        press(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
        back.append(place())
    assert back == forth[::-1]
    assert kinds.value()["area"] is None
    assert kinds.value()["any"] is None


@pytest.mark.parametrize("path", ["line", "area", "choice", "switch", "number", "any", "ident"])
def test_control_enter_submits_from_every_editor_and_enter_alone_never(kinds, path):
    submitted = []
    kinds.submitted.connect(submitted.append)
    kinds.set_value({"line": "a", "area": "b", "any": 1})
    kinds.field(path).focus_input()
    before = kinds.value()
    press(Qt.Key.Key_Return)
    assert submitted == []
    kinds.set_value(before)
    press(Qt.Key.Key_Return, CONTROL)
    press(Qt.Key.Key_Enter, CONTROL)
    assert submitted == [before, before]


def test_enter_in_a_line_does_not_press_the_button_of_a_dialog(qtbot):
    dialog, pressed = QDialog(), []
    qtbot.addWidget(dialog)
    form = SchemaForm({"properties": {"x": {"type": "string"}}, "required": ["x"]})
    button = QPushButton("OK")
    button.setDefault(True)
    button.clicked.connect(lambda: pressed.append(True))
    layout = QVBoxLayout(dialog)
    layout.addWidget(form)
    layout.addWidget(button)
    with qtbot.waitActive(dialog):
        dialog.show()
    form.field("x").focus_input()
    press(Qt.Key.Key_Return)
    assert pressed == []


def test_what_is_known_is_offered_while_typing(qtbot):
    item = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}
    schema = {"properties": {"lines": {"type": "array", "items": item}}, "required": ["lines"]}
    form = shown_form(
        qtbot,
        schema,
        suggest={("lines", "sku"): lambda line, offer: lambda text: offer([f"{text}-{end}" for end in "12"])},
    )
    form.set_value({"lines": [{"sku": ""}, {"sku": ""}]})
    line = form.field("lines.1.sku").editor.input
    line.setFocus()
    QTest.keyClicks(line, "ab")
    assert [line.completer().model().index(row, 0).data() for row in range(2)] == ["ab-1", "ab-2"]
    line.completer().popup().hide()


def test_no_list_of_what_is_known_stays_over_what_is_typed_in_full_or_sent(qtbot):
    schema = {"properties": {"sku": {"type": "string"}}}
    known = ("ab", "abc")
    form = shown_form(
        qtbot,
        schema,
        suggest={
            ("sku",): lambda line, offer: lambda text: offer([one for one in known if one.startswith(text)])
        },
    )
    line = form.field("sku").editor.input
    line.setFocus()
    QTest.keyClicks(line, "ab")
    assert line.completer().popup().isVisible()
    QTest.keyClicks(line, "c")
    assert not line.completer().popup().isVisible()
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    assert line.completer().popup().isVisible()
    assert form.submit()
    assert not line.completer().popup().isVisible()


def test_a_group_is_folded_from_within_by_a_key_and_unfolded_by_its_arrow(qtbot):
    text = {"type": "string"}
    inner = {"type": "object", "properties": {"city": text}, "required": ["city"]}
    outer = {"type": "object", "properties": {"name": text, "at": inner}, "required": ["name", "at"]}
    form = shown_form(qtbot, {"properties": {"ship": outer}, "required": ["ship"]})
    city, name = form.field("ship.at.city"), form.field("ship.name")
    name.focus_input()
    for _ in range(2):
        press(Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
        assert not name.isVisible()
        assert QApplication.focusWidget().accessibleName() == "Show the fields of Ship"
    press(Qt.Key.Key_Space)
    assert name.isVisible()
    assert place() == "ship.name"
    city.focus_input()
    press(Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert (city.isVisible(), name.isVisible()) == (False, True), "the innermost alone"
    press(Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert not name.isVisible(), "the next one around it, where its arrow has the keyboard"


def test_tab_never_stops_at_the_arrow_of_a_group_that_is_unfolded(qtbot):
    text = {"type": "string"}
    item = {"type": "object", "properties": {"sku": text, "count": text}, "required": ["sku", "count"]}
    lines = {"type": "array", "items": item}
    properties = {"lines": lines, "ship": item, "why": text}
    form = shown_form(qtbot, {"properties": properties, "required": list(properties)})
    form.set_value({"lines": [{"sku": "a", "count": "1"}] * 2})
    qtbot.waitUntil(form.field("lines.1.count").editor.input.isVisible)
    form.field("lines.0.sku").focus_input()
    names, fields = [], []
    while place() != "why" and len(names) < 40:
        names.append(QApplication.focusWidget().accessibleName())
        fields += [place()] if place() else []
        press(Qt.Key.Key_Tab)
    assert [one for one in names if one.startswith("Show the fields")] == []
    assert fields == [
        *(f"lines.{at}.{name}" for at in (0, 1) for name in ("sku", "count")),
        "lines",
        *(f"ship.{name}" for name in ("sku", "count")),
    ]

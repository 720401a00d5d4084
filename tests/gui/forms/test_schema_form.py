"""The whole form: values, presence, what a person is told of a field, narrow and wide."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel

from tests.gui.forms.parts import CONTROL, GOOD, Order, place, press, shown_form, type_into, wrong
from workbench.gui.forms import SchemaForm, pydantic_validator
from workbench.gui.forms.schema_form import WIDE_FROM


@pytest.fixture
def form(qtbot):
    return shown_form(qtbot, Order.model_json_schema(), validate=pydantic_validator(Order))


# --- values


def test_a_fresh_form_has_the_defaults(form):
    assert form.value() == {
        "name": None,
        "age": None,
        "lines": [],
        "ship": {"sku": None, "count": 1},
        "note": None,
        "gift": None,
        "limit": 10,
    }
    assert wrong(form) == {}


def test_a_value_is_shown_and_given_back(form):
    form.set_value(GOOD)
    assert form.value() == GOOD
    assert form.field("lines.1.sku").editor.input.text() == "cd"
    assert form.errors == []


def test_keys_without_a_field_are_kept_and_missing_ones_get_their_defaults(form):
    form.set_value({"name": "Ada", "later": [1], "ship": {"sku": "ef", "colour": "red"}})
    assert form.value()["later"] == [1]
    assert form.value()["ship"] == {"sku": "ef", "count": 1, "colour": "red"}
    form.reset()
    assert "later" not in form.value()
    assert form.value()["name"] is None


def test_where_no_other_keys_may_be_they_are_dropped(qtbot):
    form = SchemaForm({"properties": {"a": {"type": "string"}}, "additionalProperties": False})
    qtbot.addWidget(form)
    form.set_value({"a": "x", "b": 1})
    assert form.value() == {"a": "x"}


def test_what_is_optional_and_cannot_be_null_is_left_out(qtbot):
    form = SchemaForm({"properties": {"a": {"type": "string"}, "b": {"type": "integer", "default": 3}}})
    qtbot.addWidget(form)
    assert form.value() == {"b": 3}
    form.set_value({"a": ""})
    assert form.value() == {"a": "", "b": 3}


def test_a_schema_without_fields_says_so(qtbot):
    form = shown_form(qtbot, {"type": "object"})
    assert "There is nothing to fill in." in [label.text() for label in form.findChildren(QLabel)]
    assert form.value() == {}


def test_a_schema_that_contains_itself_can_be_filled_in(qtbot):
    node = {
        "properties": {
            "name": {"type": "string"},
            "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}], "default": None},
            "kids": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        },
        "required": ["name", "kids"],
    }
    form = SchemaForm({"$defs": {"Node": node}, "$ref": "#/$defs/Node"})
    qtbot.addWidget(form)
    leaf = {"name": "c", "next": None, "kids": []}
    value = {"name": "a", "next": {"name": "b", "next": None, "kids": [leaf]}, "kids": [leaf]}
    form.set_value(value)
    assert form.value() == value
    assert form.field("next.kids.0.name").editor.input.text() == "c"


def test_changes_are_told_and_filling_in_is_one_change(form, qtbot):
    told = []
    form.changed.connect(lambda: told.append(form.value()["name"]))
    form.set_value(GOOD)
    assert told == ["Ada"]
    type_into(form, "name", "Bo")
    assert told[-2:] == ["B", "Bo"]


def test_a_field_that_is_not_there_is_named(form):
    with pytest.raises(KeyError, match=r"lines\.0\.sku"):
        form.field("lines.0.sku")


# --- what a person is told of a field


def test_required_fields_are_marked_for_eyes_and_ears(form):
    marks = {path: form.field(path)._title.text() for path in ("name", "age", "note", "limit", "ship.sku")}
    assert marks == {"name": "Name *", "age": "Age *", "note": "Note", "limit": "Limit", "ship.sku": "Sku *"}
    assert form.field("name").editor.input.accessibleName() == "Name, required"
    assert form.field("limit").editor.input.accessibleName() == "Limit"


def test_meaning_limits_and_errors_are_told_to_who_hears_the_form(form):
    sku = form.field("ship.sku").editor.input
    assert sku.accessibleDescription() == "What is ordered · at least 2 characters"
    form.submit()
    assert sku.accessibleDescription().startswith("Is required. What is ordered")


def test_markup_and_ampersands_in_titles_are_shown_as_they_are(qtbot):
    form = shown_form(
        qtbot, {"properties": {"x": {"type": "string", "title": "<b>R&D</b>"}}, "required": ["x"]}
    )
    title = form.field("x")._title
    assert title.textFormat() is Qt.TextFormat.PlainText
    assert title.text().replace("&&", "&") == "<b>R&D</b> *"
    assert form.field("x").editor.input.accessibleName() == "<b>R&D</b>, required"


def test_titles_stand_beside_their_editors_where_there_is_room(form, qtbot):
    form.set_value(GOOD)
    field = form.field("name")

    def beside():
        title, line = field._title, field.editor.input
        return title.mapTo(field, title.rect().topRight()).x() < line.mapTo(field, line.rect().topLeft()).x()

    assert not beside()
    form.resize(WIDE_FROM, 900)
    qtbot.waitUntil(beside)
    form.resize(WIDE_FROM - 1, 900)
    qtbot.waitUntil(lambda: not beside())


# --- values that may be absent


def box_of(form, path):
    name = f"Set {form.field(path).shape.title}"
    return next(box for box in form.field(path).findChildren(QCheckBox) if box.accessibleName() == name)


def test_a_value_is_given_and_taken_away_by_keyboard(form):
    note = form.field("note")
    note.focus_input()
    press(Qt.Key.Key_Space)
    QTest.keyClicks(QApplication.focusWidget(), "hi")
    assert form.value()["note"] == "hi"
    assert place() == "note"
    box_of(form, "note").setFocus()
    press(Qt.Key.Key_Space)
    assert form.value()["note"] is None
    assert not note.editor.isVisible()
    press(Qt.Key.Key_Space)
    assert form.value()["note"] == "hi"


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "string"}, "Renamed One", "Renamed One"),
        ({"type": "string", "format": "long"}, "two words", "two words"),
        ({"type": "integer"}, "42", 42),
        ({"type": "number"}, "4.5", 4.5),
        ({"type": "string", "format": "uuid"}, "ab c", "ab c"),
        ({"type": "string", "format": "date"}, "2024-05-31", "2024-05-31"),
        ({"enum": ["card", "cash"]}, "cas", "cash"),
        ({"type": "array", "items": {"type": "string"}}, "a b", ["a b"]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "k y", {"k y": None}),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, "in it", {"a": "in it"}),
        ({"properties": {"a": {"type": "string"}}}, "in it", {"a": "in it"}),
        ({}, '"x y"', "x y"),
    ],
)
def test_text_typed_at_the_box_of_an_optional_field_goes_into_it(qtbot, schema, text, value):
    nullable = {"anyOf": [schema, {"type": "null"}], "default": None}
    form = shown_form(
        qtbot, {"properties": {"id": {"type": "string"}, "x": nullable if schema else {}}, "required": ["id"]}
    )
    form.field("id").focus_input()
    press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is box_of(form, "x")
    for letter in text:
        QTest.keyClicks(QApplication.focusWidget(), letter)
    assert form.value()["x"] == value


def test_text_typed_at_the_box_of_a_set_field_replaces_what_stood_there(form):
    form.set_value({**GOOD, "note": "old"})
    box_of(form, "note").setFocus()
    for letter in "new one":
        QTest.keyClicks(QApplication.focusWidget(), letter)
    assert form.value()["note"] == "new one"


def test_text_pasted_at_the_box_of_an_optional_field_goes_into_it(form):
    QApplication.clipboard().setText("from there")
    form.field("note").focus_input()
    press(Qt.Key.Key_V, CONTROL)
    assert form.value()["note"] == "from there"


def test_letters_at_the_box_of_a_switch_do_nothing_and_a_command_ticks_no_box(qtbot):
    form = shown_form(qtbot, {"properties": {"x": {"type": "boolean"}, "y": {"type": "string"}}})
    for name, modifiers in (("x", Qt.KeyboardModifier.NoModifier), ("y", CONTROL)):
        form.field(name).focus_input()
        press(Qt.Key.Key_K, modifiers)
        assert QApplication.focusWidget() is box_of(form, name)
    assert form.value() == {}


def test_a_nested_object_appears_with_its_defaults_when_it_is_wanted(form):
    assert not [field for field in form._fields() if field.objectName() == "gift.sku"]
    box_of(form, "gift").click()
    assert form.value()["gift"] == {"sku": None, "count": 1}
    assert place() == "gift.sku"
    box_of(form, "gift").click()
    assert form.value()["gift"] is None


def test_a_click_on_the_title_gives_a_value_too(form):
    title = form.field("note")._title
    QTest.mouseClick(title, Qt.MouseButton.LeftButton)
    assert form.value()["note"] == ""
    QTest.mouseClick(form.field("name")._title, Qt.MouseButton.LeftButton)
    assert place() == "name"

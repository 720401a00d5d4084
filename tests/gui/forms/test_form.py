"""The whole form: values, presence, errors at their places, the keyboard, narrow and wide."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field, model_validator
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLabel, QPushButton, QVBoxLayout

from workbench.gui.forms import FieldError, SchemaForm, pydantic_validator
from workbench.gui.forms.form import WIDE_FROM, sentence

CONTROL = Qt.KeyboardModifier.ControlModifier


class Line(BaseModel):
    sku: str = Field(min_length=2, description="What is ordered.")
    count: int = Field(ge=1, default=1)


class Order(BaseModel):
    name: str = Field(min_length=3)
    age: int
    lines: list[Line] = Field(min_length=1)
    ship: Line
    note: str | None = None
    gift: Line | None = None
    limit: int = 10

    @model_validator(mode="after")
    def _not_nobody(self) -> Order:
        if self.name == "nobody":
            raise ValueError("nobody cannot order")
        return self


GOOD = {
    "name": "Ada",
    "age": 36,
    "lines": [{"sku": "ab", "count": 1}, {"sku": "cd", "count": 2}],
    "ship": {"sku": "ef", "count": 1},
    "note": None,
    "gift": None,
    "limit": 10,
}


def shown_form(qtbot, schema, **kit):
    form = SchemaForm(schema, **kit)
    qtbot.addWidget(form)
    form.resize(480, 900)
    with qtbot.waitActive(form):
        form.show()
    return form


@pytest.fixture
def form(qtbot):
    return shown_form(qtbot, Order.model_json_schema(), validate=pydantic_validator(Order))


def wrong(form):
    """What is shown as wrong, by place; what concerns the whole form stands at an empty one."""
    said = {field.objectName(): field.error() for field in form._fields() if field.error()}
    return said | ({"": form._strip.text()} if form._strip.isVisible() else {})


def press(key, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(QApplication.focusWidget(), key, modifiers)


def type_into(form, path, text):
    form.field(path).focus_input()
    press(Qt.Key.Key_A, CONTROL)
    press(Qt.Key.Key_Delete)
    QTest.keyClicks(QApplication.focusWidget(), text)


def place():
    return QApplication.focusWidget().objectName()


# --- values


def test_a_fresh_form_has_the_defaults(form):
    assert form.value() == {
        "name": "",
        "age": None,
        "lines": [],
        "ship": {"sku": "", "count": 1},
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
    assert form.value()["name"] == ""


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
    assert sku.accessibleDescription().startswith("Must not be empty. What is ordered")


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


def test_a_nested_object_appears_with_its_defaults_when_it_is_wanted(form):
    assert not [field for field in form._fields() if field.objectName() == "gift.sku"]
    box_of(form, "gift").click()
    assert form.value()["gift"] == {"sku": "", "count": 1}
    assert place() == "gift.sku"
    box_of(form, "gift").click()
    assert form.value()["gift"] is None


def test_a_click_on_the_title_gives_a_value_too(form):
    title = form.field("note")._title
    QTest.mouseClick(title, Qt.MouseButton.LeftButton)
    assert form.value()["note"] == ""
    QTest.mouseClick(form.field("name")._title, Qt.MouseButton.LeftButton)
    assert place() == "name"


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
    assert kinds.value()["area"] == ""
    assert kinds.value()["any"] is None


@pytest.mark.parametrize("path", ["line", "area", "choice", "switch", "number", "any", "ident"])
def test_control_enter_submits_from_every_editor_and_enter_alone_never(kinds, path):
    submitted = []
    kinds.submitted.connect(submitted.append)
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
        qtbot, schema, suggest={("lines", "sku"): lambda text: [f"{text}-{end}" for end in "12"]}
    )
    form.set_value({"lines": [{"sku": ""}, {"sku": ""}]})
    line = form.field("lines.1.sku").editor.input
    line.setFocus()
    QTest.keyClicks(line, "ab")
    assert [line.completer().model().index(row, 0).data() for row in range(2)] == ["ab-1", "ab-2"]
    line.completer().popup().hide()

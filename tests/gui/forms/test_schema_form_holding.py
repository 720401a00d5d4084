"""A form that takes another schema while somebody types, and what it keeps of what was typed (V2)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from tests.gui.forms.parts import shown_form
from workbench.gui.forms.json_schema import FieldError

NAME = {"type": "string", "maxLength": 40}
AGE = {"type": "integer"}


def schema(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required or properties)}


def fine(_value):
    return []


def line(form, name):
    return form.findChild(QLineEdit, name)


@pytest.fixture
def form(qtbot):
    return shown_form(qtbot, schema(name=NAME, age=AGE))


def type_name(form, text="Ada Love"):
    widget = line(form, "name")
    widget.setFocus()
    QTest.keyClicks(widget, text)
    return widget


CHANGES = {
    "nothing": schema(name=NAME, age=AGE),
    "a limit": schema(name=NAME | {"maxLength": 41}, age=AGE),
    "its words": schema(name=NAME | {"title": "Full name", "description": "As one says it"}, age=AGE),
    "a field more": schema(nick=NAME, name=NAME, age=AGE),
    "a field less": schema(name=NAME),
    "another order": schema(age=AGE, name=NAME),
    "the kind of another": schema(name=NAME, age={"type": "string"}),
    "another no longer required": schema(required=["name"], name=NAME, age=AGE),
}


@pytest.mark.parametrize("change", CHANGES)
def test_V2_cursor_selection_and_undo_stay_where_one_types(form, change):
    widget = type_name(form)
    QTest.keyClick(widget, Qt.Key.Key_Left)
    form.reshape(CHANGES[change], fine)
    assert line(form, "name") is widget, "with it all that an input method composes"
    assert widget.hasFocus()
    assert (widget.text(), widget.cursorPosition()) == ("Ada Love", 7)
    QTest.keyClick(widget, Qt.Key.Key_End)
    QTest.keyClicks(widget, "lace")
    assert widget.text() == "Ada Lovelace"
    widget.undo()
    assert widget.text() == "Ada Love"
    widget.setSelection(0, 3)
    form.reshape(CHANGES["nothing"], fine)
    assert widget.selectedText() == "Ada"


@pytest.mark.parametrize(
    "other",
    [
        {"type": "string", "maxLength": 4000},
        {"type": "integer"},
        {"type": ["string", "null"]},
        {"type": "string", "format": "date"},
        {"anyOf": [{"type": "object"}, {"type": "array"}]},
    ],
)
def test_V2_a_field_of_another_kind_takes_the_text_over(form, other):
    type_name(form, "12x")
    assert form.reshape(schema(name=other, age=AGE), fine) == []
    found = form.field("name").editor.input
    text = found.toPlainText() if isinstance(found, QPlainTextEdit) else found.text()
    assert text == "12x"
    assert form.focused() == "name"
    assert "name" in form.typed()


def test_V2_what_has_no_field_any_more_is_told_kept_and_comes_back(form):
    type_name(form)
    assert form.reshape(schema(age=AGE), fine) == ["Name: Ada Love"]
    assert form.typed() == {"name": {"text": "Ada Love"}}
    assert form.value() == {"age": None}
    assert form.reshape(schema(name=NAME, age=AGE), fine) == []
    assert form.value()["name"] == "Ada Love"


def test_V2_a_choice_that_is_none_any_more_is_told(qtbot):
    form = shown_form(qtbot, schema(size={"enum": ["small", "large"]}))
    form.set_value({"size": "large"})
    assert form.reshape(schema(size={"enum": ["small", "huge"]}), fine) == ["Size: large"]
    form.set_value({"size": "small"})
    form.set_unchanged()
    assert form.reshape(schema(size={"enum": ["tiny", "small"]}), fine) == []
    assert form.value() == {"size": "small"}


def test_V2_a_value_that_nobody_touched_follows_its_default(qtbot):
    form = shown_form(qtbot, schema(required=["a"], a=AGE, limit={"type": "integer", "default": 5}))
    form.reshape(schema(required=["a"], a=AGE, limit={"type": "integer", "default": 9}), fine)
    assert form.value()["limit"] == 9
    assert form.typed() == {}


def test_V2_the_judge_and_the_hints_are_those_of_the_new_schema(form, qtbot):
    type_name(form)
    other = shown_form(qtbot, schema(name=NAME | {"maxLength": 5}, age=AGE))
    form.reshape(schema(name=NAME | {"maxLength": 5}, age=AGE), lambda _value: [])
    assert form.field("name")._hint.text() == other.field("name")._hint.text() != ""
    assert form.errors == []


WHOLE = schema(
    required=["name", "data", "lines", "place"],
    name=NAME,
    age={"type": ["integer", "null"]},
    data={},
    note={"type": "string", "maxLength": 4000, "default": ""},
    lines={"type": "array", "items": schema(sku=NAME, count=AGE)},
    place=schema(city=NAME),
    size={"enum": ["small", "large"], "default": "small"},
    loud={"type": "boolean", "default": False},
    until={"type": "string", "format": "date-time", "default": "2024-05-31T14:00:00Z"},
)


def test_V2_all_that_stands_in_a_form_comes_back_unfinished_as_it_is(qtbot):
    form = shown_form(qtbot, WHOLE)
    assert form.typed() == {}
    form.set_value({"name": "Ada", "lines": [{"sku": "a", "count": 1}], "size": "large", "loud": True})
    line(form, "lines.0.count").setText("1x")
    form.field("data").editor.area.setPlainText('{"half": ')
    form.field("note").editor.area.setPlainText("two\nlines ")
    line(form, "until").setText("2024-05-3")
    line(form, "place.city").setText("London")
    form.field("age")._toggle.click()
    line(form, "age").setText("12 ")
    typed = form.typed()
    other = shown_form(qtbot, WHOLE)
    assert other.type_in(typed) == []
    assert other.typed() == typed
    assert other.value() == form.value()
    assert line(other, "lines.0.count").text() == "1x"
    assert other.field("data").editor.area.toPlainText() == '{"half": '
    assert other.field("note").editor.area.toPlainText() == "two\nlines "
    assert line(other, "until").text() == "2024-05-3"
    assert line(other, "age").text() == "12 "
    assert other.field("data").error().startswith("Is not JSON"), "what was typed is judged"
    other.set_unchanged()
    assert other.typed() == {}


def test_V2_a_secret_that_does_not_fit_is_not_shown(qtbot):
    form = shown_form(qtbot, schema(word={"type": "string", "format": "password"}))
    line(form, "word").setText("hunter2")
    assert form.typed() == {"word": {"secret": "hunter2"}}
    assert form.reshape(schema(age=AGE), fine) == ["Word: ••••"]


class Windows(QObject):
    """Notes what is shown as a window."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return False


def test_nothing_of_a_form_is_a_window_of_its_own_while_it_is_made(qtbot, qapp):
    """It would take the keyboard from whoever types."""
    windows = Windows()
    qapp.installEventFilter(windows)
    try:
        form = shown_form(qtbot, schema(name=NAME))
        form.reshape(WHOLE, fine)
        form.set_value({"lines": [{"sku": "a", "count": 1}], "age": 3})
    finally:
        qapp.removeEventFilter(windows)
    assert windows.shown == [form]


def test_the_same_schema_touches_no_field_and_is_judged_anew(form, monkeypatch):
    type_name(form)
    monkeypatch.setattr(type(form._root), "reshape", lambda *_args: pytest.fail("it was made again"))
    said = FieldError(loc=("name",), message="is taken")
    form.reshape(schema(name=NAME, age=AGE), lambda _value: [said])
    assert said in form.errors

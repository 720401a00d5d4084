"""Maps in forms: entries are added, named and removed; errors stand at the entry; keys are given once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton

from tests.gui.forms.parts import press, shown_form, wrong
from workbench.gui.forms import FieldError

SCHEMA = {
    "properties": {
        "stock": {"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 2},
        "boxes": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"wide": {"type": "integer"}}},
        },
        "rates": {
            "anyOf": [{"type": "object", "additionalProperties": {"type": "number"}}, {"type": "null"}]
        },
        "loose": {"type": "object", "additionalProperties": True},
    },
    "required": ["stock", "boxes", "loose"],
}


@pytest.fixture
def form(qtbot):
    return shown_form(qtbot, SCHEMA)


def add(form, path, key, text=""):
    form.field(path).editor.input.click()
    QTest.keyClicks(QApplication.focusWidget(), key)
    if text:
        form.field(f"{path}.{key}").focus_input()
        QTest.keyClicks(QApplication.focusWidget(), text)


def keys(form):
    found = form.findChildren(QLineEdit)
    return [each for each in found if each.accessibleName().startswith("Key of ")]


def test_an_entry_is_added_by_typing_its_key_and_its_value(form):
    add(form, "stock", "apples", "12")
    assert form.value()["stock"] == {"apples": 12}
    assert [each.accessibleName() for each in keys(form)] == ["Key of Stock 1"]
    add(form, "stock", "pears", "3")
    assert form.value()["stock"] == {"apples": 12, "pears": 3}
    assert not form.field("stock").editor.input.isEnabled()


def test_tab_goes_from_the_key_to_its_value(form):
    add(form, "stock", "apples")
    QApplication.processEvents()  # the entry is laid out
    press(Qt.Key.Key_Tab)
    QTest.keyClicks(QApplication.focusWidget(), "7")
    assert form.value()["stock"] == {"apples": 7}


def test_an_entry_is_removed(form):
    form.set_value({"stock": {"apples": 1, "pears": 2}})
    next(each for each in form.findChildren(QToolButton) if each.accessibleName() == "Remove Stock 1").click()
    assert form.value()["stock"] == {"pears": 2}


@pytest.mark.parametrize(
    ("typed", "said"),
    [(("a", "a"), "Has the key a twice"), (("a", ""), "Has an entry without a key")],
    ids=["twice", "none"],
)
def test_every_entry_needs_a_key_of_its_own(form, typed, said):
    for key in typed:
        add(form, "stock", key)
    assert not form.submit()
    assert wrong(form)["stock"] == said


def test_what_is_wrong_with_a_value_stands_at_its_entry(form):
    form.set_value({"stock": {"apples": 1, "pears": 2}})
    form.show_errors([FieldError(loc=("stock", "pears"), message="must be more than 2")])
    assert wrong(form) == {"stock.pears": "Must be more than 2"}
    keys(form)[1].setText("plums")
    assert form.field("stock.plums").value() == 2


def test_values_may_be_objects_and_a_map_may_be_none(form):
    form.set_value({"boxes": {"small": {"wide": 3}}, "rates": {"eur": 1.5}})
    assert form.field("boxes.small.wide").value() == 3
    assert form.value()["boxes"] == {"small": {"wide": 3}}
    assert form.value()["rates"] == {"eur": 1.5}
    form.reset()
    assert form.value()["rates"] is None


def test_what_was_typed_comes_back_finished_or_not(form, qtbot):
    add(form, "stock", "apples", "1x")
    again = shown_form(qtbot, SCHEMA)
    assert again.type_in(form.typed()) == []
    assert again.typed() == form.typed()
    assert keys(again)[0].text() == "apples"
    assert not again.submit()
    assert "stock.apples" in wrong(again)
    assert again.type_in({"stock": {"items": [{"value": 1}]}}) == ['Stock: [{"value": 1}]']


def test_what_is_no_map_is_kept_and_called_wrong(form):
    form.set_value({"stock": [1]})
    assert form.value()["stock"] == [1]
    assert not form.submit()
    assert wrong(form)["stock"] == "Must be an object"


def test_a_map_of_anything_stays_a_text(form):
    assert type(form.field("loose").editor).__name__ == "JsonEditor"


def test_another_schema_leaves_what_was_typed(form):
    add(form, "stock", "apples", "12")
    changed = {**SCHEMA["properties"]["stock"], "additionalProperties": {"type": "integer", "minimum": 3}}
    form.reshape({**SCHEMA, "properties": {**SCHEMA["properties"], "stock": changed}}, lambda _value: [])
    assert form.value()["stock"] == {"apples": 12}
    assert keys(form)[0].text() == "apples"

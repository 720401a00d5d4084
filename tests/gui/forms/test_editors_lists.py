"""Lists in forms: items are added, removed and moved, by mouse and by keyboard, and errors stay with them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from workbench.gui.forms import FieldError, SchemaForm

ALT = Qt.KeyboardModifier.AltModifier
LINE = {
    "type": "object",
    "properties": {"sku": {"type": "string"}, "count": {"type": "integer", "default": 1}},
    "required": ["sku"],
}
SCHEMA = {
    "$defs": {"Line": LINE},
    "properties": {
        "before": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        "maybes": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
        "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    },
    "required": ["before", "tags", "lines", "maybes", "grid"],
}


@pytest.fixture
def form(qtbot):
    made = SchemaForm(SCHEMA)
    qtbot.addWidget(made)
    made.resize(480, 1200)
    with qtbot.waitActive(made):
        made.show()
    return made


def button(form, name):
    return next(each for each in form.findChildren(QToolButton) if each.accessibleName() == name)


def add(form, path):
    form.field(path).editor.input.click()


def wrong(form):
    return {field.objectName(): field.error() for field in form._fields() if field.error()}


def place():
    return QApplication.focusWidget().objectName() or QApplication.focusWidget().accessibleName()


def test_items_are_added_and_the_cursor_waits_in_the_new_one(form):
    assert form.field("tags").editor.input.text() == "Add to tags"
    for word in ("one", "two"):
        add(form, "tags")
        QTest.keyClicks(QApplication.focusWidget(), word)
    assert form.value()["tags"] == ["one", "two"]
    assert place() == "tags.1"


def test_a_new_object_has_its_defaults(form):
    add(form, "lines")
    assert form.value()["lines"] == [{"sku": None, "count": 1}]
    assert place() == "lines.0.sku"


def test_items_are_removed_and_the_focus_stays_near(form):
    form.set_value({"tags": ["one", "two", "three"]})
    button(form, "Remove Tags 2").click()
    assert form.value()["tags"] == ["one", "three"]
    assert place() == "Remove Tags 2"
    button(form, "Remove Tags 2").click()
    assert place() == "Remove Tags 1"
    button(form, "Remove Tags 1").click()
    assert form.value()["tags"] == []
    assert QApplication.focusWidget() is form.field("tags").editor.input


def test_items_are_moved_by_their_buttons_and_the_ends_have_none(form):
    form.set_value({"tags": ["one", "two", "three"]})
    assert not button(form, "Move Tags 1 up").isEnabled()
    assert not button(form, "Move Tags 3 down").isEnabled()
    button(form, "Move Tags 1 down").click()
    button(form, "Move Tags 3 up").click()
    assert form.value()["tags"] == ["two", "three", "one"]


def test_the_focus_stays_with_the_item_that_a_button_moves(form, qtbot):
    form.set_value({"tags": ["one", "two", "three"]})
    mover = button(form, "Move Tags 1 down")
    qtbot.waitUntil(mover.isVisible)
    mover.setFocus()
    QTest.keyClick(mover, Qt.Key.Key_Space)
    assert QApplication.focusWidget() is mover
    assert place() == "Move Tags 2 down"
    QTest.keyClick(mover, Qt.Key.Key_Space)
    assert form.value()["tags"] == ["two", "three", "one"]
    assert place() == "Remove Tags 3"


def test_alt_and_an_arrow_key_move_the_item_with_the_cursor(form):
    form.set_value({"lines": [{"sku": "a"}, {"sku": "b"}, {"sku": "c"}]})
    line = form.field("lines.1.sku").editor.input
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Down, ALT)
    assert [each["sku"] for each in form.value()["lines"]] == ["a", "c", "b"]
    assert QApplication.focusWidget() is line
    assert place() == "lines.2.sku"
    QTest.keyClick(line, Qt.Key.Key_Down, ALT)
    QTest.keyClick(line, Qt.Key.Key_Up, ALT)
    QTest.keyClick(line, Qt.Key.Key_Up, ALT)
    assert [each["sku"] for each in form.value()["lines"]] == ["b", "a", "c"]
    assert place() == "lines.0.sku"


def test_a_full_list_takes_no_more(form):
    form.set_value({"tags": ["one", "two", "three"]})
    adder = form.field("tags").editor.input
    assert not adder.isEnabled()
    assert adder.toolTip() == "There can be no more than 3"
    button(form, "Remove Tags 1").click()
    assert adder.isEnabled()


def test_another_value_has_another_number_of_items(form):
    for words in (["one", "two"], [], ["three"]):
        form.set_value({"tags": words})
        assert form.value()["tags"] == words
    assert [field.objectName() for field in form._fields() if field.objectName().startswith("tags.")] == [
        "tags.0"
    ]


def test_items_may_be_null(form):
    form.set_value({"maybes": [None, 0, None]})
    assert form.value()["maybes"] == [None, 0, None]
    add(form, "maybes")
    assert form.value()["maybes"] == [None, 0, None, None]


def test_lists_stand_in_lists(form):
    form.set_value({"grid": [[1], [], [2, 3]]})
    button(form, "Move Grid 3 up").click()
    assert form.value()["grid"] == [[1], [2, 3], []]
    form.field("grid.1.0").editor.input.setText("7")
    assert form.value()["grid"] == [[1], [7, 3], []]


def test_errors_wander_with_their_items(form):
    form.set_value({"lines": [{"sku": "a"}, {"sku": "b"}], "tags": ["x", "y"]})
    form.show_errors(
        [
            FieldError(loc=("lines", 1, "sku"), message="is gone"),
            FieldError(loc=("tags", 0), message="is bad"),
        ]
    )
    button(form, "Move Lines 1 down").click()
    assert wrong(form) == {"lines.0.sku": "Is gone", "tags.0": "Is bad"}
    button(form, "Remove Tags 1").click()
    assert wrong(form) == {"lines.0.sku": "Is gone"}


def test_the_judge_names_items_by_where_they_stand_now(qtbot):
    def odd(value):
        return [
            FieldError(loc=("n", index), message="must be even")
            for index, number in enumerate(value["n"])
            if number % 2
        ]

    schema = {"properties": {"n": {"type": "array", "items": {"type": "integer"}}}, "required": ["n"]}
    form = SchemaForm(schema, validate=odd)
    qtbot.addWidget(form)
    form.set_value({"n": [1, 2, 4]})
    form.submit()
    assert wrong(form) == {"n.0": "Must be even"}
    button(form, "Move N 1 down").click()
    assert wrong(form) == {"n.1": "Must be even"}
    button(form, "Remove N 2").click()
    assert wrong(form) == {}


def test_tab_goes_through_the_items_before_the_button_that_adds(form, qtbot):
    form.set_value({"tags": ["one", "two"]})
    qtbot.waitUntil(form.field("tags.1").editor.input.isVisible)
    form.field("before").focus_input()
    seen = []
    for _ in range(7):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(place())
    assert seen == [
        "tags.0",
        "Move Tags 1 down",
        "Remove Tags 1",
        "tags.1",
        "Move Tags 2 up",
        "Remove Tags 2",
        "tags",
    ]
    button(form, "Move Tags 1 down").click()
    form.field("before").focus_input()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget().text() == "two"

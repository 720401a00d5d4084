"""An order as a form, and what a person does with it."""

from __future__ import annotations

from pydantic import BaseModel, Field, model_validator
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.gui.forms import SchemaForm

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

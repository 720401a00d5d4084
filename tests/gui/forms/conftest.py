"""A form of one field, and what a test does with its editor."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit

from workbench.gui.forms import SchemaForm

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
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

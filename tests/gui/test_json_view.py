"""A value as JSON: secrets are masked in what is shown and in what can be copied; the value itself stays."""

from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from workbench.gui.diff_view import DiffView
from workbench.gui.json_view import JsonView
from workbench.model.secrets import MASK

SECRET = "hunter2"
VALUES = [
    {"password": SECRET},
    {"user": {"access_token": SECRET}},
    [{"name": "ada", "client_secret": [SECRET]}],
    {"authorization": {"header": SECRET}},
    {"api_key": 17, "nested": [{"passphrase": SECRET}]},
]


@pytest.mark.parametrize("value", VALUES)
def test_a_secret_is_neither_shown_nor_copied(qtbot, value):
    view = JsonView()
    qtbot.addWidget(view)
    view.set_value(value)
    view.selectAll()
    view.copy()
    for text in (view.toPlainText(), QApplication.clipboard().text()):
        assert SECRET not in text
        assert "17" not in text
        assert MASK in text
    assert SECRET in str(value)


@pytest.mark.parametrize("value", VALUES)
def test_a_difference_of_secrets_shows_neither_of_them(qtbot, value):
    view = DiffView()
    qtbot.addWidget(view)
    view.set_values({}, value)
    assert SECRET not in view.toPlainText()
    view.set_values(value, {})
    assert SECRET not in view.toPlainText()


def test_what_is_no_secret_is_shown(qtbot):
    view = JsonView()
    qtbot.addWidget(view)
    view.set_value({"passenger": "ada", "compass": "north"})
    assert "ada" in view.toPlainText()


@pytest.mark.parametrize("value", VALUES)
def test_a_secret_in_a_text_that_is_not_decoded_is_not_shown_either(qtbot, value):
    view = JsonView()
    qtbot.addWidget(view)
    view.set_json(json.dumps(value))
    assert SECRET not in view.toPlainText()
    assert "17" not in view.toPlainText()
    assert MASK in view.toPlainText()


def test_V4_where_there_is_little_room_the_buttons_for_the_whole_keep_their_words(qtbot):
    view = JsonView()
    qtbot.addWidget(view)
    view.resize(240, 200)
    view.set_value(["x" * 5_000])
    view.show()
    buttons = view.strip.findChildren(QPushButton)
    assert [button.text() for button in buttons] == ["Copy whole", "Open whole"]
    assert all(button.width() >= button.sizeHint().width() for button in buttons)


def test_V4_where_there_is_no_room_for_these_either_they_are_shorter_and_none_is_cut_off(qtbot):
    view = JsonView()
    qtbot.addWidget(view)
    view.set_value(["x" * 5_000])
    view.resize(190, 200)
    view.show()
    QApplication.processEvents()
    said = [part for part in view.strip.findChildren(QLabel) if part.isVisible()]
    buttons = view.strip.findChildren(QPushButton)
    assert (said, [button.text() for button in buttons]) == ([], ["Copy", "Open"])
    assert all(button.width() >= button.sizeHint().width() for button in buttons)
    view.resize(500, 200)
    QApplication.processEvents()
    (told,) = (part for part in view.strip.findChildren(QLabel) if part.isVisible())
    assert told.text() == "Only the beginning is shown"
    assert told.width() >= told.sizeHint().width()
    assert [button.text() for button in buttons] == ["Copy whole", "Open whole"]

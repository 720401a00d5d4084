"""Publishing by hand: the form judges at its fields, the result names the position or says why not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from tests.gui.conftest import settle
from workbench.gui.views.commands_view import CommandsView
from workbench.gui.views.publish_dialog import AS_TOPIC, PublishDialog, draft_of, problems_of, schema_of
from workbench.model.messaging import Priority

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(desk, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = PublishDialog(parent, desk, "mail")
    made.show()
    made.activateWindow()
    yield made
    parent.deleteLater()


def write(dialog, text):
    area = dialog.form.findChild(QPlainTextEdit, "data")
    area.setPlainText(text)
    return area


async def test_a_message_is_published_by_keyboard_and_its_position_is_told(workspace, dialog, until):
    dialog.form.set_value({"topic": "mail", "type": "mail.notice", "key": "ann", "data": {"to": "ann"}})
    QTest.keyClick(write(dialog, '{"to": "ann"}'), Qt.Key.Key_Return, CONTROL)
    await until(dialog.outcome.isVisible)
    head = workspace.streams.head()
    assert dialog.said.text().startswith(
        f"Published to mail at position {head:,}. Read by welcome-mail, notices"
    )
    message = workspace.reader.message(head, "mail")
    assert (message.type, message.key, message.json()) == ("mail.notice", "ann", {"to": "ann"})
    assert dialog.button.isEnabled()
    write(dialog, "{")
    dialog.publish()
    assert dialog.outcome.isHidden()
    await settle(workspace)


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"a": ', "Is not JSON: Expecting value at line 1, column 7"), ('{"a": NaN}', "Cannot be stored")],
)
async def test_what_is_no_json_is_said_at_its_place_and_not_sent(workspace, dialog, text, said):
    head = workspace.streams.head()
    write(dialog, text)
    dialog.publish()
    assert dialog.form.field("data").error().startswith(said)
    assert dialog.outcome.isHidden()
    assert workspace.streams.head() == head


async def test_B2_back_pressure_is_said_in_words(workspace, dialog, until):
    workspace.registry.topics["mail"] = replace(workspace.registry.topics["mail"], max_backlog=0)
    dialog.publish()
    await until(dialog.outcome.isVisible)
    assert "refused" in dialog.badge.text()
    assert dialog.said.text().startswith(
        "Nothing was published: topic mail is full: 0 wait to be delivered. Publish"
    )


async def test_a_topic_that_nobody_reads_is_told(workspace, dialog, until):
    for name in ("welcome-mail", "notices"):
        del workspace.registry.subscriptions[name]
    dialog.publish()
    await until(dialog.outcome.isVisible)
    assert "No subscription reads this topic: the message is kept" in dialog.said.text()


async def test_a_window_that_only_looks_says_so(workspace, desk, qtbot):
    engine, workspace.world.engine = workspace.engine, None
    parent = QWidget()
    qtbot.addWidget(parent)
    made = PublishDialog(parent, desk)
    workspace.world.engine = engine
    assert not made.button.isEnabled()
    assert made.said.text().startswith("Read-only")


async def test_the_commands_lead_to_it(desk, qtbot):
    view = CommandsView(desk)
    qtbot.addWidget(view)
    view.show()
    view.message.click()
    assert view.findChild(PublishDialog).isVisible()


FILLED = {"topic": "mail", "type": "", "key": "", "data": [1], "priority": AS_TOPIC}


def test_T1_R1_the_draft_is_what_the_form_says():
    plain = draft_of(FILLED)
    assert (plain.priority, plain.delay, plain.ttl, plain.data) == (None, 0.0, None, [1])
    full = draft_of(FILLED | {"priority": "critical", "delay": "PT1M30S", "ttl": "PT2.5S", "key": " a "})
    assert (full.priority, full.delay, full.ttl, full.key) == (Priority.CRITICAL, 90.0, 2.5, "a")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"topic": None}, "topic"),
        ({"key": "a\u202eb"}, "key"),
        ({"type": "x" * 256}, "type"),
        ({"delay": "-PT1S"}, "delay"),
        ({"ttl": "PT0S"}, "ttl"),
    ],
)
def test_what_is_wrong_is_found_at_its_field(change, place):
    assert [error.loc for error in problems_of(FILLED | change)] == [(place,)]
    assert problems_of(FILLED) == []


def test_only_a_topic_that_exists_is_chosen_beforehand():
    assert schema_of({"mail": ""}, "mail")["properties"]["topic"]["default"] == "mail"
    assert "default" not in schema_of({"mail": ""}, "gone")["properties"]["topic"]

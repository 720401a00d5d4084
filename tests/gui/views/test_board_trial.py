"""A command is tried out on the board: its form is filled with examples."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.board.designing import CONTROL, Designer, board, designer, workspace  # noqa: F401
from tests.gui.board.test_board_hand import LOST, RETURN, SEND, shop  # noqa: F401  # a fixture
from workbench.gui.views.board_trial import BoardTrial


def trial(person: Designer) -> BoardTrial:
    return person.board.trial


async def test_space_opens_the_form_and_ctrl_enter_sends_it(shop: Designer) -> None:  # noqa: F811
    shop.scene.choose(SEND)
    shop.key(Qt.Key.Key_Space)
    form = trial(shop).form
    assert form is not None
    assert trial(shop).isVisible()
    assert form.value()["to"] == "to"
    QTest.keyClick(form.first_input(), Qt.Key.Key_Return, CONTROL)
    await shop.until(lambda: trial(shop).badge.text() == "✓ accepted")
    assert "parcel" in trial(shop).said.text()
    assert shop.board.desk.workspace.reader.head() == 1
    QTest.keyClick(form.first_input(), Qt.Key.Key_Escape)
    assert trial(shop).isHidden()


async def test_a_second_one_has_another_id(shop: Designer) -> None:  # noqa: F811
    shop.scene.choose(SEND)
    for _ in range(2):
        shop.key(Qt.Key.Key_Space)
        trial(shop).send()
        await shop.rest()
    assert shop.board.desk.workspace.reader.head() == 2


async def test_the_form_of_another_command_does_not_say_what_became_of_the_first(shop: Designer) -> None:  # noqa: F811
    shop.scene.choose(SEND)
    shop.key(Qt.Key.Key_Space)
    trial(shop).send()
    trial(shop).try_out(RETURN)
    await shop.until(lambda: trial(shop).result is not None)
    await shop.rest()
    assert trial(shop).isVisible()
    assert (trial(shop).badge.isVisible(), trial(shop).said.isVisible()) == (False, False)
    assert "send_parcel: 1 event appended" in trial(shop).note.said.text()


async def test_V2_what_is_typed_to_try_a_command_out_is_kept_until_it_is_sent(shop: Designer) -> None:  # noqa: F811
    drafts = shop.board.desk.workspace.drafts
    shop.scene.choose(SEND)
    shop.key(Qt.Key.Key_Space)
    form = trial(shop).form
    assert form is not None
    assert drafts.find("trial/send_parcel") is None, "examples are no draft"
    form.set_value({"parcel_id": "1", "to": "Ada"})
    QTest.keyClick(form.first_input(), Qt.Key.Key_End)
    QTest.keyClicks(form.first_input(), "7")
    trial(shop).leave()
    trial(shop).try_out(RETURN)
    trial(shop).try_out(SEND)
    form = trial(shop).form
    assert form is not None
    assert form.value() == {"parcel_id": "17", "to": "Ada"}
    assert trial(shop).drafts.isVisible()
    trial(shop).send()
    await shop.until(lambda: drafts.find("trial/send_parcel") is None)
    assert trial(shop).drafts.isHidden()
    trial(shop).try_out(SEND)
    form = trial(shop).form
    assert form is not None
    assert form.value()["to"] == "to", "examples again"


async def test_only_a_command_that_runs_is_tried(shop: Designer) -> None:  # noqa: F811
    shop.scene.choose(LOST)
    assert not trial(shop).acts["try_out"].isEnabled()
    assert trial(shop).acts["try_out"].toolTip() == "Only a command that runs can be tried"


WATCHED = """\
[project]
name: "shop"

[aggregate.parcel]
state { status { type: "choice", choices: ["packed", "sent"] } }

[event.parcel.packed]
set { status: "'packed'" }

[event.parcel.sent]
set { status: "'sent'" }

[event.parcel.reminded]

[command.pack_parcel]
creates: "parcel"
fields { parcel_id: "string" }
emit: "parcel.packed"

[command.send_parcel]
changes: "parcel"
fields { parcel_id: "string" }
refuse { sent { when: "state.status == 'sent'", message: "it is {state.status} already" } }
emit: "parcel.sent"

[command.remind]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.reminded"

[process.watch]
key: "id"
on {
    "parcel.packed": { starts: true, issue: "remind", with { parcel_id: "id" }, after: "1d" }
    "parcel.sent": { ends: true, withdraw: "remind" }
}
"""


async def send(person: Designer, command: str) -> str:
    """Sends a command by its form for parcel 1; returns the heading of what came of it."""
    found = trial(person)
    await person.choose(f"command:{command}")
    before = found.result
    person.key(Qt.Key.Key_Space)
    assert found.form is not None
    assert found._desk.workspace.reader.head() == head_of(person)  # the form is seen first
    found.form.set_value({"parcel_id": "1"})
    QTest.keyClick(found.form.first_input(), Qt.Key.Key_Return, CONTROL)
    await person.until(lambda: found.result is not before)
    return found.note.said.text()


def head_of(person: Designer) -> int:
    return person.board.desk.workspace.reader.head()


async def test_what_came_is_said_at_the_card_with_refusals_and_due_times(designer: Designer) -> None:  # noqa: F811
    designer.file.write_text(WATCHED)
    designer.board.desk.project_saved.emit()
    await designer.choose("command:send_parcel")
    note = trial(designer).note
    assert "pack_parcel: 1 event appended" in await send(designer, "pack_parcel")
    await designer.until(
        lambda: any("remind, issued by watch · 1, waits  ·  due" in one for one in note.words())
    )
    assert note.words()[0].startswith("parcel.packed in parcel-1  ·  ")
    await designer.until(lambda: designer.board._live.waiting.keys() == {"watch"})
    assert "send_parcel: 1 event appended" in await send(designer, "send_parcel")
    await designer.until(lambda: any("is withdrawn and will not come" in one for one in note.words()))
    assert await send(designer, "send_parcel") == "send_parcel: it is sent already"
    assert note.badge.text() == "! rejected"
    assert note.words() == []
    await designer.until(lambda: not designer.board._live.waiting)
    note.close_button.click()
    assert note.isHidden()


async def test_what_comes_next_after_a_process_is_designed_and_nothing_is_issued(designer: Designer) -> None:  # noqa: F811
    designer.file.write_text(WATCHED)
    designer.board.desk.project_saved.emit()
    await designer.choose("subscription:watch")
    designer.key(Qt.Key.Key_Return, CONTROL)
    assert designer.board.editor.entry.isVisible()
    designer.key(Qt.Key.Key_Escape)
    designer.key(Qt.Key.Key_Space)
    assert trial(designer).isHidden()
    assert head_of(designer) == 0

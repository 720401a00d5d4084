"""Nothing that is typed in the details is lost, overwritten, or waits without a sign."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.details.section_parts import SHOP, description, file_of, is_made, row, shown, typed
from workbench.errors import InvalidValue
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.draft_discard import DraftDiscard
from workbench.gui.desk import Desk, Notice
from workbench.gui.details.add_row import AddRow
from workbench.gui.details.field_table import FieldTable
from workbench.gui.details.section_drafts import (
    JoinedDrafts,
    drafted,
    follow_names,
    kept_sections,
    key_of,
    with_drafts,
)
from workbench.gui.details.section_editor import SectionEditor
from workbench.gui.details.section_steps import SectionSteps
from workbench.gui.views.board_view import BoardView
from workbench.project.samples import PROJECT_FILE
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.section_piece import piece_of
from workbench.tusk import parse

SAID = SHOP.replace('creates: "order"', 'description: "Orders"\ncreates: "order"')


def write(board: BoardView, text: str) -> None:
    (board.desk.workspace.project.root / "project.tsk").write_text(text)


async def reloaded(board: BoardView, text: str, until: Any) -> None:
    """Has another program write the file, and waits until the board has it, or has joined it already."""
    before = board.editor.state.text.project.text
    write(board, text)
    await board.desk.workspace.model_reload.check()
    board.editor.follow()
    await until(lambda: board.editor.state.text.project.text != before)


async def typing(board: BoardView, until: Any) -> SectionEditor:
    """Types on behind a description, and leaves the cursor there."""
    await reloaded(board, SAID, until)
    section = await shown(board, "command:place", until)
    line = description(section)
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_End)
    QTest.keyClicks(line, " MINE")
    return section


async def test_a_line_that_was_changed_elsewhere_while_it_is_typed_is_asked_about(
    board: BoardView, until: Any
) -> None:
    section = await typing(board, until)
    theirs = SAID.replace('"Orders"', '"Orders THEIRS"')
    await reloaded(board, theirs, until)
    await until(lambda: description(section).is_refused)
    await shown(board, "event:order.placed", until)
    assert drafted(board.desk) == {"command:place": "draft"}
    section = await shown(board, "command:place", until)
    await until(lambda: description(section).is_refused)
    assert file_of(board) == theirs, "it is asked first, however often one comes back"
    assert description(section).text() == "Orders MINE"
    QTest.keyClick(description(section), Qt.Key.Key_Return)
    await until(lambda: "Orders MINE" in file_of(board))
    await until(lambda: drafted(board.desk) == {})


async def test_another_line_that_was_changed_elsewhere_is_joined_with_what_is_typed(
    board: BoardView, until: Any
) -> None:
    section = await typing(board, until)
    await reloaded(board, SAID.replace("# asks for it", "# wants it"), until)
    await until(lambda: "# wants it" in section.pane.editor.text())
    assert description(section).text() == "Orders MINE", "it is typed on"
    QTest.keyClick(description(section), Qt.Key.Key_Return)
    await until(lambda: "Orders MINE" in file_of(board))
    assert "# wants it" in file_of(board)
    assert section.banner.isHidden()


async def test_a_draft_is_joined_with_what_was_changed_elsewhere_since(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    section.pane.editor.take_text(section.pane.editor.text().replace('total: "money"', 'total: "mony"'))
    await until(lambda: section.pane.editor.mistakes)
    await shown(board, "event:order.placed", until)
    await reloaded(board, SHOP.replace("# asks for it", "# wants it"), until)
    section = await shown(board, "command:place", until)
    assert section.banner.isHidden()
    assert "# wants it" in section.pane.editor.text()
    assert '"mony"' in section.pane.editor.text()


async def test_a_line_that_is_typed_is_a_draft_at_once(board: BoardView, until: Any) -> None:
    section = await typing(board, until)
    assert section.stand.text().endswith("draft")
    assert drafted(board.desk) == {"command:place": "draft"}
    assert board.editor.stand.text() == "! 1 section not saved"
    QTest.keyClick(description(section), Qt.Key.Key_Escape)
    assert section.stand.text().endswith("saved")
    await until(lambda: drafted(board.desk) == {})


@pytest.mark.parametrize("by", ["reveal", "nothing", "picture"])
async def test_a_line_that_is_typed_is_written_when_one_goes_on(
    board: BoardView, until: Any, by: str
) -> None:
    await typing(board, until)
    if by == "reveal":
        board.canvas.reveal("event:order.placed")
    elif by == "nothing":
        board._show_details("")
    else:
        board.show_picture("Topology")
        board.canvas.setFocus()
    await until(lambda: 'description: "Orders MINE"' in file_of(board))
    await until(lambda: board.editor.state.undo == "Change description of place")
    await until(lambda: drafted(board.desk) == {})


async def restarted(desk: Desk) -> None:
    """Keeps what is typed, and reads it again, as the next start has it."""
    await desk.write_drafts()
    desk.workspace.drafts._drafts = None


async def test_a_line_that_is_typed_when_the_window_closes_is_there_again_and_stays_a_draft(
    board: BoardView, desk: Desk, until: Any, qtbot: Any
) -> None:
    section = await typing(board, until)
    section.window().setEnabled(False)  # as a window that closes does
    await until(lambda: QApplication.focusWidget() is not description(section))
    assert not description(section).is_meant
    await restarted(desk)
    again = SectionEditor(desk, lambda _state: None, lambda *_: None)
    qtbot.addWidget(again)
    for node in ("command:place", "event:order.placed", "command:place"):
        again.show_node(board.editor.node(node), board.editor.state)
        await until(lambda: again.pane.sure and is_made(again))
    assert description(again).text() == "Orders MINE"
    assert again.stand.text().endswith("draft")
    assert file_of(board) == SAID, "nobody said that it is whole"
    assert drafted(desk) == {"command:place": "draft"}
    QTest.keyClick(description(again), Qt.Key.Key_Return)
    await until(lambda: 'description: "Orders MINE"' in file_of(board))


async def test_what_was_typed_for_what_is_gone_is_offered(board: BoardView, desk: Desk, until: Any) -> None:
    section = await shown(board, "command:place", until)
    typed_text = section.pane.editor.text().replace('"money"', '"mony"')
    section.pane.editor.take_text(typed_text)
    await reloaded(board, SHOP[: SHOP.index("# asks")], until)
    await until(lambda: "command:place" not in board.scene.cards())
    assert board.editor.stand.text() == "! 1 section not saved"
    noticed: list[Any] = []
    desk.noticed.connect(noticed.append)
    QTest.mouseClick(board.editor.stand, Qt.MouseButton.LeftButton)
    (notice,) = noticed
    assert "place is not in the project file any more" in notice.text
    (_, copy), (_, discard) = notice.actions
    copy()
    assert QApplication.clipboard().text() == typed_text
    discard()
    assert drafted(desk) == {}


async def test_what_was_refused_stays_with_its_reason(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    typed(table._cells[1][2], "?? nothing")
    reason = table._refused
    assert reason
    await until(lambda: section.pane.sure)
    section._show()
    assert table._told, "its reason stays as long as it stands there"
    await shown(board, "command:place", until)
    assert drafted(board.desk) == {"event:order.placed": "draft"}
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    assert (table._cells[1][2].text(), table._refused) == ("?? nothing", reason)
    assert file_of(board) == SHOP
    section.drafts.discard()
    assert (table._cells[1][2].text(), table._told) == ("", [])
    await until(lambda: drafted(board.desk) == {})


async def test_what_was_refused_goes_with_its_field(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    typed(table._cells[1][2], "?? nothing")
    await reloaded(
        board, SHOP.replace('fields { id: "uuid", total', 'fields { no: "uuid?", id: "uuid", total'), until
    )
    await until(lambda: len(table._cells) == 3)
    assert [cells[2].text() for cells in table._cells] == ["", "", "?? nothing"]


async def test_what_was_refused_is_taken_only_when_it_is_meant_once_more(
    board: BoardView, until: Any
) -> None:
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    line = table._cells[1][2]
    typed(line, "?? nothing")
    await reloaded(
        board, SHOP.replace('total: "money" }\nset', 'total { type: "money", min: 3 } }\nset'), until
    )
    await until(lambda: "“min 3”" in table._refused)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "min 1")
    board.canvas.setFocus()
    assert "min: 3" in file_of(board)
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Return)
    await until(lambda: "min: 1" in file_of(board))


async def test_a_name_that_cannot_be_is_told_in_its_row_and_kept(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    (add,) = (one for one in section.form.rows if isinstance(one, AddRow) and one.row.path[-1] == "set")
    assert add.line is not None
    typed(add.line, "= 4")
    assert add._told
    await shown(board, "command:place", until)
    section = await shown(board, "event:order.placed", until)
    (add,) = (one for one in section.form.rows if isinstance(one, AddRow) and one.row.path[-1] == "set")
    assert add.line is not None
    assert (add.line.text(), bool(add._told)) == ("= 4", True)


async def test_a_draft_that_is_wrong_holds_up_no_other(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    section.pane.editor.take_text(section.pane.editor.text().replace('"uuid"', '"uid"'))
    await until(lambda: section.pane.editor.mistakes)
    section = await shown(board, "command:place", until)
    section.pane.editor.take_text(section.pane.editor.text().replace("# asks", "# now asks"))
    board.canvas.reveal("event:order.placed")  # before it is checked
    await until(lambda: "# now asks" in file_of(board))
    await until(lambda: len(drafted(board.desk)) == 1)
    assert drafted(board.desk) == {"event:order.placed": "draft"}


async def test_two_drafts_that_wait_for_each_other_are_written_beside_one_that_is_wrong(
    board: BoardView, until: Any
) -> None:
    book = '[aggregate.book]\nstate { total: "money" }\n'
    lend = '[command.lend]\ncreates: "order"\nfields { id: "uuid" }\n'
    await reloaded(board, f"{SHOP}\n{book}\n{lend}", until)
    await until(lambda: "command:lend" in board.scene.cards())
    section = await shown(board, "command:lend", until)
    section.pane.editor.take_text(section.pane.editor.text().replace('"order"', '"ordr"'))
    await until(lambda: section.pane.editor.mistakes)
    section = await shown(board, "event:order.placed", until)
    section.pane.editor.take_text(section.pane.editor.text() + 'aggregate: "book"\n')
    await until(lambda: section.form.told.isVisible() or section.pane.editor.mistakes)
    section = await shown(board, "command:place", until)
    section.pane.editor.take_text(section.pane.editor.text().replace('"order"\nfields', '"book"\nfields'))
    await until(lambda: board.editor.state.undo == "Edit 2 sections")
    assert 'aggregate: "book"' in file_of(board)
    await until(lambda: drafted(board.desk) == {"command:lend": "draft"})


async def test_what_goes_outside_while_it_is_written_stays_a_draft_and_is_told(
    board: BoardView, desk: Desk, until: Any
) -> None:
    section = await shown(board, "command:place", until)
    noticed: list[Any] = []
    desk.noticed.connect(noticed.append)
    typed_text = section.pane.editor.text().replace("# asks", "# now asks")
    section.pane.editor.take_text(typed_text)
    gone = SHOP[: SHOP.index("# asks")]
    write(board, gone)
    board.canvas.reveal("event:order.placed")  # before it is checked
    await until(lambda: noticed)
    assert noticed[0].text.startswith("command place was changed elsewhere meanwhile")
    assert file_of(board) == gone
    assert [one["now"] for one in kept_sections(desk).values()] == [typed_text]


async def test_of_two_drafts_none_is_written_when_one_changes_outside_meanwhile(
    board: BoardView, desk: Desk
) -> None:
    text = board.editor.state.text
    typed = {}
    for kind, name in (("command", "place"), ("event", "order.placed")):
        piece = piece_of(text.project, kind, name)
        assert piece is not None
        kept = {"was": piece.text, "now": f"{piece.text.rstrip()} # mine\n", "lines": {}}
        typed[DesignNode(kind, name)] = kept
    changed = text.with_project(parse(SHOP.replace("# asks for it", "# wants it"), PROJECT_FILE))
    with pytest.raises(InvalidValue, match="command place was changed elsewhere"):
        with_drafts(changed, typed)
    joined = JoinedDrafts(board, desk, lambda *_: None)
    assert not joined._compiles(changed, typed, 0)
    assert joined._compiles(text, typed, 0)


async def test_what_was_typed_on_while_a_draft_was_written_stays_a_draft(
    board: BoardView, desk: Desk, until: Any
) -> None:
    states: list[Any] = []
    steps = SectionSteps(desk, states.append)
    desk.keep("section/command.place", "typed on", "the text")
    desk.keep("section/event.order.placed", "written", "the text")
    written = {"section/command.place": "typed", "section/event.order.placed": "written"}
    steps.make("Edit", lambda text: text, pytest.fail, kept=written)
    await until(lambda: states)
    assert desk.workspace.drafts.places() == ["section/command.place"]


async def unfinished(board: BoardView, until: Any) -> None:
    """Has a policy on the board that issues nothing yet: the design is a draft."""
    made = partial(gestures.made, kind="policy", name="tell", after=DesignNode("event", "order.placed"))
    board.desk.workspace.design.apply("Add policy tell", made)
    board.editor.follow()
    await until(lambda: board.editor.state.problems)


@pytest.mark.parametrize("wrong", ["description", "aggregat: 3", "[event.order.placed]", 'emit: "nope"'])
async def test_a_text_that_was_wrong_is_taken_once_it_is_right_while_the_design_is_a_draft(
    board: BoardView, until: Any, wrong: str
) -> None:
    await unfinished(board, until)
    section = await shown(board, "command:place", until)
    editor, right = section.pane.editor, section.pane.editor.text()
    editor.take_text(f"{right}{wrong}\n")
    await until(lambda: section.pane.sure and not section._pause.isActive() and section.pane.dirty)
    await until(lambda: not board.desk.running())
    assert section.banner.isHidden(), "the text is not done: nothing is refused, and nothing asked"
    assert board.editor.state.undo == "Add policy tell"
    editor.take_text(f'{right}description: "Asks for it"\n')
    await until(lambda: board.editor.state.undo == "Edit command place")
    await until(lambda: section.stand.text() == "✓ saved")
    assert 'description: "Asks for it"' in file_of(board)
    assert "tell" not in file_of(board)


async def test_a_text_that_cannot_be_read_is_not_tried_where_the_thing_had_a_mistake_before(
    board: BoardView, until: Any
) -> None:
    await unfinished(board, until)
    await until(lambda: "subscription:tell" in board.scene.cards())
    section = await shown(board, "subscription:tell", until)
    editor, right = section.pane.editor, section.pane.editor.text()
    editor.take_text(f"{right}description\n")
    await until(lambda: section.pane.sure and not section._pause.isActive() and not board.desk.running())
    assert section.banner.isHidden()
    editor.take_text(f'{right}description: "Tells"\n')
    await until(lambda: 'description: "Tells"' in board.editor.state.text.project.text)


async def test_what_is_written_twice_at_once_is_no_conflict(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    was = section.pane.editor.text()
    now = was.replace("# asks for it", "# wants it")
    section.pane.editor.take_text(now)
    await until(lambda: "# wants it" in file_of(board) and not section.steps.running)
    assert section.node is not None
    kept = {section.node: {"was": was, "now": now}}
    section._write_drafts("Edit", partial(with_drafts, kept=kept), {key_of(section.node): kept[section.node]})
    await until(lambda: not section.steps.running)
    assert section.banner.isHidden(), "form, text and file are equal"


async def test_what_was_refused_is_not_told_of_the_next_text(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    section._tell_refused("command place was changed elsewhere meanwhile")
    editor = section.pane.editor
    editor.take_text(f'{editor.text()}description: "Asks for it"\n')
    assert section.banner.isHidden()
    await until(lambda: 'description: "Asks for it"' in file_of(board))


async def test_V2_what_is_typed_follows_its_card_to_another_name_and_back(
    board: BoardView, until: Any
) -> None:
    section = await shown(board, "event:order.placed", until)
    editor = section.pane.editor
    editor.take_text(editor.text().replace('id: "uuid"', 'id: "uid"'))
    await until(lambda: editor.mistakes)
    node = DesignNode("event", "order.placed")
    design = board.desk.workspace.design
    places = gestures.places_of(design.state().text, node)
    rename = partial(gestures.renamed, node=node, name="order.asked", places=places)
    board.editor.do("Rename event order.placed", rename)
    await until(lambda: drafted(board.desk) == {"event:order.asked": "draft"})
    await board.desk.workspace.model_reload.check()
    await until(lambda: "event:order.asked" in board.scene.cards())
    section = await shown(board, "event:order.asked", until)
    assert editor.text().startswith('[event.order.asked]\nfields { id: "uid"')
    assert section.banner.isHidden()
    board.editor.undo()
    await until(lambda: drafted(board.desk) == {"event:order.placed": "draft"})
    await board.desk.workspace.model_reload.check()
    await until(lambda: "event:order.placed" in board.scene.cards())
    section = await shown(board, "event:order.placed", until)
    assert editor.text().startswith('[event.order.placed]\nfields { id: "uid"')
    editor.take_text(editor.text().replace('"uid"', '"uuid", note: "string?"'))
    await until(lambda: '[event.order.placed]\nfields { id: "uuid", note: "string?"' in file_of(board))
    await until(lambda: drafted(board.desk) == {})


async def test_V2_what_is_typed_for_several_follows_their_aggregate_to_its_other_name(
    board: BoardView, until: Any
) -> None:
    desk, files = board.desk, DesignText()
    before = files.with_project(parse(SHOP + "\n[event.order.paid]\n", PROJECT_FILE))
    after = before.with_project(parse(before.project.text.replace("order", "sale"), PROJECT_FILE))
    for kind, name, text in (
        ("event", "order.paid", "[event.order.paid]\n"),
        ("event", "order.placed", "# it\n[event.order.placed]\n"),
        ("topic", "mails", "mails {\n}\n"),
    ):
        desk.keep(key_of(DesignNode(kind, name)), {"was": text, "now": f"{text}x"}, f"the text of {name}")
    follow_names(desk, before, after)
    kept = kept_sections(desk)
    assert kept[DesignNode("event", "sale.paid")] == {
        "was": "[event.sale.paid]\n",
        "now": "[event.sale.paid]\nx",
    }
    assert kept[DesignNode("event", "sale.placed")]["now"] == "# it\n[event.sale.placed]\nx"
    assert kept.keys() == {
        DesignNode("event", "sale.paid"),
        DesignNode("event", "sale.placed"),
        DesignNode("topic", "mails"),
    }
    follow_names(desk, after, after.with_project(parse(after.project.text.replace("mails", "post"), "x")))
    assert kept_sections(desk)[DesignNode("topic", "post")]["now"] == "post {\n}\nx"


async def test_V2_a_draft_that_is_discarded_is_one_nowhere_any_more(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    editor, right = section.pane.editor, section.pane.editor.text()
    editor.take_text(right.replace('total: "money"', 'total: "mony"'))
    await until(lambda: board.editor.stand.text() == "! 1 section not saved")
    await shown(board, "event:order.placed", until)
    section = await shown(board, "command:place", until)
    assert section.drafts.isVisible()
    section.drafts.discard()
    assert drafted(board.desk) == {}
    assert board.editor.stand.text() == "✓ saved"
    assert isinstance(board.scene, BlueprintScene)
    assert board.scene._badges.get("command:place") != "draft"


async def test_V2_what_is_written_elsewhere_is_no_draft_any_more(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    node = DesignNode("command", "place")
    assert section.piece is not None
    text = section.piece.text
    board.desk.keep(key_of(node), {"was": f"{text}# before\n", "now": text, "lines": {}}, "the text of place")
    await shown(board, "event:order.placed", until)
    section = await shown(board, "command:place", until)
    await until(lambda: drafted(board.desk) == {})
    assert section.drafts.isHidden()
    assert board.editor.stand.text() == "✓ saved"


async def test_V2_a_draft_that_is_written_with_others_is_not_said_to_be_restored(
    board: BoardView, until: Any
) -> None:
    section = await shown(board, "command:place", until)
    section.pane.editor.take_text(section.pane.editor.text().replace('total: "money"', 'total: "mony"'))
    await until(lambda: section.pane.editor.mistakes)
    await shown(board, "event:order.placed", until)
    section = await shown(board, "command:place", until)
    assert section.drafts.isVisible()
    board.desk.forget(key_of(DesignNode("command", "place")))
    assert section.drafts.isHidden()


async def test_V2_what_is_typed_for_a_line_that_is_gone_can_be_discarded(
    board: BoardView, until: Any
) -> None:
    section = await shown(board, "command:place", until)
    section.form.type_in({"command/gone description": ["", "typed"]})
    section._show()
    await until(lambda: "no place for it" in section.form.told.text)
    assert section.form.typed() != {}
    section.form.told.buttons[0].click()
    assert section.form.typed() == {}
    assert section.form.told.isHidden()
    assert drafted(board.desk) == {}


async def test_V2_what_is_typed_in_a_line_follows_its_card_to_its_other_name(board: BoardView) -> None:
    desk, files = board.desk, DesignText()
    before = files.with_project(parse(SHOP, PROJECT_FILE))
    after = before.with_project(parse(SHOP.replace("order.placed", "order.asked"), PROJECT_FILE))
    node = DesignNode("event", "order.placed")
    lines = {"event/order/placed/description value": ["", "typed"]}
    desk.keep(key_of(node), {"was": "x", "now": "x", "lines": lines}, "the text of order.placed")
    follow_names(desk, before, after)
    kept = kept_sections(desk)[DesignNode("event", "order.asked")]
    assert kept["lines"] == {"event/order/asked/description value": ["", "typed"]}


async def test_drafts_that_name_another_event_are_not_tried(board: BoardView, desk: Desk) -> None:
    text = board.editor.state.text
    piece = piece_of(text.project, "event", "order.placed")
    assert piece is not None
    now = piece.text.replace("order.placed", "order.asked")
    typed = {DesignNode("event", "order.placed"): {"was": piece.text, "now": now, "lines": {}}}
    joined = JoinedDrafts(board, desk, lambda *_: None)
    assert not joined._compiles(text, typed, 9)


async def test_V2_what_is_typed_and_does_not_compile_is_discarded_on_the_board_after_a_question(
    board: BoardView, until: Any
) -> None:
    section = await shown(board, "command:place", until)
    section.pane.editor.take_text(f"{section.pane.editor.text()}nonsense\n")
    await until(lambda: board.editor.unwritten == ("command:place",))
    discard = board.findChild(DraftDiscard)
    assert discard is not None
    assert discard.acts["discard"].isEnabled()
    told: list[Notice] = []
    board.desk.noticed.connect(told.append)
    discard.acts["discard"].trigger()
    assert told[-1].text == "Discard the draft? What is typed for place and does not compile goes, for good."
    assert kept_sections(board.desk), "it is asked first"
    told[-1].actions[0][1]()
    assert (kept_sections(board.desk), section.pane.dirty, board.editor.unwritten) == ({}, False, ())
    assert not discard.acts["discard"].isEnabled()

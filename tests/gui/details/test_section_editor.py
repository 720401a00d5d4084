"""Form and text of what is chosen are two hands on one text: what compiles is a step, the rest a draft."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.gui.details.section_parts import (
    SHOP,
    added,
    description,
    file_of,
    focused,
    is_made,
    row,
    shown,
    typed,
)
from workbench.errors import StoreBusy
from workbench.gui.desk import Desk
from workbench.gui.details.add_row import AddRow
from workbench.gui.details.field_table import FieldTable
from workbench.gui.details.form_rows import BlockRow, LineRow
from workbench.gui.details.schema_dialog import SchemaDialog
from workbench.gui.details.section_drafts import drafted
from workbench.gui.explorer import Explorer
from workbench.gui.live_project import LiveProject
from workbench.gui.tree import OfferingTree
from workbench.gui.views.board_view import BoardView
from workbench.gui.widgets import give_keyboard
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, made
from workbench.services.workspace import Workspace
from workbench.tusk import parse


async def test_a_line_of_the_form_is_a_step_that_can_be_undone(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    said = row(section, "description")
    assert isinstance(said, LineRow)
    typed(said.line, "Orders")
    await until(lambda: board.editor.state.undo == "Change description of place")
    assert 'description: "Orders"' in file_of(board)
    assert 'description: "Orders"' in section.pane.editor.text()
    board.editor.undo("")
    await until(lambda: file_of(board) == SHOP)
    await until(lambda: "Orders" not in section.pane.editor.text())
    assert said.line.text() == ""


async def test_a_text_that_compiles_is_a_step_and_the_form_follows(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    section.pane.editor.take_text(section.pane.editor.text() + 'with { total: "command.total" }\n')
    await until(lambda: board.editor.state.undo == "Edit command place")
    assert "command.total" in file_of(board)
    await until(lambda: any(one.row.path[-1] == "with" for one in section.form.rows))
    assert not section.pane.dirty


async def test_what_is_typed_on_is_one_step_with_what_was_typed_before(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    for said in ("One", "Two"):
        text = section.pane.editor.text().splitlines(keepends=True)[-7:]
        section.pane.editor.take_text(f"# {said}\n{''.join(text)}")
        await until(lambda: f"# {said}" in file_of(board) and not section.pane.dirty)  # noqa: B023
    board.editor.undo("")
    await until(lambda: file_of(board) == SHOP)


async def test_a_text_that_does_not_compile_stays_a_draft(board: BoardView, desk: Desk, until: Any) -> None:
    section = await shown(board, "command:place", until)
    wrong = section.pane.editor.text().replace('total: "money"', 'total: "mony"')
    section.pane.editor.take_text(wrong)
    await until(lambda: section.stand.text().endswith("1 mistake"))
    assert file_of(board) == SHOP
    assert drafted(desk) == {"command:place": "draft"}
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    await until(lambda: table._cells[1][1].property("invalid"))
    await shown(board, "event:order.placed", until)
    section = await shown(board, "command:place", until)
    assert section.pane.editor.text() == wrong
    section.drafts.discard()
    assert drafted(desk) == {}
    assert section.pane.editor.text() in SHOP


async def test_two_mistakes_of_a_field_stand_one_below_the_other(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    wrong = 'total { type: "money", mni: 1, mxa: 2 }'
    section.pane.editor.take_text(section.pane.editor.text().replace('total: "money"', wrong))
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    await until(lambda: len(table._told) == 2 and all(one.height() for one in table._told))
    first, second = table._told
    await until(lambda: first.geometry().bottom() < second.geometry().top())
    await until(lambda: second.geometry().bottom() < table.new.geometry().top())
    section.pane.editor.take_text(section.pane.editor.text().replace(wrong, 'total: "money"'))
    await until(lambda: not table._told)
    last = table._cells[1][0]
    await until(lambda: table.new.geometry().top() == last.geometry().bottom() + 1)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("[comand.place]", "comand is not a setting here. Did you mean command?"),
        ("[command.]", "A name is missing here"),
        ("[command]", "[command] needs the name of what it declares"),
        ("[event.place]", "This is no longer command place. Write [command.place]"),
    ],
)
async def test_a_mistyped_header_is_told_and_leaves_the_form_as_it_was(
    board: BoardView, until: Any, header: str, said: str
) -> None:
    section = await shown(board, "command:place", until)
    rows = [one.row.path for one in section.form.rows]
    assert cast("LineRow", row(section, "emit")).line.text() == "order.placed"
    text = section.pane.editor.text()
    section.pane.editor.take_text(text.replace("[command.place]", header))
    told = section.form.told
    await until(lambda: told.isVisible() and said.casefold() in told.text.casefold())
    assert f"Line {SHOP.splitlines().index('[command.place]') + 1}: " in told.text
    assert [one.row.path for one in section.form.rows] == rows
    assert cast("LineRow", row(section, "emit")).line.text() == "order.placed", "it is not empty"
    told.buttons[0].click()
    assert section.pane.editor.textCursor().block().text() == header
    section.pane.editor.take_text(text)
    await until(told.isHidden)


async def test_a_text_that_cannot_be_read_says_where_and_leads_there(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    broken = section.pane.editor.text().replace('id: "uuid"', 'id: "uuid')
    section.pane.editor.take_text(broken)
    told = section.form.told
    await until(told.isVisible)
    assert "Line 20: " in told.text
    kept = len(section.form.rows)
    assert kept, "the rows that were there stay"
    said: list[str] = []
    section._edit("Change creates", lambda document: parse("a", document.file), said.append)
    assert said == ['a needs : and a value. Such as a: "users".']
    section.pane.editor.go_to_line(1)
    told.buttons[0].click()
    assert section.pane.editor.textCursor().blockNumber() + section.pane.editor.first_line == 20
    await shown(board, "event:order.placed", until)
    assert told.isHidden()
    board.canvas.reveal("command:place")
    await until(told.isVisible)
    assert section.form.rows == [], "none of what was shown before"


async def test_what_could_not_be_written_is_not_said_to_be_saved(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    state = board.editor.state
    assert section.stand.text().endswith("saved")
    draft = replace(state, problems=("it is not written yet",), written=DesignText())
    section.show_node(section.node, draft)
    assert section.stand.text().endswith("not saved")
    section.show_node(section.node, replace(draft, written=state.text))
    assert section.stand.text() == "✓ saved", "what is not saved is something else"
    section.show_node(section.node, state)
    assert section.stand.text() == "✓ saved"


async def test_what_the_file_says_is_shown_and_how_it_stands_though_it_does_not_load(
    board: BoardView, until: Any
) -> None:
    live = LiveProject(board.desk, lambda: None, lambda: None)
    section = await shown(board, "command:place", until)
    path = board.desk.workspace.project.root / "project.tsk"
    text = path.read_text()
    changed = text.replace("[command.place]", "[command.place]\ndescription: 'Other'")
    path.write_text(f"{changed}\n[policy.lacks]\non: 'order.placed'\n")
    await until(lambda: section.stand.text() == "! saved, not running")
    assert "an older model runs" in section.stand.toolTip()
    await until(lambda: "description: 'Other'" in section.pane.editor.text())
    path.write_text(f"{text}\n[half")
    await until(lambda: section.stand.text() == "! other text in the file")
    assert "description: 'Other'" in section.pane.editor.text()
    path.write_text(text)
    await until(lambda: section.stand.text() == "✓ saved")
    assert "description" not in section.pane.editor.text()
    live.close()


@pytest.mark.parametrize("wrong", [True, False], ids=["does not load", "cannot take over"])
async def test_card_form_and_explorer_show_what_the_files_say_while_an_older_model_runs(
    board: BoardView, qtbot: Any, until: Any, monkeypatch: pytest.MonkeyPatch, wrong: bool
) -> None:
    explorer = Explorer(board.desk)
    qtbot.addWidget(explorer)
    live = LiveProject(board.desk, lambda: None, lambda: None)
    section = await shown(board, "event:order.placed", until)
    path, reload = board.desk.workspace.project.root / "project.tsk", board.desk.workspace.model_reload
    text, adopt = path.read_text(), reload._adopt

    def card(name: str) -> tuple[str, list[str]]:
        found = board.pictures.blueprint.cards()[name].card
        return found.draft, [f"{one.name} {one.type}" for one in found.fields]

    def listed() -> list[str]:
        tree = explorer.findChild(OfferingTree)
        return [one.data() for one in tree.rows.all()] if tree is not None else []

    async def refuse(_project: object) -> None:
        raise StoreBusy("busy", hint="wait")

    if not wrong:
        monkeypatch.setattr(reload, "_adopt", refuse)
    said = text.replace(
        'fields { id: "uuid", total: "money" }', 'fields { id: "uuid", total: "money", why: "money?" }'
    )
    path.write_text(said + ("\n[policy.lacks]\non: 'order.placed'\n" if wrong else ""))
    both = ("not running", ["id uuid", "total money", "why? money"])
    await until(lambda: card("event:order.placed") == both)
    await until(lambda: section.stand.text() == "! saved, not running" and is_made(section))
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    assert [" ".join(cell.text() for cell in cells[:2]) for cells in table._cells][:3] == both[1]
    assert "order.placed · not running" in listed()
    assert card("command:place")[0] == "", "it runs as the file says it"
    assert (card("subscription:lacks")[0] if wrong else "not running") == "not running"
    await shown(board, "command:place", until)
    assert section.stand.text() == "✓ saved"
    monkeypatch.setattr(reload, "_adopt", adopt)
    path.write_text(said)
    await live.check()
    await until(lambda: card("event:order.placed") == ("", both[1]))
    await until(lambda: "order.placed" in listed())
    live.close()


async def test_a_field_with_another_name_is_followed(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    typed(table._cells[1][0], "amount")
    strip = board.editor.changes.strip
    await until(strip.isVisible)
    assert file_of(board) == SHOP
    assert [one.data(0, Qt.ItemDataRole.UserRole).line for one in strip._rows] == [13, 14, 24]
    assert strip.act.text() == "Rename 3 places"
    strip.leave()
    assert "Enter asks again" in table._refused
    assert drafted(board.desk) == {"event:order.placed": "draft"}
    QTest.keyClick(table._cells[1][0], Qt.Key.Key_Return)
    await until(strip.isVisible)
    strip.act.click()
    await until(lambda: board.editor.state.undo == "Change field total of order.placed")
    await until(lambda: drafted(board.desk) == {})
    assert 'with { amount: "command.total" }' in file_of(board)
    await until(lambda: "amount" in section.pane.editor.text())
    assert not section.pane.dirty


async def test_a_text_with_a_warning_is_saved_and_told_as_one(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    warned = 'most: "integer?"\n}\nrefuse { many { when: "command.most > 1", message: "too many" } }\n'
    section.pane.editor.take_text(section.pane.editor.text().replace("}\n", warned, 1))
    await until(lambda: "command.most > 1" in file_of(board) and not section.pane.dirty)
    await until(lambda: section.stand.text().endswith("1 warning"))
    section.pane.editor.take_text(section.pane.editor.text().replace("> 1", "> 2"))
    await until(lambda: "command.most > 2" in file_of(board))


async def test_a_field_is_changed_added_and_taken_away(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    QTest.keyClicks(table.new, "note?: mon")
    assert [one.name for one in table.new._found().found] == ["money"]
    typed(table.new, "note?: text")
    await until(lambda: 'note: "string?"' in file_of(board))
    typed(table._cells[2][2], "min 1")
    await until(lambda: 'note { type: "string?", min: 1 }' in file_of(board))
    await until(lambda: not section.pane.dirty)
    typed(table._cells[2][0], " ")
    await until(lambda: "note" not in file_of(board))


@pytest.mark.parametrize("also", ["", "# draft\nsets: 1\n"])
async def test_a_field_whose_name_is_taken_is_told_in_its_row(
    board: BoardView, until: Any, also: str
) -> None:
    section = await shown(board, "event:order.placed", until)
    section.pane.editor.take_text(section.pane.editor.text() + also)
    await until(lambda: section.pane.sure and section.pane.dirty is bool(also))
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    typed(table._cells[1][0], "id")
    await until(lambda: table._refused)
    assert "id already" in table._refused
    assert table._cells[1][0].text() == "id"
    assert section.banner.isHidden()


async def test_what_is_added_is_typed_at_once_and_completed(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    section._add(("command", "place", "refuse", "free"))
    await until(lambda: is_made(section))
    when = row(section, "refuse", "free", "when")
    assert isinstance(when, LineRow)
    QTest.keyClicks(when.line, "command.to")
    found = when.line._found()
    assert [one.name for one in found.found] == ["total"]
    typed(when.line, "command.total == 0")
    await until(lambda: section.stand.text().endswith("mistake"))  # its message is missing
    message = row(section, "refuse", "free", "message")
    assert isinstance(message, LineRow)
    typed(message.line, "nothing is free")
    await until(lambda: "nothing is free" in file_of(board))
    await until(lambda: not section.pane.dirty)
    await board.desk.write_drafts()


@pytest.mark.parametrize("said", ["command.id == 'x'", "size(command.id) ", "command.total"])
async def test_enter_behind_what_is_finished_takes_no_completion(
    board: BoardView, until: Any, said: str
) -> None:
    section = await shown(board, "command:place", until)
    section._add(("command", "place", "refuse", "free"))
    await until(lambda: is_made(section))
    when = row(section, "refuse", "free", "when")
    assert isinstance(when, LineRow)
    for letter in said:
        QTest.keyClicks(when.line, letter)
        await until(lambda: not when.line._asking.isActive())
    QTest.keyClick(when.line, Qt.Key.Key_Return)
    assert when.line.text().strip() == said.strip()
    assert f'when: "{said.strip()}"' in section.pane.editor.text()


async def test_what_is_typed_while_a_step_is_written_is_the_next_step(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    said = row(section, "description")
    assert isinstance(said, LineRow)
    typed(said.line, "One")
    await until(lambda: section.steps.running)
    typed(said.line, "Two")
    await until(lambda: 'description: "Two"' in file_of(board))
    assert section.banner.isHidden()


async def test_a_topic_has_a_form_and_its_text_too(board: BoardView, until: Any) -> None:
    board.show_picture("Topology")
    section = await shown(board, "topic:mails", until)
    assert section.pane.editor.text() == "# letters\nmails {\n}\n"
    assert section.where.text() == "project.tsk  lines 5–7"
    assert section.pane.editor.first_line == 5


async def test_a_fix_beyond_the_section_is_a_step_too(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    section.pane.editor.take_text(
        section.pane.editor.text().replace('total: "money"', 'total: "money"\n    note: "cash"')
    )
    await until(lambda: section.pane.editor.mistakes)
    fixes = section.pane.fixes(section.pane.editor.text(), section.pane.editor.mistakes[0])
    section.pane.apply(next(one for one in fixes if one.label == "New type cash"))
    await until(lambda: '[types]\ncash: "string"' in file_of(board))
    await until(lambda: not section.pane.dirty)
    assert board.editor.state.undo == "New type cash"


async def test_what_changed_on_both_sides_is_asked(board: BoardView, desk: Desk, until: Any) -> None:
    section = await shown(board, "command:place", until)
    mine = section.pane.editor.text().replace('total: "money"', 'total: "mony"')
    section.pane.editor.take_text(mine)
    await until(lambda: section.pane.editor.mistakes)
    root = desk.workspace.project.root
    (root / "project.tsk").write_text(SHOP.replace('total: "money"\n}', 'total: "decimal"\n}'))
    board.editor.follow()
    await until(lambda: not section.banner.isHidden())
    assert section.pane.editor.text() == mine
    differs = section.banner.difference.toPlainText()
    assert '"mony"' in differs
    assert '"decimal"' in differs
    section.banner.buttons[1].click()
    assert 'total: "decimal"' in section.pane.editor.text()
    assert not section.pane.dirty


async def test_what_is_typed_while_it_is_asked_which_text_counts_is_kept(
    board: BoardView, desk: Desk, until: Any
) -> None:
    section = await shown(board, "command:place", until)
    text = section.pane.editor.text()
    section.pane.editor.take_text(text.replace('total: "money"', 'total: "mony"'))
    await until(lambda: section.pane.editor.mistakes)
    (desk.workspace.project.root / "project.tsk").write_text(
        SHOP.replace('total: "money"\n}', 'total: "decimal"\n}')
    )
    board.editor.follow()
    await until(section.banner.isVisible)
    now = section.pane.editor.text().replace('"mony"', '"monies"')
    section.pane.editor.take_text(now)
    section._pause.timeout.emit()
    assert '"monies"' in section.banner.difference.toPlainText(), "it shows what differs now"
    section.pane.editor.take_text(now := now.replace("# asks for it", "# wants it"))
    section.banner.buttons[0].click()
    assert section.pane.editor.text() == now
    section.pane.editor.undo()
    assert section.pane.editor.text() == now.replace('"monies"', '"decimal"'), "all else of both is kept"


async def test_what_both_changed_can_be_settled_by_typing(board: BoardView, desk: Desk, until: Any) -> None:
    section = await shown(board, "command:place", until)
    mine = section.pane.editor.text().replace('total: "money"', 'total: "mony"')
    section.pane.editor.take_text(mine)
    await until(lambda: section.pane.editor.mistakes)
    theirs = SHOP.replace('total: "money"\n}', 'total: "decimal"\n}')
    (desk.workspace.project.root / "project.tsk").write_text(theirs)
    board.editor.follow()
    await until(section.banner.isVisible)
    section.pane.editor.take_text(mine.replace('"mony"', '"decimal"').replace("# asks for it", "# wants it"))
    section._pause.timeout.emit()
    await until(lambda: file_of(board) == theirs.replace("# asks for it", "# wants it"))
    assert section.banner.isHidden()


@pytest.mark.parametrize("drawn_first", [True, False])
async def test_V5_what_is_typed_goes_on_where_another_program_renames_what_is_shown(
    board: BoardView, desk: Desk, until: Any, drawn_first: bool
) -> None:
    section = await shown(board, "command:place", until)
    editor, file = section.pane.editor, desk.workspace.project.root / "project.tsk"
    give_keyboard(editor)
    at = editor.text().index('"money"') + 7
    editor.go_to(at)
    QTest.keyClicks(editor, ' "x')
    await until(lambda: editor.mistakes)
    file.write_text(file_of(board).replace("[command.place]", "[command.order_now]"))
    if drawn_first:
        await desk.workspace.model_reload.check()
        await until(lambda: not board.scene.has("command:place"))
    board.editor.follow()
    await until(lambda: section.node == DesignNode("command", "order_now"))
    QTest.keyClicks(editor, "yz")
    await desk.workspace.model_reload.check()
    await until(lambda: board.scene.chosen == "command:order_now")
    assert editor.hasFocus()
    assert "[command.order_now]\n" in editor.text()
    assert 'total: "money" "xyz' in editor.text()
    assert editor.offset() == editor.text().index("xyz") + 3
    assert section.drafts.isHidden(), "nothing was brought back: it never went"
    assert drafted(desk) == {"command:order_now": "draft"}
    editor.undo()
    editor.undo()
    assert "xyz" not in editor.text()


async def test_V5_where_both_gave_another_name_it_is_asked(board: BoardView, desk: Desk, until: Any) -> None:
    section = await shown(board, "command:place", until)
    mine = section.pane.editor.text().replace("[command.place]", "[command.mine")
    section.pane.editor.take_text(mine)
    await until(lambda: section.pane.editor.mistakes)
    file = desk.workspace.project.root / "project.tsk"
    file.write_text(file_of(board).replace("[command.place]", "[command.theirs]"))
    await desk.workspace.model_reload.check()
    board.editor.follow()
    await until(section.banner.isVisible)
    assert section.banner.asks
    assert section.pane.editor.text() == mine


@pytest.mark.parametrize(("wide", "tall"), [(1300, 560), (700, 330)], ids=["beside", "below"])
async def test_what_asks_about_the_text_is_whole_where_there_is_little_height(
    board: BoardView, until: Any, wide: int, tall: int
) -> None:
    board.resize(wide, tall)
    if not board.split.wanted:
        board.split.show_details()
    section = await shown(board, "command:place", until)
    now = section.pane.editor.text()
    section._restore({"was": "# another text", "now": "".join(f"# {at}\n" for at in range(30)) + now})
    await until(section.banner.isVisible)
    await until(lambda: section.banner.height() >= section.banner.heightForWidth(section.banner.width()))
    assert all(one.height() >= one.sizeHint().height() for one in section.banner.buttons)
    answer = section.banner.buttons[0]
    section.pane.editor.setFocus()
    section.banner.take_keyboard()
    await until(lambda: answer.hasFocus() and not answer.visibleRegion().isEmpty())
    assert answer.visibleRegion().boundingRect() == answer.rect()


async def test_a_draft_of_what_changed_since_is_asked_about_before_it_is_written(
    board: BoardView, until: Any
) -> None:
    section = await shown(board, "command:place", until)
    now = section.pane.editor.text().replace("# asks for it", "# wants it")
    section._restore({"was": now, "now": now})
    assert section.banner.isHidden()
    section._restore({"was": "# another text", "now": now})
    assert section.banner.isVisible()
    await until(lambda: section.pane.sure)
    section._check()
    assert section.pane.dirty
    assert not section.steps.running
    assert file_of(board) == SHOP


async def test_fields_that_stored_events_do_not_fit_are_asked_about_and_tried(
    board: BoardView, workspace: Workspace, until: Any
) -> None:
    await workspace.commands.issue("place", {"id": "00000000-0000-4000-8000-000000000001", "total": "3.00"})
    later = SHOP.replace('total: "money" }\nset', 'total: "money", note: "string?" }\nset')
    later = later.replace('emit: "order.placed"', 'emit: "order.placed"\nwith { note: "\'new\'" }')
    (workspace.project.root / "project.tsk").write_text(later)
    await workspace.model_reload.check()
    board.editor.follow()
    section = await shown(board, "event:order.placed", until)
    await until(lambda: '"string?"' in section.pane.editor.text())
    section.pane.editor.take_text(section.pane.editor.text().replace('"string?"', '"string"'))
    section._pause.timeout.emit()
    await until(section.banner.isVisible)
    assert "1 stored event of 1 does not fit these fields." in section.banner.text
    assert file_of(board) == later, "it is asked first"
    section.try_schema()
    (dialog,) = section.findChildren(SchemaDialog)
    await until(lambda: dialog.stand.text() == "✕ 0 of 1 fit")
    dialog.draft_upcast()
    await until(lambda: dialog.stand.text() == "✓ 1 of 1 fit")
    dialog.save.click()
    await until(lambda: "upcast { from_1 " in file_of(board))
    await until(lambda: not section.pane.dirty and "from_1" in section.pane.editor.text())


async def test_fields_that_fit_everything_stored_are_written_at_once(
    board: BoardView, workspace: Workspace, until: Any
) -> None:
    await workspace.commands.issue("place", {"id": "00000000-0000-4000-8000-000000000001", "total": "3.00"})
    section = await shown(board, "event:order.placed", until)
    text = section.pane.editor.text().replace('total: "money" }', 'total: "money", note: "string?" }')
    section.pane.editor.take_text(text)
    section._pause.timeout.emit()
    await until(lambda: 'note: "string?"' in file_of(board))


async def test_the_panel_is_hidden_and_shown_by_a_key(board: BoardView, until: Any) -> None:
    await shown(board, "command:place", until)
    board.split.acts["show_details"].do()
    assert board.details.isHidden()
    board.split.acts["show_details"].do()
    assert not board.details.isHidden()


async def test_the_keyboard_goes_to_what_is_added_and_stays_in_the_form(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    added(section, "refuse")
    await until(lambda: focused(section).row.path[-1] == "refuse")
    name = focused(section)
    assert isinstance(name, AddRow)
    assert name.row.path[-1] == "refuse"
    assert name.line is not None
    QTest.keyClicks(name.line, "free")
    QTest.keyClick(name.line, Qt.Key.Key_Return)
    await until(lambda: focused(section).row.path[-1] == "when")
    await until(lambda: is_made(section))
    when, message = row(section, "refuse", "free", "when"), row(section, "refuse", "free", "message")
    assert isinstance(when, LineRow)
    assert isinstance(message, LineRow)
    QTest.keyClicks(when.line, "command.total == 0")
    QTest.keyClick(when.line, Qt.Key.Key_Tab)
    await until(lambda: section.stand.text().endswith("mistake"))
    assert focused(section) is message
    assert [one.isVisible() for one in message.findChildren(QPushButton)] == [True]
    QTest.keyClicks(message.line, "free")
    QTest.keyClick(message.line, Qt.Key.Key_Tab)
    assert not message.findChildren(QPushButton), "what is written needs no fix any more"
    following = section.form.rows[section.form.rows.index(message) + 1]
    assert focused(section) is following
    await until(lambda: 'message: "free"' in file_of(board) and not section.pane.dirty)
    assert message in section.form.rows, "the row stays, and with it the place in the form"
    assert focused(section) is following


async def test_another_card_shows_its_form_once_where_its_text_is_known(
    board: BoardView, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    section, told = await shown(board, "event:order.placed", until), list[Any]()
    show = section.form.show_form

    def counted(*given: Any) -> None:
        told.append(given)
        show(*given)

    monkeypatch.setattr(section.form, "show_form", counted)
    board.canvas.reveal("command:place")
    assert section.pane.sure
    assert len(told) == 1


async def test_tab_goes_through_the_form_to_the_text_and_no_further(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    (add,) = (one for one in section.form.rows if isinstance(one, AddRow) and one.button is not None)
    assert add is section.form.rows[-1]
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    typed(table.new, "note: text")  # its cells are made now
    seen = []
    section.form.rows[0].places()[0].setFocus()
    while (here := QApplication.focusWidget()) is not None and section.form.isAncestorOf(here):
        seen.append(section.form.rows.index(focused(section)))
        assert len(seen) < 50
        QTest.keyClick(here, Qt.Key.Key_Tab)
    assert seen == sorted(seen)
    assert {*seen} == {*range(len(section.form.rows))}
    assert here is section.pane.editor
    section.form.rows[0].places()[0].setFocus()
    QTest.keyClick(section.form.rows[0].places()[0], Qt.Key.Key_Backtab)
    here = QApplication.focusWidget()
    assert here is not None
    assert not section.form.isAncestorOf(here)


async def test_what_is_refused_at_the_end_of_a_long_form_stays_in_sight(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    section.form.setFixedHeight(120)
    (add,) = (one for one in section.form.rows if isinstance(one, AddRow) and one.row.path[-1] == "set")
    assert add.line is not None
    typed(add.line, "= 4")
    await until(lambda: section.pane.sure)
    section._show()
    (said,) = add._told
    seen = section.form.viewport().rect()
    await until(lambda: seen.contains(said.mapTo(section.form.viewport(), said.rect().bottomLeft())))


async def test_what_was_added_and_is_not_written_goes_again(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    added(section, "refuse")
    await until(lambda: focused(section).row.path[-1] == "refuse")
    refuse = row(section, "refuse")
    assert isinstance(refuse, BlockRow)
    refuse.remove.click()
    assert refuse not in section.form.rows
    section._add(("command", "place", "refuse", "free"))
    await until(lambda: focused(section).row.path[-1] == "when")
    when = row(section, "refuse", "free", "when")
    assert isinstance(when, LineRow)
    QTest.keyClick(when.line, Qt.Key.Key_Escape)
    assert not any("refuse" in one.row.path for one in section.form.rows)
    focused(section)
    assert file_of(board) == SHOP


@pytest.mark.parametrize("said", ["note: 'on the way'", "note = 'on the way'"])
async def test_a_name_and_its_expression_are_typed_in_one_line(
    board: BoardView, until: Any, said: str
) -> None:
    section = await shown(board, "event:order.placed", until)
    (add,) = (one for one in section.form.rows if isinstance(one, AddRow) and one.row.path[-1] == "set")
    assert add.line is not None
    typed(add.line, said)
    assert "note: \"'on the way'\"" in section.pane.editor.text()
    typed(add.line, "'on the way'")
    assert add.line.text() == "'on the way'"
    assert add._told


async def test_letters_choose_in_the_menu_of_what_can_be_added(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    adding = next(one for one in section.form.rows if isinstance(one, AddRow) and one.button is not None)
    assert adding.button is not None
    menu = adding.button.menu()
    assert "More" in [one.text() for one in menu.actions()]
    menu.popup(adding.button.mapToGlobal(adding.button.rect().bottomLeft()))
    QTest.keyClick(menu, Qt.Key.Key_R)
    assert menu.activeAction().text().startswith("refuse ")
    assert board.editor.entry.isHidden()
    menu.close()


async def test_a_refused_cell_keeps_its_text_until_it_is_taken_back(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    rules = table._cells[1][2]
    typed(rules, "?? nothing")
    assert table._told
    section._show()
    assert rules.text() == "?? nothing"
    QTest.keyClick(rules, Qt.Key.Key_Escape)
    assert (rules.text(), table._told) == ("", [])
    typed(rules, "min 1")
    await until(lambda: "min: 1" in section.pane.editor.text())


async def test_drafts_that_need_each_other_are_written_in_one_step(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    event = section.pane.editor.text()
    section.pane.editor.take_text(event.replace('total: "money" }', 'total: "money", who: "uuid" }'))
    section._pause.timeout.emit()
    await until(lambda: not section.form.told.isHidden())
    assert "Not saved, line" in section.form.told.text, "the reason stands elsewhere in the file"
    section = await shown(board, "command:place", until)
    assert board.editor.stand.text() == "! 1 section not saved"
    section.pane.editor.take_text(section.pane.editor.text().replace('creates: "order"', 'creates: "ordr"'))
    await until(lambda: section.pane.editor.mistakes)
    assert board.editor.stand.text() == "! 2 sections not saved"
    QTest.mouseClick(board.editor.stand, Qt.MouseButton.LeftButton)
    await until(lambda: section.piece is not None and section.piece.path[0] == "event")
    section = await shown(board, "command:place", until)
    now = section.pane.editor.text().replace('"ordr"', '"order"')
    section.pane.editor.take_text(now + 'with { who: "command.id" }\n')
    await until(lambda: board.editor.state.undo == "Edit 2 sections")
    assert 'who: "uuid" }' in file_of(board)
    assert 'who: "command.id"' in file_of(board)
    await until(lambda: board.editor.stand.text() == "✓ saved" and not section.pane.dirty)
    assert drafted(board.desk) == {}


async def test_the_tab_that_was_chosen_stays(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    tabs = board.details.tabs
    tabs.setCurrentIndex(1)
    section.pane.editor.take_text(section.pane.editor.text().replace('"money"', '"mony"'))
    await shown(board, "event:order.placed", until)
    board._show_details("")
    section = await shown(board, "command:place", until)
    assert tabs.currentIndex() == 1
    section.drafts.discard()
    tabs.setCurrentIndex(0)
    typed(description(section), "Orders")
    await until(lambda: board.editor.state.undo == "Change description of place")
    board.details.show_node(
        board.scene.graph,
        board.scene.graph.by_id["command:place"],
        board.desk.workspace.registry,
        board._live,
        declared=False,
    )  # as while another name of it is drawn
    assert tabs.currentIndex() == 1
    board.editor.undo("")
    await until(lambda: file_of(board) == SHOP)
    await until(lambda: tabs.currentIndex() == 0)


async def test_what_is_new_and_not_written_has_form_and_text(board: BoardView, until: Any) -> None:
    placed = DesignNode("event", "order.placed")
    change = partial(made, kind="policy", name="greet", after=placed, owner="")
    board.editor.do("Add policy greet", change, lambda: None)
    await until(lambda: board.editor.state.problems and "subscription:greet" in board.scene.cards())
    section = await shown(board, "subscription:greet", until)
    assert board.details.tabs.isTabEnabled(0)
    assert section.stand.text().endswith(("mistake", "not saved"))
    issues = 'issue: "place"\nwith { id: "event.id", total: "event.total" }\n'
    section.pane.editor.take_text(section.pane.editor.text() + issues)
    await until(lambda: "[policy.greet]" in file_of(board))


async def test_a_form_is_as_wide_whether_all_of_it_is_seen_or_not(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    widths = set()
    for height in (140, 900):
        section.form.setFixedHeight(height)
        await until(lambda: section.form.height() == height)  # noqa: B023
        widths.add(section.form.viewport().width())
        bar = section.form.verticalScrollBar()
        assert (bar.maximum() > 0) is bar.isEnabled() is (height == 140)
    assert len(widths) == 1  # lines that grow with the bar, and the bar with the lines, would never end


async def test_what_is_added_by_the_mouse_is_typed_at_once(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    adding = next(one for one in section.form.rows if isinstance(one, AddRow) and len(one.row.path) == 2)
    assert adding.button is not None
    chosen = next(one for one in adding.button.menu().actions() if one.text().startswith("when "))
    assert adding.button.focusPolicy() & Qt.FocusPolicy.ClickFocus  # else the board keeps the keyboard
    adding.button.setFocus()
    chosen.trigger()
    await until(lambda: any(one.row.path[2:] == ("when",) for one in section.form.rows))
    said = row(section, "when")
    assert isinstance(said, LineRow)
    await until(said.line.hasFocus)


async def test_a_plain_type_is_completed_in_its_cell(board: BoardView, until: Any) -> None:
    section = await shown(board, "event:order.placed", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    cell = table._cells[1][1]
    cell.setFocus()
    cell.selectAll()
    QTest.keyClicks(cell, "int")
    assert [one.name for one in cell._found().found] == ["integer"]


async def test_what_an_action_lacks_at_each_of_two_events_is_offered_once(
    board: BoardView, until: Any
) -> None:
    more = '\n[event.order.paid]\n\n[command.check]\nchanges: "order"\nfields { order: "string" }\n'
    more += '\n[policy.tell]\non: ["order.placed", "order.paid"]\nissue: "check"\n'
    board.editor.do("Add", lambda text: text.with_project(parse(text.project.text + more)))
    await until(lambda: board.editor.draft is not None and "subscription:tell" in board.scene.cards())
    section = await shown(board, "subscription:tell", until)
    await until(lambda: len(section.pane.problems()) == 2)
    issue = row(section, "issue")
    await until(lambda: issue.findChildren(QPushButton))
    assert [one.text() for one in issue.findChildren(QPushButton)] == ["Write order"]

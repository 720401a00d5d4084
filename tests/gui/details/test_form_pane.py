"""What is typed while the form is shown again stays as it is: letters, cursor, selection and their field."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.details.section_parts import SHOP, file_of, is_made, row, shown, typed
from workbench.gui.board.draft_discard import DraftDiscard
from workbench.gui.details.add_row import AddRow
from workbench.gui.details.code_line import CodeLine
from workbench.gui.details.field_table import FieldTable
from workbench.gui.details.form_rows import LineRow
from workbench.gui.details.section_editor import SectionEditor
from workbench.gui.views.board_view import BoardView


def add_line(section: SectionEditor) -> CodeLine:
    (add,) = (one for one in section.form.rows if isinstance(one, AddRow) and one.row.path[-1] == "set")
    assert add.line is not None
    return add.line


def written_elsewhere(board: BoardView, text: str) -> None:
    (board.desk.workspace.project.root / "project.tsk").write_text(text)
    board.editor.follow()


async def test_a_line_is_typed_on_while_the_one_before_is_saved(board: BoardView, until: Any) -> None:
    state = '{ total: "money", status: "string?", until: "string?" }'
    written_elsewhere(board, SHOP.replace('state { total: "money" }', f"state {state}"))
    await until(lambda: state in board.editor.state.text.project.text)
    section = await shown(board, "event:order.placed", until)
    line = add_line(section)
    line.setFocus()
    QTest.keyClicks(line, "status = null")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClicks(line, "un")
    await until(lambda: "status" in file_of(board) and not section.steps.running)
    await until(lambda: section.piece is not None and "status" in section.piece.text)
    assert (line.text(), line.textCursor().position(), line.hasFocus()) == ("un", 2, True)
    QTest.keyClicks(line, "til = null")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert "until: null" in section.pane.editor.text()
    assert "un:" not in section.pane.editor.text()


async def test_a_cell_stays_with_its_field_while_fields_come_before_it(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    cell = table._cells[1][1]
    cell.setFocus()
    QTest.keyClicks(cell, "x")
    cell.selectAll()
    said = cell.text()
    written_elsewhere(board, SHOP.replace('    id: "uuid"\n', '    id: "uuid"\n    note: "string"\n'))
    await until(lambda: len(table.row.fields) == 3 and section.pane.sure)
    assert (table._cells[2][1], cell.text(), cell.hasFocus()) == (cell, said, True)
    assert cell.textCursor().selectedText() == said
    assert [cells[0].text() for cells in table._cells] == ["id", "note", "total"]
    assert said not in section.pane.editor.text()


async def test_what_is_typed_where_another_text_came_meanwhile_is_asked(board: BoardView, until: Any) -> None:
    section = await shown(board, "command:place", until)
    table = row(section, "fields")
    assert isinstance(table, FieldTable)
    cell = table._cells[1][1]
    cell.setFocus()
    cell.selectAll()
    QTest.keyClicks(cell, "integer")
    written_elsewhere(board, SHOP.replace('total: "money"\n}', 'total: "decimal"\n}'))
    await until(lambda: table.row.fields[1].type == "decimal")
    assert (cell.text(), cell.is_refused) == ("integer", True)
    cell.clearFocus()
    assert '"decimal"' in section.pane.editor.text()
    QTest.keyClick(cell, Qt.Key.Key_Return)
    assert 'total: "integer"' in section.pane.editor.text()


@pytest.mark.parametrize("sign", ["=", ":"])
async def test_behind_a_name_its_expression_is_completed(board: BoardView, until: Any, sign: str) -> None:
    section = await shown(board, "event:order.placed", until)
    line = add_line(section)
    line.setFocus()
    QTest.keyClicks(line, f"total {sign} event.")
    await until(lambda: line._list is not None and line._list.isVisible())
    assert line._list is not None
    assert line._list.names()[:2] == ["id", "total"]
    QTest.keyClicks(line, "to")
    line._ask()
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == f"total {sign} event.total"


async def test_a_command_changes_another_aggregate_behind_a_comma(board: BoardView, until: Any) -> None:
    written_elsewhere(board, f"{SHOP}\n[aggregate.bill]\n\n[event.bill.sent]\n")
    await until(lambda: "bill.sent" in board.editor.state.text.project.text)
    section = await shown(board, "command:place", until)
    creates = row(section, "creates")
    assert isinstance(creates, LineRow)
    typed(creates.line, "order, bill")
    await until(lambda: 'creates: "order"\nchanges { bill: "bill_id" }' in file_of(board))
    assert 'bill_id: "string"' in file_of(board)
    await until(lambda: section.pane.sure and is_made(section))
    assert row(section, "changes", "bill").row.text == "bill_id"


PAID = f"""{SHOP}
[event.order.paid]

[command.pay]
changes: "order"
fields {{ order_id: "uuid" }}
emit: "order.paid"

[policy.collect]
on: "order.placed"
issue: "pay"
with {{ order_id: "id" }}

[aggregate.bill]

[event.bill.sent]
"""


async def test_a_line_that_makes_a_mistake_elsewhere_is_a_step_that_says_where_and_leads_there(
    board: BoardView, until: Any
) -> None:
    written_elsewhere(board, PAID)
    await board.desk.workspace.model_reload.check()
    await until(lambda: "bill.sent" in board.editor.state.text.project.text)
    await until(lambda: "command:pay" in board.scene.cards())
    section, editor = await shown(board, "command:pay", until), board.editor
    changes = row(section, "changes")
    assert isinstance(changes, LineRow)
    typed(changes.line, "order, bill")
    await until(lambda: editor.draft is not None and not editor.is_busy())
    await until(section.form.told.isVisible)
    assert section.form.told.text.startswith("Not saved, line ")
    assert "pay needs bill_id" in section.form.told.text
    section.form.verticalScrollBar().setValue(section.form.verticalScrollBar().maximum())
    top = section.form.told.mapTo(section, section.form.told.rect().topLeft())
    assert section.rect().contains(top), "it stays in sight, wherever the form is scrolled to"
    assert "pay needs bill_id" in editor.stand.toolTip()
    assert editor.stand.text().startswith("! Draft: 1 mistake")
    assert (file_of(board), editor.state.undo) == (PAID, "Change changes of pay")
    discard = board.findChild(DraftDiscard)
    assert discard is not None
    discard.acts["discard"].refresh()
    assert discard.acts["discard"].isEnabled()
    await until(lambda: "subscription:collect" in board.scene.problems())
    (go,) = section.form.told.buttons
    go.click()
    assert board.scene.chosen == "subscription:collect"
    await until(lambda: any(one.fixes for one in board.marks.told("subscription:collect")))
    board.marks.explain("subscription:collect")
    assert board.marks.popover.list.item(0).text() == "Write bill_id …"
    board.marks.popover.leave()
    editor.undo()
    await until(lambda: editor.draft is None and not editor.is_busy())
    assert editor.state.text.project.text == PAID, "the newest is taken back first"

"""A small shop on a board, and what its form and text are asked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from workbench.gui.details.add_row import AddRow
from workbench.gui.details.code_line import CodeLine
from workbench.gui.details.form_rows import LineRow, Row
from workbench.gui.details.section_editor import SectionEditor
from workbench.gui.views.board_view import BoardView

SHOP = """[project]
name: "shop"

[topics]
# letters
mails {
}

[aggregate.order]
state { total: "money" }

[event.order.placed]
fields { id: "uuid", total: "money" }
set { total: "event.total" }

# asks for it
[command.place]
creates: "order"
fields {
    id: "uuid"
    total: "money"
}
emit: "order.placed"
"""


async def shown(board: BoardView, node: str, until: Any) -> SectionEditor:
    """Chooses a node; returns its form and text, once both are whole."""
    section = board.details.section
    board.canvas.reveal(node)
    await until(lambda: section.pane.sure and section.form._planned and is_made(section))
    return section


def is_made(section: SectionEditor) -> bool:
    """Whether all rows are there, each whole, with what was typed in them before."""
    form = section.form
    return len(form.rows) == len(form._planned) and not form._rest.isActive()


def row(section: SectionEditor, *path: str) -> Row:
    """Returns the row of a path inside the thing that is shown."""
    assert section.piece is not None
    whole = (*section.piece.path, *path)
    return next(one for one in section.form.rows if one.row.path == whole and not isinstance(one, AddRow))


def file_of(board: BoardView) -> str:
    return (board.desk.workspace.project.root / "project.tsk").read_text()


def typed(line: CodeLine, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def added(section: SectionEditor, key: str, *path: str) -> None:
    """Adds a key to a block from its menu."""
    assert section.piece is not None
    whole = (*section.piece.path, *path)
    (add,) = (one for one in section.form.rows if isinstance(one, AddRow) and one.row.path == whole)
    assert add.button is not None
    add.button.setFocus()
    acts = add.button.menu().actions()
    next(one for one in acts if one.text().startswith(f"{key} ")).trigger()


def focused(section: SectionEditor) -> Row:
    """Returns the row that has the keyboard."""
    held = section.form._held()
    assert held is not None
    return held


def description(section: SectionEditor) -> CodeLine:
    found = row(section, "description")
    assert isinstance(found, LineRow)
    return found.line

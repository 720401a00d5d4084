"""No view tells a secret of a payload, a state or a row, nor an error that quotes one (contract §10)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QGraphicsView,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabWidget,
    QTextEdit,
    QWidget,
)

from tests.cli.conftest import CODE, SETTINGS
from tests.gui.test_session import settings, start
from workbench.engine.publisher import OutgoingMessage
from workbench.gui.desk import Selection
from workbench.gui.table import FastTableView
from workbench.gui.view_catalog import VIEWS
from workbench.gui.views.letter_actions import EDIT
from workbench.gui.views.publish_dialog import open_publish
from workbench.model.secrets import MASK

__all__ = ["settings", "start"]  # fixtures

SECRET = "hunter2-'and'-more"
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)
CHANGES = (
    ("    pass\n", "    raise ValueError(f'no {message.data} {message.json()!r}')\n"),
    ("    n: int = 0\n\ndef decide", "    n: int = 0\n    api_key: str = ''\n\ndef decide"),
    ("return State(n=1)", "return State(n=1, api_key=event.api_key)"),
    ("def decide(state, command):\n", """\
def decide(state, command):
    from workbench import CommandRejected
    if command.id == 'bad':
        raise CommandRejected(f'no {command.api_key}', field='api_key')
    if command.id == 'wrong':
        raise ValueError(f'no {command}')
"""),
    ("THINGS = ", """\
def faulty(event, record, rows):
    raise ValueError(f'no {event}')

def noted(event, record, rows):
    rows.put(id=record.stream, api_key=event.api_key, note=record.data)

THINGS = """),
    ("DEFINITIONS = ", """\
FAULTY = Projection(name='faulty', columns=COLUMNS, on=(On(Made, faulty),))
NOTE = Column(name='note', kind=ColumnKind.JSON)
NOTED = Projection(name='noted', columns=(*COLUMNS, NOTE), on=(On(Made, noted),))
DEFINITIONS = """),
    ("projections=(ROWS,)", "projections=(ROWS, FAULTY, NOTED)"),
)  # fmt: skip


@pytest.fixture
async def session(start, tmp_path):
    """A project in which everything holds a secret: payloads, a state, rows, errors, a message, a letter."""
    root, code = tmp_path / "things", CODE
    root.mkdir()
    for old, new in CHANGES:
        assert old in code
        code = code.replace(old, new)
    (root / "domain.py").write_text(code)
    (root / "project.tsk").write_text(SETTINGS)
    made = await start((root, ""), trust=True)
    workspace = made.workspace
    for name in ("a", "bad"):
        await workspace.commands.issue("make", {"id": name, "api_key": SECRET})
    data = {"note": "x", "password": SECRET, "inner": [{"api_key": SECRET}]}
    await workspace.messages.publish(OutgoingMessage(topic="all", type="note", data=data))
    await workspace.running().settle()
    return made


def view(session, name):
    session.bring(name)
    return session.window.views[name]


def cells(model, parent):
    for row in range(model.rowCount(parent)):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
        for column in range(columns):
            index = model.index(row, column, parent)
            yield from (model.data(index, role) for role in ROLES)
            yield from cells(model, index) if column == 0 else ()


def texts_of(widget):
    yield from (widget.toolTip(), widget.statusTip(), widget.whatsThis(), widget.windowTitle())
    yield from (widget.accessibleName(), widget.accessibleDescription())
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QGroupBox():
            yield widget.title()
        case QLineEdit():
            yield from (widget.displayText(), widget.placeholderText())
        case QPlainTextEdit() | QTextEdit():
            yield from (widget.toPlainText(), widget.placeholderText())
        case QComboBox():
            yield from (widget.itemText(at) for at in range(widget.count()))
        case QTabWidget():
            yield from (widget.tabText(at) + widget.tabToolTip(at) for at in range(widget.count()))
        case QGraphicsView() if widget.scene() is not None:
            yield from (item.toolTip() for item in widget.scene().items())
        case QAbstractItemView() if widget.model() is not None:
            yield from cells(widget.model(), QModelIndex())


def told(place, apart=()):
    """Returns whatever can be read of a widget and all that it holds, also where it is hidden."""
    widgets = [place, *place.findChildren(QWidget)]
    found = [str(text) for one in widgets if one not in apart for text in texts_of(one) if text]
    found += [action.text() + action.toolTip() for action in place.findChildren(QAction)]
    return "\n".join(found)


def choose(shown):
    for table in shown.findChildren(FastTableView):
        for row in range(table.model().rowCount()):
            table.choose_index(row)
            if (chosen := table.current_row()) is not None:
                table.row_chosen.emit(chosen)


@pytest.mark.parametrize("name", [entry.key for entry in VIEWS])
async def test_H5_no_view_tells_a_secret(session, name):
    shown = view(session, name)
    for selection in (Selection(stream="thing-a", version=1, position=1), Selection(letter=1)):
        session.desk.select(selection)
        shown.refresh()
        choose(shown)
    assert "hunter2" not in told(shown)


async def test_the_form_of_a_command_that_is_repeated_shows_no_secret(session):
    commands = view(session, "commands")
    record = next(one for one in session.workspace.commands.history(limit=9) if '"a"' in one.data)
    commands.copy(record)
    assert commands.findChild(QLineEdit, "api_key").text() == SECRET, "it can be sent again"
    assert "hunter2" not in told(commands)
    commands.drafts.discard()  # a secret is kept on no disk, and closing would ask


async def test_a_copy_of_a_letter_shows_its_secret_only_where_it_is_edited(session, until):
    letters = view(session, "letters")
    choose(letters)
    await until(lambda: letters.detail.letter is not None)
    assert "ValueError" in told(letters)
    assert MASK in letters.detail._said.text()
    assert MASK in letters.detail._trace.toPlainText()
    assert "hunter2" not in told(letters)
    letters.begin(EDIT)
    await until(letters.detail.editing)
    area = letters.detail.editor.area
    area.setPlainText(area.toPlainText().replace("and", "or"))
    assert "hunter2" in area.toPlainText()
    assert "hunter2" not in told(letters, apart=[area])


async def test_a_state_a_row_and_an_error_are_shown_with_their_secrets_masked(session):
    timeline = view(session, "timeline")
    session.desk.select(Selection(stream="thing-a", version=1))
    assert f'"api_key": "{MASK}"' in timeline.state.toPlainText()
    projections = view(session, "projections")
    for name in ("things", "noted", "faulty"):
        projections.show_projection(name)
        choose(projections)
        said = told(projections)
        assert MASK in said
        assert "hunter2" not in said


async def test_no_notice_tells_a_secret_that_an_error_quotes(session, until):
    session.desk.run(session.workspace.commands.issue("make", {"id": "wrong", "api_key": SECRET}), "Send")
    await until(session.window.notices.cards)
    said = told(session.window.notices.toasts)
    assert MASK in said
    assert "hunter2" not in said


async def test_the_dialog_that_publishes_tells_nothing_of_what_was_published(session):
    dialog = open_publish(session.window, session.desk, "all")
    assert "hunter2" not in told(dialog)
    dialog.close()


async def test_a_refusal_that_quotes_a_secret_is_on_record_without_it(session):
    refused = next(one for one in session.workspace.commands.history(limit=9) if one.message)
    assert MASK in refused.message
    assert "hunter2" not in refused.message

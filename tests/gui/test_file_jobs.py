"""Exports and backups of an open project: told, cancelled, and whole or not there at all."""

from __future__ import annotations

import json
import threading

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QGraphicsView, QPushButton

from tests.gui.test_session import notices, press, settings, shown_dialog, start
from tests.interop.test_letter_lines import FACTS, LETTER
from workbench.gui.file_actions import EXPORTS
from workbench.interop.letter_lines import letter_line
from workbench.services.streams.event_export import EventExport
from workbench.store.store_file import read_store_file

__all__ = ["settings", "start"]  # fixtures
ADA = {"user_id": "ada", "username": "Ada Lovelace", "email": "ada@example.org"}


def drop(session, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    keys, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDropEvent(QPointF(9, 9), both, data, left, keys)
    event.setDropAction(Qt.DropAction.MoveAction)
    session.window.dropEvent(event)  # Qt sends it only at the end of a drag
    assert event.dropAction() == Qt.DropAction.CopyAction
    return event.isAccepted()


async def test_a_file_of_events_that_is_dropped_is_imported_and_a_project_opened(start, until, tmp_path):
    session = await start()
    opened, other = [], tmp_path / "mine"
    session.open_folder = opened.append
    other.mkdir()
    (other / "project.tsk").write_text("format: 1\n")
    (tmp_path / "note.txt").write_text("no")
    (tmp_path / "old.ndjson").write_text(json.dumps({"stream": "user-x", "type": "made", "data": {}}))
    assert drop(session, other)
    assert drop(session, other / "project.tsk")
    assert opened == [other, other]
    drop(session, tmp_path / "note.txt")
    await until(lambda: notices(session)[-1:])
    assert notices(session)[-1].startswith("note.txt is no project, no file of events or dead letters, and")
    assert drop(session, tmp_path / "old.ndjson")
    dialog = await shown_dialog(session, until)
    dialog.reject()
    await until(lambda: not session.desk.running())


async def test_each_file_that_the_window_writes_is_brought_in_where_it_belongs(start, until, tmp_path):
    session = await start()
    (tmp_path / "letters.ndjson").write_bytes(letter_line(LETTER, FACTS))
    (tmp_path / "model.json").write_text(
        '{"slices": [{"title": "Greet", "commands": [{"title": "Say hi"}]}]}'
    )
    await session.copy_store(tmp_path / "copy.db")
    drop(session, tmp_path / "letters.ndjson")
    letters = session.window.views["letters"]
    await until(lambda: not letters.strip.isHidden())
    assert letters.isVisible()
    assert "Import the dead letters of letters.ndjson?" in letters.strip._text.text()
    (agree,) = [one for one in letters.strip.findChildren(QPushButton) if one.text() == "Import"]
    agree.click()
    await until(lambda: "0 imported, 0 there already. 1 refused" in notices(session)[-1])
    drop(session, tmp_path / "copy.db")
    await until(lambda: notices(session)[-1].startswith("copy.db is a store."))
    drop(session, tmp_path / "model.json")
    await until(lambda: notices(session)[-1].startswith("model.json: "))
    assert session.window.views["board"].isVisible()
    await until(lambda: not session.desk.running())


async def test_a_file_that_is_dropped_without_a_project_says_what_is_missing(start, tmp_path):
    session = await start()
    await session.close_project()
    drop(session, tmp_path / "old.ndjson")
    assert notices(session)[-1].startswith("old.ndjson was not looked at: open the project")


async def test_a_file_that_is_dropped_on_the_board_reaches_the_window(start):
    session = await start()
    session.window.show_perspective("Design")
    board = session.window.views["board"]
    assert session.window.acceptDrops()
    takers = [one for one in board.findChildren(QGraphicsView) if one.acceptDrops()]
    assert not takers
    assert not [one for one in board.findChildren(QGraphicsView) if one.viewport().acceptDrops()]


async def test_events_and_the_store_are_written_whole_and_a_cancelled_export_is_not_there(
    start, until, tmp_path, monkeypatch
):
    session = await start()
    await session.workspace.commands.issue("create_user", ADA)
    events, copy, cut = (tmp_path / name for name in ("all.ndjson", "copy.db", "cut.json"))
    masked, _, cloud = EXPORTS
    await session.write_events(events, masked)
    assert [json.loads(line)["type"] for line in events.read_text().splitlines()] == ["user.created"]
    await session.copy_store(copy)
    with read_store_file(copy) as reader:
        assert [event.type for event in reader.read_stream("user-ada", 0, 9)] == ["user.created"]
    assert notices(session)[-1].startswith(f"The store was copied to {copy}")

    begun, go_on, chosen = threading.Event(), threading.Event(), EventExport._chosen

    def slowly(self, streams, positions, report, progress):
        begun.set()
        go_on.wait(5)
        yield from chosen(self, streams, positions, report, progress)

    monkeypatch.setattr(EventExport, "_chosen", slowly)
    work = session.desk.run(session.write_events(cut, cloud), "Export")
    await until(begun.is_set)
    assert notices(session)[-1].startswith("Exporting cut.json: 0 of 1 positions")
    press(session, "Cancel")
    go_on.set()
    await work
    assert notices(session)[-1] == "The export was cancelled: cut.json was not written."
    assert sorted(one.name for one in tmp_path.glob("*.*") if one.is_file()) == [
        "all.ndjson",
        "copy.db",
        "window.ini",
    ]

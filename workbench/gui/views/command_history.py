"""The commands that were issued, the newest first; each can be sent again, or copied and edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.desk import Selection
from workbench.gui.layouts import in_column, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import SHORT_WIDTH, absolute, short
from workbench.gui.views.command_result import KINDS
from workbench.gui.widgets import plain_label
from workbench.services.commands import Appended, appended_words

if TYPE_CHECKING:
    from workbench.services.commands import Commands
    from workbench.store.stored_values import CommandRecord

Parts = tuple[Appended, ...]
"""What a command appended, by stream."""


def _streams(cell: str | Parts) -> str:
    return cell if isinstance(cell, str) else ", ".join(one.stream for one in cell)


def _appended(cell: str | Parts) -> str:
    return cell if isinstance(cell, str) else appended_words(cell)


COLUMNS = (
    TableColumn("Outcome", width=92, badge=lambda outcome: (KINDS.get(outcome, "neutral"), outcome)),
    TableColumn("Command", width=96),
    TableColumn("Stream", width=90, stretch=True, text=_streams, tip=_appended),
    TableColumn("ms", width=44, mono=True, align_right=True, text=lambda us: f"{us / 1000:,.1f}"),
    TableColumn("Time", width=SHORT_WIDTH, mono=True, text=short, tip=absolute, zoned=True),
)
SHOWN = 200


def issued(commands: Commands, limit: int) -> list[tuple[CommandRecord, str | Parts]]:
    """Returns what was issued, the newest first, each with its stream, or with all that it changed."""
    several = {kind.name for kind in commands.commands() if kind.involves}
    return [
        (one, (one.type in several and commands.appended(one)) or one.stream)
        for one in commands.history(limit=limit)
    ]


class CommandHistory(QWidget):
    """A table of what was issued.

    Args:
        read_only: Returns why no commands can be issued here.

    Signals:
        again: A `CommandRecord` that should be sent once more, as it was.
        copied: A `CommandRecord` whose values should be put into the form.
        chosen: A `CommandRecord` that the person looks at.
        wanted: A `Selection` to be shown, and the view in which.
    """

    again = Signal(object)
    copied = Signal(object)
    chosen = Signal(object)
    wanted = Signal(object, str)

    def __init__(self, read_only: Callable[[], str]) -> None:
        super().__init__()
        self._read_only = read_only
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Issued commands")
        self.table.set_empty("Nothing was issued yet", "What you send appears here, and can be sent again.")
        self._newest: CommandRecord | None = None
        self.acts = Actions(self, self)
        self.repeat, self.edit = self.acts.button("send_again"), self.acts.button("edit_copy")
        head = in_row((plain_label("History", "heading"), 1), self.repeat, self.edit)
        in_column(head, (self.table, 1), of=self, margins=(8, 2, 8, 6), spacing=4)
        self.table.row_chosen.connect(lambda row: self.chosen.emit(row[5]))
        self.acts.offer()

    def read_only(self) -> str:
        """Returns why no commands can be issued here."""
        return self._read_only()

    @action(
        "Send again",
        icon="replay",
        tip="Issue the chosen command once more, as it was",
        on="table",
        writes=True,
    )
    def send_again(self, rows: ChosenRows) -> None:
        """Has a command sent once more."""
        self.again.emit(rows.row[5])

    @action("Edit a copy", icon="edit", tip="Put its values into the form", on="table", default=True)
    def edit_copy(self, rows: ChosenRows) -> None:
        """Has the values of a command put into the form."""
        self.copied.emit(rows.row[5])

    @action(
        "Show in timeline",
        icon="timeline",
        on="table",
        group=1,
        why=lambda _history, rows: "" if rows.row[5].stream else "It has no stream",
    )
    def show_timeline(self, rows: ChosenRows) -> None:
        """Has the stream of a command shown."""
        self.wanted.emit(Selection(stream=rows.row[5].stream), "timeline")

    @action("Story of the command", icon="trace", on="table", group=1)
    def tell_story(self, rows: ChosenRows) -> None:
        """Has all told that a command caused."""
        self.wanted.emit(Selection(command=str(rows.row[5].command_id)), "story")

    @action("Copy command as JSON", icon="copy", on="table", group=1)
    def copy_json(self, rows: ChosenRows) -> None:
        """Copies the values of a command."""
        QApplication.clipboard().setText(rows.row[5].data)

    def show_records(self, records: Sequence[tuple[CommandRecord, str | Parts]]) -> None:
        """Shows what was issued."""
        rows = [
            (record.outcome, record.type, streams, record.duration_us, record.issued_at, record)
            for record, streams in records
        ]
        self._newest = records[0][0] if records else None
        self.table.refresh(ListSource(rows, lambda row: row[5].number))
        self.acts.refresh()

    @property
    def points(self) -> bool:
        """Whether the person has chosen one."""
        return self.table.current_row() is not None

    def current(self) -> CommandRecord | None:
        """Returns the chosen command, else the newest."""
        row = self.table.current_row()
        return row[5] if row is not None else self._newest

"""The commands that were issued, the newest first; each can be sent again, or copied and edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from workbench.gui.actions import COPY_AS, Actions, action
from workbench.gui.command_line import copying_line
from workbench.gui.desk import Desk, Selection
from workbench.gui.filter_row import ASKED, FilterRow
from workbench.gui.found_keys import FoundKeys
from workbench.gui.layouts import in_column, in_row
from workbench.gui.news_strip import NewsStrip
from workbench.gui.paged_model import ListSource, Row, TableColumn
from workbench.gui.prepared_rows import PreparedRows, prepared
from workbench.gui.reads import takes_time
from workbench.gui.row_sort import RowSort
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import SHORT_WIDTH, absolute, short
from workbench.gui.views.command_result import KINDS
from workbench.gui.widgets import plain_label, show_words
from workbench.services.commands import Appended, appended_words
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.gui.table_selection import HeldRows
    from workbench.services.commands import Commands
    from workbench.services.workspace import Workspace
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
"""The newest ones that are listed while nothing is asked."""
ROOMY = 480
"""Pixels below which the buttons have no words."""
EMPTY = ("Nothing was issued yet", "What you send appears here, and can be sent again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCommands:
    """What was issued, the newest first.

    Attributes:
        asked: What the rows were filtered by; empty for nothing.
        total: How many there are in all.
        newest: The newest of those that are listed.
    """

    asked: str
    total: int
    newest: CommandRecord | None
    rows: PreparedRows | ListSource


class FoundCommands(RowSort):
    """Rows of the commands with some numbers, the newest first."""

    def __init__(self, commands: Commands, numbers: Sequence[int]) -> None:
        super().__init__(numbers)
        self._commands = commands

    key = staticmethod(lambda row: row[5].number)

    def page(self, first: int, limit: int) -> Sequence[Row | None]:
        """Returns rows."""
        return rows_of(self._commands, self._commands.numbered(self.keys(first, limit)))


def rows_of(commands: Commands, records: Sequence[CommandRecord]) -> list[Row]:
    """Returns the rows of commands, each with its stream, or with all that it changed."""
    several = {kind.name for kind in commands.commands() if kind.involves}
    found = [(one, (one.type in several and commands.appended(one)) or one.stream) for one in records]
    return [(one.outcome, one.type, places, one.duration_us, one.issued_at, one) for one, places in found]


class CommandHistory(QWidget):
    """A table of what was issued, filtered over the whole store.

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

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.read_only = desk, desk.read_only
        self.table = FastTableView(COLUMNS, desk=desk)
        self.table.set_multi()
        self.table.setAccessibleName("Issued commands")
        self.table.set_empty(*EMPTY)
        self.news = NewsStrip(self.table)
        self.filter = FilterRow("commands", ASKED)
        self._found: FoundKeys | None = None
        self._newest: CommandRecord | None = None
        self.acts = Actions(self, self)
        self.repeat, self.edit = self.acts.button("send_again"), self.acts.button("edit_copy")
        head = in_row(plain_label("History", "heading"), (self.filter, 1), self.repeat, self.edit)
        in_column(head, (self.table, 1), of=self, margins=(8, 2, 8, 6), spacing=4)
        self.table.row_chosen.connect(lambda row: self.chosen.emit(row[5]))
        self.acts.offer()

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

    copy_line = copying_line("table", lambda _history, rows: Selection(command=str(rows.row[5].command_id)))

    @action("Copy command as JSON", icon="copy", on="table", group=1, within=COPY_AS)
    def copy_json(self, rows: ChosenRows) -> None:
        """Copies the values of a command."""
        QApplication.clipboard().setText(rows.row[5].data)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        show_words((self.repeat, self.edit), shown=self.width() >= ROOMY)

    def read(self, workspace: Workspace, asked: str, held: HeldRows) -> ListedCommands:
        """Returns what was issued and fits; for a thread as well."""
        commands = workspace.commands
        if not asked:
            records = commands.history(limit=SHOWN)
            rows = ListSource(rows_of(commands, records), FoundCommands.key)
            newest = records[0] if records else None
            return ListedCommands(asked=asked, total=len(records), newest=newest, rows=rows)
        takes_time()
        found = self._found
        if found is None or found.asked != asked:
            found = FoundKeys(asked, RecordKind.COMMAND)
        found.extend(workspace.search)
        self._found = found
        numbers = found.some(0, found.count)[::-1]
        first = commands.numbered(numbers[:1])
        shown = prepared(FoundCommands(commands, numbers), held, 0)
        return ListedCommands(asked=asked, total=found.total, newest=first[0] if first else None, rows=shown)

    def show_issued(self, found: ListedCommands) -> None:
        """Shows what was issued."""
        self._newest = found.newest
        none = "No command fits", f"All {found.total:,} were searched for “{found.asked}”."
        self.table.set_empty(*(none if found.asked else EMPTY))
        self.news.refresh(found.rows, found.asked)
        self.filter.show_count(self.table.model().rowCount(), found.total)
        self.acts.refresh()

    @property
    def points(self) -> bool:
        """Whether the person has chosen one."""
        return self.table.current_row() is not None

    def current(self) -> CommandRecord | None:
        """Returns the chosen command, else the newest."""
        row = self.table.current_row()
        return row[5] if row is not None else self._newest

"""The commands that were issued, the newest first; each can be sent again, or copied and edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.time_format import SHORT_WIDTH, absolute, short
from workbench.gui.views.command_result import KINDS
from workbench.gui.widgets import plain_label, toolbar_button

if TYPE_CHECKING:
    from workbench.store.stored_values import CommandRecord

COLUMNS = (
    TableColumn("Outcome", width=92, badge=lambda outcome: (KINDS.get(outcome, "neutral"), outcome)),
    TableColumn("Command", width=96),
    TableColumn("Stream", width=90, stretch=True),
    TableColumn("ms", width=44, mono=True, align_right=True, text=lambda us: f"{us / 1000:,.1f}"),
    TableColumn("Time", width=SHORT_WIDTH, mono=True, text=short, tip=absolute, zoned=True),
)
SHOWN = 200


class CommandHistory(QWidget):
    """A table of what was issued.

    Signals:
        again: A `CommandRecord` that should be sent once more, as it was.
        copied: A `CommandRecord` whose values should be put into the form.
        chosen: A `CommandRecord` that the person looks at.
    """

    again = Signal(object)
    copied = Signal(object)
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Issued commands")
        self.table.set_empty("Nothing was issued yet", "What you send appears here, and can be sent again.")
        self._newest: CommandRecord | None = None
        self.repeat = toolbar_button("Send again", "replay", "Issue the chosen command once more, as it was")
        self.edit = toolbar_button("Edit a copy", "edit", "Put its values into the form (Ctrl+Shift+Enter)")
        head = QHBoxLayout()
        head.addWidget(plain_label("History", "heading"), 1)
        head.addWidget(self.repeat)
        head.addWidget(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self.repeat.clicked.connect(lambda _checked=False: self._tell(self.again))
        self.edit.clicked.connect(lambda _checked=False: self._tell(self.copied))
        self.table.row_chosen.connect(lambda _row: self._enable())
        self.table.row_chosen.connect(lambda _row: self._tell(self.chosen))
        self.table.row_activated.connect(lambda _row: self._tell(self.copied))
        self._writes = True
        self._enable()

    def set_writes(self, *, writes: bool) -> None:
        """Says whether commands can be issued here."""
        self._writes = writes
        self._enable()

    def show_records(self, records: Sequence[CommandRecord]) -> None:
        """Shows what was issued."""
        rows = [
            (record.outcome, record.type, record.stream, record.duration_us, record.issued_at, record)
            for record in records
        ]
        self._newest = records[0] if records else None
        self.table.refresh(ListSource(rows, lambda row: row[5].number))
        self._enable()

    def current(self) -> CommandRecord | None:
        """Returns the chosen command, else the newest."""
        row = self.table.current_row()
        return row[5] if row is not None else self._newest

    def _enable(self) -> None:
        chosen = self.table.current_row() is not None
        self.repeat.setEnabled(chosen and self._writes)
        self.edit.setEnabled(chosen)

    def _tell(self, signal: Any) -> None:
        row = self.table.current_row()
        if row is not None:
            signal.emit(row[5])

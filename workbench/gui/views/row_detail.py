"""One row of a read model in full, and the events that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import Rows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute
from workbench.gui.widgets import JsonView, plain_label, toolbar_button

if TYPE_CHECKING:
    from workbench.store.stored_values import LogEntry

EVENTS = (
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Event that this projection reads", width=160, stretch=True),
    TableColumn("Happened", width=ABSOLUTE_WIDTH, mono=True, text=absolute, zoned=True),
)


class RowDetail(QWidget):
    """Shown below a table.

    Signals:
        event_wanted: Stream, version and position of an event to look at.
        closed: The person does not need it any more.
    """

    event_wanted = Signal(str, int, object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = plain_label(role="heading")
        close = toolbar_button("", "close", "Close")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(close)
        self.fields = JsonView()
        self.fields.setAccessibleName("Fields of the row")
        self.events = FastTableView(EVENTS)
        self.events.setAccessibleName("Events that made the row; Enter shows one in its timeline")
        self.events.set_empty("No events found", "This row is made from the events of more than one stream.")
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.fields)
        split.addWidget(self.events)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(split, 1)
        self.acts = Actions(self, self)
        self.acts.offer()

    @action("Show in timeline", icon="timeline", on="events", default=True)
    def show_event(self, rows: Rows) -> None:
        """Has an event shown among the others of its stream."""
        position, _type, _at, stream, version = rows.row
        self.event_wanted.emit(stream, version, position)

    def show_row(
        self,
        name: str,
        fields: Mapping[str, Any],
        events: Sequence[LogEntry],
        rest: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Shows a row and its events.

        Args:
            fields: The beginnings of its values.
            rest: Returns the whole row; it is called in a thread.
        """
        self.name.setText(name)
        self.fields.set_value(dict(fields), rest)
        rows = [
            (entry.position, entry.type, entry.occurred_at, entry.stream, entry.version) for entry in events
        ]
        self.events.refresh(ListSource(rows))

"""One row of a read model in full, and the events that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute
from workbench.gui.views.row_source import told
from workbench.gui.widgets import JsonView, plain_label, toolbar_button

if TYPE_CHECKING:
    from workbench.gui.paged_model import Row
    from workbench.gui.view import View
    from workbench.store.stored_values import LogEntry

EVENTS = (
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Event that this projection reads", width=160, stretch=True),
    TableColumn("Happened", width=ABSOLUTE_WIDTH, mono=True, text=absolute, zoned=True),
)


class RowDetail(QWidget):
    """Shown below a table, of whose current row it is until it is closed.

    Signals:
        event_wanted: Stream, version and position of an event to look at.
        opened: It was closed before.
    """

    event_wanted = Signal(str, int, object)
    opened = Signal()

    def __init__(self, view: View) -> None:
        super().__init__()
        self._desk = view.desk
        self._row: Row = ()
        self._columns: Sequence[tuple[str, str]] = ()
        self._asking = view.question(self._show_row)
        self.name = plain_label(role="heading")
        close = toolbar_button("", "close", "Close")
        close.clicked.connect(self.close_row)
        head = in_row((self.name, 1), close)
        self.fields = JsonView()
        self.fields.setAccessibleName("Fields of the row")
        self.events = FastTableView(EVENTS)
        self.events.setAccessibleName("Events that made the row; Enter shows one in its timeline")
        self.events.set_empty("No events found", "This row is made from the events of more than one stream.")
        split = in_panes(Qt.Orientation.Horizontal, (self.fields, 2), (self.events, 3))
        in_column(head, (split, 1), of=self, margins=(0, 2, 0, 0), spacing=4)
        self.acts = Actions(self, self)
        self.acts.offer()

    @action("Show in timeline", icon="timeline", on="events", default=True)
    def show_event(self, rows: ChosenRows) -> None:
        """Has an event shown among the others of its stream."""
        position, _type, _at, stream, version = rows.row
        self.event_wanted.emit(stream, version, position)

    def show_row(self, name: str, row: Row) -> None:
        """Asks for a row of a read model and its events, and shows them."""
        self._row = row
        self._asking.ask(lambda: self._read(name, row[0]), (name, row))

    def follow(self, name: str, table: FastTableView) -> None:
        """Shows what became of its row, or the one that is current now; closes where none is selected."""
        index, row = table.currentIndex(), table.current_row()
        if not table.selectionModel().isSelected(index):
            self.close_row()
        elif row is not None and row != self._row and not self.isHidden():
            self.show_row(name, row)

    def turn_to(self, columns: Sequence[tuple[str, str]]) -> None:
        """Has its row asked for again when it is followed next: it has other columns, by name and kind."""
        self._row, self._columns = (), columns

    def close_row(self) -> None:
        """Shows no row any more, and none that was asked for."""
        self._asking.drop()
        self.hide()

    def _read(self, name: str, key: Any) -> tuple[str, Any, Mapping[str, Any], Sequence[LogEntry]]:
        projections = self._desk.workspace.projections
        return name, key, projections.glance(name, key) or {}, projections.sources(name, key)

    def _show_row(self, found: tuple[str, Any, Mapping[str, Any], Sequence[LogEntry]]) -> None:
        name, key, fields, events = found
        self.name.setText(str(key))
        whole, columns = self._desk.workspace.projections.row, self._columns
        self.fields.set_value(told(fields, columns), lambda: told(whole(name, key), columns))
        rows = [
            (entry.position, entry.type, entry.occurred_at, entry.stream, entry.version) for entry in events
        ]
        self.events.refresh(ListSource(rows))
        if self.isHidden():
            self.show()
            self.opened.emit()

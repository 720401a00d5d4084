"""One row of a read model in full, the events that made it, and which of them set one of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.desk import Selection
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource
from workbench.gui.reads import takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.views.row_source import column_of, told
from workbench.gui.views.row_steps import POSITION, STEPS, TracedRow, step_rows, traced
from workbench.gui.widgets import DiffView, ElidedLabel, JsonView, plain_label, show_words, toolbar_button
from workbench.services.story.row_history import RowStep, Walk

if TYPE_CHECKING:
    from workbench.gui.paged_model import Row
    from workbench.gui.view import View

WIDE = 560
"""Pixels in width from which the events and the row stand side by side, and buttons have words."""
ROOMY = 1100
"""Pixels in width from which the events have a column for their positions."""
TOLD_MS = 100
"""How often a long search says how far it is."""
LOOKED = {
    "streams": "",
    "texts": "found by what its events say",
    "log": "found by folding the whole log",
}


class RowDetail(QWidget):
    """Shown below a table, of whose current row it is until it is closed.

    Signals:
        event_wanted: Stream, version and position of an event to look at.
        opened: It was closed before.
        asked: Name of the column whose cell is asked for; empty for none.
        rebuild_wanted: The rows should be rebuilt to be compared: no event gives what one of them has.
    """

    event_wanted = Signal(str, int, object)
    opened = Signal()
    asked = Signal(str)
    rebuild_wanted = Signal()

    def __init__(self, view: View) -> None:
        super().__init__()
        self._desk = view.desk
        self._name, self._column = "", ""
        self._row: Row = ()
        self._columns: Sequence[tuple[str, str]] = ()
        self._traced: TracedRow | None = None
        self._walk: Walk | None = None
        self._asking = view.question(self._show_row)
        self._tracing = view.question(self._show_traced, self._untraced, begun=self._say_tracing)
        self.name, self.said = plain_label(role="heading"), ElidedLabel("muted")
        self.fields, self.diff = JsonView(), DiffView()
        self.fields.setAccessibleName("Fields of the row")
        self.diff.setAccessibleName("What the chosen event changed in the row")
        self.values = QStackedWidget()
        self.values.addWidget(self.fields)
        self.values.addWidget(self.diff)
        self.events = FastTableView(STEPS)
        self.events.setAccessibleName("Events that changed the row; Enter tells the story of the command")
        self._split = in_panes(Qt.Orientation.Horizontal, (self.events, 3), (self.values, 2), name="row")
        self.acts = Actions(self, self)
        in_column(self._head(), self._progress(), (self._split, 1), of=self, margins=(0, 2, 0, 0), spacing=4)
        self.events.row_chosen.connect(lambda row: self._show_step(row[-1]))
        self._timer = QTimer(self)
        self._timer.setInterval(TOLD_MS)
        self._timer.timeout.connect(self._tell_progress)
        self.acts.offer()

    def _head(self) -> QHBoxLayout:
        self.whole = toolbar_button(
            "All columns", "table", "Show the events that changed any column of the row"
        )
        self.whole.clicked.connect(lambda: self.ask_cell(""))
        close = toolbar_button("", "close", "Close")
        close.clicked.connect(self.close_row)
        self.story = self.acts.button("tell_story")
        return in_row(self.name, (self.said, 1), self.whole, self.story, close, spacing=8)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        show_words((self.whole, self.story), shown=wide)
        self.events.setColumnHidden(POSITION, self.width() < ROOMY)  # the command is seen rather than that
        self._split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def _progress(self) -> QHBoxLayout:
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self._cancel)
        for part in (self.bar, self.cancel):
            part.hide()
        return in_row((self.bar, 1), self.cancel)

    # -- which row, and which cell --------------------------------------------------------------------------

    def show_row(self, name: str, row: Row, column: str = "") -> None:
        """Asks for a row of a read model and its events, or for those that set one of its cells."""
        same = (name, row[:1]) == (self._name, self._row[:1])
        changed, self._row, self._name = row != self._row, row, name
        self._column = column or (self._column if same else "")
        self._asking.ask(lambda: self._read(name, row[0]), (name, row))
        if not same:
            self._traced = None
            self.events.refresh(ListSource(()))
            self._trace()
        elif changed:
            self._follow_change()
        elif column and self._traced is None and not self._tracing.waits:
            self._trace()
        self._tell()

    def ask_cell(self, column: str) -> None:
        """Shows the events that set a cell; those that changed anything where no column is named."""
        self._column = column
        self._tell()

    @property
    def column(self) -> str:
        """Name of the column whose cell is asked about; empty for the whole row."""
        return self._column

    def follow(self, name: str, table: FastTableView) -> None:
        """Shows what became of its row, or the one that is current now; closes where none is selected."""
        index, row = table.currentIndex(), table.current_row()
        if not table.selectionModel().isSelected(index):
            self.close_row()
        elif row is not None and row != self._row and not self.isHidden():
            self.show_row(name, row)

    def turn_to(self, columns: Sequence[tuple[str, str]]) -> None:
        """Has its row asked for again when it is followed next: it has other columns, by name and kind."""
        self._row, self._columns, self._column = (), columns, ""

    def close_row(self) -> None:
        """Shows no row any more, and none that was asked for."""
        self._asking.drop()
        self._tracing.drop()
        self._cancel()
        self._name, self._row, self._column = "", (), ""
        self.asked.emit("")
        self.hide()

    def _read(self, name: str, key: Any) -> tuple[str, Any, Mapping[str, Any]]:
        return name, key, self._desk.workspace.projections.glance(name, key) or {}

    def _show_row(self, found: tuple[str, Any, Mapping[str, Any]]) -> None:
        name, key, fields = found
        whole, columns = self._desk.workspace.projections.row, self._columns
        self.fields.set_value(told(fields, columns), lambda: told(whole(name, key), columns))
        if self.isHidden():
            self.show()
            self.opened.emit()

    # -- the events -----------------------------------------------------------------------------------------

    def _trace(self) -> None:
        """Asks for the events that made the row; what was asked for before is ended."""
        self._cancel()
        stories, name, key = self._desk.workspace.stories, self._name, self._row[0]
        walk = self._walk = Walk()

        def read() -> TracedRow:
            takes_time()
            return traced(stories, name, key, walk)

        self._tracing.ask(read, (name, self._row))

    def _follow_change(self) -> None:
        """Asks again where that is quick; what is made of the whole log is folded when a person asks."""
        traced, walk = self._traced, self._walk
        long = walk is not None and walk.share > 0 if traced is None else traced.history.looked != "streams"
        if not long:
            self._trace()
            return
        self._tracing.drop()
        self._cancel()
        self._traced = None
        self.said.setText("")
        self.events.refresh(ListSource(()))
        hint = "What made it now is found by folding the log again."
        self.events.set_empty("The row has changed since", hint, "Look again", self._trace)

    def _say_tracing(self) -> None:
        self._timer.start()

    def _tell_progress(self) -> None:
        walk = self._walk
        if walk is None or not self._tracing.waits:
            self._ended()
        elif walk.share > 0:
            self.bar.setValue(round(1000 * walk.share))
            self.said.setText(f"Looked at {walk.share:.0%} of the log for what made this row")
            for part in (self.bar, self.cancel):
                part.show()

    def _ended(self) -> None:
        self._timer.stop()
        for part in (self.bar, self.cancel):
            part.hide()

    def _cancel(self) -> None:
        if self._walk is not None:
            self._walk.cancel()
            self._walk = None
        self._ended()

    def _untraced(self, error: Exception) -> None:
        self._ended()
        self.said.setText(str(error))

    def _show_traced(self, found: TracedRow) -> None:
        self._ended()
        self._traced = found
        self._tell()
        self.acts.refresh()

    def _tell(self) -> None:
        """Shows the events of the row, or those that set the cell, the newest first."""
        key, found, column = (self._row or ("",))[0], self._traced, self._column
        kinds = dict(self._columns)
        self.whole.setVisible(bool(column))
        self.asked.emit(column)
        if column:
            names = [name for name, _ in self._columns]
            value = column_of(column, kinds[column], last=False).text(self._row[names.index(column)])
            self.name.setText(f"Why is {column} “{value[:40]}”?")
        else:
            self.name.setText(str(key))
        self.values.setCurrentWidget(self.fields)
        if found is None:
            return
        history = found.history
        stray = column in history.strays
        rows = [] if stray else step_rows(found, column, kinds)
        self.events.refresh(ListSource(rows, lambda row: row[3]))
        if rows and column:
            self.events.choose_index(0)
        earlier = f"{history.earlier:,} earlier ones are not told" if history.earlier else ""
        parts = [f"row {key}" if column else "", history.trouble or LOOKED[history.looked], earlier]
        self.said.setText(" · ".join(part for part in parts if part))
        nothing = history.trouble or "No event that this read model folds changes this row."
        if stray:
            made = column_of(column, kinds[column], last=False).text(history.strays[column])
            self._tell_stray(
                f"The events come to “{made[:40]}”" if history.steps else "No event makes the row"
            )
        else:
            self.events.set_empty("No events found", nothing)

    def _tell_stray(self, made: str) -> None:
        """Says of a cell that it has a value that did not come from the log."""
        said = (
            f"{made}: what is stored was changed otherwise, such as by SQL. A rebuild makes what events say."
        )
        ask = self.rebuild_wanted.emit
        self.events.set_empty("No event gives the stored value", said, "Rebuild to compare", ask)

    def _show_step(self, step: RowStep) -> None:
        """Shows the row before and after an event."""
        show = partial(told, columns=self._columns)
        before, after = (show(row) if row is not None else None for row in (step.before, step.after))
        self.diff.set_values(before, after)
        self.values.setCurrentWidget(self.diff)

    # -- what can be done -----------------------------------------------------------------------------------

    @action(
        "Story of its command",
        icon="trace",
        on="events",
        default=True,
        tip="Tell what the command caused that set this",
    )
    def tell_story(self, rows: ChosenRows) -> None:
        """Tells the story to which an event belongs."""
        self._desk.select(self._place(rows), view="story")

    @action("Show in timeline", icon="timeline", on="events")
    def show_event(self, rows: ChosenRows) -> None:
        """Has an event shown among the others of its stream."""
        place = self._place(rows)
        self.event_wanted.emit(place.stream, place.version, place.position)

    @action("Show in inspector", icon="inspector", on="events")
    def inspect(self, rows: ChosenRows) -> None:
        """Shows an event in full."""
        self._desk.select(self._place(rows), view="inspector")

    def _place(self, rows: ChosenRows) -> Selection:
        event = rows.row[-1].event
        return Selection(
            stream=event.stream,
            version=event.version,
            position=event.position,
            projection=self._name,
            key=str(self._row[0]),
        )

"""The saved searches of a person, each with how many records it finds that were not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.errors import WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.layouts import join
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import shown_zone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from workbench.gui.desk import Desk
    from workbench.services.search.saved_searches import SavedSearch
    from workbench.services.search.search_query import SearchQuery
    from workbench.services.search.search_run import SearchState

NAME, NEW, SAVED = range(3)
COLUMNS = (
    TableColumn("Saved searches", width=90, stretch=True),
    TableColumn("New", width=64, badge=lambda count: ("warning", f"{count:,} new") if count else None),
)


class SavedList(QWidget):
    """A short list.

    Signals:
        chosen: The `SearchQuery` that a person chose.
    """

    chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._wanted: SearchQuery | None = None
        self._state: SearchState | None = None
        self._asking: Question[tuple[Sequence[SavedSearch], list[int]]] = Question(
            self, desk, self._show, "Saved searches"
        )
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Saved searches")
        self.table.set_empty("No saved searches", "Save (Ctrl+D) keeps what is asked.")
        self.name = _NameLine(self)
        self.name.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        row = QHBoxLayout()
        row.addWidget(self.name)
        join(layout, row)
        layout.addWidget(self.table, 1)
        self.acts = Actions(self, self)
        self.acts.offer()

    def refresh(self) -> None:
        """Asks for the searches, and how many new records each finds."""
        search, zone = self.desk.workspace.search, shown_zone().zone

        def read() -> tuple[Sequence[SavedSearch], list[int]]:
            takes_time()
            saved = search.saved.all()
            return saved, search.new_hits(saved, zone)

        self._asking.ask(read)

    def _show(self, told: tuple[Sequence[SavedSearch], list[int]]) -> None:
        rows = [(one.name, count, one) for one, count in zip(*told, strict=True)]
        self.table.refresh(ListSource(rows))

    def note_seen(self, state: SearchState) -> None:
        """Notes that a person saw what a search found, where it is a saved one."""
        try:
            self.desk.workspace.search.saved.note_seen(state.wanted.query, state.sources)
        except WorkbenchError as error:
            self.desk.fail("Saved searches", error)
        self.refresh()

    def ask_name(self, query: SearchQuery, state: SearchState | None) -> None:
        """Asks for the name of a search that is to be kept."""
        self._wanted, self._state = query, state
        self.name.setText(query.said()[:60])
        self.name.show()
        self.name.setFocus()
        self.name.selectAll()

    def take_name(self) -> None:
        """Keeps the search under the name that was typed."""
        name = self.name.text().strip()
        if self._wanted is None or not name:
            return
        sources = self._state.sources if self._state is not None else ()
        try:
            self.desk.workspace.search.saved.save(name, self._wanted, sources)
        except WorkbenchError as error:
            self.desk.fail(f"Save {name}", error)
            return
        self.name.hide()
        self.table.setFocus()
        self.refresh()

    @action("Search", icon="search", on="table", default=True)
    def run(self, rows: ChosenRows) -> None:
        """Asks it again, as it was saved."""
        self.chosen.emit(rows.row[SAVED].query)

    @action("Remove", icon="purge", on="table", keys="Del", group=1)
    def remove(self, rows: ChosenRows) -> None:
        """Forgets the search."""
        try:
            self.desk.workspace.search.saved.remove(rows.row[NAME])
        except WorkbenchError as error:
            self.desk.fail(f"Remove {rows.row[NAME]}", error)
        self.refresh()


class _NameLine(QLineEdit):
    """The name of a search: Enter keeps it, Esc does not."""

    def __init__(self, owner: SavedList) -> None:
        super().__init__()
        self.setPlaceholderText("Name of the search")
        self.setAccessibleName("Name of the search")
        self.returnPressed.connect(owner.take_name)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == 0x01000000:  # Esc
            self.hide()
        else:
            super().keyPressEvent(event)

"""The tree on the left: the model, streams, read models and all else by name; one filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey, action
from workbench.gui.board.board_graph import DRAFT
from workbench.gui.desk import Desk, Selection
from workbench.gui.details.section_drafts import drafted
from workbench.gui.explorer_rows import (
    INVARIANT,
    WRITING,
    ExplorerPlace,
    Section,
    head_of,
    model_sections,
    on_board,
    stream_row,
)
from workbench.gui.invariant_actions import invariant_actions
from workbench.gui.layouts import in_column
from workbench.gui.reads import takes_time
from workbench.gui.tree import OfferingTree, TreeItem, TreeRow
from workbench.gui.view import View
from workbench.gui.views.append_dialog import append_action
from workbench.gui.widgets import give_keyboard, plain_label
from workbench.model.text_folding import folded
from workbench.project.samples import PROJECT_FILE

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from workbench.model.changes import Changes
    from workbench.model.registry import Registry
    from workbench.services.design.design_state import DesignState
    from workbench.services.monitor.monitor_values import Status

DESIGN = "Design"
"""The arrangement in which a click on what stands on the board leads there."""
NEWEST = 30
"""Streams listed; the filter and the view of streams reach all."""
QUICK = 60
"""Commands and events of a model whose rows are made on the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParts:
    """What the store answered for a filter.

    Attributes:
        model: What is listed of the model.
        count: How many streams there are.
        streams: Those that fit, or the last changed where nothing is looked for.
    """

    model: Sequence[Section]
    text: str
    count: int
    streams: Sequence[str]


class FilterLine(QLineEdit):
    """The line of words that are looked for.

    Signals:
        left: The keyboard goes to the rows; whether the first one that was found is meant to be opened.
    """

    moves = (
        WidgetKey("↓", "Go to what is found"),
        WidgetKey("Enter", "Open the first that is found"),
        WidgetKey("Esc", "Clear it, then leave it"),
    )
    left = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Filter")
        self.setAccessibleName("Filter the explorer")
        self.setClearButtonEnabled(True)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in {Qt.Key.Key_Escape, Qt.Key.Key_Down}:
            self.left.emit(False)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.left.emit(bool(self.text()))
        else:
            super().keyPressEvent(event)


class ExplorerTree(OfferingTree):
    """The rows; letters that are typed on them go to the filter.

    Signals:
        typed: What was typed.
    """

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName("Explorer")

    @override
    def keyboardSearch(self, search: str) -> None:
        self.typed.emit(search)


class Explorer(View):
    """Everything of the project by name."""

    moves = (WidgetKey("A letter", "Find by a part of its name"),)
    key = "explorer"
    title = "Explorer"
    icon_name = "folder"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._filter, self._tree = FilterLine(), ExplorerTree()
        self._filter.textChanged.connect(self.refresh)
        self._filter.left.connect(self._leave_filter)
        self._tree.typed.connect(self._find)
        self._tree.row_clicked.connect(self._go)
        self._none = plain_label("Nothing found", "muted")
        self._none.hide()
        in_column(self._filter, self._none, self._tree, of=self, margins=6, spacing=6)
        self._shown: list[Section] = []
        self._of_model: tuple[Registry | None, DesignState | None, Sequence[Section]] = (None, None, ())
        self._draft: DesignState | None = None
        self._unwritten = frozenset(drafted(desk))
        self._known = KnownParts(model=(), text="", count=0, streams=())
        self._dead, self._scenarios = 0, desk.workspace.scenarios.counted()
        self._designs = False
        self._wanted = ""
        self._reading = self.question(self._show, begun=self._narrow)
        desk.board_chosen.connect(self._follow_board)
        desk.told.connect(self._know_status)
        desk.designed.connect(self._know_design)
        desk.drafted.connect(self._know_drafts)
        self.destroyed.connect(desk.workspace.scenarios.listen(self._count_scenarios))
        self.acts.offer()

    @override
    def first_widget(self) -> QWidget:
        return self._tree

    @override
    def concerns(self, changes: Changes) -> bool:
        moved = changes.head or changes.dead_letters or changes.projections
        return bool(moved or changes.model or changes.everything)

    @override
    def arranged(self, perspective: str, settings: QSettings) -> None:
        self._designs = perspective == DESIGN

    @override
    def refresh(self) -> None:
        text = self._filter.text().strip()
        self._reading.ask(lambda: self._read(text), text)

    def _read(self, text: str) -> KnownParts:
        """Looks for streams by their names, in the whole store, or lists the last changed."""
        workspace = self.desk.workspace
        streams, count = workspace.streams, workspace.streams.count()
        if text:
            numbers = streams.find(text=text, limit=NEWEST)
            found = [stream.name for stream in streams.numbered(numbers)] if numbers else []
        else:
            found = streams.recent(NEWEST)
        return KnownParts(
            model=self._sections_of(workspace.registry),
            text=text,
            count=count,
            streams=found,
        )

    def _sections_of(self, model: Registry) -> Sequence[Section]:
        """Returns what is listed of a model, which is made once."""
        draft = self._draft
        known, designed, sections = self._of_model
        if known is not model or designed is not draft:
            if len(model.commands) + len(model.events) > QUICK:
                takes_time()
            self._of_model = model, draft, (sections := model_sections(model, draft))
        return sections

    def _know_design(self, draft: DesignState | None) -> None:
        """Is told what is designed on the board and not saved."""
        self._draft = draft
        self.refresh()

    def _know_status(self, status: Status) -> None:
        """Counts the dead letters as the status bar does."""
        moved, self._dead = status.dead != self._dead, status.dead
        if moved and self.isVisible():  # else it is shown with what was missed
            self._show(self._known)

    def _count_scenarios(self) -> None:
        """Counts the scenarios again, which are listed in a view of their own."""
        before, self._scenarios = self._scenarios, self.desk.workspace.scenarios.counted()
        if self._scenarios != before:
            self._show(self._known)

    def _know_drafts(self) -> None:
        """Is told that something is typed and not saved, or that this is over."""
        before, self._unwritten = self._unwritten, frozenset(drafted(self.desk))
        if self._unwritten != before:
            self._show(self._known)

    def _noted(self, row: TreeRow) -> TreeRow:
        """Returns a row with a note that what is typed for it is not saved."""
        return replace(row, note=DRAFT) if self._unwritten.intersection(on_board(row.data).nodes()) else row

    # -- finding ------------------------------------------------------------------------------------------

    def _find(self, typed: str) -> None:
        if typed.strip():
            give_keyboard(self._filter)
            self._filter.setText(typed)

    def _leave_filter(self, opens: bool) -> None:  # a signal's argument
        rows = self._tree.rows
        first = next((one for one in rows.all() if one.parent().isValid()), rows.index(0, 0))
        if opens or not self._tree.currentIndex().isValid():
            self._tree.setCurrentIndex(first)
        give_keyboard(self._tree)
        if opens and (found := self._tree.current()) is not None:
            self._go(found)

    def _narrow(self) -> None:
        """Shows of what is known what fits, until the answer is there."""
        text = self._filter.text().strip()
        if text != self._known.text:
            self._show(replace(self._known, text=text))

    def _show(self, known: KnownParts) -> None:
        self._known = known
        wanted = folded(known.text).split()
        fitting: Iterator[Section] = (
            (title, name, [self._noted(row) for row in rows if _fits(row.cells[0], wanted)])
            for title, name, rows in _sections(known, self._dead, self._scenarios)
        )
        sections = [one for one in fitting if one[2] or _fits(one[0], wanted)]
        self._none.setVisible(not sections)
        if sections != self._shown:
            self._shown = sections
            self._tree.show_rows([head_of(*section) for section in sections])
            if wanted:
                self._tree.expandAll()
            if not self._tree.hasFocus():
                self._mark()

    def _follow_board(self, node: str) -> None:
        """Marks what is chosen on the board, if anything is; what is new there as soon as it is listed."""
        self._wanted, here = node, self._tree.current()
        drawn = here is not None and on_board(here.data) != Selection()
        if drawn and not node and self._designs and not self._tree.hasFocus():
            self._tree.selectionModel().clear()
        self._mark()

    def _mark(self) -> None:
        places = (row.data for _, _, rows in self._shown for row in rows)
        found = next((one for one in places if self._wanted and self._wanted in on_board(one).nodes()), None)
        if found is not None:
            self._wanted = ""
            self._tree.choose(found)

    # -- what can be done -----------------------------------------------------------------------------------

    @action("Open", icon="external", on="_tree", default=True)
    def open(self, item: TreeItem) -> None:
        """Shows what the item stands for."""
        self._go(item)

    @action(
        "Show dead letters",
        icon="dead-letter",
        on="_tree",
        shown=lambda _view, item: item is None or bool(item.data.selection.subscription),
    )
    def show_letters(self, item: TreeItem) -> None:
        """Shows the dead letters of a subscription."""
        self.desk.select(item.data.selection, view="letters")

    @action(
        "Show on the board",
        icon="board",
        on="_tree",
        shown=lambda _view, item: item is None or on_board(item.data) != Selection(),
    )
    def show_on_board(self, item: TreeItem) -> None:
        """Shows where it stands in the flow."""
        self.desk.select(on_board(item.data), view="board")

    @action(
        "Open in the text",
        keys="F12",
        icon="code",
        on="_tree",
        tip="Show where it is declared in the project file",
        shown=lambda _view, item: item is None or bool(item.data.declared),
        why=lambda _view, item: "" if item.data.declared else "It is no part of the model",
    )
    def open_text(self, item: TreeItem) -> None:
        """Shows where it is declared in the project file."""
        self.desk.text_wanted.emit(PROJECT_FILE, (item.data.declared, item.text))

    @action(
        "Rename …",
        keys="F2",
        icon="edit",
        on="_tree",
        tip="Give it another name on the board, wherever it is named",
        shown=lambda _view, item: item is None or bool(item.data.declared),
        why=lambda _view, item: "" if item.data.declared else "It is no part of the model",
    )
    def rename(self, item: TreeItem) -> None:
        """Shows where it stands in the flow, and asks for another name there."""
        chosen = on_board(item.data)
        self.desk.select(chosen, view="board")
        self.desk.rename_wanted.emit(next(one for one in chosen.nodes() if one.partition(":")[2]))

    invariants = invariant_actions("_tree", lambda item: item.text if item.data.declared == INVARIANT else "")
    append = append_action("_tree", lambda _view, item: item.data.selection.stream)

    def _go(self, item: TreeItem | None) -> None:
        if item is None:
            return
        place: ExplorerPlace = item.data
        self._wanted = ""
        if place.declared == INVARIANT:
            self.open_text(item)
            return
        drawn = on_board(place)
        stays = self._designs and drawn != Selection()
        if place.command and not stays:
            self.desk.command_wanted.emit(place.command)
        chosen = place.selection if place.selection != Selection() else drawn
        if chosen != Selection():
            self.desk.select(chosen, view="board" if stays else place.view)
        else:
            self.desk.wanted.emit(place.view)


def _fits(said: str, words: Sequence[str]) -> bool:
    return all(word in folded(said) for word in words)


def _sections(known: KnownParts, dead: int, scenarios: str) -> Iterator[Section]:
    """Yields what is known, and how many dead letters and scenarios there are, in the order of the list."""
    yield from (one for one in known.model if one[1] in WRITING)
    yield f"Streams ({known.count:,})", "stream", [stream_row(name) for name in known.streams]
    yield from (one for one in known.model if one[1] not in WRITING)
    yield f"Dead letters ({dead:,})", "dead-letter", []
    yield f"Scenarios ({scenarios})", "scenario", []

"""The tree on the left: model, streams, read models, subscriptions, dead letters, scenarios; one filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QTreeWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.context_menu import OfferingTree, TreeItem, item_of
from workbench.gui.desk import Desk, Selection
from workbench.gui.icons import icon
from workbench.gui.view import View
from workbench.gui.widgets import plain_tip
from workbench.model.pydantic_messages import summary_of
from workbench.model.text_folding import folded

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.store.stored_values import StreamInfo

NEWEST = 30
"""Streams listed; the filter and the view of streams reach all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorerPlace:
    """Where a click in the tree leads."""

    view: str
    selection: Selection = field(default_factory=Selection)
    command: str = ""


Row = tuple[str, str, str, ExplorerPlace]


class Explorer(View):
    """Everything of the project by name."""

    key = "explorer"
    title = "Explorer"
    icon_name = "folder"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Filter")
        self._filter.setAccessibleName("Filter the explorer")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self.refresh)
        self._tree = OfferingTree()
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(14)
        self._tree.setUniformRowHeights(True)
        self._tree.setAccessibleName("Explorer")
        self._tree.itemClicked.connect(lambda item: self._go(item_of(item)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self._filter)
        layout.addWidget(self._tree)
        self._shown: list[tuple[str, str, list[Row]]] = []
        self._sought: tuple[str, int] = ("", 0)
        self._hits: list[StreamInfo] = []
        self._seeking = False
        self.acts.offer()

    @override
    def first_widget(self) -> QWidget:
        return self._tree

    @override
    def concerns(self, changes: Changes) -> bool:
        moved = changes.head or changes.dead_letters or changes.projections
        return bool(moved or changes.model or changes.everything)

    @override
    def refresh(self) -> None:
        wanted = folded(self._filter.text()).split()
        sections = [
            (title, name, [row for row in rows if all(word in folded(row[0]) for word in wanted)])
            for title, name, rows in self._sections(self._filter.text().strip())
        ]
        if sections != self._shown:
            self._shown = sections
            self._fill(sections, filtered=bool(wanted))

    def _sections(self, text: str) -> Iterable[tuple[str, str, list[Row]]]:
        workspace = self.desk.workspace
        model = workspace.registry
        commands = [
            (name, summary_of(kind.doc), "command", ExplorerPlace(view="commands", command=name))
            for name, kind in model.commands.items()
        ]
        events = [
            (name, summary_of(kind.doc), "event", ExplorerPlace(view="board"))
            for name, kind in model.events.items()
        ]
        policies = [
            (
                name,
                summary_of(kind.doc),
                "policy",
                ExplorerPlace(view="subscriptions", selection=Selection(subscription=name)),
            )
            for name, kind in model.reactors.items()
        ]
        yield "Model", "board", [*commands, *events, *policies]
        yield f"Streams ({workspace.streams.count():,})", "stream", self._streams(text)
        yield (
            "Projections",
            "projection",
            [
                (
                    name,
                    summary_of(projection.doc),
                    "projection",
                    ExplorerPlace(view="projections", selection=Selection(projection=name)),
                )
                for name, projection in model.projections.items()
            ],
        )
        yield (
            "Subscriptions",
            "subscription",
            [
                (
                    name,
                    summary_of(subscription.doc),
                    "subscription",
                    ExplorerPlace(view="subscriptions", selection=Selection(subscription=name)),
                )
                for name, subscription in model.subscriptions.items()
            ],
        )
        open_letters = workspace.dead_letters.counts().get("open", 0)
        yield f"Dead letters ({open_letters:,})", "dead-letter", []
        yield "Scenarios", "scenario", []

    def _streams(self, text: str) -> list[Row]:
        browse = self.desk.workspace.streams
        if text:
            wanted = (text, browse.head())
            if wanted != self._sought and not self._seeking:
                self._seeking = True
                self.desk.run(self._seek(wanted), "Filter the explorer")
            found = self._hits if text == self._sought[0] else []
        else:
            count = browse.count()
            found = browse.page(max(1, count - NEWEST + 1), NEWEST)[::-1]
        return [
            (
                stream.name,
                "",
                "stream",
                ExplorerPlace(view="timeline", selection=Selection(stream=stream.name)),
            )
            for stream in found
        ]

    async def _seek(self, wanted: tuple[str, int]) -> None:
        """Looks through the names of all streams beside the loop; what was typed meanwhile is sought next."""
        try:
            self._hits = await self.desk.workspace.streams.search(wanted[0], NEWEST)
            self._sought = wanted
        finally:
            self._seeking = False
        self.refresh()

    def _fill(self, sections: list[tuple[str, str, list[Row]]], *, filtered: bool) -> None:
        closed = {
            item.data(0, Qt.ItemDataRole.UserRole + 1)
            for item in self._tops()
            if not item.isExpanded() and item.childCount()
        }
        bar, chosen = self._tree.verticalScrollBar(), self._tree.current()
        place = bar.value()
        self._tree.clear()
        views = {"board": "board", "stream": "streams", "dead-letter": "letters"}
        for title, name, rows in sections:
            top = QTreeWidgetItem([title])
            top.setIcon(0, icon(name))
            top.setData(0, Qt.ItemDataRole.UserRole, ExplorerPlace(view=views.get(name, f"{name}s")))
            top.setData(0, Qt.ItemDataRole.UserRole + 1, name)
            self._tree.addTopLevelItem(top)
            for text, tip, kind, target in rows:
                child = QTreeWidgetItem([text])
                child.setIcon(0, icon(kind, f"{kind}_ink" if kind != "stream" else "muted"))
                child.setToolTip(0, plain_tip(f"{text}\n{tip}" if tip else text))
                child.setData(0, Qt.ItemDataRole.UserRole, target)
                top.addChild(child)
            top.setExpanded(filtered or name not in closed)
        self._tree.choose(chosen)
        bar.setValue(place)

    def _tops(self) -> list[QTreeWidgetItem]:
        items = (self._tree.topLevelItem(index) for index in range(self._tree.topLevelItemCount()))
        return [item for item in items if item is not None]

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
        shown=lambda _view, item: item is None or _on_board(item.data.selection),
    )
    def show_on_board(self, item: TreeItem) -> None:
        """Shows where it stands in the flow."""
        self.desk.select(item.data.selection, view="board")

    def _go(self, item: TreeItem | None) -> None:
        if item is None:
            return
        place: ExplorerPlace = item.data
        if place.command:
            self.desk.command_wanted.emit(place.command)
        if place.selection != Selection():
            self.desk.select(place.selection, view=place.view)
        else:
            self.desk.wanted.emit(place.view)


def _on_board(selection: Selection) -> bool:
    return bool(selection.subscription or selection.projection)

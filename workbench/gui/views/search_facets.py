"""What was found, counted by kind, type and place: ticks narrow it without another search."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QTreeView

from workbench.gui.actions import WidgetKey, action
from workbench.gui.tree import OfferingTree, TreeItem, TreeRow
from workbench.gui.views.search_counts import FACETS, KIND
from workbench.model.json_values import visible
from workbench.store.search_port import RecordKind

MARGIN = 24
"""Pixels around a count."""
SHOWN = 40
"""Values of a facet that are shown, those with most records; the others go with them."""
ICONS = {
    RecordKind.EVENT: ("event", "event"),
    RecordKind.MESSAGE: ("topic", "topic"),
    RecordKind.LETTER: ("dead-letter", "error"),
    RecordKind.COMMAND: ("command", "command"),
    RecordKind.ROW: ("projection", "projection"),
}
WORDS = {
    "event": "Events",
    "message": "Messages",
    "letter": "Dead letters",
    "command": "Commands",
    "row": "Rows",
}


class SearchFacets(OfferingTree):
    """A tree of ticks with counts; what stands behind a line is its facet and its name.

    Signals:
        narrowed: Other ticks are set.
    """

    narrowed = Signal()
    moves = (WidgetKey("Space", "Tick or untick what is counted"),)

    def __init__(self) -> None:
        super().__init__(("What", ""))
        self._left_out: dict[str, set[str]] = {facet: set() for facet in FACETS}
        self._names: dict[str, set[str]] = {facet: set() for facet in FACETS}
        self.setAccessibleName("Narrow what was found")
        self.setHeaderHidden(True)
        self.setIndentation(10)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setExpandsOnDoubleClick(False)
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(20)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.rows.ticked.connect(self._tick)

    # -- what is ticked -----------------------------------------------------------------------------------

    def left_out(self) -> dict[str, frozenset[str]]:
        """Returns the names without a tick, by facet."""
        return {facet: frozenset(names) for facet, names in self._left_out.items()}

    def forget(self) -> None:
        """Ticks everything."""
        for left_out in self._left_out.values():
            left_out.clear()

    def _tick(self, named: tuple[str, str]) -> None:
        facet, name = named
        self._left_out[facet] ^= {name}
        self._tell()

    def _tell(self) -> None:
        """Tells it once Qt is done with the line."""
        QTimer.singleShot(0, self, self.narrowed.emit)

    # -- what is shown ------------------------------------------------------------------------------------

    def show_counts(self, found: Mapping[str, Mapping[str, int]]) -> None:
        """Shows how many there are of each value, with the ticks of the other facets."""
        self._names = {facet: set(names) for facet, names in found.items()}
        self.show_rows([self._row(facet, names) for facet, names in found.items()])
        for at in range(self.rows.rowCount()):
            if not self.isFirstColumnSpanned(at, self.rootIndex()):
                self.setFirstColumnSpanned(at, self.rootIndex(), True)
        most = max((count for names in found.values() for count in names.values()), default=0)
        # Once, here: a section that fits its content looks at all rows whenever one of them changes.
        self.header().resizeSection(1, self.fontMetrics().horizontalAdvance(f"{most:,}") + MARGIN)

    def _row(self, facet: str, counts: Mapping[str, int]) -> TreeRow:
        rows = [
            TreeRow(
                key=name,
                cells=(visible(WORDS.get(name, name) if facet == KIND else name), f"{count:,}"),
                data=(facet, name),
                picture=ICONS[RecordKind(name)] if facet == KIND else None,
                tip=visible(name),
                ticked=name not in self._left_out[facet],
            )
            for name, count in islice(counts.items(), SHOWN)
        ]
        if len(counts) > SHOWN:
            rows.append(TreeRow(key=None, cells=(f"{len(counts) - SHOWN:,} more",), enabled=False))
        return TreeRow(key=facet, cells=(facet,), rows=rows)

    # -- what can be done ---------------------------------------------------------------------------------

    @action("Only this", icon="filter", default=True, look=lambda tree, item: tree.label(item))
    def only(self, item: TreeItem) -> None:
        """Ticks one value alone; all again, where it is alone already."""
        if item.data is None:
            return
        facet, name = item.data
        self._left_out[facet] = set() if self._is_alone(facet, name) else self._names[facet] - {name}
        self._tell()

    def _is_alone(self, facet: str, name: str) -> bool:
        return bool(self._left_out[facet]) and self._left_out[facet] == self._names[facet] - {name}

    def label(self, item: TreeItem | None) -> tuple[str, str]:
        """Says what Enter does."""
        alone = item is not None and item.data is not None and self._is_alone(*item.data)
        return ("All again", "filter") if alone else ("Only this", "filter")

    @action("Tick all", anyway=True)
    def tick_all(self, _item: TreeItem | None) -> None:
        """Ticks everything in every facet."""
        self.forget()
        self._tell()

"""A read model folded again, as of now or of an earlier position, beside its rows as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.chooser import NumberBox
from workbench.gui.layouts import in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.theme import theme, ui_font
from workbench.gui.views.row_source import column_of
from workbench.gui.widgets import error_text, plain_label
from workbench.model.counts import counted
from workbench.services.story.row_history import Walk

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.story.folded_rows import FoldedRow, FoldedRows

STANDINGS = {
    "alike": ("neutral", "alike"),
    "differs": ("warning", "differs"),
    "only folded": ("info", "only folded"),
    "only stored": ("error", "only stored"),
}
TOLD_MS = 100
MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Cell:
    """A folded value, and what is stored in its place."""

    text: str
    stored: str
    differs: bool

    def __str__(self) -> str:
        return f"{self.text}, stored is {self.stored}" if self.differs else self.text


class FoldedDialog(QDialog):
    """Folds when it is opened, and again for each position that is asked for.

    Signals:
        rebuild_wanted: The rows that were folded here should take the place of the stored ones.
    """

    rebuild_wanted = Signal()

    def __init__(self, parent: QWidget, desk: Desk, name: str, checkpoint: int) -> None:
        super().__init__(parent)
        self.setObjectName("folded")
        self.setWindowTitle(f"Rows of {name}, folded again")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 560)
        self._desk, self._name = desk, name
        self._walk: Walk | None = None
        self._found: FoldedRows | None = None
        self._asking = Question(self, desk, self._show, self._failed)
        self.position = NumberBox()
        self.position.setRange(0, min(MOST, checkpoint))
        self.position.setValue(checkpoint)
        self.position.setAccessibleName("Position up to which it is folded")
        self.again = QPushButton("Fold")
        self.again.setToolTip("Fold the log up to this position, in memory; nothing is stored")
        self.only = QCheckBox("Only rows that differ")
        self.said = plain_label(wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.rebuild = QPushButton("Rebuild")
        self.rebuild.setToolTip(
            "Fold the whole log into new rows, which then take the place of the stored ones"
        )
        close = QPushButton("Close")
        self._box = QVBoxLayout(self)
        label = QLabel("&Folded up to position")
        label.setBuddy(self.position)
        self._box.addLayout(in_row(label, self.position, self.again, 1, self.only, spacing=8))
        for part in (self.said, self.bar):
            self._box.addWidget(part)
        self.table: FastTableView | None = None
        self._box.addLayout(in_row(1, self.rebuild, close, spacing=8))
        self.again.clicked.connect(self.fold)
        self.only.toggled.connect(lambda _on: self._fill())
        self.rebuild.clicked.connect(self._rebuild)
        close.clicked.connect(self.reject)
        self._timer = QTimer(self)
        self._timer.setInterval(TOLD_MS)
        self._timer.timeout.connect(self._tell_progress)
        self.finished.connect(lambda _code: self._cancel())
        self.fold()

    def fold(self) -> None:
        """Folds up to the position that is shown; what was under way is ended."""
        self._cancel()
        walk = self._walk = Walk()
        stories, name, position = self._desk.workspace.stories, self._name, self.position.value()

        def read() -> FoldedRows:
            takes_time()
            return stories.folded(name, position, walk)

        self.said.setText("Folding the log …")
        self.rebuild.setEnabled(False)
        self.bar.show()
        self._timer.start()
        self._asking.ask(read, (name, position))

    def _cancel(self) -> None:
        self._timer.stop()
        if self._walk is not None:
            self._walk.cancel()

    def _tell_progress(self) -> None:
        if self._walk is not None:
            self.bar.setValue(round(1000 * self._walk.share))

    def _failed(self, error: Exception) -> None:
        self._cancel()
        self.bar.hide()
        self.said.setText(error_text(error))

    def _show(self, found: FoldedRows) -> None:
        self._cancel()
        self.bar.hide()
        self._found = found
        counts = found.counts
        told = {one: count for one, count in counts.items() if count or one == "alike"}
        parts = [f"{count:,} {one.replace('differs', 'differ')}" for one, count in told.items()]
        at = "now" if found.now else f"at position {found.position:,}"
        total = counted(sum(counts.values()), "row")
        self.said.setText(f"{total} {at}, beside the stored ones of now: {', '.join(parts)}.")
        differ = any(counts[one] for one in counts if one != "alike")
        self.rebuild.setEnabled(found.now and differ and not self._desk.read_only())
        if self.table is None:
            self._make_table(found.columns)
        self._fill()

    def _make_table(self, columns: Sequence[tuple[str, str]]) -> None:
        made = [_column(name, kind, last=name == columns[-1][0]) for name, kind in columns]
        standing = TableColumn("Beside the stored", width=118, badge=lambda value: STANDINGS[value])
        self.table = FastTableView([standing, *made])
        self.table.setAccessibleName(f"Rows of {self._name}, folded again")
        self.table.set_empty("No rows", "Up to this position no event makes a row, or all rows are alike.")
        self._box.insertWidget(3, self.table, 1)

    def _fill(self) -> None:
        found = self._found
        if found is None or self.table is None:
            return
        rows = [one for one in found.rows if not self.only.isChecked() or one.standing != "alike"]
        self.table.refresh(ListSource([_row(one, found.columns) for one in rows], lambda row: row[-1]))
        self.table.head.fit()

    def _rebuild(self) -> None:
        self.rebuild_wanted.emit()
        self.accept()


def _row(one: FoldedRow, columns: Sequence[tuple[str, str]]) -> tuple[Any, ...]:
    cells = [_cell(one, name, kind) for name, kind in columns]
    return (one.standing, *cells, one.key)


def _cell(one: FoldedRow, name: str, kind: str) -> _Cell:
    shown = column_of(name, kind, last=False).text
    row = one.folded if one.folded is not None else one.stored
    differs = one.standing == "differs" and one.differs(name)
    return _Cell(shown((row or {}).get(name)), shown((one.stored or {}).get(name)), differs)


def _column(name: str, kind: str, *, last: bool) -> TableColumn:
    like = column_of(name, kind, last=last)
    draw = partial(_draw, right=like.align_right)
    return TableColumn(name, width=like.width, stretch=last, align_right=like.align_right, draw=draw)


def _draw(
    painter: QPainter, place: QRectF, cell: _Cell, chosen: bool, *, right: bool
) -> None:  # as `Draw` says
    """Draws a value, on a tinted ground where another one is stored."""
    colors, font = theme().colors, ui_font()
    if cell.differs:
        painter.fillRect(place.adjusted(0, 0, 0, -1), QColor(colors.tint("warning", 0.2)))
    ink = colors.on_selection if chosen and not cell.differs else colors.text
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(str(cell), Qt.TextElideMode.ElideRight, round(place.width() - 16))
    x = place.right() - 8 - metrics.horizontalAdvance(shown) if right else place.x() + 8
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(QPointF(x, place.center().y() + (metrics.ascent() - metrics.descent()) / 2), shown)

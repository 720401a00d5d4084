"""A read model folded again, as of now, an earlier position or a time, beside its rows as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from typing_extensions import override

from workbench.gui.layouts import in_row
from workbench.gui.time_format import absolute
from workbench.gui.views.as_of_line import AsOfLine
from workbench.gui.views.row_pairs import RowPairs
from workbench.model.counts import counted
from workbench.services.story.folded_rows import FoldedRows

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.story.row_history import Walk


class FoldedDialog(RowPairs[FoldedRows]):
    """Folds when it is opened, and again for each position or time that is asked for.

    Signals:
        rebuild_wanted: The rows that were folded here should take the place of the stored ones.
    """

    rebuild_wanted = Signal()

    def __init__(self, parent: QWidget, desk: Desk, name: str) -> None:
        super().__init__(parent, desk, name, f"Rows of {name}, folded again", "stored")
        self.setObjectName("folded")
        self.as_of = AsOfLine("As of", "now")
        self.again = QPushButton("Fold")
        self.again.setDefault(True)
        self.again.setToolTip("Fold the log up to there, in memory; nothing is stored")
        self.rebuild = QPushButton("Rebuild")
        self.rebuild.setAutoDefault(False)
        self.rebuild.setToolTip(
            "Fold the whole log into new rows, which then take the place of the stored ones"
        )
        close = QPushButton("Close")
        close.setAutoDefault(False)
        label = QLabel("&As of")
        label.setBuddy(self.as_of)
        self.compose(
            in_row(label, (self.as_of, 1), self.again, 1, self.only, spacing=8),
            in_row(1, self.rebuild, close, spacing=8),
        )
        self.again.clicked.connect(self.fold)
        self.rebuild.clicked.connect(self._rebuild)
        close.clicked.connect(self.reject)
        self.fold()

    def fold(self) -> None:
        """Folds up to what is typed; what was under way is ended."""
        stories, name = self._desk.workspace.stories, self._name
        position = self.as_of.reading(stories)

        def read(walk: Walk) -> FoldedRows:
            return stories.folded(name, position(), walk)

        self.rebuild.setEnabled(False)
        self.read("Folding the log …", read, (name, self.as_of.text()))

    @override
    def show_found(self, found: FoldedRows) -> None:
        counts = found.counts
        told = {one: count for one, count in counts.items() if count or one == "alike"}
        parts = [f"{count:,} {one}" for one, count in told.items()]
        at = "now" if found.now else f"at position {found.position:,}"
        if not found.now and found.recorded is not None:
            at = f"{at}, recorded {absolute(found.recorded)}"
        stored = f"{found.stored:,} stored {'one' if found.stored == 1 else 'ones'} of now"
        self.said.setText(f"{counted(found.folded, 'row')} {at}, beside {stored}: {', '.join(parts)}.")
        differ = any(counts[one] for one in counts if one != "alike")
        self.rebuild.setEnabled(found.now and differ and not self._desk.read_only())
        self.show_rows(
            found.rows, found.columns, counts, "Up to there no event makes a row, or all rows are alike."
        )

    def _rebuild(self) -> None:
        self.rebuild_wanted.emit()
        self.accept()

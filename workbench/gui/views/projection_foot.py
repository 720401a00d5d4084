"""The line below a read model's rows: what is shown of them, and how far it has folded the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from workbench.gui.widgets import ElidedLabel, plain_label

if TYPE_CHECKING:
    from workbench.services.monitor.monitor_values import ProjectionView


class ProjectionFoot(QHBoxLayout):
    """Says how many rows there are, and where the checkpoint is."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ElidedLabel("muted")
        self.progress = QProgressBar()
        self.progress.setMaximumWidth(120)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.place = plain_label(role="muted")
        self.addWidget(self.said, 1)
        self.addWidget(self.progress)
        self.addWidget(self.place)

    def show_state(self, view: ProjectionView, head: int) -> None:
        """Says how far a read model is, in a log that goes up to a head."""
        self.place.setText(f"checkpoint {view.checkpoint:,} · lag {view.lag:,}")
        self.place.setToolTip(f"The rows are the fold of all events up to here; the store is at {head:,}")
        behind = view.lag > 0 and view.condition == "running"
        self.progress.setVisible(behind)
        if behind:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * view.checkpoint // max(1, head))

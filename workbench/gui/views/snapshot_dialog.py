"""Shows the snapshot of a stream, and what folding its events again makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from workbench.gui.actions import Action
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.reads import Question, takes_time
from workbench.gui.widgets import Badge, DiffView, JsonView, error_text, plain_label, push_button

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.streams.snapshots import SnapshotCheck, SnapshotSight

NONE = "This stream has no snapshot: the store makes one when enough events have come since the last."
OLD = "An earlier definition folded it: the present model leaves it alone, and folds all events."
SAME = "The events fold to the same state."


class SnapshotDialog(QDialog):
    """The newest snapshot; the store keeps no other."""

    def __init__(self, parent: QWidget, desk: Desk, stream: str) -> None:
        super().__init__(parent)
        self.setObjectName("snapshot")
        self.setWindowTitle(f"Snapshot of {stream}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 480)
        self._desk, self._stream = desk, stream
        self._sight: SnapshotSight | None = None
        self.badge = Badge("neutral", "")
        self.said = plain_label(wrap=True)
        self.state = JsonView()
        self.state.setAccessibleName("State in the snapshot")
        self.diff = DiffView()
        self.diff.setAccessibleName("What the fold of the events has otherwise")
        self.diff.hide()
        self.compare = push_button(
            "Fold and compare",
            lambda _checked=False: self.fold(),
            tip="Fold the events up to its version again, in memory",
        )
        self.compare.setEnabled(False)
        close = push_button("Close", lambda _checked=False: self.reject())
        self.panes = in_panes(Qt.Orientation.Horizontal, self.state, self.diff)
        self._column = in_column(
            in_row(self.badge, (self.said, 1)),
            (self.panes, 1),
            in_row(1, self.compare, close),
            of=self,
            margins=12,
            spacing=8,
        )
        self._reading = Question(self, desk, self._show, self._failed)
        self._checking = Question(self, desk, self._show_check, self._failed)
        streams = desk.workspace.streams
        self._reading.ask(lambda: streams.snapshot(stream), stream)

    def _failed(self, error: Exception) -> None:
        self._say("error", "failed", error_text(error))

    def _say(self, kind: str, word: str, said: str) -> None:
        self.badge.set(kind, word)
        self.said.setText(said)

    def _show(self, sight: SnapshotSight | None) -> None:
        self._sight = sight
        if sight is None:
            self._say("neutral", "none", NONE)
            for part in (self.panes, self.compare):
                part.hide()
            self.resize(self.width(), self._column.totalHeightForWidth(self.width()))
            return
        place = f"Version {sight.version:,} of {sight.last:,}, {sight.size:,} bytes."
        kind, word, more = ("ok", "used", "") if sight.used else ("warning", "not used", f" {OLD}")
        self._say(kind, word, f"{place}{more}")
        self.state.set_value(sight.state)
        self.compare.setEnabled(True)

    def fold(self) -> None:
        """Folds the events again and compares."""
        sight, streams = self._sight, self._desk.workspace.streams
        if sight is None:
            return

        def read() -> SnapshotCheck:
            takes_time()
            return streams.check_snapshot(sight)

        self.compare.setEnabled(False)
        self._say("info", "folding", "The events are folded …")
        self._checking.ask(read, sight.version)

    def _show_check(self, check: SnapshotCheck) -> None:
        self.compare.setEnabled(True)
        if check.trouble:
            self._say("error", "no fold", f"The events cannot be folded: {check.trouble}")
        elif check.alike:
            self._say("ok", "alike", SAME)
        elif self._sight is not None:
            self._say(
                "error", "differs", "The events fold to another state: right is what that has otherwise."
            )
            self.diff.set_values(self._sight.state, check.folded)
        self.diff.setHidden(check.alike or bool(check.trouble))


def snapshot_action(on: str, stream: Callable[[Any, Any], str]) -> tuple[Action, ...]:
    """Returns the action that shows a stream's snapshot; as `append_action`."""
    act = Action(
        key="snapshot",
        text="Snapshot …",
        icon="snapshot",
        tip="Show the snapshot of this stream, and compare it with the fold of its events",
        on=on,
        group=2,
        anyway=True,
        run=lambda owner, chosen: SnapshotDialog(owner, owner.desk, stream(owner, chosen)).show(),
    )
    return (act,)

"""The status bar: project, store, position, lag, scenarios, dead letters, engine, time zone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget
from typing_extensions import override

from workbench.gui.icons import icon
from workbench.gui.theme import theme
from workbench.gui.time_format import short, shown_zone, zone_text
from workbench.model.counts import counted
from workbench.services.scenarios.scenario_status import Tally

if TYPE_CHECKING:
    from workbench.services.monitor.monitor_values import Status
    from workbench.services.project.model_reload import Outdated

ENGINE_TIP = "Pause or resume the engine (F8)"
OLDER_TIP = "The files say something else than the model that runs. Show what is wrong with them"
FAULTS_TIP = "Something goes wrong here on purpose. Show the faults that are armed"
NOTICES_TIP = "Show what was told, also what left by itself (Ctrl+Shift+N)"
LAG_TIP = "Positions, of other topics too, that the subscription or read model furthest behind lies behind"
OPENING, CLOSED = "Opening …", "No project is open"
SPACING = 6
"""Pixels that the bar leaves beside each of its parts."""
ENGINE = {
    "running": ("play", "Running", "ok"),
    "paused": ("pause", "Paused", "warning"),
    "stopped": ("error", "Stopped", "error"),
    "observing": ("eye", "Read-only", "info"),
}


class StatusLine(QStatusBar):
    """Shows a `Status`; its engine and dead letter parts can be clicked.

    Args:
        on_engine: Pauses or resumes.
        on_dead: Shows the dead letters.
        on_scenarios: Shows the scenarios.
        on_zone: Lets the zone of all times be chosen.
        on_older: Shows why an older model runs than the files say.
        on_notices: Shows what was told.
        on_faults: Shows the faults that are armed.
    """

    def __init__(
        self,
        on_engine: Callable[[], object],
        on_dead: Callable[[], object],
        on_scenarios: Callable[[], object],
        on_zone: Callable[[], object],
        on_older: Callable[[], object],
        on_notices: Callable[[], object],
        on_faults: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._project = QLabel(OPENING)
        self._project.setTextFormat(Qt.TextFormat.PlainText)
        self._head = _label("Highest position in the store")
        self._lag = _label(LAG_TIP)
        self.zone = _button("zone", "Zone of all times; one with another offset says it. Choose …", on_zone)
        self._engine = _button("engine-state", ENGINE_TIP, on_engine)
        self._dead = _button("dead-count", "Show the dead letters", on_dead)
        self.scenarios = _button("scenarios-state", "Show the scenarios", on_scenarios)
        self.notices = _button("notices", "", on_notices)
        self.older = _button("older-model", OLDER_TIP, on_older)
        self.older.setText("Older model runs")
        self.faults = _button("faults-armed", FAULTS_TIP, on_faults)
        self.addWidget(self._project, 1)
        self.addPermanentWidget(self.older)
        self.addPermanentWidget(self.faults)
        for widget in (
            self._head,
            self._lag,
            self.scenarios,
            self._dead,
            self._engine,
            self.zone,
            self.notices,
        ):
            self.addPermanentWidget(widget)
        self._tell_zone()
        shown_zone().changed.connect(self._tell_zone)
        self._status: Status | None = None
        self._without = OPENING
        self._tally, self._drafts = Tally(), 0
        self.show_notices(0, "info")
        for widget in (
            self.older,
            self.faults,
            self._head,
            self._lag,
            self.scenarios,
            self._dead,
            self._engine,
        ):
            widget.hide()
        theme().changed.connect(self._paint)

    @override
    def minimumSizeHint(self) -> QSize:
        # Else a window could not be narrower than all that may be said.
        return QSize(0, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leaves out the numbers that views have, too, where there is no room for all."""
        kept = [self.older, self.faults, self.scenarios, self._dead, self._engine, self.zone, self.notices]
        room = self.width() - self._project.sizeHint().width()
        room -= sum(_width(one) for one in kept if not one.isHidden())
        for label in (self._lag, self._head):
            room -= _width(label)
            label.setVisible(self._status is not None and room >= 0)

    def show_scenarios(self, tally: Tally) -> None:
        """Shows how the scenarios stand; nothing where there are none."""
        if tally != self._tally:
            self._tally = tally
            self._paint_scenarios()

    def show_drafts(self, count: int) -> None:
        """Shows of how many scenario files the text is typed and not written."""
        if count != self._drafts:
            self._drafts = count
            self._paint_scenarios()

    def _paint_scenarios(self) -> None:
        role, said = self._tally.role, self._tally.said
        said += f", {counted(self._tally.gaps, 'gap')} in coverage" if self._tally.gaps else ""
        said += f"{', ' if said else ''}{counted(self._drafts, 'draft')}" if self._drafts else ""
        name = {"ok": "ok", "error": "error"}.get(role, "scenario")
        self.scenarios.setIcon(icon(name, role))
        self.scenarios.setText(said)
        self.scenarios.setVisible(bool(said))
        self._fit()

    def show_older(self, outdated: Outdated | None) -> None:
        """Says that an older model runs than the files say; nothing where it is theirs."""
        self.older.setVisible(outdated is not None)
        if outdated is not None:
            count = len(outdated.told.problems)
            why = counted(count, "mistake") if count else "not trusted"
            self.older.setIcon(icon("warning", "warning"))
            self.older.setText(f"Older model runs since {short(outdated.since)}: {why}")
        self._fit()

    def show_notices(self, count: int, kind: str) -> None:
        """Shows how many notices were not seen yet, in the colour of the worst."""
        self.notices.setIcon(icon("bell", kind if count else "muted"))
        self.notices.setText(f"{count:,}" if count else "")
        told = f"{counted(count, 'notice')} not seen" if count else "Notices"
        self.notices.setAccessibleName(told)
        self.notices.setToolTip(f"{told}. {NOTICES_TIP}")
        self._fit()

    def _paint_faults(self, count: int) -> None:
        """Says in a coloured chip that something goes wrong on purpose (W12)."""
        colors = theme().colors
        self.faults.setVisible(bool(count))
        self.faults.setIcon(icon("bug", "error"))
        self.faults.setText(f"{counted(count, 'fault')} armed")
        ink, ground = colors.ink("error"), colors.tint("error", 0.16)
        self.faults.setStyleSheet(
            f"color: {ink}; background: {ground}; border-radius: 6px; padding: 1px 6px;"
        )

    def _tell_zone(self) -> None:
        self.zone.setText(zone_text())

    def show_status(self, status: Status | None, *, opening: bool = False) -> None:
        """Shows the status; None while no project is open.

        Args:
            opening: None because one is being opened.
        """
        if status is None or status != self._status:
            self._status, self._without = status, OPENING if opening else CLOSED
            self._paint()

    def _paint(self) -> None:
        status = self._status
        self._paint_scenarios()
        self._paint_faults(0 if status is None else status.armed)
        for widget in (self._dead, self._engine):
            widget.setVisible(status is not None)
        if status is None:
            self.show_scenarios(Tally())
            self.show_drafts(0)
            self.show_older(None)
            self._project.setText(self._without)
            self._project.setToolTip("")
            self._fit()
            return
        self._project.setText(f"{status.project}  ·  {Path(status.store).name}")
        self._project.setToolTip(status.store)
        self._head.setText(f"Position {status.head:,}")
        self._lag.setText(f"Lag {status.lag:,}")
        self._lag.setToolTip(f"{LAG_TIP}: {status.furthest}" if status.furthest else LAG_TIP)
        name, text, role = ("error", "Store gone", "error") if status.gone else ENGINE[status.engine]
        if status.faulted:
            name, role = "error", "error"
            text += f", {len(status.faulted):,} faulted"
        self._engine.setIcon(icon(name, role))
        self._engine.setText(text)
        told = f"Read-only: {status.observer}" if status.observer else status.gone or ENGINE_TIP
        self._engine.setToolTip("\n".join([told, *(f"{name} faulted" for name in status.faulted)]))
        self._engine.setEnabled(not status.observer)
        self._dead.setIcon(icon("dead-letter", "error" if status.dead else "muted"))
        letters = "dead letter" if status.dead == 1 else "dead letters"
        dead = f"{status.dead:,} {letters}" if status.dead else f"No {letters}"
        self._dead.setText(f"{dead}, {status.replaying:,} replaying" if status.replaying else dead)
        self._fit()


def _width(widget: QWidget) -> int:
    return widget.sizeHint().width() + 2 * SPACING


def _label(tip: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setToolTip(tip)
    label.setContentsMargins(6, 0, 6, 0)
    return label


def _button(name: str, tip: str, run: Callable[[], object]) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.clicked.connect(lambda _checked=False: run())
    return button

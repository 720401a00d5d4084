"""Sends many commands from the commands view: the plan, how far it is, a way to stop, what became of all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QProgressBar
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column, in_row
from workbench.gui.ticker import pause_timer
from workbench.gui.time_format import absolute
from workbench.gui.views.burst_dialog import BurstDialog
from workbench.gui.views.command_parts import COMMAND
from workbench.gui.widgets import Badge, plain_label, push_button, toolbar_button

if TYPE_CHECKING:
    from workbench.gui.forms import SchemaForm
    from workbench.gui.views.commands_view import CommandsView
    from workbench.services.commands.bursts import Burst, BurstReport

TOLD = 4
"""Reasons that the strip tells; all are in its tip."""
PAUSE = 100
"""Milliseconds between two looks at a burst, at least."""


class BurstStrip(QFrame):
    """One burst: how far it is, or how it ended.

    Args:
        stop: Ends it early.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("burst")
        self.setProperty("card", True)
        self.badge = Badge("info", "sending")
        self.title = plain_label(role="heading")
        self.bar = QProgressBar()
        self.bar.setAccessibleName("How much of the burst was sent")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.said = plain_label(wrap=True)
        self.reasons = plain_label(role="muted", wrap=True)
        self.stop = push_button(
            "Stop", lambda _checked=False: stop(), tip="Send no more; what was sent stays"
        )
        self.close_button = toolbar_button("", "close", "Close")
        self.close_button.clicked.connect(self.hide)
        head = in_row(self.badge, (self.title, 1), self.stop, self.close_button)
        in_column(head, self.bar, self.said, self.reasons, of=self, margins=(10, 6, 8, 8), spacing=4)
        self._fits = pause_timer(self, 0, self._fit)
        self.hide()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fits.start()  # not from here: it sets a size

    def _fit(self) -> None:
        """Is as tall as the wrapped words need: a pane gives them one line each."""
        layout = self.layout()
        if layout is not None:
            self.setMinimumHeight(max(0, layout.totalHeightForWidth(self.width())))

    def show_report(self, report: BurstReport, waits: str = "") -> None:
        """Shows how far it is, and what it waits for."""
        kind, word = ("info", "waiting") if waits else _standing(report)
        self.badge.set(kind, word)
        self.title.setText(report.burst.command)
        self.bar.setMaximum(report.burst.count)
        self.bar.setValue(report.sent)
        self.bar.setHidden(report.finished)
        self.said.setText(" ".join(filter(None, (report.summary() + "." * bool(waits), waits))))
        lines = [f"{n:,} refused: {why}" for why, n in report.refused.most_common()]
        lines += [f"{n:,} failed: {why}" for why, n in report.failed.most_common()]
        more = [f"and {len(lines) - TOLD} more reasons"] if len(lines) > TOLD else []
        self.reasons.setText("\n".join(lines[:TOLD] + more))
        self.reasons.setToolTip("\n".join(lines) if more else "")
        self.reasons.setVisible(bool(lines))
        self.stop.setHidden(report.finished)
        self.close_button.setVisible(report.finished)
        self.show()
        self._fits.start()


def _standing(report: BurstReport) -> tuple[str, str]:
    if not report.finished:
        return "info", "sending"
    if report.stopped:
        return "warning", "stopped"
    return ("ok", "sent") if report.accepted == report.burst.count else ("warning", "sent")


class CommandBursts:
    """Offers it on the form of a command; the strip stands over the history of commands."""

    def __init__(self, view: CommandsView, form: Callable[[], SchemaForm | None]) -> None:
        self._view, self._form = view, form
        self._cancel: asyncio.Event | None = None
        self._shown = QElapsedTimer()
        self.strip = BurstStrip(self.stop)
        layout = view.history.layout()
        if isinstance(layout, QBoxLayout):
            layout.insertWidget(0, self.strip)
        self.acts = Actions(self, view)
        self.acts.offer()
        many = self.acts.button("send_many", words=False)
        many.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # its keys do it; from the picker one goes on
        view.head.addWidget(many)

    def _no_burst(self) -> str:
        if self._cancel is not None:
            return "A burst is under way"
        return self._view.read_only() or ("" if self._view.kind == COMMAND else "A query changes nothing")

    @action(
        "Send many …",
        icon="queue",
        keys="Alt+Shift+B",
        tip="Send many generated commands, at a rate or as fast as possible",
        why=_no_burst,
    )
    def send_many(self) -> None:
        """Opens the plan of a burst, with what stands in the form."""
        form, view = self._form(), self._view
        if form is not None:
            BurstDialog(view, view.desk, view.picker.currentText(), form.value(), self.begin).show()

    def begin(self, burst: Burst) -> None:
        """Sends the commands of a burst."""
        self._cancel = asyncio.Event()
        self._shown.invalidate()
        self._view.result.hide()
        self._view.desk.run(self._send(burst, self._cancel), f"Send many {burst.command}")

    def stop(self) -> None:
        """Sends no more."""
        if self._cancel is not None:
            self._cancel.set()

    async def _send(self, burst: Burst, cancel: asyncio.Event) -> None:
        try:
            bursts = self._view.desk.workspace.bursts
            await bursts.send(burst, progress=self._show, cancel=cancel)
        finally:
            self._cancel = None
            if isValid(self._view):
                self.acts.refresh()

    def _show(self, report: BurstReport) -> None:
        if not isValid(self.strip):
            return
        waits = ""
        if report.goes_on is not None and self._view.desk.workspace.future.by_hand:
            waits = f"The next at {absolute(report.goes_on)}: Time moves the clock."
        shown = self._shown.isValid() and not self._shown.hasExpired(PAUSE)
        if report.finished or waits or not shown:
            self._shown.start()
            self.strip.show_report(report, waits)

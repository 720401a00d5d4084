"""One bulk action as a card: how far it is or how it ended, and what can be done about it (L5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QProgressBar, QPushButton, QToolButton
from typing_extensions import override

from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row, join, stand_by_width
from workbench.gui.steady_button import SteadyButton
from workbench.gui.theme import theme
from workbench.gui.time_format import absolute, short
from workbench.gui.views.job_words import (
    ENDS,
    can_be_recalled,
    can_be_undone,
    can_begin_again,
    hindrance,
    outcome,
    progress,
    title,
)
from workbench.gui.views.ladder_bar import LadderBar
from workbench.gui.widgets import plain_label, push_button, toolbar_button
from workbench.model.dead_letter import LetterAct, LetterStatus
from workbench.services.dead_letters import JobReport
from workbench.services.dead_letters.job_report import GOING
from workbench.store.letter_jobs import JobStatus

if TYPE_CHECKING:
    from workbench.store.letter_jobs import Job

NARROW = 560
"""Pixels in width below which the buttons of a card stand under its title."""
HOLDS = ("Hold", "Go on")
"""What the button of a job under way says, and that of one that is held."""
CANCEL_TIP = "Stop the job; what is done stays done"
TOO_LATE = "Nothing is left to cancel: all were given back; what still waits can be undone"
UNDO_TIP = "Undo the job: its dead letters are again what they were before"
RECALL_TIP = "Undo the replays that still wait; what was delivered stays delivered"
AGAIN_TIP = "Begin a new job with what this one had not begun, with the same patch, steps and pace"
MARKS = {
    "running": ("replay", "info"),
    "held": ("pause", "warning"),
    "done": ("ok", "ok"),
    "cancelled": ("stop", "warning"),
    "undone": ("undo", "info"),
    "undone in part": ("undo", "warning"),
}
"""Icon and colour of a job by how it stands."""


class JobCard(QFrame):
    """One job.

    Attributes:
        watched: Whether its end is waited for here, and was not seen so far.

    Args:
        taken_up: Whether it was begun before the program was started last.
        cancel: Cancels it.
        hold: Holds it, or has it go on.
        failed: Lists the letters that came of what failed again.
        undo: Undoes what it did (L7).
        again: Begins a new one with what is left.
        close: Takes the card away.
        leave: Gives the keyboard to something harmless, before the button that has it goes away.
    """

    def __init__(
        self,
        *,
        taken_up: bool,
        cancel: Callable[[], object],
        hold: Callable[[], object],
        failed: Callable[[], object],
        undo: Callable[[], object],
        again: Callable[[], object],
        close: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setObjectName("job")
        self._taken_up = taken_up
        self.watched = False
        self.report: JobReport | None = None
        self._mark = QLabel()
        self.title = plain_label(role="heading", wrap=True)
        self.said = plain_label(role="muted", wrap=True)
        self.began = plain_label(role="muted")
        self.ladder = LadderBar()
        self.ladder.hide()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self._leave = leave
        self.hold = SteadyButton(HOLDS, hold)
        self.cancel = SteadyButton(["Cancel the rest"], cancel)
        self.failed = push_button(
            "Show failed",
            lambda _checked=False: failed(),
            tip="List the dead letters that came of what failed again",
        )
        self.undo = SteadyButton(["Undo"], undo)
        self.again = SteadyButton([""], again)
        self.again.setToolTip(AGAIN_TIP)
        self.close_button = toolbar_button("", "close", "Close")
        self.close_button.clicked.connect(lambda _checked=False: close())
        told = in_row((self.title, 1), (self.began, 0, Qt.AlignmentFlag.AlignTop), spacing=8)
        doing = in_row(self.undo, self.failed, self.hold, self.cancel, self.close_button, spacing=8)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(8)
        join(self._sides, told, 1)
        join(self._sides, in_column(in_row(1, doing, spacing=0), 1, spacing=0))
        ended = in_row((self.said, 1), (self.again, 0, Qt.AlignmentFlag.AlignTop), spacing=8)
        words = in_column(self._sides, self.ladder, self.bar, ended, spacing=3)
        in_row(
            (self._mark, 0, Qt.AlignmentFlag.AlignTop),
            (words, 1),
            of=self,
            margins=(10, 6, 6, 6),
            spacing=8,
        )
        theme().changed.connect(self._dress)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if stand_by_width(self._sides, self.width(), narrow=NARROW):
            self._sides.setStretch(0, int(self.width() >= NARROW))

    def _keep_places(self) -> None:
        """Keeps the places of what comes and goes while it is under way, also when that has gone.

        Nothing else slides under the pointer then; what comes when it ends stands before them all.
        """
        for button in (self.failed, self.hold, self.cancel, self.close_button):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)

    @property
    def job(self) -> Job | None:
        """The job as it is shown."""
        return self.report.job if self.report is not None else None

    @property
    def over(self) -> bool:
        """Whether it has ended, as far as it is shown."""
        return self.job is not None and self.job.status not in GOING

    @property
    def settled(self) -> bool:
        """Whether nothing can change any more of what it says."""
        shown = self.report
        if shown is None or not self.over or shown.not_begun or shown.others:  # which can be undone
            return False
        if shown.left_undone or shown.job.action != LetterAct.REPLAY:
            return shown.left_undone or not can_be_undone(shown)
        return sum(shown.fates.get(status, 0) for status in ENDS) == len(shown.job.numbers)

    def begin(self, job: Job) -> None:
        """Shows a job of which nothing is counted yet."""
        if self.report is None:
            self.show_report(JobReport(job=job, fates={}))

    def show_report(self, report: JobReport, *, now: int = 0) -> None:
        """Shows how it stands and what became of the letters.

        Args:
            now: Microseconds since 1970.
        """
        self.report, job = report, report.job
        running = job.status in GOING
        if running:
            self._keep_places()
        self._taken_up = self._taken_up and job.status is not JobStatus.HELD  # by a person, from there
        taken_up = self._taken_up and job.status is JobStatus.RUNNING
        again = "  ·  taken up again after a restart" if taken_up else ""
        frozen = f"The list was frozen {absolute(job.created_at)}; letters that died later are not in it"
        self.title.setToolTip(frozen)
        self.title.setText(title(report) + hindrance(report))
        self.began.setText(short(job.created_at))
        self.began.setToolTip(f"Begun {absolute(job.created_at)}")
        self.bar.setRange(0, max(1, len(job.numbers)))
        self.bar.setValue(report.ended)
        self.bar.setVisible(running)
        self.said.setText(progress(report, now) + again if running else outcome(report))
        self.ladder.setVisible(bool(job.plan.ladder))
        self.ladder.show_report(report)
        self._offer(report, running=running)
        self._dress()

    def _offer(self, report: JobReport, *, running: bool) -> None:
        """Shows the buttons of what can be done; the keyboard goes to none of them by itself."""
        held = report.job.status is JobStatus.HELD
        shown: dict[QPushButton | QToolButton, bool] = {
            self.hold: running,
            self.cancel: running,
            self.undo: can_be_undone(report) or can_be_recalled(report),
            self.again: can_begin_again(report),
            self.failed: bool(report.fates.get(LetterStatus.FAILED_AGAIN)),
            self.close_button: not running,
        }
        able: dict[QPushButton | QToolButton, bool] = {
            self.hold: bool(report.left) or held,
            self.cancel: bool(report.left),
        }
        stay = [button for button, visible in shown.items() if visible and able.get(button, True)]
        if any(button.hasFocus() for button in shown if button not in stay):
            self._leave()  # first: Qt gives it to the next one that comes into sight
        self.hold.say(HOLDS[held])
        self.again.say(f"Begin again with {report.not_begun:,} left")
        self.undo.setToolTip(RECALL_TIP if can_be_recalled(report) else UNDO_TIP)
        self.cancel.setToolTip(CANCEL_TIP if report.left else TOO_LATE)
        for button, visible in shown.items():
            button.setEnabled(able.get(button, True))
            button.setVisible(visible)

    def _dress(self) -> None:
        if self.report is None:
            return
        job = self.report.job
        replayed = job.action == LetterAct.REPLAY and job.status is JobStatus.DONE
        again = replayed and self.report.fates.get("failed_again")
        colors = theme().colors
        mark, role = MARKS[self.report.state]
        role = "error" if job.failed else "warning" if again else role
        self._mark.setPixmap(icon(mark, role).pixmap(16, 16))
        shape = f"background: {colors.tint(role)}; border: none; border-left: 3px solid"
        self.setStyleSheet(f"#job {{ {shape} {colors.ink(role)}; }}")

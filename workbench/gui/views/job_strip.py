"""Bulk actions under way and how they ended: progress, a cancel button, what became of the letters (L5)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QLabel,
    QProgressBar,
    QScrollArea,
    QWidget,
)
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.desk import Desk
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.reads import Question
from workbench.gui.theme import theme
from workbench.gui.time_format import absolute, short
from workbench.gui.views.job_watch import job_watch
from workbench.gui.views.job_words import (
    can_be_recalled,
    can_be_undone,
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
from workbench.store.letter_jobs import JobStatus, job_act

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.store.letter_jobs import Job

RECENT = 5
"""Jobs that are shown when those that ended are asked for."""
TALLEST, SHARE = 190, 4
"""Pixels that the strip takes at most, and one part in how many of the view; more is scrolled."""
NARROW = 560
"""Pixels in width below which the buttons of a card stand under its title."""
LEAST = 68
"""Pixels that a card needs."""
CANCEL_TIP = "Stop the job; what is done stays done"
TOO_LATE = "Nothing is left to cancel: all were given back; what still waits can be undone"
UNDO_TIP = "Undo the job: its dead letters are again what they were before"
RECALL_TIP = "Undo the replays that still wait; what was delivered stays delivered"
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
        close: Takes the card away.
    """

    def __init__(
        self,
        *,
        taken_up: bool,
        cancel: Callable[[], object],
        hold: Callable[[], object],
        failed: Callable[[], object],
        undo: Callable[[], object],
        close: Callable[[], object],
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
        self.hold = push_button("Hold", lambda _checked=False: hold())
        self.cancel = push_button("Cancel", lambda _checked=False: cancel())
        self.failed = push_button(
            "Show failed",
            lambda _checked=False: failed(),
            tip="List the dead letters that came of what failed again",
        )
        self.undo = push_button(
            "Undo",
            lambda _checked=False: undo(),
            tip=UNDO_TIP,
        )
        self.close_button = toolbar_button("", "close", "Close")
        self.close_button.clicked.connect(lambda _checked=False: close())
        told = in_row((self.title, 1), (self.began, 0, Qt.AlignmentFlag.AlignTop), spacing=8)
        doing = in_row(self.failed, self.hold, self.cancel, self.undo, self.close_button, spacing=8)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(8)
        self._sides.addLayout(told, 1)
        self._sides.addLayout(in_column(in_row(1, doing, spacing=0), 1, spacing=0))
        words = in_column(self._sides, self.ladder, self.bar, self.said, spacing=3)
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
        narrow = self.width() < NARROW
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._sides.direction() != way:
            self._sides.setDirection(way)
            self._sides.setStretch(0, int(not narrow))

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
        if shown is None or not self.over or shown.in_progress or shown.blocked or shown.not_begun:
            return False
        return shown.left_undone or not can_be_undone(shown)

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
        self._taken_up = self._taken_up and job.status is not JobStatus.HELD  # by a person, from there
        taken_up = self._taken_up and job.status is JobStatus.RUNNING
        before = ", taken up again after a restart" if taken_up else ""
        frozen = f"The list was frozen {absolute(job.created_at)}; letters that died later are not in it"
        self.title.setToolTip(frozen)
        self.title.setText(title(report) + before + hindrance(report))
        self.began.setText(short(job.created_at))
        self.began.setToolTip(f"Begun {absolute(job.created_at)}")
        self.bar.setRange(0, max(1, len(job.numbers)))
        self.bar.setValue(report.ended)
        self.bar.setVisible(running)
        self.said.setText(progress(report, now) if running else outcome(report))
        self.ladder.setVisible(bool(job.plan.ladder))
        self.ladder.show_report(report)
        self.hold.setVisible(running)
        self.hold.setText("Go on" if job.status is JobStatus.HELD else "Hold")
        self.hold.setEnabled(bool(report.left) or job.status is JobStatus.HELD)
        self.cancel.setText("Cancel the rest" if job.step else "Cancel")
        self.undo.setVisible(can_be_undone(report) or can_be_recalled(report))
        self.undo.setToolTip(RECALL_TIP if can_be_recalled(report) else UNDO_TIP)
        self.failed.setVisible(bool(report.fates.get(LetterStatus.FAILED_AGAIN)))
        self.cancel.setVisible(running)
        self.cancel.setEnabled(bool(report.left))
        self.cancel.setToolTip(CANCEL_TIP if report.left else TOO_LATE)
        self.close_button.setVisible(not running)
        self._dress()

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


class JobStrip(QScrollArea):
    """The jobs that are under way, and the one that ended last while it was watched; hidden without any.

    Those that ended before are in the list that the button *Jobs* shows, and in the log of operations.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("jobs")
        self.setAccessibleName("Jobs")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._desk = desk
        self._watch = job_watch(desk)
        self._watch.seen = lambda number: isValid(self) and self.isVisible() and number in self.cards
        self.cards: dict[int, JobCard] = {}
        self._due: set[int] = set()
        self._counting: set[int] = set()
        self._asked = self._listed = False
        self._recent = Question(self, desk, self._show_some, self._cannot)
        self._failed = Question(self, desk, self._list, self._cannot)
        self._unfinished = Question(self, desk, self._take_up, self._cannot)
        inner = QWidget()
        self._column = in_column(of=inner, margins=0, spacing=4)
        self.setWidget(inner)
        self.hide()
        desk.changed.connect(self._changed)

    @override
    def sizeHint(self) -> QSize:
        tall = self._column.totalHeightForWidth(self.viewport().width())
        wanted = tall if tall > 0 else self._column.sizeHint().height()
        view = self.parentWidget()
        room = max(LEAST, view.height() // SHARE) if view is not None else TALLEST
        return QSize(super().sizeHint().width(), min(TALLEST, room, wanted))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def follow(self, number: int) -> None:
        """Shows a job that begins."""
        if number:
            self._add(number, taken_up=False)
            self.cards[number].watched = True
            self.refresh()
            self._watch.follow(number)

    def show_recent(self) -> None:
        """Shows the newest jobs, those that ended as well; asked for again it hides those that ended."""
        ended = [number for number, card in self.cards.items() if card.over]
        if self._listed and ended:
            self._listed = False
            for number in ended:
                self._close(number)
        else:
            self._recent.ask(self._desk.workspace.dead_letters.jobs.list)

    def _show_some(self, jobs: Sequence[Job]) -> None:
        self._listed = True
        for job in jobs[:RECENT]:
            self._add(job.number, taken_up=False)
        self.refresh()

    def refresh(self) -> None:
        """Shows how far the jobs are."""
        self._find_unfinished()
        for number, card in self.cards.items():
            self._show(number, card)
        self.setVisible(bool(self.cards))
        self.updateGeometry()

    def _cannot(self, error: Exception) -> None:
        self._desk.fail("Showing jobs", error)

    def _changed(self, changes: Changes) -> None:
        if (
            changes.engine or changes.operations
        ) and self.isVisible():  # the view around it follows the letters
            self.refresh()

    def _find_unfinished(self) -> None:
        """Shows, the first time, what was under way when the program ended."""
        if self._asked:
            return
        self._asked = True
        jobs = self._desk.workspace.dead_letters.jobs
        self._unfinished.ask(lambda: [*jobs.unfinished(), *jobs.held()])

    def _take_up(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            if job.number not in self.cards:
                self._add(job.number, taken_up=True)
                self.cards[job.number].watched = True
                if job.status is JobStatus.RUNNING:
                    self._watch.follow(job.number)
                self._show(job.number, self.cards[job.number])
        self.setVisible(bool(self.cards))
        self.updateGeometry()

    def _add(self, number: int, *, taken_up: bool) -> None:
        if number in self.cards:
            return
        card = JobCard(
            taken_up=taken_up,
            cancel=partial(self._cancel, number),
            hold=partial(self._hold, number),
            failed=partial(self._list_failed, number),
            undo=partial(self._desk.undo.undo_act, job_act(number), shown=True),
            close=partial(self._close, number),
        )
        self._column.insertWidget(sum(other > number for other in self.cards), card)  # the newest first
        self.cards[number] = card

    def _show(self, number: int, card: JobCard) -> None:
        if card.settled:
            return
        if card.report is None:
            begun = Question(card, self._desk, card.begin, self._cannot)
            begun.ask(partial(self._desk.workspace.dead_letters.jobs.get, number))
        self._due.add(number)
        if number not in self._counting:
            self._counting.add(number)
            self._desk.run(self._count(number), "Count what became of the letters")

    async def _count(self, number: int) -> None:
        """Counts beside the loop what became of a job's letters: a list can be long."""
        try:
            while number in self._due:
                self._due.discard(number)
                report = await self._desk.workspace.dead_letters.jobs.counted(number)
                if number in self.cards:
                    self.cards[number].show_report(report, now=self._desk.workspace.clock.now())
                    self._see_end(self.cards[number])
        finally:
            self._counting.discard(number)
        self.updateGeometry()

    def _see_end(self, seen: JobCard) -> None:
        """Takes away, once a job is seen to end, all others that have ended; but not under the keyboard."""
        if not (seen.watched and seen.over):
            return
        seen.watched = self._listed = False
        ended = [(one.job.changed_at, number) for number, one in self.cards.items() if one.job and one.over]
        for _, number in sorted(ended)[:-1]:
            if not self.cards[number].isAncestorOf(QApplication.focusWidget() or self):
                self._close(number)

    def _cancel(self, number: int) -> None:
        self._desk.run(self._desk.workspace.dead_letters.jobs.cancel(number), f"Cancel job {number}")

    def _list_failed(self, number: int) -> None:
        jobs = self._desk.workspace.dead_letters.jobs
        self._failed.ask(lambda: jobs.counts.failed_again(jobs.get(number)), number)

    def _list(self, numbers: list[int]) -> None:
        self._desk.letters_wanted.emit(numbers, "")

    def _hold(self, number: int) -> None:
        jobs, card = self._desk.workspace.dead_letters.jobs, self.cards[number]
        held = card.job is not None and card.job.status is JobStatus.HELD
        work = jobs.resume(number) if held else jobs.hold(number)
        self._desk.run(self._held(number, work), f"{'Resume' if held else 'Hold'} job {number}")

    async def _held(self, number: int, work: Coroutine[Any, Any, Job]) -> None:
        job = await work
        self.refresh()
        if job.status is JobStatus.RUNNING:
            self._watch.follow(number)

    def _close(self, number: int) -> None:
        card = self.cards.pop(number)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self.setVisible(bool(self.cards))
        self.updateGeometry()

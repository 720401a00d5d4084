"""Bulk actions under way and how they ended: progress, a cancel button, what became of the letters (L5)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.desk import Desk
from workbench.gui.layouts import in_column
from workbench.gui.reads import Question
from workbench.gui.views.job_card import JobCard
from workbench.gui.views.job_watch import job_watch
from workbench.store.letter_jobs import JobStatus, job_act

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.store.letter_jobs import Job

RECENT = 5
"""Jobs that are shown when those that ended are asked for."""
TALLEST, SHARE = 190, 4
"""Pixels that the strip takes at most, and one part in how many of the view; more is scrolled.

One card is seen whole, in up to half of the view.
"""
LEAST = 68
"""Pixels that a card needs."""


class JobStrip(QScrollArea):
    """The jobs that are under way, and the one that ended last while it was watched; hidden without any.

    Those that ended before are in the list that the button *Jobs* shows, and in the log of operations.

    Args:
        leave: Gives the keyboard to something harmless, before what has it goes away.
    """

    def __init__(self, desk: Desk, leave: Callable[[], object]) -> None:
        super().__init__()
        self._leave = leave
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
        desk.job_begun.connect(self.follow)

    @override
    def sizeHint(self) -> QSize:
        width, view = self.viewport().width(), self.parentWidget()
        tall = self._column.totalHeightForWidth(width)
        wanted = tall if tall > 0 else self._column.sizeHint().height()
        room = max(LEAST, view.height() // SHARE) if view is not None else TALLEST
        cards = (card for card in self.cards.values() if isValid(card))
        one = max((card.heightForWidth(width) for card in cards), default=0)
        one = min(one, view.height() // 2) if view is not None else one
        return QSize(super().sizeHint().width(), min(max(min(TALLEST, room), one), wanted))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # words take another number of lines

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
            again=partial(self._again, number),
            close=partial(self._close, number),
            leave=self._leave,
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

    def _again(self, number: int) -> None:
        self._close(number)  # a second click finds it gone
        self._desk.undo.begin_again(number)

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
        if card.isAncestorOf(QApplication.focusWidget() or self):
            self._leave()
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self.setVisible(bool(self.cards))
        self.updateGeometry()

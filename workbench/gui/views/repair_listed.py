"""Says where a repair and the list have different letters, and what became of those that were sent."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.gui.layouts import in_column, in_row
from workbench.gui.views.letter_actions import fates
from workbench.gui.widgets import plain_label
from workbench.model.counts import counted
from workbench.services.dead_letters import JobReport
from workbench.services.dead_letters.job_report import GOING

IS = frozenset({"running", "held", "done"})
"""What a job is, as it stands; all else it was."""


def job_said(report: JobReport) -> str:
    """Says how a job stands, how many of its letters are still unsent, and what others made of some (L5)."""
    job, left = report.job, report.queued + report.not_begun
    parts = [f"{left:,} of them are not sent"] if left else []
    parts += [f"by others meanwhile: {fates(report.others)}"] if report.others else []
    stands = f"{'is' if report.state in IS else 'was'} {report.state}"
    return ", ".join((f"Job {job.number} of {counted(len(job.numbers), 'letter')} {stands}", *parts))


class RepairListed(QWidget):
    """What a person must know of the letters of a repair before they send them.

    Signals:
        taken: The repair should be of the letters that are listed.
    """

    taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._listed: Sequence[int] = ()
        self._title, self._flaw, self._over = "", "", True
        self.job = plain_label(role="muted", wrap=True)
        self.other = plain_label(role="warning", wrap=True)
        self.take = QPushButton()
        self.take.clicked.connect(lambda _checked=False: self.taken.emit())
        in_column(self.job, in_row((self.other, 1), self.take, spacing=6), of=self, margins=0, spacing=4)
        self.job.hide()
        self.compare((), whole=True)

    def follow(self, listed: Sequence[int], title: str, flaw: str) -> None:
        """Takes what is listed now, what that is, and why it may not be what was asked for."""
        self._listed, self._title, self._flaw = listed, title, flaw

    def listed(self) -> tuple[Sequence[int], str]:
        """Returns what is listed, and what that is."""
        return self._listed, self._title

    def show_job(self, report: JobReport | None) -> None:
        """Says how the job of the repair stands; None for no job."""
        self._over = report is None or report.job.status not in GOING
        self.job.setText(job_said(report) if report is not None else "")
        self.job.setVisible(report is not None)

    def compare(self, numbers: Sequence[int], *, whole: bool) -> None:
        """Says whether the letters of the repair are those that are listed.

        Args:
            whole: Whether they should be all of these; else some of them.
        """
        listed = self._listed
        if whole or len(numbers) > len(listed):
            other = tuple(numbers) != tuple(listed)
        else:
            other = not frozenset(numbers).issubset(listed)
        other = other and (bool(numbers) or self._over)
        there = f"{len(listed):,}" if listed else "none"
        here = f"{len(numbers):,} here, the list has {there}"
        if len(numbers) == len(listed):
            away = len(frozenset(numbers).difference(listed))
            here = f"{away:,} of these {len(numbers):,} {'is' if away == 1 else 'are'} not in the list"
        self.other.setText(f"⚠ Not what is listed: {here}" if other else "")
        self.take.setText(f"Take the list's {there}")
        self.other.setVisible(other)
        self.take.setVisible(other and bool(listed))

    def trouble(self) -> str:
        """Returns why nothing may be sent while the list is what it is; empty where it may."""
        return f"The list shows nothing: {self._flaw}" if self._flaw else ""

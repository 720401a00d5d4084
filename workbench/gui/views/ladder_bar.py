"""The steps of a canary ladder as boxes: done, now, next (ux rule 8: each in a word, too)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from workbench.gui.icons import pixmap
from workbench.gui.safe_painter import painting
from workbench.gui.theme import Colors, theme, ui_font
from workbench.model.dead_letter import LetterStatus
from workbench.services.dead_letters.job_report import BLOCKED, NOT_GIVEN, OTHERS, SKIPPED, UNDONE
from workbench.services.dead_letters.letter_ladder import rungs
from workbench.store.letter_jobs import JobStatus

if TYPE_CHECKING:
    from workbench.services.dead_letters import JobReport

TALL, GAP, WIDEST = 64, 22, 190
HEAD = 16
"""Pixels of a box for the number of letters; below it are its words, two lines or as many as they need."""
LEFT, ABOVE, RIGHT, BELOW = 10, 5, 8, 7
"""Pixels around what is written in a box."""
WRAPPED = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
FAILED = (LetterStatus.FAILED_AGAIN, NOT_GIVEN)
TOLD = {
    LetterStatus.RESOLVED: "resolved",
    LetterStatus.REPLAYING: "replaying",
    BLOCKED: "waiting",
    LetterStatus.OPEN: "open again",
    UNDONE: "undone",
    SKIPPED: "skipped",
    OTHERS: "by others",
}
"""What a box says of letters that did not fail."""
FAILED_THERE = (JobStatus.HELD, JobStatus.CANCELLED)
"""Of a job that ended so, a failure is told at the step where it stands."""

ICONS = {"done": "ok", "failed": "error", "undone": "undo", "held": "pause", "stopped": "stop"}
"""Of a step, by how it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RungState:
    """One step as it is shown.

    Attributes:
        state: ``done`` where nothing of it failed, ``failed``, ``undone``, ``now``, ``held``, ``stopped``, or
            ``next``; ``given`` before it is counted what came of it.
        share: Of the one that is under way: how much of it has ended, 0 to 1.
    """

    size: int
    state: str
    words: str
    share: float = 0.0


def states(report: JobReport) -> tuple[RungState, ...]:
    """Returns how the steps of a job stand."""
    job, found = report.job, []
    steps = rungs(job.plan.ladder, len(job.numbers))
    ended = job.step - report.in_progress
    for at, rung in enumerate(steps):
        given = min(job.step, rung.end) - rung.begin
        waits = report.in_progress if job.step <= rung.end and given > 0 else 0
        if (
            job.step >= rung.end
            and (job.status is JobStatus.DONE or not waits)
            and not (job.status in FAILED_THERE and job.step == rung.end and report.failures)
        ):
            state, words = _came_to(report.steps[at] if report.steps else {})
            found.append(RungState(size=rung.size, state=state, words=words))
        elif given > 0 and job.status is JobStatus.RUNNING:
            words = f"{given - waits:,} ended, {waits:,} replaying"
            share = max(0.0, (ended - rung.begin) / rung.size)
            found.append(RungState(size=rung.size, state="now", words=words, share=share))
        elif given > 0:
            state = "held" if job.status is JobStatus.HELD else "stopped"
            words = _stopped(report, report.steps[at] if report.steps else {})
            found.append(RungState(size=rung.size, state=state, words=words))
        else:
            before = f"waits for the {steps[at - 1].size:,}" if at else "waits"
            before = f"waits: {report.held_up}" if report.held_up else before
            before = "not begun" if job.status is JobStatus.CANCELLED else before
            others = report.steps[at].get(OTHERS, 0) if report.steps else 0
            before += f", {others:,} by others" if others else ""
            found.append(RungState(size=rung.size, state="next", words=before))
    return tuple(found)


def _came_to(found: dict[str, int]) -> tuple[str, str]:
    """Returns how a step stands that was dealt with as a whole, and what came of it; failures first."""
    failed = sum(found.get(what, 0) for what in FAILED)
    told = {said: found.get(what, 0) for what, said in TOLD.items()}
    counts = {"failed": failed, **told}
    words = ", ".join(f"{count:,} {said}" for said, count in counts.items() if count)
    state = "failed" if failed else "undone" if found.get(UNDONE) else "done" if found else "given"
    return state, words or "given back"


def _stopped(report: JobReport, found: dict[str, int]) -> str:
    """Says what came of a step, and why the job went no further than that."""
    held = "held at a failure" if report.at_failure else "held here"
    why = "cancelled" if report.job.status is JobStatus.CANCELLED else held
    return f"{_came_to(found)[1]}; {why}" if found else why


class LadderBar(QWidget):
    """The steps of one job."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ladder")
        self._states: tuple[RungState, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self.update)

    def show_report(self, report: JobReport) -> None:
        """Shows how the steps of a job stand."""
        self._states = states(report)
        said = [f"{one.size:,}: {one.words}" for one in self._states]
        self.setAccessibleName("; ".join(said))
        self.setToolTip("\n".join(said))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(len(self._states) * (WIDEST + GAP), TALL + 4)

    @override
    def heightForWidth(self, width: int) -> int:
        inner = int(self._box_width(width)) - LEFT - RIGHT
        place, metrics = QRect(0, 0, max(1, inner), 10_000), QFontMetrics(ui_font(8.5))
        lines = max(
            (metrics.boundingRect(place, WRAPPED, one.words).height() for one in self._states), default=0
        )
        return max(TALL, HEAD + lines + ABOVE + BELOW) + 4

    def _box_width(self, width: int) -> float:
        count = max(1, len(self._states))
        return min(WIDEST, (width - 2 - GAP * (count - 1)) / count)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            width = self._box_width(self.width())
            for at, one in enumerate(self._states):
                box = QRectF(1 + at * (width + GAP), 2, width, self.height() - 4)
                if at:
                    _arrow(painter, box.left() - GAP, box.left(), box.center().y(), one)
                _box(painter, box, one)


def rung_role(one: RungState) -> str:
    """Returns the role of the colours in which a step is painted."""
    roles = {"done": "ok", "now": "info", "held": "warning", "stopped": "error", "failed": "error"}
    return roles.get(one.state, "muted")


def _arrow(painter: QPainter, begin: float, end: float, at: float, one: RungState) -> None:
    colors = theme().colors
    ink = QColor(colors.border if one.state == "next" else colors.muted)
    painter.setPen(QPen(ink, 1.5))
    painter.drawLine(QLineF(begin + 2, at, end - 3, at))
    for rise in (-4, 4):
        painter.drawLine(QLineF(QPointF(end - 7, at + rise), QPointF(end - 3, at)))


def _box(painter: QPainter, box: QRectF, one: RungState) -> None:
    colors = theme().colors
    role = rung_role(one)
    known = one.state != "next"
    painter.setPen(QPen(QColor(colors.ink(role) if known else colors.border), 1.5 if known else 1))
    painter.setBrush(QColor(colors.tint(role, 0.12) if known else colors.surface))
    painter.drawRoundedRect(box, 6, 6)
    inner = box.adjusted(LEFT, ABOVE, -RIGHT, -BELOW)
    painter.setFont(ui_font(weight=QFont.Weight.DemiBold))
    painter.setPen(QColor(colors.text))
    painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, f"{one.size:,}")
    _words(painter, inner, one, colors)
    if icon := ICONS.get(one.state):
        picture = pixmap(icon, 14, colors.ink(role), 1.0)
        painter.drawPixmap(QPointF(inner.right() - 14, inner.top()), picture)
    if one.state == "now":
        bar = QRectF(inner.left(), box.bottom() - 5, inner.width() * min(1.0, one.share), 2.5)
        painter.fillRect(bar, QColor(colors.ink(role)))


def _words(painter: QPainter, inner: QRectF, one: RungState, colors: Colors) -> None:
    painter.setFont(ui_font(8.5))
    painter.setPen(QColor(colors.ink(rung_role(one)) if one.state != "next" else colors.muted))
    painter.drawText(inner.adjusted(0, HEAD, 0, BELOW), WRAPPED, one.words)

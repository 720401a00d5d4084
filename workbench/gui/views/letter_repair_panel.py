"""Repairs many dead letters by one patch: previewed, rehearsed in a copy, replayed by a ladder (L6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import InvalidValue
from workbench.gui.diff_view import DiffView
from workbench.gui.icons import icon
from workbench.gui.layouts import Scrolled, in_column, in_row, join
from workbench.gui.reads import Question
from workbench.gui.views.confirm_strip import ConfirmChoice, ConfirmStrip
from workbench.gui.views.letter_actions import OLDEST_FIRST
from workbench.gui.views.letter_reads import previewed, reported, samples_of
from workbench.gui.views.patch_form import PatchForm
from workbench.gui.views.repair_fits import RepairFits
from workbench.gui.views.repair_listed import RepairListed
from workbench.gui.views.repair_rehearsal import RepairRehearsal, stop
from workbench.gui.views.repair_steps import RepairSteps
from workbench.gui.views.repair_words import emptied, fields_of, forewarned, holds_text, left_alone
from workbench.gui.views.to_confirm import ToConfirm
from workbench.gui.widgets import error_text, plain_label, toolbar_button
from workbench.model.counts import counted
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.services.dead_letters.letter_ladder import parse_ladder
from workbench.services.dead_letters.letter_patch import (
    LetterPatch,
    PatchedLetter,
    parse_letter_patch,
)

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.services.dead_letters import JobReport
    from workbench.services.dead_letters.patch_report import PatchReport

DRAFT = "letters/patch"
QUIET_MS = 150
"""After the last key the patch is tried on all letters."""
FORM_LEAST = 64
"""Pixels in height that the form keeps, with what it makes of a letter; below that all is scrolled."""
BEFOREHAND = prospect(OperatorAct.REPAIR)


class LetterRepairPanel(QWidget):
    """The patch, what it makes of each letter, what would happen, and how it is sent.

    Args:
        follow: Told the number of the job that begins.
        strip: Where it is asked whether fields shall become empty.

    Signals:
        closed: The person left it.
        wanted: Numbers of letters that should be listed.
    """

    closed = Signal()
    wanted = Signal(object)

    def __init__(self, desk: Desk, follow: Callable[[int], object], strip: ConfirmStrip) -> None:
        super().__init__()
        self.setObjectName("letter-repair")
        self._desk, self._follow, self._strip = desk, follow, strip
        self._repair = desk.workspace.dead_letters.repair
        self.numbers: tuple[int, ...] = ()
        self._at = 0
        self._begun = False
        self._patch: LetterPatch | None = None
        self._last: LetterPatch | None = None
        self.report: PatchReport | None = None
        self._checking: asyncio.Task[None] | None = None
        self._shown: PatchedLetter | None = None
        self._previewing = Question(self, desk, self._show_preview, "Trying the patch")
        self._asking = Question(self, desk, self._ask, "What would be replayed")
        self._job, self._whole = 0, True
        self._following = Question(self, desk, self._show_job, "The job of the repair")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(QUIET_MS)
        self._pause.timeout.connect(self._judge)
        self._build()
        desk.changed.connect(self._changed)

    # -- building -----------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = plain_label(role="heading", wrap=True)
        self.close_button = toolbar_button("", "close", "Leave the repair; the patch stays")
        self.close_button.clicked.connect(lambda _checked=False: self.closed.emit())
        self.last = QPushButton("Last patch")
        self.last.setToolTip("Write the patch of the last repair again")
        self.last.clicked.connect(lambda _checked=False: self._write_last())
        self.form = PatchForm(self._holds_text)
        self.form.changed.connect(self._typed)
        self.fits = RepairFits()
        self.fits.wanted.connect(self.wanted)
        self.fits.agreed.connect(self._offer)
        self.listed = RepairListed()
        self.listed.taken.connect(lambda: self.open(*self.listed.listed()))
        self.letter = plain_label(role="heading")
        self.before, self.after = (
            toolbar_button("", "back", "The letter before"),
            toolbar_button("", "forward", "The next letter"),
        )
        self.before.clicked.connect(lambda _checked=False: self._step(-1))
        self.after.clicked.connect(lambda _checked=False: self._step(1))
        self.diff = DiffView()
        self.diff.setAccessibleName("What the patch changes of this letter")
        self.diff.setMinimumHeight(64)
        self.diff.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.verdict = plain_label(wrap=True)
        self._controls()
        self._arrange()

    def _controls(self) -> None:
        self.rehearsal = RepairRehearsal(self._desk, lambda: (self.chosen(), self._patch), self._strip, self)
        self.rehearse, self.rehearsed = self.rehearsal.button, self.rehearsal.said
        self.rehearsal.changed.connect(self._offer)
        self.rehearsal.told.connect(self._bring_verdict)
        self.send = QPushButton("Repair and replay")
        self.send.setProperty("primary", True)
        self.send.setIcon(icon("replay", "on_accent"))
        self.send.clicked.connect(lambda _checked=False: self._send())
        self.why = plain_label(BEFOREHAND, "muted", wrap=True)
        self.steps = RepairSteps()
        self.ladder, self.first, self.pace = self.steps.ladder, self.steps.first, self.steps.pace
        self.steps.changed.connect(self._offer)

    def _arrange(self) -> None:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(12, 8, 12, 4)
        layout.setSpacing(8)
        join(layout, in_row((self.title, 1), self.last, self.close_button, spacing=6))
        layout.addWidget(self.form)
        layout.addWidget(self.fits)
        join(layout, in_row((self.letter, 1), self.before, self.after, spacing=6))
        layout.addWidget(self.diff, 1)
        layout.addWidget(self.verdict)
        layout.addWidget(self.rehearsed)
        self._scrolled = Scrolled(page, "Repair of the group")
        self._scrolled.setMinimumHeight(FORM_LEAST)
        self._scrolled.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        send = in_row(self.rehearse, 1, self.send, spacing=6)
        below = in_column(
            self.steps, self.listed, send, self.why, margins=(12, 4, 12, 8), spacing=6
        )  # in sight wherever there is room for it
        whole = QWidget()
        in_column((self._scrolled, 1), below, of=whole, margins=0, spacing=0)
        self._outer = Scrolled(whole, "Repair")
        in_column(self._outer, of=self, margins=0, spacing=0)

    def _bring_verdict(self) -> None:
        self._scrolled.bring(self.rehearsed)
        self._outer.bring(self.rehearsed)

    # -- what it is about ---------------------------------------------------------------------------------

    def open(self, numbers: Sequence[int], said: str, *, whole: bool = True) -> None:
        """Begins with letters, whose list is frozen now, the newest first; the patch that was begun stays.

        Args:
            whole: Whether they are all that is listed; else some of it.
        """
        self._restore()
        self._job, self._whole = 0, whole
        self.listed.show_job(None)
        self._take(numbers, said)
        self.form.begin()

    def _take(self, numbers: Sequence[int], said: str) -> None:
        self.numbers, self._at = tuple(numbers), 0
        left = f"Repair {counted(len(numbers), 'dead letter')} · {said}"
        self.title.setText(left if numbers else "Repair: no letter is left here")
        self.listed.compare(self.numbers, whole=self._whole)
        self.first.setValue(0)
        self._judge()

    def follow_list(self, listed: Sequence[int], title: str, flaw: str) -> None:
        """Takes what is listed now, and says where that is not what would be repaired."""
        self.listed.follow(listed, title, flaw)
        self.listed.compare(self.numbers, whole=self._whole)
        self._offer()

    def _show_job(self, report: JobReport) -> None:
        self.listed.show_job(report)
        self.listed.compare(self.numbers, whole=self._whole)

    def _write_last(self) -> None:
        if self._last is not None:
            self.form.show_patch(self._last)
            self.form.begin()

    def _restore(self) -> None:
        draft = self._desk.workspace.drafts.find(DRAFT)
        if draft is not None and not self._begun:
            try:
                self.form.show_patch(parse_letter_patch(str(draft.content)))
            except InvalidValue:  # of an older program
                self._desk.forget(DRAFT)
        self._begun = True

    def _holds_text(self, field: str) -> bool:
        return self._shown is not None and holds_text(self._desk.workspace.registry, self._shown, field)

    def unsaved(self) -> str:
        """Returns, in words, the patch that was begun and not sent; empty for none."""
        draft = self._desk.workspace.drafts.find(DRAFT)
        return draft.what if draft is not None else ""

    # -- judging ------------------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        if changes.model and self.numbers:  # whether they fit is another question now
            self._typed()
        if self._job and (changes.dead_letters or changes.everything):
            self._follow_job()

    def _follow_job(self) -> None:
        number, letters = self._job, self._desk.workspace.dead_letters
        self._following.ask(lambda: reported(letters, number), number)

    def _typed(self) -> None:
        stop(self._checking)
        self._patch = self.report = None  # until it was tried
        self.rehearsal.forget()
        self.fits.anyway.setChecked(False)
        self._offer()
        self._pause.start()

    def _judge(self) -> None:
        """Tries the patch on the letter that is shown, and on all."""
        self._pause.stop()
        stop(self._checking)
        try:
            self._patch = patch = self.form.patch()
        except InvalidValue as error:
            self._patch, self.report = None, None
            self.verdict.setText(error_text(error))
            self._offer()
            return
        if patch.says:
            self._desk.keep(DRAFT, patch.text, "the patch of dead letters")
        self._checking = self._desk.run(self._check(patch, self.numbers), "Try the patch")
        self._preview()

    async def _check(self, patch: LetterPatch, numbers: tuple[int, ...]) -> None:
        def told(done: int, of: int) -> None:
            self.fits.fit.set("neutral", f"{done:,} of {of:,} tried")

        found = await self._repair.check(patch, numbers, told)
        if patch is self._patch and numbers == self.numbers:
            self.report = found
            self._offer()

    def _preview(self) -> None:
        if not self.numbers:
            self.letter.setText("No letter is left")
            self.diff.set_values({}, {})
            self.verdict.clear()
            self.before.setEnabled(False)
            self.after.setEnabled(False)
        elif self._patch is not None:
            number, patch = self.numbers[self._at], self._patch
            self._previewing.ask(lambda: previewed(self._repair, patch, number), (number, patch.text))

    def _show_preview(self, found: PatchedLetter) -> None:
        if found.number not in self.numbers:
            return  # it was sent meanwhile
        first, self._shown = self._shown is None, found
        self.letter.setText(f"Letter {found.number:,}   {self._at + 1:,} of {len(self.numbers):,}")
        self.before.setEnabled(self._at > 0)
        self.after.setEnabled(self._at + 1 < len(self.numbers))
        self.form.offer(fields_of(found.before))
        self.diff.set_values(found.before, found.before if found.trouble else found.after)
        said = found.trouble or (
            (f"fits {found.type}" if found.judged else f"no schema is known of {found.type}")
            if found.changed
            else "nothing changes: it is replayed as it is"
        )
        said += f"; {', '.join(found.emptied)} becomes empty" if found.emptied else ""
        lacking = self.form.lacking()
        warns = lacking or found.trouble or found.emptied or found.unknown or found.absent
        self.verdict.setText(f"{'⚠' if warns else '✓'} {lacking or said}")
        if first:  # now it is known which fields hold text
            self._pause.start()

    def _step(self, by: int) -> None:
        self._at = max(0, min(len(self.numbers) - 1, self._at + by))
        self._preview()

    def chosen(self) -> tuple[int, ...]:
        """Returns the letters that would be replayed, the oldest messages first."""
        fit = self.report.fit if self.report is not None else ()
        return fit[: self.first.value()] if self.first.value() else fit

    def _offer(self) -> None:
        """Says how many fit, and what can be done with them."""
        found, count = self.report, len(self.chosen())
        self.fits.show_report(found, fields_of(self._shown.before) if self._shown is not None else ())
        lacking = self.form.lacking()
        if lacking:
            self.verdict.setText(f"⚠ {lacking}")
        patched = self._changing() is not None
        self.last.setVisible(self._last is not None and not patched and not lacking)
        self.send.setText(f"{'Repair and replay' if patched else 'Replay'} {count:,}")
        stays = patched and found is not None and len(found.unchanged) == len(found.fit)
        same = "The patch changes none of these letters" if stays else ""
        tried = "No letter fits" if found is not None else "The patch is not tried on them"
        none = "" if count else tried if self.numbers else "No letter is left"
        why = (
            self._desk.read_only()
            or self.listed.trouble()
            or lacking
            or none
            or self.fits.trouble()
            or self.steps.trouble()
            or same
        )
        self.send.setEnabled(not why)
        self.why.setText(f"⚠ {why}." if why and self.numbers else BEFOREHAND)
        self.send.setToolTip(why or f"{BEFOREHAND} The list of {count:,} is frozen now.")
        self.rehearsal.offer(count, can=not lacking, there=bool(self.numbers))

    # -- doing --------------------------------------------------------------------------------------------

    def _send(self) -> None:
        numbers = self.chosen()
        if not numbers or self.report is None or not self.send.isEnabled():
            return
        asked, letters = self._patch, self._desk.workspace.dead_letters
        self._asking.ask(lambda: (asked, samples_of(letters, numbers)), (asked, numbers))

    def _ask(self, found: tuple[LetterPatch | None, ToConfirm]) -> None:
        asked, frozen = found
        label, empty = self.send.text(), emptied(self.report, frozen.numbers) if self.report else ""
        stay = left_alone(self.report, frozen.numbers) if self.report else ""
        other, rehearsal = self.listed.other.text(), self._repair.rehearsal
        failed = forewarned(rehearsal.last_of(frozen.numbers, asked))
        warns = bool(empty or other or failed)
        choice = ConfirmChoice(label=label, run=lambda: self._agreed(asked, frozen.numbers), danger=warns)
        ladder = parse_ladder(self.ladder.text())
        steps = f"By steps of {', '.join(map(str, ladder))}, then the rest." if ladder else ""
        pace = f"At most {self.pace.value():,} per second." if self.pace.value() else ""
        first = OLDEST_FIRST if len(frozen.numbers) > 1 else ""
        held = frozen.taken_out, frozen.waits, failed, stay, empty, f"{other}." if other else ""
        parts = (f"{label}?", *held, BEFOREHAND, first, steps, pace)
        said = " ".join(part for part in parts if part)
        self._strip.ask(said, frozen.lines(), [choice])

    def _agreed(self, asked: LetterPatch | None, numbers: tuple[int, ...]) -> None:
        if asked is self._patch and numbers == self.chosen() and self.send.isEnabled():
            self._start()
        else:
            self._desk.notice("warning", "The repair was changed after the question; nothing is replayed.")

    def _start(self) -> None:
        if self.report is not None:
            self.form.begin()  # else the keyboard jumps to another view
            self.send.setEnabled(False)  # a second click finds it so
            self._desk.run(self._begin(self.chosen(), self.report.left_out, self._changing()), "Repair")

    def _changing(self) -> LetterPatch | None:
        """Returns the patch if it changes anything."""
        return self._patch if self._patch is not None and self._patch.says else None

    async def _begin(self, numbers: tuple[int, ...], left_out: int, patch: LetterPatch | None) -> None:
        number = await self._repair.begin(
            numbers,
            patch=patch,
            ladder=parse_ladder(self.ladder.text()),
            per_second=float(self.pace.value()),
            left_out=left_out,
        )
        self._desk.forget(DRAFT)
        self._job = number
        self._follow_job()
        self._ended(frozenset(numbers), patch)
        self._follow(number)

    def _ended(self, sent: frozenset[int], patch: LetterPatch | None) -> None:
        """Ends the patch with its job; those that were not sent are left."""
        self._last, here = patch or self._last, self.isAncestorOf(QApplication.focusWidget() or self)
        self.form.clear()
        self.rehearsal.forget()
        self._take([number for number in self.numbers if number not in sent], "not sent yet")
        if here:
            self.form.begin()

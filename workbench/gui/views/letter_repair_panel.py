"""Repairs many dead letters by one patch: previewed, rehearsed in a copy, replayed by a ladder (L6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import InvalidValue, WorkbenchError
from workbench.gui.chooser import NumberBox
from workbench.gui.diff_view import DiffView
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column
from workbench.gui.reads import Question
from workbench.gui.views.patch_form import PatchForm
from workbench.gui.widgets import Badge, error_text, plain_label, toolbar_button
from workbench.model.counts import counted
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.services.dead_letters.letter_ladder import USUAL, parse_ladder
from workbench.services.dead_letters.letter_patch import (
    LetterPatch,
    PatchedLetter,
    PatchReport,
    parse_letter_patch,
)

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.dead_letters.letter_rehearsal import Rehearsal

DRAFT = "letters/patch"
QUIET_MS = 150
"""After the last key the patch is tried on all letters."""
REASONS = 3
"""Reasons why letters are left out, and outcomes of a rehearsal times two, that are shown."""
BEFOREHAND = prospect(OperatorAct.REPAIR)


class LetterRepairPanel(QWidget):
    """The patch, what it makes of each letter, what would happen, and how it is sent.

    Args:
        follow: Told the number of the job that begins.

    Signals:
        closed: The person left it.
        wanted: Numbers of letters that should be listed.
    """

    closed = Signal()
    wanted = Signal(object)

    def __init__(self, desk: Desk, follow: Callable[[int], object]) -> None:
        super().__init__()
        self.setObjectName("letter-repair")
        self._desk, self._follow = desk, follow
        self._repair = desk.workspace.dead_letters.repair
        self.numbers: tuple[int, ...] = ()
        self._at = 0
        self._begun = False
        self._patch: LetterPatch | None = None
        self.report: PatchReport | None = None
        self._checking: asyncio.Task[None] | None = None
        self._rehearsing: asyncio.Task[None] | None = None
        self._shown: PatchedLetter | None = None
        self._previewing = Question(self, desk, self._show_preview, partial(desk.fail, "Trying the patch"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(QUIET_MS)
        self._pause.timeout.connect(self._judge)
        self._build()

    # -- building -----------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = plain_label(role="heading", wrap=True)
        self.close_button = toolbar_button("", "close", "Leave the repair; the patch stays")
        self.close_button.clicked.connect(lambda _checked=False: self.closed.emit())
        self.form = PatchForm(self._holds_text)
        self.form.changed.connect(self._typed)
        self.fit, self.misfit = Badge("neutral", ""), Badge("warning", "")
        self.why = plain_label(role="muted", wrap=True)
        self.show_misfits = QPushButton("Show them")
        self.show_misfits.clicked.connect(lambda _checked=False: self._show_left_out())
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
        self.rehearsed = plain_label(wrap=True)
        self.rehearsed.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rehearsed.hide()
        self._controls()
        self._arrange()

    def _controls(self) -> None:
        self.rehearse = QPushButton("Rehearse")
        self.rehearse.setIcon(icon("eye"))
        self.rehearse.setToolTip("Replay all in a copy of the store, and say what would become of them")
        self.rehearse.clicked.connect(lambda _checked=False: self._begin_rehearsal())
        self.send = QPushButton("Repair and replay")
        self.send.setProperty("primary", True)
        self.send.setIcon(icon("replay", "on_accent"))
        self.send.clicked.connect(lambda _checked=False: self._send())
        self.ladder = QLineEdit(", ".join(map(str, USUAL)))
        self.ladder.setAccessibleName("Ladder")
        self.ladder.setToolTip("Letters of each step, before the rest; it stops at the first new failure")
        self.ladder.textChanged.connect(lambda _text: self._offer())
        self.first, self.pace = NumberBox(), NumberBox()
        for box, name, zero, most in (
            (self.first, "First", "all", 10_000_000),
            (self.pace, "Pace", "any", 1000),
        ):
            box.setRange(0, most)
            box.setAccessibleName(name)
            box.setSpecialValueText(zero)
        self.pace.setSuffix(" / s")
        self.first.setToolTip("Only the oldest of them")
        self.first.valueChanged.connect(lambda _value: self._offer())

    def _arrange(self) -> None:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(12, 8, 12, 4)
        layout.setSpacing(8)
        layout.addLayout(_row((self.title, 1), (self.close_button, 0)))
        layout.addWidget(self.form)
        layout.addLayout(_row((self.fit, 0), (self.misfit, 0), (self.show_misfits, 0), (None, 1)))
        layout.addWidget(self.why)
        layout.addLayout(_row((self.letter, 1), (self.before, 0), (self.after, 0)))
        layout.addWidget(self.diff, 1)
        layout.addWidget(self.verdict)
        layout.addWidget(self.rehearsed)
        steps = _row(
            (plain_label("Ladder", "muted"), 0),
            (self.ladder, 2),
            (plain_label("first", "muted"), 0),
            (self.first, 1),
            (plain_label("pace", "muted"), 0),
            (self.pace, 1),
        )
        self._scrolled = scrolled = QScrollArea()
        scrolled.setAccessibleName("Repair of the group")
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setWidgetResizable(True)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setWidget(page)
        send = _row((self.rehearse, 0), (None, 1), (self.send, 0))
        said = plain_label(BEFOREHAND, "muted", wrap=True)
        below = in_column(steps, send, said, margins=(12, 4, 12, 8), spacing=6)  # always in sight
        in_column((scrolled, 1), below, of=self, margins=0, spacing=0)

    # -- what it is about ---------------------------------------------------------------------------------

    def open(self, numbers: Sequence[int], said: str) -> None:
        """Begins with letters, whose list is frozen now, the newest first; the patch that was begun stays."""
        self.numbers, self._at = tuple(numbers), 0
        self.title.setText(f"Repair {counted(len(numbers), 'dead letter')} · {said}")
        self.first.setValue(0)
        self._restore()
        self._judge()
        self.form._lines[0].field.setFocus(Qt.FocusReason.OtherFocusReason)  # noqa: SLF001  # where one begins

    def _restore(self) -> None:
        draft = self._desk.workspace.drafts.find(DRAFT)
        if draft is not None and not self._begun:
            try:
                self.form.show_patch(parse_letter_patch(str(draft.content)))
            except InvalidValue:  # of an older program
                self._desk.forget(DRAFT)
        self._begun = True

    def _holds_text(self, field: str) -> bool:
        """Whether a field holds text: in the schema of the type, or in the letter that is shown."""
        if self._shown is None:
            return False
        registry = self._desk.workspace.registry
        kind = registry.events.get(registry.named(self._shown.type))
        known = (kind.schema.get("properties") or {}).get(field) if kind is not None else None
        if isinstance(known, dict) and "type" in known:
            return bool(known["type"] == "string")
        before = self._shown.before
        return isinstance(before, dict) and isinstance(before.get(field), str)

    def unsaved(self) -> str:
        """Returns, in words, the patch that was begun and not sent; empty for none."""
        draft = self._desk.workspace.drafts.find(DRAFT)
        return draft.what if draft is not None else ""

    # -- judging ------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        _stop(self._checking)
        self._patch = self.report = None  # until it was tried
        self._forget_rehearsal()
        self._offer()
        self._pause.start()

    def _judge(self) -> None:
        """Tries the patch on the letter that is shown, and on all."""
        self._pause.stop()
        _stop(self._checking)
        try:
            self._patch = patch = self.form.patch()
        except InvalidValue as error:
            self._patch, self.report = None, None
            self.verdict.setText(error_text(error))
            self._offer()
            return
        if patch.changes or patch.steps:
            self._desk.keep(DRAFT, patch.text, "the patch of dead letters")
        self._checking = self._desk.run(self._check(patch, self.numbers), "Try the patch")
        self._preview()

    async def _check(self, patch: LetterPatch, numbers: tuple[int, ...]) -> None:
        def told(done: int, of: int) -> None:
            self.fit.set("neutral", f"{done:,} of {of:,} tried")

        found = await self._repair.check(patch, numbers, told)
        if patch is self._patch and numbers == self.numbers:
            self.report = found
            self._offer()

    def _preview(self) -> None:
        if self.numbers and self._patch is not None:
            number, patch = self.numbers[self._at], self._patch
            self._previewing.ask(lambda: self._repair.preview(patch, number), (number, patch.text))

    def _show_preview(self, found: PatchedLetter) -> None:
        first, self._shown = self._shown is None, found
        self.letter.setText(f"Letter {found.number:,}   {self._at + 1:,} of {len(self.numbers):,}")
        self.before.setEnabled(self._at > 0)
        self.after.setEnabled(self._at + 1 < len(self.numbers))
        self.form.offer(_fields(found.before))
        self.diff.set_values(found.before, found.before if found.trouble else found.after)
        said = found.trouble or (
            f"fits {found.type}" if found.changed else "nothing changes: it is replayed as it is"
        )
        self.verdict.setText(f"{'⚠' if found.trouble else '✓'} {said}")
        if first:  # now it is known which fields hold text
            self._pause.start()

    def _step(self, by: int) -> None:
        self._at = max(0, min(len(self.numbers) - 1, self._at + by))
        self._preview()

    def _show_left_out(self) -> None:
        if self.report is not None:
            self.wanted.emit(tuple(number for _, some in self.report.misfits for number in some))

    def chosen(self) -> tuple[int, ...]:
        """Returns the letters that would be replayed, the oldest first."""
        fit = self.report.fit[::-1] if self.report is not None else ()
        return fit[: self.first.value()] if self.first.value() else fit

    def _offer(self) -> None:
        """Says how many fit, why others do not, and what can be done with them."""
        found, count = self.report, len(self.chosen())
        self.misfit.setVisible(found is not None and found.left_out > 0)
        self.show_misfits.setVisible(self.misfit.isVisibleTo(self))
        self.why.setVisible(self.misfit.isVisibleTo(self))
        if found is not None:
            self.fit.set("ok" if found.fit else "neutral", f"{len(found.fit):,} fit the schema")
            self.misfit.set("warning", f"{found.left_out:,} do not, left out")
            reasons = [f"{why}: {len(some):,}" for why, some in found.misfits[:REASONS]]
            self.why.setText("Left out: " + "; ".join(reasons))
        patched = self._patch is not None and bool(self._patch.changes or self._patch.steps)
        self.send.setText(f"{'Repair and replay' if patched else 'Replay'} {count:,}")
        why = self._desk.read_only() or ("" if count else "No letter fits") or self._ladder_trouble()
        self.send.setEnabled(not why)
        self.send.setToolTip(why or f"{BEFOREHAND} The list of {count:,} is frozen now.")
        running = self._rehearsing is not None
        self.rehearse.setText("Cancel the rehearsal" if running else f"Rehearse {count:,}")
        self.rehearse.setEnabled(running or count > 0)

    def _ladder_trouble(self) -> str:
        try:
            parse_ladder(self.ladder.text())
        except InvalidValue as error:
            return error_text(error)
        return ""

    # -- doing --------------------------------------------------------------------------------------------

    def _send(self) -> None:
        numbers = self.chosen()
        if numbers and self.report is not None and self.send.isEnabled():
            self.rehearse.setFocus(Qt.FocusReason.OtherFocusReason)  # else it jumps to another view
            self.send.setEnabled(False)  # a second click finds it so
            self._desk.run(self._begin(numbers, self.report.left_out), "Repair")

    async def _begin(self, numbers: tuple[int, ...], left_out: int) -> None:
        patch = (
            self._patch if self._patch is not None and (self._patch.changes or self._patch.steps) else None
        )
        number = await self._repair.begin(
            numbers,
            patch=patch,
            ladder=parse_ladder(self.ladder.text()),
            per_second=float(self.pace.value()),
            left_out=left_out,
        )
        self._desk.forget(DRAFT)
        self._follow(number)

    def _begin_rehearsal(self) -> None:
        if self._rehearsing is not None:
            _stop(self._rehearsing)
            self._forget_rehearsal()
            self._offer()
            return
        self._rehearsing = self._desk.run(self._rehearse(self.chosen(), self._patch), "Rehearse")
        self._offer()

    async def _rehearse(self, numbers: tuple[int, ...], patch: LetterPatch | None) -> None:
        def told(what: str, done: int, of: int) -> None:
            if self._rehearsing is not None:
                self._say_rehearsal(f"{what} {done:,} of {of:,} …")

        task = asyncio.current_task()
        self._say_rehearsal("Copying the store …")
        try:
            found = await self._repair.rehearsal.run(numbers, told, patch=patch)
        except WorkbenchError as error:
            said = error_text(error)
        else:
            said = _outcomes(found)
        if self._rehearsing is task:
            self._rehearsing = None
            self._say_rehearsal(said)
            self._offer()

    def _say_rehearsal(self, said: str) -> None:
        self.rehearsed.setText(said)
        self.rehearsed.setVisible(bool(said))
        if said:
            self._scrolled.ensureWidgetVisible(self.rehearsed)

    def _forget_rehearsal(self) -> None:
        _stop(self._rehearsing)
        self._rehearsing = None
        self._say_rehearsal("")


def _outcomes(found: Rehearsal) -> str:
    lines = [f"{len(one.numbers):>7,}  {'✓' if one.resolved else '⚠'} {one.words}" for one in found.outcomes]
    rest = len(lines) - 2 * REASONS
    more = [f"and {counted(rest, 'other outcome')}"] if rest > 0 else []
    head = f"Rehearsed {found.count:,} in a copy, {found.seconds:.1f} s; nothing was stored"
    return "\n".join([head, *lines[: 2 * REASONS], *more])


def _fields(value: object, before: str = "", depth: int = 2) -> list[str]:
    """Returns the paths of the fields of a payload, those of objects in it, too."""
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for name, part in value.items():
        found.append(f"{before}{name}")
        found += _fields(part, f"{before}{name}.", depth - 1) if depth > 1 else []
    return found


def _row(*parts: tuple[QWidget | None, int]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget, stretch in parts:
        if widget is None:
            row.addStretch(stretch)
        else:
            row.addWidget(widget, stretch)
    return row


def _stop(task: asyncio.Task[None] | None) -> None:
    if task is not None and not task.done():
        task.cancel()

"""Edits a dead letter's payload: checks it while one types, shows what differs, replays the copy (L6)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from workbench.errors import InvalidValue, ReadTooLong, WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.drafts import DraftKeeper
from workbench.gui.flow_row import FlowRow
from workbench.gui.forms.editors.json_text import as_text
from workbench.gui.icons import icon
from workbench.gui.layouts import Tabs, in_column, in_panes, in_row
from workbench.gui.reads import Question, takes_time
from workbench.gui.theme import code_font, theme
from workbench.gui.ticker import pause_timer
from workbench.gui.views.letter_actions import BECAME, REPLAY
from workbench.gui.views.letter_dry_run import DryRunView, outdated
from workbench.gui.widgets import DiffView, exact_text, plain_label, push_button
from workbench.model.json_values import check_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.gui.desk import Desk
    from workbench.services.dead_letters.letter_patch import PatchedLetter
    from workbench.store.stored_values import DeadLetter

LARGE = 50_000
"""Characters from which on a text is checked only when the typing pauses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadCheck:
    """What is to be said of an edited payload.

    Attributes:
        trouble: What is wrong; empty for nothing.
        line: In which line, counted from 0; -1 where that is not known.
        value: What it says; None where it is no JSON.
        changed: Whether it says something else than before.
        unknown: Fields that the schema of its type does not have, in words; empty for none.
    """

    trouble: str = ""
    line: int = -1
    value: object = None
    changed: bool = False
    unknown: str = ""


def check_payload(text: str, check: Callable[[str], PatchedLetter]) -> PayloadCheck:
    """Reads and checks an edited payload; a large one beside the loop (V4)."""
    if len(text) > LARGE:
        takes_time()
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        said = f"Line {error.lineno}, column {error.colno}: not JSON, {error.msg}"
        return PayloadCheck(trouble=said, line=error.lineno - 1)
    except (ValueError, RecursionError) as error:
        return PayloadCheck(trouble=str(error))
    try:
        made = check(text)
    except ReadTooLong:
        raise
    except WorkbenchError as error:
        return PayloadCheck(trouble=str(error), value=value)
    return PayloadCheck(value=value, changed=made.changed, unknown="; ".join(made.unknown))


class PayloadEditor(QWidget):
    """A corrected copy of one letter's payload while it is written.

    What is typed is kept for each letter until it was replayed or is discarded (V2).

    Args:
        check: Reads the text for a letter's number and validates it; see `DeadLetters.check_edit`.

    Signals:
        replay: The letter's number and the text to replay it with.
        dry_run: The letter's number and the text to run it with.
        closed: The person left it.
        carried: The number of the dead letter that a failed replay made, and the text to go on with there.
    """

    carried = Signal(object, str)

    replay = Signal(object, str)
    dry_run = Signal(object, str)
    closed = Signal()

    def __init__(self, desk: Desk, check: Callable[[int, str], PatchedLetter]) -> None:
        super().__init__()
        self.setObjectName("payload-editor")
        self.drafts = DraftKeeper(desk, self._written, self._write, self._begin_again)
        self._check = check
        self._judging = Question(self, desk, self._show, "Checking the copy", begun=self._unjudged)
        self._letter: DeadLetter | None = None
        self._later = 0
        self._before: object = None
        self._original = ""
        self._title = plain_label(role="heading", wrap=True)
        self.area = QPlainTextEdit()
        self.area.setFont(code_font())
        self.area.setTabChangesFocus(True)
        self.area.setAccessibleName("Edited payload")
        self.area.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.area.textChanged.connect(self._typed)
        self._mark = QLabel()
        self.said = plain_label(role="muted", wrap=True)
        self.anyway = QCheckBox("Write it anyway")
        self.anyway.toggled.connect(lambda _on: self._judge())
        self.anyway.hide()
        self._diff = DiffView()
        self._diff.setAccessibleName("Original and edited")
        self.dry_run_view = DryRunView()
        self.acts = Actions(self, self)
        self._buttons()
        self._arrange()
        self._pause = pause_timer(self, 200, self._judge)
        theme().changed.connect(self._judge)

    def _buttons(self) -> None:
        self.send = push_button(
            "Replay edited copy",
            self._send,
            sign=icon("replay", "on_accent"),
            role="primary",
            name="replay-edited",
        )
        self.try_out = push_button(
            "Dry run",
            self._dry_run,
            tip="Run the handler with this copy and show what would happen; nothing is stored",
            sign=icon("eye"),
            name="dry-run-edited",
        )
        self.carry = push_button("", self._carry)
        self.carry.hide()
        self._reset = push_button("Reset", self._begin_again, tip="Start over with the original")
        self._cancel = push_button("Cancel", self.closed, tip=self.acts["cancel"].toolTip())
        self.acts.offer()

    def _arrange(self) -> None:
        verdict = in_row((self._mark, 0, Qt.AlignmentFlag.AlignTop), (self.said, 1))
        upper = QWidget()
        in_column((self.area, 1), verdict, self.anyway, of=upper, margins=0, spacing=6)
        self.tabs = Tabs()
        self.tabs.addTab(self._diff, "Difference")
        self.tabs.addTab(self.dry_run_view, "Dry run")
        self._split = in_panes(Qt.Orientation.Vertical, (upper, 3), (self.tabs, 2), name="letter-editor")
        buttons = FlowRow(self.send, self.try_out, self.carry, self._reset, self._cancel)
        in_column(
            self._title, self.drafts, (self._split, 1), buttons, of=self, margins=(12, 10, 12, 12), spacing=8
        )

    def edit(self, letter: DeadLetter) -> None:
        """Begins with a letter's payload, or goes on with what was typed for it."""
        if self._letter is None or draft_key(self._letter) != draft_key(letter) or not self.drafts.holds:
            self._begin(letter)
        else:
            self.follow(letter)
        self.acts.refresh()
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, letter: DeadLetter) -> None:
        """Shows what became of the letter that is edited: one that is not open is not replayed."""
        if self._letter is not None and draft_key(self._letter) == draft_key(letter):
            self._letter = letter
            self._judge()

    def offer(self, later: int) -> None:
        """Offers to go on with the dead letter that a failed replay of this one made; 0 for none."""
        self._later = later
        self.carry.setText(f"Carry over to #{later}")
        self.carry.setToolTip(f"Go on with this text as a copy of dead letter {later}")
        self.carry.setVisible(later > 0)

    def _carry(self) -> None:
        text = self.text()
        self.drafts.settle()
        self.drafts.leave()
        self.carried.emit(self._later, text)

    def put(self, text: str) -> None:
        """Puts a text in the place of the whole copy, which can be undone."""
        cursor = QTextCursor(self.area.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def _begin(self, letter: DeadLetter) -> None:
        self.drafts.leave()
        self._letter = letter
        self._before = held(letter.data)
        self._original = letter.data if self._before is letter.data else as_text(self._before, indent=2)
        self.tabs.setCurrentWidget(self._diff)
        self.dry_run_view.clear()
        self.anyway.setChecked(False)
        self._title.setText(f"Edit a copy of #{letter.number}  {letter.type}")
        self.area.setPlainText(self._original)
        self.area.document().setModified(False)
        self.drafts.turn_to(draft_key(letter), f"the copy of dead letter #{letter.number}")
        self._judge()

    def _written(self) -> str:
        """Returns the copy, if it differs from the original."""
        text = exact_text(self.area)
        return "" if self._letter is None or text == self._original else text

    def _write(self, text: str) -> list[str]:
        self.area.setPlainText(text)
        return []

    def sent(self, number: int, text: str, *, done: bool) -> bool:
        """Shows how a replay ended; returns whether it was this editor's and the editor is done."""
        if number != self.number():
            return False
        over = done and text == exact_text(self.area)
        if over:
            self.drafts.settle()
            self.drafts.leave()
        self._judge()
        return over

    def text(self) -> str:
        """Returns the copy as it stands."""
        return exact_text(self.area)

    def show_dry_run(self) -> DryRunView:
        """Brings the dry run to the front and gives it most of the room."""
        self.tabs.setCurrentWidget(self.dry_run_view)
        room = sum(self._split.sizes())
        self._split.setSizes([room * 2 // 5, room * 3 // 5])
        return self.dry_run_view

    def number(self) -> int:
        """Returns the number of the letter that is edited, 0 when none is."""
        return self._letter.number if self._letter else 0

    def _begin_again(self) -> None:
        if self._letter is not None:
            self.put(self._original)
            self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self) -> None:
        self.dry_run_view.outdate(outdated("text"))
        if self.area.document().characterCount() > LARGE:
            self._judging.drop()
            self._unjudged()
            self._pause.start()
        else:
            self._judge()

    def _judge(self) -> None:
        """Says whether the text can be replayed, and where not."""
        if self._letter is None:
            return
        text, number = exact_text(self.area), self._letter.number
        self._judging.drop()  # trouble that stays is told again
        self._judging.ask(partial(check_payload, text, partial(self._check, number)), (number, text))
        self.drafts.note()

    def _unjudged(self) -> None:
        self._verdict("info", "Checking …")
        for button in (self.send, self.try_out):
            button.setEnabled(False)

    def _show(self, found: PayloadCheck) -> None:
        gone = self._gone()
        if gone:
            self._verdict("warning", gone)
        elif found.trouble:
            self._verdict("error", found.trouble)
        elif found.unknown and not self.anyway.isChecked():
            self._verdict("warning", f"{found.unknown}.")
        elif found.changed:
            self._verdict("ok", "Valid. The copy gets a message id of its own; the original stays as it is.")
        else:
            self._verdict("info", "Change something: as it is, a plain replay does the same.")
        self._underline(found.line)
        self.area.setProperty("invalid", bool(found.trouble))
        self.area.style().polish(self.area)
        self.anyway.setVisible(bool(found.unknown) and not gone)
        agreed = self.anyway.isChecked() or not found.unknown
        self.send.setEnabled(found.changed and agreed and not gone)
        self.send.setToolTip(gone or "Replay this copy in the original's place  (Ctrl+Enter)")
        self.try_out.setEnabled(not found.trouble)
        if found.trouble and found.value is None:
            self._diff.show_text("The copy cannot be compared yet: it is no JSON.", None)
        else:
            self._diff.set_values(self._before, found.value)

    def _gone(self) -> str:
        """Says why the letter cannot be replayed any more; empty where it can."""
        status = self._letter.status.value if self._letter is not None else "open"
        if status in REPLAY.statuses:
            return ""
        return f"This letter cannot be replayed: {BECAME[status]}. The text stays here and can be copied."

    def _verdict(self, kind: str, said: str) -> None:
        self._mark.setPixmap(icon(kind, kind).pixmap(16, 16))
        self.said.setText(said)
        self.said.setProperty("role", kind if kind == "error" else "muted")
        self.said.style().polish(self.said)

    def _underline(self, line: int) -> None:
        marks = []
        if line >= 0:
            mark = QTextEdit.ExtraSelection()
            shape = QTextCharFormat()
            shape.setBackground(QColor(theme().colors.tint("error", 0.2)))
            shape.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.format = shape
            mark.cursor = QTextCursor(self.area.document().findBlockByNumber(line))
            marks.append(mark)
        self.area.setExtraSelections(marks)

    def _dry_run(self) -> None:
        if self._letter is not None:
            self.dry_run.emit(self._letter.number, exact_text(self.area))

    @action(
        "Replay edited copy",
        key="replay-edited",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="replay",
        why=lambda editor: "" if editor.number() else "No copy is being edited",
    )
    def replay_copy(self) -> None:
        """Has the edited copy replayed."""
        self._send()

    @action(
        "Close the editor", key="cancel", keys="Esc", tip="Close and send nothing; what was typed is kept"
    )
    def cancel(self) -> None:
        """Closes the editor; what was typed is kept."""
        self.closed.emit()

    def _send(self) -> None:
        if self._letter is None or not self.send.isEnabled():
            return
        self.send.setEnabled(False)  # a second click finds it so
        self.replay.emit(self._letter.number, exact_text(self.area))


def draft_key(letter: DeadLetter) -> str:
    """Returns the key of a letter's draft, of this letter in this store."""
    return f"letter/{letter.number}/{letter.message_id}"


def held(text: str) -> object:
    """Returns what a letter holds; the text itself where that cannot be read."""
    try:
        value: object = json.loads(text)
        check_json(value)
    except (ValueError, RecursionError, InvalidValue):
        return text
    return value

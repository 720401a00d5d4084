"""Who takes care of a dead letter, and what is known of it; of one letter or of all of its group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.actions import Actions, action
from workbench.gui.drafts import DraftKeeper
from workbench.gui.layouts import join
from workbench.gui.reads import Question
from workbench.gui.views.confirm_strip import ConfirmChoice, ConfirmStrip
from workbench.gui.views.letter_actions import SAMPLES
from workbench.gui.widgets import exact_text, plain_label
from workbench.model.counts import counted
from workbench.model.operator_acts import OperatorAct, prospect

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.changes import Changes
    from workbench.store.stored_values import LetterFacts

Noted = tuple[str, str]
"""Owner and note."""


class LetterNotes(QWidget):
    """Owner and note of the letter that is shown; what is typed is kept until it is saved (V2).

    Args:
        group: Returns the letters of the chosen group.
        strip: Where it is asked whether what was noted of others shall be replaced.
    """

    def __init__(self, desk: Desk, group: Callable[[], Sequence[int]], strip: ConfirmStrip) -> None:
        super().__init__()
        # It can be lower than its texts would like: the letters beside need the room more.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.setObjectName("letter-notes")
        self._desk, self._group, self._strip = desk, group, strip
        self._named: tuple[int, ...] = ()
        self._number = 0
        self._stored = ("", "")
        self.owner = QLineEdit()
        self.owner.setAccessibleName("Owner")
        self.owner.setPlaceholderText("Who takes care of it")
        self.area = QPlainTextEdit()
        self.area.setAccessibleName("Note")
        self.area.setPlaceholderText("What is known of it; it is searched, too")
        self.area.setTabChangesFocus(True)
        self.drafts = DraftKeeper(desk, self._written, self._write, self._show_stored)
        self._reading = Question(self, desk, self._show, "Reading the note")
        self._asking = Question(self, desk, self._ask, "Reading the notes")
        self.acts = Actions(self, self)
        self.save, self.save_all = self.acts.button("save-note"), QPushButton("Save for the group")
        self.save_all.clicked.connect(lambda _checked=False: self._save_all())
        self.owner.textEdited.connect(lambda _text: self._typed())
        self.area.textChanged.connect(self._typed)
        desk.changed.connect(self._changed)
        self._arrange()
        self.acts.offer()

    def _changed(self, changes: Changes) -> None:
        """Reads what was written elsewhere: by an undo, or another program."""
        if self._number and self.isVisible() and (changes.dead_letters or changes.everything):
            self._read()

    def _read(self) -> None:
        number = self._number
        self._reading.ask(lambda: self._desk.workspace.dead_letters.repair.facts(number), number)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(plain_label("Owner", "muted"))
        head.addWidget(self.owner, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.save_all)
        buttons.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 8, 4, 0)
        layout.setSpacing(6)
        layout.addWidget(self.drafts)
        join(layout, head)
        layout.addWidget(self.area, 1)
        join(layout, buttons)

    def show_letter(self, number: int, key: str) -> None:
        """Shows the note of a letter, or goes on with what was typed for it.

        Args:
            key: Names the letter among drafts, in this store.
        """
        if number != self._number:
            self.drafts.leave()
            self._number = number
            self._put("", "")
            self._stored = ("", "")
            self.drafts.turn_to(key, f"the note of dead letter #{number}")
        self._read()

    def _show(self, found: LetterFacts) -> None:
        if found.number != self._number:
            return
        self._stored = (found.owner, found.note)
        if not self.drafts.holds:
            self._show_stored()
        self.offer()

    def _show_stored(self) -> None:
        self._put(*self._stored)

    def _put(self, owner: str, note: str) -> None:
        self.owner.setText(owner)
        if note != exact_text(self.area):
            self.area.blockSignals(True)
            self.area.setPlainText(note)
            self.area.blockSignals(False)
        self.offer()

    def _typed(self) -> None:
        self.drafts.note()
        self.offer()

    def _said(self) -> tuple[str, str]:
        return self.owner.text().strip(), exact_text(self.area)

    def offer(self) -> None:
        """Offers to save it; the letters of the group are those that the button counts (L5)."""
        self._named = tuple(self._group())
        count = len(self._named)
        self.acts.refresh()
        whole = self._desk.read_only() or ("" if count > 1 else "Choose a group with more than one letter")
        self.save_all.setText(f"Save for all {count:,} of the group" if count > 1 else "Save for the group")
        self.save_all.setEnabled(not whole)
        self.save_all.setToolTip(whole or "Write them for every letter of the chosen group")

    def _written(self) -> Any:
        owner, note = self._said()
        return {"owner": owner, "note": note} if (owner, note) != self._stored else None

    def _write(self, kept: Any) -> list[str]:
        self._put(str(kept["owner"]), str(kept["note"]))
        return []

    def unchanged(self) -> str:
        """Says that nothing is to be saved, or cannot be; empty where something is."""
        changed = self._said() != self._stored
        return self._desk.read_only() or ("" if changed else "Nothing was changed")

    @action(
        "Save",
        key="save-note",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="save",
        tip="Save owner and note for this letter",
        why=lambda notes: notes.unchanged(),
    )
    def write_note(self) -> None:
        """Saves owner and note for the letter that is shown."""
        self._write_for((self._number,), self._said())

    def _save_all(self) -> None:
        numbers, said, shown = self._named, self._said(), self._number
        repair = self._desk.workspace.dead_letters.repair

        def others() -> tuple[tuple[int, ...], Noted, dict[int, Noted]]:
            noted = repair.noted(numbers)
            return numbers, said, {one: has for one, has in noted.items() if one != shown and has != said}

        self._asking.ask(others, (numbers, said))

    def _ask(self, found: tuple[tuple[int, ...], Noted, dict[int, Noted]]) -> None:
        """Asks where something is noted of other letters, which is replaced; else writes at once."""
        numbers, said, others = found
        if not others:
            self._write_for(numbers, said)
            return
        lines = [f"#{one}  {'  '.join(filter(None, has))}" for one, has in [*others.items()][:SAMPLES]]
        rest = len(others) - len(lines)
        text = (
            f"Save owner and note for {counted(len(numbers), 'dead letter')}? What is noted of "
            f"{counted(len(others), 'other')} is replaced. {prospect(OperatorAct.NOTE)}"
        )
        label, run = f"Save for {len(numbers):,}", partial(self._write_for, numbers, said)
        choice = ConfirmChoice(label=label, run=run, danger=True)
        self._strip.ask(text, [*lines, f"and {rest:,} more"] if rest else lines, [choice])

    def _write_for(self, numbers: tuple[int, ...], said: Noted) -> None:
        self._desk.run(self._saved(numbers, *said), "Save the note")

    async def _saved(self, numbers: tuple[int, ...], owner: str, note: str) -> None:
        repair = self._desk.workspace.dead_letters.repair
        count, act = await repair.write_note(numbers, owner=owner, text=note)
        if self._number in numbers:
            self._stored = (owner, note)
            self.drafts.settle()
            self.offer()
        if len(numbers) > 1:
            self._desk.notice("ok", f"Noted {count:,} dead letters.", *self._desk.undo.offer(act))

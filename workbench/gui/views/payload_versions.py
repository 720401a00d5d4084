"""The payload of a dead letter: which data is shown, original or changed, and what differs (L6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.gui.chooser import Chooser
from workbench.gui.diff_view import DiffView
from workbench.gui.json_view import JsonView
from workbench.gui.layouts import in_column, in_row
from workbench.gui.reads import Question, takes_time
from workbench.gui.widgets import plain_label
from workbench.model.json_values import read_json

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.store.stored_values import DeadLetter

OWN, COPY, COPIED, BEFORE, CHANGED = "own", "copy", "copied", "before", "changed"
"""What can be shown: what died, the copy of it that was replayed, what that changes; and of a letter that is
such a copy itself what it was before, and what was changed of that."""
SHOWN = 256 * 1024
"""Characters of a text that are shown."""


class PayloadVersions(QWidget):
    """The payload of the chosen letter; where there is a changed copy, both of them and their difference."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._letters = desk.workspace.dead_letters
        self._letter: DeadLetter | None = None
        self._own: Callable[[], object] = lambda: None
        self._origin = 0
        self.which = Chooser()
        self.which.setAccessibleName("Which payload")
        self.which.setToolTip("What died, the edited copy, and what differs between them")
        self.which.currentIndexChanged.connect(lambda _at: self._turn())
        self._head = QWidget()
        in_row(plain_label("Shown", "muted"), self.which, 1, of=self._head, margins=(0, 4, 0, 0), spacing=6)
        self.text, self.difference = JsonView(), DiffView()
        self.text.setAccessibleName("Payload")
        self.difference.setAccessibleName("What differs between the payloads")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.text)
        self._pages.addWidget(self.difference)
        in_column(self._head, (self._pages, 1), of=self, margins=0, spacing=4)
        self._reading = Question(self, desk, self._show, "Reading the payload")

    def show_letter(self, letter: DeadLetter, *, unseen: int, rest: Callable[[], str] | None) -> None:
        """Shows the payload of a letter; of the one that is shown already what was chosen.

        Args:
            unseen: How much more there is of it than the letter has.
            rest: Returns all of it; it is called in a thread.
        """
        if self._letter is None or self._letter.number != letter.number:
            self._origin = 0
            self.which.choose(OWN)
        self._letter = letter
        self._own = partial(self.text.set_json, letter.data, unseen=unseen, rest=rest)
        self._offer()

    def show_origin(self, number: int) -> None:
        """Says of which letter the payload is a changed copy; 0 for none."""
        if number != self._origin:
            self._origin = number
            self._offer()

    def _offer(self) -> None:
        letter, origin = self._letter, self._origin
        choices = [(f"Payload as changed in #{origin}" if origin else "Original payload", OWN)]
        if letter is not None and letter.edited is not None:
            choices += [("Edited copy that was replayed", COPY), ("What that copy changes", COPIED)]
        if origin:
            choices += [
                (f"Payload as it was in #{origin}", BEFORE),
                (f"What #{origin} changed of it", CHANGED),
            ]
        self.which.show_choices(choices)
        self._head.setVisible(len(choices) > 1)
        self._turn()

    def _turn(self) -> None:
        chosen, letter = self.which.currentData(), self._letter
        if letter is None or chosen == OWN:
            self._reading.drop()
            self._pages.setCurrentWidget(self.text)
            self._own()
        else:
            about = (chosen, letter.number, self._origin)
            self._reading.ask(partial(self._read, *about), about)

    def _read(self, chosen: str, number: int, origin: int) -> tuple[str, str | tuple[Any, Any]]:
        """Returns what was chosen, and its text or the two values that differ; in a thread."""
        takes_time()
        own = self._letters.get(number)
        if chosen == COPY:
            return chosen, own.edited or ""
        if chosen == COPIED:
            return chosen, (read_json(own.data), read_json(own.edited or "null"))
        before = self._letters.get(origin).data
        return chosen, before if chosen == BEFORE else (read_json(before), read_json(own.data))

    def _show(self, found: tuple[str, str | tuple[Any, Any]]) -> None:
        chosen, said = found
        if chosen != self.which.currentData():
            return
        if isinstance(said, str):
            self.text.set_json(said[:SHOWN], unseen=max(0, len(said) - SHOWN), rest=lambda: said)
            self._pages.setCurrentWidget(self.text)
        else:
            self.difference.set_values(*said)
            self._pages.setCurrentWidget(self.difference)

"""Keeps what stands in the line of the board until it is taken or left, over the window's end, too (V2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from workbench.gui.board.board_entry import BoardEntry

if TYPE_CHECKING:
    from workbench.gui.desk import Desk

KEY = "board/entry"
"""What the names of its drafts begin with."""


class EntryDraft(QObject):
    """The draft of the line that is typed; what was left of an earlier one is offered.

    Args:
        ask: Asks once more for the line that an action's name and the id of a card stand for; returns whether
            it is asked for.
    """

    def __init__(self, desk: Desk, entry: BoardEntry, ask: Callable[[str, str], bool]) -> None:
        super().__init__(entry)
        self._desk, self._entry, self._ask = desk, entry, ask
        drafts = desk.workspace.drafts
        self._left = [one for one in drafts.places() if one.startswith(KEY)]
        self._key = next(key for number in count() if (key := f"{KEY}/{number}") not in self._left)
        entry.typed.connect(self._note)

    @property
    def holds(self) -> str:
        """What is typed and not taken, in words; empty for nothing."""
        found = self._desk.workspace.drafts.find(self._key)
        return found.what if found is not None else ""

    def _note(self) -> None:
        asking, typed = self._entry.asking, self._entry.line.text()
        if not self._entry.isHidden() and typed.strip() and typed != asking.text:
            content = {"title": asking.title, "text": typed, "act": asking.act, "card": asking.card}
            self._desk.keep(self._key, content, f"the line “{asking.title}” on the board")
        else:
            self._desk.forget(self._key)

    def offer(self) -> None:
        """Offers, once, what was typed before the project was opened."""
        left, self._left = self._left, []
        for key in left:
            kept = self._desk.workspace.drafts.find(key)
            if kept is None:
                continue
            said = f"Typed on the board and not taken: “{kept.content['text']}” ({kept.content['title']})."
            self._desk.notice(
                "warning",
                said,
                ("Go on with it", partial(self._go_on, key, kept.content)),
                ("Discard", partial(self._desk.forget, key)),
                asks=True,
            )

    def _go_on(self, key: str, content: Any) -> None:
        """Asks for it again with what was typed; where its card is gone the text goes to the clipboard."""
        self._desk.wanted.emit("board")
        if self._ask(content["act"], content["card"]):
            self._entry.line.setText(content["text"])
        else:
            QApplication.clipboard().setText(content["text"])
            self._desk.notice("info", f"{content['title']}: it can be typed again; the text is copied.")
        self._desk.forget(key)

"""What became of a command or query: the outcome in words, and how soon the read models followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame
from typing_extensions import override

from workbench.gui.desk import Desk, Selection
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.widgets import Badge, JsonView, plain_label, push_button, toolbar_button
from workbench.model.counts import counted
from workbench.model.hints import sentences
from workbench.services.commands import appended_words

if TYPE_CHECKING:
    from workbench.model.command import CommandResult
    from workbench.services.commands import Appended

TIMELINE, STORY = "Show timeline", "Story"
KINDS = {"accepted": "ok", "rejected": "warning", "conflict": "warning", "failed": "error"}


def headline(result: CommandResult, parts: Sequence[Appended]) -> str:
    """Says the outcome in one sentence, with what each stream got."""
    stream = result.stream
    match result.outcome.value:
        case "accepted" if parts:
            said = appended_words(parts)
        case "accepted":
            said = f"Nothing had to change in {stream}"
        case "conflict":
            said = (
                f"{stream} is at version {result.version:,}, you expected {result.expected:,}"
                if result.expected is not None
                else result.message
            )
        case _:
            said = result.message
    return f"{said} (seen before: this is the stored answer)" if result.duplicate else said


class ResultCard(QFrame):
    """Stands below the form once something was sent.

    Signals:
        turned: Whether it is there now.
    """

    turned = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("result")
        self.setProperty("card", True)
        self._desk, self._place = desk, Selection()
        self.badge = Badge("neutral", "")
        self.said = plain_label(wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more = plain_label(role="muted", wrap=True)
        self.answer = JsonView()
        self.answer.setAccessibleName("What the query answered")
        self.answer.setMinimumHeight(120)
        self.timeline = push_button(
            TIMELINE,
            lambda _checked=False: desk.select(Selection(stream=self._place.stream), view="timeline"),
            sign=icon("timeline"),
            said=TIMELINE,
        )
        self.story = push_button(
            STORY,
            lambda _checked=False: self.tell_story(),
            sign=icon("trace"),
            said=STORY,
            tip="Tell what this command caused, also while it goes on  (Alt+Enter)",
        )
        close = toolbar_button("", "close", "Close")
        close.clicked.connect(self.hide)
        head = in_row(self.badge, 1, self.timeline, self.story, close)
        in_column(head, self.said, self.more, (self.answer, 1), of=self, margins=(10, 8, 8, 10), spacing=5)
        self.hide()

    @override
    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        self.turned.emit(visible)

    def shorten(self, *, short: bool) -> None:
        """Shows the button as an icon where there is no room for its words."""
        for button, words in ((self.timeline, TIMELINE), (self.story, STORY)):
            button.setText("" if short else words)
        self.timeline.setToolTip(TIMELINE if short else "")

    def tell_story(self) -> bool:
        """Tells the story of the command that was sent; returns whether one is shown here."""
        told = self.isVisible() and bool(self._place.command)
        if told:
            self._desk.select(self._place, view="story")
        return told

    def show_result(self, result: CommandResult, parts: Sequence[Appended]) -> None:
        """Shows a command's outcome, and what each stream got."""
        self._place = Selection(stream=result.stream, command=str(result.command_id))
        self.badge.set(KINDS[result.outcome.value], result.outcome.value)
        self.said.setText(headline(result, parts))
        took = f"{result.duration_us / 1000:,.1f} ms"
        tries = f", decided {result.attempts} times" if result.attempts > 1 else ""
        place = f" at position {result.last_position:,}" if result.last_position else ""
        self.more.setText(sentences(f"{result.command_type}{place}, {took}{tries}", result.hint))
        self.timeline.setVisible(bool(result.stream))
        self.story.show()
        self.answer.hide()
        self.show()

    def add(self, text: str) -> None:
        """Adds a line, such as when a read model had caught up."""
        self.more.setText(f"{self.more.text()}\n{text}")

    def show_answer(self, query: str, answer: Any, milliseconds: float) -> None:
        """Shows a query's answer."""
        self._place = Selection()
        if isinstance(answer, list):
            found = counted(len(answer), "row")
        else:
            found = "nothing" if answer is None else "one answer"
        self.badge.set("ok" if answer is not None else "info", "answered")
        self.said.setText(f"{query}: {found}")
        self.more.setText(f"Read from the read model in {milliseconds:,.1f} ms.")
        for button in (self.timeline, self.story):
            button.hide()
        self.answer.set_value(answer)
        self.answer.setVisible(answer is not None)
        self.show()

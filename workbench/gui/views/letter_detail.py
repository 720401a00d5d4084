"""Shows one dead letter with all that is needed to understand it: error, place, attempts, payload (L1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)
from typing_extensions import override

from workbench.gui.layouts import Scrolled, Tabs, clear, in_column, in_row
from workbench.gui.long_view import LongText
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.theme import code_font, theme
from workbench.gui.time_format import absolute, short
from workbench.gui.views.letter_actions import BECAME, REASONS, STATUSES
from workbench.gui.views.letter_dry_run import DryRunView, outdated, overtaken
from workbench.gui.views.letter_editor import PayloadEditor, draft_key
from workbench.gui.views.letter_notes import LetterNotes
from workbench.gui.views.payload_versions import PayloadVersions
from workbench.gui.views.to_confirm import waiting
from workbench.gui.widgets import Badge, Banner, EmptyState, JsonView, plain_label
from workbench.model.dead_letter import LetterStatus, waits_of_key
from workbench.model.messaging import called

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.views.confirm_strip import ConfirmStrip
    from workbench.services.dead_letters.letter_patch import PatchedLetter
    from workbench.services.dead_letters.letter_payloads import LetterPayloads
    from workbench.store.stored_values import DeadLetter

LOW = 440
"""Pixels in height below which the error gives way to what a dry run would do."""
TABS_LEAST = 170
"""Pixels in height that payload, attempts and notes keep; below that all is scrolled."""


class LetterDetail(QStackedWidget):
    """The chosen letter, or the editor of its copy.

    Args:
        desk: Keeps what is typed.
        check: As for `PayloadEditor`.
        since: Says how long ago a time was.
        group, strip: As for `LetterNotes`.

    Signals:
        letter_wanted: The number of another letter that this one is linked with.
        replay_edited: The letter's number and the text to replay it with.
        dry_run_edited: The letter's number and the text to run it with.
        carried: The number of a later letter, and the text of the copy to go on with there.
    """

    carried = Signal(object, str)
    letter_wanted = Signal(object)
    replay_edited = Signal(object, str)
    dry_run_edited = Signal(object, str)

    def __init__(
        self,
        desk: Desk,
        check: Callable[[int, str], PatchedLetter],
        since: Callable[[int], str],
        group: Callable[[], Sequence[int]],
        strip: ConfirmStrip,
    ) -> None:
        super().__init__()
        self.notes = LetterNotes(desk, group, strip)
        self.setObjectName("letter-detail")
        self.setMinimumSize(260, TABS_LEAST)  # what needs more is scrolled in it
        self._since = since
        self.letter: DeadLetter | None = None
        self._facts, self._linked = "", (0, 0)
        self._nothing = EmptyState("dead-letter", "No dead letter is chosen", "Choose one in the list.")
        self._page = QWidget()
        self._desk, self._registry = desk, desk.workspace.registry
        desk.changed.connect(self._look_at_model)
        self.editor = PayloadEditor(desk, check)
        self.editor.closed.connect(self.leave_editor)
        self.editor.replay.connect(self.replay_edited)
        self.editor.dry_run.connect(self.dry_run_edited)
        self.editor.carried.connect(self.carried)
        self._build()
        self._shown = Scrolled(self._page, "The chosen dead letter")
        for page in (self._nothing, self._shown, self.editor):
            self.addWidget(page)
        theme().changed.connect(self._dress)

    # -- building -----------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._title = plain_label(role="heading", wrap=True)
        self.kept, self.absent = Banner("info", ""), Banner("info", "")
        self.kept.hide()
        self.absent.hide()
        self._status, self._reason = Badge("neutral", ""), Badge("neutral", "")
        self._where = plain_label(role="muted", wrap=True)
        self._links = in_row(spacing=6)
        self.tabs = Tabs()
        self.payload = PayloadVersions(self._desk)
        self._attempts = FastTableView(attempt_columns())
        self._attempts.setAccessibleName("Attempts")
        self._trace = LongText()
        self._trace.setLineWrapMode(LongText.LineWrapMode.NoWrap)
        self._trace.setAccessibleName("Traceback")
        self._metadata = JsonView()
        self._metadata.setAccessibleName("Metadata")
        self.dry_run_view = DryRunView()
        self.dry_run_view.turned.connect(self._make_room)
        for widget, said in (
            (self.payload, "Payload"),
            (self._attempts, "Attempts"),
            (self.notes, "Notes"),
            (self._trace, "Traceback"),
            (self._metadata, "Metadata"),
            (self.dry_run_view, "Dry run"),
        ):
            self.tabs.addTab(widget, said)
        self.tabs.setMinimumHeight(TABS_LEAST)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.tabs.currentChanged.connect(lambda _at: self._make_room())
        badges = in_row(self._status, self._reason, 1, spacing=6)
        in_column(
            self._title,
            self.absent,
            self.kept,
            badges,
            self._where,
            self._error_box(),
            self._links,
            (self.tabs, 1),
            of=self._page,
            margins=(12, 10, 12, 12),
            spacing=8,
        )

    def _error_box(self) -> QFrame:
        self._box = QFrame()
        self._box.setObjectName("error-box")
        self._error = plain_label(role="heading", wrap=True)
        self._said = plain_label(wrap=True)
        self._place = plain_label(role="muted", wrap=True)
        self._place.setFont(code_font(8.5))
        in_column(self._error, self._said, self._place, of=self._box, margins=(10, 8, 10, 8), spacing=3)
        self._dress()
        return self._box

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        effects = self.tabs.currentWidget() is self.dry_run_view and self.dry_run_view.lists_effects()
        self._box.setVisible(self.height() >= LOW or not effects)

    def _dress(self) -> None:
        colors = theme().colors
        shape = f"background: {colors.tint('error')}; border: none; border-left: 3px solid {colors.error};"
        self._box.setStyleSheet(f"#error-box {{ {shape} }}")

    # -- showing ------------------------------------------------------------------------------------------

    def show_letter(
        self, letter: DeadLetter | None, *, size: int = 0, rest: Callable[[], str] | None = None
    ) -> None:
        """Shows a letter; an editor that is open for the same one stays open, as does one that holds work.

        Args:
            size: Bytes of its payload, where the letter has only the beginning of it.
            rest: Returns all of it; it is called in a thread.
        """
        if letter is None and self.editing() and self.editor.drafts.holds:
            return
        same = letter is not None and self.letter is not None and letter.number == self.letter.number
        if letter == self.letter and letter is not None:
            self.tell_age()
            return
        self.letter = letter
        if letter is not None:
            self.notes.show_letter(letter.number, f"{draft_key(letter)}/note")
            self._fill(letter, size, rest)
            self.editor.follow(letter)
        if same and letter is not None:
            self._outdate(overtaken(BECAME[letter.status.value]))
        else:
            self.dry_run_view.clear()
        if not (same and self.currentWidget() is self.editor):
            self.setCurrentWidget(self._shown if letter is not None else self._nothing)

    def edit(self) -> None:
        """Opens the editor for a copy of the letter that is shown."""
        if self.letter is not None:
            self.editor.edit(self.letter)
            self.setCurrentWidget(self.editor)

    def show_notes(self) -> None:
        """Brings owner and note of the letter to the front, to be written."""
        self.leave_editor()
        self.tabs.setCurrentWidget(self.notes)
        self.notes.owner.setFocus()

    def show_dry_run_of(self, *, edited: bool) -> DryRunView:
        """Brings to the front the dry run of the letter or of the copy in the editor."""
        if edited:
            return self.editor.show_dry_run()
        self.tabs.setCurrentWidget(self.dry_run_view)
        return self.dry_run_view

    def _look_at_model(self) -> None:
        """Drops the verdict of a model that is no more the one that runs."""
        registry = self._desk.workspace.registry
        if registry is not self._registry:
            self._registry = registry
            self._outdate(outdated("model"))

    def _outdate(self, said: str) -> None:
        for view in (self.dry_run_view, self.editor.dry_run_view):
            view.outdate(said)

    def leave_editor(self) -> None:
        """Closes the editor; what was typed is kept."""
        self._show_kept()
        self.setCurrentWidget(self._shown if self.letter is not None else self._nothing)

    def shows_nothing(self) -> bool:
        """Whether no letter is shown."""
        return self.currentWidget() is self._nothing

    def editing(self) -> bool:
        """Whether a copy is being edited."""
        return self.currentWidget() is self.editor

    def tell_age(self) -> None:
        """Says where it was, and how long ago it died by now."""
        if (letter := self.letter) is not None:
            age = self._since(letter.died_at)
            self._where.setText(
                f"#{letter.number} in {called(letter.subscription)}, from topic {called(letter.topic)}\n"
                f"Key {letter.key or 'none'}, position {letter.position:,}, died {age}{self._facts}"
            )
            self._where.setToolTip(
                f"First failed {absolute(letter.first_failed_at)}\nDied {absolute(letter.died_at)}"
            )

    def _fill(self, letter: DeadLetter, size: int, rest: Callable[[], str] | None) -> None:
        self._title.setText(letter.type)
        said, _, role = STATUSES[letter.status]
        self._status.set(_kind(role), said)
        words, _, role, sentence = REASONS[letter.reason]
        self._reason.set(_kind(role), words)
        self._reason.setToolTip(sentence)
        self._error.setText(letter.error_type or words)
        self._said.setText(letter.error or f"{sentence}.")
        self._place.setText(letter.place)
        self._place.setVisible(bool(letter.place))
        self.payload.show_letter(letter, unseen=max(0, size - len(letter.data.encode())), rest=rest)
        self._show_tries(letter, None)
        self._show_kept()
        self._trace.show_plain(letter.traceback or "No traceback was recorded.")
        self._metadata.set_json(about(letter))
        self._show_parent(letter.parent or 0, 0)
        self._facts = ""
        self.tell_age()

    def _show_tries(self, letter: DeadLetter, payloads: LetterPayloads | None) -> None:
        """Shows the tries, once it is read with the payload on which each ran, and the one that succeeded."""
        told = [one or "original" for one in payloads.tries] if payloads else [""] * len(letter.attempts)
        tries = [
            (one.number, payload, one.at, one.duration_us, f"{one.error_type}: {one.error}", one.place)
            for one, payload in zip(letter.attempts, told, strict=True)
        ]
        if letter.status is LetterStatus.RESOLVED:
            ran = (payloads.success or "original") if payloads else ""
            tries.append((len(tries) + 1, ran, letter.changed_at, 0, "succeeded", ""))
        self.tabs.setTabText(1, f"Attempts ({len(tries)})")
        self._attempts.refresh(ListSource(tries))

    def show_absence(self, said: str) -> None:
        """Says why the letter that is shown is not in the list beside it; empty where it is."""
        self.absent.set("info", said)
        self.absent.setVisible(bool(said))

    def carry_over(self, text: str) -> None:
        """Opens the editor for the letter that is shown with a text that was typed for another."""
        self.edit()
        self.editor.put(text)

    def _show_kept(self) -> None:
        """Says that a corrected copy of this letter was begun, and offers to go on with it."""
        drafts = self._desk.workspace.drafts
        draft = drafts.find(draft_key(self.letter)) if self.letter is not None else None
        self.kept.setVisible(draft is not None)
        if draft is not None:
            said = f"A copy that was begun is kept, of {short(draft.at)}."
            self.kept.set("info", said, [("Go on", self.edit), ("Discard", self._discard)])

    def _discard(self) -> None:
        if self.letter is not None:
            if self.editor.number() == self.letter.number:
                self.editor.drafts.discard()
            self._desk.forget(draft_key(self.letter))
            self._show_kept()

    def show_links(
        self, parent: int, child: int, payloads: LetterPayloads, behind: int, held_up: str
    ) -> None:
        """Shows what has to do with this letter; 0 for none.

        Args:
            parent: The letter that it comes from.
            child: The one that its failed replay made.
            payloads: On what its tries ran, and the letter whose edited copy it holds.
            behind: How many messages of its key wait behind it.
            held_up: What keeps its replay from being delivered; empty for nothing, or for no replay.
        """
        if (parent, child) != self._linked:
            self._show_parent(parent, child)
        self.payload.show_origin(payloads.changed)
        if self.letter is not None and len(payloads.tries) == len(self.letter.attempts):
            self._show_tries(self.letter, payloads)
        said = (waits_of_key(1, behind) if behind else "", waiting(held_up, 1))
        self._facts = "".join(f"\n{one}" for one in said if one)
        self.tell_age()

    def _show_parent(self, parent: int, child: int) -> None:
        self._linked = (parent, child)
        self.editor.offer(child)
        clear(self._links)
        for number, said in ((parent, "Failed replay of"), (child, "Its replay failed and made")):
            if number:
                button = QPushButton(f"{said} #{number}")
                button.setToolTip(f"Show dead letter {number}")
                button.clicked.connect(partial(self.letter_wanted.emit, number))
                self._links.addWidget(button)
        self._links.addStretch(1)


def attempt_columns() -> tuple[TableColumn, ...]:
    """Returns the columns of the table of attempts."""
    return (
        TableColumn("Try", width=44, mono=True, align_right=True),
        TableColumn("Payload", width=150),
        TableColumn("At", width=234, mono=True, text=absolute, zoned=True),
        TableColumn(
            "ms", width=64, mono=True, align_right=True, text=lambda us: f"{us / 1000:,.1f}" if us else ""
        ),
        TableColumn("Error", width=200, stretch=True),
        TableColumn("Place", width=150, mono=True),
    )


def about(letter: DeadLetter) -> str:
    """Returns everything beside the payload as JSON; what is stored as JSON is not decoded for it."""
    parts = {
        "message_id": f'"{letter.message_id}"',
        "correlation_id": f'"{letter.correlation_id}"',
        "generation": str(letter.generation),
        "metadata": letter.metadata or "null",
    }
    return "{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}"


def _kind(role: str) -> str:
    return "neutral" if role == "muted" else role

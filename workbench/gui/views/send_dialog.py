"""What dialogs have in common that send what a form holds and stay open: draft, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QWidget
from shiboken6 import isValid

from workbench.gui.actions import Actions
from workbench.gui.drafts import DraftKeeper, Write
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.widgets import Badge, plain_label

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.forms import SchemaForm

SIZE = (520, 640)
ASIDE = (14, 0, 14, 0)
"""Pixels around what stands below the form, so that it begins where the form's fields do."""


class SendDialog(QDialog):
    """The form, and below it what became of the last thing sent; stays open for the next one.

    Args:
        name: Of the dialog, for styles and tests.
        type_in: Shows a draft in the form.
    """

    def __init__(self, parent: QWidget, desk: Desk, form: SchemaForm, name: str, type_in: Write) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._desk = desk
        self.form = form
        self.drafts = DraftKeeper(desk, form.typed, type_in, self._begin_again)

    def compose(self, word: str, tip: str, send: Callable[[], object], *, warning: str = "") -> None:
        """Lays the dialog out.

        Args:
            word: On its button.
            send: Does it.
            warning: What stands above the button, such as that it cannot be undone.
        """
        warned = [in_row((plain_label(warning, "muted", wrap=True), 1), margins=ASIDE)] if warning else []
        buttons = self._buttons(word, tip, send)
        in_column(
            self.drafts,
            (self.form, 1),
            in_row((self._outcome(), 1), margins=ASIDE),
            *warned,
            buttons,
            of=self,
            margins=(8, 12, 8, 12),
            spacing=8,
        )
        self.acts = Actions(self, self)
        self.acts.offer()
        self.form.changed.connect(self.drafts.note)
        self.form.first_input().setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin_again(self) -> None:
        self.form.reset()
        self.form.set_unchanged()

    def _outcome(self) -> QFrame:
        self.outcome = QFrame()
        self.outcome.setObjectName("result")
        self.outcome.setProperty("card", True)
        self.badge = Badge("neutral", "")
        self.said = plain_label(wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._below = in_row(1)
        in_column(self.badge, self.said, self._below, of=self.outcome, margins=(10, 8, 8, 10), spacing=5)
        self.outcome.hide()
        return self.outcome

    def _buttons(self, word: str, tip: str, send: Callable[[], object]) -> QHBoxLayout:
        self.button = QPushButton(word)
        self.button.setObjectName(word.lower())
        self.button.setProperty("primary", True)
        self.button.setIcon(icon("send", "on_accent"))
        self.button.setAutoDefault(False)
        self.button.setToolTip(f"{tip}  (Ctrl+Enter)")
        self.button.clicked.connect(lambda _checked=False: send())
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        return in_row(1, close, self.button, margins=ASIDE)

    def offer(self, button: QPushButton) -> None:
        """Puts a button below what became of the last thing sent."""
        self._below.addWidget(button)

    def submit(self) -> None:
        """Checks the form and sends what it holds; what is wrong is said at its field."""
        if self.button.isEnabled():
            self.outcome.hide()  # it was of what was sent before
            self.form.submit()

    def refuse(self, said: str) -> None:
        """Says why nothing can be sent at all."""
        self.button.setEnabled(False)
        self._say("info", "not possible", said)

    def end(self, kind: str, word: str, said: str) -> None:
        """Says what became of it; does nothing where the dialog was closed meanwhile."""
        if isValid(self):
            self.button.setEnabled(True)
            self._say(kind, word, said)

    def settle(self, sent: Any) -> None:
        """Forgets the draft of what was sent, unless something was typed meanwhile."""
        if isValid(self) and sent == self.form.typed():
            self.form.set_unchanged()
            self.drafts.settle()

    def _say(self, kind: str, word: str, said: str) -> None:
        self.badge.set(kind, word)
        self.said.setText(said)
        self.outcome.show()

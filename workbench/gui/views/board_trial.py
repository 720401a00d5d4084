"""A command's form over the board, filled with examples: what it sends runs at once, and is seen moving."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.layouts import in_column, in_row
from workbench.gui.theme import theme
from workbench.gui.views.command_parts import COMMAND, described_by, form_of, suggestions
from workbench.gui.views.command_result import headline
from workbench.gui.widgets import Badge, plain_label
from workbench.services.commands.example_values import example_of

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.forms import SchemaForm

WIDE, GAP = 380, 12
"""Pixels in width, and from the canvas's edges."""
KINDS = {"accepted": "ok", "rejected": "warning", "conflict": "warning"}


class BoardTrial(QFrame):
    """Tries a command out where it is designed.

    Attributes:
        form: Its form, while it is there.
    """

    def __init__(self, desk: Desk, canvas: QWidget) -> None:
        super().__init__(canvas.parentWidget())  # not the canvas, whose keys it would share
        self._desk, self.canvas, self._name = desk, canvas, ""
        self.form: SchemaForm | None = None
        self.setObjectName("board_trial")
        self._title = plain_label("")
        self._title.setProperty("role", "subject")
        self.badge, self.said = Badge("neutral", ""), plain_label("", wrap=True)
        self._holder = QScrollArea()
        self._holder.setWidgetResizable(True)
        self._holder.setFrameShape(QFrame.Shape.NoFrame)
        self.acts = Actions(self, self)
        head = in_row((self._title, 1), self.acts.button("leave", words=False))
        foot = in_row(self.badge, 1, self.acts.button("send", primary=True))
        in_column(head, (self._holder, 1), self.said, foot, of=self)
        self.acts.offer()
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        colors = theme().colors
        self.setStyleSheet(
            f"#board_trial {{ background: {colors.raised}; border: 1px solid {colors.border};"
            " border-radius: 8px; }"
        )

    def _no_trial(self, node: str) -> str:
        kind, _, name = node.partition(":")
        runs = kind == "command" and name in self._desk.workspace.registry.commands
        return self.read_only() or ("" if runs else "Only a command that runs can be tried")

    @action("Try it out", on="canvas", icon="play", keys="Space", why=_no_trial)
    def try_out(self, node: str) -> None:
        """Shows the form of a command over the board, filled with examples."""
        name = node.partition(":")[2]
        described = described_by(self._desk.workspace.registry, COMMAND, name)
        self._name = name
        self._title.setText(name)
        self.form = form_of(self._desk, described, suggestions(self._desk, name))
        self.form.set_value(example_of(described.schema, lambda: str(uuid.uuid4())))
        self.form.submitted.connect(self._submitted)
        self._holder.setWidget(self.form)
        self.badge.hide()
        self.said.hide()
        self.acts.refresh()
        self._stand()
        self.show()
        self.raise_()
        self.form.first_input().setFocus()

    def _stand(self) -> None:
        place, wanted = self.canvas.geometry(), self.form.sizeHint().height() if self.form is not None else 0
        wide, tall = min(WIDE, place.width() - 2 * GAP), min(max(240, wanted + 140), place.height() - 2 * GAP)
        self.setGeometry(place.right() - wide - GAP, place.top() + GAP, wide, tall)

    @action("Close the form", keys="Esc", icon="close")
    def leave(self) -> None:
        """Closes the form."""
        self.hide()
        self.canvas.setFocus()

    @action("Send", icon="send", tip="Issue the command", why=lambda trial: trial.read_only())
    def send(self) -> None:
        """Checks the form and sends it; what is wrong is said at its field."""
        if self.form is not None:
            self.form.submit()

    def read_only(self) -> str:
        """Says why nothing can be sent."""
        return self._desk.read_only()

    def _submitted(self, value: dict[str, Any]) -> None:
        if not self.read_only():
            self._desk.run(self._issue(self._name, value), f"Send {self._name}")

    async def _issue(self, name: str, value: dict[str, Any]) -> None:
        commands = self._desk.workspace.commands
        result = await commands.issue(name, value)
        if name != self._name or self.isHidden():
            return
        outcome = result.outcome.value
        self.badge.set(KINDS.get(outcome, "error"), outcome)
        self.said.setText(headline(result, commands.appended(result)))
        self.badge.show()
        self.said.show()

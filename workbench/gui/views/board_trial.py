"""A command's form over the board, filled with examples: what it sends runs at once, and is seen moving."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtWidgets import QFrame, QScrollArea
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.board.card_note import CardNote
from workbench.gui.drafts import DraftKeeper
from workbench.gui.layouts import in_column, in_row
from workbench.gui.reads import Question
from workbench.gui.theme import theme
from workbench.gui.time_format import relative, short
from workbench.gui.views.command_parts import COMMAND, described_by, form_of, suggestions
from workbench.gui.views.command_result import headline
from workbench.gui.widgets import Badge, give_keyboard, plain_label
from workbench.services.commands.aftermath import Came, aftermath
from workbench.services.commands.example_values import example_of

if TYPE_CHECKING:
    from workbench.gui.board.flow_view import FlowView
    from workbench.gui.desk import Desk
    from workbench.gui.forms import SchemaForm
    from workbench.model.changes import Changes
    from workbench.model.command import CommandResult

WIDE, GAP = 380, 12
"""Pixels in width, and from the canvas's edges."""
LINES = 8
"""Things that came of a command that are told at its card."""
SIGNS = {
    "event": ("event", "event", ""),
    "refused": ("warning", "warning", ""),
    "waits": ("clock", "muted", ", waits"),
    "withdrawn": ("close", "muted", ", is withdrawn and will not come"),
}
"""By what came: icon, role of its colour, and what is said behind its words."""
KINDS = {"accepted": "ok", "rejected": "warning", "conflict": "warning"}


class BoardTrial(QFrame):
    """Tries a command out where it is designed.

    Attributes:
        form: Its form, while it is there.
        result: What became of what was sent last.
        note: Says it at the card, with what followed.
    """

    def __init__(self, desk: Desk, canvas: FlowView) -> None:
        super().__init__(canvas.parentWidget())  # not the canvas, whose keys it would share
        self._desk, self.canvas, self._name = desk, canvas, ""
        self.form: SchemaForm | None = None
        self.result: CommandResult | None = None
        self.note = CardNote(canvas)
        self.drafts = DraftKeeper(desk, self._typed, self._type_in, self._fill)
        self._schema: Mapping[str, Any] = {}
        self._asking = Question(self, desk, self._tell, "Looking for what came of a command")
        canvas.moved.connect(self._stand_note)
        canvas.installEventFilter(self)
        desk.changed.connect(self.follow)
        self.setObjectName("board_trial")
        self._title = plain_label("")
        self._title.setProperty("role", "subject")
        self.badge, self.said = Badge("neutral", ""), plain_label("", wrap=True)
        self._holder = QScrollArea()
        self._holder.setAccessibleName("Form of the command")
        self._holder.setWidgetResizable(True)
        self._holder.setFrameShape(QFrame.Shape.NoFrame)
        self.acts = Actions(self, self)
        head = in_row((self._title, 1), self.acts.button("leave", words=False))
        foot = in_row(self.badge, 1, self.acts.button("send", primary=True))
        in_column(head, self.drafts, (self._holder, 1), self.said, foot, of=self)
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
        self.drafts.leave()
        self._name, self._schema = name, described.schema
        self._title.setText(name)
        self.form = form_of(self._desk, described, suggestions(self._desk, name))
        self._fill()
        self.form.submitted.connect(self._submitted)
        self.form.changed.connect(self.drafts.note)
        self._holder.setWidget(self.form)
        self.drafts.turn_to(_key(name), f"the values to try {name} out")
        self.badge.hide()
        self.said.hide()
        self.acts.refresh()
        self._stand()
        self.show()
        self.raise_()
        self.form.first_input().setFocus()

    def _fill(self) -> None:
        """Fills the form with examples, which are no draft."""
        if self.form is not None:
            self.form.set_value(example_of(self._schema, lambda: str(uuid.uuid4())))
            self.form.set_unchanged()

    def _typed(self) -> dict[str, Any]:
        return self.form.typed() if self.form is not None else {}

    def _type_in(self, typed: Mapping[str, Any]) -> list[str]:
        return self.form.type_in(typed) if self.form is not None else []

    def _stand(self) -> None:
        place, wanted = self.canvas.geometry(), self.form.sizeHint().height() if self.form is not None else 0
        wide, tall = min(WIDE, place.width() - 2 * GAP), min(max(240, wanted + 140), place.height() - 2 * GAP)
        self.setGeometry(place.right() - wide - GAP, place.top() + GAP, wide, tall)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move} and not self.isHidden():
            self._stand()
        return super().eventFilter(watched, event)

    @action("Close the form", keys="Esc", icon="close")
    def leave(self) -> None:
        """Closes the form."""
        self.hide()
        self._stand_note()
        give_keyboard(self.canvas)

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
            self._desk.run(self._issue(self._name, value, self._typed()), f"Send {self._name}")

    async def _issue(self, name: str, value: dict[str, Any], typed: dict[str, Any]) -> None:
        commands = self._desk.workspace.commands
        result = await commands.issue(name, value)
        outcome, said = result.outcome.value, headline(result, commands.appended(result))
        kind = KINDS.get(outcome, "error")
        self.result = result
        if kind == "ok":
            self._settle(name, typed)
        self.note.show_outcome(kind, outcome, f"{name}: {said}")
        self.follow()
        if name == self._name and self.isVisible():
            self.badge.set(kind, outcome)
            self.said.setText(said)
            self.badge.show()
            self.said.show()
        self._stand_note()

    def _settle(self, name: str, typed: dict[str, Any]) -> None:
        """Forgets what was sent, unless something was typed since."""
        kept = self._desk.workspace.drafts.find(_key(name))
        if kept is None or kept.content != typed:
            return
        self._desk.forget(kept.key)
        if name == self._name and self.form is not None:
            self.form.set_unchanged()
            self.drafts.settle()

    # -- what came of it -----------------------------------------------------------------------------------

    def follow(self, _changes: Changes | None = None) -> None:
        """Says at the card what came so far of what was sent last."""
        result, workspace = self.result, self._desk.workspace
        if result is not None and self.note.isVisible():
            self._asking.ask(lambda: aftermath(workspace.reader, result, workspace.clock.now()), result)

    def _tell(self, found: Sequence[Came]) -> None:
        self.note.show_lines([_line(one, self._desk.workspace.clock.now()) for one in found[:LINES]])
        self._stand_note()

    def _stand_note(self) -> None:
        board, node = self.canvas.board, f"command:{self.result.command_type if self.result else ''}"
        if self.note.isVisible() and board.has(node):
            box = self.canvas.mapFromScene(board.box_of(node)).boundingRect()
            over = self.geometry().translated(-self.canvas.pos()) if self.isVisible() else QRect()
            self.note.stand(box.translated(self.canvas.viewport().pos()), over)


def _key(command: str) -> str:
    """Returns the name of the draft of a command's form."""
    return f"trial/{command}"


def _line(one: Came, now: int) -> tuple[str, str, str]:
    """Returns icon, role and words of something that came."""
    icon, role, word = SIGNS[one.kind]
    when = f"due {short(one.at)} ({relative(one.at, now)})" if one.kind == "waits" else short(one.at)
    return icon, role, f"{one.words}{word}  ·  {when}"

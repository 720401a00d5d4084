"""Asks to which position or time a subscription should go back, and says exactly what that delivers again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from workbench.gui.drafts import DraftKeeper
from workbench.gui.forms import SchemaForm
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.reads import Question
from workbench.gui.time_format import absolute
from workbench.gui.widgets import error_text, plain_label, push_button
from workbench.model.clock import parse_rfc3339, rfc3339
from workbench.model.json_values import visible
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.services.subscriptions import DeliveredAgain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.gui.desk import Desk
    from workbench.services.monitor.monitor_values import SubscriptionView
    from workbench.services.workspace import Workspace

TIME = {
    "type": "object",
    "properties": {
        "time": {
            "type": "string",
            "format": "date-time",
            "title": "Recorded from",
            "description": "What was recorded from then on is delivered again",
        }
    },
    "required": ["time"],
}
"""The form that asks for a time."""
WIDTH, MARGIN = 480, 16
"""Pixels that the dialog is wide at least, and between its edge and what stands in it."""
LINES = 4
"""For which there is room below the place, so that nothing moves for fewer; for more it grows."""


def consequence(
    subscription: SubscriptionView, position: int, head: int, waiting: int, messages: DeliveredAgain
) -> tuple[str, str]:
    """Returns what a move of the cursor does, in words, and what its button says; empty for nothing.

    Args:
        waiting: How many deliveries behind the position wait, and are not blocked by a dead letter.
        messages: What is delivered again.
    """
    cursor = subscription.cursor
    if position > head:
        return f"The store ends at position {head:,}.", ""
    if position == cursor:
        return "The cursor is there already.", ""
    if position > cursor:
        count = _count(position - cursor, "position")
        said = f"{count} from {cursor + 1:,} to {position:,} will be skipped and never be delivered."
        return said, f"Skip {count}"
    many, more, dead, copies, blocked = messages
    events = f"more than {_count(many, 'message')}" if more else _count(many, "message")
    between = f"between position {position + 1:,} and {cursor:,}"
    if (dead or blocked) and not (many or more):
        said = f"nothing {between} will be delivered again."
    elif not (many or more):
        said = f"nothing that it reads lies {between}."
    else:
        said = f"{events} {between} will be delivered again"
        said += ", as far as they pass the filter." if subscription.filter else "."
        said += _of_copies(copies) if copies else ""
    if blocked:
        stays = "stays blocked behind a dead letter" if blocked == 1 else "stay blocked behind dead letters"
        said += f" {_count(blocked, 'message')} {stays} of {'its key' if blocked == 1 else 'their keys'}."
    if waiting:
        waits = "delivery that waits starts" if waiting == 1 else "deliveries that wait start"
        said += f" {waiting:,} {waits} again."
    if dead:
        said += (
            f" {_count(dead, 'dead letter')} there {'stays as it is' if dead == 1 else 'stay as they are'}."
        )
    elif subscription.dead:
        said += " Dead letters stay as they are."
    return said[0].upper() + said[1:], f"Go back {_count(cursor - position, 'position')}"


def _of_copies(count: int) -> str:
    """Says of messages that their edited copies succeeded, and are what is delivered again (L6)."""
    if count == 1:
        return " One of them goes as the edited copy that succeeded, not as its original."
    return f" {count:,} of them go as the edited copies that succeeded, not as their originals."


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPlace:
    """What the store says of a place.

    Attributes:
        head: The position at which the store ends.
        waiting: The positions of the deliveries that wait, and that no dead letter blocks.
        value: The position that was chosen, or that lies before the time that was; None for neither.
        said: What a move there does.
        label: What its button says; empty where there is nothing to be done.
    """

    head: int
    waiting: tuple[int, ...]
    value: int | None = None
    said: str = ""
    label: str = ""


def read_place(
    workspace: Workspace,
    subscription: SubscriptionView,
    known: ResetPlace | None,
    value: int | None,
    at: int | None,
) -> ResetPlace:
    """Reads what a move to a position does, or to the one before a time, microseconds since 1970."""
    subscriptions, name = workspace.subscriptions, subscription.name
    head = known.head if known else workspace.streams.head()
    waiting = known.waiting if known else tuple(subscriptions.starting_again(name))
    value = value if at is None else workspace.streams.position_before(at)
    if value is None:
        return ResetPlace(head=head, waiting=waiting)
    again = subscriptions.again(name, value) if value < subscription.cursor else DeliveredAgain()
    behind = sum(position > value for position in waiting)
    said, label = consequence(subscription, value, head, behind, again)
    said = said if at is None else f"{absolute(at)} lies behind position {value:,}. {said}"
    return ResetPlace(head=head, waiting=waiting, value=value, said=said, label=label)


class ResetDialog(QDialog):
    """Chooses a place for the cursor of one subscription; to be opened with ``open()``.

    Signals:
        chosen: The position that was confirmed.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, subscription: SubscriptionView, desk: Desk) -> None:
        super().__init__(parent)
        self.setObjectName("reset-dialog")
        self.setWindowTitle(f"Reset {visible(subscription.name)}")
        self.setMinimumWidth(WIDTH)
        self._subscription, self._workspace = subscription, desk.workspace
        self.drafts = DraftKeeper(desk, self._typed, self._type_in, self._begin_again)
        self._place: ResetPlace | None = None
        self._reading = Question(self, desk, self._show, lambda error: self._say(error_text(error)))
        title = plain_label(f"Move the cursor of {subscription.name}", "heading", wrap=True)
        self._stands = plain_label(f"It is at position {subscription.cursor:,}.", "muted", wrap=True)
        self.said = plain_label("", "muted", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        in_column(
            title,
            self._stands,
            self.drafts,
            self._ways(),
            self._position_line(),
            self._time_form(),
            self.said,
            1,
            self._answers(),
            of=self,
            margins=MARGIN,
            spacing=10,
        )
        self.to_position.toggled.connect(self._turned)
        self.to_position.setChecked(True)
        self.drafts.turn_to(f"reset/{subscription.name}", f"where to reset {subscription.name}")
        for changed in (self.position.textChanged, self.time.changed):
            changed.connect(self.drafts.note)
        (self.position if self.to_position.isChecked() else self.time.first_input()).setFocus()

    def _typed(self) -> dict[str, Any]:
        position, time = self.position.text(), self.time.typed()
        return {"position": position, "time": time} if position or time else {}

    def _type_in(self, typed: Mapping[str, Any]) -> list[str]:
        self.position.setText(typed["position"])
        (self.to_time if typed["time"] else self.to_position).setChecked(True)
        return self.time.type_in(typed["time"])

    def _begin_again(self) -> None:
        self.position.clear()
        self.time.reset()

    def _ways(self) -> QHBoxLayout:
        self.to_position, self.to_time = QRadioButton("To a position"), QRadioButton("To a time")
        return in_row(self.to_position, self.to_time, 1, spacing=16)

    def _position_line(self) -> QWidget:
        self.position = QLineEdit()
        self.position.setObjectName("reset-position")
        self.position.setAccessibleName("Position")
        self.position.setPlaceholderText("0 delivers everything again")
        self.position.textChanged.connect(self._judge)
        self._at = QWidget()
        line = in_row(plain_label("After position"), (self.position, 1), of=self._at, margins=0)
        beginning, self.head = QPushButton("Beginning"), QPushButton("Head")
        beginning.setToolTip("Position 0")
        beginning.clicked.connect(lambda: self.position.setText("0"))
        self.head.setEnabled(False)  # until it is read
        self.head.clicked.connect(lambda: self.position.setText(str(self._place.head if self._place else "")))
        for button in (beginning, self.head):
            button.setAutoDefault(False)
            line.addWidget(button)
        return self._at

    def _time_form(self) -> SchemaForm:
        clock = self._workspace.clock
        self.time = SchemaForm(TIME, now=lambda: rfc3339(clock.now()))
        self.time.setMinimumHeight(124)
        self.time.changed.connect(self._judge)
        return self.time

    def _answers(self) -> QHBoxLayout:
        self.go = push_button(
            "", self._confirm, sign=icon("rewind", "on_accent"), role="primary", name="reset-go"
        )
        self.go.setDefault(True)  # Enter on Beginning or Head confirms what they chose
        cancel = push_button("Cancel", self.reject)
        return in_row(1, cancel, self.go)

    def _turned(self) -> None:
        by_position = self.to_position.isChecked()
        self._at.setVisible(by_position)
        self.time.setVisible(not by_position)
        self._judge()

    # -- what was chosen ----------------------------------------------------------------------------------

    def _value(self) -> int | None:
        """Returns the position that was typed; None for none."""
        text = self.position.text().strip().replace(",", "").replace(" ", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def _moment(self) -> int | None:
        """Returns the time that was chosen, microseconds since 1970; None while it is none."""
        try:
            return parse_rfc3339(str(self.time.value()["time"]))
        except ValueError:
            return None

    def _judge(self) -> None:
        by_time = self.to_time.isChecked()
        value, at = (None, self._moment()) if by_time else (self._value(), None)
        if value is not None or at is not None:
            said = "Reading …"
        elif by_time:
            said = "Give a time: what was recorded from then on is delivered again."
        elif self.position.text().strip():
            said = "A position is a whole number from 0."
        else:
            said = "Give a position: everything after it is delivered again."
        wrong = not by_time and bool(self.position.text().strip()) and value is None
        self.position.setProperty("invalid", wrong)
        self.position.style().polish(self.position)
        self._say(said)
        read = partial(read_place, self._workspace, self._subscription, self._place, value, at)
        self._reading.drop()  # what was told for another place is told again
        self._reading.ask(read, (value, at))

    def _say(self, said: str, label: str = "") -> None:
        self.said.setText(said)
        room = max(self.said.width(), WIDTH - 2 * MARGIN)
        lines = self.said.fontMetrics().lineSpacing() * LINES
        self.said.setMinimumHeight(max(lines, self.said.heightForWidth(room)))
        self.go.setText(label or "Reset")
        self.go.setEnabled(bool(label))

    def _show(self, found: ResetPlace) -> None:
        self._place = found
        self._stands.setText(f"It is at position {self._subscription.cursor:,} of {found.head:,}.")
        self.head.setToolTip(f"Position {found.head:,}")
        self.head.setEnabled(True)
        if found.value is not None:
            more = f" {prospect(OperatorAct.RESET)}" if found.label else ""
            self._say(f"{found.said}{more}", found.label)

    def _confirm(self) -> None:
        if self._place is not None and self._place.value is not None and self.isVisible():
            self.drafts.settle()
            self.accept()
            self.chosen.emit(self._place.value)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

"""What the commands view is made of beside its form: chooser, expected version, known ids, catching up."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget
from typing_extensions import override

from workbench.errors import InvalidValue, ProjectionFaulted
from workbench.gui.chooser import Chooser
from workbench.gui.forms import SchemaForm, parse_validator
from workbench.gui.icons import icon
from workbench.gui.layouts import in_row
from workbench.gui.reads import Question
from workbench.gui.widgets import plain_tip
from workbench.model.pydantic_messages import summary_of

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.forms.editor import Suggest
    from workbench.gui.forms.json_schema import Loc
    from workbench.gui.views.command_result import ResultCard
    from workbench.model.command import CommandResult, CommandType, QueryType
    from workbench.model.model_flow import ModelFlow
    from workbench.model.registry import Registry
    from workbench.services.workspace import Workspace

COMMAND, QUERY = "command", "query"
CATCH_UP_SECONDS = 10.0
SUGGESTED = 12
REASONS = 3
"""Reasons of refusals that a form's head says."""
ANSWERS = {"lists", "gets"}
"""Verbs of what a query gives."""


Form = tuple[str, str]
"""Kind and name of what a form is for."""


def offered_forms(registry: Registry) -> list[Form]:
    """Returns what can be sent and asked in a model."""
    return [(COMMAND, name) for name in registry.commands] + [(QUERY, name) for name in registry.queries]


def in_place_of(gone: Form, before: Collection[Form], offered: Sequence[Form]) -> Form:
    """Returns what takes the place of one that is gone: the only new one of its kind, else the first."""
    new = [form for form in offered if form[0] == gone[0] and form not in before]
    return new[0] if len(new) == 1 else offered[0]


class Picker(Chooser):
    """Chooses a form; while the one shown holds something, letters only open its list.

    Args:
        holds: Whether the form that is shown holds something that was typed.
    """

    def __init__(self, holds: Callable[[], bool]) -> None:
        super().__init__()
        self._holds = holds

    def show_forms(self, offered: Sequence[Form]) -> Sequence[Form]:
        """Offers these; returns what was offered before."""
        before = self.offered()
        icons = [icon(kind, "command" if kind == COMMAND else "projection") for kind, _ in offered]
        self.show_choices([(form[1], form) for form in offered], icons)
        return before

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if text.isprintable() and text.strip() and self._holds():
            self.showPopup()
            self.view().keyboardSearch(text)
        else:
            super().keyPressEvent(event)


EXPECTED, AT = "Expected version", "At version"
SLIM, NARROW = 310, 250
"""Pixels in width from which it is said wholly, and in short."""


class ExpectedVersion(QWidget):
    """Asks whether the stream must be at a version, and at which.

    Args:
        present: Returns the version that the stream has now.

    Signals:
        changed: A person chose otherwise.
    """

    changed = Signal()

    def __init__(self, present: Callable[[], int]) -> None:
        super().__init__()
        self._present = present
        self.check = QCheckBox(EXPECTED)
        self.check.setAccessibleName(EXPECTED)
        self.check.setToolTip(f"{EXPECTED}: refuse the command if the stream is at another version by then")
        self.line = QLineEdit()
        self.line.setObjectName("expected-version")
        self.line.setAccessibleName(EXPECTED)
        self.line.setMaximumWidth(64)
        self.line.setEnabled(False)
        in_row(self.check, self.line, of=self, margins=0)
        self.check.toggled.connect(self._turned)
        self.line.textEdited.connect(self.changed)

    def value(self) -> int | None:
        """Returns the version; None where any will do.

        Raises:
            InvalidValue: What stands there is none.
        """
        if not self.check.isChecked():
            return None
        text = self.line.text().strip()
        if not text.isdigit():
            raise InvalidValue(
                "The expected version must be a whole number; 0 means a new stream.", path="expected"
            )
        return int(text)

    def type_in(self, text: str) -> None:
        """Shows what was typed, finished or not."""
        with QSignalBlocker(self.check):
            self.check.setChecked(True)
        self.line.setEnabled(True)
        self.line.setText(text)

    def shorten(self, room: int) -> None:
        """Says it in short, or in its tip alone, where a view of that width has no room for both."""
        word = AT if room >= NARROW else ""
        self.check.setText(EXPECTED if room >= SLIM else word)
        self.line.setMaximumWidth(64 if room >= SLIM else 40)

    def clear(self) -> None:
        """Expects none."""
        self.check.setChecked(False)
        self.line.clear()

    def _turned(self, wanted: bool) -> None:  # a signal's argument
        self.line.setEnabled(wanted)
        if wanted:
            self.line.setText(str(self._present()))
            self.line.selectAll()
            self.line.setFocus()
        self.changed.emit()


def suggestions(desk: Desk, name: str) -> Mapping[Loc, Suggest]:
    """Offers known ids for the fields that name the aggregates that a command may find."""
    command = desk.workspace.registry.commands.get(name)
    places = command.places if command else ()
    return {(place.id,): _known(desk, place.aggregate) for place in places if place.creates is not True}


def _known(desk: Desk, category: str) -> Suggest:
    streams = desk.workspace.streams

    def found(typed: str) -> list[str]:
        streams_found = streams.beginning(f"{category}-{typed.strip()}", SUGGESTED)
        return [stream.name.partition("-")[2] for stream in streams_found]

    def known(line: QObject, offer: Callable[[list[str]], object]) -> Callable[[str], object]:
        asking = Question(line, desk, offer, f"Looking for ids of {category}")
        return lambda typed: asking.ask(partial(found, typed), typed)

    return known


def answer_of(workspace: Workspace, name: str, values: Mapping[str, Any]) -> tuple[str, Any, float]:
    """Returns the name of a query, its answer, and how many milliseconds that took."""
    begun = workspace.clock.monotonic()
    return name, workspace.commands.ask(name, values), 1000 * (workspace.clock.monotonic() - begun)


async def catch_up(workspace: Workspace, result: CommandResult, card: ResultCard) -> None:
    """Says how soon each read model had folded the command's events: eventual consistency, seen."""
    begun = workspace.clock.monotonic()
    behind, said = [], []
    for name in [one.name for one in workspace.registry.projections.values() if not one.by_handlers]:
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS):
                await workspace.commands.wait_for(name, result.last_position)
        except ProjectionFaulted as error:
            card.add(f"{error.message[:1].upper()}{error.message[1:]}.")
        except TimeoutError:
            behind.append(name)
        else:
            said.append(f"{name} after {1000 * (workspace.clock.monotonic() - begun):,.1f} ms")
    if said:
        card.add(f"Read models caught up: {', '.join(said)}.")
    if behind:
        card.add(f"Still behind: {', '.join(behind)}. Is the engine paused?")


def described_by(registry: Registry, kind: str, name: str) -> CommandType | QueryType:
    """Returns a command or a query of the model."""
    return registry.commands[name] if kind == COMMAND else registry.queries[name]


def tell_about(label: QLabel, registry: Registry, kind: str, name: str) -> None:
    """Says in short what a command or query is, and in the tip all of its rules and what follows."""
    doc, told = described_by(registry, kind, name).doc, registry.told_of(f"{kind}:{name}")
    given = {who: registry.flows_of(f"external:{who}") for who in registry.actors}
    actors = [who for who, flows in given.items() if name in {one.name for one in flows}]
    by = f"By: {', '.join(actors)}" if actors and kind == COMMAND else ""
    label.setText("\n".join(filter(None, (summary_of(doc), by, *_reasons(told), *_answers(told)))))
    label.setToolTip(plain_tip("\n".join([doc, *(one.said for one in told)]).strip()))
    label.setVisible(bool(label.text()))


def _reasons(told: Iterable[ModelFlow]) -> list[str]:
    """Says why a command is refused: the first reasons, and how many more the tip has."""
    found = [f"Refused {one.words}" for one in told if one.verb == "refuses"]
    more = len(found) - REASONS
    return [*found[:REASONS], f"and {more} more reasons"] if more > 1 else found


def _answers(told: Iterable[ModelFlow]) -> list[str]:
    """Says which rows a query gives."""
    return [
        f"{'Lists rows' if one.verb == 'lists' else 'Gets one row'} of {one.name} {one.words}".rstrip()
        for one in told
        if one.verb in ANSWERS
    ]


def form_of(desk: Desk, described: CommandType | QueryType, suggest: Mapping[Loc, Suggest]) -> SchemaForm:
    """Makes a form for a command or a query."""
    from workbench.model.clock import rfc3339

    clock = desk.workspace.clock
    return SchemaForm(
        described.schema,
        validate=parse_validator(described.parse),
        now=lambda: rfc3339(clock.now()),
        new_uuid=lambda: str(uuid.uuid4()),
        suggest=suggest,
    )

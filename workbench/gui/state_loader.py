"""Asks for states of aggregates so that the window never waits for one (contract V4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from workbench.gui.desk import Desk
from workbench.gui.reads import Question, takes_time
from workbench.gui.view import View
from workbench.gui.widgets import DiffView, JsonView
from workbench.model.event import RecordedEvent
from workbench.services.streams import StateAt
from workbench.store.stored_values import Glance

AT_ONCE = 64 * 1024
"""Bytes that are read and folded where they are asked for; more in a thread."""
UNASKED = 4 * 1024 * 1024
"""Bytes that are read and folded without being asked for."""
EVENTS = 200
"""With more events than this a state is folded in a thread, however small they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundState:
    """What is known of a version of a stream.

    Attributes:
        size: Bytes that its state is made of, as far as they were counted.
        event: Of that version.
        state: None where it must be asked for.
    """

    size: int
    event: Glance[RecordedEvent] | None = None
    state: StateAt | None = None


class StateLoader:
    """Answers one question at a time; a newer one takes the place of the older.

    Args:
        begun: Called where an answer takes a while.
        told: Called with the state, and with the event that made it.
        refused: Called instead with the bytes, where there are too many to be read unasked.
    """

    def __init__(
        self,
        view: View,
        *,
        begun: Callable[[], object],
        told: Callable[[StateAt, Glance[RecordedEvent] | None], object],
        refused: Callable[[int], object],
    ) -> None:
        self._desk = view.desk
        self._told, self._refused = told, refused
        self._question: Question[FoundState] = view.question(self._show, begun=begun)

    def ask(self, stream: str, version: int, *, whatever: bool = False) -> None:
        """Asks for a state.

        Args:
            whatever: However large it is.
        """
        self._question.ask(partial(self._read, stream, version, whatever=whatever), (stream, version))

    def _read(self, stream: str, version: int, *, whatever: bool) -> FoundState:
        workspace = self._desk.workspace
        known = workspace.registry.aggregate_of_stream(stream) is not None
        size = workspace.streams.state_size(stream, version, EVENTS) if known else 0
        event = workspace.streams.glance(stream, version)
        if size > UNASKED and not whatever:
            return FoundState(size=size, event=event)
        if not 0 <= size <= AT_ONCE:
            takes_time()
        return FoundState(size=size, event=event, state=workspace.streams.state_at(stream, version))

    def _show(self, found: FoundState) -> None:
        if found.state is None:
            self._refused(found.size)
        else:
            self._told(found.state, found.event)


def show_event(
    desk: Desk, event: Glance[RecordedEvent] | None, payload: JsonView | None, diff: DiffView | None
) -> None:
    """Shows what an event says: the beginning of its payload, all of it on request."""
    if event is None:
        text, unseen, position = "", 0, 0
    else:
        text, position = event.of.data, event.of.position
        unseen = max(0, event.size - len(text.encode()))
    if payload is not None:
        payload.set_json(text, unseen=unseen, rest=lambda: _data(desk, position))
    if diff is not None:
        diff.set_event(text, unseen=unseen)


def _data(desk: Desk, position: int) -> str:
    found = desk.workspace.streams.event_at(position)
    return found.data if found is not None else ""

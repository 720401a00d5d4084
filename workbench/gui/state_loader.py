"""Asks for states of aggregates so that the window never waits for one (contract V4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from workbench.gui.desk import Desk
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
class WantedState:
    """The state at a version of a stream."""

    stream: str
    version: int


class StateLoader:
    """Answers one question at a time; a newer one takes the place of the older.

    Args:
        begun: Called where an answer takes a while.
        told: Called with the answer.
        refused: Called instead with the bytes, where there are so many that it must be asked for.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        begun: Callable[[], object],
        told: Callable[[StateAt], object],
        refused: Callable[[int], object],
    ) -> None:
        self._desk = desk
        self._begun, self._told, self._refused = begun, told, refused
        self._wanted: WantedState | None = None

    def ask(self, stream: str, version: int, *, whatever: bool = False) -> None:
        """Asks for a state.

        Args:
            whatever: However large it is.
        """
        self._wanted = wanted = WantedState(stream=stream, version=version)
        browse = self._desk.workspace.streams
        if self._desk.workspace.registry.aggregate_of_stream(stream) is None:
            self._told(browse.state_at(stream, version))
            return
        size = browse.state_size(stream, version, EVENTS)
        if 0 <= size <= AT_ONCE:
            self._told(browse.state_at(stream, version))
        elif whatever or size <= UNASKED:
            self._begun()
            self._desk.run(self._later(wanted), f"Fold {stream}")
        else:
            self._refused(size)

    async def _later(self, wanted: WantedState) -> None:
        browse = self._desk.workspace.streams
        found = await asyncio.to_thread(browse.state_apart, wanted.stream, wanted.version)
        if wanted is self._wanted:
            self._told(found)


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
    found = desk.workspace.streams.event_apart(position)
    return found.data if found is not None else ""

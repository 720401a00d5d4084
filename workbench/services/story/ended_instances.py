"""Finds the instances of a process that ended: the store keeps none of them, but the events tell."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ReadTooLong
from workbench.model.decision_context import ReactionContext
from workbench.model.search_words import read_words
from workbench.model.text_folding import folded
from workbench.services.story.row_history import Walk, log_events

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.policy import ReactorType
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader

MOST = 1_000
"""Instances that ended that are kept to be looked at: the last ones; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedInstance:
    """An instance that ended.

    Attributes:
        state: The last that it had, as JSON.
        position: Of the event that began it, which was recorded at ``began``, microseconds since 1970.
        event: With which it ended.
    """

    key: str
    state: str
    began: int
    position: int
    event: RecordedEvent


class EndedInstances:
    """Folds the events that a process has handled, as the model does now, and notes which instances ended.

    It goes on where it stopped, so that looking again costs only what came since. An event that fails changes
    nothing, as it does in the process. Make it for one thread at a time.

    Attributes:
        count: How many ended, as far as it looked.
    """

    def __init__(self, kind: ReactorType, registry: Registry, reader: Callable[[], Reader]) -> None:
        self._kind, self._registry, self._reader = kind, registry, reader
        self._position = self.count = 0
        self._alive: dict[str, tuple[Any, RecordedEvent]] = {}
        self._ended: deque[EndedInstance] = deque(maxlen=MOST)

    def look(self, walk: Walk, words: str = "") -> Sequence[EndedInstance]:
        """Looks on, up to what the process has read; returns those that ended, the last one first.

        One that the store still has is left out: a delivery that would end it failed, or waits.

        Args:
            words: All of them stand in its key or its last state.

        Raises:
            ReadTooLong: It was cancelled; the next look goes on there.
            InvalidValue: There are too many words.
        """
        asked, reader = read_words(words, folded), self._reader()
        known = reader.subscription(self._kind.name)
        upto, wanted = known.cursor if known is not None else 0, dict.fromkeys(self._kind.events)
        for event in log_events(reader, wanted, upto, walk, after=self._position):
            self._take(event)
            self._position = event.position
        self._position = max(self._position, upto)
        return [one for one in reversed(self._ended) if _has(one, asked) and not self._stands(reader, one)]

    def _stands(self, reader: Reader, one: EndedInstance) -> bool:
        stored = reader.process(self._kind.name, one.key)
        return stored is not None and stored.began == one.position

    def _take(self, event: RecordedEvent) -> None:
        kind = self._kind
        try:
            value = self._registry.read_event(event)
            key = kind.correlate(value, event) if kind.correlate is not None else None
            if not key:
                return
            before, first = self._alive.get(key, (None, event))
            after, _ = kind.react(before, value, ReactionContext(event.recorded_at, event))
            said = (
                kind.write_state(before) if after is None and before is not None and kind.write_state else ""
            )
        except (KeyboardInterrupt, ReadTooLong):
            raise
        except BaseException:  # noqa: BLE001  # the process's code may raise anything: its delivery failed
            return
        if after is not None:
            self._alive[key] = (after, first)
        elif before is not None:
            del self._alive[key]
            self.count += 1
            self._ended.append(
                EndedInstance(
                    key=key, state=said, began=first.recorded_at, position=first.position, event=event
                )
            )


def _has(one: EndedInstance, words: Sequence[str]) -> bool:
    return all(word in folded(one.key) or word in folded(one.state) for word in words)

"""Shows the history of a stream: what each event changed, and the state at a version."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound, WorkbenchError
from workbench.model.json_differences import Difference, differences
from workbench.model.secrets import MASK, is_secret, masked, without_secrets
from workbench.store.stored_values import StreamInfo

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.aggregate import AggregateType
    from workbench.model.event import RecordedEvent
    from workbench.project.project import Project

PAGE = 1000
_STEPS = re.compile(r"[.\[\]]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStep:
    """One event and what it did to the state; secrets are masked.

    Attributes:
        data: What the event says.
        trouble: Why it could not be folded; empty if all is well.
    """

    event: RecordedEvent
    data: Any
    changes: tuple[Difference, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A stream up to a version.

    Attributes:
        aggregate: Name of the aggregate whose stream it is; empty if the model has none.
        steps: The last events up to the version; ``earlier`` more stand before them.
        state: State at the version as plain values, secrets masked; None where there is none.
        trouble: Why there is no state; empty if all is well.
    """

    stream: StreamInfo
    version: int
    aggregate: str
    steps: tuple[HistoryStep, ...]
    earlier: int
    state: Any
    trouble: str


def history(
    world: World[Project], name: str, version: int | None = None, *, last: int, reveal: Collection[str] = ()
) -> History:
    """Folds a stream up to a version, one event after the other.

    Args:
        version: None for the present one.
        last: How many of the last events are told.
        reveal: Keys whose values are shown though they look like secrets.

    Raises:
        NotFound: There is no such stream, or it has no such version.
    """
    stream = _stream(world, name)
    upto = stream.version if version is None else version
    if not 1 <= upto <= stream.version:
        raise NotFound(f"{name} has versions 1 to {stream.version}; there is no version {upto}")
    aggregate = world.registry.aggregate_of_stream(name)
    fold = _Fold(world, aggregate, reveal)
    steps: deque[HistoryStep] = deque(maxlen=last)
    after = 0
    while after < upto:
        page = world.reader.read_stream(name, after, min(PAGE, upto - after))
        steps.extend(fold.step(event) for event in page)
        after = page[-1].version
    return History(
        stream=stream,
        version=upto,
        aggregate=aggregate.name if aggregate else "",
        steps=tuple(steps),
        earlier=upto - len(steps),
        state=masked(fold.shown, reveal=reveal),
        trouble=fold.trouble,
    )


def _stream(world: World[Project], name: str) -> StreamInfo:
    stream = world.reader.stream(name)
    if stream is not None:
        return stream
    near = [one.name for one in world.reader.streams_from(name, 3)]
    said = f"names that begin so: {', '.join(near)}" if near else "streams are listed by: workbench streams"
    raise NotFound(f"there is no stream {name}", hint=said)


class _Fold:
    """The state so far; stops at the first event that cannot be folded."""

    def __init__(
        self, world: World[Project], aggregate: AggregateType | None, reveal: Collection[str]
    ) -> None:
        self._registry = world.registry
        self._aggregate = aggregate
        self._reveal = reveal
        self._state: Any = None
        self.shown: Any = None
        self.trouble = "" if aggregate else "no aggregate of the model has this category"
        if world.model.restricted:
            self.trouble = "the model was not loaded, because it is not trusted yet"

    def step(self, event: RecordedEvent) -> HistoryStep:
        """Folds one event."""
        try:
            data = masked(event.json(), reveal=self._reveal)
        except ValueError:
            data = event.data
        if self.trouble or self._aggregate is None:
            return HistoryStep(event=event, data=data)
        try:
            self._state = self._aggregate.evolve(self._state, self._registry.read_event(event))
            after = self._aggregate.show_state(self._state)
        except Exception as error:  # noqa: BLE001  # code of the model may raise anything
            said = error.message if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
            said = without_secrets(said, event.data)
            self.trouble = f"version {event.version} cannot be folded: {said}"
            self.shown = None
            return HistoryStep(event=event, data=data, trouble=said)
        before = {} if self.shown is None else self.shown
        changes = tuple(self._masked(one) for one in differences(before, {} if after is None else after))
        self.shown = after
        return HistoryStep(event=event, data=data, changes=changes)

    def _masked(self, change: Difference) -> Difference:
        """Masks what changed, but not that it changed."""
        keys = _STEPS.split(change.path)
        if any(is_secret(key) and key not in self._reveal for key in keys):
            before, after = (MASK if value is not None else None for value in (change.before, change.after))
        else:
            before, after = (masked(value, reveal=self._reveal) for value in (change.before, change.after))
        return Difference(change.kind, change.path, before, after)

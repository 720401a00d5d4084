"""Shows the history of a stream: what each event changed, and the state at a version."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.model.error_text import error_sentence
from workbench.model.json_differences import Difference, differences
from workbench.model.secrets import MASK, is_secret, masked, without_secrets
from workbench.store.stored_values import StreamInfo

if TYPE_CHECKING:
    from workbench.model.aggregate import AggregateType
    from workbench.model.event import RecordedEvent
    from workbench.project.project import Project

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


class StreamFold:
    """The state of a stream so far; stops at the first event that cannot be folded."""

    def __init__(self, model: Project, aggregate: AggregateType | None, reveal: Collection[str]) -> None:
        self._registry = model.registry
        self._aggregate = aggregate
        self._reveal = reveal
        self._state: Any = None
        self.shown: Any = None
        self.trouble = "" if aggregate else "no aggregate of the model has this category"
        if model.restricted:
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
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # code of the model may raise anything
            said = error.message if isinstance(error, WorkbenchError) else error_sentence(error)
            said = without_secrets(said, event.data)
            self.trouble = f"version {event.version} cannot be folded: {said}"
            self.shown = None
            return HistoryStep(event=event, data=data, trouble=said)
        before = {} if self.shown is None else self.shown
        changes = tuple(
            masked_difference(one, self._reveal)
            for one in differences(before, {} if after is None else after)
        )
        self.shown = after
        return HistoryStep(event=event, data=data, changes=changes)


def masked_difference(change: Difference, reveal: Collection[str] = ()) -> Difference:
    """Masks what changed, but not that it changed."""
    keys = _STEPS.split(change.path)
    if any(is_secret(key) and key not in reveal for key in keys):
        before, after = (MASK if value is not None else None for value in (change.before, change.after))
    else:
        before, after = (masked(value, reveal=reveal) for value in (change.before, change.after))
    return Difference(change.kind, change.path, before, after)

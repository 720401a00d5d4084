"""States of streams as they were before positions of the log that rise: what a decision met then."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.engine.aggregate_loader import KEPT, Loaded
from workbench.errors import WorkbenchError
from workbench.services.deploy.two_models import StateFold

if TYPE_CHECKING:
    from workbench.model.aggregate import AggregateType
    from workbench.model.event import RecordedEvent
    from workbench.services.deploy.two_models import SideModel
    from workbench.store.ports import Reader

AHEAD = 100
"""Events of a stream that are read at once, and kept until they are needed."""


def loaded(stream: str, fold: StateFold) -> Loaded:
    """Returns a state as a decision takes it.

    Raises:
        WorkbenchError: The stream cannot be folded.
    """
    if fold.trouble:
        raise WorkbenchError(f"{stream} {fold.trouble}")
    return Loaded(fold.version, fold.state)


@dataclass(slots=True)
class _Stream:
    fold: StateFold
    before: int = 0
    ahead: list[RecordedEvent] = field(default_factory=list)
    read: int = 0
    ended: bool = False


class StatesBefore:
    """Folds streams no further than it is asked; remembers the last ones, so that memory is bounded."""

    def __init__(self, model: SideModel, reader: Reader) -> None:
        self._model, self._reader = model, reader
        self._known: OrderedDict[str, _Stream] = OrderedDict()

    def at(self, aggregate: AggregateType, stream: str, position: int) -> Loaded:
        """Returns a stream as it was before a position.

        Raises:
            WorkbenchError: It could not be folded.
        """
        known = self._known.pop(stream, None)
        if known is None or known.before > position:
            known = _Stream(StateFold(self._model, aggregate))
        self._known[stream] = known
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        known.before = position
        while self._fill(stream, known) and known.ahead[-1].position < position:
            known.fold.take(known.ahead.pop())
        return loaded(stream, known.fold)

    def _fill(self, stream: str, known: _Stream) -> bool:
        """Has events ready, the next one last; returns whether there are any."""
        if not known.ahead and not known.ended:
            page = self._reader.read_stream(stream, known.read, AHEAD)
            known.read = page[-1].version if page else known.read
            known.ended = len(page) < AHEAD
            known.ahead = page[::-1]
        return bool(known.ahead)

"""Compares rows that were rebuilt beside the live ones with these, stretch by stretch (J10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError, NotFound
from workbench.services.story.folded_rows import MOST, FoldedRow, no_counts
from workbench.store.paging import PAGE, typed_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model.projection import Projection
    from workbench.services.story.row_history import Walk
    from workbench.store.ports import Reader
    from workbench.store.stored_values import ProjectionState

PATIENCE, PAUSE = 50, 0.02
"""How often it is looked whether both are the fold of the same events, and seconds between two looks."""
Rows = dict[Any, dict[str, Any]]
"""By key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltRows:
    """The rows of two generations beside each other: as ``folded`` the rebuilt, as ``stored`` the live ones.

    Attributes:
        generation: Number of the rebuilt one.
        rebuilt, live: Up to which positions they are folded, as it ended.
        level: Whether both were the fold of the same events wherever it looked; else rows can differ only
            because of the events between.
        columns: Names and kinds: those of the live rows, then those that only the rebuilt ones have.
        rows: The first of them, by their keys; those that are not alike first.
        counts: How many rows stand how, see `FoldedRow.standing`.
    """

    projection: str
    generation: int
    rebuilt: int
    live: int
    level: bool
    columns: Sequence[tuple[str, str]]
    rows: Sequence[FoldedRow]
    counts: dict[str, int]


def rebuilt_rows(projection: Projection, reader: Reader, walk: Walk) -> RebuiltRows:
    """Compares all rows of both generations; for a thread: it may take long.

    Each stretch of rows is read in one view of the store, so that no row is seen as it was in one generation
    and as it became in the other.

    Raises:
        NotFound: No rows are rebuilt beside the live ones, or not any more.
        ModelError: Their keys are of another kind: no row belongs to another one.
        ReadTooLong: It was cancelled.
    """
    found = _Comparison(projection, reader, walk)
    while not found.ended:
        found.look()
    return found.result()


@dataclass(slots=True)
class _Comparison:
    """How far a comparison is."""

    projection: Projection
    reader: Reader
    walk: Walk
    ended: bool = False
    after: Any = None
    level: bool = True
    states: tuple[ProjectionState, ...] = ()
    counts: dict[str, int] = field(default_factory=no_counts)
    kept: dict[bool, list[FoldedRow]] = field(default_factory=lambda: {True: [], False: []})

    def look(self) -> None:
        """Compares the next stretch, as soon as both are the fold of the same events."""
        for _ in range(PATIENCE):
            with self.reader.steady():
                self._take_states()
                if not self.level or self._are_level():
                    self._stretch()
                    break
            self.walk.rest(self._share(), PAUSE)
        else:
            self.level = False
        self.walk.rest(self._share())

    def _take_states(self) -> None:
        live, *others = self.reader.generations(self.projection.name) or (None,)
        known = self.states[1].generation if self.states else None
        if live is None or not others or known not in (None, others[0].generation):
            raise NotFound(
                f"no rows of {self.projection.name} are rebuilt beside the live ones",
                hint="rebuild them to compare; or they took the place of the live ones, or were discarded",
            )
        if live.columns[0] != others[0].columns[0]:
            (was, _), (key, _) = live.columns[0], others[0].columns[0]
            raise ModelError(
                f"the rebuilt rows of {self.projection.name} have the key {key}, the live ones {was}"
                if key != was
                else f"the key {key} of {self.projection.name} is of another kind in the rebuilt rows",
                hint="no row belongs to another one; look at the rebuilt rows once they are live",
            )
        self.states = (live, others[0])

    def _are_level(self) -> bool:
        """Whether no event that is folded lies between the two checkpoints."""
        low, high = sorted(state.checkpoint for state in self.states)
        wanted = self.projection.handlers().__contains__
        return next(typed_events(self.reader, wanted, low, min(high, self.reader.head())), None) is None

    def _stretch(self) -> None:
        key = self.states[0].columns[0][0]
        pages = [
            self.reader.rows(
                self.projection.name, where={}, after=self.after, limit=PAGE, generation=state.generation
            )
            for state in self.states
        ]
        lasts = [page.rows[-1][key] for page in pages if page.more]
        upto = min(lasts, default=None)
        stored, folded = (
            {row[key]: row for row in page.rows if upto is None or row[key] <= upto} for page in pages
        )
        for one in self._pairs(stored, folded):
            self.counts[one.standing] += 1
            rows = self.kept[one.standing == "alike"]
            if len(rows) < MOST:
                rows.append(one)
        self.after, self.ended = upto, upto is None

    def _pairs(self, stored: Rows, folded: Rows) -> Iterator[FoldedRow]:
        same = self.states[0].columns == self.states[1].columns
        nothing = {} if same else dict.fromkeys(name for name, _ in self.columns())
        for key in sorted({*stored, *folded}):
            old, new = stored.get(key), folded.get(key)
            yield FoldedRow(
                key=key,
                stored=old if same or old is None else {**nothing, **old},
                folded=new if same or new is None else {**nothing, **new},
            )

    def columns(self) -> tuple[tuple[str, str], ...]:
        """Returns those of both; the kind of one that both have is the rebuilt one's."""
        live, rebuilt = (dict(state.columns) for state in self.states)
        return tuple((live | rebuilt).items())

    def _share(self) -> float:
        """Returns about which part is done, 0 to 1."""
        live, rebuilt = (state.rows for state in self.states)
        return min(1.0, sum(self.counts.values()) / max(1, live, rebuilt))

    def result(self) -> RebuiltRows:
        """Returns what was found."""
        live, rebuilt = self.states
        return RebuiltRows(
            projection=self.projection.name,
            generation=rebuilt.generation,
            rebuilt=rebuilt.checkpoint,
            live=live.checkpoint,
            level=self.level,
            columns=self.columns(),
            rows=[*self.kept[False], *self.kept[True]][:MOST],
            counts=self.counts,
        )

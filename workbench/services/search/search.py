"""Finds what is stored: what the window, the command line and other services ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from workbench.model.hints import did_you_mean, in_brackets
from workbench.model.zones import SYSTEM, Zone
from workbench.services.search.missing_fields import missing_field, schemas_of
from workbench.services.search.saved_searches import SavedSearch, SavedSearches, seen_of
from workbench.services.search.search_query import SearchQuery, SearchTerms
from workbench.services.search.search_run import SearchRun, SearchState, Step
from workbench.store.search_port import fits

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.search.found import FoundList
    from workbench.store.search_port import FoundRecord


class Search:
    """Searches the store of a world.

    Attributes:
        saved: The person's searches on this project.
    """

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world = world
        self.saved = SavedSearches(world.model.root, environ)

    def read(self, query: SearchQuery, zone: Zone = SYSTEM) -> SearchTerms:
        """Returns what a search means now; raises as `SearchQuery.read`."""
        return query.read(self._world.clock.now(), zone)

    def run(
        self, wanted: SearchTerms, step: Step = lambda _: True, rest: Callable[[], object] = lambda: None
    ) -> SearchState:
        """Looks at everything; call it in a thread, see `SearchRun`."""
        return self._begun(wanted, rest).run(step)

    def _begun(self, wanted: SearchTerms, rest: Callable[[], object] = lambda: None) -> SearchRun:
        return SearchRun(reader=self._world.reader, wanted=wanted, clock=self._world.clock, rest=rest)

    def unknown(self, types: Sequence[str], places: Sequence[str]) -> list[str]:
        """Says of each name that nothing stored and nothing of the model has, what may have been meant.

        It may look at the whole store, so ask where nothing was found; call it in a thread.

        Args:
            types, places: As of a `SearchQuery`.
        """
        model = self._world.registry
        parts = (model.topics, model.subscriptions, model.reactors, model.projections)
        asked = (
            ("type", types, {*model.events, *model.commands}, lambda group: group.type),
            (
                "stream, topic, subscription or read model",
                places,
                {*chain(*parts)},
                lambda group: group.place,
            ),
        )
        said: list[str] = []
        for what, names, known, of in asked:
            for name in names:
                if any(fits((name,), one) for one in known) or self._stored(what, name):
                    continue
                stored = self.run(self.read(SearchQuery())).counted_by(of)
                said.append(in_brackets(f"there is no {what} {name}", did_you_mean(name, [*known, *stored])))
        return said

    def missing_field(self, state: SearchState) -> str:
        """Says which field neither a record nor a schema has where a search found nothing for lack of it.

        See `missing_field` of the module.
        """
        schemas = schemas_of(self._world.registry, state.wanted.query)
        ask = lambda query: self._begun(self.read(query))  # noqa: E731  # a line of its own
        return missing_field(self._world.reader, state, ask, "record", schemas)

    def _stored(self, what: str, name: str) -> bool:
        """Whether a record has a name as its type, or else as its place."""
        query = SearchQuery(types=(name,)) if what == "type" else SearchQuery(places=(name,))
        return bool(self.run(self.read(query), lambda state: not state.count).count)

    def newer(
        self, wanted: SearchTerms, seen: Mapping[str, int], stream: str = ""
    ) -> tuple[list[int], dict[str, int], int]:
        """Returns the keys of what is found and was not seen, ascending; what is seen then; of how many.

        Args:
            stream: Of whose events alone the versions are looked at; empty for everything.
        """
        reader, clock = self._world.reader, self._world.clock
        state = SearchRun(reader=reader, wanted=wanted, clock=clock, seen=seen, stream=stream).run()
        return sorted(state.found.keys), {**seen, **seen_of(state.sources)}, state.total

    def records(self, found: FoundList, first: int, limit: int) -> Sequence[FoundRecord | None]:
        """Returns records of a list that was found; None for what is stored no more."""
        return found.records(self._world.reader, first, limit)

    def new_hits(self, saved: Sequence[SavedSearch], zone: Zone = SYSTEM) -> list[int]:
        """Returns how many records each search finds that it has not seen; call it in a thread."""
        reader, clock = self._world.reader, self._world.clock
        runs = [
            SearchRun(reader=reader, wanted=self.read(one.query, zone), clock=clock, seen=one.seen)
            for one in saved
        ]
        return [run.run().count for run in runs]

    def news(self, state: SearchState) -> int:
        """Returns how many events and messages came since a search began."""
        return sum(map(len, self._world.reader.log_runs(state.head)))

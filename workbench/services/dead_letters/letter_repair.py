"""Finds many dead letters, and repairs them by one patch: tried on each, then copies are replayed (L6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.engine.subscription_runners import handled_in
from workbench.errors import NotFound
from workbench.model.dead_letter import LetterStatus, check_note, note_words
from workbench.model.operator_acts import OperatorAct
from workbench.services.dead_letters.letter_acts import note
from workbench.services.dead_letters.letter_index import LetterIndex, LetterQuery, LettersFound
from workbench.services.dead_letters.letter_patch import (
    LetterPatch,
    PatchedLetter,
    SchemaCheck,
    try_copy,
    try_patch,
)
from workbench.services.dead_letters.letter_rehearsal import LetterRehearsal
from workbench.services.dead_letters.patch_report import PatchReport, Verdict, report_of
from workbench.services.search.missing_fields import missing_field
from workbench.services.search.search_query import SearchQuery
from workbench.services.search.search_run import SearchRun, SearchState
from workbench.store.letter_jobs import JobPlan
from workbench.store.operations import NoteLetters
from workbench.store.rules import detached
from workbench.store.search_port import RecordKind

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.dead_letters.dead_letter_jobs import DeadLetterJobs
    from workbench.store.stored_values import LetterFacts

SLICE = 500
"""Letters that a patch is tried on in one read."""
Told = Callable[[int, int], object]
"""Told how many letters of how many were dealt with."""


def quietly(_done: int, _all: int) -> None:
    """Is told how far something is, and shows nothing of it."""


class LetterRepair:
    """What is done with many dead letters at once before and beside their replay.

    Attributes:
        rehearsal: Says what would become of them.
    """

    def __init__(self, world: World[Project], jobs: DeadLetterJobs) -> None:
        self._world, self._jobs = world, jobs
        self._index = LetterIndex()
        self.rehearsal = LetterRehearsal(world)

    # -- finding ------------------------------------------------------------------------------------------

    def find(self, query: LetterQuery, told: Told = quietly) -> LettersFound:
        """Returns the letters that fit, in groups; what they are grouped by is read once of each letter.

        It is to be called in a thread for reads, see `World.ask`.

        Raises:
            InvalidValue: An expression is no CEL.
        """
        state = self._searched(query, told)
        fitting = frozenset(state.found.keys) if state is not None else None
        found = self._index.ask(self._world.reader, query, fitting, told)
        if state is None:
            return found
        lacks = "" if found.numbers else missing_field(self._world.reader, state, self._run, "letter")
        return replace(found, failures=state.failures, unknown=lacks or found.unknown)

    def unknown(self, by: str, told: Told = quietly) -> str:
        """Says that no letter of any status has a field, and which may be meant; else empty.

        Raises:
            InvalidValue: It is no CEL.
        """
        every = LetterQuery(statuses=tuple(LetterStatus), by=by)
        return self._index.ask(self._world.reader, every, None, told).unknown

    def _searched(self, query: LetterQuery, told: Told) -> SearchState | None:
        """Returns which letters words and expression fit; None where nothing is asked."""
        asked = SearchQuery(words=query.words, where=query.where, kinds=(RecordKind.LETTER,))
        if not (query.words.strip() or query.where.strip()):
            return None

        def step(state: SearchState) -> bool:
            told(state.looked, state.total)
            return True

        return self._run(asked).run(step)

    def _run(self, query: SearchQuery) -> SearchRun:
        reader, clock = self._world.reader, self._world.clock
        return SearchRun(reader=reader, wanted=query.read(clock.now()), clock=clock)

    async def found(self, query: LetterQuery, told: Told = quietly) -> LettersFound:
        """Returns what `find` does, without holding up the loop; raises as that."""
        return await self._world.ask(partial(self.find, query, told))

    def facts(self, number: int) -> LetterFacts:
        """Returns what a letter is searched by, its owner and its note among it.

        Raises:
            NotFound: There is none of that number.
        """
        found = self._world.reader.letter_facts((number,))
        if not found:
            raise NotFound(f"there is no dead letter {number}")
        return found[0]

    # -- patching -----------------------------------------------------------------------------------------

    def preview(self, patch: LetterPatch, number: int) -> PatchedLetter:
        """Returns what a patch makes of one letter.

        Raises:
            NotFound: There is none of that number.
        """
        return self._try(SchemaCheck(self._world.registry), patch, self.facts(number))

    def copied(self, number: int, value: Any) -> PatchedLetter:
        """Returns what a payload that a person wrote is as a copy of a letter, by the check of every patch.

        Raises:
            NotFound: There is none of that number.
        """
        return try_copy(SchemaCheck(self._world.registry), value, self.facts(number))

    async def check(self, patch: LetterPatch, numbers: Sequence[int], told: Told = quietly) -> PatchReport:
        """Tries a patch on letters, and checks every copy against its type's schema; nothing is stored."""
        check = SchemaCheck(self._world.registry)
        found: list[Verdict] = []
        for first in range(0, len(numbers), SLICE):
            part = numbers[first : first + SLICE]
            found += await self._world.ask(partial(self._tried, check, patch, part))
            told(min(first + SLICE, len(numbers)), len(numbers))
        return await self._world.ask(partial(self._report, found))

    def _report(self, found: Sequence[Verdict]) -> PatchReport:
        report = report_of(found)
        report = replace(report, fit=self._world.reader.letters_in_order(report.fit))
        archived = self._world.reader.letters_having(report.fit, (LetterStatus.ARCHIVED,))
        return replace(report, archived=tuple(archived))

    def _tried(self, check: SchemaCheck, patch: LetterPatch, part: Sequence[int]) -> list[Verdict]:
        by_number = {one.number: one for one in self._world.reader.letter_facts(part)}
        return [self._try(check, patch, by_number[one]).verdict for one in part if one in by_number]

    def _try(self, check: SchemaCheck, patch: LetterPatch, letter: LetterFacts) -> PatchedLetter:
        """Returns what a patch makes of a letter; one that nothing handles cannot be replayed (P7)."""
        made = try_patch(check, patch, letter)
        if made.trouble or letter.subscription in handled_in(self._world):
            return made
        return replace(made, trouble=detached(letter.subscription).message, changed=False)

    async def begin(
        self,
        numbers: Sequence[int],
        *,
        patch: LetterPatch | None = None,
        ladder: Sequence[int] = (),
        per_second: float = 0.0,
        left_out: int = 0,
    ) -> int:
        """Begins a bulk replay of just these letters; returns the job's number, 0 for an empty list.

        Args:
            patch: What is changed of each before its copy is replayed; each is checked again then.
            left_out: How many were chosen and are not in the list.

        Raises:
            InvalidValue: There is no such pace.
            StoreReadOnly: This window only observes.
        """
        text = patch.text if patch is not None else ""
        plan = JobPlan(ladder=tuple(ladder), patch=text, left_out=left_out)
        return await self._jobs.start("replay", numbers, per_second=per_second, plan=plan)

    # -- notes --------------------------------------------------------------------------------------------

    def noted(self, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Returns owner and note of those of some letters that have any."""
        found = self._world.reader.letter_notes()
        return {number: found[number] for number in numbers if any(found.get(number, ()))}

    async def write_note(
        self, numbers: Sequence[int], *, owner: str | None = None, text: str | None = None
    ) -> tuple[int, str]:
        """Writes who takes care of letters, and what is known of them.

        Returns of how many, and the name of the record for `OperationsLog.undo_act`, empty for none.

        Args:
            owner: Empty for quietly; None leaves it as it is.
            text: The note; empty for none; None leaves it as it is.

        Raises:
            InvalidValue: They cannot be kept.
            StoreReadOnly: This window only observes.
        """
        check_note(owner, text)
        async with self._world.at_work() as engine:
            act = str(engine.new_id())
            written = NoteLetters(numbers=tuple(numbers), owner=owner, note=text, act=act)
            said = note(self._world, OperatorAct.NOTE, numbers, act=act, more=note_words(owner, text))
            count, _ = await engine.commit(written, said)
        return int(count), act if count else ""

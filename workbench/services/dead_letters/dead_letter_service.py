"""Repairs what died: replays, edits, archives, purges and restores dead letters (contract §6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.dry_run import DryRun, dry_run
from workbench.engine.subscription_runners import handled_in
from workbench.errors import InvalidEvent, InvalidValue, NotFound, WorkbenchError
from workbench.model.dead_letter import LetterAct, LetterStatus, allowed
from workbench.model.hints import did_you_mean
from workbench.model.json_values import ForeignJsonError, parse_foreign_json, write_json
from workbench.model.operator_acts import OperatorAct
from workbench.services.dead_letters.dead_letter_jobs import DeadLetterJobs
from workbench.services.dead_letters.job_pace import held_up
from workbench.services.dead_letters.letter_acts import marked, note
from workbench.services.dead_letters.letter_payloads import LetterPayloads, payloads_of
from workbench.services.dead_letters.letter_repair import LetterRepair
from workbench.services.dead_letters.letter_transfer import LetterTransfer
from workbench.store.operations import Operation, ReplayLetter, RestoreLetters
from workbench.store.rules import detached
from workbench.store.stored_values import DeadLetter, Glance, LetterGroup, LetterLine

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.dead_letters.letter_patch import PatchedLetter

OPEN = (LetterStatus.OPEN, LetterStatus.REPLAYING)
GROUP = 100
"""Letters whose changes are written together; the loop turns between two groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a bulk action (L5).

    Attributes:
        done: How many it took effect on.
        skipped: How many were no longer as they were when the list was frozen.
        failed: How many could not be written.
        trouble: Why the first of them failed; empty if none did.
        act: The name of its record, for `OperationsLog.undo_act`; empty where nothing was done.
        changed: The numbers of those on which it took effect.
    """

    asked: int
    done: int
    skipped: int
    failed: int = 0
    trouble: str = ""
    act: str = ""
    changed: tuple[int, ...] = ()


class DeadLetters:
    """Dead letters and what can be done about them; every act is recorded with what it does (L9).

    Attributes:
        jobs: Bulk actions.
        repair: Finds many, patches many.
        transfer: Out to files, and in from them.
    """

    def __init__(self, world: World[Project]) -> None:
        self._world = world
        self.jobs = DeadLetterJobs(world)
        self.repair = LetterRepair(world, self.jobs)
        self.transfer = LetterTransfer(world)

    def page(
        self, statuses: Sequence[str] = OPEN, *, limit: int = 500, before: int | None = None
    ) -> list[DeadLetter]:
        """Returns dead letters, the newest first."""
        return self._world.reader.letters(statuses=statuses, limit=limit, before=before)

    def numbered(self, numbers: Sequence[int]) -> list[DeadLetter]:
        """Returns the dead letters with these numbers, the newest first."""
        return self._world.reader.letters_numbered(numbers)

    def listed(self, numbers: Sequence[int]) -> list[LetterLine]:
        """Returns what a list shows of the dead letters with these numbers, in the order asked for."""
        return self._world.reader.letters_listed(numbers)

    def in_order(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Returns these numbers, each once, in the order of their messages, in which every list goes (L5)."""
        return self._world.reader.letters_in_order(numbers)

    def having(self, numbers: Sequence[int], statuses: Collection[str]) -> list[int]:
        """Returns those of these dead letters that have one of the statuses, the newest first."""
        return self._world.reader.letters_having(numbers, statuses)

    def numbers_of(self, statuses: Sequence[str], subscription: str = "") -> list[int]:
        """Returns the numbers of all dead letters with these statuses as they are now, the oldest first (L5).

        Args:
            subscription: Only of this one; empty for all.

        Raises:
            NotFound: There is no such subscription.
        """
        self.need_subscription(subscription)
        found: list[int] = []
        before: int | None = None
        while page := self._world.reader.letters(statuses=statuses, before=before, subscription=subscription):
            found += [one.number for one in page]
            before = page[-1].number
        return found[::-1]

    def need_subscription(self, name: str) -> None:
        """Refuses the name of a subscription that is none; an empty one means all.

        Raises:
            NotFound: There is no such subscription.
        """
        known = [state.name for state in self._world.reader.subscriptions()]
        if name and name not in known:
            every = f"there are: {', '.join(known)}" if known else ""
            raise NotFound(f"there is no subscription {name}", hint=did_you_mean(name, known, every))

    def newest(self) -> int:
        """Returns the highest number of a dead letter; 0 for none."""
        return self._world.reader.newest_letter()

    def steady(self) -> AbstractContextManager[None]:
        """Gives all reads inside one common view of the letters; for few and short ones (C5)."""
        return self._world.reader.steady()

    def counts(self, numbers: Sequence[int] | None = None) -> dict[str, int]:
        """Returns how many dead letters, of all or of these, have each status."""
        return self._world.reader.letter_counts(numbers)

    def get(self, number: int) -> DeadLetter:
        """Returns one dead letter.

        Raises:
            NotFound: There is none of that number.
        """
        letter = self._world.reader.letter(number)
        if letter is None:
            raise NotFound(f"there is no dead letter {number}")
        return letter

    def glance(self, number: int) -> Glance[DeadLetter]:
        """Returns one dead letter with the beginning of its payload.

        Raises:
            NotFound: There is none of that number.
        """
        found = self._world.reader.letter_glance(number)
        if found is None:
            raise NotFound(f"there is no dead letter {number}")
        return found

    def data(self, number: int) -> str:
        """Returns the payload of a dead letter; empty if there is none."""
        letter = self._world.reader.letter(number)
        return letter.data if letter is not None else ""

    async def made_by(self, letter: DeadLetter) -> int:
        """Returns the number of the dead letter that a failed replay of this one made (L4); 0 if none."""
        found = await self._world.ask(lambda: self._world.reader.letters_after([letter.number]))
        return next(iter(found), 0)

    async def waiting_behind(self, numbers: Sequence[int]) -> int:
        """Returns the same as `blocked_behind`, beside the loop."""
        return await self._world.ask(partial(self.blocked_behind, numbers))

    def held_up(self, numbers: Sequence[int]) -> str:
        """Says what keeps a replay of one of these from being delivered (V3); empty for nothing."""
        return held_up(self._world, lambda: numbers)

    async def waits_for(self, numbers: Sequence[int]) -> str:
        """Says the same of those of these that are being replayed, beside the loop."""
        replaying = (LetterStatus.REPLAYING,)
        return await self._world.ask(lambda: self.held_up(self.having(numbers, replaying)))

    async def payloads(self, number: int) -> LetterPayloads:
        """Returns on what the tries of a dead letter ran; beside the loop: all of its delivery are read.

        Raises:
            NotFound: There is none of that number.
        """
        return await self._world.ask(partial(self._payloads, number))

    def _payloads(self, number: int) -> LetterPayloads:
        letter = self.get(number)
        others = self._world.reader.letters_of(letter.subscription, letter.position)
        return payloads_of(letter, others)

    def groups(self, statuses: Sequence[str] = (LetterStatus.OPEN,)) -> list[LetterGroup]:
        """Returns the causes of dead letters, the most frequent first."""
        return self._world.reader.letter_groups(statuses)

    async def replay(self, numbers: Sequence[int]) -> Report:
        """Gives dead letters back to the subscriptions that failed, and only to them, the oldest first (L3).

        Those of a detached subscription are refused, as the report says (P7).
        """
        async with self._world.at_work() as engine:
            handled, act = engine.handled, str(engine.new_id())
        numbers = await self._world.ask(partial(self.in_order, tuple(numbers)))
        refused = {one.number: one.subscription for one in self._detached(numbers, handled)}
        rest = [number for number in numbers if number not in refused]
        writes = [ReplayLetter(number=number, handled=handled, act=act) for number in rest]
        report = await self._all(OperatorAct.REPLAY, rest, writes, act)
        if not refused:
            return report
        trouble = report.trouble or detached(next(iter(refused.values()))).message
        return replace(report, asked=len(numbers), failed=report.failed + len(refused), trouble=trouble)

    def _detached(self, numbers: Sequence[int], handled: Collection[str]) -> list[LetterLine]:
        may = allowed(LetterAct.REPLAY)
        return [one for one in self.listed(numbers) if one.status in may and one.subscription not in handled]

    def hindrance(self, subscription: str, number: int = 0) -> str:
        """Says why nothing can be replayed into a subscription here; empty if it can (P7).

        Args:
            number: Of a dead letter that is to be replayed into it; its message may be delivered otherwise.
        """
        if subscription not in handled_in(self._world):
            return detached(subscription).message
        return self._held_otherwise(subscription, number) if number else ""

    def _held_otherwise(self, subscription: str, number: int) -> str:
        """Says what holds the message of a dead letter in its stead, as it came to it after a reset."""
        reader = self._world.reader
        place = next((one.of.position for one in (reader.letter_glance(number),) if one is not None), None)
        for row in reader.deliveries_at((place,)) if place is not None else ():
            if row.subscription == subscription and row.dead_letter is None:
                return "its message is being delivered again, after a reset"
            if row.subscription == subscription and row.dead_letter != number:
                return (
                    f"dead letter {row.dead_letter:,} holds its message now, after a reset; replay that one"
                )
        return ""

    def check_edit(self, number: int, text: str) -> PatchedLetter:
        """Reads an edited payload and validates it against its type's schema (L6).

        Returns what it is beside the original: whether it says something else, which fields are unknown.

        Raises:
            NotFound: There is no such dead letter.
            InvalidValue: It is no JSON, or does not fit; says where.
        """
        try:
            value = parse_foreign_json(text)
        except ForeignJsonError as error:
            raise InvalidValue(str(error)) from None
        made = self.repair.copied(number, value)
        if made.trouble:
            raise InvalidEvent(f"does not fit {made.type}: {made.trouble}", path="")
        return made

    def _edited(self, number: int, text: str) -> str:
        """Returns an edited payload as it is stored; to be called in a thread: it may be large."""
        return write_json(self.check_edit(number, text).after)

    async def edit_and_replay(self, number: int, text: str) -> Report:
        """Replays an edited copy in the original's place; the original never changes (L6, I10).

        Raises:
            NotFound: Nothing handles its subscription (P7).
            InvalidValue: As `check_edit` says.
        """
        data = await self._world.ask(partial(self._edited, number, text))
        async with self._world.at_work() as engine:
            act = str(engine.new_id())
            replay = ReplayLetter(number=number, data=data, handled=engine.handled, act=act)
            done, _ = await engine.commit(replay, note(self._world, OperatorAct.EDIT, (number,), act=act))
        changed = (number,) if done else ()
        return Report(
            asked=1, done=int(done), skipped=int(not done), act=act if done else "", changed=changed
        )

    def acts_outside(self, subscription: str) -> bool:
        """Whether what handles a subscription may act on the outside: code of the project, if nothing else.

        Declared handlers cannot, nor do policies, processes and commands, which are pure.
        """
        registry = self._world.registry
        declared = registry.subscriptions.get(subscription)
        handler = registry.handlers.get(declared.handler) if declared else None
        return handler is not None and not getattr(handler, "inline", False)

    def acting_outside(self) -> list[str]:
        """Returns the subscriptions of which that may be so, by name."""
        return sorted(name for name in self._world.registry.subscriptions if self.acts_outside(name))

    async def dry_run(self, number: int, text: str | None = None) -> DryRun:
        """Runs a dead letter's handler and says what would happen; nothing of it is stored.

        What the handler does on the outside it does: one that asks ``context.dry_run`` can leave that out.

        Args:
            text: An edited payload; None for what was delivered last.

        Raises:
            NotFound: There is no such dead letter, or its handler is missing.
            InvalidValue: The text is no JSON, or does not fit the type.
        """
        data = None if text is None else await self._world.ask(partial(self._edited, number, text))
        async with self._world.at_work() as engine:
            letter = self.get(number)
            if letter.subscription not in engine.handled:
                raise detached(letter.subscription)
            return await dry_run(engine, letter, data)

    async def archive(self, numbers: Sequence[int]) -> Report:
        """Archives dead letters: they leave the list and can be restored."""
        return await self._mark(LetterAct.ARCHIVE, numbers, skip_on=False)

    async def purge(self, numbers: Sequence[int], *, skip_on: bool = True) -> Report:
        """Takes dead letters away, for seven days; then they are removed.

        Args:
            skip_on: Whether what is blocked behind them goes on (L7).
        """
        return await self._mark(LetterAct.PURGE, numbers, skip_on=skip_on)

    async def _mark(self, action: LetterAct, numbers: Sequence[int], *, skip_on: bool) -> Report:
        async with self._world.at_work() as engine:
            act = str(engine.new_id())
        marks = [marked(action, number, act, skip_on=skip_on) for number in numbers]
        return await self._all(OperatorAct(action), numbers, marks, act)

    async def restore(self, numbers: Sequence[int]) -> Report:
        """Takes the last archiving or purge of each of these letters back (L7)."""
        async with self._world.at_work() as engine:
            act = str(engine.new_id())
        restored = [RestoreLetters(numbers=(number,), by=act) for number in numbers]
        return await self._all(OperatorAct.RESTORE, numbers, restored, act)

    def blocked_behind(self, numbers: Sequence[int]) -> int:
        """Returns how many deliveries wait behind these dead letters."""
        return self._world.reader.blocked_behind(numbers)

    def replays_behind(self, numbers: Sequence[int]) -> dict[int, int]:
        """Returns those of these letters whose replay waits behind a dead letter of its key, with that."""
        return self._world.reader.replays_behind(numbers)

    async def _all(
        self, action: OperatorAct, numbers: Sequence[int], operations: Sequence[Operation], act: str
    ) -> Report:
        """Writes groups of operations, each with the record, which counts what was done so far (L9)."""
        changed: list[int] = []
        failed, trouble = 0, ""
        said = note(self._world, action, numbers, act=act)
        for first in range(0, len(operations), GROUP):
            group = operations[first : first + GROUP]
            try:
                *answers, _ = await self._world.act(*group, said)
            except WorkbenchError as error:
                failed += len(group)
                trouble = trouble or error.message
            else:
                group_of = zip(numbers[first : first + GROUP], answers, strict=True)
                changed += [number for number, answer in group_of if answer]
        return Report(
            asked=len(numbers),
            done=len(changed),
            skipped=len(numbers) - len(changed) - failed,
            failed=failed,
            trouble=trouble,
            act=act if changed else "",
            changed=tuple(changed),
        )

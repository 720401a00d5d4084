"""Repairs what died: replays, edits, archives, purges and restores dead letters (contract §6)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.engine.rehearsing import Rehearsal
from workbench.errors import InvalidEvent, InvalidValue, NotFound, WorkbenchError
from workbench.model.values import ForeignJsonError, parse_foreign_json, write_json
from workbench.store.operations import MarkLetters, Operation, RecordAction, ReplayLetter
from workbench.store.values import DeadLetter, Glance, LetterLine, LetterStatus, OperatorAction

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace

OPEN = (LetterStatus.OPEN, LetterStatus.REPLAYING)
GROUP = 250
"""Letters whose changes are written together; the loop turns between two groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterGroup:
    """Dead letters with one cause: error type, place in the handler's code, subscription."""

    subscription: str
    error_type: str
    place: str
    count: int
    first_at: int
    last_at: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a bulk action (L5).

    Attributes:
        done: How many it took effect on.
        skipped: How many were no longer as they were when the list was frozen.
        failed: How many could not be written.
        trouble: Why the first of them failed; empty if none did.
    """

    asked: int
    done: int
    skipped: int
    failed: int = 0
    trouble: str = ""


class Repairing:
    """Dead letters and what can be done about them; every action is recorded."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def letters(
        self, statuses: Sequence[str] = OPEN, *, limit: int = 500, before: int | None = None
    ) -> list[DeadLetter]:
        """Returns dead letters, the newest first."""
        return self._workspace.reader.letters(statuses=statuses, limit=limit, before=before)

    def letters_numbered(self, numbers: Sequence[int]) -> list[DeadLetter]:
        """Returns the dead letters with these numbers, the newest first."""
        return self._workspace.reader.letters_numbered(numbers)

    def listed(self, numbers: Sequence[int]) -> list[LetterLine]:
        """Returns what a list shows of the dead letters with these numbers, in the order asked for."""
        return self._workspace.reader.letters_listed(numbers)

    def having(self, numbers: Sequence[int], statuses: Collection[str]) -> list[int]:
        """Returns those of these dead letters that have one of the statuses, the newest first."""
        return self._workspace.reader.letters_having(numbers, statuses)

    def counts(self, numbers: Sequence[int] | None = None) -> dict[str, int]:
        """Returns how many dead letters, of all or of these, have each status."""
        return self._workspace.reader.letter_counts(numbers)

    def letter(self, number: int) -> DeadLetter:
        """Returns one dead letter.

        Raises:
            NotFound: There is none of that number.
        """
        letter = self._workspace.reader.letter(number)
        if letter is None:
            raise NotFound(f"there is no dead letter {number}")
        return letter

    def glance(self, number: int) -> Glance[DeadLetter]:
        """Returns one dead letter with the beginning of its payload.

        Raises:
            NotFound: There is none of that number.
        """
        found = self._workspace.reader.letter_glance(number)
        if found is None:
            raise NotFound(f"there is no dead letter {number}")
        return found

    def data_apart(self, number: int) -> str:
        """Returns the payload of a dead letter, through a reader of its own, so that a thread can call it."""
        reader = self._workspace.store.reader()
        try:
            letter = reader.letter(number)
            return letter.data if letter is not None else ""
        finally:
            reader.close()

    async def made_by(self, letter: DeadLetter) -> int:
        """Returns the number of the dead letter that a failed replay of this one made (L4); 0 if none."""
        before: int | None = None
        while True:
            page = self._workspace.reader.letters(
                statuses=tuple(LetterStatus), before=before, subscription=letter.subscription
            )
            for later in page:
                if later.parent == letter.number:
                    return later.number
            if not page or page[-1].number <= letter.number:
                return 0
            before = page[-1].number
            await asyncio.sleep(0)

    def groups(self, statuses: Sequence[str] = (LetterStatus.OPEN,)) -> list[LetterGroup]:
        """Returns the causes of dead letters, the most frequent first."""
        return [
            LetterGroup(
                subscription=row[0],
                error_type=row[1],
                place=row[2],
                count=row[3],
                first_at=row[4],
                last_at=row[5],
                numbers=tuple(sorted(map(int, row[6].split(",")))),
            )
            for row in self._workspace.reader.letter_groups(statuses)
        ]

    async def replay(self, numbers: Sequence[int]) -> Report:
        """Gives dead letters back to the subscriptions that failed, and only to them (L3)."""
        return await self._all("replay", numbers, [ReplayLetter(number=number) for number in numbers])

    def check_edit(self, number: int, text: str) -> Any:
        """Reads an edited payload and validates it against its type's schema (L6).

        Raises:
            InvalidValue: It is no JSON, or does not fit; says where.
        """
        try:
            value = parse_foreign_json(text)
        except ForeignJsonError as error:
            raise InvalidValue(str(error)) from None
        letter = self.letter(number)
        kind = self._workspace.registry.events.get(letter.type)
        if kind is not None:
            try:
                kind.decode(write_json(value))
            except (ValueError, TypeError) as error:
                raise InvalidEvent(f"does not fit {letter.type}: {error}", path="") from None
        return value

    async def edit_and_replay(self, number: int, text: str) -> Report:
        """Replays an edited copy in the original's place; the original never changes (L6, I10)."""
        value = self.check_edit(number, text)
        engine = self._workspace.running()
        done = await engine.gate.write(
            ReplayLetter(number=number, data=write_json(value), message_id=engine.new_id())
        )
        await self.note("edit and replay", (number,), int(done))
        return Report(asked=1, done=int(done), skipped=int(not done))

    async def rehearse(self, number: int, text: str | None = None) -> Rehearsal:
        """Runs a dead letter's handler and says what would happen; nothing of it is stored.

        What the handler does on the outside it does: one that asks ``context.rehearsal`` can leave that out.

        Args:
            text: An edited payload; None for what was delivered last.

        Raises:
            NotFound: There is no such dead letter, or its handler is missing.
            InvalidValue: The text is no JSON, or does not fit the type.
        """
        data = None if text is None else write_json(self.check_edit(number, text))
        return await self._workspace.running().rehearse(self.letter(number), data)

    async def archive(self, numbers: Sequence[int]) -> Report:
        """Puts dead letters aside without deciding about them."""
        return await self._mark("archive", numbers, (LetterStatus.OPEN,), LetterStatus.ARCHIVED)

    async def purge(self, numbers: Sequence[int], *, skip_on: bool = True) -> Report:
        """Takes dead letters away; `restore` undoes it.

        Args:
            skip_on: Whether what is blocked behind them goes on (L7).
        """
        before = (LetterStatus.OPEN, LetterStatus.ARCHIVED)
        return await self._mark("purge", numbers, before, LetterStatus.PURGED, skip_on=skip_on)

    async def restore(self, numbers: Sequence[int]) -> Report:
        """Takes a purge or an archiving back (L7)."""
        before = (LetterStatus.PURGED, LetterStatus.ARCHIVED)
        return await self._mark("restore", numbers, before, LetterStatus.OPEN)

    def blocked_behind(self, numbers: Sequence[int]) -> int:
        """Returns how many deliveries wait behind these dead letters."""
        return self._workspace.reader.blocked_behind(numbers)

    async def _mark(
        self,
        action: str,
        numbers: Sequence[int],
        before: tuple[LetterStatus, ...],
        after: LetterStatus,
        *,
        skip_on: bool = False,
    ) -> Report:
        operations = [
            MarkLetters(numbers=(number,), before=before, after=after, skip_on=skip_on) for number in numbers
        ]
        return await self._all(action, numbers, operations)

    async def _all(self, action: str, numbers: Sequence[int], operations: Sequence[Operation]) -> Report:
        """Writes one operation for each letter, each for itself (C6), and counts how they ended."""
        gate = self._workspace.running().gate
        done = failed = 0
        trouble = ""
        for first in range(0, len(operations), GROUP):
            writes = [gate.write(operation) for operation in operations[first : first + GROUP]]
            for answer in await asyncio.gather(*writes, return_exceptions=True):
                if isinstance(answer, WorkbenchError):
                    failed += 1
                    trouble = trouble or answer.message
                elif isinstance(answer, BaseException):
                    raise answer
                else:
                    done += int(answer)
        await self.note(action, numbers, done)
        skipped = len(numbers) - done - failed
        return Report(asked=len(numbers), done=done, skipped=skipped, failed=failed, trouble=trouble)

    async def note(
        self, action: str, numbers: Sequence[int], done: int, *, detail: Mapping[str, int] | None = None
    ) -> None:
        """Records what an operator did to dead letters."""
        if numbers:
            subject = f"{len(numbers)} dead letter{'s' if len(numbers) > 1 else ''}"
            said = json.dumps({"numbers": list(numbers)[:1000], "done": done, **(detail or {})})
            noted = OperatorAction(
                at=self._workspace.clock.now(), action=action, subject=subject, detail=said
            )
            await self._workspace.running().gate.write(RecordAction(action=noted))

"""What can be written of dead letters, and of bulk actions on them (contract §6)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from typing_extensions import override

from workbench.store.letter_jobs import Job, JobStatus
from workbench.store.operations.act_operations import RecordAction
from workbench.store.operations.operation import Operation
from workbench.store.stored_values import DeadLetter

if TYPE_CHECKING:
    from workbench.store.operations.touched import Touched


class ReplayLetter(Operation, frozen=True, kw_only=True):
    """Gives an open dead letter back to the subscription that failed (L3); answers whether it did.

    It does not where the letter is no longer open, or where its message is being delivered again anyway (I5).

    Attributes:
        data: Edited payload, whose copy has an id of its own (L6); None for what was delivered last.
        handled: Subscriptions that something handles: a letter of another one is refused as `NotFound` (P7).
            None refuses none.
        refused: Why its copy cannot be replayed, which is answered then: nothing is done (L6).
        act: Under which it is kept what it was before, for `BringBack`; empty to keep nothing.
    """

    number: int
    data: str | None = None
    handled: Collection[str] | None = None
    refused: str = ""
    act: str = ""

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.letters = touched.released = True


class RecallReplays(Operation, frozen=True, kw_only=True):
    """Takes replays back that are not done, of a subscription that is gone; answers how many.

    Their letters are open again, and what waits behind them goes on waiting (L4, P7).
    """

    subscription: str

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        if answer:
            touched.letters = touched.released = True


class MarkLetters(Operation, frozen=True, kw_only=True):
    """Moves dead letters between open, archived and purged by compare-and-set (L7, L8); answers how many.

    Attributes:
        act: A name for what the operator does, under which `RestoreLetters` takes it back.
        skip_on: Whether what is blocked behind them goes on (L7).
    """

    numbers: tuple[int, ...]
    before: tuple[str, ...]
    after: str
    act: str = ""
    skip_on: bool = False

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.letters = touched.released = True


class RestoreLetters(Operation, frozen=True, kw_only=True):
    """Has archived and purged dead letters come to what they were before that (L7, L9); answers how many.

    Attributes:
        act: Only those that this act changed, and nothing since; empty for whatever changed them last.
        by: Name of the act that this is; empty where it is the undo of another.
    """

    numbers: tuple[int, ...]
    act: str = ""
    by: str = ""

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.letters = touched.released = True


class ForgetLetters(Operation, frozen=True, kw_only=True):
    """Removes for good the dead letters that were purged before a time (L7); answers how many.

    What was kept for undo before that time goes, too (L10), but for what was done to the letters that stay.
    """

    before: int

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        if answer:
            touched.letters = touched.released = True


class NoteLetters(Operation, frozen=True, kw_only=True):
    """Writes who takes care of dead letters, and what is known of them; answers of how many there are.

    Attributes:
        owner: Empty for none; None leaves it as it is.
        note: Empty for none; None leaves it as it is.
        act: As for `ReplayLetter`.
    """

    numbers: tuple[int, ...]
    owner: str | None = None
    note: str | None = None
    act: str = ""

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.letters |= bool(answer)


class ImportLetter(Operation, frozen=True, kw_only=True):
    """Brings in a dead letter from a file; answers its number, 0 where it is there already.

    It is refused as `NotFound` where its subscription is not known, and as `InvalidValue` where it belongs to
    no delivery of this store that died: another message, one that the subscription still comes to, or one
    that was delivered at last (L3, L8, B3).

    Attributes:
        effects: Ids that what its handler made of it would have here, had it succeeded (D1).
    """

    letter: DeadLetter
    owner: str = ""
    note: str = ""
    effects: tuple[UUID, ...] = ()

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.letters |= bool(answer)


class StartJob(Operation, frozen=True, kw_only=True):
    """Freezes the list of a bulk action (L5); answers the job's number."""

    job: Job


class AdvanceJob(Operation, frozen=True, kw_only=True):
    """Does some steps of a job and counts how they ended, each for itself; answers the job as it stands.

    The record of the job, which has its name (`job_act`), says from then on how many are done.

    Attributes:
        step: Where the job must stand; elsewhere it was advanced already, and nothing is done.
        before: The status that it must have.
        operations: One for each number that is next.
        status: What it comes to.
        note: Recorded in the same breath (L9).
        accepted: As `JobPlan` has it; None leaves it as it is.
    """

    number: int
    step: int
    before: str = JobStatus.RUNNING
    operations: tuple[Operation, ...] = ()
    status: str
    note: RecordAction | None = None
    accepted: int | None = None

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.letters = touched.released = True
        touched.operations |= self.note is not None

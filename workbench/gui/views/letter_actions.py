"""What can be done with dead letters: asked with the exact count, done, and told afterwards (L5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.gui.actions import Action
from workbench.gui.desk import Desk
from workbench.gui.reads import Question
from workbench.gui.views.confirm_strip import ConfirmChoice, ConfirmStrip
from workbench.gui.views.repair_words import forewarned
from workbench.gui.views.to_confirm import ToConfirm, waiting
from workbench.model.counts import counted
from workbench.model.dead_letter import LetterAct, LetterStatus, allowed, purge_behind, waits_of_key
from workbench.model.operator_acts import OperatorAct, prospect, purge_prospect
from workbench.services.dead_letters import Report

if TYPE_CHECKING:
    from workbench.services.dead_letters import JobReport
    from workbench.store.stored_values import DeadLetter

SAMPLES = 3
OLDEST_FIRST = "The oldest messages go first."
"""What a question says of several replays; the letters below it stand in that order (L5)."""
FEW_FIRST = "To replay a few first, held at a new failure: Repair (Ctrl+Shift+R), also without a patch."
"""What the question of many replays says of the ladder (L6)."""
SOON = 0.5
"""Seconds after which a replay that goes on is said to be in progress."""
AT_ONCE = 20
"""How many letters are dealt with at once; more, or any at a pace, become a job (L5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that can be done with dead letters.

    Attributes:
        statuses: The statuses that a letter may have before it.
        word: What its button says where that is not the label.
        keys: Shortcut as Qt writes it; empty for none.
    """

    key: str
    label: str
    done: str
    icon: str
    statuses: frozenset[str]
    tip: str
    keys: str = ""
    word: str = ""

    @property
    def action(self) -> Action:
        """How the view of the dead letters offers it, for what is selected in its table."""
        return Action(
            key=self.key,
            text=self.label,
            word=self.word,
            icon=self.icon,
            tip=self.tip,
            keys=self.keys,
            on="table",
            default=self.word == "Edit",
            writes=True,
            run=lambda view, rows: view.begin(self, rows.keys),
            why=lambda view, rows: view.why_not(self, rows),
        )

    def fits(self, count: int) -> bool:
        """Whether it can be done with this number of letters at once."""
        return count == 1 if self in {EDIT, DRY_RUN} else count > 0


REPLAY = Deed(
    key=LetterAct.REPLAY,
    label="Replay",
    done="Replayed",
    icon="replay",
    statuses=frozenset(allowed(LetterAct.REPLAY)),
    tip="Deliver the selected letters again to the subscription that failed",
    keys="R",
)
EDIT = Deed(
    key="edit",
    label="Edit and replay",
    done="Replayed an edited copy of",
    icon="edit",
    statuses=REPLAY.statuses,
    tip="Edit a copy of this letter and replay that; the original stays as it is",
    keys="E",
    word="Edit",
)
ARCHIVE = Deed(
    key=LetterAct.ARCHIVE,
    label="Archive",
    done="Archived",
    icon="archive",
    statuses=frozenset(allowed(LetterAct.ARCHIVE)),
    tip="Archive the selected letters without deciding about them",
    keys="Del",
)
PURGE = Deed(
    key=LetterAct.PURGE,
    label="Purge",
    done="Purged",
    icon="purge",
    statuses=frozenset(allowed(LetterAct.PURGE)),
    tip="Purge the selected letters; this can be undone",
    keys="Shift+Del",
)
RESTORE = Deed(
    key=LetterAct.RESTORE,
    label="Restore",
    done="Restored",
    icon="undo",
    statuses=frozenset(allowed(LetterAct.RESTORE)),
    tip="Reopen the selected letters",
)
DRY_RUN = Deed(
    key="dry-run",
    label="Dry run",
    done="Dry run of",
    icon="eye",
    statuses=frozenset(LetterStatus),
    tip="Run the handler and show what would happen; nothing of it is stored",
    keys="T",
)
DEEDS = (DRY_RUN, REPLAY, EDIT, ARCHIVE, PURGE, RESTORE)
REPLAYS = (REPLAY, EDIT)
DEED_OF = {deed.key: deed for deed in DEEDS}

STATUSES = {
    "open": ("Open", "dead-letter", "error"),
    "replaying": ("Replaying", "replay", "info"),
    "resolved": ("Resolved", "ok", "ok"),
    "failed_again": ("Failed again", "error", "error"),
    "archived": ("Archived", "archive", "muted"),
    "purged": ("Purged", "purge", "muted"),
}
"""What badges say of a status: words, icon, colour."""
FATES = {
    "removed": "removed for good",
    "replaying": "in progress",
    "blocked": "waiting behind a dead letter of their key",
}
"""What a count of replays says of a fate where that is not its status."""
SUCCEEDED = frozenset({"resolved", "replaying"})
"""Fates of a replay that are no warning."""

BECAME = {
    "open": "it is open",
    "replaying": "it was given back and is being replayed",
    "resolved": "it was replayed and is resolved",
    "failed_again": "it was replayed and failed again",
    "archived": "it was archived",
    "purged": "it was purged",
}
"""What sentences say of a status."""

REASONS = {
    "max_attempts": ("Out of tries", "hourglass", "warning", "Every try failed"),
    "rejected": ("Rejected", "stop", "error", "The handler reported a permanent error"),
    "expired": ("Expired", "clock", "warning", "It expired before it was delivered"),
    "crash_loop": ("Crash loop", "bug", "error", "The program crashed each time it was handled"),
    "filter_error": ("Filter error", "filter", "error", "The filter of the subscription failed on it"),
}
"""What badges say of a reason (L2): words, icon, colour, and a sentence."""


class Repairs:
    """Does what was asked for: confirms with the frozen list, runs it, tells how it ended.

    Args:
        strip: Where questions are asked.
        follow: Told the number of each job that begins; repairs are among them.
    """

    def __init__(self, desk: Desk, strip: ConfirmStrip, follow: Callable[[int], object]) -> None:
        self._desk = desk
        self._strip = strip
        self.follow = follow
        self._dead_letters = desk.workspace.dead_letters
        self._warned: set[str] = set()
        self._asking = Question(strip, desk, self._ask, "Reading the dead letters")

    def begin(self, deed: Deed, numbers: Sequence[int]) -> None:
        """Begins a deed with a list that is frozen now; nothing happens for none."""
        frozen = tuple(numbers)
        if not frozen:
            return
        if deed in {PURGE, REPLAY} or len(frozen) > 1:
            self._asking.drop()
            self._asking.ask(partial(self._read, deed, frozen), (deed, frozen))
        else:
            self.do(deed, frozen)

    def do(
        self, deed: Deed, numbers: tuple[int, ...], *, per_second: float = 0.0, skip_on: bool = False
    ) -> None:
        """Does it without asking: a few at once, many or at a pace as a job."""
        if len(numbers) > AT_ONCE or per_second:
            work = self._job(deed, numbers, per_second, skip_on=skip_on)
            self._desk.run(work, f"{deed.label} {letters(len(numbers))}")
            return
        dead_letters = self._dead_letters
        works: dict[str, Callable[[Sequence[int]], Coroutine[Any, Any, Report]]] = {
            LetterAct.REPLAY: dead_letters.replay,
            LetterAct.ARCHIVE: dead_letters.archive,
            LetterAct.PURGE: partial(dead_letters.purge, skip_on=skip_on),
            LetterAct.RESTORE: dead_letters.restore,
        }
        self._run(deed, numbers, works[deed.key](numbers))

    def replay_edited(self, number: int, text: str, then: Callable[[bool], None]) -> None:
        """Replays a copy with another payload, and tells whether that was done."""
        self._run(EDIT, (number,), self._edited(number, text, then))

    async def _edited(self, number: int, text: str, then: Callable[[bool], None]) -> Report:
        done = False
        try:
            report = await self._dead_letters.edit_and_replay(number, text)
            done = report.done > 0
        finally:
            then(done)
        return report

    def dry_run(self, letter: DeadLetter, run: Callable[[], None]) -> None:
        """Does a dry run; before the first of a subscription it asks where its handler may act outside."""
        if letter.subscription in self._warned or not self._dead_letters.acts_outside(letter.subscription):
            run()
            return

        def agreed() -> None:
            self._warned.add(letter.subscription)
            run()

        text = (
            f"Dry run of #{letter.number}? The handler of {letter.subscription} really runs. Nothing is "
            "stored, but its outside effects happen, unless it checks context.dry_run."
        )
        self._strip.ask(text, (), [ConfirmChoice(label="Dry run", run=agreed)])

    # -- asking -------------------------------------------------------------------------------------------

    def _read(self, deed: Deed, numbers: tuple[int, ...]) -> ToConfirm:
        letters, archived = self._dead_letters, (LetterStatus.ARCHIVED,)
        numbers = letters.in_order(numbers)
        return ToConfirm(
            deed=deed,
            numbers=numbers,
            samples=letters.listed(numbers[:SAMPLES]),
            behind=letters.blocked_behind(numbers) if deed in {PURGE, ARCHIVE} else 0,
            archived=len(letters.having(numbers, archived)) if deed is REPLAY else 0,
            held_up=letters.held_up(numbers) if deed is REPLAY else "",
            in_jobs=letters.jobs.waiting(numbers) if deed in {PURGE, REPLAY} else {},
        )

    def _ask(self, found: ToConfirm) -> None:
        deed, numbers, behind = found.deed, found.numbers, found.behind
        text, failed = f"{deed.label} {letters(len(numbers))}?", self._forewarned(deed, numbers)
        text += f" {failed}" if failed else ""
        text += f" {OLDEST_FIRST}" if deed is REPLAY and len(numbers) > 1 else ""
        text += " It is done step by step and can be cancelled." if len(numbers) > AT_ONCE else ""
        text += f" {found.taken_out}" if found.archived else ""
        text += f" {found.asked_twice}" if found.in_jobs else ""
        text += f" {found.waits}" if found.waits else ""
        answers = [self._answer(deed, numbers, warns=bool(failed))]
        if behind and deed is ARCHIVE:
            text += (
                f" {waits_of_key(len(numbers), behind)}, and {'stays' if behind == 1 else 'stay'} blocked."
            )
        elif behind:
            text += f" {purge_behind(len(numbers), behind)}"
            answers = [
                self._answer(PURGE, numbers, f", keep {behind:,} blocked"),
                self._answer(PURGE, numbers, ", skip on", skip_on=True),
            ]
        text += f" {purge_prospect(behind) if deed is PURGE else prospect(OperatorAct(deed.key))}"
        text += f" {FEW_FIRST}" if deed is REPLAY and len(numbers) > AT_ONCE else ""
        self._strip.ask(text, found.lines(), answers, paced=len(numbers) > 1)

    def _answer(
        self,
        deed: Deed,
        numbers: tuple[int, ...],
        more: str = "",
        *,
        skip_on: bool = False,
        warns: bool = False,
    ) -> ConfirmChoice:
        def run() -> None:
            self.do(deed, numbers, per_second=float(self._strip.pace.value()), skip_on=skip_on)

        label = f"{deed.label} {len(numbers):,}{more}"
        return ConfirmChoice(label=label, run=run, danger=deed is PURGE or warns)

    def _forewarned(self, deed: Deed, numbers: tuple[int, ...]) -> str:
        """Says which of the letters the last rehearsal of their replay did not see resolved."""
        rehearsal = self._dead_letters.repair.rehearsal
        return forewarned(rehearsal.last_of(numbers)) if deed is REPLAY else ""

    # -- doing and telling --------------------------------------------------------------------------------

    def _run(self, deed: Deed, numbers: tuple[int, ...], work: Coroutine[Any, Any, Report]) -> None:
        self._desk.run(self._told(deed, work, numbers), f"{deed.label} {letters(len(numbers))}")

    async def _told(
        self, deed: Deed, work: Coroutine[Any, Any, Report], numbers: tuple[int, ...] = ()
    ) -> None:
        report = await work
        if deed in REPLAYS and report.done:
            await self._follow_replays(deed, report)
        else:
            marked = report.done and deed in {ARCHIVE, PURGE}
            behind = await self._dead_letters.waiting_behind(numbers) if marked else 0
            self._desk.notice(*account(deed, report, behind=behind), *self._desk.undo.offer(report.act))

    async def _follow_replays(self, deed: Deed, report: Report) -> None:
        """Tells what became of replays once that is known, and that they go on where it takes long (V3)."""
        jobs, topic = self._desk.workspace.dead_letters.jobs, f"{deed.key} {report.changed}"
        ending = asyncio.ensure_future(jobs.counts.settled(report.act, report.changed))
        try:
            if not (await asyncio.wait({ending}, timeout=SOON))[0]:
                waits = waiting(await self._dead_letters.waits_for(report.changed), report.done)
                said = f"{letters(report.done)} in progress. {waits}".rstrip()
                self._desk.notice("info", said, *self._desk.undo.offer(report.act), topic=topic)
            counted = await ending
        finally:
            ending.cancel()
        back = report.done - sum(counted.values())
        kind, said = account(deed, report, counted, back=back)
        self._desk.notice(kind, said if counted or not back else "", topic=topic)

    async def _job(self, deed: Deed, numbers: tuple[int, ...], per_second: float, *, skip_on: bool) -> None:
        jobs = self._desk.workspace.dead_letters.jobs
        number = await jobs.start(deed.key, numbers, per_second=per_second, skip_on=skip_on)
        self.follow(number)


def job_account(report: JobReport) -> tuple[str, str]:
    """Returns kind and words of the notice about how a job ended."""
    job = report.job
    asked = job.done + report.skipped + report.failed + report.not_begun
    done = Report(
        asked=asked, done=job.done, skipped=report.skipped, failed=report.failed, trouble=job.trouble
    )
    back = report.undone if job.action == LetterAct.REPLAY else 0
    return account(DEED_OF[job.action], done, report.fates, back=back, behind=report.behind)


def account(
    deed: Deed, report: Report, counted: Mapping[str, int] | None = None, *, back: int = 0, behind: int = 0
) -> tuple[str, str]:
    """Returns kind and words of the notice about how an action ended.

    Args:
        counted: What became of the letters by now; of replays that is what counts (V3).
        back: How many of what was done were undone since.
        behind: How many deliveries still wait behind the letters.
    """
    undone = f"{back:,} undone" if back else ""
    became = ", ".join(filter(None, (fates(counted or {}) if deed in REPLAYS else "", undone)))
    said = f"{deed.done} {letters(report.done)}" + (f": {became}" if became else "")
    said += f"; {waits_of_key(report.done, behind, 'still ')}" if behind else ""
    if report.skipped:
        held = ", or now held by another letter" if deed in REPLAYS else ""
        said += f"; {report.skipped:,} skipped, no longer as when the list was made{held}"
    if report.failed:
        said += f"; {report.failed:,} failed: {report.trouble}"
    left = report.asked - report.done - report.skipped - report.failed
    if left:
        said += f"; cancelled before the other {left:,}"
    others = deed in REPLAYS and (counted or {}).keys() - SUCCEEDED
    kind = "error" if report.failed else "ok" if report.done and not others and not back else "warning"
    return kind, f"{said}."


def fates(counted: Mapping[str, int]) -> str:
    """Says what has become of replayed letters, the most frequent first; empty for none."""
    ordered = sorted(counted.items(), key=lambda pair: -pair[1])
    return ", ".join(
        f"{count:,} {FATES.get(status) or STATUSES[status][0].lower()}" for status, count in ordered
    )


def letters(count: int) -> str:
    """Says how many."""
    return counted(count, "dead letter")

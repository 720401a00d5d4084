"""What can be done with dead letters: asked with the exact count, done, and told afterwards (L5)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.gui.desk import Desk
from workbench.gui.views.confirm_strip import Answer, ConfirmStrip

if TYPE_CHECKING:
    from workbench.services.repairing import Report

SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that can be done with dead letters.

    Attributes:
        statuses: The statuses that a letter may have before it.
        keys: Shortcut as Qt writes it; empty for none.
    """

    key: str
    label: str
    done: str
    icon: str
    statuses: frozenset[str]
    tip: str
    keys: str = ""

    @property
    def hint(self) -> str:
        """What the tool tip says."""
        return f"{self.tip}  ({self.keys})" if self.keys else self.tip


REPLAY = Deed(
    key="replay",
    label="Replay",
    done="Replayed",
    icon="replay",
    statuses=frozenset({"open", "archived"}),
    tip="Give the selected letters back to the subscription that failed",
    keys="R",
)
EDIT = Deed(
    key="edit",
    label="Edit and replay",
    done="Replayed an edited copy of",
    icon="edit",
    statuses=REPLAY.statuses,
    tip="Replay a corrected copy of this letter; the original stays as it is",
    keys="E",
)
ARCHIVE = Deed(
    key="archive",
    label="Archive",
    done="Archived",
    icon="archive",
    statuses=frozenset({"open"}),
    tip="Put the selected letters aside without deciding about them",
    keys="Del",
)
PURGE = Deed(
    key="purge",
    label="Purge",
    done="Purged",
    icon="purge",
    statuses=frozenset({"open", "archived"}),
    tip="Give the selected letters up; this can be undone",
    keys="Shift+Del",
)
RESTORE = Deed(
    key="restore",
    label="Restore",
    done="Restored",
    icon="undo",
    statuses=frozenset({"purged", "archived"}),
    tip="Make the selected letters open again",
)
DEEDS = (REPLAY, EDIT, ARCHIVE, PURGE, RESTORE)

STATUSES = {
    "open": ("Open", "dead-letter", "error"),
    "replaying": ("Replaying", "replay", "info"),
    "resolved": ("Resolved", "ok", "ok"),
    "failed_again": ("Failed again", "error", "error"),
    "archived": ("Archived", "archive", "muted"),
    "purged": ("Purged", "purge", "muted"),
}
"""What badges say of a status: words, icon, colour."""

REASONS = {
    "max_attempts": ("Out of tries", "hourglass", "warning", "Every try failed"),
    "rejected": ("Rejected", "stop", "error", "The handler said that trying again cannot help"),
    "expired": ("Expired", "clock", "warning", "It expired before it was delivered"),
    "crash_loop": ("Crash loop", "bug", "error", "The program ended each time while it was handled"),
    "deserialization": ("Unreadable", "code", "error", "Its payload could not be read"),
    "filter_error": ("Filter error", "filter", "error", "The filter of the subscription failed on it"),
    "operator": ("Taken out", "user", "muted", "A person took it out"),
}
"""What badges say of a reason (L2): words, icon, colour, and a sentence."""


class Repairs:
    """Does what was asked for: confirms with the frozen list, runs it, tells how it ended.

    Args:
        strip: Where questions are asked.
    """

    def __init__(self, desk: Desk, strip: ConfirmStrip) -> None:
        self._desk = desk
        self._strip = strip
        self._repair = desk.workspace.repair

    def begin(self, deed: Deed, numbers: Sequence[int]) -> None:
        """Begins one of `DEEDS` but `EDIT` with a list that is frozen now; nothing happens for none."""
        frozen = tuple(numbers)
        if not frozen:
            return
        if deed is PURGE:
            self._ask_purge(frozen)
        elif deed is REPLAY or len(frozen) > 1:
            said = f"{deed.label} {letters(len(frozen))}?"
            answer = Answer(label=_counted(deed.label, frozen), run=partial(self.do, deed, frozen))
            self._strip.ask(said, self._samples(frozen), [answer])
        else:
            self.do(deed, frozen)

    def do(self, deed: Deed, numbers: tuple[int, ...]) -> None:
        """Does it at once."""
        repair = self._repair
        works: dict[str, Callable[[Sequence[int]], Coroutine[Any, Any, Report]]] = {
            "replay": repair.replay,
            "archive": repair.archive,
            "purge": partial(repair.purge, skip_on=False),
            "restore": repair.restore,
        }
        self._run(deed, numbers, works[deed.key](numbers))

    def replay_edited(self, number: int, text: str) -> None:
        """Replays a copy with another payload."""
        self._run(EDIT, (number,), self._repair.edit_and_replay(number, text))

    def _ask_purge(self, numbers: tuple[int, ...]) -> None:
        behind = self._repair.blocked_behind(numbers)
        label = _counted("Purge", numbers)
        if not behind:
            answers = [Answer(label=label, run=partial(self.do, PURGE, numbers), danger=True)]
            self._strip.ask(f"Purge {letters(len(numbers))}?", self._samples(numbers), answers)
            return
        waits = "delivery waits" if behind == 1 else "deliveries wait"
        text = (
            f"Purge {letters(len(numbers))}? {behind:,} {waits} behind: "
            "keep them blocked, or skip what is purged and go on with them?"
        )
        keep, skip = partial(self.do, PURGE, numbers), partial(self._purge_on, numbers)
        answers = [
            Answer(label=f"{label}, keep {behind:,} blocked", run=keep, danger=True),
            Answer(label=f"{label}, skip on", run=skip, danger=True),
        ]
        self._strip.ask(text, self._samples(numbers), answers)

    def _purge_on(self, numbers: tuple[int, ...]) -> None:
        self._run(PURGE, numbers, self._repair.purge(numbers, skip_on=True))

    def _samples(self, numbers: tuple[int, ...]) -> list[str]:
        found = [self._repair.letter(number) for number in numbers[:SAMPLES]]
        lines = [f"#{one.number}  {one.subscription}  {one.type}  {one.key}" for one in found]
        rest = len(numbers) - len(lines)
        return [*lines, f"and {rest:,} more"] if rest else lines

    def _run(self, deed: Deed, numbers: tuple[int, ...], work: Coroutine[Any, Any, Report]) -> None:
        self._desk.run(self._told(deed, numbers, work), f"{deed.label} {letters(len(numbers))}")

    async def _told(self, deed: Deed, numbers: tuple[int, ...], work: Coroutine[Any, Any, Report]) -> None:
        report = await work
        undo: tuple[tuple[str, Callable[[], None]], ...] = ()
        if deed in {ARCHIVE, PURGE} and report.done:
            undo = (("Undo", partial(self.do, RESTORE, numbers)),)
        self._desk.notice(*account(deed, report), *undo)


def account(deed: Deed, report: Report) -> tuple[str, str]:
    """Returns kind and words of the notice about how an action ended."""
    said = f"{deed.done} {letters(report.done)}"
    if report.skipped:
        said += f"; {report.skipped:,} skipped, no longer as when the list was made"
    if report.failed:
        said += f"; {report.failed:,} failed: {report.trouble}"
    kind = "error" if report.failed else "ok" if report.done else "warning"
    return kind, f"{said}."


def letters(count: int) -> str:
    """Says how many."""
    return f"{count:,} dead letter" if count == 1 else f"{count:,} dead letters"


def _counted(label: str, numbers: tuple[int, ...]) -> str:
    return f"{label} {len(numbers):,}"

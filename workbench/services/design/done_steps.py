"""What was done to the texts of a design, and what was taken back of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.services.design.text_merge import changed_files, file_of, joined, without

if TYPE_CHECKING:
    from workbench.services.design.design_text import DesignText

KEPT = 200
"""Steps that can be undone."""
STILL_READ = 8
"""Steps whose texts something may have read since: what it worked out of them is dropped."""
SETTLED = {True: ("mine", "theirs", "Keep mine"), False: ("theirs", "mine", "Take the other")}
"""What counts, what does not, and the step, by whether what is not written yet does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignStep:
    """Something that was done.

    Attributes:
        label: What it was, such as ``Add event parcel.sent``.
        answer: It says which counts of what was changed here and in the files. It only takes back what
            others left as it was then.
        meanwhile: What others changed in the files since, as they were and as they are.
        written: What the files said before it; None where that is not known.
    """

    label: str
    before: DesignText
    after: DesignText
    answer: bool = False
    meanwhile: tuple[tuple[DesignText, DesignText], ...] = ()
    written: DesignText | None = None

    def passed(self, was: DesignText, now: DesignText) -> DesignStep:
        """Returns the step with one more change of others, which is looked at when the step is taken back."""
        known = self.meanwhile
        if known and known[-1][1] is was:
            known, was = known[:-1], known[-1][0]
        return replace(self, meanwhile=(*known, (was, now)))

    def caught_up(self) -> DesignStep:
        """Returns the step as if it had been done after what others changed, but for what both changed.

        Otherwise it would take that back without a word, or not find what it began with.
        """
        before, after = self.before, self.after
        for was, now in self.meanwhile:
            with suppress(InvalidValue):  # a file of it cannot be read now
                led = joined(was, before, now, prefer="mine")
                before, after = led, joined(before, led, after, prefer="theirs")
        return replace(self, before=before, after=after, meanwhile=())

    def without(self, cannot: str, present: DesignText, rest: str) -> DesignText:
        """Returns the present texts without what the step did to them, see `text_merge.without`."""
        prefer = "theirs" if self.answer else ""
        return without(cannot, self.after, self.before, present, rest, prefer=prefer)


class DoneSteps:
    """The steps of a design.

    Attributes:
        done, undone: What would be undone, and done again, the last one first to go.
    """

    def __init__(self) -> None:
        self.done: list[DesignStep] = []
        self.undone: list[DesignStep] = []

    def remember(self, step: DesignStep, *, goes_on: bool = False) -> None:
        """Takes up what was done; nothing that was taken back before it can be done again.

        Args:
            goes_on: It is one step with the last one, if that has the same label.
        """
        last = self.done[-1] if self.done and not self.done[-1].meanwhile else None
        if goes_on and last is not None and (last.label, last.after) == (step.label, step.before):
            self.done[-1] = replace(last, after=step.after)
        else:
            self.done = [*self.done, step][-KEPT:]
        self.undone.clear()
        for one in self.done[-STILL_READ:]:
            for document in one.before.files():
                document.sections.forget()

    def left_as(self, text: DesignText) -> DesignText | None:
        """Returns what the files said before the last step, where a text takes just that back."""
        last = self.done[-1] if self.done else None
        return last.written if last is not None and last.before == text else None

    def follow(
        self, was: DesignText, now: DesignText, present: DesignText, is_own: Callable[[str], bool]
    ) -> None:
        """Has all steps go over what others changed in the files.

        Args:
            present: What is designed, with that.
            is_own: Whether a file stands as it was written here.
        """
        for name in changed_files(was, now):
            if is_own(name):
                own = file_of(now, name)
                was = was.without_file(name) if own is None else was.with_file(own)
        for steps in (self.done, self.undone):
            steps[:] = [one.passed(was, now) for one in steps]
        self.drop_overtaken(present, answers=True)

    def drop_overtaken(self, present: DesignText, *, answers: bool = False) -> None:
        """Drops the steps next to go that others, or an answer, overtook: going back would change nothing.

        Args:
            answers: Look at answers alone, which is quick.
        """
        for steps in (self.done, self.undone):
            with suppress(InvalidValue):  # one that cannot be taken back now is told when it is asked for
                while (
                    steps and (steps[-1].answer or not answers) and self._changes_nothing(steps[-1], present)
                ):
                    steps.pop()

    def _changes_nothing(self, step: DesignStep, present: DesignText) -> bool:
        return step.caught_up().without("", present, "") == present


def answered(
    was: DesignText, designed: DesignText, now: DesignText, *, mine: bool
) -> tuple[DesignText, DesignStep | None]:
    """Returns what is designed with what others changed, and the step that says which counts.

    Args:
        mine: What is designed counts where both changed a section; else what others wrote.

    Raises:
        InvalidValue: It would be written over a file that cannot be read.
    """
    counts, left, label = SETTLED[mine]
    text = joined(was, designed, now, prefer=counts)
    with suppress(InvalidValue):  # no step goes back over what cannot be read
        other = joined(was, designed, now, prefer=left)
        if other != text:
            return text, DesignStep(label=label, before=other, after=text, answer=True, written=now)
    return text, None

"""What was done to the texts of a design, and what was taken back of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue
from workbench.services.design.text_merge import joined

if TYPE_CHECKING:
    from workbench.services.design.design_text import DesignText

KEPT = 200
"""Steps that can be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignStep:
    """Something that was done.

    Attributes:
        label: What it was, such as ``Add event parcel.sent``.
    """

    label: str
    before: DesignText
    after: DesignText


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
        last = self.done[-1] if self.done else None
        if goes_on and last is not None and (last.label, last.after) == (step.label, step.before):
            self.done[-1] = DesignStep(label=step.label, before=last.before, after=step.after)
        else:
            self.done = [*self.done, step][-KEPT:]
        self.undone.clear()
        for document in step.before.files():
            document.sections.forget()

    def follow(self, was: DesignText, now: DesignText) -> None:
        """Has all steps go over what others changed in the files, where a step did not change the same.

        Otherwise a step from before would take that back without a word.
        """
        known: dict[int, DesignText] = {}

        def followed(text: DesignText) -> DesignText:
            if id(text) not in known:
                try:
                    known[id(text)] = joined(was, text, now, prefer="mine")
                except InvalidValue:  # a file of it cannot be read now
                    known[id(text)] = text
            return known[id(text)]

        self.done, self.undone = (
            [replace(one, before=followed(one.before), after=followed(one.after)) for one in steps]
            for steps in (self.done, self.undone)
        )

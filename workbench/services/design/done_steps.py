"""What was done to the texts of a design, and what was taken back of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

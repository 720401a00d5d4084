"""What is worth a second look in a draft: what runs has it, or nothing is in the way of looking."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from workbench.services.design.marks.mark import DesignMark
from workbench.services.design.marks.stored_marks import UNFIT
from workbench.services.design.text_check import CheckedText


def marks_of_draft(running: Sequence[DesignMark], checked: CheckedText) -> list[DesignMark]:
    """Returns the marks of a draft.

    Where the draft has mistakes not all of it compiles, and what is missing would be marked at its other
    end: a mark is kept that the model which runs has as well, and no new one is made.

    Args:
        running: The marks of the model that runs.
        checked: The draft, looked at as far as it compiles.
    """
    known = {_place(one) for one in running}
    found = [one for one in checked.marks if not checked.mistakes or _place(one) in known]
    stored = [one for one in running if one.kind is UNFIT and ".".join(one.part) in checked.document.sections]
    return [*stored, *found]


def _place(mark: DesignMark) -> Hashable:
    """Returns what a mark is about; its words may tell of something else meanwhile."""
    inside = mark.place.path if mark.place is not None else ()
    return mark.kind.code, mark.node, mark.line, inside

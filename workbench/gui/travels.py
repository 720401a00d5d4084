"""The places to which Alt+Left goes back, and Alt+Right forward again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.gui.desk import Selection

KEPT = 200
"""Places that are known."""


@dataclass(frozen=True, slots=True)
class VisitedPlace:
    """Where a person was.

    Attributes:
        view: Key of the view from which something led elsewhere; empty where the view stayed.
    """

    selection: Selection
    view: str = ""


class Travels:
    """The places behind and before the one where a person is.

    Args:
        bring: Brings a view to the front.

    Attributes:
        where: Returns the key of the view that has the keyboard; empty for none.
    """

    def __init__(self, bring: Callable[[str], object]) -> None:
        self.where: Callable[[], str] = str
        self._wants = bring
        self._past: list[VisitedPlace] = []
        self._future: list[VisitedPlace] = []
        self._stepping = self._brings = False

    def leads_away(self, view: str) -> bool:
        """Whether a view is another one than that which has the keyboard."""
        return bool(view) and view != self.where()

    def leave(self, selection: Selection, view: str = "", *, step: bool = False) -> None:
        """Takes up a place that is left.

        Args:
            view: That which is gone to; empty where it stays.
            step: What follows is a step like the one before: going back leads to before the first of them.
        """
        place = VisitedPlace(selection, self.where() if self.leads_away(view) else "")
        if not (step and self._stepping) and self._past[-1:] != [place]:
            self._past = [*self._past, place][-KEPT:]
        self._stepping = step
        self._future.clear()

    def led(self, selection: Selection, view: str) -> None:
        """Takes up the place that is left where something leads to a view without a choice."""
        if not self._brings and self.leads_away(view):
            self.leave(selection, view)

    def bring(self, view: str) -> None:
        """Brings a view to the front; the place that was left for it is known already."""
        self._brings = True
        try:
            self._wants(view)
        finally:
            self._brings = False

    def go(self, selection: Selection, *, back: bool) -> VisitedPlace | None:
        """Returns the place before, or the one from where one went back; None if there is none."""
        ahead, behind = (self._past, self._future) if back else (self._future, self._past)
        if not ahead:
            return None
        self._stepping = False
        place = ahead.pop()
        behind.append(VisitedPlace(selection, self.where() if place.view else ""))
        return place

    def no_way(self, *, back: bool) -> str:
        """Returns why one cannot go back, or forward; an empty text where one can."""
        if self._past if back else self._future:
            return ""
        return "Nothing was selected before" if back else "Nothing was selected after this"

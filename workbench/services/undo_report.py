"""What became of the undo of an act, in exact numbers (L10)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """What became of an undo.

    Attributes:
        name: As `LoggedAct.name`.
        done: On how many things it took effect, with what earlier undos of the act brought back.
        asked: On how many the act had; 0 where nothing is counted.
        queued: What a bulk action had not dealt with when the undo cancelled it.
        delivers: Whether the act had something delivered.
        tried: How many replays that were undone had been tried: that stays with their letters.
        before: Whether nothing was left to do: it was undone before.
    """

    name: str
    done: int
    asked: int
    queued: int = 0
    delivers: bool = False
    tried: int = 0
    before: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing that the act changed is left as the act made it."""
        return self.done >= (self.asked if self.queued else max(1, self.asked))

    @property
    def words(self) -> str:
        """Says what was undone, with exact numbers."""
        return self._said().removesuffix(".") + f"{self._tries()}."

    def _tries(self) -> str:
        """Says how many were tried before they were undone."""
        were = "was" if self.tried == 1 else "were"
        return f"; {self.tried:,} of them {were} tried meanwhile, which stays told" if self.tried else ""

    def _said(self) -> str:
        if self.queued:
            return self._cancelled()
        undone = "Undone already" if self.before else "Undone"
        if self.complete:
            return f"{undone}: {self.name}{self._number()}."
        if not self.done:
            return f"Nothing of it could be undone: {self.name}; {self._since('it was', 'it has')}."
        said = self._since("the others were", "the others have")
        return f"{undone}: {self.name}, {self.done:,} of {self.asked:,}; {said}."

    def _since(self, were: str, have: str) -> str:
        return f"{were} delivered, which cannot be undone" if self.delivers else f"{have} changed since"

    def _number(self) -> str:
        """Says how many that were where the name has another number of dead letters."""
        other = self.name.endswith("dead letters") and f" {self.done:,} " not in self.name
        return f", all {self.done:,} that it changed" if other else ""

    def _cancelled(self) -> str:
        """Says of a bulk action what was cancelled, what was undone, and what stays."""
        left = self.asked - self.done
        said = [f"Undone: {self.name}, cancelled before the other {self.queued:,}"]
        if not self.asked:
            said = [f"Undone: {self.name}, cancelled before any of {self.queued:,}"]
        if self.done:
            said.append(f"{self.done:,} undone")
        if left > 0:
            one = left == 1
            said.append(f"{left:,} {self._since('was', 'has') if one else self._since('were', 'have')}")
        return "; ".join(said) + "."

"""Replays dead letters and waits to see what becomes of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.dead_letter import LetterStatus

if TYPE_CHECKING:
    from workbench.services.dead_letters.dead_letter_service import DeadLetters, Report
    from workbench.services.monitor import Drain


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one dead letter.

    Attributes:
        outcome: ``resolved``, ``failed again``, ``still tried``, ``blocked`` or ``not replayed``.
        became: Number of the dead letter that the failure made; 0 if none.
        detail: Why, in words; empty if it was resolved.
    """

    number: int
    outcome: str
    became: int = 0
    detail: str = ""


class DeadLetterReplay:
    """Replays of dead letters in a world that runs, each with what came of it."""

    def __init__(self, letters: DeadLetters, drain: Drain) -> None:
        self._letters, self._drain = letters, drain

    async def replay(self, numbers: Sequence[int], *, seconds: float) -> list[Fate]:
        """Replays open dead letters, and waits until that is settled.

        Raises:
            NotFound: There is no dead letter of a number; nothing was replayed.
            StoreReadOnly: This window only observes.
        """
        before = {number: self._letters.get(number).status for number in numbers}
        report = await self._letters.replay(numbers)
        return await self._settled(report, before, seconds)

    async def edit_and_replay(self, number: int, text: str, *, seconds: float) -> Fate:
        """Replays an edited copy of a dead letter, and waits until that is settled (L6).

        Raises:
            NotFound: There is no dead letter of that number.
            InvalidValue: The text is no JSON, or does not fit the type.
            StoreReadOnly: This window only observes.
        """
        before = {number: self._letters.get(number).status}
        report = await self._letters.edit_and_replay(number, text)
        (fate,) = await self._settled(report, before, seconds)
        return fate

    async def _settled(
        self, report: Report, before: Mapping[int, LetterStatus], seconds: float
    ) -> list[Fate]:
        """Waits until it is settled what became of each; what others changed meanwhile is theirs."""
        stands = {one: self._letters.get(one).status for one in before if one not in report.changed}
        await self._drain.settle(seconds)
        return [await self._fate(one, stands.get(one)) for one in before]

    async def _fate(self, number: int, stands: LetterStatus | None) -> Fate:
        """Returns what became of a letter.

        Args:
            stands: Of one that was not replayed: what it was then.
        """
        letter = self._letters.get(number)
        if stands not in (None, LetterStatus.OPEN):
            said = f"it was {stands.value.replace('_', ' ')}; only open ones are replayed"
            return Fate(number=number, outcome="not replayed", detail=said)
        match stands or letter.status:
            case LetterStatus.RESOLVED:
                return Fate(number=number, outcome="resolved")
            case LetterStatus.FAILED_AGAIN:
                became = await self._letters.made_by(letter)
                last = self._letters.get(became or number)
                said = f"{last.error_type}: {last.error}"
                return Fate(number=number, outcome="failed again", became=became, detail=said)
            case LetterStatus.REPLAYING if before_it := self._letters.replays_behind((number,)).get(number):
                said = f"it waits behind dead letter {before_it} of its key"
                return Fate(number=number, outcome="blocked", detail=said)
            case LetterStatus.REPLAYING:
                said = "it is tried again when the project runs"
                return Fate(number=number, outcome="still tried", detail=said)
            case status:
                said = self._letters.hindrance(letter.subscription, number) or f"it is {status.value}"
                return Fate(number=number, outcome="not replayed", detail=said)

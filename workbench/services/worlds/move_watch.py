"""How long the moves of a schedule take: who held it up, where it did not end in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.clock import Clock
    from workbench.services.worlds.moves import NextMove

TURN = 16
"""Moves after which others get a turn."""
HELD = 0.1
"""Seconds of one move after which they do, too."""


class MoveWatch:
    """Watches one schedule after the other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Takes it that another schedule begins."""
        self._began = self._since = self._clock.monotonic()
        self._move: NextMove | None = None
        self._moves = 0
        self._slowest: tuple[float, NextMove | None] = (0.0, None)

    def turn(self, move: NextMove | None) -> bool:
        """Takes it that a move is made next; returns whether others are to get a turn before."""
        now = self._clock.monotonic()
        took, self._since = now - self._since, now
        if took > self._slowest[0]:
            self._slowest = took, self._move
        self._move = move
        self._moves += 1
        return took > HELD or not self._moves % TURN

    def why_not_ended(self, number: int, longest: float) -> str:
        """Says why this schedule did not end in time; nothing where others did, and the time of all was over.

        Args:
            number: Of it, from 1, where the time of all is over; 0 where only its own is.
            longest: Its own, in seconds.
        """
        self.turn(None)
        took, move = self._slowest
        whole = self._since - self._began
        if move is not None and took >= whole / 2:
            return (
                f"a schedule did not end in time, as “{move}” alone took {took:.1f} s: does a handler wait?"
            )
        if number > 1:
            return ""
        said = "the time was over within the first schedule" if number else "a schedule did not end"
        limit = "" if number else f" in {longest:g} s"
        return f"{said}{limit}: {self._moves - 1:,} moves in {whole:.1f} s"

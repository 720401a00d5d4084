"""When handlers are given up: each at its deadline, all of them where the engine stops (D4, M2)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.timers import CallOff, Timer


class HandlerDeadlines:
    """The deadlines of the handlers that run.

    Attributes:
        stopped: Whether the engine waits for no handler any more.
    """

    def __init__(self, timer: Timer) -> None:
        self.stopped = False
        self._timer = timer
        self._running: set[Callable[[], None]] = set()

    def call_at(self, due: int, give_up: Callable[[], None]) -> CallOff:
        """Has a handler given up at a time, microseconds since 1970; returns how to call that off."""
        call_off = self._timer.call_at(due, give_up)
        self._running.add(give_up)

        def ended() -> None:
            call_off()
            self._running.discard(give_up)

        return ended

    def why(self, seconds: float) -> str:
        """Says why a handler was given up.

        Args:
            seconds: That it may take (D4).
        """
        if self.stopped:
            return "the engine stopped before the handler had ended"
        return f"the handler took longer than {seconds:g} s"

    def stop(self) -> None:
        """Has all that run given up now."""
        self.stopped = True
        for give_up in list(self._running):
            give_up()

"""Announces changes and errors; a listener that fails does not stop the others (C11)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.model.changes import Changes
from workbench.model.error_text import error_sentence

Notify = Callable[[Changes], None]
KEPT = 100


class Notifier:
    """The engine's voice.

    Args:
        notify: Told what went stale.

    Attributes:
        errors: The last sentences about trouble, the newest at the end.
    """

    def __init__(self, notify: Notify) -> None:
        self._notify = notify
        self.errors: list[str] = []

    def announce(self, changes: Changes) -> None:
        """Says what went stale."""
        try:
            self._notify(changes)
        except Exception as error:  # noqa: BLE001  # it is kept to be seen
            self.note(f"a listener failed: {error_sentence(error)}")

    def note(self, said: str) -> bool:
        """Keeps a sentence about trouble; False where the last one says the same."""
        if self.errors and self.errors[-1] == said:
            return False
        self.errors.append(said)
        del self.errors[:-KEPT]
        return True

    def report(self, said: str) -> None:
        """Keeps a sentence about trouble, and says that there is a new one."""
        if self.note(said):
            self.announce(Changes(engine=True))

    def died(self, name: str, error: BaseException) -> None:
        """Reports that a task ended by an error."""
        self.report(f"{name} stopped: {error_sentence(error)}")

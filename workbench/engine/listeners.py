"""Tells listeners what went stale; one that fails does not keep the others from it (C11)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.model.changes import Changes

Listener = Callable[[Changes], None]


class Listeners:
    """Those who want to know what a commit changed."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Has one told from now on; returns how to end that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def tell(self, changes: Changes) -> Exception | None:
        """Tells all; returns what one of them failed with."""
        failed = None
        for listener in list(self._listeners):
            try:
                listener(changes)
            except Exception as error:  # noqa: BLE001  # it is told
                failed = error
        return failed

"""Runs one search at a time beside the loop; the newest one replaces the one before."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.search.search_query import SearchTerms
    from workbench.services.search.search_run import SearchState

LOOK_MS = 40
REST_SECONDS = 0.0005


def _rest() -> None:
    """Lets the window have the interpreter, which a thread that computes gives away only now and then."""
    time.sleep(REST_SECONDS)


class SearchTask(QObject):
    """The search of a view.

    Signals:
        moved: A `SearchState`: how far it is, or how it ended.
        failed: Why it could not go on.

    Attributes:
        state: What was told last.
    """

    moved = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self.state: SearchState | None = None
        self._going: list[bool] = []
        self._newest: list[bool] = []
        self._latest: SearchState | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def runs(self) -> bool:
        """Whether a search is under way."""
        return bool(self._going)

    def begin(self, terms: SearchTerms) -> None:
        """Begins a search; one that runs ends."""
        self.cancel()
        self._latest = None
        going = self._going = self._newest = [True]
        self._desk.run(self._run(terms, going), "Search")
        self._timer.start()

    def cancel(self) -> None:
        """Ends the search that runs; what it found stays."""
        for at in range(len(self._going)):
            self._going[at] = False
        self._going = []

    async def _run(self, terms: SearchTerms, going: list[bool]) -> None:
        def step(state: SearchState) -> bool:
            if going[0] and self._going is going:
                self._latest = state
            return going[0]

        world, search = self._desk.workspace.world, self._desk.workspace.search
        try:
            state = await world.ask(lambda: search.run(terms, step, _rest))
        except Exception as error:  # noqa: BLE001  # whatever it is, the person is told
            self._end(going, partial(self.failed.emit, error))
        else:
            self._end(going, partial(self._tell, state))

    def _end(self, going: list[bool], tell: Callable[[], object]) -> None:
        """Ends a search, unless a newer one was begun since; one that was cancelled is told, too."""
        if self._newest is going:
            self._going = []
            self._latest = None
            self._timer.stop()
            tell()

    def _look(self) -> None:
        state, self._latest = self._latest, None
        if state is not None:
            self._tell(state)

    def _tell(self, state: SearchState) -> None:
        self.state = state
        self.moved.emit(state)

"""What the window asks the store: answered at once where that is quick, else beside the loop (C5, V4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject
from shiboken6 import isValid

from workbench.errors import ReadTooLong

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.workspace import Workspace

T = TypeVar("T")
AT_ONCE = 0.008
"""Seconds that a question may hold the loop; what takes longer is asked again in a thread (C5, V4)."""


def nothing() -> None:
    """Does nothing."""


def takes_time() -> None:
    """Says, inside of a question, that what follows must not hold the loop; in a thread it goes on.

    Raises:
        ReadTooLong: This is the loop's thread: the question is asked again beside it.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise ReadTooLong("this takes longer than the window may wait", hint="ask beside the loop")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked(Generic[T]):
    """A question: how it is answered, what it is about, and of which model.

    Attributes:
        model: What must be the same when the answer comes.
    """

    read: Callable[[], T]
    about: object
    model: object


class Question(Generic[T]):
    """Something that a part of the window wants to know: one answer is under way, the newest question waits.

    An answer is shown while nothing else is asked, on the model that it was read with, as long as
    it is wanted, see `again`. However an answer ends, what waits behind it is asked; once the project is
    closed nothing is.

    Args:
        owner: What asks; once it is gone no answer is shown.
        desk: Whose project is asked; None for what is at hand.
        show: Called on the loop with the answer.
        fail: Called instead with why there is none; once, as long as that stays the same. Or what is read, in
            words: then a notice tells it, which leaves by itself with the next answer.
        wanted: Whether an answer is still to be shown.
        begun: Called where the answer takes a while.
        view: Key of the view to which a notice of `fail` leads; none if empty.
    """

    def __init__(
        self,
        owner: QObject,
        desk: Desk | None,
        show: Callable[[T], object],
        fail: Callable[[Exception], object] | str,
        *,
        wanted: Callable[[], bool] = lambda: True,
        begun: Callable[[], object] = nothing,
        view: str = "",
    ) -> None:
        self._owner, self._desk = owner, desk
        self._show, self._failed, self._wanted, self._begun = show, fail, wanted, begun
        self._told, self._view = False, view
        self._newest: _Asked[T] | None = None
        self._task: asyncio.Task[None] | None = None
        self._slow = self._missed = False
        self._trouble = ""

    @property
    def waits(self) -> bool:
        """Whether an answer is under way."""
        return self._task is not None

    def ask(self, read: Callable[[], T], about: object = None) -> None:
        """Asks; what was asked before and is about something else is not shown any more.

        Args:
            read: Answers: on the loop where that is quick, else in a thread, so it touches no widget.
            about: What the answer belongs to, such as what is selected.
        """
        if self._desk is not None and self._desk.closed:
            return
        self._missed = False
        self._newest = _Asked(read=read, about=about, model=self._model())
        if self._task is None:
            self._answer(self._newest)

    def again(self) -> None:
        """Asks again what was answered while no answer was wanted, unless something was asked since."""
        if self._missed and self._newest is not None:
            self.ask(self._newest.read, self._newest.about)

    def drop(self) -> None:
        """Wants no answer any more to what was asked; trouble that was told is told again."""
        self._newest, self._trouble = None, ""

    def _model(self) -> object:
        return None if self._desk is None else self._desk.workspace.registry

    def _answer(self, asked: _Asked[T]) -> None:
        if self._desk is None:
            self._at_once(asked, nullcontext())
            return
        workspace = self._desk.workspace
        if self._slow or not self._at_once(asked, workspace.reader.within(AT_ONCE)):
            self._task = self._desk.run(self._later(asked, workspace), "Read")
            self._task.add_done_callback(self._ended)
            self._begun()

    def _at_once(self, asked: _Asked[T], bounds: AbstractContextManager[None]) -> bool:
        """Answers on the loop; returns whether that could be done."""
        try:
            with bounds:
                answer = asked.read()
        except ReadTooLong:
            return False
        except Exception as error:  # noqa: BLE001  # the caller reports it
            self._fail(error)
        else:
            self._tell(answer)
        return True

    def _tell(self, answer: T) -> None:
        self._trouble = ""
        if self._told and self._desk is not None:
            self._told = False
            self._desk.notice("ok", "", topic=f"{self._failed} failed")
        self._show(answer)

    def _fail(self, error: Exception) -> None:
        if str(error) != self._trouble:
            self._trouble = str(error)
            if not isinstance(self._failed, str):
                self._failed(error)
            elif self._desk is not None:
                self._told = True
                ways = (self._desk.way_to(self._view),) if self._view else ()
                self._desk.fail(self._failed, error, *ways, topic=f"{self._failed} failed")

    async def _later(self, asked: _Asked[T], workspace: Workspace) -> None:
        clock = workspace.clock
        begun = clock.monotonic()
        try:
            answer = await workspace.world.ask(asked.read)
        except Exception as error:  # noqa: BLE001  # as above
            self._arrived(asked, partial(self._fail, error))
        else:
            self._slow = clock.monotonic() - begun > AT_ONCE
            self._arrived(asked, partial(self._tell, answer))

    def _arrived(self, asked: _Asked[T], tell: Callable[[], object]) -> None:
        self._task = None
        newest, current = self._newest, asked.model is self._model()
        if newest is None or not self._still_wanted():
            return
        try:
            if newest.about == asked.about and current:
                tell()
        finally:  # also where what shows it fails
            if self._newest is newest and not (newest is asked and current):
                self.ask(newest.read, newest.about)

    def _still_wanted(self) -> bool:
        self._missed = isValid(self._owner) and not self._wanted()
        return isValid(self._owner) and not self._missed

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Asks again what was stopped before there was an answer."""
        if self._task is task:
            self._task = None
            if self._newest is not None and self._still_wanted():
                self.ask(self._newest.read, self._newest.about)

"""A flow is designed on the board as a person does it, by keys and mouse, and every step is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget

from workbench.gui.views.board_view import BoardView

if TYPE_CHECKING:
    from workbench.gui.session import Session

WITHIN, LOOK = 30.0, 0.01
"""Seconds in which what a gesture does is seen, and after which it is looked again."""
STILL = 0.1
"""Seconds for which a thing has stayed where it is before it is clicked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture:
    """One thing that a person does: a key, a click, or a text that is typed.

    Attributes:
        key: What is pressed, such as ``Ctrl+Return``.
        click: Id of the card on the board that is clicked.
        text: What is typed where the keyboard is.
        then: What is seen once it is done: the beginning of one of the facts of `seen`.
    """

    key: str = ""
    click: str = ""
    text: str = ""
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Some gestures that make something of the flow.

    Attributes:
        name: Of its picture.
        label: What they make, for a person who reads it.
    """

    name: str
    label: str
    gestures: tuple[Gesture, ...]


def press(key: str, then: str) -> Gesture:
    """Returns that a key is pressed."""
    return Gesture(key=key, then=then)


def write(text: str) -> Gesture:
    """Returns that something is typed."""
    return Gesture(text=text, then=f"typed {text}")


def click(card: str) -> Gesture:
    """Returns that a card is clicked."""
    return Gesture(click=card, then=f"chosen {card}")


SENT, DELIVERED, DELIVER = "event:parcel.sent", "event:parcel.delivered", "command:deliver_parcel"
PARCEL = (
    Act(
        name="01-aggregate",
        label="a parcel, and how far it is",
        gestures=(
            press("Ctrl+1", "in Flow board"),
            press("A", "in New aggregate"),
            write("parcel"),
            press("Tab", "in New field of parcel"),
            write("status: sent | delivered"),
            press("Return", "did Add field status of parcel"),
            press("Esc", "in Flow board"),
        ),
    ),
    Act(
        name="02-command",
        label="the command that sends it, with what it asks for",
        gestures=(
            press("C", "in New command"),
            write("send_parcel"),
            press("Tab", "in New field of send_parcel"),
            write('to: text min 1, example: "Ada Lovelace"'),
            press("Return", "did Add field to of send_parcel"),
            press("Esc", "chosen command:send_parcel"),
        ),
    ),
    Act(
        name="03-event-and-read-model",
        label="the event that it emits, and the read model behind it",
        gestures=(
            press("E", "in New event: send_parcel emits it"),
            write("sent"),
            press("Ctrl+Return", "in New projection: parcel.sent is read by it"),
            write("parcels"),
            press("Return", "chosen projection:parcels"),
        ),
    ),
    Act(
        name="04-second-slice",
        label="that it is delivered, which the same read model shows",
        gestures=(
            press("C", "in New command"),
            write("deliver_parcel"),
            press("Ctrl+Return", "in New event: deliver_parcel emits it"),
            write("delivered"),
            press("Ctrl+Return", "in New projection: parcel.delivered is read by it"),
            write("parcels"),
            press("Return", "chosen projection:parcels"),
        ),
    ),
    Act(
        name="05-mark",
        label="what is marked on the command: it can be given twice",
        gestures=(click(DELIVER), press("Ctrl+.", "in What could be done")),
    ),
    Act(
        name="06-refusal",
        label="the refusal that is offered",
        gestures=(press("Return", "did Refuse it when state.status == 'delivered'"),),
    ),
    Act(
        name="07-scenario",
        label="a scenario by pointing: what was, and what is done",
        gestures=(
            click(SENT),
            press("G", "did Use parcel.sent in a scenario"),
            click(DELIVERED),
            press("G", "did Use parcel.delivered in a scenario"),
            click(DELIVER),
            press("G", "did Use deliver_parcel in a scenario"),
        ),
    ),
    Act(
        name="08-what-came",
        label="what came of it, taken as what must follow, under a name of its own; it passes",
        gestures=(
            press("Ctrl+5", "in Scenarios"),
            Gesture(click="Take all", then="did Take what came"),
            press("F2", "in What does it show?"),
            write("A parcel is delivered once"),
            press("Return", "did Rename scenario “New scenario”"),
        ),
    ),
)
"""The flow of the README, from an empty project."""


def gestures_of(acts: tuple[Act, ...]) -> int:
    """Returns how many gestures a person makes besides typing."""
    return sum(1 for act in acts for one in act.gestures if not one.text)


class Hands(Protocol):
    """How gestures reach the window."""

    async def press(self, key: str) -> None:
        """Presses a key, such as ``Ctrl+Return``, where the keyboard is."""

    async def write(self, text: str) -> None:
        """Types a text."""

    async def click(self, widget: QWidget, place: QPoint) -> None:
        """Clicks at a place of a widget."""


class DirectHands:
    """Gives gestures to the window as events, without a screen."""

    async def press(self, key: str) -> None:
        """Presses a key where the keyboard is."""
        QTest.keySequence(_focus(), QKeySequence(key))

    async def write(self, text: str) -> None:
        """Types a text."""
        QTest.keyClicks(_focus(), text)

    async def click(self, widget: QWidget, place: QPoint) -> None:
        """Clicks at a place of a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)


def _focus() -> QWidget:
    widget = QApplication.focusWidget()
    if widget is None:
        raise RuntimeError("nothing has the keyboard")
    return widget


class Designer:
    """A person who designs in the window, gesture after gesture, each once the one before is seen.

    Args:
        shown: Is told each act that is done.
    """

    def __init__(self, session: Session, hands: Hands, shown: Callable[[Act], Awaitable[None]]) -> None:
        self._session, self._window, self._hands, self._shown = session, session.window, hands, shown

    async def play(self, acts: tuple[Act, ...]) -> None:
        """Does what acts say.

        Raises:
            RuntimeError: What a gesture does was not seen.
        """
        for act in acts:
            for one in act.gestures:
                await self._do(one)
            await self._shown(act)

    async def _do(self, one: Gesture) -> None:
        if one.key:
            await self._hands.press(one.key)
        elif one.text:
            await self._hands.write(one.text)
        else:
            await self._hands.click(*await self._still(one.click))
        await self._until(
            lambda: any(fact.startswith(one.then) for fact in self.seen()), f"{one.then}, after {one}"
        )

    async def _still(self, name: str) -> tuple[QWidget, QPoint]:
        """Returns where something is seen, once it moves no more; the wheel brings a card into sight."""
        before = None
        while True:
            await self._until(lambda: self._place(name) is not None, name)
            found = self._place(name)
            if found is not None and found == before:
                return found
            before = found
            await asyncio.sleep(STILL)

    def _place(self, name: str) -> tuple[QWidget, QPoint] | None:
        """Returns where something is seen: the card of an id, or the button with a text."""
        board = self._board
        if board.isVisible() and name in board.scene.cards():
            board.canvas.bring(board.scene.box_of(name))
            box = board.canvas.mapFromScene(board.scene.box_of(name)).boundingRect()
            return board.canvas.viewport(), QPoint(box.center().x(), box.top() + 12)
        found = (one for one in self._window.findChildren(QToolButton) if one.text() == name)
        ready = [one for one in found if one.isVisible() and one.isEnabled()]
        return (ready[0], ready[0].rect().center()) if ready else None

    @property
    def _board(self) -> BoardView:
        board = self._window.views["board"]
        if not isinstance(board, BoardView):
            raise TypeError("the board is no board")
        return board

    def seen(self) -> Iterator[str]:
        """Yields what is seen, as gestures await it: where the keyboard is, what was done, what is chosen."""
        focus = QApplication.focusWidget()
        if focus is not None:
            yield f"in {focus.accessibleName()}"
        if isinstance(focus, QLineEdit):
            yield f"typed {focus.text()}"
        yield f"did {self._board.editor.state.undo}"
        yield f"chosen {self._board.scene.chosen}"

    async def _until(self, holds: Callable[[], object], what: str) -> None:
        """Waits until something is seen, and nothing is under way."""
        desk = self._session.desk
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    if holds() and not (desk is not None and desk.running()):
                        return
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            raise RuntimeError(f"not seen: {what}; but {', '.join(self.seen())}") from None

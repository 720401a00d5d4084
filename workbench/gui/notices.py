"""What the window tells the person: toasts, strips for what asks something, and what was told before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.layouts import in_column
from workbench.gui.notice_card import NoticeCard
from workbench.gui.ticker import pause_timer
from workbench.gui.time_format import now
from workbench.gui.toasts import Toasts

if TYPE_CHECKING:
    from workbench.gui.desk import Notice, Offer

SHOWN = 3
"""Cards of a sort that are shown."""
KEPT = 200
"""Notices that are remembered."""
HELD_MS = 40
"""While a mouse button is down nothing moves under it; milliseconds until it is looked at again."""
FAULTS = {"warning", "error"}
LASTING = "Show"
"""How labels begin that only lead somewhere: they can be used again."""


@dataclass(slots=True, kw_only=True, eq=False)
class ToldNotice:
    """A notice that was told.

    Attributes:
        at: Microseconds since 1970.
        seen: A person closed or answered it, or looked at the list.
        over: What it offered was done, or it is no longer true.
    """

    notice: Notice
    at: int
    seen: bool = False
    over: bool = False

    def offers(self) -> list[Offer]:
        """Returns what it still offers."""
        return [one for one in self.notice.actions if not self.over or one[0].startswith(LASTING)]


class Notices(QWidget):
    """What is told: toasts that cover no place of the keyboard, and strips of what asks something.

    Strips take room between the views and the status bar, since they stay until they are answered: the upper
    part of the status bar, which no arrangement of the views knows of. No notice takes the keyboard; each is
    told to assistive tools as it comes.

    Attributes:
        told: What was told, the oldest first.

    Signals:
        counted: How many were not seen yet, and the worst kind of these.

    Args:
        now: Returns the time, in microseconds since 1970.
    """

    counted = Signal(int, str)

    def __init__(self, window: QMainWindow, now: Callable[[], int] = now) -> None:
        super().__init__(window)
        self._window, self._now = window, now
        self.told: list[ToldNotice] = []
        self._shown: list[NoticeCard] = []
        self.toasts = Toasts(window)
        self._layout = in_column(of=self, margins=0, spacing=1)
        self._held = pause_timer(self, HELD_MS, self._place)
        self.hide()
        window.installEventFilter(self)
        window.statusBar().installEventFilter(self)

    def show_notice(self, notice: Notice) -> None:
        """Shows a card, unless it says nothing; what is outdated by it and the oldest ones leave."""
        if any(card.goes_on(notice) for card in self.cards()):
            return
        for card in self.cards():
            if card.notice.topic == notice.topic != "" or _said(card.notice) == _said(notice):
                self._drop(card)
        before = [told for told in self.told if told.notice.topic == notice.topic != ""]
        for told in before:
            told.over = True
        # Of what tells how far something is, or that it went well or wrong once more, one is remembered.
        again = [told for told in before if _said(told.notice) == _said(notice)]
        over = [*again, *(told for told in before if told.notice.kind not in FAULTS)]
        self.told = [told for told in self.told if told not in over]
        if notice.text:
            self._tell(notice)
        self._count()
        self._place()

    def _tell(self, notice: Notice) -> None:
        told, card = ToldNotice(notice=notice, at=self._now()), NoticeCard(notice)
        self.told = [*self.told[1 - KEPT :], told]
        card.closed.connect(lambda: self._see(told))
        card.answered.connect(lambda label: self._see(told, over=not label.startswith(LASTING)))
        self._shown.append(card)
        if notice.asks:
            card.destroyed.connect(self._gone)
            self._layout.addWidget(card)
        else:
            self.toasts.add(card)
        for old in _too_many([one for one in self.cards() if one.notice.asks == notice.asks]):
            self._drop(old)
        self._announce(notice)

    def _announce(self, notice: Notice) -> None:
        event = QAccessibleAnnouncementEvent(self._window, f"{notice.kind}: {notice.text}")
        if notice.kind == "error":
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def _see(self, told: ToldNotice, *, over: bool = False) -> None:
        told.seen, told.over = True, told.over or over
        self._count()

    def answer(self, told: ToldNotice, number: int) -> None:
        """Does what a notice that was told offers, by its number in `ToldNotice.offers`."""
        label, run = told.offers()[number]
        self._see(told, over=not label.startswith(LASTING))
        for card in self.cards():
            if card.notice is told.notice:
                self._drop(card)
        run()

    def looked(self) -> None:
        """Takes all as seen: the list of them was opened. Toasts leave, what asks something stays."""
        for told in self.told:
            told.seen = True
        for card in self.cards():
            if not card.notice.asks:
                self._drop(card)
        self._count()

    def _count(self) -> None:
        left = [told.notice.kind for told in self.told if not told.seen]
        worst = next((kind for kind in ("error", "warning") if kind in left), "info")
        self.counted.emit(len(left), worst)

    # -- strips ---------------------------------------------------------------------------------------------

    def _place(self) -> None:
        """Takes the height that the texts need, or gives it back; not under a mouse button that is down."""
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._held.start()
            return
        bar = self._window.statusBar()
        asking = any(card.notice.asks for card in self.cards())
        room = self._layout.totalHeightForWidth(self._window.width()) if asking else 0
        bar.setContentsMargins(0, room, 0, 0)
        self.setVisible(bool(room))
        self._cover()

    def _cover(self) -> None:
        """Lies where the status bar leaves room."""
        bar = self._window.statusBar()
        self.setGeometry(0, bar.y(), self._window.width(), bar.contentsMargins().top())
        self.raise_()
        self.toasts.place()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            self._place() if watched is self._window else self._cover()
        return super().eventFilter(watched, event)

    @override
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return done

    def forget(self) -> None:
        """Takes all away, what was told before as well: the project of which they tell is closed."""
        for card in self.cards():
            self._drop(card)
        self.told.clear()
        self._count()
        self._place()

    def _drop(self, card: NoticeCard) -> None:
        self._shown.remove(card)
        if not card.notice.asks:
            self.toasts.take_away(card)
            return
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _gone(self) -> None:
        if isValid(self):
            self._place()

    def cards(self) -> list[NoticeCard]:
        """Returns what is shown, strips and toasts, the oldest first."""
        self._shown = [one for one in self._shown if isValid(one)]
        return list(self._shown)

    def offers(self) -> list[Notice]:
        """Returns the notices that offer something, the newest first."""
        return [one.notice for one in reversed(self.cards()) if one.buttons]

    def stops(self) -> list[NoticeCard]:
        """Returns those that the keyboard can be given to: those that offer something."""
        return [one for one in self.cards() if one.buttons]


def _said(notice: Notice) -> tuple[str, str]:
    return notice.kind, notice.text


def _too_many(cards: list[NoticeCard]) -> list[NoticeCard]:
    """Returns those that leave so that `SHOWN` are left: the oldest, what failed last."""
    order = sorted(cards[:-1], key=lambda one: one.notice.kind == "error")
    return order[: max(0, len(cards) - SHOWN)]

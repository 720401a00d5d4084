"""One queue for keys that are pressed while a step is being done: each is done where the keyboard is then.

What is pressed with the mouse meanwhile waits behind them: it would end a line that is still to be typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWindow,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import BoundAction
from workbench.gui.board.refused_keys import ASKS, ENTER, LEAVE, PRESSED

LOOK_MS = 10
PATIENCE = 500
"""Looks, at most, whether what was made is drawn, for which keys may be meant."""
TURN_MS = 15
"""Milliseconds after which a turn of the loop ends, whatever is left to be typed."""
UNSEEN_MS, PAUSE_MS = 500, 1000
"""Milliseconds until a person can have read why a line was refused; and of a pause that ends typing."""
ALT = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
NO_LETTER = Qt.KeyboardModifier.ControlModifier | ALT
NO_TEXT = " "
"""Stands for what an input method has not written yet."""
MENUS = {Qt.Key.Key_Up, Qt.Key.Key_Down}
"""What may be pressed with Alt in a line; other keys with it are those of menus."""
BUTTONS = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
}


class TypedAhead(QObject):
    """Keeps keys for a line, and for the canvas below it where that line is left.

    While a step is done, what it made is not drawn, or a key is kept, each key goes behind those that are
    kept; they are played in their order, each as it would be done if it were pressed then. A letter that asks
    for another line opens it, and what follows is typed there. Other letters in a row were meant for a line
    that did not come: they do nothing (V2). Where a line is refused, all keys that were kept are dropped, and
    so is what is typed on before that can be read. What is done with the mouse in the window while keys are
    kept goes behind them, too.

    Args:
        waits: Returns whether a step is being done.
        comes: Returns whether what was made is not drawn yet.

    Signals:
        lost: This was typed and did nothing, as no line came; and whether what is typed on was meant for it.
        untaken: This was typed behind a line that was refused, and did nothing.

    Attributes:
        unseen: Runs while what is typed is meant for a line that does not come, as another was refused.
    """

    lost, untaken = Signal(str, bool), Signal(str)

    def __init__(
        self, line: QWidget, canvas: QWidget, waits: Callable[[], bool], comes: Callable[[], bool]
    ) -> None:
        super().__init__(line)
        self._line, self._canvas, self._waits, self._comes = line, canvas, waits, comes
        self._keys: list[QKeyEvent | QMouseEvent] = []
        self._window: QWindow | None = None
        self._plays = self._away = False
        self._left, self._untaken, self._lost = PATIENCE, "", ""
        self._typed_on: set[QObject] = {line}
        self._timer = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._timer.timeout.connect(self.play)
        self.unseen = QTimer(self, singleShot=True)
        self.unseen.timeout.connect(self.see)
        for one in (line, canvas):
            one.installEventFilter(self)

    def guard(self, line: QWidget) -> None:
        """Keeps what is typed on behind a refused line from another line that opens instead, too."""
        self._typed_on.add(line)
        line.installEventFilter(self)

    def come_first(self) -> None:
        """Is asked before all else that watches the keys of the canvas by now."""
        self._canvas.installEventFilter(self)

    @property
    def holds(self) -> bool:
        """Whether keys are kept."""
        return bool(self._keys)

    # -- what is pressed -----------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._plays:
            return False
        if watched is self._window:
            return isinstance(event, QMouseEvent) and self._keep_mouse(event)
        if isinstance(event, QFocusEvent | QMouseEvent):
            self._look_where(event)
            return False
        if isinstance(event, QInputMethodEvent):
            return self._keep_composed(watched, event)
        if not isinstance(event, QKeyEvent) or event.type() == QEvent.Type.KeyRelease:
            return False
        if event.key() in PRESSED or not self._is_kept(watched, event):
            return False
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._keep(watched, QKeyEvent(event.type(), event.key(), event.modifiers(), event.text()))
        event.accept()
        return True

    @property
    def is_away(self) -> bool:
        """Whether the person went elsewhere with the mouse since keys are kept: the keyboard is there."""
        return self._away and (self.holds or self._waits())

    def _look_where(self, event: QFocusEvent | QMouseEvent) -> None:
        if isinstance(event, QFocusEvent):
            by_mouse = event.reason() == Qt.FocusReason.MouseFocusReason
            self._away = event.lostFocus() and by_mouse and (self.holds or self._waits())
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self.see()

    def _is_kept(self, watched: QObject, event: QKeyEvent) -> bool:
        if self._is_untaken(watched, event):
            return True
        if watched not in {self._line, self._canvas}:
            return False
        if event.modifiers() & ALT and event.key() not in MENUS:
            return False
        return self.holds or self._waits() or (not self._is_open and self._comes())

    def _is_untaken(self, watched: QObject, event: QKeyEvent) -> bool:
        """Whether a key was meant for the line that would have followed the one that was refused."""
        on = watched in self._typed_on and self.unseen.isActive()
        return on and (bool(self._untaken) or _is_letter(event))

    def _keep(self, watched: QObject, event: QKeyEvent) -> None:
        if self._is_untaken(watched, event):
            self._untaken += _words([event])
            self.unseen.start(PAUSE_MS)
            self.untaken.emit(_told(self._untaken))
            return
        self._keys.append(event)
        if not self._timer.isActive():
            self._timer.start(LOOK_MS)
        if self._window is None and (window := self._canvas.window().windowHandle()) is not None:
            self._window = window
            window.installEventFilter(self)

    def _keep_mouse(self, event: QMouseEvent) -> bool:
        """Keeps what is done with the mouse in the window; what only points is left to it."""
        drags = event.type() == QEvent.Type.MouseMove and bool(event.buttons())
        if not self.holds or not (drags or event.type() in BUTTONS):
            return False
        self._keys.append(event.clone())
        return True

    def _keep_composed(self, watched: QObject, event: QInputMethodEvent) -> bool:
        """Keeps what an input method writes, as the keys beside it."""
        text = event.commitString()
        key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, text or NO_TEXT)
        if not (text or event.preeditString()) or not self._is_kept(watched, key):
            return False
        if text:
            self._keep(watched, key)
        return True

    # -- what is played ------------------------------------------------------------------------------------

    @property
    def _is_open(self) -> bool:
        return self._line.isVisibleTo(self._canvas)

    def play(self) -> None:
        """Presses what was kept, as soon as nothing is being done any more; a turn of the loop ends soon."""
        if self._plays or not self._keys:
            return
        self._plays, pause = True, LOOK_MS
        turn = QElapsedTimer()
        turn.start()
        try:
            while self._keys and not self._waits():
                pause, writes = self._play_next()
                if not writes or turn.elapsed() > TURN_MS:
                    break
        finally:
            self._plays = False
        if self._keys:
            self._timer.start(pause)
        else:
            self._end()

    def _typed(self) -> list[QKeyEvent]:
        """Returns the keys that were kept before anything was done with the mouse."""
        return list(takewhile(lambda one: isinstance(one, QKeyEvent), self._keys))  # type: ignore[arg-type]

    def _play_next(self) -> tuple[int, bool]:
        """Presses the next key, if it can be; returns when to go on, and whether it wrote in the line."""
        if isinstance(pressed := self._keys[0], QMouseEvent):
            self._keys.pop(0)
            self.see()
            if self._window is not None:
                QCoreApplication.sendEvent(self._window, pressed)
            return 0, False
        if self._is_open:
            self._left = PATIENCE
            self._keys.pop(0)
            self._press(self._line, pressed)
            return 0, _is_letter(pressed)
        if self._comes() and self._left:
            self._left -= 1
            return LOOK_MS, False
        self._do_or_lose(pressed)
        return 0, False

    def _end(self) -> None:
        if self._window is not None and isValid(self._window):
            self._window.removeEventFilter(self)
        self._window = None
        lost, self._lost, self._left = self._lost, "", PATIENCE
        if lost:
            self.lost.emit(_told(lost), not lost.endswith("\n"))

    def _do_or_lose(self, key: QKeyEvent) -> None:
        """Does the first key where the keyboard is, if that is where it was pressed."""
        at = QApplication.activePopupWidget() or self._canvas.window().focusWidget() or self._canvas
        if self._comes() or (self._away and at is not self._canvas):
            self._lose(len(self._typed()))
            return
        self._keys.pop(0)
        if at is not self._canvas:
            self._press(at, key)
        elif not key.matches(LEAVE):
            self._do(key)

    def _do(self, key: QKeyEvent) -> None:
        """Does on the canvas what a key does; a letter if it asks for a line, or no other one follows."""
        found = _act_of(self._canvas, key)
        writes = _is_letter(key) or (key.key() in ENTER and not key.modifiers() & NO_LETTER)
        asks = found is not None and (found.text().endswith(ASKS) or not self._typed())
        if writes and not asks:
            self._keys.insert(0, key)
            typed = self._typed()
            left = (place for place, one in enumerate(typed) if one.matches(LEAVE))
            self._lose(next(left, len(typed)))
        else:
            self._press(self._canvas, key)

    @staticmethod
    def _press(at: QWidget, key: QKeyEvent) -> None:
        """Presses a key as Qt does: who has it may claim it, else it is an action's, else written there."""
        claim = QKeyEvent(QEvent.Type.ShortcutOverride, key.key(), key.modifiers(), key.text())
        claim.ignore()
        QCoreApplication.sendEvent(at, claim)
        claimed = claim.isAccepted() or isinstance(at, QMenu)
        act = None if claimed else _act_of(at, key)
        if act is not None:
            act.trigger()
        else:
            QCoreApplication.sendEvent(at, key)

    # -- what is not done ----------------------------------------------------------------------------------

    def _lose(self, count: int) -> None:
        """Drops a number of keys, which were typed for a line that did not come; it is told at the end."""
        gone, self._keys = self._typed()[:count], self._keys[count:]
        self._lost += _words(gone).rstrip("\n") + ("\n" if self._keys else "")

    def refuse(self) -> None:
        """Drops what was kept: what stands in the line, or is asked instead of it, is to be seen first."""
        typed = self._typed()
        self._untaken, self._keys = _words(typed), self._keys[len(typed) :]
        self.unseen.start(PAUSE_MS if self._untaken else UNSEEN_MS)
        if self._untaken:
            self.untaken.emit(_told(self._untaken))

    def see(self) -> None:
        """Takes what is typed from now on."""
        self.unseen.stop()
        self._untaken = ""


def _is_letter(key: QKeyEvent) -> bool:
    return bool(key.text()) and key.text().isprintable() and not key.modifiers() & NO_LETTER


def _words(keys: Iterable[QKeyEvent]) -> str:
    """Returns what keys write, with a line end for each that takes it or leads elsewhere."""
    return "".join(one.text() if _is_letter(one) else "\n" for one in keys)


def _told(words: str) -> str:
    return ", ".join(one for one in words.split("\n") if one.strip())


def _act_of(at: QWidget, key: QKeyEvent) -> QAction | None:
    """Returns the action that a key does where a widget has the keyboard; None where it does none."""
    pressed, here, own = QKeySequence(key.keyCombination()), at, True
    while True:
        for one in here.actions():
            reaches = own or one.shortcutContext() != Qt.ShortcutContext.WidgetShortcut
            if reaches and pressed in one.shortcuts():
                can = one.refresh() if isinstance(one, BoundAction) else one.isEnabled()
                if can:
                    return one
        parent = here.parentWidget()
        if parent is None or here.isWindow():
            return None
        here, own = parent, False

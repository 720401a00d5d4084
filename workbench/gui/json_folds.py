"""Folds objects and lists of shown JSON, by mouse and by keys, and copies a value or where it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.json_lines import read_lines
from workbench.gui.loop import spawn
from workbench.gui.safe_painter import painting
from workbench.gui.theme import theme

if TYPE_CHECKING:
    from workbench.gui.json_view import JsonView

WIDTH = 16
"""Pixels of the signs beside the lines."""


class FoldSigns(QWidget):
    """The signs beside the lines: a click folds or unfolds."""

    def __init__(self, folds: JsonFolds) -> None:
        super().__init__(folds.view)
        self._folds = folds
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Fold or unfold  (−, +; 1 to 9 fold to a level)")

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._folds.toggle(self._folds.view.cursorForPosition(event.position().toPoint()).blockNumber())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        folds, colors = self._folds, theme().colors
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.muted))
            for line, room in folds.view.seen_lines():
                if line in folds.lines.ends:
                    painter.drawPolygon(_sign(room, folded=line in folds.folded))


def _sign(room: QRectF, *, folded: bool) -> QPolygonF:
    """Returns a triangle: to the right for what is folded, downwards for what is open."""
    x, y = WIDTH / 2, room.top() + min(room.height(), 20) / 2
    right = ((x - 2, y - 4), (x + 3, y), (x - 2, y + 4))
    down = ((x - 4, y - 2), (x + 4, y - 2), (x, y + 3))
    return QPolygonF([QPointF(*point) for point in (right if folded else down)])


class JsonFolds:
    """What is folded in a view; other text that has the same parts has them folded as well.

    Attributes:
        folded: Lines that begin what is folded.
    """

    def __init__(self, view: JsonView) -> None:
        self.view = view
        self.lines = read_lines("")
        self.folded: set[int] = set()
        self._paths: set[str] = set()
        self.clicked = -1
        self.signs = FoldSigns(self)
        self.acts = Actions(self, view)
        view.cursorPositionChanged.connect(self._show_cursor)

    def renew(self, text: str) -> None:
        """Looks at other text."""
        self.lines = read_lines(text)
        self.signs.setVisible(bool(self.lines.ends))
        self._fold({line for line in self.lines.ends if self.lines.paths[line] in self._paths})

    def _line(self) -> int:
        return self.view.textCursor().blockNumber() if self.clicked < 0 else self.clicked

    def toggle(self, line: int) -> None:
        """Folds what begins in a line, or unfolds it."""
        if line in self.lines.ends:
            self._fold(self.folded ^ {line})

    def to_level(self, level: int) -> None:
        """Folds all that has this many objects and lists around it, or more; 0 is the whole."""
        self._fold({line for line in self.lines.ends if self.lines.levels[line] >= level})

    def _fold(self, folded: set[int]) -> None:
        ends = self.lines.ends
        self.folded, self._paths = folded, {self.lines.paths[line] for line in folded}
        hidden = {line for begin in folded for line in range(begin + 1, ends[begin] + 1)}
        self.view.hide_lines(hidden)
        self.signs.update()
        self.acts.refresh()

    def _show_cursor(self) -> None:
        """Unfolds around the cursor, such as where words were found."""
        line, ends = self.view.textCursor().blockNumber(), self.lines.ends
        around = {begin for begin in self.folded if begin < line <= ends[begin]}
        if around:
            self._fold(self.folded - around)
        else:
            self.acts.refresh()

    def said(self, line: int) -> str:
        """Returns what stands behind a folded line: how much it hides, and its end."""
        end = self.lines.ends[line]
        return f" … {end - line - 1:,} lines {self.lines.lines[end].strip()}"

    # -- what can be done ---------------------------------------------------------------------------------

    def _no_fold(self) -> str:
        return "" if self.lines.ends else "Nothing here can be folded"

    @action("Fold", keys="-", icon="chevron-right", why=_no_fold)
    def fold(self) -> None:
        """Folds what the cursor is in; the cursor goes to its beginning."""
        begin = self.lines.around(self._line())
        while begin in self.folded:
            begin = self.lines.around(begin - 1) if begin else -1
        if begin >= 0:
            self.view.go_to_line(begin)
            self._fold(self.folded | {begin})

    @action("Unfold", keys="+", icon="chevron-down", why=_no_fold)
    def unfold(self) -> None:
        """Unfolds what begins in the line of the cursor."""
        self._fold(self.folded - {self._line()})

    @action("Fold all", why=_no_fold)
    def fold_all(self) -> None:
        """Folds all but the outermost."""
        self.to_level(1)

    @action("Unfold all", keys="0", why=lambda folds: "" if folds.folded else "Nothing is folded")
    def unfold_all(self) -> None:
        """Unfolds everything."""
        self._fold(set())

    @action(
        "Copy path",
        keys="P",
        icon="copy",
        why=lambda folds: "" if folds.path() else "Nothing with a path stands there",
        look=lambda folds: (f"Copy path “{folds.path()[-40:]}”".replace("&", "&&"), "copy"),
    )
    def copy_path(self) -> None:
        """Copies where the value in the line of the cursor stands, as expressions write it."""
        QGuiApplication.clipboard().setText(self.path())

    def path(self) -> str:
        """Returns where the value in the line of the cursor stands; empty for the whole."""
        line = self._line()
        return self.lines.paths[line] if line < len(self.lines.paths) else ""

    @action("Copy value", keys="V", icon="copy")
    def copy_value(self) -> None:
        """Copies the value in the line of the cursor, whole, its secrets masked."""
        line, path, put = self._line(), self.path(), QGuiApplication.clipboard().setText
        if (whole := self.view.whole) is None:
            put(self.lines.value(line))
        else:
            spawn(_copied(whole, path, put), name="Copy a value")


async def _copied(whole: Callable[[], str], path: str, put: Callable[[str], object]) -> None:
    def read() -> str:
        lines = read_lines(whole())
        return lines.value(lines.paths.index(path)) if path in lines.paths else ""

    put(await asyncio.to_thread(read))

"""The marks on the board: looked for beside the loop, told over the card, fixed by a step of the design."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.board.mark_painter import SIGNS, gravest
from workbench.gui.board.mark_popover import MarkPopover
from workbench.gui.icons import icon
from workbench.gui.reads import Question, takes_time
from workbench.gui.widgets import toolbar_button
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor
    from workbench.services.design.marks.mark import DesignMark, MarkFix


class BoardMarks(QObject):
    """Shows what is worth a second look, and does what takes it away.

    Attributes:
        button: Says how much is marked, and steps through it.
        canvas: The board.
        popover: Says what is marked on a card.

    Signals:
        found: The marks are known.
        schema_wanted: The schema of an event is to be opened.
    """

    found = Signal()
    schema_wanted = Signal(str)

    def __init__(self, editor: BoardEditor) -> None:
        super().__init__(editor)
        self._editor, self.canvas = editor, editor.canvas
        self._all: list[DesignMark] = []
        self.popover = MarkPopover(editor.canvas)
        self.popover.chosen.connect(self.fix)
        self.popover.left.connect(editor.canvas.setFocus)
        self.button = toolbar_button("", "warning", "Step through what is marked")
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.clicked.connect(self.next_mark)
        self._asking = Question(self, editor.desk, self._show, partial(editor.desk.fail, "Looking for marks"))
        self.acts = Actions(self, editor.canvas)
        self.acts.offer()
        editor.canvas.viewport().installEventFilter(self)
        editor.canvas.moved.connect(self.popover.leave)

    def follow(self) -> None:
        """Looks for the marks of the model as it is now."""
        self._asking.ask(self._read)

    def _read(self) -> list[DesignMark]:
        takes_time()
        return self._editor.desk.workspace.design.marks()

    def _show(self, found: list[DesignMark]) -> None:
        self._all = found
        marks: dict[str, tuple[DesignMark, ...]] = {}
        for one in found:
            marks[one.node] = (*marks.get(one.node, ()), one)
        self.popover.leave()
        for picture in self.canvas.pictures:
            if picture is self.canvas.board:
                picture.show_marks(marks)
            else:
                picture.marks = marks  # it shows them when it is drawn
        self.count()
        self.found.emit()

    def count(self) -> None:
        """Says how much is wrong or marked on the picture that is seen."""
        found = self.canvas.board.troubles()
        others = [one.kind.severity for one in self._others()]
        count = found.count + len(others)
        self.button.setEnabled(bool(count))
        self.button.setText(counted(count, "mark") if count else "No marks")
        worst = gravest([*others, *([found.severity] if found.count else [])])
        self.button.setIcon(icon(*SIGNS[worst]) if count else icon("ok", "ok"))
        self.canvas.offering.refresh()

    def _others(self) -> list[DesignMark]:
        """Returns the marks of what has no card in the picture."""
        return [one for one in self._all if not self.canvas.board.has(one.node)]

    def steps(self) -> list[str]:
        """Returns the ids of nodes that are marked, and an empty one for what has no card."""
        return [*self.canvas.board.problems(), *([""] if self._others() else [])]

    @action(
        "Next mark",
        keys="F9",
        icon="warning",
        tip="Step through what is marked",
        on="canvas",
        group=1,
        anyway=True,
        why=lambda marks, _node: "" if marks.steps() else "Nothing is marked",
    )
    def next_mark(self, _node: object = "") -> None:
        """Shows the next node with which something is wrong, and what is marked on it."""
        steps, here = self.steps(), self.canvas.board.chosen
        following = steps[(steps.index(here) + 1) % len(steps) if here in steps else 0] if steps else ""
        if following:
            self.canvas.reveal(following)
            self.explain(following)
        elif steps:
            self.canvas.board.choose("")
            self.popover.show_marks(self._others(), QRect())

    def _no_marks(self, node: str) -> str:
        return "" if node in self.canvas.board.marks else "Nothing is marked on it"

    @action("Fix what is marked …", keys="Ctrl+.", icon="warning", on="canvas", group=3, why=_no_marks)
    def explain(self, node: str) -> None:
        """Says what is marked on a card, and offers what could be done."""
        board = self.canvas.board
        if node in board.marks and board.here:
            self.popover.show_marks(board.marks[node], self._editor.on_canvas(board.box_of(board.here)))

    def fix(self, fix: MarkFix) -> None:
        """Does what takes a mark away, as a step that can be undone."""
        why = self._editor.why_not()
        if why:
            self._editor.desk.notice("info", why)
        elif fix.opens:
            self.schema_wanted.emit(fix.opens)
        else:
            self._editor.do(fix.label, fix.change, lambda: None)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on the ring of a card says what is marked on it."""
        if not isinstance(event, QMouseEvent) or event.type() != QEvent.Type.MouseButtonPress:
            return False
        place = self.canvas.mapToScene(event.position().toPoint())
        key = self.canvas.board.mark_at(place, self.canvas.scale_now)
        if not key or event.button() != Qt.MouseButton.LeftButton:
            return False
        self.canvas.board.choose(key)
        self.explain(self.canvas.board.chosen)
        return True

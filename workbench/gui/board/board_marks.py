"""The marks on the board: looked for beside the loop, told over the card, fixed by a step of the design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.board.board_offers import identity_of
from workbench.gui.board.draft_parts import cards_of
from workbench.gui.board.draft_text import DraftText
from workbench.gui.board.mark_painter import SIGNS, gravest
from workbench.gui.board.mark_popover import MarkPopover, MarkWay
from workbench.gui.design_steps import write_again
from workbench.gui.icons import icon
from workbench.gui.reads import Question, takes_time
from workbench.gui.widgets import give_keyboard, plain_tip, toolbar_button
from workbench.model.counts import counted
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.line_merge import plain_lines
from workbench.services.design.marks.draft_marks import marks_of_draft
from workbench.services.design.marks.mark import DesignMark, MarkFix, MarkKind, Severity
from workbench.services.design.problem_place import node_at
from workbench.services.design.quick_fix import QuickFix
from workbench.services.design.quick_fixes import quick_fixes
from workbench.tusk import Problem

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor
    from workbench.services.design.text_check import CheckedText


UNSAVED = MarkKind(
    code="",
    severity=Severity.ERROR,
    title="not saved",
    why="It is not saved and does not run until that is fixed",
    way="fix it in its form and text",
)
BROKEN = replace(
    UNSAVED,
    title="does not load",
    why="The file says it so, and an older model runs until that is fixed",
)
RUNNING = MarkKind(
    code="",
    severity=Severity.WARNING,
    title="not right",
    why="So it is now, while it runs",
    way="open it, and see what can be done there",
)
"""What is wrong with a node, where that is no mark of the design."""
OF_DRAWN = "Step through what is marked in what is drawn, drafts as well"
OF_RUNNING = "Step through what is marked in the model that runs: the draft cannot be looked at"
STALE = "Its definition changed since its rows were made"
"""What is wrong with a read model whose rows are to be made again (J4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFix(MarkFix):
    """A fix of what is not saved, as the text of its node offers it."""

    typed: QuickFix


def _trouble(
    node: str, said: str, place: Problem | None, fixes: tuple[MarkFix, ...], unsaved: MarkKind
) -> DesignMark:
    """Returns what is wrong with a node as a mark.

    Args:
        unsaved: What is said of what stands in the design and does not run.
        place: Where that stands in what is not saved; None for what is so while it runs.
        fixes: What would fix it.
    """
    kind = RUNNING if place is None else unsaved
    if place is not None and place.hint:
        kind = replace(kind, way=place.hint)
    if said == STALE:
        effect = "all rows are made again from the whole log"
        fixes = (MarkFix(label="Rebuild now", effect=effect, rebuilds=node.partition(":")[2]),)
    return DesignMark(kind=kind, node=node, part=("", ""), place=place, message=said, fixes=fixes)


class BoardMarks(QObject):
    """Shows what is worth a second look, and does what takes it away.

    Attributes:
        button: Says how much is marked, and steps through it.
        canvas: The board.
        popover: Says what is marked on a card.

    Signals:
        found: The marks are known.
        form_wanted: Id of a node whose form and text are to be seen.
        typing_wanted: The same, and the `QuickFix` in its text that leaves something to be typed.
        schema_wanted: The schema of an event is to be opened.
    """

    found = Signal()
    form_wanted = Signal(str)
    typing_wanted = Signal(str, object)
    schema_wanted = Signal(str)

    def __init__(self, editor: BoardEditor) -> None:
        super().__init__(editor)
        self._editor, self.canvas = editor, editor.canvas
        self._all: list[DesignMark] = []
        self._checked: CheckedText | None = None
        self.popover = MarkPopover(editor.canvas, self._leads)
        self.popover.chosen.connect(self.fix)
        self.popover.left.connect(partial(give_keyboard, editor.canvas))
        self.button = toolbar_button("", "warning", OF_DRAWN)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.clicked.connect(self.next_mark)
        self._asking = Question(self, editor.desk, self._show, "Looking for marks")
        self.acts = Actions(self, editor.canvas)
        self.acts.offer()
        editor.canvas.viewport().installEventFilter(self)
        editor.canvas.moved.connect(self.popover.leave)
        editor.desk.designed.connect(self.follow)
        editor.stand.clicked.connect(self.show_first)

    def follow(self) -> None:
        """Looks for the marks of what is drawn now."""
        self._asking.ask(self._read)

    def _read(self) -> tuple[list[DesignMark], CheckedText | None]:
        takes_time()
        workspace, state = self._editor.desk.workspace, self._editor.state
        running = workspace.design.marks()
        if not state.wrong:
            return running, None
        text = plain_lines(state.text.project.text)
        checked = workspace.texts.check(PROJECT_FILE, text, in_part=True)
        return (marks_of_draft(running, checked) if checked.looked_at else running), checked

    def _show(self, read: tuple[list[DesignMark], CheckedText | None]) -> None:
        self._all, self._checked = found, checked = read
        self.button.setToolTip(plain_tip(OF_RUNNING if checked and not checked.looked_at else OF_DRAWN))
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
            self._show_node(following)
        elif steps:
            self.canvas.board.choose("")
            self.popover.show_marks(self._others(), QRect())

    def show_first(self) -> None:
        """Leads to the first thing that is not saved, or does not run; tries again to write the file.

        What `stand_of` tells comes first.
        """
        desk, state = self._editor.desk, self._editor.state
        outdated = desk.workspace.model_reload.outdated
        if state.refused:
            write_again(desk)
        elif self._editor.unwritten and not state.problems:
            self.form_wanted.emit(self._editor.unwritten[0])
        elif state.wrong:
            self.go_to(state.wrong[0])
        elif outdated is not None:
            file, line = outdated.told.place
            desk.text_wanted.emit(file or PROJECT_FILE, line)

    def go_to(self, problem: Problem | str) -> None:
        """Leads to what a mistake is about, and says what can be done there."""
        board = self.canvas.board
        if isinstance(problem, Problem):
            cards = self._cards_of(problem)
        else:
            cards = [one.id for one in board.graph.nodes if problem in one.problems]
        if node := next((one for one in cards if board.has(one)), ""):
            self._show_node(node)
        elif isinstance(problem, Problem):
            self._go_into(problem)

    def _go_into(self, problem: Problem) -> None:
        """Leads into the draft: to the card in whose lines a problem stands, or to the draft's own text."""
        text = self._editor.state.text
        node = node_at(text, problem)
        if node is not None and self.canvas.board.has(identity_of(node)):
            self.form_wanted.emit(identity_of(node))
            return
        draft = next((one for one in text.files() if one.file == problem.file), None)
        if draft is None:
            self._editor.desk.text_wanted.emit(problem.file, problem.line)
            return
        found = [one for one in self._editor.state.wrong if isinstance(one, Problem)]
        DraftText(self.canvas.window(), draft, found, problem.line).show()

    def _show_node(self, node: str) -> None:
        self.canvas.reveal(node)
        self.explain(node)

    def told(self, node: str, *, unsaved: bool = True) -> tuple[DesignMark, ...]:
        """Returns what is wrong with a node now, and what is marked on it.

        Args:
            unsaved: Also why it is not saved, which its form says itself.
        """
        board = self.canvas.board
        known = board.graph.by_id.get(node)
        found = [one for one in self._editor.state.wrong if isinstance(one, Problem)]
        own = [one for one in found if node in self._cards_of(one)]
        wrong, kind = [], UNSAVED if self._editor.state.problems else BROKEN
        for said in known.problems if known else ():
            place = next((one for one in own if one.message == said), None)
            if place is not None:
                own.remove(place)  # the next that says the same stands elsewhere
            if unsaved or place is None:
                wrong.append(_trouble(node, said, place, self._fixes(place), kind))
        return (*wrong, *board.marks.get(node, ()))

    def lost(self, node: str) -> tuple[str, int] | None:
        """Returns file and line of the mistake for which the texts do not declare a card any more."""
        found = [one for one in self._editor.state.wrong if isinstance(one, Problem)]
        own = (one for one in found if self._editor.node(node) is None and node in self._cards_of(one))
        return next(((one.file, one.line) for one in own), None)

    def _cards_of(self, problem: Problem) -> list[str]:
        return cards_of(problem, self._editor.state, self.canvas.board.graph.by_id)

    def _fixes(self, place: Problem | None) -> tuple[MarkFix, ...]:
        """Returns what would fix what is not saved, as its form offers it."""
        checked, was = self._checked, plain_lines(self._editor.state.text.project.text)
        if place is None or place.file != PROJECT_FILE or checked is None or checked.document.text != was:
            return ()
        return tuple(
            TypedFix(
                label=one.label,
                effect=one.effect,
                change=partial(one.changed, was=was, typed=was),
                typed=one,
            )
            for one in quick_fixes(checked, place)
        )

    def _leads(self, mark: DesignMark) -> list[MarkWay]:
        """Returns where one can go from a mark: to its form and text, and to where it runs."""
        found = []
        if self._editor.node(mark.node) is not None:
            go = partial(self.form_wanted.emit, mark.node)
            found.append(MarkWay(label="Show its form and text", effect="in the details", go=go))
        if mark.kind is RUNNING:
            go = partial(self.canvas.node_activated.emit, mark.node)
            found.insert(0, MarkWay(label="Open it", effect="where it runs", go=go))
        return found

    def _no_marks(self, node: str) -> str:
        return "" if self.canvas.board.is_marked(node) else "Nothing is marked on it"

    @action("Fix what is marked …", keys="Ctrl+.", icon="warning", on="canvas", group=3, why=_no_marks)
    def explain(self, node: str) -> None:
        """Says what is marked on a card, and offers what could be done."""
        board = self.canvas.board
        if told := self.told(node):
            self.popover.show_marks(
                told, self._editor.place_of_entry.on_canvas(board.box_of(board.here or node))
            )

    def fix(self, fix: MarkFix) -> None:
        """Does what takes a mark away; a change of the texts is a step that can be undone."""
        desk = self._editor.desk
        if fix.rebuilds:
            desk.run(desk.workspace.projections.rebuild(fix.rebuilds), f"Rebuild {fix.rebuilds}")
        elif fix.opens:
            self.schema_wanted.emit(fix.opens)
        elif isinstance(fix, TypedFix) and fix.typed.left_empty is not None:
            self.typing_wanted.emit(self.canvas.board.chosen, fix.typed)
        else:
            self._editor.do(fix.label, fix.change, lambda: None)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on the ring of a card says what is marked on it."""
        if not isinstance(event, QMouseEvent) or event.type() != QEvent.Type.MouseButtonPress:
            return False
        place = self.canvas.mapToScene(event.position().toPoint())
        key = self.canvas.board.mark_at(place, self.canvas.scale_now, self.canvas.tall_now)
        if not key or event.button() != Qt.MouseButton.LeftButton:
            return False
        self.canvas.board.choose(key)
        self.explain(self.canvas.board.chosen)
        return True

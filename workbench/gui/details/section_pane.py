"""The exact text of one thing of the project file, with the help that the whole file has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from workbench.gui.design_steps import KEEP
from workbench.gui.icons import icon
from workbench.gui.layouts import in_row
from workbench.gui.text.text_pane import TextPane
from workbench.gui.theme import theme
from workbench.gui.widgets import Button, error_text
from workbench.model.counts import counted
from workbench.model.hints import sentences
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.completions import Completions, completions
from workbench.services.design.definitions import Location, definition_at
from workbench.services.design.done_steps import SETTLED
from workbench.services.design.form_problems import FormProblem, form_problems, problems_within
from workbench.services.design.quick_fix import QuickFix
from workbench.services.design.quick_fixes import quick_fixes
from workbench.services.design.schema_draft import reads_otherwise
from workbench.services.design.section_merge import chosen_text, merged_text
from workbench.services.design.text_members import is_expression
from workbench.tusk import Problem, TskError

if TYPE_CHECKING:
    from workbench.errors import InvalidValue
    from workbench.gui.text.conflict_banner import ConflictBanner
    from workbench.services.design.section_piece import SectionPiece
    from workbench.services.design.text_check import CheckedText
    from workbench.tusk import Document

BROKEN = "The text cannot be read as it stands; its form follows once it can be."
DRAFT = "Not written until it compiles. Board and file keep the last good text."
Stand = tuple[str, str, str]
"""The kind of a badge, its words, and what is told of them."""
SAVED: Stand = ("ok", "saved", "")
OUTDATED: Stand = (
    "warning",
    "saved, not running",
    "The file has it, and does not load: an older model runs.",
)
UNREAD: Stand = ("warning", "other text in the file", "It cannot be read. This is what it said before.")
TAKE = "Take the other"
OF_FILE = {label: KEEP if mine else TAKE for mine, (_counts, _left, label) in SETTLED.items()}
"""What is answered here where that was answered of the whole file, as the label of its step says."""
LINES, EDGES = 6, 18
"""Lines of the text that are seen at least; pixels around them."""
CHANGED = "The same lines were changed elsewhere, and here."


class SectionPane(TextPane):
    """The text of a piece of the project file.

    Args:
        check: Checks a text of the project file.

    Attributes:
        piece: What is shown, as the design has it.
        checked: What is known of the file with what is typed; None before the first check.

    Signals:
        reached: A `QuickFix` of the file that changes more than the piece.
    """

    reached = Signal(object)
    named = 1

    def __init__(self, check: Callable[[str], CheckedText]) -> None:
        self._check_text = check
        self.piece: SectionPiece | None = None
        self.checked: CheckedText | None = None
        self._theirs = ""
        super().__init__(self)
        self.editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        theme().changed.connect(self._keep_lines)
        self._keep_lines()

    def _keep_lines(self) -> None:
        """Keeps some lines of the text in sight, whatever is asked and told around it."""
        self.editor.setMinimumHeight(LINES * self.editor.fontMetrics().lineSpacing() + EDGES)

    # -- what is shown ------------------------------------------------------------------------------------

    def show_piece(self, piece: SectionPiece, *, fresh: bool) -> None:
        """Shows a piece, another one or the one that is shown as it is now."""
        self.know_piece(piece)
        if fresh:
            self.show_text(PROJECT_FILE, piece.text)
        elif not piece.holds(self.editor.text()):
            self.editor.take_text(piece.text, of_others=True)
        self.editor.numbers.update()

    def know_piece(self, piece: SectionPiece) -> None:
        """Takes a piece for what the text is compared with; the text stays."""
        self.piece = piece
        self.editor.first_line = piece.first_line

    @property
    def dirty(self) -> bool:
        """Whether something else stands here than in the design."""
        return self.piece is not None and not self.piece.holds(self.editor.text())

    @property
    def is_of_others(self) -> bool:
        """Whether what stands here is of others and not typed: an answer against it was undone."""
        return bool(self._theirs) and self.editor.text() == self._theirs

    def join(
        self,
        piece: SectionPiece,
        base: str,
        banner: ConflictBanner,
        answered: Callable[[str], object],
        told: str = "",
    ) -> str:
        """Joins what is typed with a piece as it is now; where both changed the same lines, a banner asks.

        Args:
            base: What stood there when it was typed.
            answered: Goes on with the text that counts, behind what was answered.
            told: The step that says what was answered of the whole file: it is not asked again.

        Returns:
            What the typed text is joined with next.
        """
        mine = self.editor.text()
        joined = merged_text(base, piece.ended(mine), piece.text)
        self.know_piece(piece)
        if joined is None and told in OF_FILE:
            self._settle(OF_FILE[told], base, piece.text, answered)
            return piece.text
        if joined is None:
            banner.ask(CHANGED, mine, piece.text, self.answers(base, piece.text, answered))
            return base
        banner.hide()
        if joined != piece.ended(mine):
            self.editor.take_text(joined, of_others=True)
        return piece.text

    def answers(self, base: str, theirs: str, answered: Callable[[str], object]) -> list[Button]:
        """Returns what can be answered when another text and what is typed exclude each other.

        Each is a step to undo. It chooses between the lines that both changed; all else of both is kept.
        """
        return [(one, partial(self._settle, one, base, theirs, answered)) for one in (KEEP, TAKE)]

    def _settle(self, answer: str, base: str, theirs: str, answered: Callable[[str], object]) -> None:
        """Has one text count, which undo has the other one count for, and then what follows."""
        typed, self._theirs = self.editor.text(), theirs
        mine, other = (chosen_text(base, typed, theirs, lines=one) for one in ("mine", "theirs"))
        self.settle(answer, *((other, mine) if answer == KEEP else (mine, other)))
        answered(answer)

    def whole(self) -> str:
        """Returns the text of the file with what is typed."""
        return self.piece.whole(self.editor.text()) if self.piece is not None else ""

    def know(self, checked: CheckedText) -> None:
        """Takes what is known of the file with what is typed."""
        self.checked = checked
        if self.piece is not None:
            first = self.piece.first_line - 1
            found = problems_within(checked.problems, self.piece, self.editor.text())
            self.show_mistakes([replace(one, line=one.line - first) for one in found])

    @property
    def sure(self) -> bool:
        """Whether what is known is known of the text as it stands."""
        return self.checked is not None and self.checked.document.text == self.whole()

    def stand(self, file: Stand, *, saved: bool, typed: bool) -> Stand:
        """Returns how its text stands.

        Args:
            file: How that stands which is as the file has it.
            saved: Whether the file has the design.
            typed: Whether something is typed in the form that is not in the text yet.
        """
        found, here = self.editor.mistakes, self.dirty or typed
        warnings = sum(one.warning for one in found)
        if count := len(found) - warnings:
            return "error", counted(count, "mistake"), DRAFT if here else file[2]
        if here or not saved:
            return "warning", "draft" if here else "not saved", DRAFT
        if file != SAVED or not warnings:
            return file
        return "warning", counted(warnings, "warning"), ""

    def is_held(self, faults: Sequence[Problem | str], formed: str) -> bool:
        """Whether the text stays a draft of this window: it makes the design worse, and is no step that may.

        Args:
            faults: Mistakes of the design without it.
            formed: What the form alone made of it: that is a step like one of the board, mistakes or not.
        """
        checked, formed_alone = self.checked, self.editor.text() == formed
        if checked is None or not checked.is_read:
            return True
        return (
            not self.is_of_others
            and self.makes_worse(checked, faults)
            and (not formed_alone or self.reads_otherwise())
        )

    def reads_otherwise(self) -> bool:
        """Whether stored events would be read otherwise with what is typed."""
        if self.piece is None or self.piece.path[0] != "event":
            return False
        was, now = (self.piece.read(text)[0] for text in (self.piece.text, self.editor.text()))
        return reads_otherwise(was, now, self.piece.path)

    def makes_worse(self, checked: CheckedText, faults: Sequence[Problem | str]) -> bool:
        """Whether the text has a mistake that the design does not have; one can hide others.

        Args:
            faults: Mistakes of the design.
        """
        piece = self.piece
        if piece is None or not checked.is_read or len(checked.mistakes) > len(faults):
            return True
        before = problems_within([one for one in faults if not isinstance(one, str)], piece, piece.text)
        return len([*problems_within(checked.mistakes, piece, self.editor.text())]) > len([*before])

    def problems(self, *, saved: bool = True) -> tuple[FormProblem, ...]:
        """Returns what is wrong with the piece, as far as it is known, or else why it is not saved.

        Args:
            saved: Whether the file has the piece as the design has it.
        """
        if self.checked is None or self.piece is None or not self.sure:
            return ()
        found = form_problems(self.checked, self.piece, self.editor.text())
        if found or (saved and not self.dirty):
            return found
        name, mistakes = self.piece.path[-1], self.checked.mistakes
        first = next((one for one in mistakes if name in one.message), None) or next(iter(mistakes), None)
        return () if first is None else (FormProblem(path=(), problem=first),)

    def misnamed(self, document: Document) -> list[Problem]:
        """Returns what is wrong with the header, where another thing or none is declared by it.

        Args:
            document: The piece as it is typed.
        """
        piece = self.piece
        head = piece.path[0] if piece is not None and piece.head else ""
        names = [one for one in document.sections if one != head]
        if piece is None or not names or piece.name in names or document.find(piece.path) is not None:
            return []
        scope, below = document.sections[names[0]], piece.head.count("\n")
        known = problems_within(
            self.checked.mistakes if self.sure and self.checked else (), piece, document.text
        )
        own = (replace(one, line=one.line - piece.first_line + 1 + below) for one in known)
        said = f"this is no longer {piece.path[0]} {'.'.join(piece.path[1:])}"
        other = document.places.problem(scope.start, scope.end, "", said, f"write [{piece.name}]")
        return [next((one for one in own if one.line == other.line), other)]

    def unread(self, problem: Problem) -> tuple[str, Callable[[], object]]:
        """Returns why the piece cannot be read, with its line in the file, and what goes there."""
        own = problem.line - (self.piece.head.count("\n") if self.piece is not None else 0)
        said = sentences(problem.message, problem.hint)
        where = own + self.editor.first_line - 1
        return f"{BROKEN}\nLine {where}: {said}", partial(self.editor.go_to_line, own, problem.column)

    # -- the language -------------------------------------------------------------------------------------

    def is_expression(self, section: str, path: tuple[str, ...]) -> bool:
        """Whether the texts at a path in a section are expressions."""
        return is_expression(section, path)

    def completions(self, text: str, offset: int) -> Completions:
        """Returns what can stand at an offset; nothing before the file was checked once."""
        if self.checked is None or self.piece is None:
            return Completions(start=offset, end=offset)
        head = self.piece.head
        found = completions(self.checked, head + text, len(head) + offset)
        return replace(found, start=found.start - len(head), end=found.end - len(head))

    def definition(self, text: str, offset: int) -> Location | None:
        """Returns where what is named at an offset is declared, in the file."""
        if self.checked is None or self.piece is None:
            return None
        return definition_at(self.checked, self.piece.whole(text), len(self.piece.before) + offset)

    @override
    def show_location(self, place: Location) -> None:
        begin, length = len(self.piece.before) if self.piece is not None else 0, len(self.editor.text())
        if begin <= place.start and place.end <= begin + length:
            self.editor.go_to(place.start - begin, place.end - begin)
        else:
            self.wanted.emit(place)

    def fixes(self, text: str, problem: Problem) -> Sequence[QuickFix]:
        """Returns what would fix a problem of the pane."""
        first = self.piece.first_line - 1 if self.piece is not None else 0
        return self.fixes_in_file(replace(problem, line=problem.line + first)) if self.sure and text else ()

    def fixes_in_file(self, problem: Problem) -> Sequence[QuickFix]:
        """Returns what would fix a problem of the file."""
        return quick_fixes(self.checked, problem) if self.checked is not None and self.sure else ()

    async def left_after(self, text: str, fix: QuickFix) -> int:
        """Returns how many mistakes the file would have with a fix; it is tried in a thread."""
        whole = fix.applied(self.piece.whole(text) if self.piece is not None else text)
        return len((await asyncio.to_thread(self._check_text, whole)).mistakes)

    @override
    def apply(self, fix: QuickFix) -> None:
        begin = len(self.piece.before) if self.piece is not None else 0
        end = begin + len(self.editor.text())
        if fix.renames is None and all(begin <= start and stop <= end for start, stop, _ in fix.pieces):
            own = tuple((start - begin, stop - begin, written) for start, stop, written in fix.pieces)
            super().apply(replace(fix, pieces=own))
        else:
            self.reached.emit(fix)


def unfit(error: InvalidValue | TskError) -> str:
    """Returns why a form's change cannot be made, without codes and places: the text has these."""
    if isinstance(error, TskError):
        return sentences(error.found[0].message, error.found[0].hint)
    return error_text(error)


def head_line(where: QWidget, stand: QWidget) -> QHBoxLayout:
    """Returns the line above a text: where it stands, and whether it is written."""
    sign = QLabel()
    sign.setPixmap(icon("code", "muted").pixmap(14, 14))
    return in_row(sign, (where, 1), stand, margins=(12, 4, 8, 4), spacing=8)

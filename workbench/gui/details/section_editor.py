"""The form and the exact text of what is chosen: an edit of either is a step of the design."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from workbench.errors import CallerError, InvalidValue, WorkbenchError
from workbench.gui.details.code_line import Completes
from workbench.gui.details.form_pane import FormPane
from workbench.gui.details.form_rows import Change, Hand, Tell
from workbench.gui.details.schema_dialog import SchemaDialog
from workbench.gui.details.section_drafts import DRAFTS
from workbench.gui.details.section_pane import SectionPane
from workbench.gui.drafts import DraftKeeper
from workbench.gui.icons import icon
from workbench.gui.reads import Question, takes_time
from workbench.gui.widgets import Badge, Banner, ElidedLabel, error_text
from workbench.model.counts import counted
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.completions import Completions
from workbench.services.design.definitions import Location
from workbench.services.design.form_changes import line_completions
from workbench.services.design.gestures import DesignNode
from workbench.services.design.quick_fixes import QuickFix
from workbench.services.design.schema_draft import reads_otherwise
from workbench.services.design.schema_trial import SchemaTrial
from workbench.services.design.section_form import section_form
from workbench.services.design.section_piece import SectionPiece, piece_of, with_piece, with_whole
from workbench.tusk import Document, TskError, parse
from workbench.tusk.document import Path

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.design.design import DesignState
    from workbench.services.design.design_text import DesignText
    from workbench.services.design.text_check import CheckedText

PAUSE_MS = 400
"""After so long without a key the text is checked, and written if it compiles."""
DRAFT = "Not written until it compiles. Board and file keep the last good text."
BROKEN = "The text cannot be read as it stands; the form shows what can be."


class SectionEditor(QWidget):
    """Edits one thing of the project file.

    Both sides change the same text. It becomes a step of the design as soon as the file compiles with it,
    and stays a draft of this window until then, also while something else is chosen.

    Args:
        apply: Takes the state of the design after a step.

    Signals:
        drafted: Another set of things has a draft.
    """

    drafted = Signal()

    def __init__(self, desk: Desk, taken: Callable[[DesignState], object]) -> None:
        super().__init__()
        self.desk, self._taken = desk, taken
        self.node: DesignNode | None = None
        self._text: DesignText | None = None
        self._problems = 0
        self._also: frozenset[Path] = frozenset()
        self._focus: Path = ()
        self._label = self._why_not = self._sent = ""
        self._applying = self._typing = False
        self._reading = Question(self, desk, self._known, partial(desk.fail, "Checking the text"))
        self._trying = Question(self, desk, self._fits, partial(desk.fail, "Trying the fields"))
        self.drafts = DraftKeeper(desk, self._written, self._restore, self._discard)
        self.pane = SectionPane(self._check_text)
        self.pane.editor.setAccessibleName("Exact text")
        self.pane.edited.connect(self._edited)
        self.pane.wanted.connect(self._go)
        self.pane.reached.connect(self._fix_file)
        hand = Hand(
            edit=self._edit, add=self._add, completes=self._completes, fixes=self._fixes, fix=self.pane.apply
        )
        self.form = FormPane(hand)
        self.banner = Banner("warning", "")
        self.banner.hide()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._check)
        self._lay_out()

    def _lay_out(self) -> None:
        self.where, self.stand = ElidedLabel(), Badge("ok", "saved")
        sign = QLabel()
        sign.setPixmap(icon("code", "muted").pixmap(14, 14))
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 4)
        head.setSpacing(8)
        head.addWidget(sign)
        head.addWidget(self.where, 1)
        head.addWidget(self.stand)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        for one in (self.drafts, self.banner):
            column.addWidget(one)
        column.addWidget(self.pane, 1)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.form)
        self.split.addWidget(below)
        self.split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.split)

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def piece(self) -> SectionPiece | None:
        """What is shown, as the design has it."""
        return self.pane.piece

    def show_node(self, node: DesignNode | None, state: DesignState, why_not: str) -> bool:
        """Shows a thing; returns whether the project file has lines of its own for it.

        Args:
            node: None for what the project file does not declare.
            why_not: Why nothing can be changed; empty where it can.
        """
        text, self._problems = state.text, len(state.problems)
        piece = piece_of(text.project, node.kind, node.name) if node is not None else None
        if piece is None:
            self.leave()
            return False
        fresh = node != self.node
        same = not fresh and text is self._text and why_not == self._why_not
        self.node, self._text, self._why_not = node, text, why_not
        self.pane.editor.setReadOnly(bool(why_not))
        if not same:
            self._take(piece, fresh=fresh)
        return True

    def leave(self) -> None:
        """Shows nothing; what is typed stays a draft."""
        self._pause.stop()
        self.drafts.leave()
        self.node = self._text = None

    def _take(self, piece: SectionPiece, *, fresh: bool) -> None:
        """Shows a piece as the design has it now, unless something else is typed here."""
        was = self.piece
        if fresh:
            self._also, self._label, self._typing = frozenset(), "", False
            self.banner.hide()
            self.drafts.leave()
            self.pane.show_piece(piece, fresh=True)
            self.drafts.turn_to(f"{DRAFTS}{piece.name}", f"the text of {piece.name}")
        elif was is None or not self.pane.dirty or self.pane.editor.text() == piece.text:
            self.pane.show_piece(piece, fresh=False)
            self.drafts.settle()
        elif piece.text in (was.text, self._sent):  # what was typed since comes next
            self._move(piece)
        else:
            self._tell_changed(piece)
        self._show()
        self._check()

    def _move(self, piece: SectionPiece) -> None:
        """Knows a piece as what the typed text is compared with."""
        self.pane.piece = piece
        self.pane.editor.first_line = piece.first_line

    def _tell_changed(self, piece: SectionPiece) -> None:
        self.banner.set(
            "warning",
            "This was changed elsewhere, and here, too.",
            [("Keep this text", partial(self._keep, piece)), ("Take the other", partial(self._drop, piece))],
        )
        self.banner.show()

    def _keep(self, piece: SectionPiece) -> None:
        self._move(piece)
        self.banner.hide()
        self._check()

    def _drop(self, piece: SectionPiece) -> None:
        self._move(piece)
        self.drafts.discard()

    # -- drafts -------------------------------------------------------------------------------------------

    def _written(self) -> dict[str, Any]:
        if self.piece is None or not self.pane.dirty:
            return {}
        return {"was": self.piece.text, "now": self.pane.editor.text()}

    def _restore(self, written: Any) -> list[str]:
        piece = self.piece
        if piece is not None:
            self.pane.editor.take_text(written["now"])
            if written["was"] not in (piece.text, written["now"]):
                self._tell_changed(piece)
        return []

    def _discard(self) -> None:
        self.banner.hide()
        if self.piece is not None:
            self.pane.editor.take_text(self.piece.text)
            self._check()

    # -- edits --------------------------------------------------------------------------------------------

    def _edited(self) -> None:
        self.drafts.note()
        self._show_stand()
        self._pause.start()

    def _edit(self, label: str, change: Change, tell: Tell) -> None:
        """Makes a change of the form in the text."""
        piece = self.piece
        if piece is None or self.node is None:
            return
        try:
            changed = change(piece.read(self.pane.editor.text())[0])
        except (InvalidValue, TskError) as error:
            tell(error_text(error))
            return
        self._label = f"{label} of {self.node.name}"
        self.pane.editor.take_text(changed.text[len(piece.head) :])
        self._show()
        self._check()

    def _add(self, path: Path) -> None:
        self._also |= {path}
        self._show()
        self.form.focus_path(path)

    def _fixes(self, problem: Any) -> Any:
        return self.pane.fixes_in_file(problem.problem)

    def _fix_file(self, fix: QuickFix) -> None:
        """Fixes what is wrong by changing also other parts of the file."""
        piece = self.piece
        if piece is not None:
            now = fix.applied(self.pane.whole())
            self._step(fix.label, partial(with_whole, was=piece.whole(piece.text), now=now))

    def _completes(self, path: Path, *, key: bool = False, several: bool = False) -> Completes:
        def found(typed: str, at: int) -> Completions:
            document = self._document()
            if document is None or self.pane.checked is None:
                return Completions(start=at, end=at)
            checked = self.pane.checked
            return line_completions(checked, document, path, typed, at, key=key, several=several)

        return found

    def _document(self) -> Document | None:
        return self.piece.read(self.pane.editor.text())[0] if self.piece is not None else None

    # -- checking, and writing what compiles --------------------------------------------------------------

    def _check_text(self, text: str) -> CheckedText:
        takes_time()
        return self.desk.workspace.texts.check(PROJECT_FILE, text)

    def _check(self) -> None:
        self._pause.stop()
        if self.piece is not None and self.pane.sure and self.pane.checked is not None:
            self._known(self.pane.checked)
        elif self.piece is not None:
            whole = self.pane.whole()
            self._reading.ask(partial(self._check_text, whole), whole)

    def _known(self, checked: CheckedText) -> None:
        """Shows what is known of the text, and writes it if it compiles."""
        if self.node is None or checked.document.text != self.pane.whole():
            return
        self.pane.know(checked)
        self._show()
        fits = len(checked.mistakes) <= self._problems and self.banner.isHidden()
        if self.pane.dirty and fits and not self._why_not:
            if self._changes_fields():
                whole = self.pane.whole()
                self._trying.ask(partial(self._try, whole, self.node.name), whole)
            else:
                self._write()

    def _changes_fields(self) -> bool:
        """Whether an event would be read otherwise."""
        if self.node is None or self.piece is None or self.node.kind != "event":
            return False
        was, now = (self.piece.read(text)[0] for text in (self.piece.text, self.pane.editor.text()))
        return reads_otherwise(was, now, self.piece.path)

    def _try(self, whole: str, event: str) -> SchemaTrial:
        takes_time()
        return self.desk.workspace.schema_lab.try_text(parse(whole, PROJECT_FILE), event, lambda *_: True)

    def _fits(self, trial: SchemaTrial) -> None:
        """Writes fields with which everything that is stored can be read; else asks first."""
        bad = trial.total - trial.fit
        if not self.pane.dirty:
            return
        if not bad:
            self._write()
            return
        verb = "does" if bad == 1 else "do"
        said = f"{counted(bad, 'stored event')} of {trial.total:,} {verb} not fit these fields."
        self.banner.set("warning", said, [("Look …", self.try_schema), ("Write anyway", self._insist)])
        self.banner.show()

    def _insist(self) -> None:
        self.banner.hide()
        self._write()

    def try_schema(self) -> None:
        """Opens the schema of the event with what is typed."""
        node = self.node
        if node is not None and self._text is not None:
            typed = self.pane.editor.text()
            SchemaDialog(self, self.desk, node.name, self._text, typed, self._tried).show()

    def _tried(self, state: DesignState) -> None:
        """Takes the state after fields were tried and written; what was typed here is in it."""
        self.banner.hide()
        self._discard()
        self._taken(state)

    def _write(self) -> None:
        """Makes what is typed a step of the design."""
        node, piece = self.node, self.piece
        if node is not None and piece is not None and not self._applying:
            label = self._label or f"Edit {node.kind} {node.name}"
            goes_on, self._typing = self._typing and not self._label, not self._label
            now = self.pane.editor.text()
            change = partial(with_piece, kind=node.kind, name=node.name, was=piece.text, now=now)
            self._sent = now
            self._step(label, change, goes_on=goes_on)

    def _step(self, label: str, change: Callable[[DesignText], DesignText], *, goes_on: bool = False) -> None:
        self._applying, self._label = True, ""
        apply = partial(self.desk.workspace.design.apply, label, change, goes_on=goes_on)
        self.desk.run(self._run(apply), label)

    async def _run(self, apply: Callable[[], DesignState]) -> None:
        try:
            state = await asyncio.to_thread(apply)
        except (CallerError, WorkbenchError) as error:
            self.banner.set("error", error_text(error), [("Discard", self.drafts.discard)])
            self.banner.show()
            return
        finally:
            self._applying = False
        self._taken(state)
        self.desk.project_saved.emit()

    # -- showing ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        piece = self.piece
        if piece is None:
            return
        document, faults = piece.read(self.pane.editor.text())
        if not faults:
            rows = section_form(document, piece.path, self._also)
            self.form.show_form(rows, self.pane.problems(), self._why_not)
        self._show_stand(broken=bool(faults))

    def _show_stand(self, *, broken: bool = False) -> None:
        piece = self.piece
        if piece is None:
            return
        last = piece.first_line + self.pane.editor.text().rstrip("\n").count("\n")
        self.where.setText(f"{PROJECT_FILE}  lines {piece.first_line}–{last}")
        found = self.pane.editor.mistakes
        warnings = sum(one.warning for one in found)
        if count := len(found) - warnings:
            self.stand.set("error", counted(count, "mistake"))
        elif self.pane.dirty:
            self.stand.set("warning", "draft")
        elif self._problems:
            self.stand.set("warning", "not saved")
        elif warnings:
            self.stand.set("warning", counted(warnings, "warning"))
        else:
            self.stand.set("ok", "saved" if not self._why_not else "read-only")
        self.stand.setToolTip(BROKEN if broken else DRAFT if self.pane.dirty else self._why_not)
        self.drafted.emit()

    def _go(self, place: Location) -> None:
        line = self.pane.whole().count("\n", 0, place.start) + 1
        self.desk.text_wanted.emit(place.file, line)

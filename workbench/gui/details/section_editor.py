"""The form and the exact text of what is chosen: an edit of either is a step of the design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from workbench.errors import InvalidValue
from workbench.gui.board.board_changes import STILL
from workbench.gui.board.draft_parts import stands_of
from workbench.gui.design_steps import STEPS
from workbench.gui.details.asking_room import AskingRoom
from workbench.gui.details.code_line import Completes
from workbench.gui.details.form_pane import FormPane
from workbench.gui.details.form_rows import Change, Hand, Tell
from workbench.gui.details.schema_dialog import SchemaDialog
from workbench.gui.details.section_drafts import JoinedDrafts, key_of, renamed
from workbench.gui.details.section_pane import BROKEN, OUTDATED, SAVED, UNREAD, SectionPane, head_line, unfit
from workbench.gui.details.section_steps import SectionSteps
from workbench.gui.details.stored_fit import StoredFit
from workbench.gui.drafts import DraftKeeper
from workbench.gui.layouts import Scrolled, in_column, in_panes
from workbench.gui.reads import Question, takes_time
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import Badge, ElidedLabel
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.completions import Completions
from workbench.services.design.definitions import Location
from workbench.services.design.form_changes import line_completions, with_field_line
from workbench.services.design.gestures import DesignNode, fields_path
from workbench.services.design.quick_fix import QuickFix
from workbench.services.design.section_form import section_form, unwritten
from workbench.services.design.section_piece import SectionPiece, piece_of, with_piece
from workbench.tusk import Document, Problem, TskError
from workbench.tusk.document import Path

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.design.design_state import DesignState
    from workbench.services.design.design_text import DesignText
    from workbench.services.design.text_check import CheckedText

Renames = Callable[[DesignNode, str, str, Tell], object]
Edit = Callable[["DesignText"], "DesignText"]
PAUSE_MS = 400
"""After so long without a key the text is checked, and written if it compiles."""


class SectionEditor(QWidget):
    """Edits one thing of the project file.

    Both sides change the same text. It becomes a step of the design as soon as the file compiles with it,
    and stays a draft of this window until then, also while something else is chosen.

    Args:
        taken: Takes the state of the design after a step.
        renames: Gives a field another name wherever it is used: its thing, its line, and that it gets.
    """

    def __init__(self, desk: Desk, taken: Callable[[DesignState], object], renames: Renames) -> None:
        super().__init__()
        self.desk, self._taken, self._renames = desk, taken, renames
        self.node: DesignNode | None = None
        self._text: DesignText | None = None
        self._faults: Sequence[Problem | str] = ()
        self._also: frozenset[Path] = frozenset()
        self._label = self._sent = self._base = self._formed = self._told = self._undo = ""
        self._typing = self._unread = self._saved = self._outdated = False
        self._reading = Question(self, desk, self._known, "Checking the text")
        self._joined = JoinedDrafts(self, desk, self._write_drafts)
        self.steps = SectionSteps(desk, taken)
        self.drafts = DraftKeeper(desk, self._written, self._restore, self._discard)
        self.pane = SectionPane(self._check_text)
        self.pane.editor.setAccessibleName("Exact text")
        self.pane.edited.connect(self._edited)
        self.pane.wanted.connect(self._go)
        self.pane.reached.connect(self._fix_file)
        self.pane.settled_back.connect(partial(desk.notice, "info", topic=STEPS))
        hand = Hand(
            edit=self._edit,
            rename=self._rename,
            add=self._add,
            drop=self._drop_part,
            completes=self._completes,
            fixes=lambda one: self.pane.fixes_in_file(one.problem),
            fix=self.pane.apply,
            typed=self._typed,
        )
        self.form = FormPane(hand, self.pane.editor)
        self.banner = ConflictBanner()
        self.stored = StoredFit(self, desk, self.banner, self._write, self.try_schema)
        self._pause = pause_timer(self, PAUSE_MS, self._check)
        self._lay_out()

    def _lay_out(self) -> None:
        self.where, self.stand = ElidedLabel(), Badge("ok", "saved")
        below = QWidget()
        head = head_line(self.where, self.stand)
        in_column(head, self.drafts, self.banner, (self.pane, 1), of=below, margins=0, spacing=0)
        text = Scrolled(below, "Exact text, and what is asked of it")
        self.split = in_panes(Qt.Orientation.Vertical, self.form.framed, text, name="section")
        AskingRoom(self.split, text, below, self.banner, self.pane.editor)
        in_column(self.split, of=self, margins=0)

    # -- what is shown ------------------------------------------------------------------------------------

    @property
    def piece(self) -> SectionPiece | None:
        """What is shown, as the design has it."""
        return self.pane.piece

    def show_node(self, node: DesignNode | None, state: DesignState, *, unread: bool = False) -> bool:
        """Shows a thing; returns whether the project file has lines of its own for it.

        Args:
            node: None for what the project file does not declare.
            unread: The file says something else by now, which cannot be read.
        """
        text, node = state.text, self._named(state.text, node)
        piece = piece_of(text.project, node.kind, node.name) if node is not None else None
        if piece is None:
            self.leave()
            return False
        fresh = node != self.node
        if not fresh and (own := self.piece) is not None:
            piece = piece.widened(self.pane.editor.text(), self._sent, own.text, behind=own.before)
        same = not fresh and text is self._text
        if fresh:
            self.form.commit()  # to the text that it was typed for
        self._faults, self._unread = state.wrong, unread
        self._told, self._undo = (state.undo if state.undo != self._undo else ""), state.undo
        there = piece_of(state.written.project, node.kind, node.name) if node is not None else None
        self._saved = there is not None and there.widened(piece.text).text.rstrip() == piece.text.rstrip()
        older, name = self.desk.workspace.model_reload.outdated is not None, ".".join(piece.path)
        self._outdated = older and (bool(piece.head) or name in stands_of(state))
        self.node, self._text = node, text
        self._show_stand() if same else self._take(piece, node if fresh else None)
        return True

    def _named(self, text: DesignText, node: DesignNode | None) -> DesignNode | None:
        """Returns what is to be shown; where what is shown has another name since, that."""
        if (to := renamed(self._text, text, self.node)) is None or node not in (None, to):
            return node
        self.node = to
        self.drafts.rename(key_of(to), f"the text of {to.name}")
        return to

    def leave(self) -> None:
        """Shows nothing; what is typed is written, or stays a draft."""
        if self.node is not None and self._text is not None:
            self.form.commit()
            self._begin()
            self._joined.offer(self._text, len(self._faults))
            self.node = self._text = None

    def _begin(self) -> None:
        """Leaves what was shown; its draft stays."""
        self._pause.stop()
        self.stored.drop()
        self.drafts.leave()
        self.form.take_back()
        self.banner.hide()
        self._also, self._label, self._typing = frozenset(), "", False

    def _take(self, piece: SectionPiece, fresh: DesignNode | None) -> None:
        """Shows a piece as the design has it now, with what is typed here and not written."""
        if fresh is not None:
            self._begin()
            self._know(piece)
            self.pane.show_piece(piece, fresh=True)
            self.drafts.turn_to(key_of(fresh), f"the text of {piece.name}")
            self.drafts.note()  # what is in the file by now is no draft any more
        elif not self.pane.dirty or self.pane.is_of_others or piece.holds(self.pane.editor.text()):
            self._know(piece)
            self.banner.hide()  # all is equal
            self.pane.show_piece(piece, fresh=False)
            self.drafts.note()
        else:
            self._join(piece, piece.text if piece.holds(self._sent) else self._base)
        if not self.pane.sure:  # else it is shown with what is known of it
            self._show()
        self._check()

    def _know(self, piece: SectionPiece) -> None:
        """Knows a piece as what the typed text is compared with, and was made of."""
        self.pane.know_piece(piece)
        self._base, self._sent = piece.text, ""

    def _join(self, piece: SectionPiece, base: str) -> None:
        """Joins what is typed, where ``base`` stood, with what was changed elsewhere; or asks what counts."""
        self._base = self.pane.join(piece, base, self.banner, self._answered, self._told)
        self.drafts.note()

    def _answered(self, answer: str) -> None:
        self._label = answer
        if (piece := self.piece) is not None:
            self._know(piece)
        self.banner.hide()
        self.drafts.note()
        self._check()

    # -- drafts -------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        self.drafts.note()
        self._show_stand()

    def _written(self) -> dict[str, Any]:
        lines = self.form.typed()
        if self.piece is None or not (self.pane.dirty or lines):
            return {}
        kept = {"was": self._base, "now": self.pane.editor.text(), "label": self._label}
        return {**kept, "lines": lines, "also": sorted(self._also)}

    def _restore(self, written: Any) -> list[str]:
        if (piece := self.piece) is not None:
            was, now = written["was"], written["now"]
            self._know(piece := piece.widened(was, now))
            self._label = written.get("label", "")
            self._also = frozenset(tuple(one) for one in written.get("also", ()))
            self.pane.editor.take_text(piece.text if now == was else now)
            self.form.type_in(written.get("lines", {}))
            if was not in (piece.text, now) and not piece.holds(now):
                self._join(piece, was)
        return []

    def _discard(self) -> None:
        self.banner.hide()
        self.form.take_back()
        if self.piece is not None:
            self._know(self.piece)
            self.pane.editor.take_text(self.piece.text)
            self.drafts.note()
            self._show()
            self._check()

    # -- edits --------------------------------------------------------------------------------------------

    def _edited(self) -> None:
        if not self.banner.asks:
            self.banner.hide()  # it spoke of the text before
        self.stored.drop()
        self._typed()
        self._pause.start()

    def _edit(self, label: str, change: Change, tell: Tell) -> None:
        """Makes a change of the form in the text."""
        if (piece := self.piece) is None or self.node is None:
            return
        try:
            changed = change(piece.read(self.pane.editor.text())[0])
        except (InvalidValue, TskError) as error:
            tell(unfit(error))
            return
        self._label, alone = (
            f"{label} of {self.node.name}",
            self.pane.editor.text() in {piece.text, self._formed},
        )
        self.pane.editor.take_text(changed.text[len(piece.head) :])
        self._formed = self.pane.editor.text() if alone else ""
        self._show()
        self.drafts.note()  # the line is in the text now
        self._check()

    def _rename(self, path: Path, line: str, was: str, tell: Tell) -> None:
        """Gives a field another name wherever it is used; in a draft here alone."""
        node, key = self.node, path[-1]
        if node is None or self.pane.dirty or path[:-1] != fields_path(node):
            change = partial(with_field_line, path=path[:-1], line=line, instead=key)
            self._edit(f"Change field {key}", change, tell)
        else:
            tell(STILL) if self.form.is_typing else self._renames(node, was, line, tell)

    def _add(self, path: Path) -> None:
        self._also |= {path}
        self._show()
        if (here := QApplication.focusWidget()) is None or self.isAncestorOf(here):  # not gone elsewhere
            self.form.focus_path(path)

    def _drop_part(self, path: Path) -> bool:
        """Shows no row for what was added at a path, or around it, and is not written."""
        document = self._document()
        gone = frozenset() if document is None else unwritten(document, self._also, path)
        self._also -= gone
        if gone:
            self._show()
        return bool(gone)

    def _fix_file(self, fix: QuickFix) -> None:
        """Fixes what is wrong by changing also other parts of the file."""
        if (piece := self.piece) is not None:
            change = partial(fix.changed, was=piece.whole(piece.text), typed=self.pane.whole())
            self.steps.make(fix.label, change, self._tell_refused)

    def _completes(self, path: Path, *, key: bool = False, several: bool = False) -> Completes:
        def found(typed: str, at: int) -> Completions:
            document = self._document()
            if document is None or self.pane.checked is None:
                return Completions(start=at, end=at)
            return line_completions(self.pane.checked, document, path, typed, at, key=key, several=several)

        return found

    def _document(self) -> Document | None:
        return self.piece.read(self.pane.editor.text())[0] if self.piece is not None else None

    # -- checking, and writing what compiles --------------------------------------------------------------

    def _check_text(self, text: str) -> CheckedText:
        takes_time()
        return self.desk.workspace.texts.check(PROJECT_FILE, text)

    def _check(self) -> None:
        self._pause.stop()
        if self.piece is not None and self.banner.asks:
            self._join(self.piece, self._base)  # it can be settled by typing
        if self.piece is not None and self.pane.sure and self.pane.checked is not None:
            self._known(self.pane.checked)
        elif self.piece is not None:
            whole = self.pane.whole()
            self._reading.ask(partial(self._check_text, whole), whole)

    def _known(self, checked: CheckedText) -> None:
        """Shows what is known of the text, and writes it if it compiles, with others where it needs them."""
        if self.node is None or self._text is None or checked.document.text != self.pane.whole():
            return
        self.pane.know(checked)
        self._show()
        asks = not self.banner.isHidden()
        if asks or not self.pane.dirty or self.pane.is_held(self._faults, self._formed):
            self._joined.offer(self._text, len(self._faults), but=self.node if asks else None)
        elif self.pane.reads_otherwise() and not self.pane.is_of_others:
            self.stored.write(self.pane.whole(), self.node.name)
        else:
            self._write()

    def try_schema(self) -> None:
        """Opens the schema of the event with what is typed."""
        if (node := self.node) is not None and self._text is not None:
            typed = self.pane.editor.text()
            SchemaDialog(self, self.desk, node.name, self._text, typed, self._tried).show()

    def _tried(self, state: DesignState) -> None:
        """Takes the state after fields were tried and written; what was typed here is in it."""
        self._discard()
        self._taken(state)

    def _write(self) -> None:
        """Makes what is typed a step of the design."""
        node, piece = self.node, self.piece
        if node is not None and piece is not None and self.pane.dirty and not self.steps.running:
            label = self._label or f"Edit {node.kind} {node.name}"
            goes_on, self._typing, self._label = self._typing and not self._label, not self._label, ""
            self._sent = now = self.pane.editor.text()
            write = partial(with_piece, kind=node.kind, name=node.name, was=self._base, now=now)
            self.steps.make(label, partial(write, behind=piece.before), self._tell_refused, goes_on=goes_on)

    def _write_drafts(self, label: str, change: Edit, kept: Mapping[str, Any]) -> None:
        """Makes drafts of several things, or of one that is not shown, a step of the design."""
        if not self.steps.running:
            tell: Tell = partial(self.desk.notice, "warning")
            if self.node is not None and (mine := kept.get(key_of(self.node))) is not None:
                self._sent, self._label, tell = mine["now"], "", self._tell_refused
            self.steps.make(label, change, tell, kept=kept)

    def _tell_refused(self, said: str) -> None:
        self.banner.set("error", said, [("Discard", self.drafts.discard)])
        self.banner.show()

    # -- showing ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        if (piece := self.piece) is None:
            return
        document, faults = piece.read(self.pane.editor.text())
        if faults := faults or self.pane.misnamed(document):
            self.form.tell_unread(self.node, *self.pane.unread(faults[0]))
        else:
            rows = section_form(document, piece.path, self._also)
            self.form.show_form(rows, self.pane.problems(saved=self._saved), self.node)
        self._show_stand(broken=bool(faults))

    def _show_stand(self, *, broken: bool = False) -> None:
        if (piece := self.piece) is None:
            return
        lines = self.pane.editor.text().rstrip("\n").count("\n")
        self.where.setText(f"{PROJECT_FILE}  lines {piece.first_line}–{piece.first_line + lines}")
        typed = bool(self.form.typed())
        file = UNREAD if self._unread else OUTDATED if self._outdated else SAVED
        kind, said, told = self.pane.stand(file, saved=self._saved, typed=typed)
        self.stand.set(kind, said)
        self.stand.setToolTip(BROKEN if broken else told)

    def _go(self, place: Location) -> None:
        self.desk.text_wanted.emit(place.file, self.pane.whole().count("\n", 0, place.start) + 1)

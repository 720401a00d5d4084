"""Changes an event's fields, and says before anything is saved which stored events still fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from shiboken6 import isValid

from workbench.errors import CallerError, ProjectError, WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.design_steps import STEPS, stepped
from workbench.gui.details.section_drafts import named_so, schema_key
from workbench.gui.details.section_pane import SectionPane
from workbench.gui.drafts import DraftKeeper
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.reads import Question, takes_time
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.theme import code_font
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import Badge, error_text, plain_label
from workbench.model.counts import counted
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.form_problems import problems_within
from workbench.services.design.gestures import DesignNode, same_node
from workbench.services.design.schema_draft import with_upcast
from workbench.services.design.schema_trial import SchemaTrial
from workbench.services.design.section_piece import piece_of, with_piece
from workbench.tusk import TskError, parse

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.design.design_state import DesignState
    from workbench.services.design.design_text import DesignText
    from workbench.services.design.section_piece import SectionPiece
    from workbench.services.design.text_check import CheckedText
    from workbench.tusk import Problem

PAUSE_MS = 300
"""After so long without a key the text is tried."""
TWO = "This was typed here before and is not saved; in the details there is another text of the event."
GONE = "Event {} is not in the project file any more; what is typed here can be copied."
Found = tuple["CheckedText", "SchemaTrial | None", str]
"""What is known of the text, what came of trying it on the stored events, or why it cannot be tried."""


class SchemaDialog(QDialog):
    """The text of one event, and what becomes of the stored events of its type with it.

    What is typed and not saved is kept, and is there again when it is opened once more.

    Args:
        event: Its name.
        text: What the design says.
        typed: A text of the event that was begun elsewhere; empty for that of the design.
        taken: Takes the state of the design once the change is saved.
    """

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        event: str,
        text: DesignText,
        typed: str,
        taken: Callable[[DesignState], object],
    ) -> None:
        super().__init__(parent)
        self.desk, self.name, self._was, self._taken = desk, event, text, taken
        self._round = 0
        self._piece = piece_of(text.project, "event", event)
        self.setObjectName("schema")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Schema of {event}")
        self.resize(QSize(980, 620).boundedTo(self.screen().availableSize()))
        self._reading = Question(self, desk, self._show, "Trying the schema")
        self.pane = SectionPane(self._check)
        self.pane.editor.setAccessibleName("Text of the event")
        self.pane.settled_back.connect(partial(desk.notice, "info", topic=STEPS))
        self.banner = ConflictBanner()
        self.drafts = DraftKeeper(desk, self._typed, self._type_in, self._discard)
        self.stand, self.said = Badge("info", "reading"), plain_label("", wrap=True)
        self.found = QPlainTextEdit()
        self.found.setReadOnly(True)
        self.found.setFont(code_font())
        self.found.setAccessibleName("Stored events")
        self.acts = Actions(self, self)
        self.acts.offer()
        self._pause = pause_timer(self, PAUSE_MS, self._try)
        self._lay_out()
        self._following = Question(self, desk, self._follow, self._unread)
        desk.files_read.connect(self._read_again)
        desk.project_saved.connect(self._read_again)
        self._base = ""
        if self._piece is not None:
            self._base = self._piece.text
            self.pane.show_piece(self._piece, fresh=True)
            self._begin(typed)
        self.pane.edited.connect(self._edited)
        self._try()

    def _lay_out(self) -> None:
        right = QWidget()
        head = in_row(plain_label("Stored events", "heading"), 1, self.stand)
        column = in_column(head, self.said, (self.found, 1), of=right, margins=(8, 0, 0, 0))
        column.addStretch()
        split = in_panes(Qt.Orientation.Horizontal, self.pane, right, name="schema")
        split.setSizes([520, 520])
        self.draft = self._button("draft_upcast")
        self.save = self._button("write")
        self.save.setProperty("primary", True)
        leave = QPushButton("Close")
        leave.setAutoDefault(False)
        leave.clicked.connect(lambda _checked=False: self.reject())
        foot = in_row(self.draft, 1, leave, self.save)
        in_column(self.drafts, self.banner, (split, 1), foot, of=self)

    def _button(self, key: str) -> QPushButton:
        act, button = self.acts[key], QPushButton()
        button.setText(act.text())
        button.setToolTip(act.toolTip())
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: act.trigger())
        return button

    # -- what is typed -------------------------------------------------------------------------------------

    def _begin(self, typed: str) -> None:
        """Shows what was typed here before, else what was begun elsewhere; where both are, asks."""
        before = self.drafts.turn_to(schema_key(self.name), f"the schema of {self.name}")
        mine, there = self.pane.editor.text(), typed or self._base
        if before and not self.pane.dirty:
            self.drafts.settle()  # it was written elsewhere
        if not before:
            self.pane.editor.take_text(there)
        elif there not in {self._base, mine} and self.banner.isHidden():
            self.banner.ask(TWO, mine, there, self.pane.answers(self._base, there, self._answered))

    def _edited(self) -> None:
        self.drafts.note()
        self._pause.start()

    def _typed(self) -> dict[str, Any]:
        return {"was": self._base, "now": self.pane.editor.text()} if self.pane.dirty else {}

    def _type_in(self, typed: Mapping[str, Any]) -> list[str]:
        was, now = typed["was"], typed["now"]
        self.pane.editor.take_text(now)
        if self._piece is not None and was != self._piece.text:
            self._join(self._piece, was)
        return []

    # -- what is changed elsewhere ------------------------------------------------------------------------

    def _read_again(self) -> None:
        self._following.ask(self._state)

    def _state(self) -> DesignState:
        takes_time()
        return self.desk.workspace.design.state()

    def _unread(self, error: Exception) -> None:
        """Says why the event cannot be read now, in the place of what was told before, until it can be."""
        self._tell("error", "not read", error_text(error))

    def _follow(self, state: DesignState) -> None:
        """Joins what is typed with the event as it is now; asks where both changed the same lines."""
        same = same_node(self._was, state.text, DesignNode("event", self.name))
        if same is not None and same.name != self.name:
            self._rename(same)
        self._was = state.text
        piece = piece_of(state.text.project, "event", self.name)
        if piece is None:
            self._piece = None
            copy = partial(QApplication.clipboard().setText, self.pane.editor.text())
            self.banner.set("error", GONE.format(self.name), [("Copy the text", copy)])
            self.banner.show()
        elif piece.holds(self.pane.editor.text()) or not self.pane.dirty:
            self._piece, self._base = piece, piece.text
            self.banner.hide()
            self.pane.show_piece(piece, fresh=False)
        elif self._piece is None or piece.text != self._piece.text:
            self._join(piece, self._base)
        else:
            self._piece = piece
            self.pane.know_piece(piece)
        self._try()

    def _rename(self, to: DesignNode) -> None:
        """Goes on with the event under its other name."""
        was, self.name = DesignNode("event", self.name), to.name
        self.setWindowTitle(f"Schema of {self.name}")
        self._base = named_so(self._base, was, to)
        self.drafts.rename(schema_key(self.name), f"the schema of {self.name}")
        self.pane.editor.take_text(named_so(self.pane.editor.text(), was, to), of_others=True)

    def _join(self, piece: SectionPiece, base: str) -> None:
        """Joins what is typed with a piece as it is now.

        Args:
            base: What stood there when it was typed.
        """
        self._piece = piece
        self._base = self.pane.join(piece, base, self.banner, self._answered)
        self.drafts.note()

    def _discard(self) -> None:
        if self._piece is not None:
            self.pane.editor.take_text(self._piece.text)
        self._answered("")

    def _answered(self, _answer: str) -> None:
        if self._piece is not None:
            self._base = self._piece.text
        self.banner.hide()
        self.drafts.note()
        self._try()

    # -- trying -------------------------------------------------------------------------------------------

    def _check(self, text: str) -> CheckedText:
        takes_time()
        return self.desk.workspace.texts.check(PROJECT_FILE, text)

    def _try(self) -> None:
        """Tries the text as it stands; a trial of an older one stops."""
        self._pause.stop()
        self._round += 1
        self.stand.set("info", "reading")
        for button in (self.draft, self.save):
            button.setEnabled(False)
        whole = self.pane.whole()
        self._reading.ask(partial(self._tried, whole, self._round), whole)

    def _tried(self, whole: str, number: int) -> Found:
        checked = self._check(whole)
        try:
            document = parse(whole, PROJECT_FILE)
            lab = self.desk.workspace.schema_lab
            return checked, lab.try_text(document, self.name, lambda _done, _all: number == self._round), ""
        except (TskError, ProjectError, CallerError) as error:
            return checked, None, error_text(error)

    def _show(self, found: Found) -> None:
        checked, trial, why = found
        self.pane.know(checked)
        self.draft.setEnabled(True)
        if trial is None:
            self._tell("error", counted(max(1, len(checked.mistakes)), "mistake"), "")
            self.said.setText(why)
            return
        self.save.setEnabled(trial.whole and self.pane.dirty and self.banner.isHidden())
        self._tell_trial(trial)
        mine = self._mine(checked)
        elsewhere = [one for one in checked.mistakes if one not in mine]
        self._name_save(trial.total - trial.fit, drafts=bool(elsewhere))
        if elsewhere:
            one = elsewhere[0]
            more = f" (and {len(elsewhere) - 1:,} more)" if len(elsewhere) > 1 else ""
            said = f"Line {one.line} has to follow{more}: {one.message}. Until then it is kept as a draft."
            self.said.setText(f"{self.said.text()} {said}")

    def _name_save(self, bad: int, *, drafts: bool) -> None:
        """Says on the button what it will do; where stored events would not fit it is not the one meant.

        Args:
            bad: How many would not fit.
            drafts: It ends as a draft.
        """
        misfit = f", though {counted(bad, 'event')} {'does' if bad == 1 else 'do'} not fit" if bad else ""
        self.save.setText(f"{'Keep as a draft' if drafts else 'Save'}{misfit}")
        self.save.setProperty("primary", not bad)
        self.save.style().polish(self.save)

    def _mine(self, checked: CheckedText) -> list[Problem]:
        piece = self._piece
        return (
            [*problems_within(checked.problems, piece, self.pane.editor.text())] if piece is not None else []
        )

    def _tell_trial(self, trial: SchemaTrial) -> None:
        bad = trial.total - trial.fit
        versions = ", ".join(
            f"{counted(count, 'event')} of version {version}" for version, count in trial.versions.items()
        )
        if not trial.total:
            self._tell("ok", "nothing is stored", "")
            self.said.setText(f"No event {self.name} is stored: its fields can be changed freely.")
            return
        lines = [
            f"{counted(one.count, 'event')} of version {one.version}: {one.said}\n"
            f"    position {one.position:,}: {one.data}\n"
            for one in trial.misfits
        ]
        if trial.before:
            lines += [f"The first one of an older version\n    was {trial.before}\n    is  {trial.after}"]
        kind, said = "error" if bad else "ok", f"{trial.fit:,} of {trial.total:,} fit"
        if trial.dropped and not bad:
            kind, said = "warning", f"{said}, without {', '.join(trial.dropped)}"
        self._tell(kind, said, "\n".join(lines))
        way = " Draft the upcast, then correct it." if bad else ""
        self.said.setText(f"{versions} {'is' if trial.total == 1 else 'are'} stored.{way}")

    def _tell(self, kind: str, badge: str, text: str) -> None:
        self.stand.set(kind, badge)
        self.found.setPlainText(text)
        self.found.setVisible(bool(text))

    # -- what can be done ---------------------------------------------------------------------------------

    @action(
        "Draft the upcast",
        keys="Ctrl+D",
        tip="Raise the version, and say how stored data becomes that of the fields as they are now",
    )
    def draft_upcast(self) -> None:
        """Writes the version and its upcast into the text, by what changed in the fields."""
        piece = self._piece
        if piece is None:
            return
        try:
            now = with_piece(self._was, "event", self.name, was=piece.text, now=self.pane.editor.text())
            drafted = piece_of(with_upcast(self._was, now, self.name).project, "event", self.name)
        except (CallerError, TskError) as error:
            self._tell("error", "no draft", error_text(error))
            return
        if drafted is not None:
            self.pane.editor.take_text(drafted.text)
            self._try()

    @action("Save", keys="Ctrl+S", tip="Write it to the project file, as one step that can be undone")
    def write(self) -> None:
        """Makes the text a step of the design."""
        piece = self._piece
        if piece is not None and self.save.isEnabled():
            now = self.pane.editor.text()
            change = partial(with_piece, kind="event", name=self.name, was=piece.text, now=now)
            self.desk.run(self._write(change, now), f"Change the schema of {self.name}")

    async def _write(self, change: Callable[[DesignText], DesignText], now: str) -> None:
        label = f"Change the schema of {self.name}"
        try:
            state = await stepped(self.desk, partial(self.desk.workspace.design.apply, label, change))
        except (CallerError, WorkbenchError) as error:
            if isValid(self):
                self._tell("error", "not saved", error_text(error))
                self._read_again()  # it may have been changed elsewhere
            return
        kept = self.desk.workspace.drafts.find(schema_key(self.name))
        if kept is not None and kept.content["now"] == now:  # nothing was typed since
            self.desk.forget(kept.key)
        self._taken(state)
        self.desk.project_saved.emit()
        if isValid(self) and self.pane.editor.text() == now:
            self.accept()

"""Steps of a design as a window does them: beside the loop, with what follows, undone and done again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from workbench.errors import (
    CallerError,
    InvalidValue,
    NotFound,
    ProjectError,
    StoreReadOnly,
    WorkbenchError,
)
from workbench.gui.actions import Method, action
from workbench.gui.reads import nothing, takes_time
from workbench.gui.widgets import error_text
from workbench.gui.window_keys import is_held
from workbench.model.counts import counted
from workbench.model.hints import sentences
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.design_state import DesignState
from workbench.services.design.done_steps import SETTLED
from workbench.services.design.text_merge import (
    DesignConflict,
    NoStep,
    StepHeld,
    changed_files,
    first_difference,
)
from workbench.tusk import ChangedOnDisk

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.views.board_pictures import Drawn
    from workbench.services.design.design_text import DesignText


UNSAVED = "what is designed is not saved"
"""Topic of what is told of a file that cannot be written."""
CONFLICT = "files and draft differ"
"""Topic of the question which of two texts counts."""
POINTED = "scenario"
"""Topic of what is told of what was put into a scenario."""
Answer = tuple[str, Callable[[], None]]
"""What a button says, and what it does."""
STEPS = "undo"
"""Topic of what is told of a step that was undone or done again, or cannot be."""
KEEP = "Keep this text"
"""The answer, and the step, by which what is typed in a text counts."""
ANSWERS = {KEEP, *(label for _counts, _left, label in SETTLED.values())}
"""Steps that say which of two texts counts."""
COUNTS = "What it left out counts now; Redo brings the other back."
"""What is told when one is taken back,"""
DRAFTED = "What it left out does not load and is a draft now; Redo brings the other back."
"""and where that is not written."""
UNREAD = "the files of the design cannot be read"
"""Topic of that: it leaves once they can."""


async def stepped(desk: Desk, work: Callable[[], DesignState]) -> DesignState:
    """Does a step beside the loop; where its file cannot be written it is a draft, and that is told.

    Raises:
        CallerError, WorkbenchError: It was not done.
    """
    try:
        return await asyncio.to_thread(work)
    except (ChangedOnDisk, StoreReadOnly) as error:
        tell_unsaved(desk, error_text(error))
        return await asyncio.to_thread(desk.workspace.design.state)


def is_drawn_now(desk: Desk, state: DesignState) -> bool:
    """Whether what the files say runs already, so that no reload follows with which it would be drawn."""
    workspace = desk.workspace
    file = workspace.project.file
    says = file is not None and file.document.text == state.written.project.text
    return says or workspace.design.is_running()


def tell_unsaved(desk: Desk, why: str) -> None:
    """Tells why what is designed is a draft, and offers to write it."""
    again = ("Try again", partial(write_again, desk))
    desk.notice("error", f"Not saved, but kept as a draft: {why}", again, topic=UNSAVED, asks=True)


def write_again(desk: Desk) -> None:
    """Tries again to write what could not be written."""

    async def write() -> None:
        await stepped(desk, desk.workspace.design.write)
        desk.project_saved.emit()

    desk.run(write(), "Save the design")


def _step_action(text: str, keys: str) -> Callable[[Method], Method]:
    """Declares what goes a step back or forth: it says which, by what `DesignState` has of its name."""
    word = text.lower()
    said: Callable[[DesignSteps], str] = lambda steps: getattr(steps.state, word)  # noqa: E731
    return action(
        text,
        keys=keys,
        icon=word,
        on="place",
        group=4,
        anyway=True,
        look=lambda steps, _item: (f"{text} {said(steps)}".strip(), word),
        why=lambda steps, _item: "" if said(steps) else f"There is nothing to {word}",
    )


class DesignSteps(QObject):
    """Changes the texts of a project from one place of the window.

    Args:
        place: Has the keys that undo and redo.

    Attributes:
        state: Where the design stands.
        unread: Why the files could not be read when that was told last; empty once they could.
    """

    def __init__(self, desk: Desk, place: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk, self.place = desk, place
        self.state = DesignState()
        self.unread = ""
        self._asks: Callable[[], object] = nothing
        self._step: asyncio.Task[None] | None = None
        self._drawn: DesignState | None = None
        self._holds, self._held_at = False, self.state.text

    @property
    def draft(self) -> DesignState | None:
        """What is drawn and does not run: not written yet, or files of which an older model runs."""
        workspace, text = self.desk.workspace, self.state.text.project
        running = None if workspace.project.file is None else workspace.project.file.document
        read = self.state.running is not None  # before that it says nothing
        older = read and workspace.model_reload.outdated is not None and running not in (None, text)
        return replace(self.state, running=running) if self.state.wrong or older else None

    def tell_design(self) -> None:
        """Tells what is drawn and does not run, where that changed."""
        if (draft := self.draft) != self._drawn:
            self._drawn = draft
            self.desk.designed.emit(draft)

    @property
    def is_stepping(self) -> bool:
        """Whether a step is still being done."""
        return self._step is not None and not self._step.done()

    def is_known(self, drawn: Drawn) -> bool:
        """Whether all that the files say runs and is drawn, given what is drawn."""
        workspace = self.desk.workspace
        runs = workspace.project.file is None or is_drawn_now(self.desk, self.state)
        return runs and drawn.registry is workspace.registry

    def read_state(self) -> DesignState:
        """Returns where the design stands; asked beside the loop."""
        takes_time()  # a step that goes on beside the loop is waited for
        return self.desk.workspace.design.state()

    @_step_action("Undo", "Ctrl+Z")
    def undo(self, _item: object = None) -> None:
        """Takes the last step back."""
        self._back(self.desk.workspace.design.undo, "Undo")

    @_step_action("Redo", "Ctrl+Shift+Z / Ctrl+Y")
    def redo(self, _item: object = None) -> None:
        """Does again what was taken back."""
        self._back(self.desk.workspace.design.redo, "Redo")

    def _back(self, work: Callable[[], DesignState], word: str) -> None:
        if self.is_stepping and is_held(QApplication.instance()):
            return  # a held key goes on once the step is done, not after it is released
        self._step = self.desk.run(self._gone_back(work, word), word)

    async def _gone_back(self, work: Callable[[], DesignState], word: str) -> None:
        """Goes a step back or forth; one that cannot be is told and stays until a person passes over it."""
        before, label = self.state.text, getattr(self.state, word.lower())
        try:
            self.take(await stepped(self.desk, work))
        except InvalidValue as error:
            if not isinstance(error, NoStep):
                held, over = isinstance(error, StepHeld), ("Pass over it", partial(self._pass_over, word))
                self._holds = False
                with suppress(CallerError, WorkbenchError):  # which `follow` tells
                    self.take(await asyncio.to_thread(self.desk.workspace.design.state))
                said = sentences(str(error), error.hint)
                self.desk.notice("warning", said, *([over] if held else []), topic=STEPS, asks=held)
                self._holds, self._held_at = held, self.state.text
            self.follow()
        except (CallerError, WorkbenchError) as error:
            self.tell_refused(word, error)
        else:
            for told in (STEPS, POINTED):  # what was told of the step is true no more
                self.desk.notice("ok", "", topic=told)
            self.desk.project_saved.emit()
            said = f"{word}ne: {label}." if label else f"{word}ne."
            self.show_step(before, said if label else "")
            if word == "Undo" and label in ANSWERS:
                said += f" {DRAFTED if self.state.problems else COUNTS}"
                self.desk.notice("info", said, topic=STEPS)
            self._show_elsewhere(before, said)

    def _pass_over(self, word: str) -> None:
        self.step(
            partial(self.desk.workspace.design.pass_over, word.lower()), f"Pass over the {word.lower()}"
        )

    def show_step(self, before: DesignText, said: str) -> None:  # noqa: ARG002  # who shows things needs it
        """Shows what was taken back or done again, or says it.

        Args:
            before: The texts before that.
            said: What it was.
        """
        self.desk.notice("info", said, topic=STEPS)

    def shows(self, file: str) -> bool:
        """Whether a person sees in this place what is changed in a file."""
        return file == PROJECT_FILE

    def _show_elsewhere(self, before: DesignText, said: str) -> None:
        """Says where files were changed that are not seen in this place, and leads there.

        Args:
            before: The texts before the step.
            said: What was taken back or done again.
        """
        changed = changed_files(before, self.state.text).items()
        there = {file: first_difference(*texts) for file, texts in changed if not self.shows(file)}
        if not there:
            return
        (file, line), *more = there.items()
        others = f" and {counted(len(more), 'other file')}" if more else ""
        exists = file == PROJECT_FILE or file in self.state.text.scenarios
        ways = [("Show", partial(self.desk.text_wanted.emit, file, line))] if exists else []
        text = f"{said} It changed {file}{others}, not shown here, from line {line:,}."
        self.desk.notice("info", text, *ways, topic=STEPS)

    def follow(self) -> None:
        """Reads where the design stands."""
        raise NotImplementedError

    def tell_unread(self, error: Exception, what: str) -> None:
        """Says why the files cannot be read; where they and the draft differ, asks once which counts.

        Args:
            what: Was read.
        """
        if not isinstance(error, DesignConflict):
            self.desk.fail(what, error, topic=UNREAD if self.know_unread(error) else what)
            return
        settle, texts = self.desk.workspace.design.settle, self.desk.workspace.texts
        keep, take = "Keep mine", "Take the other"
        files = [one.file for one in error.clashes]
        who, which, are = (
            texts.who_wrote(files[0]),
            " and ".join(files),
            "it is" if len(files) == 1 else "they are",
        )
        said = f"{who} changed {which}, and here {are} changed, too. {'; '.join(map(str, error.problems))}."
        choices = (
            (keep, lambda: self.step(partial(settle, mine=True), keep)),
            (take, lambda: self.step(partial(settle, mine=False), take)),
        )
        self._asks = partial(self.ask_which, said, error, choices)
        self._asks()

    def know_unread(self, error: Exception) -> bool:
        """Knows that the files cannot be read, if that is what was wrong; returns whether it was."""
        if not isinstance(error, ProjectError | NotFound):
            return False
        self.unread = error_text(error)
        return True

    def tell_reading(self, error: Exception) -> None:
        """Says why the files cannot be read, unless that was said where a person did something."""
        if error_text(error) != self.unread:
            self.tell_unread(error, "Reading the files of the design")

    def ask_which(self, said: str, conflict: DesignConflict, choices: Sequence[Answer]) -> None:  # noqa: ARG002  # who shows the texts needs it
        """Asks which of two texts counts."""
        show = ("Show what differs", lambda: self.desk.wanted.emit("board"))
        self.desk.notice("warning", said, *choices, show, topic=CONFLICT, asks=True)

    def settled(self, state: DesignState) -> None:
        """Takes back what was told and asked of files that could not be read, or joined: now they could.

        Also that a step cannot be undone, once its texts changed again.
        """
        if self._holds and state.text != self._held_at:
            self._holds = False
            self.desk.notice("ok", "", topic=STEPS)
        if self.unread:
            self.unread = ""
            self.desk.notice("ok", "", topic=UNREAD)
        if self._asks is not nothing:
            self._asks = nothing
            self.desk.notice("ok", "", topic=CONFLICT)

    def do(
        self, label: str, change: Callable[[DesignText], DesignText], then: Callable[[], None] = lambda: None
    ) -> None:
        """Does a step of the design, and what follows once it is done."""
        self.step(partial(self.desk.workspace.design.apply, label, change), label, then)

    def step(
        self, work: Callable[[], DesignState], label: str, then: Callable[[], None] = lambda: None
    ) -> None:
        """Does what gives another state."""
        self._step = self.desk.run(self._run(work, label, then), label)

    async def _run(self, work: Callable[[], DesignState], label: str, then: Callable[[], None]) -> None:
        try:
            state = await stepped(self.desk, work)
        except (CallerError, WorkbenchError) as error:
            self.tell_refused(label, error)
            self._asks()  # a question stands until it is answered
            return
        self.take(state)
        self.desk.project_saved.emit()
        then()

    def take(self, state: DesignState) -> None:
        """Shows how the design stands."""
        raise NotImplementedError

    def tell_refused(self, label: str, error: Exception) -> None:
        """Says why a step was not done."""
        raise NotImplementedError

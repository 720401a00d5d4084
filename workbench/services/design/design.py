"""The texts of an open project while they are designed: every gesture is a step that can be undone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.errors import ProjectError, StoreReadOnly
from workbench.services.design.change_preview import ChangePreview, removal_in_store
from workbench.services.design.design_state import DesignState
from workbench.services.design.design_text import DesignText
from workbench.services.design.done_steps import DesignStep, DoneSteps, answered
from workbench.services.design.draft_units import DraftUnits
from workbench.services.design.field_renames import FieldChanges
from workbench.services.design.file_faults import Faults, FileFaults
from workbench.services.design.gestures import DesignNode, places_of, renamed
from workbench.services.design.marks.find_marks import marks_of
from workbench.services.design.marks.mark import DesignMark
from workbench.services.design.marks.stored_marks import StoredTrial
from workbench.services.design.stored_names import with_kept_names
from workbench.services.design.stored_renames import rename_in_store
from workbench.services.design.text_merge import (
    DesignConflict,
    NoStep,
    changed_files,
    joined,
    joined_file,
    with_files,
)
from workbench.services.design.unwritten import UNTRIED, Unwritten, said_of_part
from workbench.services.project_editor.settings_preview import would_be
from workbench.tusk import ChangedOnDisk, Document

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.design.project_files import ProjectFiles
    from workbench.services.project.draft_files import DraftFiles, KeptDraft

TRIES = 3
"""So often a step is written that others write over at the same moment."""


class Design:
    """Changes the files of a project by steps; writes only what loads, and keeps the rest as a draft.

    Its methods read and write files and compile: they are called beside the loop, one at a time.

    Args:
        drafts: Keep what is not written until it is, over restart and kill.
        store: Reads and writes the files.

    Attributes:
        compiled: The project as it was compiled last; None as long as nothing was.
        fields: Changes fields.
    """

    def __init__(
        self, world: World[Project], environ: Mapping[str, str], drafts: DraftFiles, store: ProjectFiles
    ) -> None:
        self._world, self._environ, self._store = world, environ, store
        self._unwritten, self._units = Unwritten(drafts), DraftUnits()
        self._trial, self._file_faults = StoredTrial(), FileFaults(world, environ)
        self._turn, self._refused = threading.Lock(), ""
        self.compiled: Project | None = None
        self.fields = FieldChanges(world, environ)
        self._files = DesignText()
        """As they were when they were last read or written."""
        self._tried = self._files
        """As they were when what is designed was last tried on them."""
        self._text: DesignText | None = None
        self._problems: Faults = ()
        self._left: Document | None = None
        self._steps = DoneSteps()

    def state(self) -> DesignState:
        """Returns where it stands, with what changed in the files meanwhile.

        A draft is put onto files that changed, and tried again: it may be that only they had a mistake.

        Raises:
            ProjectError: A file cannot be read, or changed where the draft did.
        """
        with self._turn:
            text = self._follow()
            if self._problems and not self._refused and self._files is not self._tried:
                with suppress(ChangedOnDisk, StoreReadOnly):  # the state says why it is a draft
                    self._take(text)
            return self._state()

    def apply(
        self, label: str, change: Callable[[DesignText], DesignText], *, goes_on: bool = False
    ) -> DesignState:
        """Does a step; what loads is written in one go.

        Args:
            goes_on: It is one step with the last one, if that has the same label.

        Raises:
            InvalidValue: The change says that it cannot be.
            ProjectError: A file cannot be read, or changed where the draft did.
            ChangedOnDisk: A file changed at the same moment; the step is kept, and not written.
            StoreReadOnly: A file cannot be written; the step is kept, and not written.
        """
        with self._turn:
            before = self._follow()
            after = with_kept_names(before, change(before), self._world.store)
            if after != before:
                left = self._steps.left_as(after)
                step = DesignStep(label=label, before=before, after=after, written=self._files)
                self._steps.remember(step, goes_on=goes_on)
                self._take(after, left)
            return self._state()

    def save(
        self,
        label: str,
        now: Document,
        *,
        was: bytes,
        along: Callable[[DesignText], DesignText] = lambda text: text,
        insist: bool = False,
    ) -> DesignState:
        """Writes a file that was edited elsewhere, as a step; what changed in it meanwhile stays in it (V5).

        What loads is written, or has no mistakes but those of others; what is designed and not written yet
        stays. Where of several files some could not be written the rest is a draft (`DesignState.refused`).

        Args:
            now: The file as it was edited.
            was: As it was before that.
            along: Changes what follows from it.
            insist: Write also what scenarios would not fit any more.

        Raises:
            ProjectError: Something is wrong with it; every problem with its place.
            DesignConflict: The same section was changed in the file meanwhile.
            WouldBreak: It would load, but scenarios would not fit it any more.
            ChangedOnDisk: The file changed at the same moment, or it had mistakes and changed.
            StoreReadOnly: It cannot be written, or what is left of it contradicts what is a draft already.
        """
        with self._turn:
            before = self._store.texts(in_part=True)
            broken = now.file in self._store.unread
            after = along(
                before.with_file(now) if self._store.has(now.file, was) else joined_file(before, now, was)
            )
            if not broken:
                after = with_kept_names(before, after, self._world.store)
            self.compiled = self._file_faults.refuse(
                before, after, now.file, insist=insist, compiled=self.compiled
            )
            self._write_whole(before, after, now.file)
            if not broken and after != before:
                self._steps.remember(DesignStep(label=label, before=before, after=after, written=before))
            return self._state()

    def _write_whole(self, before: DesignText, after: DesignText, edited: str) -> None:
        """Writes what is known to load; where only a part of it can be written, the rest is a draft."""
        due = changed_files(before, after)
        with self._unwritten.step(due):
            try:
                self._store.write(after, before, fixed=edited)
                if not self._problems:
                    self._files = self._text = after
            except (ChangedOnDisk, StoreReadOnly) as error:
                said = said_of_part(due, self._store.said, error.message)
                if not said:
                    raise
                if not self._problems:
                    self._files = self._text = before
                try:
                    text = self._text = joined(before, after, self._text or before)
                except DesignConflict:
                    raise StoreReadOnly(said) from error
                self._refused, self._problems = said, self._problems or UNTRIED
                self._keep(text)

    def write(self) -> DesignState:
        """Writes what could not be written; raises as `apply`."""
        with self._turn:
            self._take(self._follow())
            return self._state()

    def unsaved(self) -> list[KeptDraft]:
        """Returns what was never written when the project was closed, or the program ended, the oldest first.

        The content says how many ``mistakes`` it had, and of its ``files`` what was and what was designed.
        """
        # The window that has the store offers it, or has it on its board.
        return [] if self._world.observer else self._unwritten.left(self._store.said)

    def take_up(self, kept: KeptDraft, *, prefer: str = "") -> DesignState:
        """Does again, as one step, what was never written; where that fails it stays kept.

        Args:
            prefer: Which counts where the same changed meanwhile: ``mine``, what was never written, or
                ``theirs``.

        Raises:
            KeptConflict: The same section or file changed meanwhile, and neither is preferred.
            InvalidValue: It would be written over a file that cannot be read.
            ProjectError, ChangedOnDisk, StoreReadOnly: As `apply`.
        """
        with self._turn:
            present = self._follow()
            made = with_files(present, kept.content["files"], prefer=prefer)
            self._steps.remember(DesignStep(label="Take up what was unsaved", before=present, after=made))
            self._unwritten.replaces(kept)
            self._take(made)
            return self._state()

    def discard(self, kept: KeptDraft) -> None:
        """Forgets what was never written."""
        self._unwritten.forget(kept)

    def marks(self) -> list[DesignMark]:
        """Returns what is worth a second look in the model that runs, at its places in its file.

        Raises:
            WorldError: The store cannot be read.
        """
        model = self._world.model
        if model.file is None:
            return []
        with closing(self._world.store.reader()) as reader:
            unfit = self._trial.unfit(reader, model.registry)
        return marks_of(model.file, model.registry, model.warnings, unfit)

    def is_running(self) -> bool:
        """Whether the files were written here as they run."""
        return self.compiled is not None and self.compiled.marks == self._world.model.marks

    def rename_preview(self, node: DesignNode, name: str) -> ChangePreview:
        """Returns what a rename would touch.

        Raises:
            InvalidValue: The name cannot be one, something has it, or as `rename_in_store`.
            ProjectError: As `state`.
        """
        text = self.state().text
        renamed(text, node, name, places_of(text, node))
        with closing(self._world.store.reader()) as reader:
            return rename_in_store(reader, text, node, name)

    def removal_preview(self, node: DesignNode, *more: DesignNode) -> ChangePreview:
        """Returns what a removal would take along, and what it would leave; raises as `state`."""
        text = self.state().text
        with closing(self._world.store.reader()) as reader:
            check = partial(would_be, self._world, environ=self._environ, before=self.compiled)
            return removal_in_store(reader, text, node, more, None if self._problems else check)

    def undo(self) -> DesignState:
        """Takes the last step back; where files changed meanwhile only what it did to them.

        Raises:
            NoStep: There is none.
            StepHeld: Others changed the same again; it stays the next one until it is passed over.
            InvalidValue, ProjectError, ChangedOnDisk, StoreReadOnly: Files cannot be read, or as `apply`.
        """
        with self._turn:
            return self._again(self._steps.done, self._steps.undone, "undo")

    def redo(self) -> DesignState:
        """Does again what was taken back; raises as `undo`."""
        with self._turn:
            return self._again(self._steps.undone, self._steps.done, "redo")

    def pass_over(self, word: str) -> DesignState:
        """Forgets the step that cannot be undone, or done again, so that the one beyond it can: ``undo``."""
        (self._steps.done if word == "undo" else self._steps.undone).pop()
        return self.state()

    def _again(self, steps: list[DesignStep], others: list[DesignStep], word: str) -> DesignState:
        present = self._follow()
        if not steps:
            raise NoStep(f"there is nothing to {word}", path="")
        step, rest = steps[-1].caught_up(), steps[-2].label if len(steps) > 1 else ""
        text = step.without(f"“{step.label}” cannot be {word}ne", present, rest)
        text = with_kept_names(present, text, self._world.store)
        steps.pop()
        others.append(replace(step, before=present, after=text))
        self._steps.drop_overtaken(text)
        self._take(text, step.written)
        return self._state()

    def settle(self, *, mine: bool) -> DesignState:
        """Ends a conflict between what is not written yet and the files, section by section, as a step.

        Args:
            mine: What is not written yet counts where both changed a section; else what the files say.

        Raises:
            InvalidValue: It would be written over a file that cannot be read; the conflict stays.
            ProjectError, ChangedOnDisk, StoreReadOnly: As `apply`.
        """
        with self._turn:
            fresh = self._store.texts()
            if self._text is not None:
                text, answer = answered(self._files, self._text, fresh, mine=mine)
                self._steps.follow(self._files, fresh, text, self._store.is_own)
                if answer is not None:
                    self._steps.remember(answer)
                self._files = fresh
                self._take(text)
            return self._state()

    def _state(self) -> DesignState:
        return DesignState(
            text=self._text or self._files,
            written=self._files,
            undo=self._steps.done[-1].label if self._steps.done else "",
            redo=self._steps.undone[-1].label if self._steps.undone else "",
            problems=self._problems,
            refused=self._refused,
            running=None if self._world.model.file is None else self._world.model.file.document,
            broken=() if self._problems else self._file_faults.of(self._files.project, self.compiled),
        )

    def _follow(self) -> DesignText:
        """Returns the present texts: what the files say, and what is not written yet."""
        fresh = self._store.texts()
        if self._text is None or not self._problems:
            self._files = self._text = fresh
        elif fresh != self._files:
            self._text = joined(self._files, self._text, fresh)
            self._steps.follow(self._files, fresh, self._text, self._store.is_own)
            self._files = fresh
        return self._text

    def _take(self, text: DesignText, left: DesignText | None = None) -> None:
        """Writes what loads, and keeps the rest; says it where only some of the files could be written.

        Args:
            left: What others left in the files once: its mistakes keep nothing from being written as it was.
        """
        self._left = None if left is None else left.project
        self._units.note(self._files, self._text, text)
        due = changed_files(self._files, text)
        try:
            self._take_in(text)
        except (ChangedOnDisk, StoreReadOnly) as error:
            if not (said := said_of_part(due, self._store.said, error.message)):
                raise
            self._refused = said
            raise StoreReadOnly(said) from error

    def _take_in(self, text: DesignText) -> None:
        """Writes what loads, with what others write at the same moment."""
        for left in reversed(range(TRIES)):
            try:
                self._try(text)
            except ChangedOnDisk as error:
                if not left:
                    raise
                try:
                    text = self._follow()
                except ProjectError:
                    raise error from None
            else:
                return

    def _try(self, text: DesignText) -> None:
        self._text, self._tried, self._refused, self._problems = text, self._files, "", UNTRIED
        try:
            part, faults = self._units.loadable(self._files, text, self._faults)
            self._problems = faults or UNTRIED
            if self._unwritten.is_kept() or len(changed_files(self._files, text)) > 1:
                self._keep(text)  # who is killed at it is offered the rest of it, and nothing older
            self._store.write(part, self._files)
            self._files, self._tried, self._problems = part, part, faults
        except (ChangedOnDisk, StoreReadOnly) as error:
            self._refused = error.message
            raise
        finally:
            self._keep(text)

    def _keep(self, text: DesignText) -> None:
        """Keeps what is not written."""
        files = changed_files(self._files, text) if self._problems else {}
        self._unwritten.keep(files, 0 if self._refused or self._problems is UNTRIED else len(self._problems))

    def _faults(self, document: Document) -> Faults:
        """Returns why a project file does not load; nothing for one that is written, or that others left."""
        if document == self._files.project:
            return ()
        self.compiled, faults = self._file_faults.tried(document, self.compiled)
        left = self._left
        return () if left is not None and self._file_faults.are_of(left, faults, self.compiled) else faults

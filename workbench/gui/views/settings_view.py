"""The settings view: the project file as forms, saved back without touching anything else in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedLayout,
    QWidget,
)
from typing_extensions import override

from workbench.errors import InvalidValue, ProjectError, WorkbenchError
from workbench.gui.actions import action
from workbench.gui.design_steps import tell_unsaved
from workbench.gui.desk import Desk
from workbench.gui.drafts import DraftKeeper, may_lose
from workbench.gui.forms import FieldError
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.theme import code_font
from workbench.gui.view import View
from workbench.gui.views.setting_conflict import SettingConflict
from workbench.gui.views.setting_drafts import content_of, draft_status, read_consequences, restored
from workbench.gui.views.setting_outline import SettingOutline, branch_of
from workbench.gui.views.setting_part import SettingPart
from workbench.gui.views.setting_steps import SettingSteps
from workbench.gui.widgets import ElidedLabel, EmptyState, error_text
from workbench.services.design.text_merge import DesignConflict
from workbench.services.project_editor.settings_preview import WouldBreak
from workbench.tusk import ChangedOnDisk, TskError

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.project_editor import Place, SettingsDraft


class SettingsView(View):
    """Everything that a project file can say, as forms."""

    key = "settings"
    title = "Settings"
    icon_name = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._draft: SettingsDraft | None = None
        self._base: SettingsDraft | None = None
        self._path: Place = ()
        self._names: dict[Place, str] = {}
        self._unwritable = self.saving = False
        self._told: list[str] = []
        self._considering = self.question(self._tell_consequences)
        self.drafts = DraftKeeper(desk, self._written, self._restore, self.read)
        self._pages = QStackedLayout(self)
        self._broken = EmptyState("error", "The project file cannot be read", "", "Try again", self.refresh)
        self._pages.addWidget(self._page())
        typed = lambda: (self._draft, self._unwritable)  # noqa: E731  # both as they are then
        self.conflict = SettingConflict(desk, self.banner, typed, self._take, self._load_again)
        self._pages.addWidget(self._broken)
        self.steps = SettingSteps(desk, self, self.outline)
        self.acts.offer()

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        self.part = SettingPart()
        self.outline = SettingOutline(self.part)
        self.banner = ConflictBanner()
        self.changes = QPlainTextEdit()
        self.changes.setReadOnly(True)
        self.changes.setFont(code_font())
        self.changes.setAccessibleName("Changes that are not saved")
        self.changes.hide()
        right = in_panes(Qt.Orientation.Vertical, (self.part, 1), self.changes, name="settings-changes")
        self.split = in_panes(Qt.Orientation.Horizontal, self.outline, (right, 1), name="settings")
        self.split.setSizes([170, 480])
        page = QWidget()
        in_column(self.drafts, self.banner, (self.split, 1), self._foot(), of=page, margins=0, spacing=0)
        self.outline.chosen.connect(self._choose)
        self.part.added.connect(self._add)
        self.part.renamed.connect(self._rename)
        self.part.removed.connect(self._remove)
        self.part.edited.connect(self._edited)
        self.part.submitted.connect(self._write)
        self.part.named.connect(self._name)
        return page

    def _foot(self) -> QHBoxLayout:
        self.said = ElidedLabel("muted")
        self.show_changes = QPushButton("Show changes")
        self.show_changes.setCheckable(True)
        self.discard = QPushButton("Discard")
        self.button = self.acts.button("save", primary=True)
        self.discard.setToolTip("Discard the changes and show the file as it is")
        foot = in_row((self.said, 1), self.show_changes, self.discard, self.button, margins=(10, 6, 8, 6))
        self.show_changes.toggled.connect(lambda _on: self._show_state())
        self.discard.clicked.connect(self.drafts.discard)
        return foot

    # -- reading ------------------------------------------------------------------------------------------

    @override
    def first_widget(self) -> QWidget:
        return self.outline

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.model

    @override
    def refresh(self) -> None:
        self.steps.follow()
        draft = self._draft
        if draft is None or not self._written():
            self._read_if_other()
            if draft is None and self._draft is not None:
                self.drafts.turn_to("settings", "the settings that are not saved")
            return
        try:
            self.conflict.look()
        except WorkbenchError as error:
            self._tell("error", str(error))

    def _read_if_other(self) -> None:
        """Shows the file as it is now, unless that is what is shown."""
        try:
            fresh = self.desk.workspace.project_editor.read()
        except WorkbenchError:
            self.read()
            return
        shown = self._draft
        if shown is None or (fresh.original, fresh.handlers) != (shown.original, shown.handlers):
            self.read()

    def read(self) -> None:
        """Shows the file as it is now; changes that were not saved are forgotten."""
        self.banner.hide()
        self._names.clear()
        self._unwritable = False
        try:
            self._draft = self._base = self.desk.workspace.project_editor.read()
        except WorkbenchError as error:
            self._draft = self._base = None
            self._show_broken(error)
            return
        self._pages.setCurrentIndex(0)
        self._show_outline()
        self._choose(self.outline.path())

    def _show_broken(self, error: WorkbenchError) -> None:
        old, said = self._broken, str(error)
        self._broken = EmptyState(
            "error", "The project file cannot be shown as settings", said, "Try again", self.refresh
        )
        self._pages.addWidget(self._broken)
        self._pages.setCurrentWidget(self._broken)
        self._pages.removeWidget(old)
        old.deleteLater()

    def _choose(self, path: Place) -> None:
        draft = self._draft
        if draft is None or not path:
            return
        self._path, self._base = path, draft
        typed = self._names.get(path, "")
        branch = branch_of(draft.outline(), path)
        if branch.path == path and not branch.form:
            self.part.show_collection(branch, name=typed)
        else:
            self.part.show_part(draft.part(path), self._judge, name=typed)
        self._edited()  # the form has judged what it showed before

    # -- drafts (V2) --------------------------------------------------------------------------------------

    @override
    def unsaved(self) -> str:
        return self.drafts.holds

    def _written(self) -> dict[str, Any]:
        """Returns everything that is not saved; empty for nothing."""
        draft, form = self._draft, self.part.form
        if draft is None or not (draft.dirty or self._names or self._unwritable):
            return {}
        typed = form.typed() if form is not None and self._unwritable else {}
        return content_of(draft, self._path, self._names, typed)

    def _restore(self, written: Any) -> list[str]:
        """Shows what `_written` gave; the file may be another by now, which is told before it is saved."""
        if self._draft is None:
            return []
        self._draft, self._names = restored(self._draft, written)
        self._show_outline()
        self.outline.choose_path(tuple(written["path"]))
        self._choose(self.outline.path())
        left = self.part.form.type_in(written["form"]) if self.part.form is not None else []
        self.conflict.look()
        return left

    def _name(self, text: str) -> None:
        self._names.pop(self._path, None)
        if text.strip():
            self._names[self._path] = text
        self._show_state()

    # -- editing ------------------------------------------------------------------------------------------

    def _judge(self, values: dict[str, Any]) -> list[FieldError]:
        """Makes the draft of a form's values, and says what is wrong with it at its fields."""
        if self._base is None:
            return []
        try:
            self._draft = self._base.changed(self._path, values)
        except (InvalidValue, ProjectError) as error:
            self._unwritable = True
            return [FieldError(loc=(), message=str(error))]
        self._unwritable = False
        inside, _ = self._draft.faults(self._path)
        return [FieldError(loc=_loc(place), message=said) for place, said in inside]

    def _edited(self) -> None:
        self._show_outline()
        self._show_state()

    def _add(self, name: str) -> None:
        self._change(lambda draft: draft.added(self._path, name), (*self._path, name.strip()))

    def _rename(self, name: str) -> None:
        path = self._path
        self._change(lambda draft: draft.renamed(path, name), (*path[:-1], name.strip()))

    def _remove(self) -> None:
        path = self._path
        self._change(lambda draft: draft.removed(path), path[:-1])

    def _change(self, change: Callable[[SettingsDraft], SettingsDraft], then: Place) -> None:
        """Changes the draft, and goes to a part; what cannot be is said."""
        if self._draft is None:
            return
        try:
            self._draft = change(self._draft)
        except (InvalidValue, ProjectError) as error:
            self._tell("warning", str(error))
            return
        self.banner.hide()
        self._names.pop(self._path, None)
        self._show_outline()
        self.outline.choose_path(then)
        self._choose(self.outline.path())
        world, draft = self.desk.workspace.world, self._draft
        self._considering.ask(lambda: read_consequences(world, draft), draft.document.text)

    def _tell_consequences(self, said: list[str], *actions: tuple[str, Callable[[], object]]) -> bool:
        """Says what becomes of what is stored; returns whether there is something that was not said yet."""
        new, self._told = bool(set(said) - set(self._told)), said
        if said and (new or actions):
            self._tell("warning", "\n".join(["When this is saved:", *said]), *actions)
        return new

    def _show_outline(self) -> None:
        if self._draft is not None:
            branches = self._draft.outline()
            paths = [path for one in branches for path in (one.path, *(one.entries or {}).values())]
            problems = self._draft.problems
            wrong = [path for path in paths if problems and self._draft.faults(path)[0]]
            self.outline.show_branches(branches, wrong)

    def _show_state(self) -> None:
        """Says what is not saved, and lets it be saved."""
        draft = self._draft
        dirty = draft is not None and draft.dirty
        self.show_changes.setEnabled(dirty)
        self.acts.refresh()
        self.discard.setEnabled(bool(self._written()))
        lines = draft.diff() if draft is not None and dirty else []
        self.changes.setVisible(dirty and self.show_changes.isChecked())
        if self.changes.isVisibleTo(self) and self.changes.toPlainText() != "\n".join(lines):
            self.changes.setPlainText("\n".join(lines))
        if draft is not None:
            self.said.setText(draft_status(draft, self._names, unwritable=self._unwritable))
        self.drafts.note()

    # -- saving -------------------------------------------------------------------------------------------

    def _no_change(self) -> str:
        return "" if self._draft is not None and self._draft.dirty else "Nothing was changed"

    @action("Save", keys="Ctrl+S", icon="save", tip="Write the changes into project.tsk", why=_no_change)
    def save(self) -> None:
        """Writes the changes; what is wrong is shown at its field, and nothing is written."""
        draft = self._draft
        if draft is None or not draft.dirty:
            return
        if self.part.form is not None and not self.part.form.submit():
            return
        if self.part.form is None:
            self._write()

    def _write(self, *, insist: bool = False) -> None:
        if self._draft is not None and not self.saving:
            self.saving = True
            self.desk.run(self._save(self._draft, insist=insist), "Save the settings")

    async def _save(self, draft: SettingsDraft, *, insist: bool) -> None:
        """Saves in a thread: the project is loaded as it would be, which may take long."""
        anyway = ("Save anyway", partial(self._write, insist=True))
        try:
            if not insist and not draft.problems:
                becomes = await asyncio.to_thread(read_consequences, self.desk.workspace.world, draft)
                if self._tell_consequences(becomes, anyway):
                    return
            state = await asyncio.to_thread(self.desk.workspace.project_editor.save, draft, insist=insist)
        except (DesignConflict, ChangedOnDisk) as error:
            self.conflict.ask(f"Nothing was written: {error}.")
        except WouldBreak as error:
            self._tell("warning", f"Nothing was written: scenarios would become invalid.\n{error}", anyway)
        except TskError as error:
            self._go_to_problem(draft, error)
        except ProjectError as error:
            self._tell("error", f"The project could not be opened any more. Nothing was written.\n{error}")
        except WorkbenchError as error:
            self._tell("error", error_text(error))
        else:
            self._saved(draft)
            if state.refused:
                tell_unsaved(self.desk, state.refused)
        finally:
            self.saving = False

    def _saved(self, draft: SettingsDraft) -> None:
        """Goes on from the file as it is now, with what was typed since it was given to be saved."""
        typed_on = self._draft is not None and self._draft.document.text != draft.document.text
        self._told = []
        if typed_on and self._draft is not None:
            self._draft = self._base = replace(self._draft, original=draft.document.dump(), renames=())
            self.banner.hide()
            self._show_state()
        else:
            self.read()
        self.desk.project_saved.emit()

    def _go_to_problem(self, draft: SettingsDraft, error: TskError) -> None:
        """Shows the first part in which something is wrong, or says it where it is in none."""
        paths = [path for one in draft.outline() for path in (*(one.entries or {}).values(), one.path)]
        wrong = next((path for path in paths if path != self._path and draft.faults(path)[0]), None)
        if wrong is None:
            self._tell("error", f"Nothing was written.\n{error}")
            return
        self.outline.choose_path(wrong)
        if self.part.form is not None:
            self.part.form.submit()

    def _take(self, draft: SettingsDraft) -> None:
        """Shows a draft of the file as it is now; a form that says the same is left alone."""
        before, self._draft, self._base = self._draft, draft, draft
        self._show_outline()
        path = self.outline.path()
        if path != self._path or before is None or draft.shows_other(before, path):
            self._choose(path)
        self._show_state()

    async def _load_again(self) -> None:
        """Shows the file as it is now; what was typed is lost only if the person says so (V2)."""
        said = "What you changed in the settings and did not save would be lost. It cannot be undone."
        if not self._written() or await may_lose(self, "Not saved", said):
            self.read()

    def _tell(self, kind: str, text: str, *actions: tuple[str, Callable[[], object]]) -> None:
        self.banner.set(kind, text, actions)
        self.banner.show()


def _loc(place: Place) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in place)

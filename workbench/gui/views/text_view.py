"""The text of the project: its project file and its scenario files, checked while one types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget
from typing_extensions import override

from workbench.errors import NotFound, ProjectError, WorkbenchError
from workbench.gui.actions import action
from workbench.gui.chooser import Chooser
from workbench.gui.design_steps import STEPS
from workbench.gui.desk import Desk
from workbench.gui.drafts import DraftKeeper
from workbench.gui.file_watcher import Watch
from workbench.gui.layouts import in_column, in_row
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.ticker import pause_timer
from workbench.gui.view import LEAST, View
from workbench.gui.views.deploy_dialog import DeployDialog
from workbench.gui.views.file_conflict import FileConflict
from workbench.gui.views.gone_file import GoneFile
from workbench.gui.views.text_page import TextPage
from workbench.gui.widgets import ElidedLabel, error_text
from workbench.model.counts import counted
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.definitions import Location, declared
from workbench.services.design.gestures import DesignNode
from workbench.services.design.quick_fix import renamed_since
from workbench.services.design.text_merge import DesignConflict
from workbench.services.project_editor.settings_preview import WouldBreak
from workbench.tusk import ChangedOnDisk, Problem, parse

if TYPE_CHECKING:
    from workbench.model.changes import Changes

PAUSE_MS = 250
"""After so long without a key the text is checked,"""
LONGEST_MS = 2_000
"""a text that takes long only after a longer one: twice as long as that takes, but not more than this."""


class TextView(View):
    """The project's files as text."""

    key = "text"
    title = "Project file"
    icon_name = "code"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._pages: dict[str, TextPage] = {}
        self.checking = self.saving = False
        self.files = Chooser()
        self.files.setAccessibleName("File")
        self.files.setObjectName("files")
        self.files.activated.connect(lambda _at: self.show_file(self.files.currentData()))
        self.said = ElidedLabel("muted")
        self.drafts = DraftKeeper(desk, self._written, self._restore, self._clear)
        self.banner = ConflictBanner()
        self.gone = GoneFile(desk, self.banner, self._written_down)
        self.conflict = FileConflict(desk, self.banner, self.drafts, self.gone, self._edited)
        self.stack = QStackedWidget()
        self._pause = pause_timer(self, PAUSE_MS, self._check)
        self._watch = Watch(self)
        self._watch.settled.connect(self._look)
        self._lay_out()
        desk.text_wanted.connect(self._wanted)
        desk.project_saved.connect(self._look)
        self.acts.offer()

    def _lay_out(self) -> None:
        self.discard = QPushButton("Discard")
        self.discard.setMinimumWidth(self.discard.sizeHint().width())
        self.files.setMinimumWidth(LEAST.width() // 3)
        self.discard.setToolTip("Discard what is not saved and show the file as it is")
        self.discard.clicked.connect(self.drafts.discard)
        self.button = self.acts.button("save", primary=True)
        self.trial = self.acts.button("rehearse", words=False)
        foot = in_row(
            self.files, (self.said, 1), self.trial, self.discard, self.button, margins=(8, 6, 8, 6), spacing=8
        )
        in_column(self.drafts, self.banner, (self.stack, 1), foot, of=self, margins=0, spacing=0)

    # -- files --------------------------------------------------------------------------------------------

    @property
    def page(self) -> TextPage | None:
        """The file that is shown."""
        found = self.stack.currentWidget()
        return found if isinstance(found, TextPage) else None

    @override
    def first_widget(self) -> QWidget:
        return self.page.editor if self.page is not None else self.files

    @override
    def focus_filter(self) -> None:
        if self.page is not None:
            self.page.search.open()

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.model

    @override
    def refresh(self) -> None:
        self._list_files()
        if self.page is None:
            self.show_file(PROJECT_FILE)
        self._look()
        self._check()

    def show_file(self, name: str) -> TextPage | None:
        """Shows a file, with what was typed in it and not saved; None where it cannot be read."""
        page = self._pages.get(name)
        if page is None:
            try:
                texts = self.desk.workspace.texts
                page = TextPage(name, texts.read(name), partial(texts.check, name))
            except WorkbenchError as error:
                self._tell("error", error_text(error))
                return None
            page.edited.connect(self._edited)
            page.settled_back.connect(partial(self.desk.notice, "info", topic=STEPS))
            page.wanted.connect(self._show_location)
            self._pages[name] = page
            self.stack.addWidget(page)
        if self.page is not page or not self.drafts.holds:
            self.drafts.leave()
            self.banner.hide()
            self.stack.setCurrentWidget(page)
            self.drafts.turn_to(f"text/{name}", f"the text of {name}")
        self._list_files()
        self._show_state()
        self._check()
        return page

    def _list_files(self) -> None:
        texts = self.desk.workspace.texts
        names = texts.names()
        self.files.show_choices([(name, name) for name in names])
        if self.page is not None:
            self.files.choose(self.page.name)
        paths = {texts.path(name) for name in names}
        self._watch.watch(path for path in (*paths, *(one.parent for one in paths)) if path.exists())

    def _wanted(self, file: str, place: object) -> None:
        """Shows a file at a line, or where something is declared."""
        page = self.show_file(file)
        self.desk.wanted.emit(self.key)
        if page is None:
            return
        if isinstance(place, int):
            page.editor.go_to_line(place)
        elif isinstance(place, tuple):
            self.desk.run(self._go(page, *place), "Open in the text")
        self.take_keyboard(page.editor)

    async def _go(self, page: TextPage, kind: str, name: str) -> None:
        """Goes to where something is declared, as soon as the text is read."""
        if not page.sure:
            await page.check()
        found = declared(page.checked.document, kind, name) if page.checked is not None else None
        if found is None:
            brings = ": a Python module brings it" if self.desk.workspace.project.modules else ""
            self.desk.notice("info", f"{name} is not declared in {page.name}{brings}.")
            if page.checked is not None and page.checked.mistakes:
                page.editor.go_to_line(page.checked.mistakes[0].line)
        else:
            page.show_location(found)

    def _show_location(self, place: Location) -> None:
        page = self.show_file(place.file)
        if page is not None:
            page.show_location(place)
            page.editor.setFocus()

    # -- what is typed ------------------------------------------------------------------------------------

    @override
    def unsaved(self) -> str:
        dirty = [name for name, page in self._pages.items() if page.dirty]
        return f"the text of {' and '.join(dirty)}" if dirty else self.drafts.holds

    def _written(self) -> dict[str, Any]:
        page = self.page
        if page is None or not page.dirty:
            return {}
        renames = [[one.kind, one.name, name] for one, name in page.renames]
        was = page.base.decode(errors="surrogateescape")
        return {"was": was, "now": page.editor.text(), "renames": renames}

    def _restore(self, written: Any) -> list[str]:
        page = self.page
        if page is not None:
            page.know_file(written["was"].encode(errors="surrogateescape"))
            page.editor.take_text(written["now"])
            page.renames = [(DesignNode(kind, old), name) for kind, old, name in written.get("renames", ())]
            self.conflict.follow(page, self.desk.workspace.texts.read(page.name))
        return []

    def _clear(self) -> None:
        page = self.page
        if page is not None:
            self.banner.hide()
            try:
                page.read(self.desk.workspace.texts.read(page.name))
            except NotFound as error:
                page.read(page.base)
                self.gone.tell(page, error)
            page.editor.setFocus()  # the button that was clicked has nothing to do any more
            self._edited()

    def _edited(self) -> None:
        self._pause.start()
        self.drafts.note()
        self._show_state()

    def _check(self) -> None:
        page = self.page
        if page is not None:
            self.conflict.follow_typing(page)
        if page is not None and not self.checking:
            self.checking = True
            self.desk.run(self._checked(page), "Check the text")

    async def _checked(self, page: TextPage) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            await page.check()
        finally:
            self.checking = False
        took = round(1000 * (clock() - begun))
        self._pause.setInterval(min(LONGEST_MS, max(PAUSE_MS, 2 * took)))
        self._show_state()
        if self.page is not None and not self.page.sure:
            self._pause.start()

    def _show_state(self) -> None:
        """Says how the text stands, and lets it be saved."""
        page = self.page
        self.acts.refresh()
        self.discard.setEnabled(page is not None and page.dirty)
        if page is not None:
            self.said.setText(_state(page))

    # -- the file -----------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Takes the files as they are now; where both the file and the text changed, it asks."""
        for name, page in self._pages.items():
            try:
                present = self.desk.workspace.texts.read(name)
            except NotFound as error:
                if page is self.page and page.dirty:
                    self.gone.tell(page, error)
                continue
            self.conflict.follow(page, present, shown=page is self.page)
        self._list_files()
        self._show_state()

    def _no_change(self) -> str:
        if self.page is None or not self.page.dirty:
            return "Nothing was changed"
        return self.page.why_unwritable()

    @action("Save", keys="Ctrl+S", icon="save", tip="Write the text into its file", why=_no_change)
    def save(self) -> None:
        """Writes the text, if the project can be opened with it; else it stays a draft."""
        self._write()

    def _nothing_typed(self) -> str:
        page = self.page
        if page is None or page.name != PROJECT_FILE:
            return "The project file alone says a model"
        return "" if page.dirty else "What the file says runs already: go to Rehearse a deploy"

    @action(
        "What would it do? …",
        key="rehearse",
        icon="diff",
        tip="Rehearse what is typed on all that is stored, before it is written",
        why=_nothing_typed,
    )
    def rehearse(self) -> None:
        """Opens what compares what is typed with what runs, on all that is stored."""
        if self.page is not None:
            DeployDialog(self, self.desk, self.page.data()).show()

    def _write(self, *, insist: bool = False) -> None:
        page = self.page
        if page is not None and not self.saving:
            self.saving = True
            self.desk.run(self._save(page, insist=insist), "Save the text")

    async def _save(self, page: TextPage, *, insist: bool) -> None:
        """Saves in a thread: the project is loaded as it would be."""
        data, was, along = page.data(), page.base, partial(renamed_since, renames=[*page.renames])
        save = self.desk.workspace.design.save
        try:
            await asyncio.to_thread(
                lambda: save(f"Edit {page.name}", parse(data, page.name), was=was, along=along, insist=insist)
            )
        except WouldBreak as error:
            said = f"Nothing was written: scenarios would become invalid.\n{error}"
            self._tell("warning", said, ("Save anyway", partial(self._write, insist=True)))
        except (DesignConflict, ChangedOnDisk) as error:
            self.conflict.ask(page, f"Nothing was written: {error}")
        except ProjectError as error:
            self._tell_problems(page, error)
        except NotFound as error:
            self.gone.tell(page, error)
        except WorkbenchError as error:
            self._tell("error", error_text(error))
        else:
            self._written_down(page, data)
        finally:
            self.saving = False

    def _written_down(self, page: TextPage, data: bytes) -> None:
        page.know_file(data)
        self.banner.hide()
        self.drafts.note()
        self._show_state()
        self.desk.project_saved.emit()

    def _tell_problems(self, page: TextPage, error: ProjectError) -> None:
        """Shows what is wrong in the text; what is wrong elsewhere is said."""
        found = [one for one in error.problems if isinstance(one, Problem) and one.file == page.name]
        elsewhere = [str(one) for one in error.problems if one not in found]
        if found:
            page.show_mistakes(found)
            page.editor.go_to_mistake()
        said = ["This text stays a draft, the file is as it was: the project could not be opened with it."]
        self._tell("warning", "\n".join([*said, *elsewhere]))

    def _tell(self, kind: str, text: str, *actions: tuple[str, Callable[[], object]]) -> None:
        self.banner.set(kind, text, actions)
        self.banner.show()


def _state(page: TextPage) -> str:
    parts = ["Not saved: a draft" if page.dirty else "Read-only" if page.locked else "Saved"]
    parts += filter(None, [page.too_large])
    found = page.editor.mistakes
    warnings = sum(one.warning for one in found)
    counts = ((len(found) - warnings, "mistake"), (warnings, "warning"))
    if found:
        said = ", ".join(counted(count, what) for count, what in counts if count)
        parts.append(f"{said}  (F8 goes to the next one)")
    elif not page.sure:
        parts.append("checking …")
    return "  ·  ".join(parts)

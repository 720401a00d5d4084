"""Reloads an open project when its files change, and shows the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from workbench.gui.desk import Desk
from workbench.gui.file_watcher import Watch
from workbench.gui.opened_file import open_file
from workbench.model.counts import counted

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.model.changes import Changes
    from workbench.services.project.model_reload import Reload

TOPIC, WARNINGS = "reload", "warnings"
"""What is told of them takes the place of what was told before."""
FAILED = "The project was not reloaded; the previous model keeps running."
STOPPED = "The project was not reloaded, and the engine stopped; it is tried every second to start it again."


class LiveProject(QObject):
    """Keeps an open project as its files say.

    Args:
        taken_over: Called when the project was reloaded.
        reopen: Opens the project again.

    Signals:
        looked: The files were read; an `Outdated` where they say something else than runs, else None.
    """

    looked = Signal(object)

    def __init__(self, desk: Desk, taken_over: Callable[[], None], reopen: Callable[[], None]) -> None:
        super().__init__(desk)
        self._desk, self._say = desk, partial(desk.notice, topic=TOPIC)
        self._taken_over = taken_over
        self._reopen = reopen
        self._watch = Watch(self)
        self._watch.settled.connect(self.look)
        desk.project_saved.connect(self._take_own)
        desk.changed.connect(self._changed)
        self._stood = self._warned = self._troubled = False
        self._watch_all()
        self._warn()
        desk.run(self._look_at_scenarios(), "Read the scenarios")

    def close(self) -> None:
        """Stops watching."""
        self._watch.close()

    def look(self) -> None:
        """Reads the project again if something changed."""
        self._desk.run(self.check(), "Reload the project")

    def _take_own(self) -> None:
        """Reads it again after a step of this window, which needs no word unless something is left to do."""
        self._desk.run(self.check(own=True), "Reload the project")

    def _changed(self, _changes: Changes) -> None:
        stood, self._stood = self._stood, bool(self._desk.workspace.world.stopped)
        if stood and not self._stood:
            self._say("ok", "The engine works again.")
            self.look()

    async def check(self, *, trust: str = "", own: bool = False) -> None:
        """Reads the project again if something changed, and tells what became of it.

        Args:
            own: A person changed it in this window, and sees that.
        """
        reload = self._desk.workspace.model_reload
        try:
            told = await reload.check(trust=trust)
        finally:
            self._watch_all()
        self.looked.emit(reload.outdated)
        self._desk.files_read.emit()
        if told is not None:
            self._tell(told, own=own)
        await self._look_at_scenarios()

    async def _look_at_scenarios(self) -> None:
        await self._desk.workspace.scenarios.look()
        self._watch_all()

    def _watch_all(self) -> None:
        workspace = self._desk.workspace
        self._watch.watch((*workspace.model_reload.watched(), *workspace.scenarios.watched()))

    def _tell(self, told: Reload, *, own: bool = False) -> None:
        troubled, self._troubled = self._troubled, told.outcome.value != "done"
        match told.outcome.value:
            case "done":
                self._taken_over()
                own = own or self._desk.workspace.design.is_running()
                self._tell_done(told, quiet=own and not troubled)
            case "untrusted":
                self._ask(told)
            case _:
                self._tell_problems(told)

    def _tell_done(self, told: Reload, *, quiet: bool) -> None:
        said = f"The project was reloaded: {told.said}." if told.said else "The project was reloaded."
        if told.reopen:
            text = f"{said} The store is open, so {told.reopen} will count when it is opened again."
            self._say("warning", text, ("Open again", self._reopen), asks=True)
            return
        if quiet:
            said = f"Read models: {told.rows}." if told.rows else ""
        if told.stale:
            self._say("warning", said, ("Rebuild", partial(self._rebuild, told.stale)), asks=True)
        else:
            self._say("ok", said)
        self._warn()

    def _rebuild(self, names: Sequence[str]) -> None:
        for name in names:
            self._desk.run(self._desk.workspace.projections.rebuild(name), f"Rebuild {name}")

    def _warn(self) -> None:
        """Tells what compiling warned of; the board marks it."""
        found, warned = self._desk.workspace.project.warnings, self._warned
        self._warned = bool(found)
        if warned and not found:
            text = "No warning is left."
            self._desk.notice("ok", text, topic=WARNINGS)
        if found:
            first = found[0]
            show = partial(self._desk.text_wanted.emit, first.file, first.line)
            text = f"The project runs, with {counted(len(found), 'warning')}. {first}"
            actions = ((f"Open {first.file}", show),)
            self._desk.notice("warning", text, *actions, topic=WARNINGS)

    def _ask(self, told: Reload) -> None:
        text = f"{told.said}. Until you trust it, the previous model keeps running."
        self._say(
            "warning",
            text,
            ("Trust and reload", partial(self._trust, told.digest)),
            ("Trust changes while open", partial(self._trust_always, told.digest)),
            asks=True,
        )

    def _trust(self, digest: str) -> None:
        self._desk.run(self.check(trust=digest), "Trust and reload")

    def _trust_always(self, digest: str) -> None:
        self._desk.workspace.model_reload.trust_changes = True
        self._trust(digest)

    def _tell_problems(self, told: Reload) -> None:
        self._stood = bool(self._desk.workspace.world.stopped)
        text = "\n".join([STOPPED if self._stood else FAILED, *told.problems])
        file, line = told.place
        if file in self._desk.workspace.texts.names():
            show = partial(self._desk.text_wanted.emit, file, line)
        elif file and (path := self._desk.workspace.project.root / file).is_file():
            show = partial(open_file, cast("QWidget", self._desk.parent()), path)
        else:
            self._say("error", text, asks=True)
            return
        self._say("error", text, (f"Open {file}", show), asks=True)

    def show_mistakes(self) -> None:
        """Shows why an older model runs than the files say, if one does."""
        outdated = self._desk.workspace.model_reload.outdated
        if outdated is None:
            return
        self._tell(outdated.told)
        file, line = outdated.told.place
        if file in self._desk.workspace.texts.names():
            self._desk.text_wanted.emit(file, line)

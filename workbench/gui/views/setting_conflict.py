"""Joins settings that are typed with what else was written into the file, and asks where both changed it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.views.setting_drafts import rejoined
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.text_merge import DesignConflict

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.project_editor import SettingsDraft

TYPED = "What is typed is not in the settings yet."


class SettingConflict:
    """Watches over what else is written into the project file.

    Args:
        banner: Asks.
        typed: Returns the draft, and whether something is typed that is not in it.
        take: Takes a draft of the file as it stands now.
        load: Shows the file as it is, if nothing typed is lost by that or the person says so.
    """

    def __init__(
        self,
        desk: Desk,
        banner: ConflictBanner,
        typed: Callable[[], tuple[SettingsDraft | None, bool]],
        take: Callable[[SettingsDraft], object],
        load: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._desk, self._banner = desk, banner
        self._typed, self._take, self._load = typed, take, load

    def look(self) -> None:
        """Joins the draft with the file as it is now; where both changed the same keys, asks.

        Raises:
            NotFound, TskError: The file cannot be read.
        """
        draft, more = self._typed()
        present = self._desk.workspace.texts.read(PROJECT_FILE)
        if draft is None or present == draft.original:
            return
        try:
            made = rejoined(draft, present)
        except DesignConflict as error:
            self.ask(f"{error}.")
            return
        if more:
            self.ask(TYPED)
        else:
            self._banner.hide()
            self._take(made)

    def ask(self, what: str) -> None:
        """Asks which counts where both changed something, and shows what that is.

        Raises:
            NotFound, TskError: The file cannot be read.
        """
        draft, _ = self._typed()
        if draft is None:
            return
        run, texts = self._desk.run, self._desk.workspace.texts
        present = texts.read(PROJECT_FILE)
        mine, theirs = (rejoined(draft, present, prefer=one).document.text for one in ("mine", "theirs"))
        choices = (
            ("Keep mine", lambda: run(self._settle("mine"), "Keep the settings")),
            ("Take the other", lambda: run(self._settle("theirs"), "Take the other settings")),
            ("Reload", lambda: run(self._load(), "Reload the settings")),
        )
        said = f"{texts.who_wrote(PROJECT_FILE)} changed project.tsk, and here it is changed, too. {what}"
        self._banner.ask(said, mine, theirs, choices)

    async def _settle(self, prefer: str) -> None:
        """Joins both; where both changed a key, one is preferred. What both did elsewhere stays."""
        draft, more = self._typed()
        if more and prefer == "theirs":
            await self._load()
        elif draft is not None:
            self._banner.hide()
            self._take(rejoined(draft, self._desk.workspace.texts.read(PROJECT_FILE), prefer=prefer))

"""Joins settings that are typed with what else was written into the file, and asks where both changed it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QPlainTextEdit

from workbench.gui.views.setting_drafts import rejoined
from workbench.gui.widgets import Banner
from workbench.project.samples import PROJECT_FILE
from workbench.services.project_editor.settings_draft import differing

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.project_editor import SettingsDraft

SAME = "Both changed the same lines."


class SettingConflict:
    """Watches over what else is written into the project file.

    Args:
        banner: Asks.
        shown: Shows what else was written.
        typed: Returns the draft, and whether something is typed that is not in it.
        take: Takes a draft of the file as it stands now.
        load: Shows the file as it is, if nothing typed is lost by that or the person says so.
    """

    def __init__(
        self,
        desk: Desk,
        banner: Banner,
        shown: QPlainTextEdit,
        typed: Callable[[], tuple[SettingsDraft | None, bool]],
        take: Callable[[SettingsDraft], object],
        load: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._desk, self._banner, self._shown = desk, banner, shown
        self._typed, self._take, self._load = typed, take, load

    def look(self, *, mine: bool = False) -> None:
        """Joins the draft with the file as it is now; where both changed the same lines, asks.

        Args:
            mine: The draft counts in the sections that both changed.

        Raises:
            NotFound, TskError: The file cannot be read.
        """
        draft, more = self._typed()
        present = self._desk.workspace.texts.read(PROJECT_FILE)
        if draft is None or present == draft.original:
            return
        made = None if more and not mine else rejoined(draft, present, mine=mine)
        if made is None:
            self.ask()
        else:
            self._banner.hide()
            self._take(made)

    def ask(self, what: str = SAME) -> None:
        """Asks which counts."""
        run, who = self._desk.run, self._desk.workspace.texts.who_wrote(PROJECT_FILE)
        choices = (
            ("Keep mine", lambda: run(self._keep(), "Keep the settings")),
            ("Reload", lambda: run(self._load(), "Reload the settings")),
            ("Show the difference", lambda: run(self._show(), "Show the difference")),
        )
        said = f"{who} changed project.tsk, and here it is changed, too. {what}"
        self._banner.set("warning", said, choices)
        self._banner.show()

    async def _keep(self) -> None:
        self.look(mine=True)

    async def _show(self) -> None:
        """Shows what else was written since the draft was begun."""
        draft, _ = self._typed()
        if draft is not None:
            present = self._desk.workspace.texts.read(PROJECT_FILE)
            self._shown.setPlainText("\n".join(differing(draft.original, present)))
            self._shown.show()

"""A file that changed while another text of it is typed: both are joined, or it is asked which counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from workbench.errors import NotFound
from workbench.gui.design_steps import KEEP
from workbench.services.design.section_merge import chosen_text, merged_text

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.drafts import DraftKeeper
    from workbench.gui.text.conflict_banner import ConflictBanner
    from workbench.gui.views.gone_file import GoneFile
    from workbench.gui.views.text_page import TextPage

TAKE = "Take the file"
TIPS = (
    "Lines that both changed stay as they are here; all else of both is kept",
    "Lines that both changed become those of the file; all else of both is kept: Discard takes all of it",
)
"""What the answers do."""


class FileConflict:
    """Joins what is typed in a file with the file, and asks in a banner where that cannot be.

    Args:
        gone: Says that a file is gone.
        settled: Called after a person said which counts.
    """

    def __init__(
        self,
        desk: Desk,
        banner: ConflictBanner,
        drafts: DraftKeeper,
        gone: GoneFile,
        settled: Callable[[], object],
    ) -> None:
        self._desk, self._banner, self._drafts, self._gone, self._settled = (
            desk,
            banner,
            drafts,
            gone,
            settled,
        )
        self._conflict = ""

    def follow(self, page: TextPage, present: bytes, *, shown: bool = True) -> None:
        """Takes a file as it is now; where it is as it is typed, or as it was, there is nothing to ask.

        Args:
            shown: The draft and the banner are about this one.
        """
        if present != page.base and (not page.dirty or present == page.data()):
            page.read(present, of_others=True)
            if shown:
                self._drafts.settle()
                self._banner.hide()
        elif not page.lock(present) and page.dirty and shown:
            if present != page.base:
                self._join(page, present)
            elif self._banner.asks:
                self._banner.hide()

    def follow_typing(self, page: TextPage) -> None:
        """Asks again, as long as it is asked, of what is typed by now: that can settle it."""
        if self._banner.asks:
            with suppress(NotFound):  # who looks at the file says so
                self.follow(page, self._desk.workspace.texts.read(page.name))

    def _join(self, page: TextPage, present: bytes) -> None:
        """Joins what is typed with what another program changed; where both changed the same lines, asks."""
        joined = merged_text(page.shown(page.base), page.editor.text(), page.shown(present))
        if joined is None:
            self.ask(page, self._conflict if self._banner.asks else "")
        else:
            page.know_file(present)
            page.editor.take_text(joined, of_others=True)
            self._drafts.note()
            self._banner.hide()

    def ask(self, page: TextPage, conflict: str = "") -> None:
        """Asks which counts, and shows what differs.

        Args:
            conflict: What both changed.
        """
        texts = self._desk.workspace.texts
        try:
            theirs = page.shown(texts.read(page.name))
        except NotFound as error:
            self._gone.tell(page, error)
            return
        self._conflict = conflict
        said = f"{texts.who_wrote(page.name)} changed lines of {page.name} that are changed here, too."
        choices = [(answer, partial(self._settle, page, answer)) for answer in (KEEP, TAKE)]
        self._banner.ask(f"{said} {conflict}".rstrip(), page.editor.text(), theirs, choices)
        for button, tip in zip(self._banner.buttons, TIPS, strict=True):
            button.setToolTip(tip)

    def _settle(self, page: TextPage, answer: str) -> None:
        """Has the lines that both changed be those of one; undo has those of the other count, and says so."""
        try:
            present = self._desk.workspace.texts.read(page.name)
        except NotFound as error:
            self._gone.tell(page, error)
            return
        self._banner.hide()
        if not page.lock(present):
            was, typed, theirs = page.shown(page.base), page.editor.text(), page.shown(present)
            mine, other = (chosen_text(was, typed, theirs, lines=one) for one in ("mine", "theirs"))
            page.know_file(present)
            page.settle(answer, *((other, mine) if answer == KEEP else (mine, other)))
        page.editor.setFocus()  # the button that was clicked is gone
        self._settled()

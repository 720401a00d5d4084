"""A file that changed while another text of it is typed: both are joined, or it is asked which counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from workbench.errors import NotFound
from workbench.services.design.section_merge import merged_text

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.drafts import DraftKeeper
    from workbench.gui.text.conflict_banner import ConflictBanner
    from workbench.gui.views.gone_file import GoneFile
    from workbench.gui.views.text_page import TextPage


class FileConflict:
    """Joins what is typed in a file with the file, and asks in a banner where that cannot be.

    Args:
        gone: Says that a file is gone.
        kept: Called after a person chose to go on with what is typed.
    """

    def __init__(
        self,
        desk: Desk,
        banner: ConflictBanner,
        drafts: DraftKeeper,
        gone: GoneFile,
        kept: Callable[[], object],
    ) -> None:
        self._desk, self._banner, self._drafts, self._gone, self._kept = desk, banner, drafts, gone, kept

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

    def _join(self, page: TextPage, present: bytes) -> None:
        """Joins what is typed with what another program changed; where both changed the same lines, asks."""
        joined = merged_text(page.shown(page.base), page.editor.text(), page.shown(present))
        if joined is None:
            self.ask(page)
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
        said = f"{texts.who_wrote(page.name)} changed lines of {page.name} that are changed here, too."
        choices = ("Keep this text", partial(self._keep, page)), ("Take the file", self._drafts.discard)
        self._banner.ask(f"{said} {conflict}".rstrip(), page.editor.text(), theirs, choices)

    def _keep(self, page: TextPage) -> None:
        """Goes on with what is typed: written, it takes the place of what the other program wrote."""
        try:
            present = self._desk.workspace.texts.read(page.name)
        except NotFound as error:
            self._gone.tell(page, error)
            return
        self._banner.hide()
        if not page.lock(present):
            page.know_file(present)
        self._kept()

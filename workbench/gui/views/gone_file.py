"""A project's file that is gone while its text is open: that is said, and the text can take its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.errors import CallerError, NotFound, WorkbenchError
from workbench.gui.widgets import Banner, Button, error_text

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.views.text_page import TextPage

AGAIN = "Write it again"


class GoneFile:
    """Says in a banner that a file is gone, and writes it again.

    Args:
        written: Is called with the page and what its file holds again.
    """

    def __init__(self, desk: Desk, banner: Banner, written: Callable[[TextPage, bytes], object]) -> None:
        self._desk, self._banner, self._written = desk, banner, written

    def tell(self, page: TextPage, error: NotFound) -> None:
        """Says that a file cannot be read; where it is gone the text can take its place, if all is there."""
        whole = not page.lock(page.base) and not page.too_large
        gone = whole and not self._desk.workspace.texts.path(page.name).exists()
        ways = [(AGAIN, lambda: self._desk.run(self._make(page), AGAIN))] if gone else []
        self._say("warning", f"{error_text(error)} {page.too_large}".rstrip(), *ways)

    async def _make(self, page: TextPage) -> None:
        """Writes the text as the file that is gone, also where something is wrong with it."""
        data = page.data()
        try:
            await asyncio.to_thread(self._desk.workspace.texts.make, page.name, data)
        except (CallerError, WorkbenchError) as error:
            self._say("error", error_text(error))
        else:
            self._written(page, data)

    def _say(self, kind: str, text: str, *ways: Button) -> None:
        self._banner.set(kind, text, ways)
        self._banner.show()

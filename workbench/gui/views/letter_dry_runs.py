"""Runs the handler of a dead letter dry, and shows what came of it beside the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.gui.time_format import short
from workbench.gui.views.letter_dry_run import outdated
from workbench.gui.widgets import error_text

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.view import View
    from workbench.gui.views.letter_actions import Repairs
    from workbench.gui.views.letter_detail import LetterDetail
    from workbench.store.stored_values import DeadLetter


class LetterDryRuns:
    """Dry runs of the letter that is shown, or of its copy in the editor."""

    def __init__(self, desk: Desk, view: View, detail: LetterDetail, repairs: Repairs) -> None:
        self._desk, self._detail, self._repairs = desk, detail, repairs
        self._dead_letters = desk.workspace.dead_letters
        self._trying = view.question(self._confirm)

    def begin(self, number: int, text: str | None) -> None:
        """Asks where the handler may act outside, and runs it.

        Args:
            text: Of the copy; None for the letter as it is.
        """
        if text is None:
            self._detail.leave_editor()
        self._trying.ask(lambda: (self._dead_letters.glance(int(number)).of, text), (number, text))

    def _confirm(self, found: tuple[DeadLetter, str | None]) -> None:
        letter, text = found

        def run() -> None:
            self._desk.run(self._show(letter.number, text), f"Dry run of #{letter.number}")

        self._repairs.dry_run(letter, run)

    async def _show(self, number: int, text: str | None) -> None:
        shown = self._detail.show_dry_run_of(edited=text is not None)
        shown.begin()
        try:
            found = await self._dead_letters.dry_run(number, text)
        except WorkbenchError as error:
            shown.fail(error_text(error))
            return
        if self._detail.letter is not None and self._detail.letter.number == number:
            outside = self._dead_letters.acts_outside(self._detail.letter.subscription)
            shown.show_dry_run(found, short(self._desk.workspace.clock.now()), outside=outside)
            if text is not None and text != self._detail.editor.text():
                shown.outdate(outdated("text"))

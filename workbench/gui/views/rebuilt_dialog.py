"""Rows that were rebuilt beside the live ones, compared with these, then switched to or discarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from workbench.gui.layouts import in_column, in_row
from workbench.gui.views.row_pairs import RowPairs
from workbench.gui.widgets import plain_label, push_button
from workbench.model.counts import counted
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.services.story.folded_rows import MOST
from workbench.services.story.rebuilt_rows import RebuiltRows

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk


class RebuiltDialog(RowPairs[RebuiltRows]):
    """Compares when it is opened, and again when that is asked for (J10)."""

    def __init__(self, parent: QWidget, desk: Desk, name: str) -> None:
        super().__init__(parent, desk, name, f"Rebuilt rows of {name}", "live")
        self.setObjectName("rebuilt")
        self.only.setChecked(True)
        self.again = push_button("Compare again", lambda _checked=False: self.compare())
        self.switch = push_button(
            "Switch",
            lambda _checked=False: self._switch(),
            tip="The rebuilt rows take the place of the live ones, at once",
            role="primary",
        )
        self.discard = push_button(
            "Discard",
            lambda _checked=False: self._discard(),
            tip="Take the rebuilt rows away; the live ones stay as they are",
        )
        close = push_button("Close", lambda _checked=False: self.reject())
        for button in (self.again, self.switch, self.discard, close):
            button.setAutoDefault(False)  # Enter decides nothing here
        final = plain_label(f"Switch: {prospect(OperatorAct.SWITCH)}", "muted", wrap=True)
        self.compose(
            in_row(self.only, 1, self.again, spacing=8),
            in_column(final, in_row(1, close, self.discard, self.switch, spacing=8), spacing=6),
        )
        self.compare()

    def compare(self) -> None:
        """Compares all rows."""
        stories, name = self._desk.workspace.stories, self._name
        self.switch.setEnabled(False)
        self.read("Comparing the rows …", lambda walk: stories.rebuilt(name, walk), name)

    @override
    def show_found(self, found: RebuiltRows) -> None:
        counts = found.counts
        parts = ", ".join(f"{count:,} {one}" for one, count in counts.items())
        rebuilt, live = (sum(counts.values()) - counts[one] for one in ("gone", "added"))
        at = f"rebuilt up to position {found.rebuilt:,}"
        said = f"{counted(rebuilt, 'row')} {at}, beside {live:,} live: {parts}."
        if not found.level:
            said = (
                f"{said} The live rows are at position {found.live:,}: what differs can come from the events"
                " between."
            )
        if (differ := sum(counts.values()) - counts["alike"]) > MOST:
            said = f"{said} The first {MOST:,} of the {differ:,} that differ are listed."
        self.said.setText(said)
        self.switch.setEnabled(not self._desk.read_only())
        self.discard.setEnabled(not self._desk.read_only())
        self.show_rows(found.rows, found.columns, counts, "All rows are alike.")

    def _switch(self) -> None:
        self._desk.run(self._switched(), f"Switch to the rebuilt rows of {self._name}")
        self.accept()

    async def _switched(self) -> None:
        await self._desk.workspace.projections.switch(self._name)
        self._desk.notice("ok", f"{self._name} shows the rebuilt rows now.")

    def _discard(self) -> None:
        work = self._desk.workspace.projections.give_up_rebuild(self._name)
        self._desk.run(work, f"Discard the rebuilt rows of {self._name}")
        self.accept()

"""Offers, when a project is opened, what was designed before and never written, and tells what waits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.design_steps import stepped
from workbench.gui.time_format import short
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.project.draft_files import KeptDraft


def offer_unsaved_design(desk: Desk) -> None:
    """Tells of each design that was never written; until it is taken up or discarded, it stays kept."""
    for kept in desk.workspace.design.unsaved():
        mistakes = kept.content["mistakes"]
        state = (
            counted(mistakes, "mistake") if mistakes else f"not written: {', '.join(kept.content['files'])}"
        )
        desk.notice(
            "warning",
            f"Unsaved design of {short(kept.at)}: {state}",
            ("Take it up", partial(_take_up, desk, kept)),
            ("Discard", partial(desk.workspace.design.discard, kept)),
            asks=True,
        )
    for one in desk.workspace.drafts.doubled():
        desk.notice(
            "warning",
            f"Another window left {one.what} of {short(one.at)}, too. It is kept: "
            "once what is shown is saved or discarded, open the project again.",
        )


def _take_up(desk: Desk, kept: KeptDraft) -> None:
    async def take_up() -> None:
        await stepped(desk, partial(desk.workspace.design.take_up, kept))
        desk.project_saved.emit()

    desk.run(take_up(), "Take up the unsaved design")

"""Offers, when a project is opened, what was designed before and never written, and tells what waits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from workbench.errors import CallerError, WorkbenchError
from workbench.gui.design_steps import stepped
from workbench.gui.text.conflict_banner import HEAD, difference
from workbench.gui.time_format import short
from workbench.gui.whole_text import WholeText
from workbench.model.counts import counted
from workbench.services.design.text_merge import KeptConflict

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.project.draft_files import KeptDraft


def offer_unsaved_design(desk: Desk) -> None:
    """Tells of each design that was never written; until it is taken up or discarded, it stays kept."""
    for kept in desk.workspace.design.unsaved():
        _offer(desk, kept)
    for one in desk.workspace.drafts.doubled():
        desk.notice(
            "warning",
            f"Another window left {one.what} of {short(one.at)}, too. It is kept: "
            "once what is shown is saved or discarded, open the project again.",
        )


def _offer(desk: Desk, kept: KeptDraft) -> None:
    mistakes = kept.content["mistakes"]
    state = counted(mistakes, "mistake") if mistakes else f"not written: {', '.join(kept.content['files'])}"
    desk.notice(
        "warning",
        f"Unsaved design of {short(kept.at)}: {state}",
        ("Take it up", partial(_take_up, desk, kept)),
        ("Discard", partial(desk.workspace.design.discard, kept)),
        asks=True,
    )


def _take_up(desk: Desk, kept: KeptDraft, prefer: str = "") -> None:
    """Takes it up; where that fails it is offered again, or it is asked which counts where both changed."""

    async def take_up() -> None:
        try:
            await stepped(desk, partial(desk.workspace.design.take_up, kept, prefer=prefer))
        except KeptConflict as conflict:
            _ask(desk, kept, conflict)
        except (CallerError, WorkbenchError):
            _offer(desk, kept)
            raise
        else:
            desk.project_saved.emit()

    desk.run(take_up(), "Take up the unsaved design")


def _ask(desk: Desk, kept: KeptDraft, conflict: KeptConflict) -> None:
    """Asks which counts where the unsaved design and the project differ, until that is answered."""
    said = "; ".join(one.said for one in conflict.clashes)
    desk.notice(
        "warning",
        f"Unsaved design of {short(kept.at)}: the project changed, too. {said}.",
        ("Keep mine", partial(_take_up, desk, kept, "mine")),
        ("Take the other", partial(_take_up, desk, kept, "theirs")),
        ("Show what differs", partial(_show, desk, kept, conflict)),
        ("Discard", partial(desk.workspace.design.discard, kept)),
        asks=True,
    )


def _show(desk: Desk, kept: KeptDraft, conflict: KeptConflict) -> None:
    lines = [
        line for one in conflict.clashes for line in (one.file, *HEAD, *difference(one.mine, one.theirs), "")
    ]
    shown = WholeText(cast("QWidget", desk.parent()), "\n".join(lines))
    shown.setWindowTitle("What differs")
    shown.show()
    _ask(desk, kept, conflict)

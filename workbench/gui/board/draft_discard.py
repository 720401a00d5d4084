"""Discards what is designed and not saved: asked first, and a step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from workbench.gui.actions import Actions, action
from workbench.gui.details.section_drafts import kept_sections, key_of
from workbench.services.design.section_merge import changed_pieces
from workbench.services.design.text_merge import changed_files, file_of

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor
    from workbench.services.design.design import Design
    from workbench.services.design.design_state import DesignState

LABEL = "Discard the draft"
TOPIC = "discard the draft"
"""Topic of the question."""
SHOWN = 6
"""Sections of a file that are named; more are counted."""


class DraftDiscard(QObject):
    """Offers on the board, in the palette, and on the pill that tells of a draft, to discard it.

    Args:
        take_back: Shows the form and text of what is chosen without what is typed there.

    Attributes:
        canvas: The board.
    """

    def __init__(self, editor: BoardEditor, take_back: Callable[[], object]) -> None:
        super().__init__(editor)
        self._editor, self.canvas, self._take_back = editor, editor.canvas, take_back
        self.acts = Actions(self, editor.canvas)
        self.acts.offer()
        editor.stand.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        editor.stand.addAction(self.acts["discard"])
        editor.desk.designed.connect(self._follow)
        editor.desk.drafted.connect(self.acts.refresh)

    def _follow(self, draft: DesignState | None) -> None:
        """Takes the question back once there is nothing to discard."""
        if draft is None or not draft.problems:
            self._editor.desk.notice("ok", "", topic=TOPIC)

    def _no_draft(self, _node: object) -> str:
        some = self._editor.state.problems or kept_sections(self._editor.desk)
        return "" if some else "There is no draft: the files have all of it"

    @action(
        f"{LABEL} …",
        icon="purge",
        tip="Draw again what the files say; undo brings the draft back",
        on="canvas",
        group=1,
        anyway=True,
        why=_no_draft,
    )
    def discard(self, _node: object = "") -> None:
        """Asks whether what is designed and not saved shall be discarded."""
        draft, desk = self._editor.state, self._editor.desk
        if self._no_draft(_node) or self._editor.is_busy():
            return
        files = "; ".join(_changed(draft)) if draft.problems else ""
        typed = ", ".join(one.name for one in kept_sections(desk))
        keep = ("Keep it", partial(desk.notice, "ok", "", topic=TOPIC))
        asked = "Discard the draft?"
        asked += f" What is designed and not saved goes: {files}. Undo brings it back." if files else ""
        asked += f" What is typed for {typed} and does not compile goes, for good." if typed else ""
        desk.notice("warning", asked, ("Discard", self._discard), keep, topic=TOPIC, asks=True)

    def _discard(self) -> None:
        desk = self._editor.desk
        self._take_back()
        for node in kept_sections(desk):
            desk.forget(key_of(node))
        if self._editor.state.problems:
            self._editor.step(partial(_as_written, desk.workspace.design), LABEL)


def _changed(draft: DesignState) -> Iterator[str]:
    """Says of each file what is designed in it and not saved."""
    for name in changed_files(draft.written, draft.text):
        was, now = file_of(draft.written, name), file_of(draft.text, name)
        parts = sorted(changed_pieces(was, now)) if was is not None and now is not None else []
        shown = [f"[{one}]" if one else "the beginning" for one in parts[:SHOWN]]
        more = [f"{len(parts) - SHOWN} more"] if len(parts) > SHOWN else []
        yield f"{name}: {', '.join([*shown, *more])}" if parts else name


def _as_written(design: Design) -> DesignState:
    """Makes the design what the files say now, as a step."""
    written = design.state().written
    return design.apply(LABEL, lambda _text: written)

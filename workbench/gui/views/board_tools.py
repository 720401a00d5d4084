"""What else can be done on the board: pictures and models in and out, schemas of events, scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.board.board_offers import KEYS
from workbench.gui.board.board_several import BoardSeveral
from workbench.gui.context_menu import Submenu
from workbench.gui.views.board_export import BoardExport
from workbench.gui.views.board_import import BoardImport
from workbench.gui.views.board_scenarios import BoardScenarios
from workbench.gui.views.board_schema import BoardSchema

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor
    from workbench.gui.views.board_details import DetailsPanel
    from workbench.gui.views.board_pictures import BoardPictures


_NEW = tuple(f"make_{kind}" for kind in KEYS)
_SHOW = (
    "open_text",
    "show_mistake",
    "show_letters",
    "next_mark",
    "fit",
    "zoom_in",
    "zoom_out",
    "own_size",
    "choose_all",
    "choose_first",
    "choose_last",
    "choose_nothing",
)
CARD_MENU = (
    ("open", "try_out"),
    (
        "rename",
        "add_fields",
        "link",
        "go_on",
        Submenu(title="New after this", alone="New", acts=_NEW),
        "remove",
    ),
    ("explain", "undo", "redo"),
    (
        Submenu(title="Show", acts=_SHOW),
        Submenu(title="More", acts=("use", "change_schema", "move_to_aggregate", "copy_name")),
    ),
)
"""The lines of a card's menu."""


class BoardTools:
    """Offers all of it on the canvas."""

    def __init__(self, editor: BoardEditor, pictures: BoardPictures) -> None:
        editor.canvas.offering.plan = CARD_MENU
        editor.entry.typed.connect(lambda: pictures.tell_line(editor.entry.keys))
        self.export = BoardExport(editor.desk, pictures)
        self.bring = BoardImport(editor)
        self.schema = BoardSchema(editor)
        self.scenarios = BoardScenarios(editor.desk, pictures)
        self.several = BoardSeveral(editor)
        self._editor = editor
        editor.desk.rename_wanted.connect(self._rename)

    def _rename(self, identity: str) -> None:
        self._editor.canvas.setFocus()
        self._editor.rename(identity)

    def show_several(self, details: DetailsPanel) -> str:
        """Says in the details that several are chosen and what can be done to all; returns how many."""
        titles = self.several.titles()
        details.show_several(titles, self.several.said(), self.several.offered())
        return f"{len(titles)} chosen"

"""What else can be done on the board: pictures and models in and out, schemas of events, scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.gui.views.board_export import BoardExport
from workbench.gui.views.board_import import BoardImport
from workbench.gui.views.board_scenarios import BoardScenarios
from workbench.gui.views.board_schema import BoardSchema

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor
    from workbench.gui.views.board_pictures import BoardPictures


class BoardTools:
    """Offers all of it on the canvas."""

    def __init__(self, editor: BoardEditor, pictures: BoardPictures) -> None:
        self.export = BoardExport(editor.desk, pictures)
        self.bring = BoardImport(editor)
        self.schema = BoardSchema(editor)
        self.scenarios = BoardScenarios(editor.desk, editor.canvas)

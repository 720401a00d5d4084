"""The button that offers what can be made on the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QToolButton

from workbench.gui.widgets import toolbar_button

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor


def add_button(editor: BoardEditor) -> QToolButton:
    """Makes the button of an editor."""
    button = toolbar_button("Add", "plus", "Add something after what is chosen")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    for one in editor.makes:
        editor.add_menu.addAction(editor.acts[one.key])
    button.setMenu(editor.add_menu)
    return button

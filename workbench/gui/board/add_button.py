"""Where one begins on the board: the button that offers what can be made, and words where nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from workbench.gui.widgets import plain_label, toolbar_button

if TYPE_CHECKING:
    from workbench.gui.board.board_editor import BoardEditor

BEGIN = (
    "Press C to add a command: what is asked for.\n"
    "Then E adds the event that follows.\n"
    "A double click offers all that can be made."
)


def add_button(editor: BoardEditor) -> QToolButton:
    """Makes the button of an editor."""
    button = toolbar_button("Add", "plus", "Add something after what is chosen")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    for one in editor.makes:
        editor.add_menu.addAction(editor.acts[one.key])
    button.setMenu(editor.add_menu)
    return button


def begin_label(canvas: QWidget) -> QLabel:
    """Makes the words that say how to begin; they are hidden as long as something is there."""
    label = plain_label(BEGIN, "muted")
    label.setParent(canvas)
    label.move(24, 24)
    label.hide()
    return label

"""Shows the text of a file with what is designed in it and not saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from workbench.gui.layouts import in_column
from workbench.gui.text.tsk_editor import TskEditor
from workbench.gui.widgets import plain_label
from workbench.services.design.text_members import is_expression
from workbench.tusk import Document, Problem

SAID = "This text is not saved: it is a draft, and stands in no file. Change it on the board or in a form."


class DraftText(QDialog):
    """A window over the draft of one file, at the line of a mistake; nothing is typed in it."""

    def __init__(self, parent: QWidget, draft: Document, problems: Sequence[Problem], line: int) -> None:
        super().__init__(parent)
        self.setObjectName("draft-text")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Draft of {draft.file}")
        self.resize(760, 560)
        self.editor = TskEditor(is_expression)
        self.editor.setReadOnly(True)
        self.editor.show_text(draft.text)
        self.editor.show_mistakes([one for one in problems if one.file == draft.file])
        in_column(plain_label(SAID, "muted", wrap=True), (self.editor, 1), of=self)
        self.editor.go_to_line(line)
        self.editor.setFocus()

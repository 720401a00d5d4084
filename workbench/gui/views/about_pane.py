"""Tells what is known of a thing besides its text, in words."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QWidget

from workbench.gui.layouts import in_column
from workbench.gui.widgets import plain_label

PARTS = {
    "problems": "",
    "doc": "",
    "elsewhere": "",
    "fields": "Fields",
    "around": "Around it",
    "rules": "Rules",
    "ways": "When and how",
    "untried": "Tried by no scenario",
}
"""What is told of a thing, with what stands above it."""


class AboutPane(QScrollArea):
    """What is known of a thing besides its text: in words, with nothing left out."""

    def __init__(self) -> None:
        super().__init__()
        inner = QWidget()
        column = in_column(of=inner, margins=(12, 8, 12, 12), spacing=2)
        self.parts: dict[str, QLabel] = {}
        self.heads: dict[str, QLabel] = {}
        for part, head in PARTS.items():
            self.heads[part] = plain_label(head, "heading")
            self.heads[part].setContentsMargins(0, 10, 0, 2)
            self.parts[part] = _label("warning" if part == "problems" else "")
            for label in (self.heads[part], self.parts[part]):
                column.addWidget(label)
        self.open = QPushButton()
        self.open.hide()
        column.addWidget(self.open, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setAccessibleName("What is known of it")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def show_parts(self, texts: Mapping[str, str]) -> None:
        """Shows texts by the names of `PARTS`."""
        self.open.hide()
        for part, label in self.parts.items():
            label.setText(texts.get(part, ""))
            for one in (label, self.heads[part]):
                one.setVisible(bool(texts.get(part)) and bool(one.text()))


def _label(role: str) -> QLabel:
    label = plain_label(role=role, wrap=True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label

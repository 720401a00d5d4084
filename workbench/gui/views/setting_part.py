"""One section or entry of the settings: its form, or for a collection a place to add entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from workbench.gui.forms import SchemaForm, Validate
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.widgets import ElidedLabel, plain_label

if TYPE_CHECKING:
    from workbench.services.project_editor import Branch, SettingsPart


class SettingPart(QWidget):
    """Shows one part of the settings.

    Signals:
        added: A name for a new entry of the collection.
        renamed: Another name for the entry.
        removed: The entry shall go.
        edited: A value of the form is another.
        submitted: The form shall be saved.
        named: What stands in the line for a name that is not given yet; empty for nothing.
    """

    added = Signal(str)
    renamed = Signal(str)
    removed = Signal()
    edited = Signal()
    submitted = Signal()
    named = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.form: SchemaForm | None = None
        self._key = ""
        self._path: tuple[str, ...] = ()
        self.title = ElidedLabel("heading")
        self.place = plain_label(role="muted")
        self.about = plain_label(role="muted", wrap=True)
        self._pages = QStackedWidget()
        self._holder = QWidget()
        self._holding = in_column(of=self._holder, margins=0)
        self._pages.addWidget(self._holder)
        self._pages.addWidget(self._adding())
        head = in_row((self.title, 1), self.place, margins=(14, 0, 10, 0))
        about = in_column(self.about, self._naming(), margins=(14, 0, 14, 0))
        in_column(head, about, (self._pages, 1), of=self, margins=(0, 8, 0, 0), spacing=4)

    def _naming(self) -> QWidget:
        self.naming = QWidget()
        self.key = QLineEdit()
        self.key.setAccessibleName("Name of the block in the file")
        self.key.setToolTip("Name of the block in the file")
        self.key.setMinimumWidth(80)
        self.key.setMaximumWidth(360)
        self.rename = QPushButton("Rename")
        self.remove = QPushButton(icon("purge"), "Remove")
        row = in_row((self.key, 1), of=self.naming, margins=(0, 4, 0, 0))
        for button in (self.rename, self.remove):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        row.addStretch(0)
        self.key.textChanged.connect(self._key_typed)
        self.key.textEdited.connect(lambda text: self.named.emit("" if text == self._key else text))
        self.key.returnPressed.connect(self.rename.click)
        self.rename.clicked.connect(lambda: self.renamed.emit(self.key.text()))
        self.remove.clicked.connect(self.removed)
        return self.naming

    def _adding(self) -> QWidget:
        page = QWidget()
        self.name = QLineEdit()
        self.name.setMaximumWidth(260)
        self.name.setAccessibleName("Name of the new block")
        self.name.setPlaceholderText("name of another one")
        self.add = QPushButton(icon("plus"), "Add")
        row = in_row((self.name, 1), self.add, 1)
        in_column(row, 1, of=page, margins=(14, 8, 14, 14))
        self.name.returnPressed.connect(self.add.click)
        self.name.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.name.textEdited.connect(self.named)
        self.add.setEnabled(False)
        self.add.clicked.connect(lambda: self.added.emit(self.name.text()))
        return page

    def _key_typed(self, text: str) -> None:
        self.rename.setEnabled(bool(text.strip()) and text.strip() != self._key)

    def show_part(self, part: SettingsPart, validate: Validate, *, name: str = "") -> None:
        """Shows the form of a section or entry; one that is shown already can be typed in meanwhile.

        Args:
            name: What was typed as another name for it and not given yet.
        """
        self.title.setText(part.title)
        self.place.setText(f"project.tsk, line {part.line:,}" if part.line else "not in the file yet")
        self.about.setText(part.doc)
        self.about.setVisible(bool(part.doc))
        self.naming.setVisible(part.entry)
        self._key = part.path[-1]
        if self.key.text() != (name or self._key):
            self.key.setText(name or self._key)
        self._key_typed(self.key.text())
        if self.form is not None and part.path == self._path:
            self.form.reshape(part.schema, validate)
            self.form.adopt(part.values)
            self.form.set_unchanged()
        else:
            self._make_form(part, validate)
        self._pages.setCurrentIndex(0)

    def _make_form(self, part: SettingsPart, validate: Validate) -> None:
        self._drop_form()
        self._path = part.path
        self.form = SchemaForm(part.schema, validate=validate, value=part.values, parent=self._holder)
        self.form.changed.connect(self.edited)
        self.form.submitted.connect(lambda _value: self.submitted.emit())
        self._holding.addWidget(self.form)

    def show_collection(self, branch: Branch, *, name: str = "") -> None:
        """Shows where an entry is added to a collection; `name` is what was typed and not added yet."""
        self._drop_form()
        count = len(branch.entries or {})
        self.title.setText(branch.title)
        self.place.setText("")
        said = f"{count:,} in the file. Choose one on the left, or add another."
        self.about.setText(said if count else "There are none yet.")
        self.about.show()
        self.naming.hide()
        if self.name.text() != name:
            self.name.setText(name)
        self._pages.setCurrentIndex(1)

    def _drop_form(self) -> None:
        form, self.form = self.form, None
        if form is not None:
            self._holding.removeWidget(form)
            form.hide()
            form.deleteLater()

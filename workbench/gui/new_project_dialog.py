"""Begins a new project: a name, a folder, and what it begins with."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)
from typing_extensions import override

from workbench.errors import InvalidName
from workbench.gui.layouts import in_column, in_row
from workbench.gui.loop import spawn
from workbench.gui.theme import theme
from workbench.gui.widgets import error_text, plain_label, push_button
from workbench.model.json_values import check_new_name
from workbench.services.project.new_project import TEMPLATES, check_folder, create

NAME = "my-project"
LEAST = 320
"""Pixels that are left to labels and lines beside the button that looks for a folder."""


class NewProjectDialog(QDialog):
    """Asks for name, folder and template, and makes the project; what is wrong is said where it is.

    Signals:
        made: The folder of the new project.

    Args:
        around: The folder in which projects are made unless another one is chosen.
        inside: A folder that becomes the project itself, with what is in it; empty for none.
    """

    made = Signal(object)

    def __init__(self, parent: QWidget, around: Path, inside: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project" if inside is None else f"Make a project of {inside.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        inside = self._inside = inside.resolve() if inside is not None else None
        self._making = False
        self.name = QLineEdit(NAME if inside is None else inside.name)
        self.around = QLineEdit(str(around if inside is None else inside.parent))
        for line in (self.name, self.around):
            line.textChanged.connect(self._say_where)
            line.setReadOnly(inside is not None)
        choose = push_button("Choose …", self._choose)
        choose.setEnabled(inside is None)
        self.templates = QListWidget()
        self.templates.setAccessibleName("Begin with")
        self.templates.setWordWrap(True)
        for key, words in TEMPLATES.items():
            item = QListWidgetItem(f"{key}: {words}")
            item.setData(Qt.ItemDataRole.UserRole, key)
            self.templates.addItem(item)
        self.templates.setCurrentRow(0)
        self.told = plain_label("", wrap=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.make = self.buttons.addButton("Make the project", QDialogButtonBox.ButtonRole.AcceptRole)
        self.make.setProperty("primary", True)
        self.make.clicked.connect(self._make)
        self.buttons.rejected.connect(self.reject)
        self._lay_out(choose)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.make.setDefault(True)  # now that it is a button of the dialog
        self._say_where()
        self.name.selectAll()

    def _lay_out(self, choose: QPushButton) -> None:
        place = in_row((self.around, 1), choose)
        form = QFormLayout()
        form.addRow("&Name", self.name)
        label = QLabel("In the &folder")
        label.setBuddy(self.around)
        form.addRow(label, place)
        form.addRow("&Begin with", self.templates)
        in_column((form, 1), self.told, self.buttons, of=self)
        self.setMinimumWidth(choose.sizeHint().width() + LEAST)
        self.resize(680, 380)

    def _folder(self) -> Path:
        """Returns where the project would be.

        Raises:
            InvalidName: Its name cannot be that of a folder.
            RuntimeError: The folder is that of a person who is not known here.
        """
        name = self.name.text().strip()
        if name == ".." or Path(name).name != name:
            raise InvalidName("the project's name is that of its folder, without a path", path="")
        check_new_name(name, what="the project's name")
        folder = Path(self.around.text().strip()).expanduser().absolute() / name
        check_folder(folder, beside=self._inside is not None)
        return folder

    def _say_where(self) -> None:
        try:
            self._tell("muted", f"It will be {self._folder()}.")
        except (InvalidName, RuntimeError) as error:
            self._tell("error", error_text(error))
            self.make.setEnabled(False)
        else:
            self.make.setEnabled(not self._making)

    def _tell(self, role: str, text: str) -> None:
        self.told.setText(text)
        self.told.setStyleSheet(f"color: {theme().colors.ink(role)}")

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "In which folder?", self.around.text())
        if folder:
            self.around.setText(folder)

    def _make(self) -> None:
        if self.make.isEnabled():
            self._making = True
            self.make.setEnabled(False)
            spawn(self._made(self._folder()), name="Make a project")

    async def _made(self, folder: Path) -> None:
        template = str(self.templates.currentItem().data(Qt.ItemDataRole.UserRole))
        try:
            await asyncio.to_thread(create, folder, template, beside=self._inside is not None)
        except Exception as error:  # noqa: BLE001  # whatever stands in the way is said, and can be changed
            self._making = False
            self._say_where()
            self._tell("error", error_text(error))
            return
        self._making = False
        self.made.emit(folder)
        self.accept()

    @override
    def reject(self) -> None:
        if not self._making:  # else it will be there, and opens
            super().reject()

"""Lines of which one can be chosen, that change with each letter that is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListView, QWidget
from typing_extensions import override

VALUE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """What can be chosen: what it stands for, and how it is shown."""

    value: object
    text: str
    tip: str = ""
    icon: QIcon | None = None


class ChoiceList(QListView):
    """Shows lines out of a model.

    A `QListWidget` has an item for each, which Python and C++ hold both: where such a list was filled again
    with each letter, its `clear` has ended the process twice by a segmentation fault (PySide6 6.11).
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = _Lines(self)
        self.setModel(self._lines)

    def show_lines(self, lines: Sequence[ChoiceLine]) -> None:
        """Shows other lines, of which none is chosen."""
        self._lines.show(lines)

    def count(self) -> int:
        """Returns how many lines there are."""
        return len(self._lines.lines)

    def names(self) -> list[str]:
        """Returns the texts of the lines."""
        return [one.text for one in self._lines.lines]

    def current_row(self) -> int:
        """Returns the number of the chosen line, from 0; -1 for none."""
        return self.currentIndex().row()

    def choose_row(self, row: int) -> None:
        """Chooses a line by its number; none by -1."""
        self.setCurrentIndex(self._lines.index(row, 0) if row >= 0 else QModelIndex())

    def value(self) -> Any:
        """Returns what the chosen line stands for; None where none is."""
        row = self.current_row()
        return self._lines.lines[row].value if row >= 0 else None


class _Lines(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: Sequence[ChoiceLine] = ()

    def show(self, lines: Sequence[ChoiceLine]) -> None:
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.lines):
            return None
        line, roles = self.lines[index.row()], Qt.ItemDataRole
        match role:
            case roles.DisplayRole:
                return line.text
            case roles.DecorationRole:
                return line.icon
            case roles.ToolTipRole:
                return line.tip or None
            case roles.UserRole:
                return line.value
        return None

"""What a window remembers of its looks, by project and width: docks, panes, columns, what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QWidget

GROUP, ANY = "layouts", "any"
SHARED = ("panes", "tabs", "columns")
"""What of that says nothing of the project itself, so that it may be handed on."""
NARROWER = 1400
"""Width of the window in pixels below which it is narrow: fewer columns stand beside each other."""


class WindowLayouts(QObject):
    """Keeps values by the place that they are of, in the window's settings.

    What was never arranged in a project is as it was left last in any.

    Attributes:
        narrow: Whether the window is; where that matters, places are named with `by_width`.

    Signals:
        turned: It is about another project, or the other width: take what is kept of that.
        forgotten: All is to be as it was at first.
    """

    turned = Signal()
    forgotten = Signal()

    def __init__(self, window: QWidget, settings: QSettings) -> None:
        super().__init__(window)
        self._settings, self._project = settings, ANY
        self.narrow = False

    def turn_to(self, *, project: str | None = None, narrow: bool | None = None) -> bool:
        """Is about a project, known by its folder, and a width from now on; returns whether it was not."""
        before = self._project, self.narrow
        if project is not None:
            self._project = sha256(project.encode()).hexdigest()[:12] if project else ANY
        self.narrow = self.narrow if narrow is None else narrow
        if before == (self._project, self.narrow):
            return False
        self.turned.emit()
        return True

    def by_width(self, place: str) -> str:
        """Returns the name of a place that looks otherwise in a narrow window."""
        return f"{place}/{'narrow' if self.narrow else 'wide'}"

    def find(self, place: str, *, anywhere: bool = True) -> object:
        """Returns what was kept; None for nothing.

        Args:
            anywhere: Else what was kept in another project.
        """
        for scope in (self._project, ANY)[: 1 + anywhere]:
            if (value := self._settings.value(f"{GROUP}/{scope}/{place}")) is not None:
                return value
        return None

    def keep(self, place: str, value: object, *, anywhere: bool = True) -> None:
        """Keeps a value; None forgets it.

        Args:
            anywhere: For projects as well that have none of their own.
        """
        for scope in (self._project, ANY)[: 1 + anywhere]:
            if value is None:
                self._settings.remove(f"{GROUP}/{scope}/{place}")
            else:
                self._settings.setValue(f"{GROUP}/{scope}/{place}", value)

    def texts(self) -> dict[str, str]:
        """Returns how panes, tabs and columns stand in this project, by place."""
        self._settings.beginGroup(f"{GROUP}/{self._project}")
        kept = {name: self._settings.value(name) for name in self._settings.allKeys()}
        self._settings.endGroup()
        return {
            name: value
            for name, value in kept.items()
            if isinstance(value, str) and name.partition("/")[0] in SHARED
        }

    def take_texts(self, texts: Mapping[str, str]) -> None:
        """Takes over how panes, tabs and columns stood elsewhere, where nothing of that is kept yet."""
        for name, value in texts.items():
            if name.partition("/")[0] in SHARED and self.find(name, anywhere=False) is None:
                self.keep(name, value, anywhere=False)

    def forget(self) -> None:
        """Forgets what is kept of this project, and what others would take."""
        for scope in (self._project, ANY):
            self._settings.remove(f"{GROUP}/{scope}")
        self.forgotten.emit()


def layouts_around(widget: QWidget) -> WindowLayouts | None:
    """Returns the layouts of the window that a widget stands in, or that its dialog belongs to, if any."""
    place: QWidget | None = widget
    while place is not None:
        found = place.findChild(WindowLayouts, "", Qt.FindChildOption.FindDirectChildrenOnly)
        if isinstance(found, WindowLayouts):
            return found
        place = place.parentWidget()
    return None

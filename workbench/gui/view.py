"""The base of all views: asks anew when something went stale and it is seen; hidden ones wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from workbench.gui.desk import Desk, Selection

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from workbench.model.changes import Changes


LEAST = QSize(180, 110)
"""Smallest size of a view in pixels: what a dock may be made, whatever the view shows."""


class View(QWidget):
    """One view of the window.

    Subclasses set the class attributes and override `concerns`, `refresh` and, if they follow it, `follow`.

    Attributes:
        key: Name in menus' data, layouts and tests.
        title: What the tab says.
        icon_name: Name of its icon.
        ticks: Whether it says ages or rates, so that `tick` is called about once a second while it is seen.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    icon_name: ClassVar[str] = ""
    ticks: ClassVar[bool] = False

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName(self.key)
        self.desk = desk
        self._stale = True
        desk.changed.connect(self._changed)
        desk.selected.connect(self._selected)

    def concerns(self, changes: Changes) -> bool:  # noqa: ARG002  # subclasses look at it
        """Whether these changes make this view stale."""
        return True

    def refresh(self) -> None:
        """Asks the services again and shows the answer; must be quick."""

    def follow(self, selection: Selection) -> None:
        """Shows what was selected elsewhere."""

    def tick(self) -> None:
        """Says again what time alone has changed, such as ages; must be quick."""

    def focus_filter(self) -> None:
        """Gives the keyboard to the view's filter, if it has one (Ctrl+F)."""
        for line in self.findChildren(QLineEdit):
            if line.isVisible() and line.isEnabled() and not line.isReadOnly():
                line.setFocus(Qt.FocusReason.ShortcutFocusReason)
                line.selectAll()
                return

    def _changed(self, changes: Changes) -> None:
        if not self.concerns(changes):
            return
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def _selected(self, selection: Selection) -> None:
        if self.isVisible():
            self.follow(selection)
        else:
            self._stale = True

    @override
    def minimumSizeHint(self) -> QSize:
        # Else a view that spreads out where it has room would not let go of that room again.
        return LEAST

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.ticks:
            self.desk.ticker.follow(self)
        if self._stale:
            self._stale = False
            self.refresh()
            self.follow(self.desk.selection)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.desk.ticker.leave(self)

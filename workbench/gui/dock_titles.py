"""Gives a view one title: that of its dock, or that of its tab where several stand behind each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QTabBar, QWidget
from typing_extensions import override

from workbench.gui.ticker import pause_timer

KNOWN = "titles"
"""Property of a tab bar that is looked after already."""
CLOSE = 26
"""Pixels that the button which closes a tab takes."""


class DockTitles(QObject):
    """Takes the title of docks away while tabs name them; the tabs close and float what the title would."""

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
        super().__init__(window)
        self._window, self._docks = window, docks
        self._later = pause_timer(self, 0, self.look)
        for dock in docks.values():
            for moved in (dock.visibilityChanged, dock.topLevelChanged, dock.dockLocationChanged):
                moved.connect(self.look_soon)

    def look_soon(self, _value: object = None) -> None:  # a signal's argument
        """Looks once what is being arranged stands."""
        self._later.start(0)

    def look(self) -> None:
        """Takes and gives titles as the docks stand now."""
        for dock in self._docks.values():
            tabbed = not dock.isFloating() and any(
                not other.isHidden() for other in self._window.tabifiedDockWidgets(dock)
            )
            if tabbed != (dock.titleBarWidget() is not None):
                bare = QWidget(dock) if tabbed else None
                before = dock.titleBarWidget()
                dock.setTitleBarWidget(bare)  # type: ignore[arg-type]  # None gives it its own again
                if before is not None:
                    before.deleteLater()
        for bar in self._bars():
            if not bar.property(KNOWN):
                bar.setProperty(KNOWN, True)  # Qt's signature
                self._look_after(bar)
            self._fit(bar)

    def _bars(self) -> list[QTabBar]:
        return self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def _look_after(self, bar: QTabBar) -> None:
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setUsesScrollButtons(True)
        bar.installEventFilter(self)
        bar.tabCloseRequested.connect(lambda place: self.at(bar, place).close())
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(partial(self._offer, bar))

    def _fit(self, bar: QTabBar) -> None:
        """Gives tabs their closing buttons where whole titles have room beside them; the menu has it, too."""
        buttons = CLOSE * bar.count() if not bar.tabsClosable() else 0
        closable = bar.sizeHint().width() + buttons <= bar.width()
        if closable is not bar.tabsClosable():
            bar.setTabsClosable(closable)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.look_soon()
        return False

    def at(self, bar: QTabBar, place: int) -> QDockWidget:
        """Returns the dock of a tab."""
        name = bar.tabText(place).replace("&&", "&")
        return next(dock for dock in self._docks.values() if dock.windowTitle() == name)

    def _offer(self, bar: QTabBar, point: QPoint) -> None:
        place = bar.tabAt(point)
        if place >= 0:
            self.menu(bar, place).popup(bar.mapToGlobal(point))

    def menu(self, bar: QTabBar, place: int) -> QMenu:
        """Returns what can be done with the view of a tab."""
        dock = self.at(bar, place)
        menu = QMenu(bar)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Take out of the window", partial(dock.setFloating, True))  # Qt's signature
        menu.addAction("Close", dock.close)
        return menu

"""Lets the person choose the zone of all times: from a short menu, or by name out of all zones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QComboBox, QCompleter, QInputDialog, QMenu, QWidget
from typing_extensions import override

from workbench.errors import WorkbenchError
from workbench.gui.desk import Notice
from workbench.gui.loop import spawn
from workbench.gui.time_format import set_zone, shown_zone
from workbench.gui.widgets import error_text
from workbench.model.clock import SystemClock
from workbench.model.zones import SYSTEM, UNIVERSAL, Zone, zone_keys
from workbench.project.zone_choice import remember_zone, zone_or_system

if TYPE_CHECKING:
    from workbench.gui.main_window import MainWindow

Choose = Callable[[str], object]


class ZoneChooser:
    """The zone of all times as the person chose it, remembered for the window and the command line."""

    def __init__(self, window: MainWindow, environ: Mapping[str, str]) -> None:
        self._window = window
        self._environ = environ

    def begin(self) -> None:
        """Takes the zone that was chosen before; one that this machine does not know is said."""
        zone, trouble = zone_or_system(self._environ)
        set_zone(zone.key)
        if trouble:
            self._window.notices.show_notice(Notice(kind="warning", text=trouble))

    def offer(self) -> None:
        """Offers zones in a menu."""
        menu = zone_menu(self._window, SystemClock().now(), self.choose, self.ask)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(QCursor.pos())

    def ask(self) -> None:
        """Asks for a zone by name."""
        spawn(self._asked(), name="Choose a time zone")

    async def _asked(self) -> None:
        zone_dialog(self._window, await asyncio.to_thread(zone_keys), self._take)

    def choose(self, key: str) -> None:
        """Has all times shown and typed in a zone from now on."""
        try:
            self._take(key)
        except WorkbenchError as error:
            self._window.notices.show_notice(Notice(kind="error", text=error_text(error)))

    def _take(self, key: str) -> None:
        set_zone(key)
        remember_zone(self._environ, shown_zone().zone)


def zone_menu(parent: QWidget, now: int, choose: Choose, other: Callable[[], object]) -> QMenu:
    """Returns a menu of the machine's zone, UTC, the chosen one, and a way to all others.

    Args:
        now: The present time, microseconds since 1970, whose offsets are told.
        choose: Given the key of a zone.
        other: Asks for another one.
    """
    menu = QMenu(parent)
    chosen = shown_zone().zone
    for zone in dict.fromkeys((SYSTEM, UNIVERSAL, chosen)):
        action = menu.addAction(_words(zone, now), partial(choose, zone.key))
        action.setCheckable(True)
        action.setChecked(zone == chosen)
    menu.addSeparator()
    menu.addAction("Another zone …", other)
    return menu


def _words(zone: Zone, now: int) -> str:
    return f"This machine's zone, {zone.told(now)}" if zone == SYSTEM else zone.told(now)


class ZoneDialog(QInputDialog):
    """Takes a zone by name; stays open with what was typed while there is no such zone (V2)."""

    said = "Zone of all times that are shown and typed; a name, UTC or an offset as +02:00"

    def __init__(self, parent: QWidget, choose: Choose) -> None:
        super().__init__(parent)
        self._choose = choose
        self.setObjectName("zone-dialog")
        self.setWindowTitle("Time zone")
        self.setLabelText(self.said)

    @override
    def accept(self) -> None:
        try:
            self._choose(self.textValue())
        except WorkbenchError as error:
            self.setLabelText(f"{self.said}\n\n{error_text(error)}")
            return
        super().accept()


def zone_dialog(parent: QWidget, keys: Sequence[str], choose: Choose) -> QInputDialog:
    """Opens a dialog that takes a zone by name, completing any part of it, or an offset.

    Args:
        choose: Given what was typed; raises WorkbenchError where that is no zone.
    """
    dialog = ZoneDialog(parent, choose)
    dialog.setComboBoxItems(list(keys))
    dialog.setComboBoxEditable(True)
    dialog.setTextValue(shown_zone().zone.key)
    box = dialog.findChild(QComboBox)
    if box is not None:
        completer = QCompleter(list(keys), box)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        box.setCompleter(completer)
        if (line := box.lineEdit()) is not None:
            line.selectAll()
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog

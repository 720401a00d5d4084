"""The explicit list of views: a new view is one file and one line here.

A view is a subclass of `workbench.gui.view.View`. Its module is imported when the window fills, not before.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.gui.view import View


@dataclass(frozen=True, slots=True)
class Entry:
    """One view: its name, what its tab says, its icon, where its class is, and where it stands by default.

    Attributes:
        area: ``left``, ``centre``, ``right`` or ``bottom``.
    """

    key: str
    title: str
    icon: str
    where: str
    area: str = "centre"

    def load(self) -> type[View]:
        """Imports the class."""
        module, _, name = self.where.partition(":")
        found: type[View] = getattr(importlib.import_module(module), name)
        return found


VIEWS = (
    Entry("explorer", "Explorer", "folder", "workbench.gui.explorer:Explorer", "left"),
    Entry("board", "Flow board", "board", "workbench.gui.views.board:BoardView"),
    Entry("streams", "Streams", "stream", "workbench.gui.views.streams:StreamsView"),
    Entry("timeline", "Timeline", "timeline", "workbench.gui.views.timeline:TimelineView"),
    Entry("commands", "Commands", "command", "workbench.gui.views.commands:CommandsView"),
    Entry("projections", "Projections", "projection", "workbench.gui.views.projections:ProjectionsView"),
    Entry(
        "subscriptions",
        "Subscriptions",
        "subscription",
        "workbench.gui.views.subscriptions:SubscriptionsView",
    ),
    Entry("letters", "Dead letters", "dead-letter", "workbench.gui.views.letters:LettersView"),
    Entry("scenarios", "Scenarios", "scenario", "workbench.gui.views.scenarios:ScenariosView"),
    Entry("inspector", "Inspector", "inspector", "workbench.gui.views.inspector:InspectorView", "right"),
    Entry("log", "Log", "log", "workbench.gui.views.log:LogView", "bottom"),
    Entry("settings", "Settings", "settings", "workbench.gui.views.settings:SettingsView"),
)

Columns = tuple[tuple[str, ...], ...]

PERSPECTIVES: dict[str, Columns] = {
    "Design": (("explorer",), ("board+settings",), ("commands",)),
    "Run": (("explorer",), ("commands",), ("timeline", "streams"), ("projections",)),
    "Observe": (("explorer",), ("board",), ("subscriptions", "log")),
    "Repair": (("explorer",), ("letters",), ("inspector",)),
    "Test": (("explorer",), ("scenarios",), ("timeline", "log")),
}
"""For each perspective its columns from left to right; the views of a column stand below each other, views
joined by ``+`` behind each other as tabs."""
NARROW: dict[str, Columns] = PERSPECTIVES | {
    "Run": (("explorer",), ("commands",), ("timeline+streams", "projections")),
    "Observe": (("explorer",), ("board",), ("subscriptions+log",)),
    "Repair": (("explorer",), ("letters+inspector",)),
    "Test": (("explorer",), ("scenarios", "timeline+log")),
}
"""The same for windows that are not wide enough for them."""
MENUS = ("File", "View", "Go", "Engine", "Help")

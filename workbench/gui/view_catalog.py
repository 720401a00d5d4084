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
class ViewEntry:
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
    ViewEntry("explorer", "Explorer", "folder", "workbench.gui.explorer:Explorer", "left"),
    ViewEntry("board", "Flow board", "board", "workbench.gui.views.board_view:BoardView"),
    ViewEntry("streams", "Streams", "stream", "workbench.gui.views.streams_view:StreamsView"),
    ViewEntry("timeline", "Timeline", "timeline", "workbench.gui.views.timeline_view:TimelineView"),
    ViewEntry("commands", "Commands", "command", "workbench.gui.views.commands_view:CommandsView"),
    ViewEntry(
        "projections", "Projections", "projection", "workbench.gui.views.projections_view:ProjectionsView"
    ),
    ViewEntry(
        "subscriptions",
        "Subscriptions",
        "subscription",
        "workbench.gui.views.subscriptions_view:SubscriptionsView",
    ),
    ViewEntry("story", "Story of a command", "trace", "workbench.gui.views.story_view:StoryView"),
    ViewEntry("letters", "Dead letters", "dead-letter", "workbench.gui.views.letters_view:LettersView"),
    ViewEntry("scenarios", "Scenarios", "scenario", "workbench.gui.views.scenarios_view:ScenariosView"),
    ViewEntry("coverage", "Coverage", "check", "workbench.gui.views.coverage_view:CoverageView"),
    ViewEntry("explore", "Explore", "split", "workbench.gui.views.explore_view:ExploreView"),
    ViewEntry(
        "inspector", "Inspector", "inspector", "workbench.gui.views.inspector_view:InspectorView", "right"
    ),
    ViewEntry("search", "Search", "search", "workbench.gui.views.search_view:SearchView"),
    ViewEntry("log", "Log", "log", "workbench.gui.views.log_view:LogView", "bottom"),
    ViewEntry("time", "Time", "clock", "workbench.gui.views.time_view:TimeView"),
    ViewEntry("faults", "Faults", "bug", "workbench.gui.views.faults_view:FaultsView", "right"),
    ViewEntry("compare", "Compare", "diff", "workbench.gui.views.compare_view:CompareView"),
    ViewEntry("settings", "Settings", "settings", "workbench.gui.views.settings_view:SettingsView"),
    ViewEntry("text", "Project file", "code", "workbench.gui.views.text_view:TextView"),
)

Columns = tuple[tuple[str, ...], ...]

PERSPECTIVES: dict[str, Columns] = {
    "Design": (("explorer",), ("board+text+settings",)),
    "Run": (("explorer",), ("commands",), ("timeline", "streams"), ("projections",)),
    "Observe": (("explorer",), ("board+story",), ("subscriptions", "log")),
    "Repair": (("explorer",), ("letters",), ("inspector",)),
    "Test": (("explorer",), ("scenarios+coverage+explore+timeline+log",)),
}
"""For each perspective its columns from left to right; the views of a column stand below each other, views
joined by ``+`` behind each other as tabs."""
NARROW: dict[str, Columns] = PERSPECTIVES | {
    "Run": (("explorer",), ("commands",), ("timeline+streams", "projections")),
    "Observe": (("explorer",), ("board+story",), ("subscriptions+log",)),
    "Repair": (("explorer",), ("letters+inspector",)),
}
"""The same for windows that are not wide enough for them."""
EARLIER: dict[str, Columns] = {
    "Test": (("explorer",), ("scenarios+coverage+explore",), ("timeline", "log")),
}
"""What was the default before it was kept with the docks by which one they stand."""
WORLD: Columns = (("time+faults",), ("compare+log",))
"""How the window of a fork stands at first."""
BUNDLE: Columns = (("inspector",), ("timeline+story+time+subscriptions", "log"))
"""How the window of a bundle stands at first."""
MENUS = ("File", "Edit", "View", "Go", "Engine", "Help")


def defaults_of(perspective: str, *, narrow: bool) -> tuple[Columns, Columns]:
    """Returns how a perspective stands by default, and how it stood when that was not kept with the docks."""
    return (NARROW if narrow else PERSPECTIVES)[perspective], EARLIER.get(perspective, ())

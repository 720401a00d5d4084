"""The instances that a process has now: since when, in which state, and for what each waits (K7)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.desk import Selection
from workbench.gui.event_actions import plain
from workbench.gui.filter_row import FilterRow
from workbench.gui.json_outline import masked_text
from workbench.gui.layouts import Tabs, in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute, relative
from workbench.gui.widgets import ElidedLabel, JsonView
from workbench.model.counts import counted
from workbench.services.story.row_history import Walk
from workbench.services.subscriptions import MOST

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.story.instance_history import InstanceStep
    from workbench.services.subscriptions import ProcessInstance


def _began(at: int | None) -> str:
    return "–" if at is None else absolute(at)


COLUMNS = (
    TableColumn("Key", width=120),
    TableColumn("Waits for", width=190, about="Commands that it issued for later, the next due first"),
    TableColumn("State", width=160, mono=True, stretch=True, text=masked_text),
    TableColumn("Began", width=ABSOLUTE_WIDTH, mono=True, text=_began, zoned=True),
)
STEPS = (
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Event", width=120),
    TableColumn("State after it", width=150, mono=True, stretch=True),
    TableColumn("Issued", width=130),
)


ALIVE = "They stand here from the event that begins one to the last."
ABREAST = 620
"""Pixels in width from which table and chosen instance stand side by side."""


class ProcessInstances(QWidget):
    """A table, and beside it, or below where that is narrow, the chosen one in full."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._found: dict[str, ProcessInstance] = {}
        self._wanted = self._process = ""
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Instances of the process")
        self.table.set_empty("No instances", ALIVE)
        self.whole = JsonView()
        self.whole.setAccessibleName("State of the instance, and what it waits for")
        self.filter = FilterRow("instances")
        self.filter.settled.connect(lambda _words: self.show_of(self._process))
        self.said = ElidedLabel("muted")
        self.history = FastTableView(STEPS)
        self.history.setAccessibleName("What the instance went through; Enter tells the story of the command")
        self.history.set_empty("No events found", "None of the events that hold its key are its own.")
        self.tabs = Tabs()
        self.tabs.addTab(self.whole, "State")
        self.tabs.addTab(self.history, "History")
        self._reading = Question(self, desk, self._show, self.filter.failing(self.table.fail))
        self._tracing = Question(self, desk, self._show_history, self.history.fail)
        self._walk: Walk | None = None
        self._split = in_panes(Qt.Orientation.Horizontal, (self.table, 3), (self.tabs, 2), name="processes")
        in_column(
            in_row((self.filter, 2), (self.said, 1)),
            (self._split, 1),
            of=self,
            margins=(0, 4, 0, 0),
            spacing=4,
        )
        self.table.row_chosen.connect(lambda _row: self._tell())
        self.tabs.currentChanged.connect(lambda _at: self._tell())
        self.acts = Actions(self, self)
        self.acts.offer()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        way = Qt.Orientation.Horizontal if self.width() >= ABREAST else Qt.Orientation.Vertical
        if self._split.orientation() != way:
            self._split.setOrientation(way)

    def show_of(self, process: str) -> None:
        """Shows the instances of a process."""
        subscriptions = self._desk.workspace.subscriptions
        self._process, words = process, self.filter.asked()

        def read() -> tuple[str, int, Sequence[ProcessInstance]]:
            if words:
                takes_time()
            return words, subscriptions.instance_count(process), subscriptions.instances(process, words)

        self._reading.ask(read, (process, words))

    def choose(self, key: str) -> None:
        """Chooses an instance as soon as the instances of its process are there."""
        self._wanted = key

    def _show(self, answer: tuple[str, int, Sequence[ProcessInstance]]) -> None:
        words, count, found = answer
        now = self._desk.workspace.clock.now()
        self._found = {one.key: one for one in found}
        self.table.refresh(ListSource([(one.key, _waits(one, now), one.state, one.began) for one in found]))
        self.filter.show_count(len(found), count, "Keys and states are looked at")
        none = f"All {count:,} were searched for “{words}”." if words else ALIVE
        self.table.set_empty("None fits" if words and count else "No instances", none)
        of = f" of {count:,}{' that fit' if words else ''}, by their keys"
        all_of_them = "" if words else counted(count, "instance")
        self.said.setText(f"The first {MOST:,}{of}" if len(found) == MOST else all_of_them)
        if (key := self._wanted) and not self.table.choose_key(key):
            self.said.setText(f"{self.said.text()}; {key} is over")
        self._wanted = ""
        self._tell()

    def _tell(self) -> None:
        row = self.table.current_row()
        one = self._found.get(row[0]) if row is not None else None
        self.whole.set_value(None if one is None else _whole(one))
        if one is not None and self.tabs.currentWidget() is self.history:
            self._trace(one)

    def _trace(self, one: ProcessInstance) -> None:
        """Asks what an instance went through; what was asked for before is ended."""
        if self._walk is not None:
            self._walk.cancel()
        walk = self._walk = Walk()
        stories, process = self._desk.workspace.stories, self._process

        def read() -> Sequence[InstanceStep]:
            takes_time()
            return stories.instance(process, one.key, one.position, walk)

        self._tracing.ask(read, (process, one.key, one.state))

    def _show_history(self, found: Sequence[InstanceStep]) -> None:
        rows = [
            (one.event.position, one.event.type, _became(one), ", ".join(one.issued), one.event)
            for one in found
        ]
        self.history.refresh(ListSource(rows))

    @action("Story of its command", icon="trace", on="history", default=True)
    def tell_story(self, rows: ChosenRows) -> None:
        """Tells the story to which an event of the instance belongs."""
        event = rows.row[-1]
        place = Selection(stream=event.stream, version=event.version, position=event.position)
        self._desk.select(place, view="story")


def _became(step: InstanceStep) -> str:
    return step.trouble or (masked_text(step.state) if step.state else "ended")


def _waits(one: ProcessInstance, now: int) -> str:
    return ", ".join(f"{command.type} {relative(command.deliver_at or now, now)}" for command in one.waiting)


def _whole(one: ProcessInstance) -> dict[str, Any]:
    waiting = [
        {"command": command.type, "due": absolute(command.deliver_at or 0), "data": json.loads(command.data)}
        for command in one.waiting
    ]
    return {"key": one.key, "state": plain(one.state), "waiting": waiting}

"""The instances of a process: since when, in which state, for what each waits (K7), and which ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QWidget
from typing_extensions import override

from workbench.gui.actions import Actions, action
from workbench.gui.desk import Selection
from workbench.gui.event_actions import plain
from workbench.gui.filter_row import FilterRow
from workbench.gui.json_outline import masked_text
from workbench.gui.layouts import Tabs, in_column, in_panes, in_row
from workbench.gui.paged_model import Key, ListSource, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import ABSOLUTE_WIDTH, absolute, relative
from workbench.gui.widgets import ElidedLabel, JsonView
from workbench.model.counts import counted
from workbench.services.story.ended_instances import EndedInstance
from workbench.services.story.row_history import Walk
from workbench.services.subscriptions import MOST

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.story.ended_instances import EndedInstances
    from workbench.services.story.instance_history import InstanceStep
    from workbench.services.subscriptions import ProcessInstance


def _time(at: int | None) -> str:
    return "–" if at is None else absolute(at)


COLUMNS = (
    TableColumn("Key", width=120),
    TableColumn("Waits for", width=190, about="Commands that it issued for later, the next due first"),
    TableColumn("State", width=160, mono=True, stretch=True, text=masked_text),
    TableColumn("Began", width=ABSOLUTE_WIDTH, mono=True, text=_time, zoned=True),
    TableColumn("Ended", width=ABSOLUTE_WIDTH, mono=True, text=_time, zoned=True),
)
ENDED = 4
STEPS = (
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
    TableColumn("Event", width=120),
    TableColumn("State after it", width=150, mono=True, stretch=True),
    TableColumn("Issued", width=130),
)


ALIVE = "They stand here from the event that begins one to the last."
ABREAST = 620
"""Pixels in width from which table and chosen instance stand side by side."""
TOLD_MS = 100


class ProcessInstances(QWidget):
    """A table, and beside it, or below where that is narrow, the chosen one in full."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._found: Sequence[ProcessInstance] = ()
        self._over: Sequence[EndedInstance] = ()
        self._shown: dict[Key, ProcessInstance | EndedInstance] = {}
        self._ended: tuple[object, EndedInstances] | None = None
        self._wanted = self._process = self._words = ""
        self._count = 0
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Instances of the process")
        self.table.set_empty("No instances", ALIVE)
        self.whole = JsonView()
        self.whole.setAccessibleName("State of the instance, and what it waits for")
        self.filter = FilterRow("instances")
        self.filter.settled.connect(lambda _words: self.show_of(self._process))
        self.said = ElidedLabel("muted")
        self.ended = QCheckBox("Ended, too")
        self.ended.setToolTip(
            "List the instances that ended as well: the events tell which, as the model folds them now"
        )
        self.ended.toggled.connect(self._turn)
        self.history = FastTableView(STEPS)
        self.history.setAccessibleName("What the instance went through; Enter tells the story of the command")
        self.history.set_empty("No events found", "None of the events that hold its key are its own.")
        self.tabs = Tabs()
        self.tabs.addTab(self.whole, "State")
        self.tabs.addTab(self.history, "History")
        self._reading = Question(self, desk, self._show, self.filter.failing(self.table.fail))
        self._tracing = Question(self, desk, self._show_history, self.history.fail)
        self._looking = Question(self, desk, self._show_ended, self._cannot_look)
        self._walk: Walk | None = None
        self._look = Walk()
        self._timer = QTimer(self)
        self._timer.setInterval(TOLD_MS)
        self._timer.timeout.connect(self._say)
        self._split = in_panes(Qt.Orientation.Horizontal, (self.table, 3), (self.tabs, 2), name="processes")
        in_column(
            in_row((self.filter, 2), self.ended, (self.said, 1)),
            (self._split, 1),
            of=self,
            margins=(0, 4, 0, 0),
            spacing=4,
        )
        self.table.row_chosen.connect(lambda _row: self._tell())
        self.tabs.currentChanged.connect(lambda _at: self._tell())
        self.acts = Actions(self, self)
        self.acts.offer()
        self._show_columns()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        way = Qt.Orientation.Horizontal if self.width() >= ABREAST else Qt.Orientation.Vertical
        if self._split.orientation() != way:
            self._split.setOrientation(way)

    def show_of(self, process: str) -> None:
        """Shows the instances of a process."""
        subscriptions = self._desk.workspace.subscriptions
        if process != self._process:
            self._over = ()
        self._process, words = process, self.filter.asked()

        def read() -> tuple[str, int, Sequence[ProcessInstance]]:
            if words:
                takes_time()
            return words, subscriptions.instance_count(process), subscriptions.instances(process, words)

        self._reading.ask(read, (process, words))
        kind = self._desk.workspace.registry.reactors.get(process)
        if self.ended.isChecked() and kind is not None and kind.stateful:
            self._look_for_ended(process, words)

    def _turn(self, _on: bool) -> None:  # a signal's argument
        """Lists those that ended, or no more."""
        self._over = ()
        self._look.cancel()
        self._looking.drop()
        self._timer.stop()
        self._show_columns()
        self.show_of(self._process)

    def _show_columns(self) -> None:
        self.table.setColumnHidden(ENDED, not self.ended.isChecked())

    def _look_for_ended(self, process: str, words: str) -> None:
        """Looks for those that ended, on from where it was looked before."""
        stories, of = self._desk.workspace.stories, (process, self._desk.workspace.registry)
        if self._ended is None or self._ended[0] != of:
            self._look.cancel()
            self._over = ()
            self._ended = (of, stories.ended(process))
        ended, walk = self._ended[1], Walk()

        def look() -> tuple[str, Sequence[EndedInstance]]:
            takes_time()
            return process, ended.look(walk, words)

        self._look = walk
        self._timer.start()
        self._looking.ask(look, (process, words))

    def _show_ended(self, found: tuple[str, Sequence[EndedInstance]]) -> None:
        self._timer.stop()
        if found[0] == self._process and self.ended.isChecked():
            self._over = found[1]
            self._fill(whole=True)

    def _cannot_look(self, error: Exception) -> None:
        self._timer.stop()
        if self.ended.isChecked():
            self.table.fail(error)

    def choose(self, key: str) -> None:
        """Chooses an instance as soon as the instances of its process are there."""
        self._wanted = key

    def _show(self, answer: tuple[str, int, Sequence[ProcessInstance]]) -> None:
        self._words, self._count, self._found = answer
        self._fill(whole=not self.ended.isChecked())

    def _fill(self, *, whole: bool) -> None:
        """Shows the instances of now, and behind them those that ended.

        Args:
            whole: Nothing more is looked for.
        """
        now, words, count = self._desk.workspace.clock.now(), self._words, self._count
        shown: list[tuple[Key, tuple[Any, ...]]] = [(one.key, _now(one, now)) for one in self._found]
        shown += [((one.key, one.position), _over(one, now)) for one in self._over]
        self._shown = dict(zip((key for key, _ in shown), (*self._found, *self._over), strict=True))
        self.table.refresh(ListSource([(*row, key) for key, row in shown], itemgetter(-1)))
        self.filter.show_count(len(self._found), count, "Keys and states are looked at")
        none = f"All {count:,} were searched for “{words}”." if words else ALIVE
        self.table.set_empty("None fits" if words and count else "No instances", none)
        self._say()
        if wanted := self._wanted:
            of_it = (key for key in self._shown if wanted == (key[0] if isinstance(key, tuple) else key))
            chosen = self.table.choose_key(next(of_it, wanted))
            if whole and not chosen:
                self.said.setText(f"{self.said.text()}; {wanted} is over")
            self._wanted = "" if whole or chosen else wanted
        self._tell()

    def _say(self) -> None:
        """Says how many there are, or how far the look for those that ended is."""
        count, words = self._count, self._words
        of = f" of {count:,}{' that fit' if words else ''}, by their keys"
        said = "" if words else counted(count, "instance")
        parts = [f"The first {MOST:,}{of}" if len(self._found) == MOST else said]
        if self._timer.isActive():
            parts.append(f"looking for those that ended: {self._look.share:.0%}")
        elif self.ended.isChecked() and self._ended is not None:
            parts.append(_told(len(self._over), self._ended[1].count, narrowed=bool(words)))
        self.said.setText("; ".join(filter(None, parts)))

    def _tell(self) -> None:
        row = self.table.current_row()
        one = self._shown.get(row[-1]) if row is not None else None
        self.whole.set_value(None if one is None else _whole(one))
        if one is not None and self.tabs.currentWidget() is self.history:
            self._trace(one)

    def _trace(self, one: ProcessInstance | EndedInstance) -> None:
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


def _now(one: ProcessInstance, now: int) -> tuple[Any, ...]:
    return one.key, _waits(one, now), one.state, one.began, None


def _over(one: EndedInstance, now: int) -> tuple[Any, ...]:
    at = one.event.recorded_at
    return one.key, f"ended by {one.event.type} {relative(at, now)}", one.state, one.began, at


def _told(shown: int, count: int, *, narrowed: bool) -> str:
    """Says how many ended, and how many of them are listed."""
    if narrowed:
        return f"{shown:,} that ended fit"
    return f"{count:,} ended" if shown == count else f"the last {shown:,} of {count:,} that ended"


def _whole(one: ProcessInstance | EndedInstance) -> dict[str, Any]:
    if isinstance(one, EndedInstance):
        by, at = one.event, absolute(one.event.recorded_at)
        ended = {"at": at, "by": by.type, "stream": by.stream, "position": by.position}
        return {"key": one.key, "ended": ended, "last state": plain(one.state)}
    waiting = [
        {"command": command.type, "due": absolute(command.deliver_at or 0), "data": json.loads(command.data)}
        for command in one.waiting
    ]
    return {"key": one.key, "state": plain(one.state), "waiting": waiting}

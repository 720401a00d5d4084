"""What differs between a fork and the project that was forked; has its commands issued there, too."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.errors import WrongExpectedVersion
from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.filter_row import FilterRow
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.reads import takes_time
from workbench.gui.table import FastTableView
from workbench.gui.view import View
from workbench.gui.views.confirm_strip import ConfirmChoice, ConfirmStrip
from workbench.gui.widgets import ElidedLabel, EmptyState
from workbench.services.worlds.compare import Comparison, StoreDifference, compare
from workbench.services.worlds.comparison_words import kind_of, kinds_told, times_last, told_apart
from workbench.services.worlds.promote import Promoted, preview, promote, question, what_became
from workbench.store.store_file import read_store_file

if TYPE_CHECKING:
    from workbench.gui.table_actions import ChosenRows
    from workbench.model.changes import Changes
    from workbench.model.registry import Registry
    from workbench.services.workspace import Workspace
    from workbench.services.worlds.fork import Fork

BADGES = {
    "row": "projection",
    "times": "projection",
    "stream": "event",
    "message": "topic",
    "letter": "error",
}
DIFFERENCES = (
    TableColumn("What", width=90, badge=lambda kind: (BADGES[kind], kind)),
    TableColumn("Where", width=280, stretch=True, about="Of a row also its key, and the column"),
    TableColumn("In the project", width=170, text=itemgetter(0), tip=itemgetter(1)),
    TableColumn("In the fork", width=170, text=itemgetter(0), tip=itemgetter(1)),
    TableColumn("Since", width=76, mono=True, align_right=True, text=lambda at: f"{at:,}" if at else ""),
)
COMMANDS = (
    TableColumn("Issued here", width=130),
    TableColumn("Stream", width=140),
    TableColumn("Expects", width=70, mono=True, align_right=True),
    TableColumn("On the project", width=150, stretch=True),
)
NONE = "This is the project itself", "Fork it at an event: then what differs stands here."
FORK = "Fork at the newest position"
CHOOSE = "Choose its store …"
NOT_FOLLOWED = (
    "Where it lies stands in a file of this fork, which may come from another person, and is not followed"
)
NOT_OPEN = (
    "{} is not open in a window from which this was forked",
    f"{NOT_FOLLOWED}. Choose the store to compare with.",
)
STORES = "Stores (*.db);;All files (*)"
SAME = "Nothing differs", "What is done in only one of both stands here."
MOVED = "The project moved on: {}. Fork it again as it is now, and issue the commands there"
DEAR = 0.5
"""Seconds of work: what takes more to compare is compared again only when a person asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was read of both.

    Attributes:
        store: Of the project.
        seconds: Of work that it took.
    """

    found: Comparison
    plan: Sequence[Promoted]
    store: Path
    seconds: float


class CompareView(View):
    """A table of what differs, with the commands that *promote* would issue below it."""

    key = "compare"
    title = "Compare"
    icon_name = "diff"
    selects = "table"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._plan: Sequence[Promoted] = ()
        self._shown: Sequence[StoreDifference] = ()
        self.said = ElidedLabel("muted")
        self.filter = FilterRow("differences")
        self.filter.settled.connect(lambda _words: self._list())
        self.strip = ConfirmStrip()
        self.table = FastTableView(DIFFERENCES)
        self.table.setAccessibleName("What differs from the project that was forked")
        self.commands = FastTableView(COMMANDS)
        self.commands.setAccessibleName("Commands that were issued in the fork")
        self.commands.set_empty("No commands", "What is issued here stands here, to be issued there as well.")
        self._read: Compared | None = None
        self._going = ""
        self._heard: Desk | None = None
        self._reading = self.question(self._show, self.table.fail)
        self._both = in_panes(Qt.Orientation.Vertical, (self.table, 3), (self.commands, 1), name="compare")
        self._bar = QWidget()
        again, issue = self.acts.button("again"), self.acts.button("ask")
        in_row((self.filter, 1), again, issue, of=self._bar, margins=0, spacing=6)
        in_column(self._bar, self.said, self.strip, (self._both, 1), of=self, margins=(6, 4, 6, 4), spacing=4)
        self._trunk = EmptyState("fork", *NONE, FORK, lambda: desk.fork_wanted.emit(Selection()))
        title, hint = NOT_OPEN
        title = title.format(fork.trunk if (fork := desk.workspace.fork) is not None else "")
        self._elsewhere = EmptyState("fork", title, hint, CHOOSE, self._choose)
        self._chosen: Path | None = None
        if (column := self.layout()) is not None:
            column.addWidget(self._trunk)
            column.addWidget(self._elsewhere)
        self._show_page()
        self.table.set_empty(*SAME)
        self.acts.offer()

    @property
    def _is_fork(self) -> bool:
        return (fork := self.desk.workspace.fork) is not None and not fork.bundled

    @override
    def concerns(self, changes: Changes) -> bool:
        stored = changes.appended or changes.removed or changes.dead_letters or bool(changes.projections)
        return self._is_fork and (stored or changes.commands or changes.model or changes.everything)

    @override
    def first_widget(self) -> QWidget:
        for page in (self._trunk, self._elsewhere):
            if not page.isHidden():
                return page.findChild(QPushButton) or self
        return self.table if self.table.model().rowCount() else self.filter.findChild(QLineEdit) or self

    # -- comparing ----------------------------------------------------------------------------------------

    @override
    def refresh(self) -> None:
        """Compares with what both have by now; where that takes long, it says only that they moved on."""
        self._hear()
        if self._read is None or self._read.seconds < DEAR or self._read.store != self._store():
            self.renew()
        else:
            self._say()

    def _hear(self) -> None:
        """Follows what the project is told that was forked, in its own window."""
        trunk = self.desk.trunk()
        if trunk is not self._heard:
            if self._heard is not None and isValid(self._heard):
                self._heard.changed.disconnect(self._changed)
            self._heard = trunk
            if trunk is not None:
                trunk.changed.connect(self._changed)

    @override
    def renew(self) -> None:
        workspace, store = self.desk.workspace, self._store()
        self._show_page()
        if (fork := workspace.fork) is not None and store is not None:
            trunk = self.trunk()
            model = trunk.registry if trunk is not None else None
            split = fork.position if store != self._chosen else None
            self._reading.ask(lambda: _read(workspace, fork, store, split, model))

    def _store(self) -> Path | None:
        """Returns the store to compare with: of the project that is open, or one that a person chose.

        Never the one that the fork names: another person may have made its folder.
        """
        if not self._is_fork:
            return None
        trunk = self.trunk()
        return trunk.project.store_path if trunk is not None else self._chosen

    def _show_page(self) -> None:
        """Shows what differs; where there is nothing to compare with, what can be done about it."""
        found = self._store() is not None
        for part in (self._bar, self.said, self._both):
            part.setVisible(found)
        self._trunk.setVisible(not self._is_fork)
        self._elsewhere.setVisible(self._is_fork and not found)

    def _choose(self) -> None:
        """Asks for the store to compare with."""
        around = str(self.desk.workspace.project.root.parent)
        name, _ = QFileDialog.getOpenFileName(
            self, "The store of the project that was forked", around, STORES
        )
        if name:
            self._chosen = Path(name)
            self.renew()

    @action(
        "Compare again",
        key="again",
        keys="F9",
        word="Again",
        icon="refresh",
        tip="Look again at what differs by now",
        anyway=True,
    )
    def again(self) -> None:
        """Compares with what both have by now."""
        self.renew()

    def _show(self, answer: Compared) -> None:
        self._read, self._plan = answer, answer.plan
        self._list()
        self.commands.refresh(
            ListSource(
                [
                    (one.command.type, one.command.stream, one.expected, one.words, one.command.number)
                    for one in self._plan
                ],
                itemgetter(-1),
            )
        )
        self.acts.refresh()

    def _list(self) -> None:
        if self._read is None:
            return
        words = self.filter.asked().casefold().split()
        self._shown = [one for one in times_last(self._read.found.differences) if _holds(one, words)]
        rows = [
            (
                kind_of(one),
                f"{one.where} {one.key} {one.column}".strip(),
                *zip(told_apart(one.ours, one.theirs), (one.ours, one.theirs), strict=True),
                one.since,
                (one.kind, one.where, one.key, one.column),
            )
            for one in self._shown
        ]
        self.table.refresh(ListSource(rows, itemgetter(-1)))
        self._say()

    def _say(self) -> None:
        """Says how much differs, as of when, and whether both moved on since."""
        if self._read is None:
            return
        if self._going:
            self.said.setText(f"{self._going} …")
            return
        found, trunk = self._read.found, self.trunk()
        now = (
            trunk.reader.head() if trunk is not None else found.heads[0],
            self.desk.workspace.reader.head(),
        )
        said = [
            kinds_told(found),
            "the project at {:,}, the fork at {:,}".format(*found.heads),
            *(f"{name}: {why}" for name, why in found.untold.items()),
        ]
        if now != found.heads and self._read.seconds >= DEAR:
            behind = "as of {:,} and {:,}, by now they are at {:,} and {:,}: Again (F9)"
            said[:2] = [behind.format(*found.heads, *now), said[0]]
        self.said.setText("; ".join(said))

    def _difference(self, chosen: ChosenRows) -> StoreDifference | None:
        key = chosen.row[-1]
        return next((one for one in self._shown if (one.kind, one.where, one.key, one.column) == key), None)

    @action("Open", on="table", icon="link", default=True, tip="Show it in this fork")
    def show_it(self, chosen: ChosenRows) -> None:
        """Shows what differs, as it is in the fork."""
        one = self._difference(chosen)
        if one is None:
            return
        views = {
            "row": (Selection(projection=one.where, key=one.key), "projections"),
            "stream": (Selection(stream=one.where), "timeline"),
            "message": (Selection(position=one.since), "log"),
            "letter": (Selection(subscription=one.where), "letters"),
        }
        selection, view = views[one.kind]
        self.desk.select(selection, view=view)

    def _no_first(self, chosen: ChosenRows) -> str:
        one = self._difference(chosen)
        if one is None or not one.since:
            return "From which event on it differs is not known"
        return "" if one.here else "That event stands in the project, not in this fork"

    @action("Show the first event that differs", key="since", on="table", icon="event", why=_no_first)
    def show_since(self, chosen: ChosenRows) -> None:
        """Shows the event from which on it differs."""
        if (one := self._difference(chosen)) is not None:
            self.desk.select(Selection(position=one.since), view="inspector")

    # -- promoting ----------------------------------------------------------------------------------------

    def trunk(self) -> Workspace | None:
        """Returns the project that was forked, where a window has it open."""
        fork = self.desk.workspace.fork
        found = desk.workspace if (desk := self.desk.trunk()) is not None else None
        here = fork is not None and found is not None and str(found.project.root.resolve()) == fork.folder
        return found if here else None

    def _no_promote(self) -> str:
        if not self._is_fork:
            return "This is the project itself"
        if self._going:
            return f"{self._going} …"
        if not any(one.goes for one in self._plan):
            if moved := [one for one in self._plan if one.left_out]:
                return MOVED.format(f"{moved[0].command.stream} {moved[0].words}")
            return "No command was issued here"
        if (trunk := self.trunk()) is None:
            return "Open the project that was forked, and fork it there"
        return trunk.observer and f"The project can only be read: {trunk.observer}"

    @action(
        "Promote …",
        key="ask",
        icon="send",
        tip="Issue the commands of this fork on the project, with the versions that were seen here",
        why=_no_promote,
    )
    def ask(self) -> None:
        """Asks before the commands are issued on the project."""
        fork = self.desk.workspace.fork
        if fork is None:
            return
        said, samples = question(self._plan, fork.trunk)
        self.strip.ask(
            said, samples, [ConfirmChoice(label="Promote", run=partial(self._promote, self._plan))]
        )

    def _promote(self, plan: Sequence[Promoted]) -> None:
        """Issues what was asked about, whatever was issued in the fork since."""
        if (trunk := self.trunk()) is not None:
            self._tell_going("Promoting")
            self.desk.run(self._promoted(plan, trunk), "Promote")

    def _tell_going(self, said: str) -> None:
        """Says what goes on where commands are issued; an empty text once that is over."""
        self._going = said
        self._say()
        self.acts.refresh()

    async def _promoted(self, plan: Sequence[Promoted], trunk: Workspace) -> None:
        fork = self.desk.workspace.fork
        name = fork.trunk if fork is not None else trunk.project.name
        try:
            done = await promote(plan, trunk, lambda said: self._tell_going(f"Promoting {said}"))
        except WrongExpectedVersion as error:
            self.desk.notice("error", f"Nothing was issued on {name}, for it moved on: {error}.")
            return
        finally:
            self._tell_going("")
            self.renew()  # where it was refused, the project moved on
        well, said = what_became(plan, done, name)
        self.desk.notice("ok" if well else "warning", said)


def _read(
    workspace: Workspace, fork: Fork, store: Path, split: int | None, model: Registry | None
) -> Compared:
    """Compares with the trunk's store, for a thread."""
    takes_time()
    begun = time.thread_time()
    registry, here = workspace.registry, workspace.reader
    with read_store_file(store, registry.stored_names()) as trunk:
        found = compare(trunk, here, registry.projections.values(), lambda _what: None, split=split)
        plan = preview(here, fork.position, trunk, model)
    return Compared(found=found, plan=plan, store=store, seconds=time.thread_time() - begun)


def _holds(one: StoreDifference, words: Sequence[str]) -> bool:
    text = f"{kind_of(one)} {one.where} {one.key} {one.column} {one.ours} {one.theirs}".casefold()
    return all(word in text for word in words)

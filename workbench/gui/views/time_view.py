"""What is due, such as retries, commands for later, retention; in a fork the clock is moved here."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import event_actions
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import absolute, shown_zone
from workbench.gui.view import View
from workbench.gui.widgets import ElidedLabel, plain_label, push_button
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.services.search.time_words import read_time
from workbench.services.story.time_axis import length_words

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.services.worlds.future import Due, Moved

KINDS = {
    "retry": "warning",
    "delayed": "info",
    "command": "policy",
    "lease": "neutral",
    "expiry": "error",
    "pace": "info",
    "retention": "neutral",
}
LOOKING = "Time goes by itself here. In a fork it is moved by hand."
MOVED = "Let time pass"


class TimeView(View):
    """The queue of all that is due, the next first, with buttons that move the clock of a fork."""

    key = "time"
    title = "Time"
    icon_name = "clock"
    ticks = True
    selects = "table"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._moving = False
        self._due: dict[tuple[int, str, str], Due] = {}
        self.now = plain_label(role="heading")
        self.since = ElidedLabel("muted")
        self.count = ElidedLabel("muted")
        self.stop = QCheckBox("Stop at the first failure")
        self.stop.setToolTip("Stop as soon as something dies, or a command is refused")
        self.stop.setChecked(True)
        self.table = FastTableView(self._columns())
        self.table.setAccessibleName("What is due")
        self.table.set_empty("Nothing is due", "Retries, delayed messages and commands for later stand here.")
        self._reading = self.question(self._show, self.table.fail)
        buttons = [self.acts.button(key, primary=key == "next_due") for key in ("next_due", "hour", "day")]
        self.until = QLineEdit()
        self.until.setAccessibleName("Until when time passes")
        self.until.setPlaceholderText("+2h")
        self.until.setToolTip("Let time pass until then (Enter): +2h, or 2026-11-26 08:00")
        self.until.returnPressed.connect(self._go)
        self.fork = push_button(
            "Fork at the newest position", lambda: desk.fork_wanted.emit(Selection()), sign=icon("fork")
        )
        self._by_hand = QWidget()
        in_column(
            in_row(*buttons, 1, spacing=6),
            in_row((self.until, 1), self.stop, spacing=8),
            of=self._by_hand,
            margins=0,
            spacing=6,
        )
        in_column(
            in_row(self.now, (self.since, 1)),
            self._by_hand,
            in_row(self.fork, self.acts.button("do_now"), 1),
            self.count,
            (self.table, 1),
            of=self,
            margins=(8, 6, 8, 4),
            spacing=6,
        )
        by_hand = desk.workspace.future.by_hand
        self._by_hand.setVisible(by_hand)
        self.fork.setVisible(not by_hand)
        self.table.row_chosen.connect(self._choose)
        self.acts.offer()

    def _columns(self) -> tuple[TableColumn, ...]:
        return (
            TableColumn("In", width=72, align_right=True, text=self._in, tip=absolute),
            TableColumn("What", width=96, badge=lambda kind: (KINDS[kind], kind)),
            TableColumn("Who", width=110),
            TableColumn("About", width=150, stretch=True),
            TableColumn(
                "Try", width=50, mono=True, align_right=True, text=_try, about="The try that comes then"
            ),
            TableColumn(
                "Position", width=76, mono=True, align_right=True, text=lambda at: f"{at:,}" if at else ""
            ),
        )

    def _choose(self, row: Sequence[Any]) -> None:
        if row[POSITION]:
            self.desk.select(Selection(position=row[POSITION]))

    def _in(self, at: int) -> str:
        now = self.desk.workspace.clock.now()
        return f"+{length_words(at - now)}" if at > now else "now"

    @override
    def concerns(self, changes: Changes) -> bool:
        return bool(changes.everything or changes.subscriptions or changes.engine or changes.model)

    @override
    def refresh(self) -> None:
        self._reading.ask(self.desk.workspace.future.due)

    @override
    def first_widget(self) -> QWidget:
        if self.table.model().rowCount():
            return self.table
        return self.until if self.desk.workspace.future.by_hand else self.fork

    @override
    def tick(self) -> None:
        workspace = self.desk.workspace
        self.now.setText(absolute(workspace.clock.now()))
        fork = workspace.fork
        passed = workspace.clock.now() - fork.began if fork is not None else 0
        self.since.setText(f"+{length_words(passed)} since then" if fork is not None else LOOKING)

    def _show(self, due: Sequence[Due]) -> None:
        self.tick()
        self.count.setText(f"{len(due):,} due")
        self._due = {(one.position, one.what, one.kind): one for one in due}
        rows = [
            (one.at, one.kind, one.what, one.about, one.attempt, one.position, key)
            for key, one in self._due.items()
        ]
        self.table.refresh(ListSource(rows, itemgetter(-1)))
        self.acts.refresh()

    # -- before its time --------------------------------------------------------------------------------

    def read_only(self) -> str:
        """Returns why nothing can be changed here."""
        return self.desk.read_only()

    def _only_then(self, rows: ChosenRows) -> str:
        due = self._due.get(rows.row[-1])
        return "" if due is not None and due.early else "It only comes with its time"

    @action(
        "Do now",
        icon="send",
        tip=f"Make this delivery before its time; this is recorded. {prospect(OperatorAct.DO_NOW)}",
        on="table",
        writes=True,
        why=_only_then,
    )
    def do_now(self, rows: ChosenRows) -> None:
        """Has what is chosen done before its time."""
        due = self._due[rows.row[-1]]
        self.desk.run(self._done_now(due), f"Do {due.about} now")

    async def _done_now(self, due: Due) -> None:
        await self.desk.workspace.future.do_now(due)
        self.desk.notice("ok", f"{due.about} of {due.what} is done now.")

    # -- moving the clock ---------------------------------------------------------------------------------

    def _cannot(self) -> str:
        if not self.desk.workspace.future.by_hand:
            return "Time goes by itself here: fork the project"
        return "Time is being moved" if self._moving else ""

    @action("Next due", keys="N", icon="step", tip="Move the clock to what is due next", why=_cannot)
    def next_due(self) -> None:
        """Lets time pass until the next thing is due."""
        self._move(self.desk.workspace.future.next_due(stop=self.stop.isChecked()))

    @action("+1 h", key="hour", icon="clock", tip="Let an hour pass", why=_cannot)
    def hour(self) -> None:
        """Lets an hour pass."""
        self._move(self.desk.workspace.future.move(3600.0, stop=self.stop.isChecked()))

    @action("+24 h", key="day", icon="clock", tip="Let a day pass", why=_cannot)
    def day(self) -> None:
        """Lets a day pass."""
        self._move(self.desk.workspace.future.move(24 * 3600.0, stop=self.stop.isChecked()))

    def _go(self) -> None:
        """Lets time pass until what stands in the line."""
        if why := self._cannot():
            self.desk.notice("warning", f"{why}.")
        elif text := self.until.text().strip():
            self.desk.run(self._to(text), MOVED)

    async def _to(self, text: str) -> None:
        now, zone = self.desk.workspace.clock.now(), shown_zone().zone
        back = read_time(f"-{text[1:]}", now, zone) if text.startswith("+") else None
        until = read_time(text, now, zone) if back is None else 2 * now - back
        await self._moved(self.desk.workspace.future.to(until or now, stop=self.stop.isChecked()))
        self.until.clear()

    def _move(self, work: Awaitable[Moved]) -> None:
        self.desk.run(self._moved(work), MOVED)

    async def _moved(self, work: Awaitable[Moved]) -> None:
        self._moving = True
        self.acts.refresh()
        try:
            moved = await work
        finally:
            self._moving = False
            self.acts.refresh()
        if moved.stopped:
            self.desk.notice("warning", f"Time stopped: {moved.stopped}.", topic="time")
        self._stale = True
        self.refresh()

    of_event = event_actions(
        "table", lambda _view, rows: Selection(position=rows.row[POSITION]), "inspector", "log"
    )


def _try(attempt: int) -> str:
    return str(attempt or "")


POSITION = 5

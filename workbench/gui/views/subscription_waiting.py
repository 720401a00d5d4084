"""The deliveries that wait in one subscription, and how to skip some of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from workbench.gui.actions import Actions, action
from workbench.gui.desk import Desk, Selection
from workbench.gui.event_actions import event_actions
from workbench.gui.filter_row import FilterRow
from workbench.gui.layouts import in_column, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.reads import Question, takes_time
from workbench.gui.table import FastTableView
from workbench.gui.table_actions import ChosenRows
from workbench.gui.time_format import absolute, relative
from workbench.gui.views.confirm_strip import ConfirmChoice, ConfirmStrip
from workbench.gui.widgets import ElidedLabel
from workbench.model.delivery_states import WAITING
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.operator_acts import OperatorAct, prospect
from workbench.services.subscriptions import MOST

if TYPE_CHECKING:
    from workbench.services.subscriptions import WaitingMessage

BADGES = {"blocked": "neutral", "delayed": "info", "ready": "ok", "leased": "warning"}
WAITS = "Deliveries that wait, are retried or are blocked stand here."
SAMPLES = 3
ISSUED_BY = 2
"""Column that only commands have."""
HINTS = {
    "blocked": "behind an earlier one of its key",
    "delayed": "when its time comes",
    "ready": "when its turn comes",
    "leased": "is being handled",
}


class WaitingDeliveries(QWidget):
    """A table with a button that skips what is selected, after it said what that does."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._name = ""
        self._count = 0
        self.strip = ConfirmStrip()
        self.filter = FilterRow("what waits")
        self.table = FastTableView(self._columns())
        self._reading = Question(self, desk, self._show, self.filter.failing(self.table.fail))
        self.table.setAccessibleName("Waiting deliveries")
        self.table.set_multi()
        self.table.set_empty("Nothing waits", WAITS)
        self.filter.settled.connect(lambda _words: self.show_of(self._name, self._count))
        self.said = ElidedLabel("muted")
        self.acts = Actions(self, self)
        self.skip = self.acts.button("ask")
        bar = in_row((self.filter, 2), (self.said, 1), self.skip, margins=(4, 2, 2, 2))
        in_column(bar, self.strip, (self.table, 1), of=self, margins=(0, 2, 0, 0), spacing=4)
        self.table.row_chosen.connect(lambda row: desk.select(Selection(position=row[0])))
        self.acts.offer()

    def _columns(self) -> tuple[TableColumn, ...]:
        return (
            TableColumn("Position", width=76, mono=True, align_right=True, text=lambda value: f"{value:,}"),
            TableColumn("Type", width=120),
            TableColumn("Issued by", width=120, about="Policy, or process and key of its instance"),
            TableColumn("Due", width=290, text=self._due, tip=_due_tip),
            TableColumn("State", width=92, badge=lambda state: (BADGES[state], state)),
            TableColumn("Key", width=120),
            TableColumn("Attempt", width=78, mono=True, align_right=True, about="The try that comes next"),
            TableColumn("Last error", width=160, stretch=True),
        )

    def _due(self, due: tuple[str, int | None, int]) -> str:
        state, at, _ = due
        now = self.desk.workspace.clock.now()
        if state == "delayed" and at is not None:
            return f"{relative(at, now)} · {absolute(at)}" if at > now else "now"
        return _hint(due)

    # -- what is shown ------------------------------------------------------------------------------------

    def show_of(self, name: str, waiting: int) -> None:
        """Shows what waits in a subscription.

        Args:
            waiting: How many there are in all.
        """
        if name != self._name:
            self._name = name
            self.strip.dismiss()
            self.table.set_source(ListSource([]))
            self.table.setColumnHidden(ISSUED_BY, name != COMMANDS_TOPIC)
        self._count = waiting
        subscriptions, words = self.desk.workspace.subscriptions, self.filter.asked()

        def read() -> tuple[int, str, Sequence[WaitingMessage]]:
            if words:
                takes_time()
            return waiting, words, subscriptions.waiting(name, words)

        self._reading.ask(read, (name, words))

    def _show(self, answer: tuple[int, str, Sequence[WaitingMessage]]) -> None:
        waiting, words, found = answer
        self.table.refresh(ListSource([_row(one) for one in found], itemgetter(-1)))
        self.filter.show_count(len(found), waiting, "Types, keys, states, errors and payloads are looked at")
        if words:
            self.table.set_empty("Nothing fits", f"All {waiting:,} that wait were searched for “{words}”.")
            self.said.setText(f"The first {len(found):,} that fit" if len(found) == MOST else "")
            self.acts.refresh()
            return
        self.table.set_empty("Nothing waits", WAITS)
        more = max(0, waiting - len(found))
        all_of_them = f"{_deliveries(len(found))}, in the order of the log" if found else ""
        cut = f"The first {len(found):,} in the order of the log; {more:,} more wait"
        self.said.setText(cut if more else all_of_them)
        self.acts.refresh()

    def _skippable(self) -> list[tuple[Any, ...]]:
        return [row for row in self.table.selected_rows() if row[4] in WAITING]

    # -- skipping -----------------------------------------------------------------------------------------

    def read_only(self) -> str:
        """Returns why nothing can be changed here."""
        return self.desk.read_only()

    def _no_skip(self, _rows: ChosenRows) -> str:
        return "" if self._skippable() else "None of them waits: they are being handled"

    @action(
        "Skip …",
        icon="skip",
        tip="Skip the selected deliveries; this is recorded",
        on="table",
        writes=True,
        why=_no_skip,
    )
    def ask(self, _rows: ChosenRows | None = None) -> None:
        """Asks whether to skip the selection, and says what that means."""
        chosen = self._skippable()
        if not chosen:
            return
        rest = len(chosen) - SAMPLES
        samples = [
            f"position {row[0]:,}  {row[1]}  {row[5] or 'no key'}  {row[4]}" for row in chosen[:SAMPLES]
        ]
        samples += [f"and {rest:,} more"] if rest > 0 else []
        text = (
            f"Skip {_deliveries(len(chosen))} of {self._name}? {'It is' if len(chosen) == 1 else 'They are'} "
            "never handled, no dead letter is made, and what waits behind with the same key goes on. "
            f"{prospect(OperatorAct.SKIP)}"
        )
        act = partial(self._skip, self._name, tuple(row[-1] for row in chosen))
        self.strip.ask(text, samples, [ConfirmChoice(label=f"Skip {len(chosen):,}", run=act, danger=True)])

    def _skip(self, name: str, numbers: tuple[int, ...]) -> None:
        self.desk.run(self._skipped(name, numbers), f"Skip {_deliveries(len(numbers))} of {name}")

    of_event = event_actions("table", lambda _view, rows: Selection(position=rows.row[0]), "inspector", "log")

    async def _skipped(self, name: str, numbers: tuple[int, ...]) -> None:
        done, act = await self.desk.workspace.subscriptions.skip(name, numbers)
        rest = len(numbers) - done
        late = f" {_deliveries(rest)} did not wait any more." if rest else ""
        said = f"Skipped {_deliveries(done)} of {name}.{late}"
        self.desk.notice("ok" if done else "warning", said, *self.desk.undo.offer(act))


def _row(waiting: WaitingMessage) -> tuple[Any, ...]:
    one = waiting.delivery
    last = one.attempts[-1] if one.attempts else None
    error = f"{last.error_type}: {last.error}" if last else ""
    return (
        one.position,
        waiting.type,
        waiting.issued_by,
        (one.state.value, one.due_at, waiting.behind),
        one.state.value,
        waiting.key,
        one.failed + 1,
        error,
        one.number,
    )


def _due_tip(due: tuple[str, int | None, int]) -> str:
    return absolute(due[1]) if due[1] is not None else _hint(due)


def _hint(due: tuple[str, int | None, int]) -> str:
    return f"behind dead letter {due[2]}" if due[0] == "blocked" and due[2] else HINTS[due[0]]


def _deliveries(count: int) -> str:
    return f"{count:,} delivery" if count == 1 else f"{count:,} deliveries"

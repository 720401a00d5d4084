"""What goes wrong on purpose: arms faults, tells how often they struck, and what came of them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from workbench.gui.actions import action
from workbench.gui.chooser import Chooser
from workbench.gui.desk import Desk, Selection
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.reads import takes_time
from workbench.gui.table import FastTableView
from workbench.gui.view import View
from workbench.gui.views.confirm_strip import ConfirmChoice, ConfirmStrip
from workbench.gui.widgets import ElidedLabel, plain_label
from workbench.model.counts import counted
from workbench.model.fault import KINDS, SPANS, FaultKind, FaultPlace
from workbench.model.messaging import called
from workbench.project.fault_words import fault_sentence, places, read_fault

if TYPE_CHECKING:
    from workbench.gui.table_actions import ChosenRows
    from workbench.model.changes import Changes
    from workbench.model.fault import FaultRule
    from workbench.services.worlds.armed_faults import FaultLine
    from workbench.services.worlds.fault_report import Check
    from workbench.services.worlds.free_checks import CheckFinding

STATES = {
    "waits": ("neutral", "It has struck nothing yet"),
    "strikes": ("error", "It strikes by chance until it is disarmed"),
    "struck": ("warning", "Its one call has been"),
    "gone": ("neutral", "The model has nothing of that name any more"),
}
NUMBER = 3
ARMED = (
    TableColumn("On", width=92, text=called),
    TableColumn("What it does", width=104, stretch=True),
    TableColumn(
        "Struck",
        width=84,
        badge=lambda told: (STATES[told[0]][0], told[1]),
        tip=lambda told: STATES[told[0]][1],
        about="How many of the calls that it saw since it was armed",
    ),
)
CHECKED = (
    TableColumn("Check", width=112, badge=lambda kind: kind),
    TableColumn("What was found", width=200, stretch=True),
    TableColumn("Position", width=76, mono=True, align_right=True, text=lambda at: f"{at:,}" if at else ""),
)
NONE = "No faults are armed", "Arm one below: it strikes until it is disarmed, or the world ends."
UNCHECKED = "Not checked yet", "Check tells whether rows are right, what happened twice and what did not end."
HERE, OWN = "Only in this fork.", "In the project itself: you are asked first."
WORDS = {
    FaultKind.FAIL: "fail",
    FaultKind.TIMEOUT: "time out",
    FaultKind.DUPLICATE: "come twice",
    FaultKind.DELAY: "be delayed",
    FaultKind.REORDER: "be overtaken",
    FaultKind.CRASH: "end the engine before the ack",
    FaultKind.CONFLICT: "conflict",
    FaultKind.CLOCK: "make the clock jump",
}


class FaultsView(View):
    """The armed faults, a line that arms another one, and what came of them."""

    key = "faults"
    title = "Faults"
    icon_name = "bug"
    ticks = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.said = plain_label(role="heading")
        self.strip = ConfirmStrip()
        self.table = FastTableView(ARMED)
        self.table.setAccessibleName("Faults that are armed")
        self.table.set_empty(*NONE)
        self.found = FastTableView(CHECKED)
        self.found.setAccessibleName("What came of the faults")
        self.found.set_empty(*UNCHECKED)
        self.found.refresh(ListSource([]))
        self.found.row_chosen.connect(lambda row: desk.select(_selection(row[-1])))
        self.checked = ElidedLabel("muted")
        self._reading = self.question(self._show, self.table.fail)
        self._checking = self.question(self._tell, self.found.fail, begun=self._begun)
        self._wants_check = False
        armed, report = QWidget(), QWidget()
        in_column(
            in_row((self.said, 1), self.acts.button("disarm_all")),
            self.strip,
            (self.table, 1),
            self._form(),
            of=armed,
            margins=0,
            spacing=6,
        )
        in_column(
            in_row(plain_label("Afterwards", "heading"), (self.checked, 1), self.acts.button("check")),
            (self.found, 1),
            of=report,
            margins=(0, 4, 0, 0),
            spacing=6,
        )
        panes = in_panes(Qt.Orientation.Vertical, (armed, 3), (report, 2), name="faults")
        in_column((panes, 1), of=self, margins=(8, 6, 8, 4))
        self._list_places()
        self.acts.offer()

    # -- what can be armed --------------------------------------------------------------------------------

    def _form(self) -> QWidget:
        self.place, self.kind = Chooser(), Chooser()
        self.place.setAccessibleName("What goes wrong")
        self.kind.setAccessibleName("How it goes wrong")
        self.which, self.span = QLineEdit(), QLineEdit()
        self.which.setAccessibleName("Which calls")
        self.which.setPlaceholderText("2, or 20%/7")
        self.which.setToolTip("The number of the call, from now on, or any by chance, with a seed: 20%/7")
        self.span.setAccessibleName("For how long")
        self.span.setPlaceholderText("30s")
        self.span.setToolTip("By how much it is delayed, or the clock jumps: 30s, 1h30m")
        self.place.currentIndexChanged.connect(lambda _index: self._list_kinds())
        self.kind.currentIndexChanged.connect(lambda _index: self._fit())
        for line in (self.which, self.span):
            line.returnPressed.connect(self.arm)
            line.textChanged.connect(lambda _text: self._fit())
        self.told = ElidedLabel("muted")
        form = QWidget()
        in_column(
            self.place,
            in_row((self.kind, 3), (self.which, 2), (self.span, 1), spacing=6),
            in_row((self.told, 1), self.acts.button("arm", primary=True), spacing=6),
            of=form,
            margins=0,
            spacing=6,
        )
        return form

    def _list_places(self) -> None:
        known = places(self.desk.workspace.registry)
        listed = [(place, name) for place, names in known.items() for name in names]
        shown = [(f"{place} {called(name)}", f"{place} {name}") for place, name in listed]
        if [self.place.itemData(at) for at in range(self.place.count())] == [one for _, one in shown]:
            return
        before = self.place.currentData()
        self.place.clear()
        for text, one in shown:
            self.place.addItem(text, one)
        self.place.setCurrentIndex(max(0, self.place.findData(before)))

    def _list_kinds(self) -> None:
        data, before = self.place.currentData(), self.kind.currentData()
        self.kind.clear()
        for kind in KINDS[FaultPlace(data.partition(" ")[0])] if data else ():
            self.kind.addItem(WORDS[kind], str(kind))
        self.kind.setCurrentIndex(max(0, self.kind.findData(before)))

    def _fit(self) -> None:
        kind = self.kind.currentData()
        self.span.setVisible(bool(kind) and FaultKind(kind) in SPANS)
        self.acts.refresh()
        if not kind:
            self.told.clear()
            return
        try:
            said = _begun_large(fault_sentence(self._rule()))
            self.told.setText(f"{said}. {OWN if self.desk.workspace.faults.own else HERE}")
        except Exception as error:  # noqa: BLE001  # it is told, and arming says it as well
            self.told.setText(str(error))

    def _rule(self) -> FaultRule:
        kind = self.kind.currentData()
        span = self.span.text().strip() if FaultKind(kind) in SPANS else ""
        written = [kind, self.place.currentData(), self.which.text().strip(), span]
        return read_fault(":".join(filter(None, written)), self.desk.workspace.registry)

    # -- following ----------------------------------------------------------------------------------------

    @override
    def concerns(self, changes: Changes) -> bool:
        return bool(changes.everything or changes.engine or changes.model or changes.subscriptions)

    @override
    def refresh(self) -> None:
        self._list_places()
        self._reading.ask(self.desk.workspace.faults.lines)
        if self._wants_check:
            self._checking.ask(self._found)

    @override
    def tick(self) -> None:
        self._reading.ask(self.desk.workspace.faults.lines)

    @override
    def first_widget(self) -> QWidget:
        return self.table if self.table.model().rowCount() else self.place

    def _show(self, lines: Sequence[FaultLine]) -> None:
        self.said.setText(f"{counted(len(lines), 'fault')} armed" if lines else "No faults armed")
        rows = [(one.rule.name, one.sentence, _struck(one), one.number) for one in lines]
        self.table.refresh(ListSource(rows, itemgetter(NUMBER)))
        self._fit()

    # -- arming -------------------------------------------------------------------------------------------

    def _nothing(self) -> str:
        return "" if self.place.count() else "The model has nothing that could go wrong"

    @action("Arm", icon="bug", tip="Have this go wrong from now on", writes=True, why=_nothing)
    def arm(self) -> None:
        """Arms what the form says; in the project itself after a question."""
        self.desk.run(self._asked(), "Arm a fault")

    async def _asked(self) -> None:
        rule = self._rule()
        if not self.desk.workspace.faults.own:
            await self._armed(rule)
            return
        what = f"{called(rule.name)} {fault_sentence(rule)}"
        said = f"Let this go wrong in the project itself, on its own store: {what}?"
        samples = ["What it does to stored messages, rows and letters stays."]
        if rule.kind is FaultKind.CLOCK:
            samples.append(
                "The clock stays ahead until the project is closed, and so are the times stored by then."
            )
        arm = ConfirmChoice(label="Arm it here", danger=True, run=lambda: self._arm_here(rule))
        fork = ConfirmChoice(label="Fork instead", run=lambda: self.desk.fork_wanted.emit(Selection()))
        self.strip.ask(said, samples, [fork, arm])

    def _arm_here(self, rule: FaultRule) -> None:
        self.desk.run(self._armed(rule), "Arm a fault")

    async def _armed(self, rule: FaultRule) -> None:
        await self.desk.workspace.faults.arm(rule, allowed=True)
        self.refresh()

    @action("Disarm", on="table", keys="Del", icon="close", tip="Have it strike no more", several=True)
    def disarm(self, rows: ChosenRows) -> None:
        """Disarms the chosen faults; what hangs by them goes on."""
        self.desk.run(self._disarmed(*(int(str(key)) for key in rows.keys)), "Disarm faults")

    def _none(self) -> str:
        return "" if self.desk.workspace.world.faults.armed else "No faults are armed"

    @action("Disarm all", icon="close", tip="Have none of them strike any more", why=_none)
    def disarm_all(self) -> None:
        """Disarms all faults."""
        self.desk.run(self._disarmed(), "Disarm all faults")

    async def _disarmed(self, *numbers: int) -> None:
        await self.desk.workspace.faults.disarm(*numbers)
        self.refresh()

    # -- afterwards ---------------------------------------------------------------------------------------

    @action("Check", icon="check", tip="Are rows right, did anything happen twice, what did not end?")
    def check(self) -> None:
        """Looks what came of the faults; goes through the log behind them and folds all read models."""
        self._wants_check = True
        self._checking.ask(self._found)

    def _found(self) -> Sequence[Check]:
        takes_time()
        return self.desk.workspace.faults.check()

    def _begun(self) -> None:
        self.checked.setText("Checking …")

    def _tell(self, checks: Sequence[Check]) -> None:
        self._wants_check = False
        self.checked.setText(f"checked at {self.desk.workspace.streams.head():,}")
        rows: list[tuple[object, ...]] = []
        for one in checks:
            fine = ("neutral", "not yet") if one.open else ("ok", "holds")
            kind = ("error", f"no: {len(one.findings):,} found") if one.findings else fine
            rows.append((kind, " · ".join(filter(None, (one.name, one.said))), 0, (one.name, -1), None))
            rows += [
                (("neutral", "found"), said, said.position, (one.name, at), said)
                for at, said in enumerate(one.findings)
            ]
        self.found.refresh(ListSource(rows, itemgetter(3)))


def _struck(one: FaultLine) -> tuple[str, str]:
    return one.state, "gone" if one.state == "gone" else f"{one.struck:,} of {one.calls:,}"


def _selection(found: CheckFinding | None) -> Selection:
    if found is None:
        return Selection()
    return Selection(
        position=found.position,
        subscription=found.subscription,
        projection=found.projection,
        key=found.key,
    )


def _begun_large(said: str) -> str:
    return said[:1].upper() + said[1:]

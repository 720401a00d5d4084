"""Steps a read model through the log by hand: each event, with the rows before and after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget
from shiboken6 import isValid

from workbench.errors import WorkbenchError
from workbench.gui.actions import Actions, action
from workbench.gui.desk import Selection
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.views.as_of_line import AsOfLine
from workbench.gui.views.row_source import column_of
from workbench.gui.widgets import ElidedLabel, JsonView, error_text, plain_label, push_button
from workbench.model.counts import counted
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.hints import in_brackets
from workbench.services.search.condition import Condition
from workbench.services.search.missing_fields import may_be_meant
from workbench.services.story.projection_steps import any_step, changing, where
from workbench.services.story.row_history import Walk

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.story.projection_steps import ProjectionStep, ProjectionSteps, Wanted

COLUMNS = (
    TableColumn("Row", width=90),
    TableColumn("Column", width=96),
    TableColumn("Before", width=130),
    TableColumn("After", width=190, stretch=True),
)
NONE: Mapping[str, int] = MappingProxyType({})


class StepDialog(QDialog):
    """Begins before the first event, or behind a position; nothing of it is stored."""

    def __init__(self, parent: QWidget, desk: Desk, name: str) -> None:
        super().__init__(parent)
        self.setObjectName("steps")
        self.setWindowTitle(f"Step through the events of {name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 560)
        self._desk, self._name = desk, name
        self._steps: ProjectionSteps | None = None
        self._at = 0
        self._busy = False
        self._walk = Walk()
        self.position = AsOfLine("Begin behind", "the beginning")
        self.where = QLineEdit()
        self.where.setAccessibleName("Where to stop, an expression in CEL")
        self.where.setPlaceholderText("stop where: type == 'user.created' && data.status == 'active'")
        self.event_said = ElidedLabel("heading")
        self.said = plain_label(role="muted", wrap=True)
        self.payload = JsonView()
        self.payload.setAccessibleName("What the event says")
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Rows that the event changed")
        self.table.set_empty("No row changed", "The event left all rows as they were.")
        self.acts = Actions(self, self)
        self._compose()
        self.finished.connect(lambda _code: self._walk.cancel())
        self._tell("Behind the position 0 stands the first event. Go on to it.")

    def _compose(self) -> None:
        buttons = [self.acts.button(key) for key in ("previous", "following", "to_change", "to_condition")]
        begin = push_button("Begin", lambda _checked=False: self.begin(), tip="Fold up to there")
        begin.setAutoDefault(False)  # Enter means the line in which it is pressed
        panes = in_panes(Qt.Orientation.Horizontal, (self.payload, 2), (self.table, 3))
        in_column(
            in_row(plain_label("Begin behind"), (self.position, 1), begin, *buttons[:3]),
            in_row((self.where, 1), buttons[3]),
            self.event_said,
            self.said,
            (panes, 1),
            of=self,
            margins=12,
            spacing=8,
        )
        self.where.returnPressed.connect(self.to_condition)
        self.where.textChanged.connect(self.acts.refresh)
        self.position.returnPressed.connect(self.begin)
        self.acts.offer()

    # -- what is shown ------------------------------------------------------------------------------------

    def _tell(self, said: str) -> None:
        self.said.setText(said)
        self.acts.refresh()

    def _show(self) -> None:
        """Shows the step at which one stands."""
        steps = self._steps
        step = steps.steps[self._at] if steps is not None and 0 <= self._at < len(steps.steps) else None
        if steps is None or step is None:
            return
        event = step.event
        self.event_said.setText(f"{event.type} · {event.stream} version {event.version:,}")
        self.payload.set_json(event.data)
        rows = self._rows_of(step)
        self.table.refresh(ListSource(rows))
        changed = f"changed {counted(len(step.changes), 'row')}" if step.changes else "changed no row"
        place = f"Position {event.position:,} of {steps.last:,}, step {self._at + 1:,}"
        self._tell(f"{place}: {step.trouble or changed}.")

    def _rows_of(self, step: ProjectionStep) -> list[tuple[Any, ...]]:
        kinds = dict(self._steps.projection.shape()) if self._steps is not None else {}
        found = []
        for key, before, after in step.changes:
            old, new = before or {}, after or {}
            for name in kinds:
                if old.get(name) != new.get(name):
                    shown = column_of(name, kinds[name], last=False).text
                    was = shown(old.get(name)) if before is not None else "–"
                    found.append(
                        (str(key), name, was, shown(new.get(name)) if after is not None else "removed")
                    )
        return found

    # -- what can be done ---------------------------------------------------------------------------------

    def _no_step(self) -> str:
        return "A step is under way" if self._busy else ""

    def _no_previous(self) -> str:
        return self._no_step() or ("" if self._at > 0 else "This is the first step")

    @action("Previous", keys="Ctrl+[", icon="chevron-left", tip="One event back", why=_no_previous)
    def previous(self) -> None:
        """Shows the step before."""
        self._at -= 1
        self._show()

    @action("Next", keys="F10 / Ctrl+]", icon="chevron-right", tip="One event on", why=_no_step)
    def following(self) -> None:
        """Goes to the next event."""
        self._go(any_step)

    @action(
        "Next change",
        keys="Ctrl+Shift+]",
        icon="skip",
        tip="On to the next event that changes a row, or cannot be folded",
        why=_no_step,
    )
    def to_change(self) -> None:
        """Goes to the next event that changes something."""
        self._go(changing)

    def _no_condition(self) -> str:
        return self._no_step() or ("" if self.where.text().strip() else "Say where to stop: an expression")

    @action(
        "Run to it",
        keys="F9",
        icon="play",
        tip="On to the next event for which the expression is true",
        why=_no_condition,
    )
    def to_condition(self) -> None:
        """Goes to the next event for which the expression is true."""
        text = self.where.text().strip()
        if not text or self._busy:
            return
        try:
            condition = Condition(text)
        except InvalidExpression as error:
            self._tell(f"The expression cannot be used: {error}")
            return
        self._go(where(condition), condition.failures)

    def begin(self) -> None:
        """Begins again behind the position that is shown."""
        position = self.position.reading(self._desk.workspace.stories)

        def go(steps: ProjectionSteps, walk: Walk) -> int:
            steps.go_to(position() or 0, walk)
            return steps.position

        def told(reached: object) -> None:
            self._at = -1
            self.event_said.setText("")
            self.payload.set_value(None)
            self.table.refresh(ListSource([]))
            self._tell(f"Everything up to position {reached:,} is folded.")

        self._work(go, told)

    def _go(self, wanted: Wanted, failures: Mapping[str, int] = NONE) -> None:
        """Goes on until a step is wanted: over those that were gone through before, then over new ones.

        Args:
            failures: On how many events what is wanted had no value, by why.
        """
        steps = self._steps
        known = list(steps.steps) if steps is not None else []
        for at in range(self._at + 1, len(known)):
            if wanted(known[at]):
                self._at = at
                self._show()
                return

        def told(found: object) -> None:
            self._at = len(self._steps.steps) - 1 if self._steps is not None else 0
            self._show()
            if found is None:
                why = "".join(self._failed(one, count) for one, count in failures.items())
                self._tell(f"{self.said.text()} No more such event follows.{why}".strip())

        self._work(lambda one, walk: one.step(wanted, walk), told)

    def _failed(self, why: str, count: int) -> str:
        """Says on how many events the expression had no value, and which field may be meant."""
        steps = self._steps.steps if self._steps is not None else ()
        newest = {step.event.type: step.event.data for step in steps}
        said = f"{counted(count, 'event')} where {why}"
        return f" {in_brackets(said, may_be_meant(why, newest.values()))}."

    def _work(self, go: Callable[[ProjectionSteps, Walk], object], told: Callable[[object], object]) -> None:
        self._busy, self._walk = True, Walk()
        self._tell("Folding …")
        self._desk.run(self._worked(go, told), "Step")

    async def _worked(
        self, go: Callable[[ProjectionSteps, Walk], object], told: Callable[[object], object]
    ) -> None:
        world, stories, walk = self._desk.workspace.world, self._desk.workspace.stories, self._walk
        said = ""
        try:
            if self._steps is None:
                self._steps = await world.ask(partial(stories.steps, self._name))
            found = await world.ask(partial(go, self._steps, walk))
        except WorkbenchError as error:
            said = error_text(error)
        if not isValid(self):
            return
        self._busy = False
        if said:
            self._tell(said)
        else:
            told(found)
            self.acts.refresh()

    def chosen(self) -> Selection:
        """Returns the event at which one stands."""
        steps = self._steps
        if steps is None or not 0 <= self._at < len(steps.steps):
            return Selection()
        event = steps.steps[self._at].event
        return Selection(stream=event.stream, version=event.version, position=event.position)

    @action(
        "Show in timeline", icon="timeline", why=lambda own: "" if own.chosen().stream else "No event yet"
    )
    def show_timeline(self) -> None:
        """Shows the event in its stream."""
        self._desk.select(self.chosen(), view="timeline")

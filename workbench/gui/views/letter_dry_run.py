"""Shows what a dry run of a dead letter found: how it would end, and every effect in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget
from typing_extensions import override

from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.widgets import Badge, JsonView, plain_label
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.engine.dry_run import DryRun, Effect

KINDS = {
    "append": ("info", "append"),
    "publish": ("info", "publish"),
    "issue": ("info", "issue"),
    "withdraw": ("warning", "withdraw"),
    "row": ("ok", "row"),
    "remove": ("warning", "remove"),
    "state": ("neutral", "state"),
}
"""What the badge of an effect looks like and says."""
MEANINGS = {
    "append": "Appends an event to a stream",
    "publish": "Publishes a message to a topic",
    "issue": "Issues a command",
    "withdraw": "Withdraws what an instance of a process issued for later",
    "row": "Puts a row into a table",
    "remove": "Removes a row from a table",
    "state": "Keeps the state of a process",
}
COLUMNS = (
    TableColumn("#", width=36, mono=True, align_right=True),
    TableColumn("Effect", width=86, badge=lambda kind: KINDS[kind], tip=lambda kind: MEANINGS[kind]),
    TableColumn("Where", width=98),
    TableColumn("What", width=112),
    TableColumn("Data", width=120, mono=True, stretch=True),
)
LOW, ABREAST, LEAST = 330, 460, 92
"""Pixels: below the first in height, from the second in width, the data stand beside the effects; the least
height of both."""
CAVEAT = (
    "What the handler does on the outside, such as sending mail, really happened, unless it checks "
    "context.dry_run."
)
BEGUN = "The handler runs …"


def verdict(found: DryRun) -> tuple[str, str, str]:
    """Returns kind and word of the badge, and a sentence that says how it would end."""
    count = len(found.effects)
    effects = counted(count, "effect")
    if found.failure is not None:
        failure = found.failure
        place = f"\nat {failure.place}" if failure.place else ""
        lost = f"\nThe {effects} until then would be lost." if count else ""
        return "error", "would fail", f"{failure.error_type}: {failure.error}{place}{lost}"
    if found.refused:
        refused = f"The handler succeeds, but the store would refuse what it does: {found.refused}"
        return "warning", "would be refused", refused
    if not count:
        return "ok", "would succeed", "The handler succeeds and does nothing that would be stored."
    return "ok", "would succeed", f"The handler succeeds; {effects} would be stored together with that."


def outdated(what: str) -> str:
    """Returns what is said instead of a verdict once something, such as the text, has changed."""
    return f"The {what} has changed since: run it again."


def overtaken(became: str) -> str:
    """Returns what is said instead of a verdict once the dead letter is no more what it was."""
    return f"The dead letter has changed since: {became}."


class DryRunView(QScrollArea):
    """How a replay would end, its effects, and the data of the chosen one.

    Signals:
        turned: It says something else.
    """

    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dry-run")
        self.setAccessibleName("Dry run")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.badge = Badge("neutral", "")
        self.took = plain_label(role="muted")
        self.said = plain_label(wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.caveat = plain_label(CAVEAT, "muted", wrap=True)
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Effects")
        self.table.row_chosen.connect(self._show_data)
        self._data = JsonView()
        self._data.setAccessibleName("Data of the effect")
        self._arrange()
        self.clear()

    def _arrange(self) -> None:
        head = in_row(self.badge, self.took, 1)
        self._effects = in_panes(Qt.Orientation.Vertical, self.table, self._data, name="dry-run")
        self._effects.setMinimumHeight(LEAST)
        self._effects.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._rest = QWidget()
        page = QWidget()
        in_column(
            head,
            self.said,
            (self._effects, 1),
            (self._rest, 1),
            self.caveat,
            of=page,
            margins=(4, 8, 4, 0),
            spacing=6,
        )
        self.setWidget(page)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        flat = self.height() < LOW and self.width() >= ABREAST
        way = Qt.Orientation.Horizontal if flat else Qt.Orientation.Vertical
        if self._effects.orientation() != way:
            self._effects.setOrientation(way)
            self._effects.setSizes([300, 200] if flat else [100, 100])
        self.table.setColumnHidden(len(COLUMNS) - 1, flat)  # what stands beside it says it in full

    def clear(self) -> None:
        """Shows that nothing was run yet."""
        self._say("neutral", "not run", "A dry run runs the handler and shows what would happen.")

    def begin(self) -> None:
        """Shows that the handler runs."""
        self._say("info", "running", BEGUN)

    def outdate(self, said: str) -> None:
        """Says, where there is a verdict, why it holds no more."""
        if self.took.text():
            self._say("neutral", "not run", said)

    def lists_effects(self) -> bool:
        """Whether there are effects, which need room."""
        return not self._effects.isHidden()

    def fail(self, text: str) -> None:
        """Shows why no dry run was possible."""
        self._say("error", "not possible", text)

    def show_dry_run(self, found: DryRun, at: str, *, outside: bool) -> None:
        """Shows what was found, and when.

        Args:
            outside: Whether the handler may have acted on the outside.
        """
        kind, word, said = verdict(found)
        self._say(kind, word, said)
        self.took.setText(f"nothing was stored  ·  the handler took {found.took_us / 1000:,.1f} ms  ·  {at}")
        self.caveat.setVisible(outside)
        rows = [_row(number, effect) for number, effect in enumerate(found.effects, 1)]
        self.table.set_source(ListSource(rows))
        self._effects.setVisible(bool(found.effects))
        self._rest.setVisible(not found.effects)
        if found.effects:
            self.table.choose_index(0)
            self._show_data(rows[0])
        self.turned.emit()

    def _say(self, kind: str, word: str, said: str) -> None:
        self.badge.set(kind, word)
        self.took.setText("")
        self.said.setText(said)
        self.caveat.hide()
        self._effects.hide()
        self._rest.show()
        self.turned.emit()

    def _show_data(self, row: tuple[Any, ...]) -> None:
        text = row[-1]
        self._data.setVisible(bool(text))
        if text:
            self._data.set_json(text)


def _row(number: int, effect: Effect) -> tuple[Any, ...]:
    return number, effect.kind, effect.where, effect.what, effect.data

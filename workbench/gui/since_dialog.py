"""Asks since when a condition does not hold that is typed here: of the log, of streams, of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from workbench.errors import InvalidValue, NotFound
from workbench.gui.chooser import Chooser
from workbench.gui.details.code_line import CodeLine
from workbench.gui.layouts import in_column, in_row
from workbench.gui.since_job import tell_since_when
from workbench.gui.widgets import error_text, plain_label, push_button
from workbench.services.design.completions import Completions
from workbench.services.search.where_completions import condition_completions

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.invariant import Invariant

LOG = ("", "")
HINT = "The first commit is looked for behind which it did not hold; nothing is changed."


class SinceDialog(QDialog):
    """A condition in CEL with completion, and of what it is asked; Enter looks through the log."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent)
        self.setObjectName("since")
        self.setWindowTitle("Since when does a condition not hold?")
        self.resize(620, 190)
        self._desk = desk
        registry = desk.workspace.registry
        self.subject = Chooser()
        self.subject.setAccessibleName("Of what it is asked")
        self.subject.show_choices(
            [
                ("The whole log", LOG),
                *((f"Each stream of {name}: state, id, version", (name, "")) for name in registry.declared),
                *(
                    (f"Each row of {name}: row", ("", name))
                    for name, one in registry.projections.items()
                    if not one.by_handlers
                ),
            ]
        )
        self.condition = CodeLine("Condition, an expression in CEL", self._completes, colored=True)
        self.condition.setPlaceholderText("count('payment.confirmed') <= count('order.placed')")
        self.flaw = plain_label("", "error", wrap=True)
        self.look = push_button("Look", lambda _checked=False: self._look(), role="primary")
        close = push_button("Close", lambda _checked=False: self.reject())
        for button in (self.look, close):
            button.setAutoDefault(False)  # Enter is the line's own
        in_column(
            in_row(plain_label("Of"), (self.subject, 1)),
            in_row(plain_label("always"), (self.condition, 1)),
            self.flaw,
            1,
            in_row((plain_label(HINT, "muted", wrap=True), 1), close, self.look, spacing=8),
            of=self,
            spacing=8,
        )
        self.condition.textChanged.connect(self._check)
        self.condition.committed.connect(self._committed)
        self.subject.currentIndexChanged.connect(lambda _at: self._check())
        self.condition.setFocus()
        self._check()

    def _of(self) -> tuple[str, str]:
        found: tuple[str, str] = self.subject.currentData()
        return found

    def _completes(self, text: str, offset: int) -> Completions:
        of, rows = self._of()
        return condition_completions(self._desk.workspace.registry, text, offset, of=of, rows=rows)

    def _check(self) -> Invariant | None:
        """Says what is wrong with what is typed; returns what it asks where nothing is."""
        text, (of, rows) = self.condition.text().strip(), self._of()
        made, said = None, ""
        if text:
            try:
                made = self._desk.workspace.since.typed(text, of=of, rows=rows)
            except (InvalidValue, NotFound) as error:
                said = error_text(error)
        self.flaw.setText(said)
        self.look.setEnabled(made is not None)
        return made

    def _committed(self, text: str) -> None:
        self.condition.show_text(text)
        if self.condition.hasFocus():  # and not where the keyboard only goes elsewhere
            self._look()

    def _look(self) -> None:
        if (made := self._check()) is not None:
            self._desk.run(tell_since_when(self._desk, made), "Since when")
            self.accept()

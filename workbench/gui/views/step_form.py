"""The form of one item of a scenario: an event with its data, a command, or what must follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.drafts import DraftKeeper
from workbench.gui.forms import SchemaForm
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.gui.theme import code_font
from workbench.gui.widgets import ElidedLabel, push_button
from workbench.project.scenarios import write_item
from workbench.services.scenarios.step_forms import changed_facts, form_of, head_of

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.scenario import Facts


class StepForm(QWidget):
    """Asks for what an item of a scenario says; what it does not show stays as it was.

    Signals:
        left: It was left without a change.
    """

    moves = (WidgetKey("Esc", "Leave the item as it was"),)
    left = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._form: SchemaForm | None = None
        self._facts: Facts = {}
        self._before: dict[str, Any] = {}
        self._taken: Callable[[dict[str, Any]], object] = lambda _facts: None
        self.drafts = DraftKeeper(desk, self._typed, self._type_in, self._begin_again)
        self.title = ElidedLabel("heading")
        self.preview = ElidedLabel("muted")
        self.preview.setFont(code_font())
        self.save = push_button(
            "Put it in",
            self._submit,
            tip="Write it into the scenario  (Ctrl+Enter)",
            sign=icon("check", "on_accent"),
            role="primary",
        )
        self.cancel = push_button("Cancel", self.leave, tip="Leave the item as it was  (Esc)")
        self._place = QVBoxLayout()
        self._arrange()

    def _arrange(self) -> None:
        foot = in_row((self.preview, 1), self.cancel, self.save, margins=(0, 4, 0, 0), spacing=8)
        in_column(self.title, self.drafts, (self._place, 1), foot, of=self, margins=0, spacing=4)

    def ask(
        self, title: str, part: str, facts: Facts, key: str, taken: Callable[[dict[str, Any]], object]
    ) -> None:
        """Shows the form of an item.

        Args:
            key: What its draft is kept under.
            taken: Gets what the item says in the end.
        """
        self._clear()
        self._facts, self._taken = facts, taken
        self.title.setText(title)
        schema = form_of(self._desk.workspace.registry, part, facts)
        form = SchemaForm(schema, value={name: facts[name] for name in schema["properties"] if name in facts})
        self._before = form.value()
        form.changed.connect(self._changed)
        form.submitted.connect(self._submitted)
        self._place.addWidget(form, 1)
        self._form = form
        self.drafts.turn_to(key, f"{part} {facts.get(head_of(facts, part), '')} of a scenario")
        self._changed()
        form.first_input().setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Goes without a change; what was typed is discarded."""
        self.drafts.settle()
        self.close_form()
        self.left.emit()

    def close_form(self) -> None:
        """Goes; what was typed stays a draft."""
        self.drafts.leave()
        self._clear()

    @property
    def open(self) -> bool:
        """Whether something is asked."""
        return self._form is not None

    def _clear(self) -> None:
        if self._form is not None:
            self._place.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
            self._form = None

    def facts(self) -> dict[str, Any]:
        """Returns what the item says as the form stands."""
        after = self._form.value() if self._form is not None else {}
        return changed_facts(self._facts, self._before, after)

    def _changed(self) -> None:
        self.preview.setText(write_item(self.facts()))
        self.drafts.note()

    def _submit(self) -> None:
        if self._form is not None:
            self._form.submit()

    def _submitted(self, _value: object) -> None:
        facts, taken = self.facts(), self._taken
        self.drafts.settle()
        self.close_form()
        taken(facts)

    def _typed(self) -> Any:
        return self._form.typed() if self._form is not None else {}

    def _type_in(self, typed: Any) -> list[str]:
        return self._form.type_in(typed) if self._form is not None else []

    def _begin_again(self) -> None:
        if self._form is not None:
            self._form.set_value(self._before)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

"""What stands where nothing is asked yet: what can be asked, with examples that fit the project."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from workbench.gui.icons import icon
from workbench.gui.layouts import clear, join
from workbench.gui.widgets import plain_label
from workbench.services.search.search_query import SearchQuery

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.model.registry import Registry

HINT = (
    "Events, messages, dead letters, commands and rows of read models are searched, always the whole store:"
    " by words, by an expression over payload and metadata, and by time."
)
NUMBERS = {"integer", "number"}


class SearchStart(QWidget):
    """Says what can be asked.

    Signals:
        chosen: A `SearchQuery` that was chosen.
    """

    chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 12, 24, 12)
        self._layout.setSpacing(8)
        self._layout.addStretch(1)
        for text, role in (("Find whatever is stored", "heading"), (HINT, "muted")):
            label = plain_label(text, role, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._layout.addWidget(label)
        self._examples = QVBoxLayout()
        self._examples.setSpacing(6)
        join(self._layout, self._examples)
        self._layout.addStretch(2)
        self._shown: list[SearchQuery] = []

    def refresh(self) -> None:
        """Shows examples that fit the model that runs."""
        found = examples(self._desk.workspace.registry)
        if found == self._shown:
            return
        self._shown = found
        clear(self._examples)
        for query in found:
            button = QPushButton(icon("search", "muted"), query.said().replace("&", "&&"))
            button.clicked.connect(partial(self._choose, query))
            self._examples.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def _choose(self, query: SearchQuery, _checked: bool = False) -> None:  # a signal's argument
        self.chosen.emit(query)


def examples(registry: Registry) -> list[SearchQuery]:
    """Returns three searches that fit a model."""
    names = sorted(registry.events, key=lambda name: ("fail" not in name and "cancel" not in name, name))
    found = [SearchQuery(words=names[0])] if names else [SearchQuery(words="error")]
    field = next((name for name in map(partial(_number_of, registry), names) if name), "")
    any_field = next((name for name in map(partial(_field_of, registry), names) if name), "")
    where = f"data.{field} > 1" if field else f"has(data.{any_field})" if any_field else "version == 1"
    found.append(SearchQuery(where=where, since="-24h"))
    found.append(SearchQuery(where="kind == 'letter' && status == 'open'"))
    return found


def _number_of(registry: Registry, name: str) -> str:
    """Returns a field of an event that is a number; empty where it has none."""
    fields: Any = registry.events[name].schema.get("properties", {})
    return next((field for field, said in fields.items() if said.get("type") in NUMBERS), "")


def _field_of(registry: Registry, name: str) -> str:
    """Returns the first field of an event; empty where it has none."""
    return next(iter(registry.events[name].schema.get("properties", {})), "")

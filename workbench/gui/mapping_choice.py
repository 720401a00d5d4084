"""Which field of foreign objects is what, chosen by a person: a part of the import dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QGridLayout, QLineEdit, QWidget

from workbench.gui.chooser import ChoiceBox, TypedChoice
from workbench.gui.widgets import plain_label

if TYPE_CHECKING:
    from workbench.interop.field_mapping import Mapping
    from workbench.services.streams.event_import import ImportPreview

NOTHING = "(none)"
WHOLE = "(the whole object)"
NO_ZONE = "(none: such times are refused)"
_FIELDS = {
    "stream": "Stream",
    "type": "Type",
    "id": "Id",
    "time": "Time",
    "data": "Payload",
    "correlation": "Correlation",
    "causation": "Cause",
}
_UNITS = {
    "s": "seconds since 1970",
    "ms": "milliseconds since 1970",
    "us": "microseconds since 1970",
    "ns": "nanoseconds since 1970",
}


class MappingChoice(QWidget):
    """Which field is what, in two columns.

    Args:
        changed: Told after each choice.
    """

    def __init__(self, preview: ImportPreview, changed: Callable[[], object]) -> None:
        super().__init__()
        self._guess = preview.mapping
        self._boxes: dict[str, QComboBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        for at, (name, label) in enumerate(_FIELDS.items()):
            self._place(grid, at, label, self._field(name, preview))
        self._unit = self._box(
            "unit", list(_UNITS.values()), _UNITS[self._guess.unit if self._guess else "s"]
        )
        self._zone = self._box("zone", [NO_ZONE, *_zones()], NO_ZONE, TypedChoice())
        self._category = QLineEdit(self._guess.category if self._guess else "imported")
        self._category.setObjectName("import-category")
        self._category.setPlaceholderText("nothing: named as the field says")
        for at, (label, part) in enumerate(
            (
                ("Numbers are", self._unit),
                ("Times without zone are in", self._zone),
                ("Streams begin with", self._category),
            ),
            len(_FIELDS),
        ):
            self._place(grid, at, label, part)
        for box in self._boxes.values():
            (box.currentTextChanged if box is not self._zone else self._zone.activated).connect(changed)
        if (typed := self._zone.lineEdit()) is not None:  # a name that is half typed is none
            typed.editingFinished.connect(changed)
        if (completer := self._zone.completer()) is not None:
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._category.textEdited.connect(changed)

    def mapping(self) -> Mapping | None:
        """Returns what was chosen; None where nothing names the stream or the type."""
        from workbench.interop.field_mapping import Mapping
        from workbench.interop.foreign_times import Unit

        chosen = {name: box.currentText() for name, box in self._boxes.items() if name in _FIELDS}
        fields = {name: "" if text in {NOTHING, WHOLE} else text for name, text in chosen.items()}
        if not fields["stream"] or not fields["type"]:
            return None
        zone = self._zone.currentText().strip()
        return Mapping(
            **fields,
            unit=Unit(next(unit for unit, said in _UNITS.items() if said == self._unit.currentText())),
            zone="" if zone == NO_ZONE else zone,
            category=self._category.text().strip(),
        )

    def _field(self, name: str, preview: ImportPreview) -> QComboBox:
        absent = {"data": WHOLE, "stream": "", "type": ""}.get(name, NOTHING)
        items = preview.payloads if name == "data" else preview.paths
        guessed = getattr(self._guess, name) if self._guess is not None else ""
        return self._box(name, [*([absent] if absent else []), *items], guessed or absent)

    def _box(self, name: str, items: list[str], chosen: str, box: ChoiceBox | None = None) -> QComboBox:
        box = box or ChoiceBox()
        box.setObjectName(f"import-{name}")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(18)
        box.addItems(items)
        box.setCurrentText(chosen)
        self._boxes[name] = box
        return box

    def _place(self, grid: QGridLayout, at: int, label: str, part: QWidget) -> None:
        row, column = divmod(at, 2)
        said = plain_label(label)
        said.setBuddy(part)
        grid.addWidget(said, row, 2 * column)
        grid.addWidget(part, row, 2 * column + 1)


def _zones() -> list[str]:
    """Returns names of zones, UTC first; only UTC where the system knows none."""
    import zoneinfo

    return ["UTC", *sorted(zoneinfo.available_timezones() - {"UTC"})]

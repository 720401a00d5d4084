"""A patch of payloads as a form, a line for each field, or as the text of a JSON Patch (RFC 6902)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.chooser import ChoiceBox, TypedChoice
from workbench.gui.layouts import in_column, in_row, join
from workbench.gui.tab_order import put_in_order
from workbench.gui.theme import code_font
from workbench.gui.widgets import exact_text, plain_label, toolbar_button
from workbench.model.json_values import ForeignJsonError, parse_foreign_json, write_json
from workbench.services.dead_letters.letter_patch import WAYS, FieldChange, LetterPatch, parse_letter_patch

WORDS = {
    "set": "set",
    "remove": "remove",
    "rename": "rename to",
    "copy": "copy from",
    "replace": "replace text",
    "expression": "expression",
}
HINTS = {
    "set": 'a value: text, 1, true, null, ""',
    "remove": "",
    "rename": "its new name",
    "copy": "another field",
    "replace": "with (nothing: take it away)",
    "expression": "such as data.amount * 100",
}
IsText = Callable[[str], bool]
"""Whether a field holds text, so that what is typed for it is not read as JSON."""

LEAST = 92
"""Pixels in width of a field, what is done with it, and a value at least."""


class FieldLine(QWidget):
    """What happens to one field.

    Signals:
        changed: It says something else.
        left: The person wants it away.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__()
        self.field = TypedChoice()
        self.field.addItems(list(fields))
        self.field.setCurrentText("")
        self.field.setAccessibleName("Field")
        self.field.setMinimumContentsLength(7)
        self.field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        line = self.field.lineEdit()
        if line is not None:
            line.setPlaceholderText("field")
        self.way = ChoiceBox()
        self.way.setAccessibleName("Change")
        for way, said in WORDS.items():
            self.way.addItem(said, way)
        self.value = QLineEdit()
        for box in (self.field, self.way, self.value):
            box.setMinimumWidth(LEAST)
        self.value.setAccessibleName("Value")
        self.value.setFont(code_font())
        self.sought = QLineEdit()
        self.sought.setAccessibleName("Text to replace")
        self.sought.setPlaceholderText("text in it")
        self.sought.setFont(code_font())
        self.away = toolbar_button("", "close", "Leave this field as it is")
        self._first = in_row((self.field, 3), self.way, (self.value, 4), self.away, spacing=6)
        self._second = in_row((self.sought, 1), spacing=6)
        in_column(self._first, self._second, of=self, margins=0, spacing=4)
        self.field.currentTextChanged.connect(lambda _text: self.changed.emit())
        self.way.currentIndexChanged.connect(self._turned)
        self.sought.textChanged.connect(lambda _text: self.changed.emit())
        self.value.textChanged.connect(lambda _text: self.changed.emit())
        self.away.clicked.connect(lambda _checked=False: self.left.emit())
        self._turned()

    def _turned(self, _at: int = 0) -> None:
        way = self.way.currentData()
        self.value.setEnabled(bool(WAYS[way]))
        self._part(two=way == "replace")
        self.value.setPlaceholderText(HINTS[way])
        self.changed.emit()

    def _part(self, *, two: bool) -> None:
        """Has two rows where it takes two texts, else one."""
        self.sought.setVisible(two)
        before, after = (self._first, self._second) if two else (self._second, self._first)
        if after.indexOf(self.value) < 0:
            for part, stretch in ((self.value, 1 if two else 4), (self.away, 0)):
                before.removeWidget(part)
                after.addWidget(part, stretch)

    def lacking(self) -> str:
        """Returns what must still be typed; empty where it says something, or nothing at all."""
        field, way, typed = self.field.currentText().strip(), self.way.currentData(), self.value.text()
        if not field:
            return "A value has no field yet" if typed.strip() and WAYS[way] else ""
        if way == "replace":
            return "" if self.sought.text() else f"{field}: there is no text yet that is to be replaced"
        if typed.strip() or not WAYS[way]:
            return ""
        empty = ': type "" for an empty text, or null' if way == "set" else ""
        return f"{field} has no value yet{empty}"

    def change(self, is_text: IsText) -> FieldChange | None:
        """Returns what it says; None while it names no field, or lacks what the change needs."""
        field, way, typed = self.field.currentText().strip(), self.way.currentData(), self.value.text()
        if not field or self.lacking():
            return None
        if way == "replace":  # blanks count
            return FieldChange(way=way, field=field, value=typed, find=self.sought.text())
        value = _value(typed, text=is_text(field)) if way == "set" else typed.strip()
        return FieldChange(way=way, field=field, value=value if WAYS[way] else None)

    def clear(self) -> None:
        """Names no field, and says nothing of one."""
        self.field.setCurrentText("")
        self.sought.clear()
        self.value.clear()

    def show_change(self, change: FieldChange) -> None:
        """Shows a change."""
        self.field.setCurrentText(change.field)
        self.way.setCurrentIndex(list(WORDS).index(change.way))
        self.sought.setText(change.find)
        value = change.value
        plain = isinstance(value, str) and bool(value.strip()) and _value(value, text=True) == value
        shown = value if plain or change.way != "set" else write_json(value)
        self.value.setText(shown if WAYS[change.way] else "")


def _value(typed: str, *, text: bool) -> Any:
    """Returns the value that is meant: JSON where it is, text otherwise, or where the field holds text."""
    quoted = len(typed) > 1 and typed[0] == typed[-1] == '"'
    if text and not quoted and typed != "null":
        return typed
    try:
        return parse_foreign_json(typed)
    except ForeignJsonError:
        return typed


class PatchForm(QWidget):
    """A patch while it is written.

    Signals:
        changed: It says something else.
    """

    changed = Signal()

    def __init__(self, is_text: IsText) -> None:
        super().__init__()
        self.setObjectName("patch-form")
        self._is_text, self._fields = is_text, list[str]()
        self._lines: list[FieldLine] = []
        self.kinds = [
            _kind("Fields", "Change fields"),
            _kind("JSON Patch", "Write the patch as JSON, RFC 6902"),
        ]
        self.area = QPlainTextEdit()
        self.area.setFont(code_font())
        self.area.setTabChangesFocus(True)
        self.area.setAccessibleName("JSON Patch")
        self.area.setPlaceholderText('[{"op": "add", "path": "/attempt", "value": 1}]')
        self.area.setFixedHeight(112)
        self.area.textChanged.connect(self.changed)
        self._more = QPushButton("+ change another field")
        self._more.setFlat(True)
        self._more.clicked.connect(lambda _checked=False: self._add().field.setFocus())
        self._pages = QStackedWidget()
        self._arrange()
        self._add()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(plain_label("Patch", "heading"))
        head.addStretch(1)
        for at, button in enumerate(self.kinds):
            head.addWidget(button)
            button.clicked.connect(lambda _checked=False, at=at: self._turn(at))
        self._lines_page = form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        join(column, self._column)
        column.addWidget(self._more)
        column.addStretch(1)
        self._pages.addWidget(form)
        self._pages.addWidget(self.area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        join(layout, head)
        layout.addWidget(self._pages)
        self._turn(0)

    def offer(self, fields: Sequence[str]) -> None:
        """Offers the fields of a payload."""
        self._fields = list(fields)
        for line in self._lines:
            known = [line.field.itemText(at) for at in range(line.field.count())]
            text = line.field.currentText()
            with QSignalBlocker(line.field):  # nothing was typed
                line.field.addItems([field for field in fields if field not in known])
                line.field.setCurrentText(text)

    def patch(self) -> LetterPatch:
        """Returns what it says.

        Raises:
            InvalidValue: It is no patch.
        """
        if self._pages.currentIndex():
            text = exact_text(self.area).strip()
            return parse_letter_patch(text) if text else LetterPatch()
        changes = [line.change(self._is_text) for line in self._lines]
        return LetterPatch(changes=[change for change in changes if change is not None])

    def lacking(self) -> str:
        """Returns what must still be typed; empty for nothing."""
        lines = () if self._pages.currentIndex() else self._lines
        return next((said for line in lines if (said := line.lacking())), "")

    def begin(self) -> None:
        """Gives it the keyboard; what stands in the first field is replaced by typing."""
        first = self._lines[0].field
        where = self.area if self._pages.currentIndex() else first
        where.setFocus(Qt.FocusReason.OtherFocusReason)
        if (line := first.lineEdit()) is not None:
            line.selectAll()

    def show_patch(self, patch: LetterPatch) -> None:
        """Shows a patch as it was written."""
        if patch.steps:
            self.area.setPlainText(patch.text)
            self._turn(1)
            return
        for change in patch.changes:
            last = self._lines[-1]
            (last if last.change(self._is_text) is None else self._add()).show_change(change)
        self._turn(0)

    def clear(self) -> None:
        """Has nothing be changed."""
        self.area.clear()
        for line in self._lines[1:]:
            self._remove(line)
        self._lines[0].way.setCurrentIndex(0)
        self._lines[0].clear()
        self._turn(0)

    def _add(self) -> FieldLine:
        line = FieldLine(self._fields)
        line.changed.connect(self.changed)
        line.left.connect(lambda: self._remove(line))
        line.way.currentIndexChanged.connect(lambda _at: self._fit())
        self._lines.append(line)
        self._column.addWidget(line)
        self._fit()
        return line

    def _remove(self, line: FieldLine) -> None:
        if len(self._lines) == 1:
            line.clear()
            return
        self._lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
        self._fit()
        self.changed.emit()

    def _turn(self, at: int) -> None:
        self._pages.setCurrentIndex(at)
        for number, button in enumerate(self.kinds):
            button.setChecked(number == at)
        self._fit()
        self.changed.emit()

    def _fit(self) -> None:
        put_in_order(self._lines_page)
        for page in (*self._lines, self._lines_page):
            if (layout := page.layout()) is not None:
                layout.activate()  # Qt would look later whether a line has two rows
        tall = self._lines_page.sizeHint().height()
        self._pages.setFixedHeight(116 if self._pages.currentIndex() else max(64, tall))


def _kind(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setCheckable(True)
    return button

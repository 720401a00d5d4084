"""The one form: a JSON Schema in, a checked value out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.forms.editor import Kit, Suggest
from workbench.gui.forms.editors.group import GroupEditor
from workbench.gui.forms.form_field import FormField
from workbench.gui.forms.form_state import HeldState, covers, in_words
from workbench.gui.forms.json_schema import ABSENT, FieldError, Loc, Schema, Shape, Validate, shape_of
from workbench.gui.forms.parts import Remark, Words
from workbench.gui.layouts import in_column

WIDEST = 860
"""Most pixels in width that fields take."""
WIDE_FROM = 640
"""Width in pixels from which titles stand beside their editors."""


class SchemaForm(QWidget):
    """Edits an object that a JSON Schema describes: commands, retry policies, filters, settings.

    Errors show beneath their fields once a person has edited and left one, or has tried to submit.
    Ctrl+Enter submits; Enter alone does nothing in a line.

    Args:
        schema: A schema with ``properties``, as pydantic's ``model_json_schema()`` gives it.
        validate: Validates the value at every change; without it only what cannot be read is an error.
        now: Returns the present time as RFC 3339, for the buttons *Now*.
        new_uuid: Returns a fresh id, for the buttons *New*.
        suggest: Completions by place, such as ``{("user_id",): known_ids}``; the place of an item's field
            leaves the index out: ``("lines", "sku")``.
        value: What it shows first, see `set_value`; by default the defaults of the schema.
        parent: The widget around it.
    """

    changed = Signal()
    """The value is another."""

    submitted = Signal(object)
    """The value (a dict), which has no errors."""

    moves = (WidgetKey("Ctrl+Enter", "Send what was typed"),)

    def __init__(
        self,
        schema: Schema,
        *,
        validate: Validate | None = None,
        now: Callable[[], str] | None = None,
        new_uuid: Callable[[], str] | None = None,
        suggest: Mapping[Loc, Suggest] | None = None,
        value: Mapping[str, Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._schema, self._validate = schema, validate or _nothing_wrong
        self._wide = False
        self._filling = True
        self._attempted = False
        self._remarks: tuple[str, ...] = ()
        self._errors: list[FieldError] = []
        self._unchanged: dict[str, Any] = {}
        self._left: dict[str, Any] = {}
        self._kit = Kit(field=self._make_field, now=now, new_uuid=new_uuid, suggest=suggest or {})
        self._strip = Remark(framed=True)
        place = self._lay_out()  # first: who moves to another parent is styled again, with all inside
        self._root = GroupEditor.build(shape_of("", schema, schema), (), self._kit)
        self._root.changed.connect(self._edited)
        self._root.setMaximumWidth(WIDEST)
        place.insertWidget(0, self._root, 1)
        self._nothing.setHidden(bool(self._root.fields()))
        if isinstance(app := QApplication.instance(), QApplication):
            app.focusChanged.connect(self._focus_moved)
        self._fill(value or {})
        self.set_unchanged()

    # --- value and errors --------------------------------------------------------------------------------

    def value(self) -> dict[str, Any]:
        """Returns the value as it stands: JSON values; ``None`` where an optional field is not set."""
        return dict(self._root.value())

    def set_value(self, value: Mapping[str, Any]) -> None:
        """Shows a value; fields that it lacks get their defaults, keys without a field are kept."""
        self._fill(value)

    def reset(self) -> None:
        """Goes back to the defaults of the schema."""
        self._fill({})

    def adopt(self, value: Mapping[str, Any]) -> None:
        """Shows a value without touching the fields that show it already, so that typing can go on there."""
        self._filling = True
        for field in self._root.fields():
            wanted = value.get(str(field.loc[-1]), field.shape.initial)
            if wanted is not ABSENT and (field.value(), type(field.value())) != (wanted, type(wanted)):
                field.set_value(wanted)
        self._filling = False
        self._attempted = False
        self._check()

    # --- what was typed (V2) -----------------------------------------------------------------------------

    def typed(self) -> dict[str, Any]:
        """Returns, by field, what a person typed since `set_unchanged`, finished or not, as JSON."""
        now = {str(field.loc[-1]): field.typed() for field in self._root.fields()}
        changed = {name: typed for name, typed in now.items() if typed != self._unchanged.get(name)}
        return {**self._left, **changed}

    def type_in(self, typed: Mapping[str, Any]) -> list[str]:
        """Shows again what `typed` gave, of this schema or an older one.

        Returns:
            What does not fit any more, in words; it stays in what `typed` gives.
        """
        own = {str(field.loc[-1]): field for field in self._root.fields()}
        self._filling = True
        self._left = {k: part for k, part in typed.items() if k not in own or not own[k].type_in(part)}
        self._filling = False
        self._check()
        self.changed.emit()
        return in_words(self._left)

    def set_unchanged(self) -> None:
        """Marks the present value as not to be kept: it is fresh, or was sent."""
        self._left = {}
        self._unchanged = {str(field.loc[-1]): field.typed() for field in self._root.fields()}

    def reshape(self, schema: Schema, validate: Validate) -> list[str]:
        """Takes another schema and validation, while the person may be typing.

        Fields that are in both stay as they are, with text, cursor, selection and what can be undone.

        Returns:
            What was typed and does not fit any more, in words; it stays in what `typed` gives.
        """
        self._validate = validate
        if repr(schema) == repr(self._schema):  # in the same order, too
            self._check()
            self.changed.emit()
            return in_words(self._left)
        typed, held, unchanged = self.typed(), HeldState.here(self), dict(self._unchanged)
        self._schema, self._filling = schema, True
        self._root.reshape(shape_of("", schema, schema))
        self._nothing.setHidden(bool(self._root.fields()))
        now = {str(field.loc[-1]): field.typed() for field in self._root.fields()}
        self._unchanged = {name: unchanged.get(name) if name in typed else part for name, part in now.items()}
        lost = {name: part for name, part in typed.items() if not covers(now.get(name, {}), part)}
        back = [name for name in lost if name in now and name in self._left]
        self._left = {name: part for name, part in lost.items() if name not in back}
        for name in back:  # a field that was gone, with what was typed into it
            if not self.field(name).type_in(lost[name]):
                self._left[name] = lost[name]
        self._filling = False
        held.give_back(self)
        self._check()
        self.changed.emit()
        return in_words(self._left)

    @property
    def errors(self) -> list[FieldError]:
        """What is wrong with the value now, whether it is shown yet or not."""
        said = [FieldError(loc=field.loc, message=text) for field in self._fields() for text in field.remarks]
        return [*self._errors, *said, *(FieldError(loc=(), message=text) for text in self._remarks)]

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Shows what others found, such as a handler; each goes when its field is edited."""
        for error in errors:
            field, message = self._locate(error)
            if field is None:
                self._remarks = (*self._remarks, message)
            else:
                field.remarks = (*field.remarks, message)
        self._show()
        self._focus_first_error()

    def submit(self) -> bool:
        """Emits `submitted` if there are no errors, else shows all and goes to the first.

        Returns:
            Whether it was submitted.
        """
        self._clear_remarks()  # the judge is asked again
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()  # what is sent needs no suggestion any more
        self._attempted = True
        self._check()
        if self._errors:
            self._focus_first_error()
            return False
        self.submitted.emit(self.value())
        return True

    def field(self, path: str) -> FormField:
        """Returns a field by its dotted path, such as ``lines.0.sku``.

        Raises:
            KeyError: There is none, or none yet.
        """
        for field in self._fields():
            if field.objectName() == path:
                return field
        raise KeyError(path)

    def focused(self) -> str:
        """Returns the dotted path of the field that has the keyboard; empty where none has."""
        widget = QApplication.focusWidget()
        if widget is None or not self.isAncestorOf(widget):
            return ""
        return next((field.objectName() for field in _fields_around(widget)), "")

    def first_input(self) -> QWidget:
        """Returns where a person begins to type: the first editor that takes the keyboard, else the form."""
        inputs = (field.first_input for field in self._root.fields())
        return next((one for one in inputs if one.focusPolicy()), self)

    def focus(self, path: str) -> None:
        """Gives the keyboard to a field, if it is there."""
        found = next((field for field in self._fields() if path and field.objectName() == path), None)
        if found is not None:
            found.focus_input()

    # --- judging -----------------------------------------------------------------------------------------

    def _fill(self, value: Mapping[str, Any]) -> None:
        self._filling = True
        self._root.set_value(value)
        self._filling = False
        self._attempted = False
        self._remarks = ()
        self._check()
        self.changed.emit()

    def _edited(self) -> None:
        if not self._filling:
            self._remarks = ()
            self._check()
            self.changed.emit()

    def _check(self) -> None:
        unread = [
            FieldError(loc=field.loc, message=text) for field in self._fields() if (text := field.problem())
        ]
        covered = {error.loc for error in unread}
        judged = [e for e in self._validate(self.value()) if not _within(e.loc, covered)]
        self._errors = unread + judged
        self._show()

    def _show(self) -> None:
        """Shows the errors that are due."""
        said: dict[FormField | None, list[str]] = {}
        for error in self._errors:
            field, message = self._locate(error)
            said.setdefault(field, []).append(message)
        begun = self._attempted
        for field in self._fields():
            begun = begun or field.touched
            found = said.get(field, []) if self._attempted or field.touched else []
            field.show_error(sentence((*found, *field.remarks)))
        self._strip.say(sentence((*(said.get(None, []) if begun else []), *self._remarks)))

    def _locate(self, error: FieldError) -> tuple[FormField | None, str]:
        """Returns the innermost field of an error, and its message, with the rest of the place before it."""
        field: FormField | None = None
        rest = list(error.loc)
        among = self._root.fields()
        while rest:
            inner = next((each for each in among if each.loc[-1] == rest[0]), None)
            if inner is None:
                break
            field, among = inner, inner.editor.fields() if inner.is_set else ()
            rest.pop(0)
        return field, ": ".join([*([".".join(map(str, rest))] if rest else []), error.message])

    def _clear_remarks(self) -> None:
        self._remarks = ()
        for field in self._fields():
            field.remarks = ()

    def _fields(self) -> Iterator[FormField]:
        for field in self._root.fields():
            yield from field.walk()

    def _make_field(self, shape: Shape, loc: Loc) -> FormField:
        field = FormField(shape, loc, self._kit)
        field.set_wide(self._wide)
        return field

    # --- screen and keyboard -----------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= WIDE_FROM
        if wide != self._wide:
            self._wide = wide
            for field in self.findChildren(FormField):
                field.set_wide(wide)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submit()
        # Enter alone ends here, or it would press the default button of a dialog

    def _focus_first_error(self) -> None:
        wrong = next((field for field in self._fields() if field.error()), None)
        if wrong is not None:
            wrong.focus_input()
            QTimer.singleShot(0, wrong, lambda: self._scroll.ensureWidgetVisible(wrong, 0, 24))

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is None or new is None or not self.isAncestorOf(old):
            return
        stays = set(_fields_around(new))
        news = [field.leave() for field in _fields_around(old) if field not in stays]
        if any(news):
            self._show()

    def _lay_out(self) -> QHBoxLayout:
        """Makes what stands around the fields; returns where they go."""
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        banner = in_column(self._strip, margins=(14, 0, 14, 0))
        in_column(banner, (self._scroll, 1), of=self, margins=0, spacing=0)
        content = QWidget()
        self._scroll.setWidget(content)
        self._scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        self._nothing = Words("There is nothing to fill in.", role="muted")
        place = QHBoxLayout()  # fields are never wider than can be read; the right stays empty
        place.addStretch(0)
        in_column(self._nothing, place, 1, of=content, margins=(14, 12, 14, 14))
        return place


def sentence(parts: Sequence[str]) -> str:
    """Makes one text of what is wrong with a field: ``Must be a whole number or text``."""
    parts = list(dict.fromkeys(parts))
    if len(parts) > 1 and all(part.startswith("must be ") for part in parts):
        parts = [" or ".join([parts[0], *(part.removeprefix("must be ") for part in parts[1:])])]
    return "\n".join(part[:1].upper() + part[1:] if _is_word(part) else part for part in parts)


def _is_word(said: str) -> bool:
    """Whether a text begins with a word, not with a name such as ``user-ada``, which stays as it is."""
    first = said.split(" ", 1)[0]
    return first.endswith(":") or first.rstrip(",").isalpha()


def _nothing_wrong(_value: dict[str, Any]) -> list[FieldError]:
    return []


def _within(loc: Loc, places: set[Loc]) -> bool:
    return any(loc[:length] in places for length in range(1, len(loc) + 1))


def _fields_around(widget: QWidget) -> Iterator[FormField]:
    """Yields the fields that a widget stands in, also through the border of a popup."""
    around: QWidget | None = widget
    while around is not None:
        if isinstance(around, FormField):
            yield around
        around = around.parentWidget()

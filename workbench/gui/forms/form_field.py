"""A field of a form: title, presence, editor, hint, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.actions import WidgetKey
from workbench.gui.forms.editor import Editor, Kit, dotted
from workbench.gui.forms.editors import editor_for
from workbench.gui.forms.json_schema import ABSENT, Loc, Shape, sample_of
from workbench.gui.forms.parts import INDENT, PresenceBox, Remark, Words, squeeze, tabs_after, tool
from workbench.gui.icons import icon
from workbench.gui.layouts import in_column, in_row
from workbench.model.limit_words import limits_of

UNSET = "x-unset"
"""In a schema: says what holds where an optional field is not set."""
_TITLE_WIDTH = 190
_BODY_WIDTH = 620
_FOLDED_FROM = 2  # objects nested as deep as this are folded at first


class FormField(QWidget):
    """One value of a form, with all that a person needs to know of it.

    Attributes:
        shape: What the schema says of it.
        loc: Where it stands in the form's value.
        bare: It shows no title, being a plain item of a list or map.
        head: The row of its title, to which a list adds its buttons.
        touched: A person has edited and left it, so that its errors may show.
        remarks: What a handler or another part, not the validation, said of the present value.
    """

    moves = (WidgetKey("Ctrl+-", "Fold the group in which one types"),)
    changed = Signal()
    """Its value, or one inside of it, is another."""

    def __init__(self, shape: Shape, loc: Loc, kit: Kit) -> None:
        super().__init__()
        self.shape = shape
        self.loc = loc
        self.touched = False
        self.remarks: tuple[str, ...] = ()
        self._kit = kit
        self._kind = editor_for(shape.schema)
        self._editor: Editor | None = None
        self._edited_since = False
        self._block = self._kind.spreads(shape)
        self._among = isinstance(loc[-1], int)
        self.bare = self._among and not shape.optional and not self._block
        self._depth = sum(isinstance(step, str) for step in loc) - 1
        self._make_parts()
        self._arrange()
        self._name(shape.title)
        self.set_value(shape.initial)

    # --- its value ---------------------------------------------------------------------------------------

    @property
    def is_set(self) -> bool:
        """Whether it has a value; only an optional one can have none."""
        return not self.shape.optional or self._toggle.isChecked()

    @property
    def editor(self) -> Editor:
        """Its editor, made when first needed, since a schema may contain itself."""
        if self._editor is None:
            self._editor = self._kind.build(self.shape, self.loc, self._kit)
            self._editor.changed.connect(self._edited)
            self._body.insertWidget(0, self._editor)
            self._title.setBuddy(self._editor.input)
            self._name(self._words)
            tabs_after(self._folder if self._folds else self._toggle, self._editor)
            self._editor.setVisible(self._unfolded)
        return self._editor

    def value(self) -> Any:
        """Returns its value; where it is not set, ``None`` or `ABSENT`."""
        return self.editor.value() if self.is_set else self.shape.unset

    def set_value(self, value: Any) -> None:
        """Shows a value that is not edited yet; `ABSENT` empties the field."""
        given = value is not ABSENT and not (value is None and self.shape.nullable)
        self._toggle.setChecked(given)
        if given:
            self.editor.set_value(value)
        elif not self.shape.optional:
            self.editor.clear()
        self.remarks = ()
        self.touched = self._edited_since = False

    def typed(self) -> dict[str, Any] | None:
        """Returns what stands in it, finished or not, as JSON; None where it is not set."""
        return self.editor.typed() if self.is_set else None

    def type_in(self, typed: Mapping[str, Any] | None) -> bool:
        """Shows what `typed` gave, as something that a person edited; says whether all of it fits."""
        if typed is None:
            self._toggle.setChecked(False)
            return True
        self._toggle.setChecked(True)
        fits = self.editor.type_in(typed)
        if fits:
            self.touched = self._edited_since = True
        return fits

    def reshape(self, shape: Shape) -> bool:
        """Takes another schema without touching what was typed; says whether it can."""
        kind = editor_for(shape.schema)
        same = (kind, shape.optional, kind.spreads(shape)) == (self._kind, self.shape.optional, self._block)
        if not same or (UNSET in shape.schema) != (UNSET in self.shape.schema):
            return False
        untouched, self.shape = not self.touched and self.value() == self.shape.initial, shape
        self._describe()
        self._name(self._words if self._among else shape.title)
        if self._editor is not None and not self._editor.reshape(shape):
            return False
        if untouched and self.value() != shape.initial is not ABSENT:
            self.set_value(shape.initial)
        return True

    def problem(self) -> str:
        """Says why its content cannot be read as a value at all; empty where it can."""
        return self.editor.problem() if self.is_set else ""

    def walk(self) -> Iterator[FormField]:
        """Yields itself and all fields inside of it, in the order in which they are seen."""
        yield self
        if self.is_set:
            for field in self.editor.fields():
                yield from field.walk()

    # --- what happens to it ------------------------------------------------------------------------------

    def leave(self) -> bool:
        """Called when the focus has left it; returns whether its errors are to be shown from now on."""
        news = self._edited_since and not self.touched
        self.touched = self.touched or self._edited_since
        return news

    def move_to(self, loc: Loc, *, title: str = "") -> None:
        """Takes another place, since its list was reordered."""
        self.loc = loc
        if self._editor is not None:
            self._editor.move_to(loc)
        self._name(title or self._words)

    def set_wide(self, wide: bool) -> None:
        """Puts the title beside the editor, or above it."""
        beside = wide and not self._block and not self.bare
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._box.setDirection(way)
        self._box.setSpacing(12 if beside else 3)
        width = _TITLE_WIDTH - INDENT * self._depth
        self._head.setMinimumWidth(width if beside else 0)
        self._head.setMaximumWidth(width if beside else 16_777_215)
        self._head.setMinimumHeight(28 if beside else 22)
        if UNSET in self.shape.schema:  # what holds is looked for where the editor would be
            self._none.setMinimumHeight(28 if beside else 0)
            if beside:
                self._body.insertWidget(0, self._none)
            else:
                self.head.addWidget(self._none)

    def show_error(self, text: str) -> None:
        """Says beneath the editor what is wrong, and unfolds what hides it; empty takes it back."""
        if text == self._remark.text():
            return
        self._remark.say(text)
        if self._editor is not None:
            self._editor.set_invalid(bool(text))
        self._name(self._words)
        if text:
            self.reveal()

    def error(self) -> str:
        """Returns what is said to be wrong."""
        return self._remark.text()

    def reveal(self) -> None:
        """Unfolds everything around it."""
        around = self.parentWidget()
        while around is not None:
            if isinstance(around, FormField):
                around.fold(folded=False)
            around = around.parentWidget()

    def fold(self, *, folded: bool) -> None:
        """Hides or shows the fields inside of it."""
        self._folder.setChecked(not folded)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_Minus and self._folds and self._folder.isChecked():
            self._folder.setFocus(Qt.FocusReason.OtherFocusReason)  # before what has the keyboard is hidden
            self.fold(folded=True)
        else:
            super().keyPressEvent(event)  # a group around it may fold

    def focus_input(self) -> None:
        """Puts the cursor into its editor; where it has none, on the box that gives it one."""
        self.reveal()
        self.first_input.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def first_input(self) -> QWidget:
        """Where typing begins in it, shown or not."""
        if not self.is_set:
            return self._toggle
        inner = [] if self.editor.input.focusPolicy() else self.editor.fields()
        return inner[0].first_input if inner else self.editor.input

    def typing_place(self) -> QWidget:
        """Returns what takes text that is typed, with the keyboard in it: a list gets an item for it."""
        self.reveal()
        place = self.editor.typing_place() if self.is_set else self._toggle
        place.setFocus(Qt.FocusReason.TabFocusReason)  # what stood in it is replaced
        return place

    def _type(self, key: QKeyEvent) -> None:
        """Gives it a value that begins with what was typed at its box."""
        if self.editor.takes_text:
            self._toggle.setChecked(True)
            QApplication.sendEvent(self.typing_place(), key.clone())

    def _edited(self) -> None:
        self._edited_since = True
        self.remarks = ()
        self.changed.emit()

    def _toggled(self) -> None:
        self._show_editor()
        self._edited()

    @property
    def _unfolded(self) -> bool:
        return self.is_set and (self._folder.isChecked() or not self._folds)

    def _show_editor(self) -> None:
        if self._unfolded or self._editor is not None:
            self.editor.setVisible(self._unfolded)
        self._none.setHidden(self.is_set)
        self._show_folder()

    def _show_folder(self) -> None:
        is_open = self._folder.isChecked()
        self._folder.setIcon(icon("chevron-down" if is_open else "chevron-right", "muted"))
        focus = Qt.FocusPolicy  # Tab goes on to the fields where they are seen, else here
        self._folder.setFocusPolicy(focus.ClickFocus if is_open else focus.StrongFocus)

    def _title_clicked(self) -> None:
        if not self._toggle.isHidden():
            self._toggle.click()
        elif not self._folder.isHidden():
            self._folder.click()
        else:
            self.focus_input()

    # --- its looks ---------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self._words = self.shape.title
        self._title = Words(role="heading" if self._block else "")
        self._title.clicked.connect(self._title_clicked)
        self._toggle = PresenceBox(self)
        if not self.shape.optional:
            self._toggle.hide()
        self._toggle.toggled.connect(self._toggled)
        self._toggle.clicked.connect(lambda on: self.focus_input() if on else None)
        self._toggle.typed.connect(self._type)
        self._none = Words(role="muted", small=True)
        self._none.setWordWrap(False)
        if not self.shape.optional:
            self._none.hide()
        self._folder = tool("chevron-down", checkable=True)
        self._folder.setChecked(self._depth < _FOLDED_FROM)
        self._show_folder()
        self._folds = self._block and not self.shape.optional
        if not self._folds:
            self._folder.hide()
        self._folder.toggled.connect(self._show_editor)
        self._folder.clicked.connect(lambda on: self.focus_input() if on else None)
        self._hint = Words(role="muted", small=True)
        self._hint.setParent(self)  # what is shown before it has a parent would be a window of its own
        self._remark = Remark()
        self._describe()

    def _describe(self) -> None:
        """Says what the schema says of it."""
        self._none.setText(str(self.shape.schema.get(UNSET, "not set")))
        shown = self.shape.description or sample_of(self.shape.schema)
        limits = limits_of(self.shape.schema, pattern=not shown)
        said = [part for part in (self.shape.description.rstrip("."), limits) if part]
        self._hint.setText(" · ".join(said))
        self._hint.setHidden(not said or self._among)

    def _arrange(self) -> None:
        self._head = QWidget(self)
        self._head.setHidden(self.bare)
        self.head = in_row(
            (self._folder, 0, Qt.AlignmentFlag.AlignTop),
            (self._toggle, 0, Qt.AlignmentFlag.AlignTop),
            (self._title, 1),
            self._none,
            of=self._head,
            margins=0,
            spacing=4,
        )
        content = QWidget()
        content.setMaximumWidth(16_777_215 if self._block else _BODY_WIDTH)
        self._body = in_column(self._remark, self._hint, of=content, margins=0, spacing=3)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self._head, 0, Qt.AlignmentFlag.AlignTop)
        self._box.addWidget(content, 1)
        squeeze(self._title)

    def _name(self, title: str) -> None:
        """Gives all parts their names for eyes, ears and tests."""
        self._words = title
        required = self.shape.required and not self.shape.optional and not self._among
        self._title.setText(f"{title} *" if required else title)
        self._title.setToolTip("Required" if required else "")
        self._toggle.setAccessibleName(f"Set {title}")
        self._toggle.setToolTip(f"Give {title} a value, or none")
        self._folder.setAccessibleName(f"Show the fields of {title}")
        self._folder.setToolTip(f"Show or hide the fields of {title} (Ctrl+- hides them from within)")
        self.setObjectName(dotted(self.loc))
        if self._editor is not None:
            about = ". ".join(part for part in (self._remark.text(), self._hint.text()) if part)
            self._editor.dress(f"{title}, required" if required else title, about)

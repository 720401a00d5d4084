"""The base of all views: reads again when something went stale and it is visible; hidden ones wait."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.gui.actions import Actions, BoundAction
from workbench.gui.context_menu import open_menu
from workbench.gui.desk import Desk, Selection
from workbench.gui.filter_row import FilterRow
from workbench.gui.reads import Question, nothing
from workbench.gui.tab_order import put_in_order, reading_order
from workbench.gui.table import FastTableView
from workbench.gui.text.conflict_banner import ConflictBanner
from workbench.gui.told_shortcut import REFUSED
from workbench.gui.window_layouts import WindowLayouts, layouts_around

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QContextMenuEvent, QHideEvent, QKeyEvent, QPaintEvent, QShowEvent

    from workbench.model.changes import Changes


T = TypeVar("T")
LEAST = QSize(180, 110)
"""Smallest size of a view in pixels: what a dock may be made, whatever the view shows."""
TELLS_STORY = {"tell_story", "story-of-command"}
"""Keys of the actions that tell the story of what is chosen in the widget that offers them."""
NO_STORY = "Nothing with a story is chosen here: choose an event, a message, a dead letter or a command."


class View(QWidget):
    """One view of the window.

    Subclasses set the class attributes, call ``acts.offer`` once their parts are made, and override
    `concerns`, `refresh` and `first_widget`, if they follow the selection `follow`, and if one can type in
    them `unsaved`.

    Attributes:
        key: Name in menus' data, layouts and tests.
        title: What the tab says.
        icon_name: Name of its icon.
        ticks: Whether it says ages or rates, so that `tick` is called about once a second while it is seen.
        asks_in: Attribute with the widget in which a person looks for something; it has a signal ``asked``,
            ``typed`` that returns what stands there as JSON, and ``type_again`` that shows that. So it comes
            back with the project, as what stands in every `FilterRow` does.
        came_back: Whether that came back.
        selects: Attribute with the table whose chosen row becomes the selection of all views, with a story.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    icon_name: ClassVar[str] = ""
    ticks: ClassVar[bool] = False
    asks_in: ClassVar[str] = ""
    selects: ClassVar[str] = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName(self.key)
        self.desk = desk
        self.acts = Actions(self, self)
        self._stale = True
        self._trouble = self._typed = ""
        self.came_back = False
        self._layouts: WindowLayouts | None = None
        self._target: QWidget | None = None
        self._questions: list[Question[Any]] = []
        desk.changed.connect(self._changed)
        desk.selected.connect(self._selected)
        desk.undo.moved.connect(self._undo_moved)

    def question(
        self,
        show: Callable[[T], object],
        fail: Callable[[Exception], object] | None = None,
        *,
        begun: Callable[[], object] = nothing,
    ) -> Question[T]:
        """Returns something that this view asks; what it is told while it is hidden it asks again later.

        Args:
            show: Shows an answer.
            fail: Told why there is none; by default a notice says so.
            begun: Called where the answer takes a while.
        """

        def told(answer: T) -> None:
            self._safely(lambda: show(answer))
            self.take_awaited()
            if self.hasFocus() and _can_take(self.first_widget()):  # nothing was there that could have it
                self._give_keyboard()

        made = Question(
            self,
            self.desk,
            told,
            fail or f"Showing {self.title}",
            wanted=self._still_wanted,
            begun=begun,
            view=self.key,
        )
        self._questions.append(made)
        return made

    def _still_wanted(self) -> bool:
        self._stale = self._stale or not self.isVisible()
        return self.isVisible()

    def concerns(self, changes: Changes) -> bool:  # noqa: ARG002  # subclasses look at it
        """Whether these changes make this view stale."""
        return True

    def refresh(self) -> None:
        """Asks again for what it shows, see `question`; what it has stays until the answer is there."""

    def renew(self) -> None:
        """Does again what it does only when a person asks, such as a search (F5)."""

    def follow(self, selection: Selection) -> None:
        """Shows what was selected elsewhere."""

    def arranged(self, perspective: str, settings: QSettings) -> None:
        """Shows itself as it was left in an arrangement of the window; the settings remember it."""

    def tick(self) -> None:
        """Says again what time alone has changed, such as ages; must be quick."""

    def read_only(self) -> str:
        """Returns why nothing can be changed here; an empty text where it can."""
        return self.desk.read_only()

    def unsaved(self) -> str:
        """Returns, in words, what a person typed here and neither sent nor saved (V2); empty for nothing.

        It is kept as a draft, see `workbench.gui.drafts`.
        """
        return ""

    def first_widget(self) -> QWidget:
        """Returns where a person begins in this view."""
        return self

    def seen(self) -> bool:
        """Whether it is on the screen: a tab behind another is visible for Qt, but not for a person."""
        window = self.window()
        place = QRect(self.mapTo(window, QPoint()), self.size())
        return self.isVisible() and place.intersects(window.rect())

    def asks(self) -> list[ConflictBanner]:
        """Returns what is asked in it and seen."""
        return [one for one in self.findChildren(ConflictBanner) if one.isVisible() and one.buttons]

    def take_keyboard(self, widget: QWidget | None = None) -> None:
        """Gives the keyboard to a widget, else to where a person begins; as soon as the view is seen."""
        self._target, self.desk.awaiting = (widget if widget is not self else None) or self._target, self
        self.take_awaited()

    def take_awaited(self) -> None:
        """Takes the keyboard that it was to have as soon as it is seen and shows what it asked for."""
        waits = self._stale or any(question.waits for question in self._questions)
        if self.desk.awaiting is self and self.seen() and not waits:
            self._give_keyboard()

    def _give_keyboard(self) -> None:
        target, self._target, self.desk.awaiting = self._target, None, None
        if target is None or not isValid(target) or not _can_take(target):
            target = self.first_widget()
        if not _can_take(target):  # nothing is there yet, only words and maybe what to do about it
            target = next((stop for stop in reading_order(self) if _can_take(stop)), self)
        if isinstance(target, FastTableView):
            target.begin()
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(target, QLineEdit) and not target.cursorPosition():  # what was filled in is typed over
            target.selectAll()

    def tell_why(self) -> None:
        """Tells the story of what has the keyboard (Alt+Enter), or says that nothing is chosen there."""
        focus = self.focusWidget()
        offered = [] if focus is None else [one for one in focus.actions() if one.objectName() in TELLS_STORY]
        if offered and isinstance(offered[0], BoundAction) and offered[0].refresh():
            offered[0].do()
        elif not offered and self._shares(focus) and self.desk.selection.has_story:
            self.desk.wanted.emit("story")
        else:
            self.desk.notice("info", NO_STORY)

    def _shares(self, focus: QWidget | None) -> bool:
        """Whether what is chosen where the keyboard is, is what all views have selected by now."""
        if not isinstance(focus, FastTableView):
            return not isinstance(focus, (QLineEdit, QAbstractSpinBox, QComboBox))
        rows = focus.chosen() if self.selects and focus is getattr(self, self.selects) else None
        if rows is not None:
            focus.row_chosen.emit(rows.row)  # something else may have been selected in another view since
        return rows is not None

    def focus_filter(self) -> None:
        """Gives the keyboard to the filter of the table that has it, else to the first line (Ctrl+F)."""
        place = self.focusWidget() or self
        while place is not self and not _lines(place, FilterRow):
            place = place.parentWidget() or self
        asks = getattr(self, self.asks_in) if self.asks_in else self
        for line in (*_lines(place, FilterRow), *_lines(asks, QLineEdit), *_lines(self, QLineEdit))[:1]:
            line.setFocus(Qt.FocusReason.ShortcutFocusReason)
            line.selectAll()

    def _changed(self, changes: Changes) -> None:
        if self.concerns(changes):
            focus = QApplication.focusWidget()
            here = focus is not None and self.isAncestorOf(focus)  # who types there waits for it
            self.desk.in_turn(self._refresh_seen, first=here)  # not all views in one turn (V4)

    def _refresh_seen(self) -> None:
        if not isValid(self):
            return
        if self.seen():
            self._safely(self.refresh)
        else:
            self._stale = True

    def _undo_moved(self) -> None:
        if (undo := self.acts.get("undo")) is not None:
            undo.refresh()

    def _selected(self, selection: Selection) -> None:
        if self.seen():
            self._safely(lambda: self.follow(selection))
        else:
            self._stale = True

    @override
    def minimumSizeHint(self) -> QSize:
        # Else a view that spreads out where it has room would not give that room back.
        return LEAST

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._layouts is None:
            self._type_again()
        if self.ticks:
            self.desk.ticker.follow(self)
            self._safely(self.tick)  # ages went on while it was hidden (V3)
        self.come_to_sight()

    def _type_again(self) -> None:
        """Looks for what a person looked for when the project was closed (ux rule 9)."""
        self._layouts = layouts_around(self)
        if self._layouts is None:
            return
        for line in self.findChildren(FilterRow):
            self._filter_again(self._layouts, line)
        if self.asks_in:
            asks = getattr(self, self.asks_in)
            asks.asked.connect(self.keep_typed)
            self._typed = str(self._layouts.find(f"typed/{self.key}", anywhere=False) or "")
            if self._typed:
                self.came_back = True
                self._safely(lambda: asks.type_again(json.loads(self._typed)))

    def _filter_again(self, layouts: WindowLayouts, line: FilterRow) -> None:
        """Filters a table as it was when the project was closed; what is typed from now on is kept."""
        place = f"typed/{self.key}/{line.what}"
        line.settled.connect(lambda text: layouts.keep(place, text or None, anywhere=False))
        self._safely(lambda: line.say(str(layouts.find(place, anywhere=False) or "")))

    def keep_typed(self) -> None:
        """Keeps what is looked for, at once: it may crash."""
        typed = json.dumps(getattr(self, self.asks_in).typed())
        if self._layouts is not None and typed != self._typed:
            self._typed = typed
            self._layouts.keep(f"typed/{self.key}", typed, anywhere=False)

    def come_to_sight(self) -> None:
        """Takes the keyboard that it was to have, and asks, in a turn of its own, for what it missed."""
        self.take_awaited()
        if self._stale or self.desk.awaiting is self:
            self.desk.in_turn(self.catch_up)

    def catch_up(self) -> None:
        """Asks for what it missed, if it is seen."""
        if not isValid(self) or not self.seen():
            return
        if self._stale:
            self._stale = False
            self._safely(self.refresh)
            self._safely(lambda: self.follow(self.desk.selection))
        for question in self._questions:  # what neither of them asks, such as a query that a person sent
            question.again()
        self.take_awaited()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.come_to_sight()  # where it was not laid out yet when it was shown

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.desk.ticker.leave(self)

    @override
    def focusNextPrevChild(self, next: bool) -> bool:
        put_in_order(self)
        return super().focusNextPrevChild(next)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A key that no child used: back to where one begins.
        if event.key() == Qt.Key.Key_Escape and not self.first_widget().hasFocus():
            self._give_keyboard()
        elif (refused := self._refused(QKeySequence(event.keyCombination()))) is not None:
            self.desk.notice(
                "info", f"{refused.text().removesuffix(' …')}: {refused.toolTip()}", topic=REFUSED
            )
        else:
            super().keyPressEvent(event)

    def _refused(self, pressed: QKeySequence) -> BoundAction | None:
        """Returns what the keys would do in this view if it could be done now."""
        own = [one for one in self.actions() if isinstance(one, BoundAction)]
        return next((one for one in own if not one.isEnabled() and pressed in one.shortcuts()), None)

    def _safely(self, act: Callable[[], object]) -> None:
        """Does something that reads; what fails is told once, and never meets Qt, which calls this (V4)."""
        try:
            act()
        except Exception as error:  # noqa: BLE001  # whatever it is, the person is told
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._failed(error)
        else:
            self._trouble = ""

    def _failed(self, error: Exception) -> None:
        self.desk.fail(f"Showing {self.title}", error, self.desk.way_to(self.key))


def _lines(place: QWidget, kind: type[QLineEdit]) -> list[QLineEdit]:
    """Returns the lines of a kind in which one can type now."""
    lines = place.findChildren(kind)
    return [one for one in lines if one.isVisible() and one.isEnabled() and not one.isReadOnly()]


def _can_take(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled()

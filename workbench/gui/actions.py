"""Actions, each declared once beside the code that does it; menus, buttons, keys, palette, F1 read that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QToolButton, QWidget
from shiboken6 import isValid

from workbench.gui.icons import icon

OURS = "workbench."
COPY_AS = "Copy as"
"""The submenu of what copies a chosen thing in one form or another."""
CONFIRM = frozenset({"Ctrl+Enter", "Ctrl+Return", "Ctrl+S", "Del", "Ins"})
"""Keys that do one thing each time they are pressed, however long."""
Method = TypeVar("Method", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that a person can do.

    Its functions are given the owner; where the action is offered on a widget in which things are chosen,
    such as a table, also what is chosen there.

    Attributes:
        key: Name in code and tests, unique within the owner.
        run: Does it.
        word: What a button says where that is shorter.
        keys: Shortcuts as Qt writes them, ``" / "`` between them; empty for none.
        default: Enter and a double click on the chosen thing do it as well.
        on: Attribute of the owner: the widget that offers it and in which its keys work; the owner itself if
            empty.
        menu: Menu of the window in which it stands, if any.
        group: Actions of one group are parted from others by a line.
        within: Title of the submenu of a context menu in which it stands; empty for none.
        anyway: It needs nothing to be chosen.
        several: Where several things are chosen it is done to all of them.
        writes: It changes the store: the owner's ``read_only`` says why that cannot be.
        why: Returns why it cannot be done now; an empty text where it can.
        look: Returns its text and icon as things stand.
        about: Returns what it is done to, where that is not what is chosen in a widget.
        shown: Whether it is offered here at all.
        checked: Whether it is switched on.
    """

    key: str
    text: str
    run: Callable[..., object]
    word: str = ""
    keys: str = ""
    icon: str = ""
    tip: str = ""
    default: bool = False
    on: str = ""
    menu: str = ""
    group: int = 0
    within: str = ""
    anyway: bool = False
    several: bool = False
    writes: bool = False
    why: Callable[..., str] | None = None
    look: Callable[..., tuple[str, str]] | None = None
    about: Callable[[Any], str] | None = None
    shown: Callable[..., bool] | None = None
    checked: Callable[..., bool] | None = None

    @property
    def sequences(self) -> list[str]:
        """Its shortcuts, each as Qt writes it."""
        return self.keys.split(" / ") if self.keys else []

    @property
    def keys_text(self) -> str:
        """Its keys as a person reads them."""
        told = [one.replace("Return", "Enter") for one in self.sequences]
        return " / ".join(dict.fromkeys([*told, *(["Enter"] if self.default else [])]))


@dataclass(frozen=True, slots=True)
class WidgetKey:
    """A key that belongs to a widget's own way of working, such as moving about in it; told at F1."""

    keys: str
    text: str


def action(text: str, *, key: str = "", **more: Any) -> Callable[[Method], Method]:
    """Declares that a method is an action; what else there is to say of it, see `Action`.

    Args:
        key: The method's name if empty.
    """

    def declare(method: Method) -> Method:
        name = method.__name__
        run = lambda owner, *chosen: getattr(owner, name)(*chosen)  # noqa: E731  # a method may be overridden
        setattr(method, "actions", (Action(key=key or name, text=text, run=run, **more),))  # noqa: B010  # functions have no such attribute for mypy
        return method

    return declare


@cache
def declared(owner: type[Any]) -> tuple[Action, ...]:
    """Returns the actions that a class declares, by its methods or as tuples of `Action`, in order."""
    found: dict[str, Action] = {}
    for value in _members(owner):
        for one in value if isinstance(value, tuple) else getattr(value, "actions", ()):
            if isinstance(one, Action):
                found[one.key] = one
    return tuple(found.values())


@cache
def widget_keys(owner: type) -> tuple[WidgetKey, ...]:
    """Returns the keys that a class declares to belong to its own way of working."""
    tuples = (value for value in _members(owner) if isinstance(value, tuple))
    return tuple(one for value in tuples for one in value if isinstance(one, WidgetKey))


def _members(owner: type) -> Iterator[object]:
    for base in reversed(owner.__mro__):
        if base.__module__.startswith(OURS):
            yield from vars(base).values()


class BoundAction(QAction):
    """An action of an owner, as Qt offers it.

    Attributes:
        act: What was declared.
        place: The widget that offers it, once it is offered.
        icon_name: Of the icon that it has now.
    """

    def __init__(self, act: Action, owner: object, widget: QWidget) -> None:
        super().__init__(act.text, widget)
        self.act = act
        self.place: QWidget | None = None
        self._owner, self._widget = owner, widget
        self.icon_name = ""
        self.setObjectName(act.key)
        self.setCheckable(act.checked is not None)
        if act.keys:
            self.setShortcuts([QKeySequence(keys) for keys in act.sequences])
        self.setShortcutContext(self._context())
        self.setAutoRepeat(CONFIRM.isdisjoint(act.sequences))
        self._dress(act.text, act.icon, "")
        self.triggered.connect(self._triggered)

    def _context(self) -> Qt.ShortcutContext:
        if isinstance(self._widget, QMainWindow):
            return Qt.ShortcutContext.WindowShortcut
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        return Qt.ShortcutContext.WidgetShortcut if self.act.on else within

    @property
    def group(self) -> tuple[str, int]:
        """What it stands together with in a menu."""
        return type(self._owner).__name__, self.act.group

    @property
    def name(self) -> str:
        """Its name, unique in the program."""
        return f"{type(self._owner).__name__}.{self.act.key}"

    def offered(self) -> bool:
        """Whether it stands on a widget that is there."""
        return self.place is not None and isValid(self.place) and self.isVisible()

    def has_keyboard(self) -> bool:
        """Whether the widget that offers it has the keyboard, or is a part of it, such as a head."""
        if self.place is None:
            return False
        focus = self.place.window().focusWidget()
        return focus is not None and (focus is self.place or focus.isAncestorOf(self.place))

    def named(self) -> str:
        """Returns what it is done to now; empty where there is nothing, or it needs nothing."""
        if self.act.about is not None:
            return self.act.about(self._owner)
        offering = getattr(self.place, "offering", None)
        return "" if offering is None or self.act.anyway else str(offering.named())

    @property
    def points(self) -> bool:
        """Whether it is done to something that a person has to see."""
        chosen = hasattr(self.place, "offering") and not self.act.anyway
        return chosen or self.act.about is not None

    def view(self) -> Any:
        """Returns the view that offers it; None for the window."""
        return view_around(self.place)

    def offer(self) -> None:
        """Puts it on its widget, unless it is there."""
        place: Any = attrgetter(self.act.on)(self._owner) if self.act.on else self._widget
        if place is None or place is self.place:
            return
        self.place = place
        before = getattr(getattr(place, "offering", None), "before", None)
        if before is None:
            place.addAction(self)
        else:
            place.insertAction(before, self)
        if self.act.default:
            place.offering.activated.connect(self._activated)

    def _chosen(self) -> tuple[Any, ...]:
        """Returns what is chosen where it is offered, if one chooses things there."""
        offering = getattr(self.place, "offering", None)
        return (offering.target(),) if offering is not None else ()

    def refresh(self) -> bool:
        """Updates text, icon and tool tip; returns whether it can be done now."""
        if self.place is None or not isValid(self.place):
            return False
        act, chosen = self.act, self._chosen()
        text, name = act.look(self._owner, *chosen) if act.look is not None else (act.text, act.icon)
        why = self._why(chosen)
        self._dress(text, name, why)
        if act.checked is not None:
            self.setChecked(act.checked(self._owner, *chosen))
        if act.shown is not None:
            self.setVisible(act.shown(self._owner, *chosen))
        return not why

    def _why(self, chosen: tuple[Any, ...]) -> str:
        offering = getattr(self.place, "offering", None)
        if offering is not None and not self.act.anyway:
            why = offering.missing() or ("" if self.act.several else offering.alone())
            if why:
                return str(why)
        if self.act.writes and (why := getattr(self._owner, "read_only")()):  # noqa: B009  # any owner's
            return str(why)
        return self.act.why(self._owner, *chosen) if self.act.why is not None else ""

    def _dress(self, text: str, name: str, why: str) -> None:
        said = self.act.tip or text.replace("&", "").removesuffix(" …")
        keys = self.act.keys_text
        self.setText(text)
        self.setEnabled(not why)
        self.setToolTip(why or (f"{said}  ({keys})" if keys else said))
        self.setStatusTip(why or said)
        if name and name != self.icon_name:
            self.icon_name = name
            self.setIcon(icon(name))

    def do(self) -> None:
        """Does it, unless it cannot be done any more."""
        if self.refresh():
            self.act.run(self._owner, *self._chosen())
            if isValid(self):
                self.refresh()

    def _triggered(self, _checked: bool = False) -> None:  # a signal's argument
        self.do()

    def _activated(self, _row: object = None) -> None:  # a signal's argument
        self.do()


def view_around(place: QWidget | None) -> Any:
    """Returns the view in which a widget stands; None for none."""
    while place is not None and not hasattr(place, "seen"):
        place = place.parentWidget()
    return place


class Actions:
    """The actions of one owner: there from the start, for its buttons, and offered once its parts are made.

    Args:
        widget: Has the actions whose ``on`` is empty; their keys work in all of it.
    """

    def __init__(self, owner: object, widget: QWidget) -> None:
        kind: type = type(owner)
        self._made = {act.key: BoundAction(act, owner, widget) for act in declared(kind)}

    def __getitem__(self, key: str) -> BoundAction:
        return self._made[key]

    def __iter__(self) -> Iterator[BoundAction]:
        return iter(self._made.values())

    def get(self, key: str) -> BoundAction | None:
        """Returns one of them; None if the owner has none of that name."""
        return self._made.get(key)

    def offer(self) -> BoundAction | None:
        """Offers them on the owner's parts as these are now; returns the first."""
        for one in self:
            one.offer()
        self.refresh()
        return next(iter(self), None)

    def refresh(self) -> None:
        """Updates text, icon and tool tip of each."""
        for one in self:
            one.refresh()

    def button(self, key: str, *, words: bool = True, primary: bool = False) -> ActionButton:
        """Makes a button for one of them."""
        return ActionButton(self[key], words=words, primary=primary)


class ActionButton(QToolButton):
    """A button that does an action, enabled and labelled as that is."""

    def __init__(self, bound: BoundAction, *, words: bool = True, primary: bool = False) -> None:
        super().__init__()
        self.setObjectName(bound.act.key)
        self.setIconSize(QSize(16, 16))
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly)
        self.setProperty("primary", primary)
        self.setCheckable(bound.isCheckable())
        self._bound = bound
        self._role = "on_accent" if primary else "text"
        self.clicked.connect(bound.trigger)
        bound.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        bound = self._bound
        text = bound.text().replace("&", "")
        self.setText(text if text != bound.act.text else bound.act.word or text)
        self.setAccessibleName(text)
        self.setIcon(icon(bound.icon_name, self._role))
        self.setToolTip(bound.toolTip())
        self.setEnabled(bound.isEnabled())
        self.setChecked(bound.isChecked())

"""What a line that is typed on the board asks for, and what was entered in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that fits what was typed.

    Attributes:
        text: What is shown.
        name: What it stands for.
        icon: Name of its icon.
        node: Id of its card, if it has one.
        owner: The aggregate of what is new; empty where that is not asked.
    """

    text: str
    name: str
    icon: str = ""
    node: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What was entered.

    Attributes:
        offer: What was taken of what fits; None for the text itself.
        on: Whether the next one is to follow at once.
        inside: Whether the fields are to follow.
        away: Whether the person went elsewhere meanwhile: nothing follows, and nothing else is chosen.
    """

    text: str
    offer: Offer | None = None
    on: bool = False
    inside: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A line that is asked for, and what is done with it.

    Attributes:
        sign: Name of the icon.
        take: Is given what was entered.
        fits: Returns what fits what was typed.
        lights: Returns ids of nodes: from which a wire would lead, and to which it could.
        act: Name of the action that asks for it again for that card; empty where none does.
        card: Id of the card that it is about, and at which it stands; empty where it is about none.
        field: Number of the card's line over which it lies; below the card if negative.
        text: What stands in the line first.
        hint: Is shown while nothing is typed.
        erase: Backspace in an empty line.
        step: The arrows where nothing fits: up (-1) or down (1), and whether with Alt.
        copy: Ctrl+D.
        between: Stands in the place of line ends in what is pasted.
        check: Says what is wrong with what was typed; empty where nothing is.
        marks: Whether the first of what fits is marked, so that Enter takes it.
        keeps: What is typed and left is offered again under this name; empty where it is not kept.
        keys: What else can be pressed, and what it does.
    """

    title: str
    sign: str
    take: Callable[[Entered], object]
    fits: Callable[[str], Sequence[Offer]] = lambda _typed: ()
    lights: Callable[[str], tuple[str, Collection[str]]] = lambda _typed: ("", ())
    act: str = ""
    card: str = ""
    field: int = -1
    text: str = ""
    hint: str = ""
    erase: Callable[[], object] = lambda: None
    step: Callable[[int, bool], object] = lambda _by, _carried: None
    copy: Callable[[], object] = lambda: None
    between: str = " "
    check: Callable[[str], str] = lambda _typed: ""
    marks: bool = True
    keeps: str = ""
    keys: tuple[tuple[str, str], ...] = ()


MAKE_KEYS = ("Ctrl+Enter", "and what comes next"), ("Tab", "and its fields")
ADD_KEYS = (("Ctrl+Enter", "also of its events"), ("Tab", "and the next"))
CHANGE_KEYS = ("Tab", "and the next"), ("Alt+↑ ↓", "move it"), ("Ctrl+D", "copy it")
NOTHING = Asking(title="", sign="edit", take=lambda _entered: None)

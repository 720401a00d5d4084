"""Lines of what was explored: scenarios, ends with their shares, invariants, moves, states and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from workbench.gui.badges import PADDING
from workbench.gui.paged_model import Row, TableColumn
from workbench.gui.theme import theme, ui_font
from workbench.services.worlds.run_checks import DUPLICATES, FREE

if TYPE_CHECKING:
    from workbench.services.worlds.explored import Exploration
    from workbench.services.worlds.schedule_words import MoveLine
    from workbench.services.worlds.told_schedule import ToldSchedule

SAME_END = "same end in any order"
NOT_TRIED = "not tried"
DEVIATES = "Otherwise than the engine does by itself"


BAR, SHARE = 6, 48
"""Pixels of the height of a bar, and of the width of its number."""


def draw_share(painter: QPainter, place: QRectF, share: float, chosen: bool) -> None:  # as `Draw`
    """Draws a part of all as a bar, and its number behind it."""
    colors = theme().colors
    room = place.adjusted(PADDING, (place.height() - BAR) / 2, -PADDING - SHARE, -(place.height() - BAR) / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    for width, ink in ((room.width(), colors.border), (max(BAR, room.width() * share), colors.accent_ink)):
        painter.setBrush(QColor(ink))
        painter.drawRoundedRect(QRectF(room.left(), room.top(), width, BAR), BAR / 2, BAR / 2)
    painter.setFont(ui_font())
    painter.setPen(QColor(colors.on_selection if chosen else colors.text))
    painter.drawText(
        place.adjusted(0, 0, -PADDING, 0),
        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        f"{share:.1%}",
    )


def _counted(count: int) -> str:
    return f"{count:,}"


def _broken(names: str) -> tuple[str, str]:
    return ("error", f"{names.count(',') + 1:,} broken") if names else ("ok", "none")


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


Mark = tuple[str, ...]
"""The kind of a badge, its words, and what its tool tip says where that is more."""


def _marked(mark: Mark) -> tuple[str, str] | None:
    return (mark[0], mark[1]) if mark[1] else None


def _words(mark: Mark) -> str:
    return mark[1]


def _why(mark: Mark) -> str:
    return mark[-1]


SCENARIOS = (
    TableColumn("State", width=100, badge=_marked, text=_words),
    TableColumn("Scenario", width=100, stretch=True),
    TableColumn("Schedules", width=88, align_right=True, text=_counted),
)
ENDS = (
    TableColumn("Share", width=108, text="{:.1%}".format, draw=draw_share, about="Of all schedules"),
    TableColumn("Schedules", width=88, align_right=True, text=_counted),
    TableColumn("How it ended", width=90, stretch=True, about="What tells this end from the usual one"),
    TableColumn("Broken", width=92, badge=_broken, about="Invariants that some order to this end breaks"),
)
INVARIANTS = (
    TableColumn("Invariant", width=110, stretch=True),
    TableColumn("Came to", width=130, badge=_marked, text=_words),
)


def _moves(marks: TableColumn) -> tuple[TableColumn, ...]:
    return (
        TableColumn("", width=34, align_right=True, text=_number),
        TableColumn("Move", width=120, stretch=True),
        TableColumn("Made", width=110, stretch=True),
        marks,
    )


USUAL = _moves(
    TableColumn(
        "There", width=66, badge=_marked, text=_words, about="As which move of the other order it comes"
    )
)
MOVES = _moves(
    TableColumn(
        "Order",
        width=88,
        badge=_marked,
        text=_words,
        tip=_why,
        about="Where it deviates from what the engine does by itself, and where it breaks",
    )
)
POSSIBLE = (
    TableColumn("", width=34, align_right=True, text=_number),
    TableColumn("Possible now", width=180, stretch=True),
    TableColumn("", width=110, badge=_marked, text=_words),
)
PARTS = (
    TableColumn("State or row", width=150, stretch=True),
    TableColumn("Field", width=110),
    TableColumn("Usual order", width=130, mono=True, stretch=True),
    TableColumn("This order", width=130, mono=True, stretch=True),
    TableColumn("", width=84, badge=_marked, text=_words),
)


def scenario_rows(explorations: Iterable[tuple[Exploration, bool]]) -> list[Row]:
    """Returns a row for each scenario, with its number behind it.

    Args:
        explorations: With whether each is over.
    """
    return [
        (_state(one, over=over), one.scenario, one.schedules, number)
        for number, (one, over) in enumerate(explorations)
    ]


def _state(one: Exploration, *, over: bool) -> tuple[str, str]:
    if one.trouble:
        return "warning", "trouble"
    if one.found:
        return "error", "broken"
    return ("ok", "none found") if over else ("info", "exploring")


def end_rows(exploration: Exploration) -> list[Row]:
    """Returns a row for each end, the most frequent first; behind its columns stand its choices."""
    return [
        (
            share,
            outcome.count,
            words or "no event is stored",
            ", ".join(sorted(outcome.broken)),
            outcome.choices,
        )
        for words, share, outcome in exploration.told_ends()
    ]


def invariant_rows(names: Sequence[str], exploration: Exploration | None, *, duplicates: bool) -> list[Row]:
    """Returns a row for each invariant of the model, and for what is checked of every model.

    Args:
        duplicates: Whether deliveries may come twice.
    """
    rows: list[Row] = []
    ran = exploration is not None and exploration.schedules > 0
    for name in (*names, *FREE):
        found = exploration.findings.get(name) if exploration is not None else None
        if found is not None:
            rows.append((name, ("error", f"broken in {found.count:,}")))
        elif not ran or (name == DUPLICATES and not duplicates):
            rows.append((name, ("neutral", NOT_TRIED)))
        else:
            rows.append((name, ("ok", "held")))
    ends = len(exploration.outcomes) if exploration is not None else 0
    said = ("warning", f"{ends:,} ends") if ends > 1 else ("ok", "1 end") if ends else ("neutral", NOT_TRIED)
    return [*rows, (SAME_END, said)]


def move_rows(lines: Sequence[MoveLine], marks: Mapping[int, Mark]) -> list[Row]:
    """Returns a row for each move; its number is the key."""
    return [(one.number, _said(one), str(one.made), marks.get(one.number, ("neutral", ""))) for one in lines]


def possible_rows(moves: Sequence[str]) -> list[Row]:
    """Returns a row for each move that is possible, from 1; the first is what the engine would do."""
    usual = ("info", "by itself"), ("neutral", "")
    return [(number, said, usual[number > 1]) for number, said in enumerate(moves, 1)]


def _said(one: MoveLine) -> str:
    return f"you: {one.words}" if one.who == "you" else one.words


def usual_marks(told: ToldSchedule) -> dict[int, Mark]:
    """Returns which moves of the usual order come at another place, by number."""
    return {one.usual: ("info", f"as {one.number:,}") for one in told.moves if one.usual}


def order_marks(told: ToldSchedule) -> dict[int, Mark]:
    """Returns which moves deviate, and behind which something is broken, by number."""
    why = {one.number: f"{DEVIATES}: {one.deviation}" for one in told.moves if one.deviation}
    marks: dict[int, Mark] = {number: ("info", "deviation", said) for number, said in why.items()}
    for name, number in told.broken.items():
        why[number] = "; ".join(filter(None, (why.get(number), f"{name} does not hold behind it")))
        marks[number] = ("error", "broken", why[number])
    return marks


def part_rows(told: ToldSchedule, at: int) -> list[Row]:
    """Returns states and rows behind the move of a number from 0 in both orders; their place is the key."""
    usual, this = (
        some[min(at, len(some) - 1)] if some and at >= 0 else {} for some in (told.usual_parts, told.parts)
    )
    places = sorted({*usual, *this})
    rows = ((*place, usual.get(place, "–"), this.get(place, "–")) for place in places)
    return [(*row, ("warning", "differs") if row[2] != row[3] else ("neutral", "")) for row in rows]

"""Lines of what a model can do: by whom, what comes of it, who tries it, how often it happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.gui.paged_model import Row, TableColumn

if TYPE_CHECKING:
    from workbench.services.scenarios.coverage import ModelCoverage, Try

TRIED, UNTRIED, NEVER, UNREAD = "tried", "not tried", "never", "no reader"
MISTAKEN = "mistake"
_BADGES = {
    MISTAKEN: ("error", MISTAKEN),
    UNTRIED: ("warning", UNTRIED),
    NEVER: ("error", NEVER),
    UNREAD: ("info", UNREAD),
}
ALL, GAPS = "", "gaps"
SHOWN = (
    ("Everything", ALL),
    ("What no scenario tries", GAPS),
    ("What never happened either", NEVER),
    ("What only scenarios with mistakes try", MISTAKEN),
    ("Events that nothing reads", UNREAD),
)


def _times(number: int | None) -> str:
    return f"{number:,}" if number else "–" if number is not None else ""


COLUMNS = (
    TableColumn("State", width=84, badge=_BADGES.get, text=lambda state: "" if state == TRIED else state),
    TableColumn("Who", width=132),
    TableColumn("What comes of it", width=200, stretch=True),
    TableColumn("Scenarios", width=84, align_right=True, text=_times, about="How many scenarios come to it"),
    TableColumn("In the store", width=92, align_right=True, text=_times, about="How often it happened there"),
)
TITLES = (TableColumn("Tried by", width=200, stretch=True),)


def rows_of(found: ModelCoverage) -> Iterator[Row]:
    """Yields a row for each thing that can happen, its `Try` behind it, and for events without a reader."""
    for one in found.tries:
        count = len(one.scenarios) + len(one.unread)
        yield _state(one, stored=bool(found.upto)), one.by, what(one), count, one.happened, one
    for event in found.unread:
        yield (
            UNREAD,
            event,
            "nothing reads it: no read model, policy, process or subscription",
            None,
            None,
            None,
        )


def titles_of(one: Try) -> Iterator[Row]:
    """Yields a row for each scenario that tries it, then for each that would, with where its mistake is.

    Behind what is shown stand a scenario's title, and the scenario where it does not load.
    """
    for title in one.scenarios:
        yield title, title, None
    for each in one.unread:
        yield f"{each.title}: {each.said.removeprefix(each.problem.file + ':')}", each.title, each


def what(one: Try) -> str:
    """Returns what it is without who does it: ``leads to order.placed``."""
    return one.words.removeprefix(f"{one.by} ")


def is_shown(row: Row, wanted: str) -> bool:
    """Whether a row is of what is wanted, a value of `SHOWN`."""
    state = row[0]
    return wanted in {ALL, state} or (wanted == GAPS and state in {UNTRIED, NEVER, MISTAKEN})


def _state(one: Try, *, stored: bool) -> str:
    """Returns what is to be said of it; of an empty store it says nothing that nothing happened there."""
    if not one.lacks:
        return TRIED if one.tried else MISTAKEN
    return NEVER if stored and not one.happened else UNTRIED

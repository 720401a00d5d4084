"""The rows and columns of the list of dead letters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from workbench.gui.paged_model import Row, TableColumn, first_of
from workbench.gui.reads import takes_time
from workbench.gui.row_sort import RowSort
from workbench.gui.time_format import absolute, short
from workbench.gui.views.letter_actions import BECAME, STATUSES
from workbench.store.list_ports import LINE_CHARACTERS

if TYPE_CHECKING:
    from workbench.gui.views.letter_nodes import GroupNode
    from workbench.services.dead_letters import DeadLetters
    from workbench.services.dead_letters.letter_index import LetterQuery
    from workbench.store.stored_values import DeadLetter


def _kind(role: str) -> str:
    return "neutral" if role == "muted" else role


COLUMNS = (
    TableColumn("#", width=42, mono=True, align_right=True),
    TableColumn("Status", width=92, badge=lambda status: (_kind(STATUSES[status][2]), STATUSES[status][0])),
    TableColumn("Type", width=98),
    TableColumn("Key", width=92),
    TableColumn("Error", width=64, stretch=True),
    TableColumn("Tries", width=50, mono=True, align_right=True),
    TableColumn("Died", width=104, mono=True, text=short, tip=absolute, zoned=True),
)


def none_said(node: GroupNode) -> str:
    """Returns why no letter is listed: of a cause, or at all."""
    if node.cause is not None or node.chips:
        return f"No dead letter of this {'group' if node.chips else 'cause'} has this status."
    of = f" of {node.title}" if node.subscription else ""
    return f"No dead letter{of} has this status."


def absence(letter: DeadLetter, query: LetterQuery, found: Collection[int], node: GroupNode) -> str:
    """Returns why a letter is not listed.

    Args:
        found: The numbers of all that the query finds.
        node: The line of the groups whose letters are listed.
    """
    status = letter.status.value
    if status not in query.statuses:
        return BECAME[status]
    if letter.number not in found:
        return "the search does not find it" if query.narrowed else "it was not there yet when that was read"
    if node.subscription not in ("", letter.subscription):
        return "it is of another subscription"
    return f"it is of another {'group' if node.chips else 'cause'}"


class LetterSource(RowSort):
    """Rows of the dead letters with the numbers of a cause, the newest first; these numbers are the keys."""

    key = staticmethod(first_of)

    def __init__(self, dead_letters: DeadLetters, numbers: Sequence[int] = ()) -> None:
        super().__init__(numbers)
        self._dead_letters = dead_letters

    def page(self, first: int, limit: int) -> Sequence[Row | None]:
        """Returns rows."""
        numbers = self.numbers[first : first + limit]
        found = {line.number: line for line in self._dead_letters.listed(numbers)}
        return [found.get(number) for number in numbers]

    def whole(self, row: Row) -> Row | None:
        """Returns a row with its whole error, in a thread where that is long; None if the letter is gone."""
        number, status, kind, key, error, *others = row
        if len(error) < LINE_CHARACTERS:
            return row
        takes_time()
        found = self._dead_letters.numbered([number])
        return (number, status, kind, key, found[0].error or found[0].error_type, *others) if found else None

"""A line that takes a position or a time, wherever rows are shown as they were then."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

from workbench.gui.time_format import shown_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.services.story.stories import Stories

EXAMPLES = "1,200, -2h, yesterday, 2026-11-26 08:00"


class AsOfLine(QLineEdit):
    """A position, or a time as times are typed in a search, in the zone of all times.

    Args:
        empty: What an empty line means.
    """

    def __init__(self, name: str, empty: str) -> None:
        super().__init__()
        self.setAccessibleName(f"{name}: a position or a time")
        self.setPlaceholderText(f"{empty}; or {EXAMPLES}")
        self.setClearButtonEnabled(True)
        self.setToolTip("A position, or a time: what was recorded before it; a day is meant to its end")

    def reading(self, stories: Stories) -> Callable[[], int | None]:
        """Returns what reads the position that is meant now, for a thread; None where the line is empty.

        What it returns raises `InvalidValue` where the text is neither.
        """
        return partial(stories.position_as_of, self.text(), shown_zone().zone)

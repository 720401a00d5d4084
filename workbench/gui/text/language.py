"""What a text pane has to be told of the language of its text; it knows nothing of projects itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from workbench.services.design.completions import Completions
    from workbench.services.design.definitions import Location
    from workbench.services.design.quick_fix import QuickFix
    from workbench.tusk import Problem


class Language(Protocol):
    """Answers at once, so that typing never waits; offsets count characters."""

    def is_expression(self, section: str, path: tuple[str, ...]) -> bool:
        """Whether the texts at a path in a section are expressions."""

    def completions(self, text: str, offset: int) -> Completions:
        """Returns what can stand at an offset."""

    def definition(self, text: str, offset: int) -> Location | None:
        """Returns where what is named at an offset is declared."""

    def fixes(self, text: str, problem: Problem) -> Sequence[QuickFix]:
        """Returns what would fix a problem."""

    async def left_after(self, text: str, fix: QuickFix) -> int:
        """Returns how many mistakes a text would have with a fix; it is tried in a thread."""

"""Makes what is typed for a thing a step of the design, and says why where that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.errors import CallerError, WorkbenchError
from workbench.gui.design_steps import stepped
from workbench.gui.widgets import error_text

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.design.design_state import DesignState
    from workbench.services.design.design_text import DesignText


class SectionSteps:
    """Makes steps beside the loop.

    Args:
        taken: Takes the state of the design after a step.

    Attributes:
        running: Whether one is made.
    """

    def __init__(self, desk: Desk, taken: Callable[[DesignState], object]) -> None:
        self._desk, self._taken = desk, taken
        self.running = False

    def make(
        self,
        label: str,
        change: Callable[[DesignText], DesignText],
        tell: Callable[[str], object],
        *,
        goes_on: bool = False,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """Makes a step of the design.

        Args:
            tell: Tells why it cannot be.
            kept: Drafts that are in it, by their keys; what was typed at one since stays a draft.
        """
        self.running = True
        apply = partial(self._desk.workspace.design.apply, label, change, goes_on=goes_on)
        self._desk.run(self._run(apply, tell, kept or {}), label)

    async def _run(
        self, apply: Callable[[], DesignState], tell: Callable[[str], object], kept: Mapping[str, Any]
    ) -> None:
        try:
            state = await stepped(self._desk, apply)
        except (CallerError, WorkbenchError) as error:
            tell(error_text(error))
            return
        finally:
            self.running = False
        for key, content in kept.items():
            found = self._desk.workspace.drafts.find(key)
            if found is not None and found.content == content:
                self._desk.forget(key)
        self._taken(state)
        self._desk.project_saved.emit()

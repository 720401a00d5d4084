"""What was saved in the settings, undone and done again as every step of the design (V5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from workbench.gui.actions import Actions
from workbench.gui.design_steps import DesignSteps
from workbench.gui.reads import Question

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk
    from workbench.services.design.design_state import DesignState


class SettingSteps(DesignSteps):
    """Takes the last step of the design back from the outline of the settings."""

    def __init__(self, desk: Desk, view: QWidget, outline: QWidget) -> None:
        super().__init__(desk, outline, view)
        self._reading = Question(self, desk, self.take, self.tell_reading)
        self.acts = Actions(self, view)
        self.acts.offer()
        desk.project_saved.connect(self.follow)

    @override
    def follow(self) -> None:
        self._reading.ask(self.read_state)

    @override
    def take(self, state: DesignState) -> None:
        self.settled(state)
        self.state = state
        self.acts.refresh()

    @override
    def tell_refused(self, label: str, error: Exception) -> None:
        self.tell_unread(error, label)

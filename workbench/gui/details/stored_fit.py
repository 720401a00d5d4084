"""Asks before fields of an event are written with which what is stored could not be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.reads import Question, takes_time
from workbench.model.counts import counted
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.schema_trial import SchemaTrial
from workbench.tusk import parse

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk
    from workbench.gui.widgets import Banner


class StoredFit:
    """Tries a text on the stored events of a type.

    Args:
        banner: Where it is asked.
        write: Writes the text.
        look: Shows which events do not fit, and why.
    """

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        banner: Banner,
        write: Callable[[], object],
        look: Callable[[], object],
    ) -> None:
        self._desk, self._banner, self._write, self._look = desk, banner, write, look
        self._trying = Question(parent, desk, self._known, "Trying the fields")

    def write(self, whole: str, event: str) -> None:
        """Writes a text of the file with which everything that is stored can be read; else asks first."""
        self._trying.ask(partial(self._try, whole, event), whole)

    def drop(self) -> None:
        """Writes nothing any more that was asked about."""
        self._trying.drop()

    def _try(self, whole: str, event: str) -> SchemaTrial:
        takes_time()
        return self._desk.workspace.schema_lab.try_text(parse(whole, PROJECT_FILE), event, lambda *_: True)

    def _known(self, trial: SchemaTrial) -> None:
        bad = trial.total - trial.fit
        if not bad:
            self._write()
            return
        verb = "does" if bad == 1 else "do"
        said = f"{counted(bad, 'stored event')} of {trial.total:,} {verb} not fit these fields."
        self._banner.set("warning", said, [("Look …", self._look), ("Write anyway", self._insist)])
        self._banner.show()

    def _insist(self) -> None:
        self._banner.hide()
        self._write()

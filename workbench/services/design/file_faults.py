"""Says why a project file does not load as it is written, so that an older model runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.errors import ProjectError
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import read_scenarios
from workbench.services.project_editor.settings_preview import WouldBreak, broken_scenarios, would_be
from workbench.tusk import Document, Problem

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.design.design_text import DesignText

Faults = tuple[Problem | str, ...]


class FileFaults:
    """Compiles what others wrote into the project file, each text once."""

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, environ
        self._looked: tuple[Document | None, Faults] = (None, ())

    def of(self, document: Document, compiled: Project | None) -> Faults:
        """Returns what is wrong with a project file; what runs, or was compiled, loads.

        Args:
            compiled: The project as it was compiled last, if it was.
        """
        files = [one.file for one in (self._world.model, compiled) if one is not None]
        if None in files or any(one is not None and one.document == document for one in files):
            return ()
        if document != self._looked[0]:
            self._looked = document, self.tried(document, compiled)[1]
        return self._looked[1]

    def tried(self, document: Document, compiled: Project | None) -> tuple[Project | None, Faults]:
        """Compiles a file; returns what was compiled last, and what is wrong where it does not load."""
        try:
            return would_be(self._world, document, self._environ, compiled), ()
        except ProjectError as error:
            return compiled, _listed(error)

    def stay(self, was: Document, now: Document, compiled: Project | None) -> bool:
        """Whether a file has mistakes that others left in it, and no more with another text."""
        return self.are_of(was, self.tried(now, compiled)[1], compiled)

    def are_of(self, was: Document, faults: Faults, compiled: Project | None) -> bool:
        """Whether there are mistakes, and none but those that others left in a file."""
        return bool(faults) and not _said(faults) - _said(self.of(was, compiled))

    def refuse(
        self, was: DesignText, now: DesignText, name: str, *, insist: bool, compiled: Project | None
    ) -> Project | None:
        """Fails unless the project can be opened, and scenarios fit it, or no mistake is new.

        Args:
            name: Of the file that was edited.
            insist: Scenarios need not fit it.
            compiled: The project as it was compiled last.

        Returns:
            What was compiled last.

        Raises:
            ProjectError: It cannot be opened.
            WouldBreak: Scenarios would not fit it.
        """
        project = self._world.model
        if name == PROJECT_FILE and self.stay(was.project, now.project, compiled):
            return compiled
        if now.project != was.project:
            project = would_be(self._world, now.project, self._environ, compiled)
        if name != PROJECT_FILE:
            read_scenarios(now.scenarios[name].text, name, project.registry)
            return compiled
        edited = {at: one.text for at, one in now.scenarios.items() if one != was.scenarios.get(at)}
        broken = broken_scenarios(self._world, project, edited)
        if broken and not insist:
            raise WouldBreak(broken)
        return project


def _said(faults: Faults) -> Counter[str]:
    """Returns what is said of mistakes, wherever they stand, and how often."""
    return Counter(one.message if isinstance(one, Problem) else one for one in faults)


def _listed(error: ProjectError) -> Faults:
    """Returns all that is wrong, with its place where one is known."""
    return tuple(one if isinstance(one, Problem) else str(one) for one in error.problems)

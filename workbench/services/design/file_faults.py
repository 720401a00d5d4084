"""Says why a project file does not load as it is written, so that an older model runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.errors import ProjectError
from workbench.services.project_editor.settings_preview import would_be
from workbench.tusk import Document, Problem

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

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
        before = _said(self.of(was, compiled))
        after = _said(self.tried(now, compiled)[1]) if before else before
        return bool(before and after) and not after - before


def _said(faults: Faults) -> Counter[str]:
    """Returns what is said of mistakes, wherever they stand, and how often."""
    return Counter(one.message if isinstance(one, Problem) else one for one in faults)


def _listed(error: ProjectError) -> Faults:
    """Returns all that is wrong, with its place where one is known."""
    return tuple(one if isinstance(one, Problem) else str(one) for one in error.problems)

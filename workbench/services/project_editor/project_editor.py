"""Reads the project file of an open project as settings, and saves it with what follows from a change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from workbench.project.samples import PROJECT_FILE
from workbench.services.project_editor.setting_renames import in_scenarios
from workbench.services.project_editor.settings_draft import SettingsDraft
from workbench.tusk import TskError, parse

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.design.design import Design
    from workbench.services.design.design_state import DesignState
    from workbench.services.design.project_files import ProjectFiles


class ProjectEditor:
    """Reads and saves the project file of an open project."""

    def __init__(
        self, world: World[Project], environ: Mapping[str, str], files: ProjectFiles, design: Design
    ) -> None:
        self._world, self._environ, self._files, self._design = world, environ, files, design

    def read(self) -> SettingsDraft:
        """Returns the file as it is now.

        Raises:
            TskError: It is no TuskLang; every problem with its place.
            NotFound: It cannot be read.
        """
        project, data = self._world.model, self._files.read(PROJECT_FILE)
        document = project.file.document if project.file is not None else None
        if document is None or document.dump() != data:  # else it was read where the model was made
            document = parse(data, PROJECT_FILE)
        return SettingsDraft(
            path=self._files.path(PROJECT_FILE),
            original=data,
            document=document,
            environ=self._environ,
            handlers=None if project.restricted else tuple(self._world.registry.handlers),
        )

    def save(self, draft: SettingsDraft, *, insist: bool = False) -> DesignState:
        """Writes a draft as a step of the design, with the scenarios that follow a new name.

        Returns where the design stands, as `Design.save` does.

        Args:
            insist: Write also what scenarios would not fit any more.

        Raises:
            ProjectError: Something is wrong with it; every problem with its place.
            NotFound: The file cannot be read.
            DesignConflict, WouldBreak, ChangedOnDisk, StoreReadOnly: As `Design.save`.
        """
        if draft.problems:
            raise TskError(draft.problems)
        along = partial(in_scenarios, renames=draft.renames)
        return self._design.save(
            "Change settings", draft.document, was=draft.original, along=along, insist=insist
        )

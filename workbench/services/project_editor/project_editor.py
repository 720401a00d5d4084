"""Reads the project file of an open project as settings, and saves it with what follows from a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.errors import NotFound
from workbench.project.samples import PROJECT_FILE
from workbench.services.project_editor.setting_renames import in_scenarios
from workbench.services.project_editor.settings_draft import SettingsDraft
from workbench.services.project_editor.settings_preview import WouldBreak, broken_scenarios, would_be
from workbench.tusk import TskError, parse, read_file, save

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project


class ProjectEditor:
    """Reads and saves the project file of an open project."""

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, environ

    def read(self) -> SettingsDraft:
        """Returns the file as it is now.

        Raises:
            TskError: It is no TuskLang; every problem with its place.
            NotFound: It cannot be read.
        """
        project, data = self._world.model, self.present()
        return SettingsDraft(
            path=project.root / PROJECT_FILE,
            original=data,
            document=parse(data, PROJECT_FILE),
            environ=self._environ,
            handlers=None if project.restricted else tuple(self._world.registry.handlers),
        )

    def present(self) -> bytes:
        """Returns the file's content as it is now.

        Raises:
            NotFound: It cannot be read.
        """
        path = self._world.model.root / PROJECT_FILE
        try:
            return read_file(path)
        except OSError as error:
            raise NotFound(f"{path} cannot be read: {error.strerror or error}", hint="put it back") from error

    def save(self, draft: SettingsDraft, *, insist: bool = False) -> None:
        """Writes a draft in one step, and after it the scenarios that follow a new name.

        Nothing is written that would not load in full.

        Args:
            insist: Write also what scenarios would not fit any more.

        Raises:
            ProjectError: Something is wrong with it; every problem with its place.
            WouldBreak: It would load, but scenarios would not fit it any more.
            ChangedOnDisk: A file changed since it was read.
            StoreReadOnly: It cannot be written.
        """
        if draft.problems:
            raise TskError(draft.problems)
        root = self._world.model.root
        edits = in_scenarios(root, draft.renames)
        broken = broken_scenarios(self._world, would_be(self._world, draft.document, draft.environ), edits)
        if broken and not insist:
            raise WouldBreak(broken)
        save(draft.path, draft.document.dump(), was=draft.original)
        for edit in edits:
            save(edit.path, edit.new, was=edit.was)

"""The texts of an open project: its project file and its scenario files, read, checked and saved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import NotFound
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import FOLDER, read_scenarios
from workbench.services.design.marks.find_marks import marks_of
from workbench.services.design.text_check import CheckedText, check_project_text, check_scenario_text
from workbench.services.project_editor import ProjectEditor
from workbench.services.project_editor.settings_draft import SettingsDraft
from workbench.tusk import parse, parse_in_part, read_file, save

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project


class TextFiles:
    """The texts of an open project, by their names relative to its folder.

    Args:
        editor: Saves the project file.
    """

    def __init__(self, world: World[Project], environ: Mapping[str, str], editor: ProjectEditor) -> None:
        self._world, self._environ, self._editor = world, environ, editor

    def names(self) -> list[str]:
        """Returns the names of the files: the project file, then those of scenarios."""
        found = sorted((self._world.model.root / FOLDER).glob("*.tsk"))
        return [PROJECT_FILE, *(f"{FOLDER}/{path.name}" for path in found)]

    def path(self, name: str) -> Path:
        """Returns where a file lies."""
        return self._world.model.root / name

    def read(self, name: str) -> bytes:
        """Returns a file's content as it is now.

        Raises:
            NotFound: It cannot be read.
        """
        try:
            return read_file(self.path(name))
        except OSError as error:
            raise NotFound(f"{name} cannot be read: {error.strerror or error}", hint="put it back") from error

    def check(self, name: str, text: str) -> CheckedText:
        """Checks a text as it would be saved; no Python is imported, and nothing is written."""
        project = self._world.model
        running = project.registry if project.modules else None
        if name == PROJECT_FILE:
            return check_project_text(
                text, self.path(name), environ=self._environ, running=running, advise=marks_of
            )
        document, _ = parse_in_part(self.read(PROJECT_FILE).decode(errors="replace"), PROJECT_FILE)
        return check_scenario_text(text, name, document, project.registry)

    def save(self, name: str, text: str, *, was: bytes, insist: bool = False) -> None:
        """Writes a file in one step, only what can be opened.

        Args:
            was: Its content as it was read.
            insist: Write also what scenarios would not fit any more.

        Raises:
            ProjectError: Something is wrong with it; every problem with its place.
            WouldBreak: It would load, but scenarios would not fit it any more.
            ChangedOnDisk: The file changed since it was read.
            StoreReadOnly: It cannot be written.
        """
        if name != PROJECT_FILE:
            read_scenarios(text, name, self._world.model.registry)
            save(self.path(name), text.encode(), was=was)
            return
        document = parse(text, PROJECT_FILE)
        path = self.path(name)
        draft = SettingsDraft(path=path, original=was, document=document, environ=self._environ)
        self._editor.save(draft, insist=insist)

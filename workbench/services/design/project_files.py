"""The files of an open project as texts, its project file and its scenarios: read, checked and written."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import NotFound, StoreReadOnly
from workbench.project.emptied import refuse_emptied
from workbench.project.module_import import lies_in
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import FOLDER
from workbench.services.design.design_text import REPAIR, DesignText, not_over
from workbench.services.design.marks.find_marks import marks_of
from workbench.services.design.misnamed import with_misnamed
from workbench.services.design.text_check import CheckedText, check_project_text, check_scenario_text
from workbench.tusk import (
    Document,
    TskError,
    parse,
    parse_in_part,
    read_file,
    remove,
    remove_unfinished,
    save,
    whole_text,
)

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project


class ProjectFiles:
    """The texts of an open project, by their names relative to its folder.

    Attributes:
        unread: Files that were there and no TuskLang when all were read last, with what stands in them.
    """

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, environ
        self._known: dict[str, Document] = {}
        self._content: dict[str, bytes] = {}
        """As it was last read or written."""
        self._own: dict[str, bytes | None] = {}
        """As it was last written here; None where it was removed."""
        self.unread: Mapping[str, str] = {}

    def names(self) -> list[str]:
        """Returns the names of the files: the project file, then those of scenarios."""
        found = sorted((self._world.model.root / FOLDER).glob("*.tsk"))
        return [PROJECT_FILE, *(f"{FOLDER}/{path.name}" for path in found)]

    def path(self, name: str) -> Path:
        """Returns where a file lies."""
        return self._world.model.root / name

    def read(self, name: str) -> bytes:
        """Returns a file's content as it is now, of one that is too large its begin (`whole_text` tells).

        Raises:
            NotFound: It cannot be read.
        """
        try:
            return read_file(self.path(name))
        except OSError as error:
            raise NotFound(
                f"{self.path(name)} cannot be read: {error.strerror or error}", hint="put it back"
            ) from error

    def said(self, name: str) -> str | None:
        """Returns what a file says; None where it is not there, or cannot be read."""
        try:
            return self.read(name).decode(errors="replace")
        except NotFound:
            return None

    def check(self, name: str, text: str, *, in_part: bool = False) -> CheckedText:
        """Checks a text as it would be saved; no Python is imported, and nothing is written.

        Args:
            in_part: As of `check_project_text`.
        """
        project = self._world.model
        running = project.registry if project.modules else None
        if name == PROJECT_FILE:
            found = check_project_text(
                text,
                self.path(name),
                environ=self._environ,
                running=running,
                advise=marks_of,
                in_part=in_part,
            )
            return with_misnamed(found, self._scenarios)
        document, _ = parse_in_part(self.read(PROJECT_FILE).decode(errors="replace"), PROJECT_FILE)
        return check_scenario_text(text, name, document, project.registry)

    def _scenarios(self) -> dict[str, Document]:
        """Returns the files of scenarios that can be read, as they are now."""
        found = dict[str, Document]()
        for name in self.names()[1:]:
            with suppress(NotFound, TskError):
                found[name] = self._document(name, self.read(name))
        return found

    def texts(self, *, in_part: bool = False) -> DesignText:
        """Returns all texts as they are now, without the scenario files that cannot be read.

        Args:
            in_part: Of a project file with mistakes, what can be read.

        Raises:
            NotFound: The project file cannot be read.
            TskError: It is no TuskLang, or was emptied by others; in part, it is too large or no UTF-8.
        """
        content, found, unread = dict[str, bytes](), dict[str, Document](), dict[str, str]()
        for name in self.names():
            try:
                content[name] = self.read(name)
                if name == PROJECT_FILE and content[name] != self._own.get(name):
                    refuse_emptied(content[name], self._known.get(name) or self._running())
                found[name] = self._document(name, content[name])
            except (NotFound, TskError):
                unread[name] = content.get(name, b"").decode(errors="replace")
                if name != PROJECT_FILE:
                    continue
                if not in_part or name not in content:
                    raise
                found[name], _ = parse_in_part(whole_text(content[name], name), name)
        self._known, self._content, self.unread = found, content, unread
        scenarios = {name: one for name, one in found.items() if name != PROJECT_FILE}
        return DesignText(project=found[PROJECT_FILE], scenarios=scenarios, unread=unread)

    def _running(self) -> Document | None:
        return None if self._world.model.file is None else self._world.model.file.document

    def _document(self, name: str, data: bytes) -> Document:
        known = self._known.get(name) if self._content.get(name) == data else None
        return parse(data, name) if known is None or name in self.unread else known

    def who_wrote(self, name: str) -> str:
        """Says who wrote a file as it stands, or took it away."""
        return "Another view of this window" if self.is_own(name) else "Another program"

    def is_own(self, name: str) -> bool:
        """Whether a file stands as it was last written here, or was removed here."""
        try:
            return self._own.get(name) == self.read(name)
        except NotFound:
            return name in self._own and self._own[name] is None

    def has(self, name: str, content: bytes) -> bool:
        """Whether a file was so when all were read last."""
        return self._content.get(name) == content

    def write(self, now: DesignText, was: DesignText, *, fixed: str = "") -> None:
        """Writes the files in which two texts differ, each in one step, if they are as they were read last.

        Args:
            fixed: A file that could not be read, and whose text was changed by a person who saw it.

        Raises:
            ChangedOnDisk: A file changed since; it and those behind it were not written.
            StoreReadOnly: One cannot be written, or could not be read; of the latter none was written.
        """
        before, after = ({one.file: one for one in text.files()} for text in (was, now))
        for name in self.unread.keys() - {fixed}:
            if after.get(name) != before.get(name):
                self._make_folder(name)  # where that is not the reason
                raise StoreReadOnly(not_over(name), hint=REPAIR)
        for name, one in after.items():
            if one != before.get(name):
                if name not in self._content:
                    self._make_folder(name)
                save(self.path(name), one.dump(), was=self._content.get(name))
                self._known[name], self._content[name] = one, one.dump()
                self._own[name] = self._content[name]
        for name in before.keys() - after.keys():
            remove(self.path(name), was=self._content[name])
            del self._known[name], self._content[name]
            self._own[name] = None

    def make(self, name: str, content: bytes) -> None:
        """Writes a file that is not there, in one step.

        Raises:
            ChangedOnDisk: It is there.
            StoreReadOnly: It cannot be written.
        """
        self._make_folder(name)
        save(self.path(name), content, was=None)
        self._own[name] = content

    def remove_unfinished(self) -> None:
        """Removes what processes were writing here that are no more."""
        remove_unfinished(self._world.model.root, PROJECT_FILE)
        remove_unfinished(self._world.model.root / FOLDER, "*.tsk")

    def _make_folder(self, name: str) -> None:
        """Makes the folder of a new file; neither it nor a link of its name leads elsewhere (T3)."""
        folder = self.path(name).parent
        for path in (folder, self.path(name)):
            if not lies_in(self._world.model.root, path):
                hint = f"it is a link: take it away, or put a {'folder' if path == folder else 'file'} there"
                raise StoreReadOnly(f"{path} leads out of the project", hint=hint)
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            reason = f"{folder} cannot be made: {error.strerror or error}"
            raise StoreReadOnly(reason, hint="look at what stands there, and at the permissions") from error

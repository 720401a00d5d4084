"""Prepares a bundle: a copy of a project with the part of its store that matters, looked at, then written."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import UUID

from workbench.engine.world import World
from workbench.errors import NotAStore, NotFound, StoreReadOnly
from workbench.interop.bundle_file import Manifest, write_bundle
from workbench.model.clock import ManualClock
from workbench.model.masking import Masking
from workbench.project.project import STORY_FILE
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios.scenario_files import FOLDER
from workbench.services.bundles.found_fields import FoundField, fields_in, model_names, names_of
from workbench.services.bundles.written_values import said_values, story_payloads
from workbench.services.maintenance.store_checkup import backup
from workbench.services.worlds.fork import fork_in, place_of_store, staged, standing, time_at
from workbench.store.store_file import (
    keep_part,
    mask_store,
    open_store_file,
    pack_tight,
    payloads,
    read_store_file,
)
from workbench.store.stored_values import ProjectionStatus
from workbench.tusk import remove_unfinished, unfinished

if TYPE_CHECKING:
    from workbench.project.project import Project
    from workbench.store.ports import Reader

Told = Callable[[str, int, int], object]
"""Told what is done, and how much of how much of it; what it raises ends the work, and nothing is left."""


@dataclass(frozen=True, slots=True)
class StorePart:
    """What of a store goes into a bundle: whole streams, and what belongs to them; by default all.

    Attributes:
        streams: Names of streams.
        correlation: Every stream that has an event of it; None for none.
    """

    streams: tuple[str, ...] = ()
    correlation: UUID | None = None

    @property
    def whole(self) -> bool:
        """Whether it is all that is stored."""
        return not self.streams and self.correlation is None

    def words(self) -> str:
        """Returns what it is, for people."""
        if self.whole:
            return "all that was stored"
        around = [f"the streams of correlation {self.correlation}"] if self.correlation is not None else []
        return " and ".join([*around, *([", ".join(self.streams)] if self.streams else [])])


@dataclass(frozen=True, slots=True)
class Masks:
    """What is masked.

    Attributes:
        names: Fields by their names, or, behind ``type:``, by their type.
        secrets: Also what looks like a secret by its name.
    """

    names: tuple[str, ...] = ()
    secrets: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What was written.

    Attributes:
        at: The event or message at which it opens; 0 where nothing is stored.
        masked: Names of the fields whose values are made up.
        mentions: Files of the project that mention a masked value, and how often; they stay as they are.
        left: Fields that are not masked, and how many of their values are those of a masked field, which stay
            as they are too short to be looked for.
        unfolded: Read models that stopped at an event while they were folded again.
        folded: Whether rows are there; without trust in the project's modules they come once it is given.
    """

    file: Path
    size: int
    at: int
    masked: tuple[str, ...]
    mentions: Mapping[str, int]
    left: Mapping[str, int]
    unfolded: tuple[str, ...]
    folded: bool


class BundleDraft:
    """A copy of a project, cut to a part, that can be looked at and then written once.

    Attributes:
        files: Files of the project in it, by their paths, with their sizes.
        counts: How many there are of streams, events, messages, commands, dead letters.
        size: Bytes of files and store before they are packed.
        fields: What could be masked, that which looks like a secret first.

    Args:
        told: Of the copying.

    Raises:
        NotAStore: The store is no file.
        NotFound: No event is of that part.
        WorldError: There is no room for the copy, or the like; nothing is left of it.
    """

    def __init__(self, project: Project, part: StorePart, told: Told) -> None:
        if not project.store_path.is_file():
            raise NotAStore("nothing is stored yet", hint="issue a command; what came of it can be bundled")
        self._project, self._part = project, part
        scratch = Path(tempfile.gettempdir(), "workbench-bundle")
        remove_unfinished(scratch.parent, scratch.name)
        self._scratch = unfinished(scratch)
        self._folder = self._scratch / "project"
        try:
            self._fill(told)
        except OSError as error:
            self.close()
            said = f"the project cannot be copied: {error.strerror or error}"
            raise StoreReadOnly(said, hint="make room for temporary files") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Removes the copy."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _fill(self, told: Told) -> None:
        self._scratch.mkdir(mode=0o700)
        self._folder.mkdir()
        for path in _files_of(self._project):
            target = self._folder / path.relative_to(self._project.root.resolve())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        self.files = {
            one.relative_to(self._folder).as_posix(): one.stat().st_size
            for one in sorted(self._folder.rglob("*"))
            if one.is_file()
        }
        self._place = place_of_store(self._project, self._folder)
        self._store = store = self._folder / self._place
        store.parent.mkdir(parents=True, exist_ok=True)
        backup(self._project.store_path, store, lambda done, of: told("Copying", done, of), check=False)
        with read_store_file(store) as reader:
            _check_part(reader, self._part)
        told("Cutting", 0, 1)
        self.counts = keep_part(store, self._part.streams, self._part.correlation)
        pack_tight(store)
        with read_store_file(store) as reader:
            self._head = reader.head()
            self._opens_at = _opens_at(reader, self._part) or standing(reader, self._head)
        self.size = store.stat().st_size + sum(self.files.values())
        self.fields: tuple[FoundField, ...] = fields_in(
            chain(payloads(store), story_payloads(self._story())), self._project.registry
        )
        told("Cutting", 1, 1)

    def check_at(self, at: int) -> None:
        """Raises `NotFound` where nothing of the part stands at a position."""
        with read_store_file(self._store) as reader:
            time_at(reader, at)

    def write(
        self,
        file: Path,
        told: Told,
        *,
        at: int = 0,
        note: str = "",
        masks: Masks | None = None,
        layout: Mapping[str, str] | None = None,
        replace: bool = False,
    ) -> Bundled:
        """Masks and writes the bundle; takes time, and must not be called again.

        Args:
            at: The event or message at which it opens; 0 for the last one of the part.
            note: What others shall know.
            masks: By default what looks like a secret.
            layout: How the window stands, by place.
            replace: Whether it may take the place of a file that is there.

        Raises:
            NotFound: Nothing of the part stands at that position, or there is no such field or type.
            InvalidValue: The file is there already, or may not be written over.
            WorldError: It cannot be written.
        """
        at = at or self._opens_at
        self.check_at(at)
        with read_store_file(self._store) as reader:
            now = time_at(reader, standing(reader, self._head))
        fork = fork_in(self._project.root)
        now = fork.now if fork is not None else now
        masks = masks or Masks()
        masking = Masking(
            names_of(masks.names, self.fields),
            secrets.token_bytes(16),
            secrets=masks.secrets,
            model=model_names(self._project.registry, self._model_texts()),
        )
        masked = tuple(sorted(one.name for one in self.fields if masking.hides(one.name)))
        for path in sorted((self._folder / FOLDER).glob("*.tsk")):
            masking.learn(said_values(path))
        if masked:
            told("Masking", 0, 1)
            for _story, text in story_payloads(self._story()):
                masking.learn(text)
            mask_store(self._store, masking, lambda: told("Masking", 0, 1))
            self._mask_story(masking)
            told("Masking", 1, 1)
        folds = bool(masked) or not self._part.whole
        folded = not folds or not self._project.restricted
        unfolded = asyncio.run(self._fold(now, told)) if folds and folded else ()
        pack_tight(self._store)
        manifest = Manifest(
            project=self._project.name,
            at=at,
            head=self._head,
            now=now,
            part=masking.text(self._part.words(), names=True) if masked else self._part.words(),
            note=note,
            masked=masked,
            store=self._place,
            layout=layout or {},
        )
        names = {*self.files, self._place}
        size = write_bundle(file, manifest, self._folder, names, told, replace=replace)
        return Bundled(
            file=file,
            size=size,
            at=at,
            masked=masked,
            mentions=self._mentions(masking),
            left=dict(sorted(masking.left.items())),
            unfolded=unfolded,
            folded=folded,
        )

    def _story(self) -> list[str]:
        path = self._folder / STORY_FILE
        return (
            path.read_text(encoding="utf-8", errors="surrogateescape").split("\n") if path.is_file() else []
        )

    def _model_texts(self) -> Iterator[str]:
        """Yields the texts of the model's files, which stay as they are."""
        for name in self.files:
            if name != STORY_FILE and not name.startswith(f"{FOLDER}/"):
                yield (self._folder / name).read_text(encoding="utf-8", errors="replace")

    def _mask_story(self, masking: Masking) -> None:
        """Masks the commands of the project's story; they are data as well."""
        if lines := self._story():
            text = "\n".join(masking.line(line) for line in lines)
            (self._folder / STORY_FILE).write_bytes(text.encode("utf-8", "surrogateescape"))

    def _mentions(self, masking: Masking) -> dict[str, int]:
        texts = {
            name: (self._folder / name).read_text(encoding="utf-8", errors="replace")
            for name in self.files
            if name != STORY_FILE
        }
        found = {name: masking.mentions(text) for name, text in texts.items()}
        return {name: count for name, count in found.items() if count}

    async def _fold(self, now: int, told: Told) -> tuple[str, ...]:
        """Folds the read models of what is left; returns those that stopped at an event."""
        clock = ManualClock(now)
        store = open_store_file(self._store, clock, synchronous="normal")
        world = World(staged(self._project), store, clock)
        try:
            await world.start(paused=True)
            engine = world.running()
            folding = [one.name for one in world.registry.projections.values() if not one.by_handlers]
            for name in folding:
                runner = engine.projection(name)
                while await runner.work():
                    told("Folding", runner.checkpoint, engine.head)
            live = {name: store.reader().generations(name)[0] for name in folding}
            return tuple(name for name, one in live.items() if one.status is ProjectionStatus.FAULTED)
        finally:
            await world.stop()


def _files_of(project: Project) -> list[Path]:
    """Returns the files that the project is made of, and nothing else that lies in its folder."""
    root = project.root.resolve()
    named: Iterable[Path] = (
        root / PROJECT_FILE,
        root / STORY_FILE,
        *project.marks,
        *(root / FOLDER).glob("*.tsk"),
    )
    found = {one.resolve() for one in named if one.is_file()}
    return sorted(one for one in found if one.is_relative_to(root))


def _check_part(reader: Reader, part: StorePart) -> None:
    for name in part.streams:
        if reader.stream(name) is None:
            raise NotFound(f"there is no stream {name}", hint="workbench streams lists them")
    if part.correlation is not None and not reader.correlated(part.correlation, 1):
        raise NotFound(f"no event has the correlation {part.correlation}", hint="name one by a position")


def _opens_at(reader: Reader, part: StorePart) -> int:
    """Returns the last event that the part was chosen by; 0 where all was."""
    if part.correlation is not None:
        last, after = 0, 0
        while found := reader.correlated(part.correlation, 500, after):
            last = after = found[-1].position
        return last
    infos = [reader.stream(name) for name in part.streams]
    return max((one.last_position for one in infos if one is not None), default=0)

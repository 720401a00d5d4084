"""Reads a project again while it runs: a whole and trusted model takes over, else the last one goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.projection_check import has_nothing, is_stale
from workbench.errors import NotFound, ProjectError, WorkbenchError
from workbench.model.error_text import error_sentence
from workbench.model.hints import sentences
from workbench.model.registry import Registry
from workbench.project.emptied import refuse_emptied
from workbench.project.module_import import place_in
from workbench.project.project import Project, load_project
from workbench.project.python_sources import LARGEST
from workbench.project.samples import PROJECT_FILE
from workbench.services.project.project_trust import trust_of
from workbench.tusk import mark_of, read_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.store.ports import Reader

Adopt = Callable[[Project], Awaitable[None]]
KINDS = (
    *("aggregates", "commands", "queries", "events", "projections", "subscriptions", "reactors", "topics"),
    "invariants",
)
SHOWN = 6
"""Names of what came and went that are listed; more are counted."""
REBUILT, STALE = "rebuilt, as their columns changed", "stale until rebuilt"
"""What becomes of rows whose definition is another."""


class ReloadOutcome(StrEnum):
    """What became of reading a project again."""

    DONE = "done"
    FAILED = "failed"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """What became of reading a project again.

    Attributes:
        said: One sentence for the person.
        problems: Why the new model could not be used, each a line; the last good one goes on.
        changed: Files that changed or are new, from the project's folder.
        reopen: What takes effect only once the project is opened again; empty if all has.
        rows: Which rows of read models are rebuilt, or stale until they are (J4); empty where none are.
        stale: Names of the read models whose rows are stale.
        digest: Of the modules that wait to be trusted.
    """

    outcome: ReloadOutcome
    said: str = ""
    problems: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reopen: str = ""
    rows: str = ""
    stale: tuple[str, ...] = ()
    digest: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """File and line of the first problem; an empty file where it names none."""
        file, _, rest = self.problems[0].partition(":") if self.problems else ("", "", "")
        line = rest.partition(":")[0]
        return file, int(line) if line.isdigit() else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """Files that say something else than the model that runs.

    Attributes:
        since: When that was found, microseconds since 1970.
        told: Why what they say does not run.
    """

    since: int
    told: Reload


class _Untrusted(WorkbenchError):
    """The modules are not those that the person trusts."""

    def __init__(self, digest: str) -> None:
        super().__init__("the modules are not trusted")
        self.digest = digest


class ModelReload:
    """Keeps the model of a project as its files say.

    Args:
        adopt: Lets another model take over.
        compiled: Returns the project as it was compiled before it was written; None where it was not.

    Attributes:
        trust_changes: Whether changed modules are trusted without a question while this project is open.
        outdated: Why an older model runs than the files say; None where it is theirs.
    """

    def __init__(
        self,
        world: World[Project],
        environ: Mapping[str, str],
        adopt: Adopt,
        compiled: Callable[[], Project | None] = lambda: None,
    ) -> None:
        self._world, self._environ, self._adopt, self._compiled = world, environ, adopt, compiled
        self._seen = world.model.marks
        self._pending = False
        self._turn = asyncio.Lock()
        self._told: Reload | None = None
        self.trust_changes = False
        self.outdated: Outdated | None = None

    def watched(self) -> tuple[Path, ...]:
        """Returns the project's files, and the folders around them, where new ones may appear."""
        files = {path for path in self._world.model.marks if path.is_file()}
        folders = {path.parent for path in self._world.model.marks if path.parent.is_dir()}
        return (*sorted(folders), *sorted(files))

    async def check(self, *, trust: str = "") -> Reload | None:
        """Reads the project again if its files changed.

        Args:
            trust: Digest of modules that the person trusts from now on; others by now are not.

        Returns:
            What became of it; None if nothing changed, or nothing that was not told already.
        """
        async with self._turn:
            seen = await asyncio.to_thread(present_marks, self._seen)
            if seen == self._seen and not self._pending and not trust:
                return None
            told = await self._read(seen, trust=trust)
            again, self._told = told == self._told, told
            self._note(told)
            return None if again and told.outcome is not ReloadOutcome.DONE and not trust else told

    def _note(self, told: Reload) -> None:
        since = self.outdated.since if self.outdated is not None else self._world.clock.now()
        done = told.outcome is ReloadOutcome.DONE
        self.outdated = None if done else Outdated(since=since, told=told)

    async def _read(self, seen: Mapping[Path, str], *, trust: str) -> Reload:
        project = self._world.model
        changed = tuple(
            sorted(
                place_in(project.root, path) for path, mark in seen.items() if self._seen.get(path) != mark
            )
        )
        self._pending = True
        try:
            fresh = await asyncio.to_thread(self._load, trust=trust)
            rebuilt, stale = _outdated(project.registry, fresh.registry, self._world.reader)
            rows = _told({REBUILT: _projections(rebuilt), STALE: _projections(stale)})
            said = "; ".join(filter(None, (difference(project.registry, fresh.registry), rows)))
            await self._adopt(fresh)
        except _Untrusted as error:
            said = f"{', '.join(changed) or PROJECT_FILE} changed what Python would run"
            return Reload(outcome=ReloadOutcome.UNTRUSTED, said=said, changed=changed, digest=error.digest)
        except ProjectError as error:
            lines = tuple(str(problem) for problem in error.problems)
            return Reload(outcome=ReloadOutcome.FAILED, said=lines[0], problems=lines, changed=changed)
        except Exception as error:  # noqa: BLE001  # the model from before goes on, and it is told (C11)
            hint = error.hint if isinstance(error, WorkbenchError) else ""
            named = str(error) if isinstance(error, WorkbenchError) else error_sentence(error)
            said = sentences(named, hint).rstrip(".")
            return Reload(outcome=ReloadOutcome.FAILED, said=said, problems=(said,), changed=changed)
        self._pending = False
        self._seen = fresh.marks
        return Reload(
            outcome=ReloadOutcome.DONE,
            said=said,
            changed=changed,
            reopen=_kept(project, fresh),
            rows=rows,
            stale=tuple(stale),
        )

    def _load(self, *, trust: str) -> Project:
        """Reads the project, in a thread: modules may import for long."""
        project, environ = self._world.model, self._environ
        if not project.root.is_dir():
            raise NotFound(f"the folder {project.root} is gone", hint="put it back, or open another project")
        ready = self._compiled()
        if ready is not None and not ready.modules and present_marks(ready.marks) == ready.marks:
            return ready
        if project.file is not None and (file := project.root / PROJECT_FILE).is_file():
            refuse_emptied(read_file(file), project.file.document)
        only = "" if self.trust_changes else trust
        trusted = trust_of(environ, trust=bool(trust) or self.trust_changes, only=only)
        fresh = load_project(project.root, environ=environ, trusted=trusted, before=project)
        if fresh.restricted and not project.restricted:
            raise _Untrusted(fresh.digest)
        return fresh


def present_marks(files: Iterable[Path]) -> dict[Path, str]:
    """Returns a digest for each file as it is now, as a project has them of what was read."""
    return {path: mark_of(path, LARGEST) for path in files}


def difference(before: Registry, after: Registry) -> str:
    """Says what came and what went."""
    came, went = [], []
    for kind in KINDS:
        old, new = set(getattr(before, kind)), set(getattr(after, kind))
        came += [f"{_one(kind)} {name}" for name in sorted(new - old)]
        went += [f"{_one(kind)} {name}" for name in sorted(old - new)]
    return _told({"new": came, "gone": went})


def _outdated(before: Registry, after: Registry, reader: Reader) -> tuple[list[str], list[str]]:
    """Returns which read models are rebuilt and which stale by a change; none without anything (J4)."""
    rebuilt, stale = list[str](), list[str]()
    for name, new in after.projections.items():
        live = next((one for one in reader.generations(name) if one.live), None)
        changed = before.projections.get(name, new).definition_hash() != new.definition_hash()
        if changed and live is not None and is_stale(new, live) and not has_nothing(new, reader):
            (rebuilt if live.columns != new.shape() else stale).append(name)
    return rebuilt, stale


def _projections(names: Iterable[str]) -> list[str]:
    return [f"projection {name}" for name in names]


def _told(found: Mapping[str, list[str]]) -> str:
    return "; ".join(f"{word}: {_listed(names)}" for word, names in found.items() if names)


def _one(kind: str) -> str:
    words = {"queries": "query", "reactors": "policy"}
    return words.get(kind, kind.removesuffix("s"))


def _listed(names: list[str]) -> str:
    more = [f"{len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])


def _kept(before: Project, after: Project) -> str:
    """Says which settings belong to the open store, which goes on as it was opened."""
    kept = []
    if before.store_path != after.store_path:
        kept.append("the store's path")
    if before.synchronous != after.synchronous:
        kept.append("synchronous")
    return " and ".join(kept)

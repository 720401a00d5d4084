"""A project folder becomes a project: settings, model, and where its store lies."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from workbench.errors import ModelError, ProjectError
from workbench.model.command import CommandType, QueryType
from workbench.model.event import EventType
from workbench.model.fingerprints import TextOf, text_of_module
from workbench.model.messaging import Route
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.model.retry import RetryPolicy
from workbench.project.architecture_flags import forbidden
from workbench.project.code_reach import Reach
from workbench.project.contradictions import contradictions
from workbench.project.declared.compiled_groups import CompiledGroup, CompiledGroups
from workbench.project.declared.compiler import compile_declared
from workbench.project.module_import import Imported, import_modules, lies_in, place_of, undo
from workbench.project.project_file import ProjectFile, filters_of, read_settings
from workbench.project.python_sources import Sources, read_sources
from workbench.tusk import Problem

STORY_FILE = "story.ndjson"
Trust = Callable[[Sources], bool]
"""Answers whether the person trusts what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as it was read from its folder.

    Attributes:
        own_name: The name that its file gives it; empty where it has only its folder's.
        restricted: It names Python modules that were not imported, because they are not trusted yet.
        modules: Names of its Python modules.
        digest: Of all that its modules import from its folder, for the question of trust.
        marks: The files that it was made of, with the digests of what was read: when one changes, it can be
            read again.
        package: Under which its modules are kept, see `workbench.project.module_import.forget`.
        story: File of commands that show the project at work, if it has one.
        snapshot_every: Events of a stream between snapshots; 0 takes none.
        components: What parts of the architecture are for, in the project's words.
        warnings: What may go wrong for some data, and hinders nothing.
        groups: What its next text may take over of what is compiled.
        file: Its project file as it was read; None where its model was made by code.
    """

    root: Path
    name: str
    own_name: str = ""
    store_path: Path
    registry: Registry
    synchronous: Literal["full", "normal"] = "full"
    snapshot_every: int = 100
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    restricted: bool = False
    modules: tuple[str, ...] = ()
    digest: str = ""
    marks: Mapping[Path, str] = field(default_factory=dict)
    package: str = ""
    story: Path | None = None
    components: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    groups: CompiledGroups = field(default_factory=dict)
    file: ProjectFile | None = None


@contextmanager
def without_collecting() -> Iterator[None]:
    """Stops the search for cycles: what a large project makes stays, and would be walked over many times."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@without_collecting()
def load_project(
    root: Path,
    *,
    environ: Mapping[str, str],
    trusted: bool | Trust,
    file: ProjectFile | None = None,
    before: Project | None = None,
) -> Project:
    """Reads a project folder.

    Args:
        environ: For ``@env`` in the project file.
        trusted: Whether its Python modules may be imported, asked of the very bytes that would run (T2); else
            it opens restricted (contract §10).
        file: The project file, where it was read already.
        before: The same project with another text: what stayed the same is not compiled again.

    Raises:
        NotFound: There is no project file.
        ProjectError: Every problem of its files, each with its place.
    """
    file = file or read_settings(root, environ=environ)
    settings = file.settings
    modules = tuple(settings.cqrs.modules)
    sources = read_sources(root, modules)
    restricted = bool(modules) and not (trusted(sources) if callable(trusted) else trusted)
    imported = Imported() if restricted else import_modules(sources)
    groups: dict[str, CompiledGroup] = {}
    earlier = before.groups if before is not None else {}
    declared, found = _declared(file, imported.definitions, earlier, groups)
    definitions = [*imported.definitions, _at_rest(declared) if restricted else declared]
    wrong = [one for one in found if not one.warning]
    problems: list[object] = [*sorted([*contradictions(settings, file.problem), *wrong]), *imported.problems]
    try:
        if not problems and not restricted:
            problems += contradictions(
                settings, file.problem, {name for one in definitions for name in one.handlers}
            )
        if problems:
            raise ProjectError(problems)
        followed = before.registry if before is not None else None
        registry = _registry(file, definitions, sources, Reach(sources, imported.package), followed)
        if broken := [] if restricted else forbidden(file, registry):
            raise ProjectError(broken)
    except ProjectError:
        undo(imported.package)
        raise
    story = root / STORY_FILE
    return Project(
        root=root,
        name=settings.project.name or root.resolve().name,
        own_name=settings.project.name or "",
        store_path=root / settings.event_store.path,
        registry=registry,
        synchronous=settings.event_store.synchronous,
        snapshot_every=0
        if settings.event_sourcing.snapshot_pattern is False
        else settings.event_store.snapshot_every,
        components=settings.event_components,
        warnings=tuple(sorted(one for one in found if one.warning)),
        groups=groups,
        file=file,
        retry=settings.message_queue.policy(RetryPolicy()),
        restricted=restricted,
        modules=modules,
        digest=sources.digest,
        marks={**file.marks, **sources.marks},
        package=imported.package,
        story=story if story.is_file() and lies_in(root, story) else None,
    )


def _declared(
    file: ProjectFile,
    known: Sequence[Definitions],
    before: CompiledGroups,
    groups: dict[str, CompiledGroup],
) -> tuple[Definitions, list[Problem]]:
    """Compiles what the project file declares, beside what its modules bring."""
    topics = [topic.name or key for key, topic in file.settings.topics.items()]
    lenient = len(known) < len(file.settings.cqrs.modules)
    try:
        filters = filters_of(file.settings, file.written)
        return compile_declared(
            file.document,
            file.declared,
            known=known,
            topics=topics,
            filters=filters,
            lenient=lenient,
            before=before,
            groups=groups,
        )
    except Exception:  # noqa: BLE001  # what a module brings is no model; the registry says what and where
        return compile_declared(file.document, file.declared, topics=topics, lenient=True)


def _at_rest(declared: Definitions) -> Definitions:
    """Leaves out what acts by itself: half a model must not handle messages (contract §10)."""
    return replace(declared, policies=(), processes=(), handlers={})


def _registry(
    file: ProjectFile,
    definitions: Sequence[Definitions],
    sources: Sources,
    text_of: TextOf,
    before: Registry | None,
) -> Registry:
    try:
        registry = model_of(file, definitions, text_of=text_of, before=before)
        if file.settings.cqrs.modules:
            # Classes of other people's making may have no schema: better told now than when a form needs it.
            for kinds in (registry.commands, registry.events, registry.queries):
                _look_at(kinds)
    except ModelError as error:
        problem = file.problem(("cqrs", "modules"), "M-MODEL", error.message, error.hint)
        raise ProjectError([problem]) from error
    except Exception as error:  # the project's code: classes, schemas and upcasters of any kind
        place = replace(place_of(sources, error, file.path.name), code="M-MODEL")
        raise ProjectError([place]) from error
    return registry


def model_of(
    file: ProjectFile,
    definitions: Sequence[Definitions],
    *,
    text_of: TextOf = text_of_module,
    before: Registry | None = None,
) -> Registry:
    """Builds the model of what is declared and of the settings of a project file; see `build_registry`."""
    settings = file.settings
    return build_registry(
        definitions,
        topics=[
            topic.topic(
                key,
                settings.message_queue,
                persistent=settings.message_queues.message_persistence is not False,
            )
            for key, topic in settings.topics.items()
        ],
        subscriptions=[
            one.subscription(
                key,
                settings.message_queue,
                dead_letters=settings.message_queues.dead_letter_queues is not False,
            )
            for key, one in settings.subscriptions.items()
        ],
        routes=[
            Route(pattern=route.pattern, topics=tuple(route.topics), name=key)
            for key, route in settings.routing.routes.items()
        ],
        default_topic=settings.routing.default_topic,
        text_of=text_of,
        before=before,
    )


def _look_at(kinds: Mapping[str, CommandType | EventType | QueryType]) -> None:
    for kind in kinds.values():
        len(kind.schema)

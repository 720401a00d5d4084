"""Loads a project as it would be with other settings, and says what would break or be left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.errors import ProjectError
from workbench.project.module_import import undo
from workbench.project.project import load_project
from workbench.project.project_file import read_document
from workbench.project.python_sources import module_path
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import find_scenarios, read_scenarios
from workbench.services.project_editor.setting_renames import Edit, in_code, left_behind, mentions
from workbench.services.project_editor.settings_draft import SettingsDraft
from workbench.tusk import Document, Problem, TskError, parse

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.registry import Registry
    from workbench.project.project import Project


class WouldBreak(ProjectError):
    """A change would load, but scenarios that fit the project now would not any more."""


def would_be(world: World[Project], document: Document, environ: Mapping[str, str]) -> Registry | None:
    """Loads the project with a text in the place of its file, in full, as opening it does.

    Returns:
        Its model; None where it would have modules that are not trusted yet, which are not imported.

    Raises:
        ProjectError: It would not load; every problem with its place.
    """
    project = world.model
    file = read_document(document, project.root / PROJECT_FILE, environ=environ)
    loaded = load_project(
        project.root,
        environ=environ,
        trusted=lambda sources: not project.restricted and sources.digest == project.digest,
        file=file,
    )
    undo(loaded.package)
    missing = [name for name in loaded.modules if not module_path(project.root, name).is_file()]
    if missing:
        said = f"there is no module {missing[0]} in the project's folder"
        raise ProjectError([file.problem(("cqrs", "modules"), "M-IMPORT", said)])
    return None if loaded.restricted else loaded.registry


def broken_scenarios(
    world: World[Project], registry: Registry | None, edits: Sequence[Edit]
) -> list[Problem]:
    """Returns what would be wrong with scenarios that are right now.

    Args:
        registry: Of the project as it would be; None where it is not known.
        edits: Scenario files as they would be.
    """
    project, edited = world.model, {edit.path: edit.new for edit in edits}
    if registry is None:
        return []
    wrong = {one.path for one in find_scenarios(project.root, world.registry) if one.problems}
    found: list[Problem] = []
    for one in find_scenarios(project.root, registry):
        if one.path in wrong:
            continue
        if one.path not in edited:
            found += one.problems
            continue
        try:
            read_scenarios(edited[one.path], one.name, registry)
        except TskError as error:
            found += error.found
    return found


def consequences(world: World[Project], draft: SettingsDraft) -> list[str]:
    """Says what becomes of what is stored under names that go, and where old names still stand."""
    try:
        before = read_document(parse(draft.original, PROJECT_FILE), draft.path, environ=draft.environ)
        after = read_document(draft.document, draft.path, environ=draft.environ)
    except TskError:
        return []  # what is wrong is told first
    said = left_behind(world.reader, before, after)
    for one in draft.renames:
        said += [str(problem) for problem in mentions(draft.document, one)]
        said += in_code(world.model.root, one)
    return said

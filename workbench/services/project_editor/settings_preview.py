"""Loads a project as it would be with other settings, and says what would break or be left behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.errors import ProjectError
from workbench.project.module_import import undo
from workbench.project.project import load_project
from workbench.project.project_file import read_document
from workbench.project.python_sources import module_path
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import find_scenarios, read_scenarios
from workbench.services.project_editor.setting_renames import in_code, left_behind, mentions
from workbench.services.project_editor.settings_draft import SettingsDraft
from workbench.tusk import Document, Problem, TskError, parse

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project


class WouldBreak(ProjectError):
    """A change would load, but scenarios that fit the project now would not any more."""


def would_be(
    world: World[Project], document: Document, environ: Mapping[str, str], before: Project | None = None
) -> Project:
    """Loads the project with a text in the place of its file, in full, as opening it does.

    Modules that are not trusted yet are not imported; those that are trusted are imported, and dropped again.

    Args:
        before: The same project with another text, by default as it runs: what stayed the same is not
            compiled again.

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
        before=before or project,
    )
    undo(loaded.package)
    missing = [name for name in loaded.modules if not module_path(project.root, name).is_file()]
    if missing:
        said = f"there is no module {missing[0]} in the project's folder"
        raise ProjectError([file.problem(("cqrs", "modules"), "M-IMPORT", said)])
    return loaded


def broken_scenarios(world: World[Project], loaded: Project, edited: Mapping[str, str]) -> list[Problem]:
    """Returns what would be wrong with scenarios that are right now; nothing where the model is not whole.

    Args:
        loaded: The project as it would be.
        edited: Scenario files as they would be, by their names below the project's folder.
    """
    project, registry = world.model, loaded.registry
    if loaded.restricted:
        return []
    wrong = {one.path for one in find_scenarios(project.root, world.registry) if one.problems}
    found: list[Problem] = []
    for one in find_scenarios(project.root, registry):
        if one.path in wrong:
            continue
        if one.name not in edited:
            found += one.problems
            continue
        try:
            read_scenarios(edited[one.name], one.name, registry)
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

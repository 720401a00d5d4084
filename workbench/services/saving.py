"""Loads a project as it would be with other settings, and says what would break or be left behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.errors import ProjectError
from workbench.project.modules import undo
from workbench.project.project import load_project
from workbench.project.reading import read_document
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios import find_scenarios, read_scenarios
from workbench.services.renaming import Edit, left_behind, mentions
from workbench.tusk import Problem, TskError, parse

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.configuring import Draft
    from workbench.services.workspace import Workspace


class WouldBreak(ProjectError):
    """A change would load, but scenarios that fit the project now would not any more."""


def would_be(workspace: Workspace, draft: Draft) -> Registry:
    """Loads the project with a draft in the place of its file, in full, as opening it does.

    Raises:
        ProjectError: It would not load; every problem with its place.
    """
    project = workspace.project
    loaded = load_project(
        project.root,
        environ=draft.environ,
        trusted=not project.restricted,
        digest=project.digest,
        file=read_document(draft.document, draft.path, environ=draft.environ),
    )
    undo(loaded.package)
    return loaded.registry


def broken_scenarios(workspace: Workspace, registry: Registry, edits: Sequence[Edit]) -> list[Problem]:
    """Returns what would be wrong with scenarios that are right now.

    Args:
        registry: Of the project as it would be.
        edits: Scenario files as they would be.
    """
    project, edited = workspace.project, {edit.path: edit.new for edit in edits}
    if project.restricted:
        return []
    wrong = {one.path for one in find_scenarios(project.root, workspace.registry) if one.problems}
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


def consequences(workspace: Workspace, draft: Draft) -> list[str]:
    """Says what becomes of what is stored under names that go, and where old names still stand."""
    try:
        before = read_document(parse(draft.original, PROJECT_FILE), draft.path, environ=draft.environ)
        after = read_document(draft.document, draft.path, environ=draft.environ)
    except TskError:
        return []  # what is wrong is told first
    said = [str(problem) for one in draft.renames for problem in mentions(draft.document, one)]
    return [*left_behind(workspace, before, after), *said]

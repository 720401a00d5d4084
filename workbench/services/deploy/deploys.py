"""Rehearses deploys of an open project: from or to its model, over its store."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import NotFound
from workbench.project.project_file import project_root
from workbench.project.samples import PROJECT_FILE
from workbench.services.deploy.sources import ModelSource, loaded_model, rehearse
from workbench.services.project_editor.settings_preview import would_be
from workbench.tusk import parse

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.services.deploy.rehearsed import Rehearsed
    from workbench.services.deploy.two_models import Told

UNTRUSTED = "open that folder once and trust it"


class Deploys:
    """Compares the model that runs with another one; its methods take long, and are called beside the loop.

    All raise `NotFound` where the project has no store in a file, and what `rehearse_deploy` raises.
    """

    def __init__(self, world: World[Project], environ: Mapping[str, str]) -> None:
        self._world, self._environ = world, environ

    def to_draft(self, text: bytes, told: Told) -> Rehearsed:
        """Says what a text in the place of the project file would do.

        Raises:
            ProjectError: It would not load; every problem with its place.
        """
        model = self._world.model
        after = would_be(self._world, parse(text, PROJECT_FILE), self._environ)
        return rehearse(model.store_path, model, after, told)

    def to_folder(self, folder: Path, told: Told) -> Rehearsed:
        """Says what the model in another folder would do.

        Raises:
            NotFound: There is none.
            NotTrusted: Its modules may not run.
            ProjectError: It does not load; every problem with its place.
        """
        root = project_root(folder.expanduser())
        if not root.is_dir():
            raise NotFound(f"there is no folder {root}", hint="name a project's folder")
        model = self._world.model
        with self._loaded(ModelSource(root=root)) as after:
            return rehearse(model.store_path, model, after, told)

    def from_revision(self, revision: str, told: Told) -> Rehearsed:
        """Says what the model that runs does otherwise than that of a Git revision of its folder did.

        Raises:
            NotFound: There is no such revision.
            NotTrusted: Its modules are not those that are trusted.
            ProjectError: It does not load; every problem with its place.
        """
        model = self._world.model
        with self._loaded(ModelSource(root=model.root, revision=revision)) as before:
            return rehearse(model.store_path, before, model, told)

    def _loaded(self, source: ModelSource) -> AbstractContextManager[Project]:
        return loaded_model(source, self._environ, trust=False, before=self._world.model, untrusted=UNTRUSTED)

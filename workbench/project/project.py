"""A project folder becomes a project: settings, model, and where its store lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from workbench.model.registry import Registry
from workbench.model.retry import RetryPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as it was read from its folder.

    Attributes:
        restricted: It names Python modules that were not imported, because nobody trusted them yet.
        modules: Names of its Python modules.
        digest: Of its modules, for the question of trust.
        story: File of commands that show the project at work, if it has one.
    """

    root: Path
    name: str
    store_path: Path
    registry: Registry
    synchronous: Literal["full", "normal"] = "full"
    snapshot_every: int = 100
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    restricted: bool = False
    modules: tuple[str, ...] = ()
    digest: str = ""
    story: Path | None = None


def load_project(root: Path, *, environ: Mapping[str, str], trusted: bool) -> Project:
    """Reads a project folder.

    Raises:
        ProjectError: Every problem of its files, each with its place.
    """
    raise NotImplementedError(root, environ, trusted)

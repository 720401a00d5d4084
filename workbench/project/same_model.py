"""Whether a project that was read again has the model that it had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.project.project import Project

TOLD = {"flow", "actor"}
"""Sections of which nothing follows for what the model does."""
_SETTINGS = {"project": None, "event_components": None}


def same_model(one: Project, other: Project) -> bool:
    """Whether two projects do the same, however they are written: comments and layout change nothing.

    Their modules count by their bytes: what Python does cannot be told from its text.
    """
    made, now = _made_of(one), _made_of(other)
    return one is other or (made == now and made is not None and repr(made) == repr(now))  # in one order, too


def _made_of(project: Project) -> tuple[Any, ...] | None:
    """Returns what a project's file says of its model; None where it was made by code."""
    if (file := project.file) is None:
        return None
    declared = {kind: said for kind, said in file.declared.items() if kind not in TOLD}
    return project.digest, project.restricted, file.settings.model_copy(update=_SETTINGS), declared

"""Loads declared projects from text."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import ProjectError
from workbench.project.project import load_project
from workbench.services.design.text_check import check_project_text
from workbench.tusk import Problem


@pytest.fixture
def load(tmp_path):
    def call(text, *, module=None, trusted=True):
        if module is not None:
            (tmp_path / "domain.py").write_text(module)
            text += '\n[cqrs]\nmodules: ["domain"]\n'
        (tmp_path / "project.tsk").write_text(text)
        return load_project(tmp_path, environ={}, trusted=trusted)

    return call


@pytest.fixture
def told(load):
    """Returns what is wrong with a project, as people read it, and what may go wrong with it."""

    def call(text, **more):
        try:
            return [str(problem) for problem in load(text, **more).warnings]
        except ProjectError as error:
            checked = check_project_text(text, Path("project.tsk"), environ={}, running=None)
            found = [*error.problems, *(one for one in checked.problems if one.warning)]
            placed = all(isinstance(one, Problem) for one in found)
            return [str(one) for one in (sorted(found) if placed else found)]

    return call

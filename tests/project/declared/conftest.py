"""Loads declared projects from text."""

from __future__ import annotations

import pytest

from workbench.errors import ProjectError
from workbench.project.project import load_project


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
    """Returns what is wrong with a project, as people read it."""

    def call(text, **more):
        with pytest.raises(ProjectError) as caught:
            load(text, **more)
        return [str(problem) for problem in caught.value.problems]

    return call

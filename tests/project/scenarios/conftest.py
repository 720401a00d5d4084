"""The models of the samples, and what is wrong with a scenario file by their measure."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.project.project import load_project
from workbench.project.scenarios import read_scenarios
from workbench.tusk import TskError


@pytest.fixture(scope="session")
def users():
    return load_project(asset("samples", "users"), environ={}, trusted=True).registry


@pytest.fixture(scope="session")
def orders():
    return load_project(asset("samples", "orders"), environ={}, trusted=True).registry


@pytest.fixture
def told(users):
    """Returns the problems of a text as lines."""

    def call(text):
        with pytest.raises(TskError) as caught:
            read_scenarios(text, "scenarios/s.tsk", users)
        return [str(problem) for problem in caught.value.found]

    return call

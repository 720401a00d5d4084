"""Scenarios of a text, run on a sample or on a model that a test brings."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.model.clock import SystemClock
from workbench.model.registry import build_registry
from workbench.project.project import Project, load_project
from workbench.project.scenarios import read_scenarios
from workbench.services.scenarios import Scenarios


@pytest.fixture(scope="session")
def users():
    return load_project(asset("samples", "users"), environ={}, trusted=True)


@pytest.fixture(scope="session")
def orders():
    return load_project(asset("samples", "orders"), environ={}, trusted=True)


@pytest.fixture
def model(tmp_path):
    """Makes a project of definitions."""

    def call(definitions, **parts):
        registry = build_registry([definitions], **parts)
        return Project(root=tmp_path, name="test", store_path=tmp_path / "x.db", registry=registry)

    return call


@pytest.fixture
def play():
    """Runs the only scenario of a text on a project."""

    async def call(project, text):
        (scenario,) = read_scenarios(text, "s.tsk", project.registry)
        return await Scenarios(project, SystemClock()).run_one(scenario)

    return call

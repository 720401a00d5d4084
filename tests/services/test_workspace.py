"""Two workspaces in one program: what one lets go of, the other keeps."""

from __future__ import annotations

import sys

from workbench.model.clock import SystemClock
from workbench.project.samples import copy_sample
from workbench.services.workspace import Workspace, open_workspace
from workbench.store.sql.store import SqliteStore


def modules(project):
    return sorted(name for name in sys.modules if name.startswith(f"{project.package}."))


def fork(workspace, path):
    clock = SystemClock()
    return Workspace(workspace.project, SqliteStore(path, clock), clock)


async def test_closing_one_workspace_leaves_the_modules_of_another_on_the_same_model(tmp_path):
    one = open_workspace(copy_sample("users", tmp_path / "users"), environ={}, trusted=True)
    two = fork(one, tmp_path / "fork.db")
    held = modules(one.project)
    assert held
    await two.close()
    await two.close()
    assert modules(one.project) == held
    await one.close()
    assert modules(one.project) == []


async def test_the_first_of_two_may_close_first(tmp_path):
    one = open_workspace(copy_sample("users", tmp_path / "users"), environ={}, trusted=True)
    two = fork(one, tmp_path / "fork.db")
    held = modules(one.project)
    await one.close()
    assert modules(two.project) == held
    await two.close()
    assert modules(two.project) == []


async def test_a_model_that_takes_over_lets_the_one_before_go_but_for_others(tmp_path):
    root = copy_sample("users", tmp_path / "users")
    one = open_workspace(root, environ={}, trusted=True)
    two = fork(one, tmp_path / "fork.db")
    other = open_workspace(root, environ={}, trusted=True)
    before, fresh = one.project, other.project
    await one.adopt(fresh)
    assert modules(before)
    await two.close()
    assert modules(before) == []
    await other.close()
    assert modules(fresh)
    await one.close()
    assert modules(fresh) == []

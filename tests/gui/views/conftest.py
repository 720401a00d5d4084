"""A real project on a desk: the users sample, its engine running."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.gui.desk import Desk
from workbench.project.samples import copy_sample
from workbench.services.opening import open_target
from workbench.services.workspace import Workspace


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    folder = copy_sample("users", tmp_path / "users")
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def desk(workspace: Workspace) -> AsyncIterator[Desk]:
    made = Desk(workspace)
    yield made
    await made.close()

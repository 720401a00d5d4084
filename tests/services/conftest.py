"""The users sample as a running workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.project.samples import copy_sample
from workbench.services.opening import open_target
from workbench.services.workspace import Workspace


@pytest.fixture
def retry_delay() -> str:
    """Little, so that nobody waits long for a letter to die; a test may want another."""
    return "20ms"


@pytest.fixture
async def workspace(tmp_path: Path, retry_delay: str) -> AsyncIterator[Workspace]:
    folder = copy_sample("users", tmp_path / "users")
    project = folder / "project.tsk"
    project.write_text(project.read_text().replace('retry_delay: "500ms"', f'retry_delay: "{retry_delay}"'))
    opened = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await opened.start()
    yield opened
    await opened.close()

"""J10, F1: killed as rows are rebuilt to compare or switched to, a store holds the ones or the others."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from workbench.engine.projection_check import row_differences
from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.services.story.row_history import Walk
from workbench.store.sqlite.integrity_check import check

WORKER = """
import asyncio, os, sys
from pathlib import Path
from workbench.services.project.open_project import open_target

async def main():
    workspace = open_target(Path(sys.argv[1]), "", environ=dict(os.environ))
    await workspace.start()
    for number in range(40):
        values = {"user_id": f"u{number}", "username": "Some Body", "email": f"u{number}@example.org"}
        await workspace.commands.issue("create_user", values)
    number = 0
    while True:
        print("rebuilds", flush=True)
        await workspace.projections.rebuild("users", held=True)
        print("began", flush=True)
        values = {"user_id": f"v{number}", "username": "Some Body", "email": f"v{number}@example.org"}
        await workspace.commands.issue("create_user", values)
        await workspace.running().settle()
        print("switches", flush=True)
        await workspace.projections.switch("users")
        print("switched", flush=True)
        number += 1

asyncio.run(main())
"""


def killed(folder, lines):
    """Has a process rebuild and switch, kills it once it has said so much; returns what it said last."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder)], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    said = []
    with process:
        for line in process.stdout:
            said.append(line.strip())
            if len(said) == lines:
                process.send_signal(signal.SIGKILL)
    return said[-1]


@pytest.mark.parametrize("lines", [1, 3, 6, *(pytest.param(n, marks=pytest.mark.long) for n in range(7, 27))])
async def test_J10_F1_a_kill_leaves_the_live_rows_whole_and_held_ones_held(tmp_path, lines):
    folder = copy_sample("users", tmp_path / "users")
    last = killed(folder, lines)
    assert check(folder / "data" / "events.db").findings == ()
    workspace = open_target(folder, "", environ=dict(os.environ))
    try:
        users, reader = workspace.registry.projections["users"], workspace.reader
        live, *held = reader.generations("users")
        assert live.live
        assert [(one.live, one.held) for one in held] in ([], [(False, True)])
        assert held or last in {"rebuilds", "switches", "switched"}
        assert row_differences(users, workspace.registry, reader) == []
        await workspace.start()
        async with asyncio.timeout(30):
            await workspace.running().settle()
        assert reader.generations("users")[0].generation == live.generation, "nothing switches by itself"
        if held:
            found = await asyncio.to_thread(workspace.stories.rebuilt, "users", Walk())
            assert found.level
            assert {kind for kind, count in found.counts.items() if count} == {"alike"}
            await workspace.projections.switch("users")
            assert [one.generation for one in reader.generations("users")] == [held[0].generation]
        assert row_differences(users, workspace.registry, reader) == []
    finally:
        await workspace.close()

"""A workbench that is killed at work shows, at the next start, all that it had said was done, and goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest

from workbench.project.samples import copy_sample
from workbench.services.project.open_project import open_target
from workbench.store.letter_jobs import JobStatus
from workbench.store.sqlite.integrity_check import check

WORKER = """
import asyncio, os, sys
from pathlib import Path
from workbench.services.project.open_project import open_target

async def main():
    workspace = open_target(Path(sys.argv[1]), "", environ=dict(os.environ))
    await workspace.start()
    async def lane(lane):
        number = 0
        while True:
            user = f"{sys.argv[2]}-{lane}-{number}"
            domain = "x.invalid" if number % 5 == 4 else "example.org"
            values = {"user_id": user, "username": "Some Body", "email": f"{user}@{domain}"}
            result = await workspace.commands.issue("create_user", values)
            print(user, result.outcome.value, flush=True)
            number += 1
    await asyncio.gather(*(lane(n) for n in range(4)))

asyncio.run(main())
"""


def work_until_killed(folder, name, commands):
    """Has a process issue commands, kills it once so many were acknowledged; returns those."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), name],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    acknowledged = []
    with process:
        for line in process.stdout:
            user, outcome = line.split()
            assert outcome == "accepted"
            acknowledged.append(user)
            if len(acknowledged) == commands:
                process.send_signal(signal.SIGKILL)
                break
        acknowledged += [line.split()[0] for line in process.stdout if line.endswith("accepted\n")]
    return acknowledged


@pytest.mark.parametrize("commands", [1, 17, pytest.param(120, marks=pytest.mark.long)])
async def test_F1_nothing_acknowledged_is_lost_and_the_work_goes_on(tmp_path, commands):
    folder = copy_sample("users", tmp_path / "users")
    acknowledged = []
    # Twice, not thrice: a message that is under way at three ends of the program is taken for their cause.
    for round_number in range(2):
        acknowledged += work_until_killed(folder, f"r{round_number}", commands)
        assert check(folder / "data" / "events.db").findings == ()
    workspace = open_target(folder, "", environ=dict(os.environ))
    try:
        streams = {stream.name: stream for stream in workspace.streams.page(1, 10_000)}
        assert {f"user-{user}" for user in acknowledged} <= set(streams)
        await workspace.start()
        engine = workspace.running()
        async with asyncio.timeout(30):
            await engine.settle()
            while any(view.waiting for view in workspace.monitor.subscriptions()):
                await asyncio.sleep(0.01)
                await engine.settle()
        users = [name for name in streams if name.startswith("user-")]
        assert len(workspace.projections.row_order("users").numbers) == len(users)
        rows = workspace.projections.rows("users", limit=1000, order="id")
        assert [f"user-{row['id']}" for row in rows] == sorted(users)[:1000]
        bad = [
            name
            for name in users
            if json.loads(workspace.reader.read_stream(name, 0, 1)[0].data)["email"].endswith(".invalid")
        ]
        letters = workspace.dead_letters.page()
        assert sorted(letter.key for letter in letters) == sorted(bad)
        welcome = next(view for view in workspace.monitor.subscriptions() if view.name == "welcome-mail")
        assert welcome.delivered + len(bad) == len(users)
        assert (
            await workspace.commands.issue(
                "create_user", {"user_id": "zoe", "username": "Zoe", "email": "z@x.org"}
            )
        ).accepted
    finally:
        await workspace.close()


LADDER = """
import asyncio, os, sys
from pathlib import Path
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch
from workbench.services.project.open_project import open_target

async def main():
    workspace = open_target(Path(sys.argv[1]), "", environ=dict(os.environ))
    await workspace.start()
    for number in range(30):
        values = {"user_id": f"u{number}", "username": "Some Body", "email": f"u{number}@x.invalid"}
        await workspace.commands.issue("create_user", values)
    await workspace.drain.settle(60)
    chosen = workspace.dead_letters.numbers_of(("open",))
    cel = "data.email.replace('invalid', 'example')"
    patch = LetterPatch(changes=[FieldChange(way="expression", field="email", value=cel)])
    begin = workspace.dead_letters.repair.begin(chosen, patch=patch, ladder=(1, 5, 10), per_second=20)
    job = await begin
    while True:
        print(workspace.dead_letters.jobs.get(job).step, flush=True)
        await asyncio.sleep(0.01)

asyncio.run(main())
"""


def ladder_until_killed(folder, step):
    """Has a process send letters by a ladder, and kills it at a step."""
    process = subprocess.Popen(
        [sys.executable, "-c", LADDER, str(folder)], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    with process:
        for line in process.stdout:
            if int(line) >= step:
                process.send_signal(signal.SIGKILL)
                return


@pytest.mark.parametrize("step", [1, 12, pytest.param(4, marks=pytest.mark.long)])
async def test_L5_F1_a_ladder_goes_on_where_it_was_after_a_kill_and_sends_each_letter_once(tmp_path, step):
    folder = copy_sample("users", tmp_path / "users")
    ladder_until_killed(folder, step)
    assert check(folder / "data" / "events.db").findings == ()
    workspace = open_target(folder, "", environ=dict(os.environ))
    try:
        (job,) = workspace.dead_letters.jobs.unfinished()
        assert (len(job.numbers), job.plan.ladder) == (30, (1, 5, 10))
        assert step <= job.step < 30
        await workspace.start()
        async with asyncio.timeout(60):
            report = await workspace.dead_letters.jobs.finished(job.number)
        assert report.job.status is JobStatus.DONE
        assert report.fates == {"resolved": 30}
        assert {one.generation for one in workspace.dead_letters.numbered(job.numbers)} == {0}
        assert all("example" in one.edited for one in workspace.dead_letters.numbered(job.numbers))
    finally:
        await workspace.close()

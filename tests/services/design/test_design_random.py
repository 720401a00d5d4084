"""Steps of a design at random, others that change the files meanwhile, and a process that is killed at it."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from functools import partial

import pytest

from tests.services.design.random_gestures import DRESSES, FOLDERS, drawn, texts_in
from workbench.errors import InvalidValue, ProjectError
from workbench.project.project import load_project
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.project.open_project import open_target
from workbench.tusk import parse

DECLARED = [one for one in FOLDERS if not (one / "domain.py").exists()]
FLIGHT = DesignNode("aggregate", "flight")
PLACED = re.compile(r"[\w/-]+\.tsk:\d+:\d+: ")


@pytest.fixture
def opened(tmp_path, stores, by_hand):
    """Opens a project in a dress; it is closed at the end of the test."""
    made = []

    def opening(folder, how, rng):
        root = tmp_path / "mine"
        shutil.copytree(folder, root)
        for one in texts_in(folder, how, rng).files():
            (root / one.file).write_bytes(one.dump())
        workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
        made.append(workspace)
        return workspace

    yield opening
    for one in made:
        one.drafts.close()
        one.world.store.close()


def files_of(workspace):
    root = workspace.project.root
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.tsk")}


def said_by(state):
    return {one.file: one.dump() for one in state.text.files()}


def digests(registry):
    """Returns what tells one model from another."""
    return (
        {name: (one.version, one.made_of, dict(one.schema)) for name, one in registry.events.items()},
        {name: (one.aggregate, one.target, dict(one.schema)) for name, one in registry.commands.items()},
        {name: one.state_hash for name, one in registry.aggregates.items()},
        {name: one.definition_hash() for name, one in registry.projections.items()},
    )


def step(workspace, rng):
    """Does a step; fails unless the files have what loads of it, and it is told where the rest is wrong."""
    design = workspace.design
    before, files = design.state(), files_of(workspace)
    gesture = drawn(before.text, rng)
    try:
        state = design.apply(gesture.words, gesture.change)
    except InvalidValue:
        assert files_of(workspace) == files
        return
    if state.problems:
        assert all(PLACED.match(str(one)) for one in state.problems), (gesture.words, state.problems)
        assert files_of(workspace) == {one.file: one.dump() for one in state.written.files()}
        assert files_of(workspace) != said_by(state)
        load_project(workspace.project.root, environ={}, trusted=True)  # what is written of it loads
    else:
        assert files_of(workspace) == said_by(state)
        fresh = load_project(workspace.project.root, environ={}, trusted=True)
        ready = design.compiled or fresh  # where it took over what was compiled before, it is the same
        assert digests(ready.registry) == digests(fresh.registry), gesture.words
    if state.text != before.text and rng.random() < 0.4:
        assert said_by(design.undo()) == said_by(before), gesture.words
        assert said_by(design.redo()) == said_by(state), gesture.words


def steps_in_turn(workspace, rng, count):
    design, begin = workspace.design, files_of(workspace)
    for _ in range(count):
        step(workspace, rng)
    while design.state().undo:
        design.undo()
    assert files_of(workspace) == begin
    while design.state().redo:
        design.redo()


@pytest.mark.parametrize("folder", DECLARED, ids=lambda one: one.name)
async def test_every_step_is_written_or_told_and_all_are_undone_to_the_byte(opened, folder):
    rng = random.Random(7)
    steps_in_turn(opened(folder, "all", rng), rng, 8)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("how", DRESSES)
@pytest.mark.parametrize("folder", DECLARED, ids=lambda one: one.name)
async def test_many_steps_are_written_or_told_and_undone(opened, folder, how, seed):
    rng = random.Random(seed)
    steps_in_turn(opened(folder, how, rng), rng, 25)


# -- others -------------------------------------------------------------------------------------------------


def edited(path, number, rng):
    """Changes a file as another program does; returns what must not be lost."""
    text = path.read_text()
    mark = f"outside{number}"
    sections = [one for one in parse(text).sections if one.partition(".")[0] in {"event", "command"}]
    if sections and rng.random() < 0.5:
        header = f"[{rng.choice(sections)}]\n"
        path.write_text(text.replace(header, f"{header}# {mark}\n", 1))
    else:
        path.write_text(f"{text}\n[actor.{mark}]\n")
    return mark


@pytest.mark.parametrize("seed", [1, pytest.param(range(2, 40), marks=pytest.mark.long)])
async def test_what_others_change_meanwhile_is_never_lost(opened, seed, tmp_path):
    for number in [seed] if isinstance(seed, int) else seed:
        rng = random.Random(number)
        workspace = opened(next(one for one in DECLARED if one.name == "trip"), "plain", rng)
        path, marks = workspace.project.root / "project.tsk", []
        for turn in range(8):
            if rng.random() < 0.6:
                marks.append(edited(path, turn, rng))
            change = partial(gestures.made, kind="event", name=f"flight.new{turn}", after=FLIGHT)
            with contextlib.suppress(InvalidValue, ProjectError):  # it asks about a section that changed
                workspace.design.apply("Add", change) if rng.random() < 0.7 else workspace.design.undo()
            assert all(mark in path.read_text() for mark in marks)
        shutil.rmtree(workspace.project.root)


# -- killed -------------------------------------------------------------------------------------------------

WORKER = """
import os, sys
from pathlib import Path
from workbench.services.design import gestures
from workbench.services.project.open_project import open_target

workspace = open_target(Path(sys.argv[1]), "", environ=dict(os.environ))
number = 0
while True:
    workspace.design.apply("Add", lambda text: gestures.made(text, "aggregate", f"n{number}"))
    print(number, flush=True)
    number += 1
"""


def text_after(text, steps):
    design = DesignText(project=parse(text, "project.tsk"))
    for number in range(steps):
        design = gestures.made(design, "aggregate", f"n{number}")
    return design.project.text


@pytest.mark.parametrize(
    "steps", [1, 9, *(pytest.param(one, marks=pytest.mark.long) for one in range(10, 60))]
)
def test_killed_at_any_moment_the_file_is_the_old_or_the_new_one(tmp_path, steps):
    root = tmp_path / "mine"
    root.mkdir()
    text = '[project]\nname: "mine"\n'
    (root / "project.tsk").write_text(text)
    environ = os.environ | {"WORKBENCH_CONFIG": str(tmp_path / "config")}
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(root)], stdout=subprocess.PIPE, text=True, env=environ
    )
    with process:
        done = 0
        for line in process.stdout:
            done = int(line) + 1
            if done == steps:
                process.send_signal(signal.SIGKILL)
        done = max(done, steps)
    assert (root / "project.tsk").read_text() in {text_after(text, done), text_after(text, done + 1)}
    load_project(root, environ={}, trusted=True)

"""A step that is killed at its files leaves each old or new, whole, and is finished after the restart."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.project.project import load_project
from workbench.services.project.open_project import open_target

KILLED = -9
TEXT = """\
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]
fields { weight: "integer" }

[event.parcel.lost]

[topics.mail]
priority: "low"

[routing.posted]
pattern: "parcel.sent"
topics: ["mail"]
"""
SCENARIO = """\
"{0}" {{
    given: [{{ event: "parcel.sent", stream: "parcel-1", data {{ weight: 1 }} }}]
    when: {{ event: "parcel.sent", stream: "parcel-1", data {{ weight: 2 }} }}
    then: [{{ message: "parcel.sent", topic: "mail" }}]
}}
"""
FILES = {"project.tsk": TEXT, **{f"scenarios/{one}.tsk": SCENARIO.format(one) for one in "abc"}}

WORKER = """
import json, os, signal, sys
from pathlib import Path
from workbench.services.design import gestures
from workbench.services.design.gestures import DesignNode
from workbench.services.design.section_piece import piece_of, with_piece
from workbench.services.project.open_project import open_target
from workbench.services.scenarios import scenario_edits

left = None  # changes of files before it dies; None while it counts none

def changed(event, args):
    global left
    writes = event in ("os.rename", "os.remove") or (event == "open" and args[2] & os.O_WRONLY)
    if left is None or not writes or not str(args[0]).endswith((".tsk", ".json", ".workbench.new")):
        return
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def rename(workspace):
    event = DesignNode("event", "parcel.sent")
    def change(text):
        return gestures.renamed(text, event, "parcel.left", gestures.places_of(text, event))
    workspace.design.apply("Rename", change)

def mend(workspace):
    workspace.design.undo()
    rename(workspace)

def scenario(workspace):
    def change(document):
        return scenario_edits.named(document, "a", "Another")
    workspace.design.apply("Rename scenario", scenario_edits.in_file("scenarios/a.tsk", change))

def remove(workspace):
    def change(text):
        event = DesignNode("event", "parcel.lost")
        return gestures.removed(text.without_file("scenarios/c.tsk"), event)
    workspace.design.apply("Remove", change)

def schema(workspace):
    was = piece_of(workspace.design.state().text.project, "event", "parcel.sent").text
    now = was.replace("integer", "string")
    def change(text):
        return with_piece(text, kind="event", name="parcel.sent", was=was, now=now)
    workspace.design.apply("Change schema", change)

def settings(workspace):
    workspace.project_editor.save(workspace.project_editor.read().renamed(("topics", "mail"), "post"))

def open_here(root):
    return open_target(Path(root), "", environ=dict(os.environ))

def warm(folder):
    "Has all modules imported before the first fork."
    os.environ["WORKBENCH_CONFIG"] = folder + ".config"
    workspace = open_here(folder)
    rename(workspace)
    settings(workspace)
    workspace.drafts.close()
    workspace.world.store.close()

sys.addaudithook(changed)
warm(sys.argv[1])
for line in sys.stdin:
    root, step, dies = json.loads(line)
    os.environ["WORKBENCH_CONFIG"] = root + ".config"
    child = os.fork()
    if not child:
        workspace = open_here(root)
        if step == "mend":  # what is not written yet, for it has mistakes
            event = DesignNode("event", "parcel.lost")
            workspace.design.apply("Add", lambda text: gestures.made(text, "policy", "tell", event))
        workspace.design.state()
        left = dies
        globals()[step](workspace)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
ONE_FILE = ("scenario", "schema")
SEVERAL = ("rename", "mend", "remove", "settings")


@pytest.fixture(scope="module")
def worker(begun, tmp_path_factory):
    """Returns what has a process do a step in a folder, and die at a change of a file; that returns how."""
    if not hasattr(os, "fork"):
        pytest.skip("workers are forked, which this system cannot do")
    words = [sys.executable, "-c", WORKER, str(begun(tmp_path_factory.mktemp("warm") / "shop"))]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ended(root, step, dies):
            process.stdin.write(json.dumps([str(root), step, dies]) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield ended
        process.stdin.close()


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Returns what makes a folder with the files and a store."""
    model = tmp_path_factory.mktemp("begun") / "shop"
    for name, text in FILES.items():
        (model / name).parent.mkdir(parents=True, exist_ok=True)
        (model / name).write_text(text)
    finished(model)
    return lambda root: Path(shutil.copytree(model, root))


def files_in(root):
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.tsk")}


def finished(root):
    """Opens the folder as after a restart, takes up what is offered; returns the files, how many were."""
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": f"{root}.config"})
    try:
        workspace.texts.remove_unfinished()
        offered = workspace.design.unsaved()
        for one in offered:
            workspace.design.take_up(one)
        assert workspace.design.unsaved() == []
        assert not workspace.design.state().problems or files_in(root) == FILES
        assert list(root.rglob(".*.new")) == []
        return files_in(root), len(offered)
    finally:
        workspace.drafts.close()
        workspace.world.store.close()


def kill_everywhere(worker, begun, folder, step, every):
    assert worker(begun(folder / "whole"), step, 10_000) == 0
    new, halves = files_in(folder / "whole"), 0
    assert new != FILES
    dies, status = 0, KILLED
    while status == KILLED:
        root = begun(folder / str(dies))
        status = worker(root, step, dies)
        left = files_in(root)
        for name in FILES.keys() | new:
            assert left.get(name) in (FILES.get(name), new.get(name)), (step, dies, name)
        after, offered = finished(root)
        assert after in (FILES, new), (step, dies)
        half = left not in (FILES, new)
        assert after == new or not half, (step, dies)
        assert offered <= (left != new), "what is wholly written is not offered"
        assert status == KILLED or (after, offered) == (new, 0), "what was acknowledged is there, and no more"
        load_project(root, environ={}, trusted=True)
        halves, dies = halves + half, dies + every
    return halves


@pytest.mark.parametrize(
    ("step", "every"),
    [
        ("rename", 3),
        ("remove", 1),
        ("settings", 4),
        *(
            pytest.param(step, 1, marks=pytest.mark.long)
            for step in (*ONE_FILE, *SEVERAL)
            if step != "remove"
        ),
    ],
)
def test_V2_killed_at_a_file_and_a_step_is_wholly_done_or_not(worker, begun, tmp_path, step, every):
    halves = kill_everywhere(worker, begun, tmp_path, step, every)
    assert (halves > 0) == (step in SEVERAL)

"""What was typed and not sent outlives the program; what cannot be kept is named (V2)."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

from workbench.services.project import draft_files
from workbench.services.project.draft_files import DraftFiles

WHAT = "the form of create_user"


@pytest.fixture
def make(tmp_path, clock):
    (tmp_path / "mine").mkdir()

    made = []

    def drafts(root=tmp_path / "mine", *, beside=False):
        """Makes those of a window: of the only one, unless it is beside the others."""
        while made and not beside:
            made.pop().close()
        made.append(DraftFiles(root, {"WORKBENCH_CONFIG": str(tmp_path / "config")}, clock))
        return made[-1]

    yield drafts
    for one in made:
        one.close()


def files(drafts):
    return sorted(drafts.folder.glob("*.json"))


def test_V2_a_draft_is_there_after_a_restart_with_the_time_it_was_typed_at(make, clock):
    drafts = make()
    drafts.keep("command/create_user", {"form": {"name": {"text": "Ada\u2028 \udc80"}}}, WHAT)
    at = clock.now()
    clock.advance(60)
    drafts.keep("command/create_user", {"form": {"name": {"text": "Ada\u2028 \udc80"}}}, WHAT)
    drafts.write()
    found = make().find("command/create_user")
    assert (found.content, found.what, found.at) == (
        {"form": {"name": {"text": "Ada\u2028 \udc80"}}},
        WHAT,
        at,
    ), "the same content is as old as it is"
    assert drafts.unkept() == []


def test_V2_drafts_lie_outside_the_project_and_nobody_else_may_read_them(make, tmp_path):
    drafts = make()
    drafts.keep("a", 1, WHAT)
    drafts.write()
    (file,) = files(drafts)
    assert tmp_path / "config" in file.parents
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list((tmp_path / "mine").iterdir()) == []


def test_V2_each_project_has_its_own(make, tmp_path):
    drafts = make()
    drafts.keep("a", 1, WHAT)
    drafts.write()
    assert make(tmp_path / "other").find("a") is None


def test_V2_what_was_sent_is_gone(make):
    drafts = make()
    drafts.keep("a", 1, WHAT)
    drafts.write()
    drafts.drop("a")
    drafts.write()
    assert drafts.find("a") is None
    assert files(drafts) == []
    assert make().find("a") is None


def test_V2_a_secret_is_kept_in_memory_alone_and_named_as_what_would_be_lost(make):
    drafts = make()
    drafts.keep("a", {"form": {"password": {"secret": "hunter2"}, "name": {"text": "Ada"}}}, WHAT)
    drafts.write()
    assert drafts.find("a").content["form"]["password"] == {"secret": "hunter2"}
    (file,) = files(drafts)
    assert "hunter2" not in file.read_text()
    assert json.loads(file.read_text())["content"]["form"]["name"] == {"text": "Ada"}
    assert drafts.unkept() == [WHAT]
    drafts.drop("a")
    drafts.write()
    assert drafts.unkept() == []


def test_V2_what_is_too_large_is_named_and_no_older_state_is_taken_for_it(make, monkeypatch):
    drafts = make()
    drafts.keep("a", "short", WHAT)
    drafts.write()
    monkeypatch.setattr(draft_files, "LARGEST", 200)
    drafts.keep("a", "long" * 100, WHAT)
    drafts.write()
    assert drafts.unkept() == [WHAT]
    assert make().find("a") is None


def test_V2_what_cannot_be_written_is_named_and_written_once_it_can_be(make, monkeypatch):
    drafts = make()
    drafts.keep("a", 1, WHAT)
    with monkeypatch.context() as patch:

        def full(*_args, **_kwargs):
            raise OSError(28, "No space left on device")

        patch.setattr("workbench.services.project.draft_files.replace_file", full)
        drafts.write()
    assert drafts.unkept() == [WHAT]
    drafts.write()
    assert drafts.unkept() == []
    assert make().find("a").content == 1


@pytest.mark.parametrize("damage", [b"", b"[1]", b"{", b"\xff", b'{"key": "a"}', b"[" * 10_000])
def test_a_file_that_is_damaged_is_no_draft(make, damage):
    drafts = make()
    drafts.keep("a", 1, WHAT)
    drafts.write()
    (file,) = files(drafts)
    file.write_bytes(damage)
    assert make().find("a") is None


def test_V2_two_windows_have_a_draft_each_of_the_same_place(make, clock):
    """Neither sees, overwrites or removes that of the other; the next window has both."""
    one, other = make(), make(beside=True)
    one.keep("text", "one", "the text of one")
    one.write()
    third = make(beside=True)
    assert third.find("text") is None, "its window lives"
    clock.advance(1)
    other.keep("text", "other", "the text of the other")
    other.write()
    assert len(files(one)) == 2
    other.drop("text")
    other.write()
    assert one.find("text").content == "one"
    assert len(files(one)) == 1
    other.keep("text", "other", "the text of the other")
    other.write()
    after = make()
    assert after.find("text").content == "other", "the newest"
    assert [kept.what for kept in after.doubled()] == ["the text of one"]
    after.keep("text", "typed on", "the text")
    after.write()
    after.drop("text")
    after.write()
    last = make()
    assert (last.find("text").content, last.doubled()) == ("one", [])


def test_V2_of_two_windows_that_begin_one_takes_over_what_was_left(make):
    left = make()
    left.keep("text", "typed", WHAT)
    left.write()
    one, other = make(), make(beside=True)
    assert (one.find("text").content, other.find("text")) == ("typed", None)


def test_a_window_whose_drafts_are_settled_leaves_no_files(make):
    drafts = make()
    drafts.keep("a", 1, WHAT)
    drafts.write()
    assert {path.suffix for path in drafts.folder.iterdir()} == {".json", ".lock"}
    drafts.drop("a")
    drafts.write()
    drafts.close()
    assert list(drafts.folder.iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from workbench.model.clock import SystemClock
from workbench.services.project.draft_files import DraftFiles
drafts = DraftFiles(Path(sys.argv[1]), {"WORKBENCH_CONFIG": sys.argv[2]}, SystemClock())
drafts.keep("text", "typed", "the text")
drafts.write()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_V2_what_a_killed_window_left_is_taken_over(make, tmp_path):
    subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path / "mine"), str(tmp_path / "config")], check=False
    )
    assert make().find("text").content == "typed"


def test_V2_what_is_written_behind_the_end_is_kept_and_holds_nothing_for_the_next_window(make):
    first = make()
    first.keep("a", 1, WHAT)
    first.write()
    first.close()
    first.keep("b", 2, WHAT)
    first.write()
    second = make(beside=True)
    assert (second.find("a").content, second.find("b").content) == (1, 2)

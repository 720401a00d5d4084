"""What was typed and not sent outlives the program; what cannot be kept is named (V2)."""

from __future__ import annotations

import json
import stat

import pytest

from workbench.services.project import draft_files
from workbench.services.project.draft_files import DraftFiles

WHAT = "the form of create_user"


@pytest.fixture
def make(tmp_path, clock):
    (tmp_path / "mine").mkdir()

    def drafts(root=tmp_path / "mine"):
        return DraftFiles(root, {"WORKBENCH_CONFIG": str(tmp_path / "config")}, clock)

    return drafts


def files(drafts):
    return sorted(drafts.folder.glob("*"))


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

"""A deploy is rehearsed from the command line (W18)."""

from __future__ import annotations

import shutil

import pytest

from tests.services.conftest import written
from tests.services.deploy.conftest import MODEL
from tests.services.deploy.test_revision import git


def changed(played, tmp_path, before, after):
    """Returns a copy of a project with another text, without its store."""
    folder = tmp_path / "changed"
    shutil.copytree(played, folder, ignore=shutil.ignore_patterns("*.db*"))
    project = folder / "project.tsk"
    assert before in project.read_text()
    project.write_text(project.read_text().replace(before, after))
    return folder


def test_W18_what_differs_is_told_and_listed(workbench, tmp_path):
    bank = written(tmp_path / "bank", MODEL)
    moves = [
        *("--command", "open", "--set", "account_id=a", "--set", "owner=Ada"),
        *("--command", "open", "--set", "account_id=b", "--set", "owner=Bob"),
        *("--command", "move", "--set", "account_id=a", "--set", "amount=5"),
    ]
    assert workbench("run", bank, *moves).code == 0
    poor = '"state.balance + command.amount < 0"'
    folder = changed(bank, tmp_path, poor, '"command.amount > 4"')
    text = (folder / "project.tsk").read_text()
    (folder / "project.tsk").write_text(text.replace("state.balance + event.amount", "event.amount + 1"))
    said = workbench("rehearse-deploy", bank, folder)
    assert said.code == 3
    assert "1 of 2 streams differs" in said.out
    assert "1 of 3 accepted commands would be refused" in said.out
    found = workbench("rehearse-deploy", bank, folder, "--json")
    assert found.code == 3
    value = found.json()
    assert value["old"] == str(bank)
    assert value["changes"] == ["changed: event account.moved (set), command move (refuse)"]
    assert value["changes"][0] in said.out
    assert value["sections"] == [
        {"change": "changed", "kind": "event", "name": "account.moved", "keys": ["set"]},
        {"change": "changed", "kind": "command", "name": "move", "keys": ["refuse"]},
    ]
    assert value["looked"] == {"stream": 2, "row": 0, "command": 3, "event": 0}
    assert value["differ"] == {"stream": 1, "row": 0, "command": 1, "event": 0}
    assert value["reasons"] == [
        {"kind": "stream", "where": "account", "said": "balance", "count": 1, "first": 3},
        {"kind": "command", "where": "move", "said": "… is too little", "count": 1, "first": 3},
    ]
    assert value["differences"][-1] == {
        "kind": "stream",
        "where": "account-a",
        "key": "balance",
        "column": "",
        "ours": "5",
        "theirs": "6",
        "since": 3,
    }


def test_W18_a_model_that_is_the_same_differs_in_nothing(workbench, played, tmp_path):
    folder = changed(played, tmp_path, "retry_delay:", "# the same\nretry_delay:")
    said = workbench("rehearse-deploy", played, folder)
    assert (said.code, said.out.split()[:2]) == (0, ["0", "of"])


def test_W19_over_a_store_of_others(workbench, played, tmp_path):
    folder = changed(played, tmp_path, "retry_delay:", "# the same\nretry_delay:")
    shutil.copy(played / "data" / "events.db", tmp_path / "copy.db")
    value = workbench("rehearse-deploy", folder, folder, "--store", tmp_path / "copy.db", "--json").json()
    assert value["store"] == str(tmp_path / "copy.db")
    assert value["looked"]["stream"] > 0
    assert "there is no store" in workbench("rehearse-deploy", folder, folder).err


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_W18_the_store_is_that_of_the_folder_whichever_model_is_the_revision(workbench, tmp_path):
    bank = written(tmp_path / "bank", MODEL)
    assert workbench("run", bank, "--command", "open", "--set", "account_id=a", "--set", "owner=A").code == 0
    git(bank, "init", "-q")
    git(bank, "add", "project.tsk")
    git(bank, "commit", "-qm", "first")
    for words in (("git:HEAD", bank), (bank, "git:HEAD")):
        value = workbench("rehearse-deploy", *words, "--json").json()
        assert (value["store"], value["looked"]["stream"]) == (str(bank / "data" / "events.db"), 1)


def test_two_revisions_are_refused(workbench):
    said = workbench("rehearse-deploy", "git:a", "git:b")
    assert said.code == 1
    assert "must be a folder" in said.err

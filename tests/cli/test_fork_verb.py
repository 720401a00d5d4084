"""A project is forked at a position and compared with its fork from the command line (W9)."""

from __future__ import annotations

import pytest

from workbench.services.monitor import drain
from workbench.services.worlds.fork import fork_in


def test_W9_a_fork_is_a_project_that_can_be_looked_at_and_compared(workbench, played, tmp_path):
    head = workbench("events", played, "--json").json()
    position = head[len(head) // 2]["position"]
    before = workbench("subscriptions", played, "--json").json()
    said = workbench("fork", played, str(position), tmp_path / "fork")
    assert said.code == 0
    assert said.out.startswith("Fork of users at")
    assert workbench("doctor", tmp_path / "fork").code == 0
    positions = [one["position"] for one in workbench("events", tmp_path / "fork", "--json").json()]
    assert max(positions) <= position
    found = workbench("compare", played, tmp_path / "fork", "--json")
    assert found.code == 3
    value = found.json()
    assert value["split"] == position
    assert value["counts"]["stream"] == sum(one["kind"] == "stream" for one in value["differences"]) > 0
    assert "SINCE" in workbench("compare", played, tmp_path / "fork").out
    assert workbench("subscriptions", played, "--json").json() == before


def test_T3_the_store_of_another_project_is_neither_forked_nor_packed_nor_compared(
    workbench, folder, played, tmp_path
):
    file = folder / "project.tsk"
    text = file.read_text()
    file.write_text(text.replace('path: "data/events.db"', 'path: "../played/data/events.db"'))
    assert "../played" in file.read_text()
    verbs = (
        ("fork", folder, "2", tmp_path / "fork"),
        ("bundle", folder, tmp_path / "it.workbench", "--reveal"),
        ("bundle", folder, tmp_path / "it.workbench", "--preview", "--around", "1"),
        ("compare", folder, played),
        ("compare", played, folder),
        ("rehearse-deploy", folder, played),
    )
    for words in verbs:
        said = workbench(*words)
        assert (said.code, said.out) == (1, ""), words
        assert "lies outside the project's folder; nothing was opened" in said.err, words
    assert not (tmp_path / "fork").exists()
    assert not (tmp_path / "it.workbench").exists()
    store = played / "data" / "events.db"
    assert workbench("rehearse-deploy", folder, folder, "--store", store).code == 0, "who names it, means it"
    assert workbench("fork", folder, "2", tmp_path / "fork", "--trust").code == 0, "who is asked, may say so"
    assert workbench("compare", played, played).code == 0


def test_what_is_the_same_does_not_differ(workbench, played):
    said = workbench("compare", played, played)
    assert said.code == 0
    assert "nothing differs" in said.out


def test_a_fork_at_no_position_or_into_a_folder_that_is_full_is_refused(workbench, played, tmp_path):
    assert "nothing stands at position" in workbench("fork", played, "999999", tmp_path / "fork").err
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("")
    assert "exists already" in workbench("fork", played, "1", tmp_path / "full").err


def test_W9_an_empty_fork_is_compared_with_all_of_the_project(workbench, played, tmp_path):
    assert workbench("fork", played, "0", tmp_path / "fork").code == 0
    assert workbench("events", tmp_path / "fork", "--json").json() == []
    found = workbench("compare", played, tmp_path / "fork", "--json").json()
    assert found["split"] == 0
    assert found["heads"][1] == 0
    assert found["counts"]["stream"] > 1


FAILS = """
[project]
name: "post"
[message_queue]
max_attempts: 3
retry_delay: "30s"
jitter: 0
[aggregate.box]
[event.box.letter_sent]
[command.send]
creates: "box"
fields { box: "string" }
emit: "box.letter_sent"
[topics.mail]
[routing]
boxes { pattern: "*", topics: ["mail"] }
[handler.post]
fail { down { when: "true", message: "post is down" } }
[subscriptions.sender]
topic: "mail"
handler: "post"
"""


def sent(*names):
    return [word for name in names for word in ("--command", "send", "--set", f"box={name}")]


@pytest.mark.parametrize(
    ("flags", "seconds", "dead"),
    [
        ([*sent("a"), "--wait", "2h"], 7200, 1),
        ([*sent("a"), "--settle", "--wait", "2h"], 7200, 1),
        ([*sent("a", "b"), "--settle", "--wait", "2h"], 7200 + 90, 2),
        ([*sent("a"), "--settle", "--wait", "40s"], 40, 0),
        ([*sent("a"), "--wait", "20s"], 20, 0),
        ([*sent("a{n}"), "--times", "20", "--rate", "2", "--wait", "2h"], 7200 + 9.5, 20),
        (["--wait", "1h"], 3600, 0),
    ],
)
def test_W15_a_run_moves_the_clock_of_a_fork_by_its_wait_in_each_form(
    workbench, tmp_path, monkeypatch, flags, seconds, dead
):
    (tmp_path / "post").mkdir()
    (tmp_path / "post" / "project.tsk").write_text(FAILS)
    assert workbench("run", tmp_path / "post").code == 0
    fork = tmp_path / "fork"
    assert workbench("fork", tmp_path / "post", "0", fork).code == 0
    monkeypatch.setattr(drain, "LOOK", None)  # nobody waits there for the machine's time
    said = workbench("run", fork, *flags, "--json")
    assert fork_in(fork).now - fork_in(fork).began == seconds * 1_000_000
    assert (said.json()["dead"], said.json()["settled"]) == (dead, True), said.err

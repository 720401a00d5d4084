"""Values on a command line: numbers, durations, text; whatever is typed is answered in words."""

from __future__ import annotations

import argparse

import pytest

from workbench.cli.arguments import count, position, rate, seconds, words
from workbench.cli.verb_list import parse


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "x", "²", "9" * 30, "1e3"])
def test_a_count_is_a_whole_number_from_1(text):
    with pytest.raises(argparse.ArgumentTypeError, match="whole number from 1"):
        count(text)


def test_numbers_are_read():
    assert (count("1"), count("007"), position("0")) == (1, 7, 0)
    with pytest.raises(argparse.ArgumentTypeError, match="from 0"):
        position("-1")


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5.0), ("0.5", 0.5), ("30s", 30.0), ("2m", 120.0), ("500ms", 0.5)]
)
def test_durations_are_read(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["0", "-1", "", "quick", "inf", "nan", "1e999", "1e-300", "-inf"])
def test_L5_a_rate_is_a_finite_number_above_0(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"should be a number from 0\.001 to 1,000,000"):
        rate(text)
    assert rate("0.5") == 0.5


@pytest.mark.parametrize("text", ["", "soon", "-1", "5 parsecs", "inf"])
def test_other_words_are_no_durations(text):
    with pytest.raises(argparse.ArgumentTypeError, match="duration such as"):
        seconds(text)


def test_bytes_that_are_no_text_are_refused():
    assert words("grüß\t🙂") == "grüß\t🙂"
    with pytest.raises(argparse.ArgumentTypeError, match="UTF-8"):
        words("a\udcff")


BAD = "a\udcff"


@pytest.mark.parametrize(
    "line",
    [
        ["show", "{}", BAD],
        ["show", "{}", "user-ada", "--at", "9" * 30],
        ["show", "{}", "user-ada", "--reveal", BAD],
        ["streams", "{}", "--find", BAD],
        ["events", "{}", "--stream", BAD],
        ["events", "{}", "--limit", "9" * 30],
        ["run", "{}", "--command", BAD],
        ["run", "{}", "--command", "x", "--set", f"{BAD}=1"],
        ["run", "{}", "--commands", BAD],
        ["projections", "rebuild", "{}", BAD],
        ["dead-letters", "show", "{}", "9" * 30],
        ["dead-letters", "show", "{}", "9007199254740992"],
        ["dead-letters", "replay", "{}", "--subscription", BAD],
        ["import", "{}", BAD],
        ["import", "{}", "project.tsk", "--stream", BAD],
        ["export", "{}", "-", "--stream", BAD],
        ["export", "{}", f"none/{BAD}"],
        ["docs", "{}", "--output", f"none/{BAD}"],
        ["docs", BAD],
        ["new", BAD],
        ["new", "a\x01b"],
        ["new", "x", "--template", BAD],
        ["doctor", BAD],
        ["backup", "{}", f"none/{BAD}"],
        ["check", "{}/domain.py"],
        [BAD],
    ],
)
def test_nothing_that_is_typed_ends_in_a_traceback(workbench, played, tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    said = workbench(*(word.replace("{}", str(played)) for word in line))
    assert said.code in {1, 2}
    assert said.err.startswith("workbench")
    assert not (tmp_path / "x").exists()


# --- the project is the folder that the command is typed in


@pytest.mark.parametrize(
    ("line", "out"),
    [
        (["check"], "users: no problems"),
        (["streams", "--find", "ada"], "user-ada"),
        (["show", "user-ada"], "user-ada, user, version"),
        (["show", "user-ada", "--at", "1"], "user-ada, user, version 1 of"),
        (["events", "--last", "1"], "POSITION"),
        (["subscriptions"], "welcome-mail"),
        (["projections"], "outages"),
        (["projections", "rebuild", "users"], "users"),
        (["dead-letters"], "welcome-mail"),
        (["dead-letters", "show", "1"], "welcome-mail"),
        (["dead-letters", "replay", "1", "2", "--wait", "1"], "NUMBER"),
        (["dead-letters", "purge", "--all"], "purged"),
        (["test", "accounts"], "passed"),
        (["test", "scenarios/accounts.tsk"], "passed"),
        (["test"], "passed"),
        (["metrics"], "# EOF"),
        (["docs"], "# users"),
        (["doctor"], "healthy"),
        (["backup", "copy.db"], "copied to copy.db"),
        (["export", "all.ndjson"], "all.ndjson"),
        (["import", "../log.ndjson"], "30 events added"),
        (["run", "--wait", "1"], "users"),
    ],
)
def test_a_verb_without_a_project_takes_the_current_folder(workbench, played, log, monkeypatch, line, out):
    monkeypatch.chdir(played)
    said = workbench(*line)
    assert out in said.out, said
    assert said.code in {0, 3}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["show", "played"], "; played was taken for STREAM; give a project folder"),
        (["import", "log.ndjson"], "; log.ndjson was taken for FILE; give a project folder"),
        (["dead-letters", "show", "7"], "; 7 was taken for NUMBER; give a project folder"),
        (["projections", "rebuild", "played"], "; played was taken for NAME; give a project folder"),
        (["check"], "no project.tsk; give a project folder\n"),
        (["run"], "give a project folder, or --sample users"),
    ],
)
def test_where_there_is_no_project_it_says_for_what_a_word_was_taken(
    workbench, played, monkeypatch, line, said
):
    monkeypatch.chdir(played.parent)
    answer = workbench(*line)
    assert answer.code == 2
    assert said in answer.err


def test_a_project_that_is_named_goes_before_the_current_folder(workbench, played, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert workbench("streams", played).out != "no streams\n"
    assert workbench("streams").out == "no streams\n"
    assert "passed" in workbench("test", played / "project.tsk", "accounts").out
    (folder / "7").mkdir()
    assert "7" in workbench("dead-letters", "replay", "7").err
    assert "there is no dead letter" in workbench("dead-letters", "replay", "7").err


def test_a_sample_goes_before_the_current_folder(workbench, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert workbench("run", "--sample", "orders", "--json").json()["project"] == "orders"


def test_the_window_opens_the_current_folder_if_it_is_a_project(played, monkeypatch):
    monkeypatch.chdir(played.parent)
    assert parse(["open"])[2].project is None
    monkeypatch.chdir(played)
    assert parse([])[2].project == played
    assert parse(["open", "--sample", "users"])[2].project is None

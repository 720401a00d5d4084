"""Values on a command line: numbers, durations, text; whatever is typed is answered in words."""

from __future__ import annotations

import argparse

import pytest

from workbench.cli.parsing import count, did_you_mean, position, seconds, words


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


@pytest.mark.parametrize("text", ["", "soon", "-1", "5 parsecs", "inf"])
def test_other_words_are_no_durations(text):
    with pytest.raises(argparse.ArgumentTypeError, match="duration such as"):
        seconds(text)


def test_bytes_that_are_no_text_are_refused():
    assert words("grüß\t🙂") == "grüß\t🙂"
    with pytest.raises(argparse.ArgumentTypeError, match="UTF-8"):
        words("a\udcff")


def test_the_nearest_word_is_named_if_one_is_near():
    assert did_you_mean("shwo", ["show", "events"]) == " (did you mean show?)"
    assert did_you_mean("zzz", ["show", "events"]) == ""


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

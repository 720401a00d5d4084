"""Finding whatever is stored, on the command line: the same answer as in the window."""

from __future__ import annotations

import pytest


def test_words_find_records_of_every_kind(workbench, played):
    said = workbench("find", played, "ada", "--json").json()
    assert said["found"] == len(said["records"]) > 3
    assert said["counts"]["kind"]["event"] == 2
    assert said["counts"]["kind"]["row"] >= 1
    assert all("ada" in str(one).lower() for one in said["records"])
    times = [one["time"] for one in said["records"] if one["time"]]
    assert times == sorted(times, reverse=True)


def test_an_expression_narrows_and_says_what_it_could_not_judge(workbench, played):
    said = workbench(
        "find", played, "--where", "data.email.endsWith('@example.org')", "--kind", "events", "--json"
    ).json()
    assert {one["type"] for one in said["records"]} <= {"user.created", "user.email_changed", "user.updated"}
    assert said["found"]
    assert "data.email is missing" in said["failures"]
    told = workbench("find", played, "--where", "data.email == 'x'", "--kind", "event")
    assert "records where data.email is missing" in told.out


def test_words_are_words_however_the_shell_groups_them_and_a_phrase_has_quotes(workbench, played):
    assert workbench("find", played, '"Ada Lovelace"', "--kind", "event", "--json").json()["found"] == 1
    assert workbench("find", played, "Lovelace", "Ada", "--kind", "event", "--json").json()["found"] >= 1
    assert workbench("find", played, "lovelace ada", "--kind", "event", "--json").json()["found"] >= 1
    assert workbench("find", played, '"lovelace ada"', "--kind", "event", "--json").json()["found"] == 0


def test_it_counts_and_limits(workbench, played):
    everything = workbench("find", played, "--json").json()
    counted = workbench("find", played, "--count", "--json").json()
    assert counted["found"] == everything["searched"] == sum(counted["counts"]["kind"].values())
    assert counted["records"] == []
    some = workbench("find", played, "--limit", "2")
    assert len(some.out.splitlines()) == 5
    assert f"… {everything['found'] - 2:,} more" in some.err
    assert "  event" not in workbench("find", played, "--count", "--type", "nothing").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--where", "data.emial == 'x'"], "no record has a field data.emial (did you mean email?)"),
        (["--where", "data.emial == 'x'", "--kind", "row"], "has a field data.emial (did you mean email?)"),
        (["--where", "data.email == 'x'", "--kind", "event"], ""),
        (["--where", "data.email != 'x' || data.zzz == 1"], ""),
    ],
)
def test_a_field_that_nothing_has_is_refused_with_the_nearest(workbench, played, words, said):
    found = workbench("find", played, *words)
    assert (found.code, said in found.err, "has a field" in found.err) == (int(bool(said)), True, bool(said))
    assert bool(found.out) != bool(said)
    if said:
        assert workbench("dead-letters", "list", played, *words[:2]).code == found.code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--type", "user.craeted"], "there is no type user.craeted (did you mean user.created?)"),
        (["ada", "--type", "user.creatd*"], "there is no type user.creatd* (did you mean user.created?)"),
        (["--stream", "welcome_mial"], "read model welcome_mial (did you mean welcome-mail?)"),
    ],
)
def test_a_name_that_nothing_has_is_said_with_the_nearest(workbench, played, words, said):
    found = workbench("find", played, *words, "--json")
    assert (found.code, found.json()["found"]) == (0, 0)
    assert said in found.err


@pytest.mark.parametrize(
    "words", [["--type", "user.created"], ["--type", "user.*"], ["--stream", "user-ada"], []]
)
def test_of_names_that_are_right_nothing_is_said(workbench, played, words):
    found = workbench("find", played, "nobody-has-this-word", *words)
    assert (found.code, found.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--where", "data.amount >"], "where, character"),
        (["--since", "soon"], "is no time"),
    ],
)
def test_mistakes_are_told(workbench, played, words, said):
    refused = workbench("find", played, *words)
    assert refused.code == 1
    assert said in refused.err


def test_an_unknown_kind_is_refused(workbench, played):
    refused = workbench("find", played, "--kind", "wish")
    assert refused.code == 2
    assert "'wish' should be one of event" in refused.err


def test_secrets_are_masked(workbench, secrets):
    said = workbench("find", secrets, "--json").json()
    assert "••••••" in str(said["records"])
    assert "s3cret" not in str(said["records"])


def test_what_was_typed_is_said_again_in_short(workbench, played):
    for words in (
        ("find", played, "--where", f"data.email == '{'x' * 100_000}'"),
        ("find", played, "--kind", "x" * 100_000),
        ("story", played, "x" * 100_000),
        ("projections", "rebuild", played, "x" * 100_000),
    ):
        said = workbench(*words)
        assert said.code in (1, 2)
        assert 0 < len(said.err) < 2_000, words[0]
        assert "more characters" in said.err
    where = workbench("find", played, "--where", f"data.email == '{'x' * 100_000}'").err
    assert where.endswith("xxx': longer than 4000 characters\n")

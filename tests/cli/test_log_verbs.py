"""Looking at the log: streams, histories, events; secrets masked, nothing changed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing


def test_streams_are_listed_the_last_changed_first(workbench, played):
    said = workbench("streams", played)
    assert said.code == 0
    heads, first, *rest = said.out.splitlines()
    assert heads.split() == ["VERSION", "LAST", "CHANGED", "STREAM"]
    assert first.endswith("  user-hedy")
    assert len(rest) == 9
    assert workbench("streams", played, "--limit", "3").out.endswith(
        "… 7 more; --limit and --find choose others\n"
    )
    (stream,) = workbench("streams", played, "--find", "ada", "--json").json()
    assert (stream["name"], stream["version"], stream["closed"]) == ("user-ada", 2, False)
    assert workbench("streams", played, "--find", "zzz").out == "no streams\n"


def test_a_history_tells_what_each_event_changed_and_the_state(workbench, played):
    said = workbench("show", played, "user-ada")
    lines = said.out.splitlines()
    assert lines[0] == "user-ada, user, version 2"
    assert '        + username: "Ada Lovelace"' in lines
    assert '        ~ email: "ada@example.org" → "ada.lovelace@example.org"' in lines
    state = said.out.partition("state at version 2:\n")[2]
    assert json.loads(state)["email"] == "ada.lovelace@example.org"


def test_a_history_ends_at_the_version_that_is_asked_for(workbench, played):
    said = workbench("show", played, "user-ada", "--at", "1", "--json").json()
    assert (said["version"], said["of"], said["state"]["email"]) == (1, 2, "ada@example.org")
    assert [event["type"] for event in said["events"]] == ["user.created"]
    beyond = workbench("show", played, "user-ada", "--at", "3")
    assert beyond.code == 1
    assert "user-ada has versions 1 to 2; there is no version 3" in beyond.err


def test_only_the_last_events_are_told_and_the_fold_is_whole(workbench, played):
    said = workbench("show", played, "user-grace", "--last", "1")
    assert "… 3 earlier events; --last 4 tells them" in said.out
    assert '~ username: "Grace Hopper" → "Rear Admiral Hopper"' in said.out
    assert "user.created" not in said.out


def test_a_stream_that_is_not_there_names_those_that_begin_so(workbench, played):
    said = workbench("show", played, "user-a")
    assert said.code == 1
    assert "names that begin so: user-ada, user-alan" in said.err
    assert "workbench streams" in workbench("show", played, "zzz").err


def test_events_are_chosen_by_stream_type_and_position(workbench, played):
    everything = workbench("events", played, "--json").json()
    assert [event["position"] for event in everything] == sorted(event["position"] for event in everything)
    assert len(everything) == 17
    mine = workbench("events", played, "--stream", "user-ada", "--json").json()
    assert [event["version"] for event in mine] == [1, 2]
    assert mine == [event for event in everything if event["stream"] == "user-ada"]
    some = workbench("events", played, "--stream", "user-*", "--type", "user.[uc]*", "--json").json()
    assert {event["type"] for event in some} == {"user.created", "user.updated"}
    later = workbench(
        "events", played, "--after", mine[0]["position"], "--stream", "user-ada", "--json"
    ).json()
    assert later == mine[1:]


def test_the_first_events_say_that_more_follow_and_the_last_are_the_last(workbench, played):
    everything = workbench("events", played, "--json").json()
    first = workbench("events", played, "--limit", "2")
    assert len(first.out.splitlines()) == 3
    assert first.err == f"… more follow: --after {everything[1]['position']}\n"
    assert workbench("events", played, "--last", "4", "--json").json() == everything[-4:]
    last = workbench("events", played, "--last", "2", "--type", "user.created", "--json").json()
    assert last == [event for event in everything if event["type"] == "user.created"][-2:]
    assert workbench("events", played, "--stream", "none").out == "no events\n"
    assert workbench("events", played, "--last", "2", "--limit", "2").code == 2


def test_where_no_event_is_found_a_misspelt_name_is_said_with_the_nearest(workbench, played):
    said = workbench("events", played, "--type", "user.creatd")
    assert said.out == "no events\n"
    assert "there is no type user.creatd (did you mean user.created?)" in said.err
    assert workbench("events", played, "--type", "user.created", "--after", 999_999).err == ""


def test_data_is_shown_where_it_is_asked_for(workbench, played):
    said = workbench("events", played, "--limit", "1", "--data")
    assert '    {"username": "Ada Lovelace"' in said.out
    assert "username" not in workbench("events", played, "--limit", "1").out


def test_secrets_are_masked_and_control_characters_escaped(workbench, secrets):
    for words in (["events", secrets, "--last", "1", "--data"], ["show", secrets, "imported-k"]):
        said = workbench(*words)
        assert "s3cret" not in said.out
        assert "••••••" in said.out
        assert "\x1b" not in said.out
        assert "s3cret" not in workbench(*words, "--json").out
        assert "s3cret" in workbench(*words, "--reveal", "token").out
        assert "s3cret" not in workbench(*words, "--reveal", "other").out


def test_a_stream_without_an_aggregate_shows_its_events_and_says_why_it_has_no_state(workbench, secrets):
    said = workbench("show", secrets, "imported-k")
    assert said.code == 0
    assert "none: no aggregate of the model has this category" in said.out
    assert '"type": "key.made"' in said.out


def test_an_event_that_cannot_be_folded_is_named(workbench, played):
    with closing(sqlite3.connect(played / "data" / "events.db")) as con:
        con.execute(
            "update events set data = '{}' where type_id = (select id from types where name = 'user.created')"
        )
        con.commit()
    said = workbench("show", played, "user-ada")
    assert said.code == 0
    assert "cannot be folded: the event at position 1 does not fit user.created" in said.out
    assert "none: version 1 cannot be folded" in said.out


def test_I12_looking_changes_nothing(workbench, played):
    path = played / "data" / "events.db"
    workbench("streams", played)

    def content():
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
            return list(con.iterdump())

    before = content()
    for words in (
        ["streams"], ["events", "--data"], ["show", "user-ada"], ["subscriptions"], ["projections"],
        ["dead-letters"], ["dead-letters", "show", "1"], ["docs"], ["check"], ["doctor"],
    ):  # fmt: skip
        at = 2 if words[0] == "dead-letters" and len(words) > 1 else 1
        assert workbench(*words[:at], played, *words[at:]).code == 0, words
    assert workbench("export", played, played / "e.ndjson").code == 0
    assert content() == before


def test_a_store_that_is_not_ours_is_refused_and_left_untouched(workbench, folder):
    store = folder / "data" / "events.db"
    store.parent.mkdir()
    store.write_bytes(b"precious notes" * 100)
    said = workbench("streams", folder)
    assert said.code == 1
    assert "not a database" in said.err
    assert store.read_bytes() == b"precious notes" * 100


def test_V3_times_are_told_in_the_zone_that_was_asked_for_or_chosen(workbench, played, monkeypatch):
    def first(*words):
        return workbench("events", played, "--limit", "1", *words).out.splitlines()[1].split()[1]

    assert first().endswith("Z")
    assert first("--zone", "+02:00").endswith("+02:00")
    monkeypatch.setenv("WORKBENCH_ZONE", "-03:30")
    assert first().endswith("-03:30")
    (event,) = workbench("events", played, "--limit", "1", "--json").json()
    assert event["occurred_at"].endswith("Z")
    for words in (("streams",), ("show",), ("dead-letters", "list"), ("dead-letters", "show")):
        rest = {"show": ["user-ada"], "dead-letters show": ["1"]}.get(" ".join(words), [])
        assert "-03:30" in workbench(*words, played, *rest).out


def test_an_unknown_zone_is_refused_with_a_hint(workbench, played):
    said = workbench("streams", played, "--zone", "Europe/Berlim")
    assert said.code == 1
    assert "no time zone" in said.err
    assert "did you mean Europe/Berlin?" in said.err.replace("Did", "did")

"""Events in and out: nothing lost, nothing twice, secrets kept back, broken lines named."""

from __future__ import annotations

import json

import pytest


def brought_in(workbench, folder, path, *more):
    said = workbench("import", folder, path, "--json", *more).json()
    return said["stored"], said["known"], said["broken"]


def test_an_import_says_what_it_does_and_a_second_time_adds_nothing(workbench, folder, log):
    said = workbench("import", folder, log)
    assert said.code == 0
    assert "stream from repo.name behind repo-, type from type, id from id" in said.out
    assert "30 events added, 0 already there, 0 lines with problems" in said.out
    assert brought_in(workbench, folder, log) == (0, 30, 0)
    (stream,) = workbench("streams", folder, "--find", "r1", "--json").json()
    assert (stream["name"], stream["version"]) == ("repo-r1", 10)


def test_a_dry_run_stores_nothing(workbench, folder, log):
    said = workbench("import", folder, log, "--dry-run", "--json").json()
    assert (said["format"], said["fields"]["stream"], said["fields"]["category"]) == (
        "fields",
        "repo.name",
        "repo",
    )
    assert said["events"][0] == {"line": 1, "stream": "repo-r0", "type": "pushed"}
    assert workbench("streams", folder).out == "no streams\n"


def test_B3_a_dry_run_reads_the_whole_file_and_says_who_would_receive_it(workbench, folder, log):
    lines = log.read_text().splitlines()
    log.write_text("\n".join([*lines * 10, "{broken"]))  # beyond what a preview looks at
    said = workbench("import", folder, log, "--dry-run")
    assert said.code == 3
    assert "events would be added" in said.out
    assert "1 line with problems" in said.out
    assert "line 301" in said.err
    assert "received by: subscription audit-trail (300)" in said.out
    assert "--read-models-only keeps them from" in said.out
    kept = workbench("import", folder, log, "--dry-run", "--read-models-only")
    assert "received by: nothing in this project\nkept from: subscription audit-trail (300)" in kept.out
    assert workbench("streams", folder).out == "no streams\n"


def test_B3_times_without_a_zone_wait_for_one(workbench, folder, tmp_path):
    path = tmp_path / "log.ndjson"
    path.write_text('{"stream": "a-1", "type": "t", "time": "2024-05-01T12:00:00"}')
    said = workbench("import", folder, path)
    assert said.code == 1
    assert "times in time say no zone" in said.err
    assert "--zone UTC" in said.err
    assert workbench("streams", folder).out == "no streams\n"
    assert brought_in(workbench, folder, path, "--zone", "Europe/Berlin") == (1, 0, 0)
    (event,) = workbench("events", folder, "--json").json()
    assert event["occurred_at"] == "2024-05-01T10:00:00.000000Z"
    assert workbench("import", folder, path, "--zone", "Nowhere").code == 1


def test_B3_the_unit_of_times_is_said_and_can_be_chosen(workbench, folder, tmp_path):
    path = tmp_path / "log.ndjson"
    path.write_text('{"stream": "a-1", "type": "t", "time": 63072000000}')
    assert "time from time (numbers in milliseconds)" in workbench("import", folder, path, "--dry-run").out
    wrong = workbench("import", folder, path, "--unit", "s")
    assert (wrong.code, "in seconds lies beyond the year 2200" in wrong.err) == (3, True)
    assert brought_in(workbench, folder, path) == (1, 0, 0)
    (event,) = workbench("events", folder, "--json").json()
    assert event["occurred_at"].startswith("1972-01-01")


def test_B3_events_without_ids_of_another_day_are_other_events(workbench, folder, tmp_path):
    monday, tuesday = tmp_path / "monday.ndjson", tmp_path / "tuesday.ndjson"
    for path in (monday, tuesday):
        path.write_text('{"stream": "door", "type": "opened"}\n')
    assert brought_in(workbench, folder, monday) == (1, 0, 0)
    assert brought_in(workbench, folder, tuesday) == (1, 0, 0)
    with monday.open("a") as file:
        file.write('{"stream": "door", "type": "opened"}\n')
    assert brought_in(workbench, folder, monday) == (1, 1, 0), "a file that has grown brings only what is new"


def test_fields_are_chosen_and_broken_lines_named(workbench, folder, tmp_path):
    path = tmp_path / "odd.ndjson"
    path.write_text(
        '{"what": "sold", "who": "ann"}\n{"what": "sold"}\n{broken\n{"what": "x", "who": "b", "n": NaN}\n'
    )
    unclear = workbench("import", folder, path)
    assert unclear.code == 1
    assert "--stream FIELD --type FIELD" in unclear.err
    assert "fields: what, who" in unclear.err
    said = workbench("import", folder, path, "--stream", "who", "--type", "what")
    assert said.code == 3
    assert "1 event added, 0 already there, 3 lines with problems" in said.out
    assert [line.split(": ")[1] for line in said.err.splitlines()] == ["line 2", "line 3", "line 4"]


def test_an_array_comes_in_like_lines(workbench, folder, log, tmp_path):
    path = tmp_path / "log.json"
    path.write_text(json.dumps([json.loads(line) for line in log.read_text().splitlines()], indent=2))
    assert brought_in(workbench, folder, path) == (30, 0, 0)
    assert brought_in(workbench, folder, log) == (0, 30, 0)


def events_of(workbench, project):
    events = workbench("events", project, "--limit", "1000", "--json").json()
    return [{name: value for name, value in event.items() if name != "position"} for event in events]


@pytest.mark.parametrize("form", ["ndjson", "cloudevents", "cloudevents-array"])
def test_what_goes_out_comes_into_another_store_as_it_was(workbench, played, log, tmp_path, form):
    workbench("import", played, log)
    file = tmp_path / "events.json"
    said = workbench("export", played, file, "--format", form, "--json")
    assert said.json() == {
        "file": str(file), "format": form, "written": 47, "masked": 0, "broken": 0, "problems": [],
    }  # fmt: skip
    workbench("new", tmp_path / "copy")
    assert workbench("import", tmp_path / "copy", file, "--json").json()["stored"] == 47
    assert events_of(workbench, tmp_path / "copy") == events_of(workbench, played)
    again = workbench("import", tmp_path / "copy", file)
    assert (again.code, "0 events added, 47 already there" in again.out) == (0, True)


def test_an_import_that_would_move_versions_is_refused_line_by_line(workbench, played, folder, tmp_path):
    file = tmp_path / "e.ndjson"
    workbench("export", played, file, "--stream", "user-ada")
    words = [
        word for value in ("user_id=ada", "username=Other", "email=o@x.org") for word in ("--set", value)
    ]
    workbench("run", folder, "--command", "create_user", *words)
    said = workbench("import", folder, file)
    assert said.code == 3
    assert "stream user-ada is at version 1, expected was no stream" in said.err
    assert len(events_of(workbench, folder)) == 1 + 1  # the second one fits behind the one that is there


@pytest.fixture
def secret(workbench, played, tmp_path):
    path = tmp_path / "secret.ndjson"
    path.write_text(json.dumps({"id": "1", "type": "key.made", "subject": "k", "token": "s3cret"}))
    assert workbench("import", played, path).code == 0
    return played


@pytest.mark.parametrize("form", ["ndjson", "cloudevents"])
def test_secrets_are_masked_and_a_masked_event_cannot_come_in(workbench, secret, folder, tmp_path, form):
    file = tmp_path / "masked.json"
    said = workbench("export", secret, file, "--format", form)
    assert said.code == 0
    assert "1 values masked" in said.out
    assert "only with --reveal can it come in again" in said.err
    assert "s3cret" not in file.read_text()
    came = workbench("import", folder, file)
    assert came.code == 3
    assert "17 events added" in came.out
    assert "masked when it was exported" in came.err
    revealed = workbench("export", secret, file, "--format", form, "--reveal", "--replace")
    assert revealed.err == ""
    assert brought_in(workbench, folder, file) == (1, 17, 0)
    (event,) = workbench("events", secret, "--type", "key.made", "--reveal", "token", "--json").json()
    assert event["data"]["token"] == "s3cret"


def test_a_file_that_exists_is_left_as_it_is_unless_it_is_to_be_replaced(workbench, played, tmp_path):
    file = tmp_path / "e.ndjson"
    file.write_text("mine")
    said = workbench("export", played, file)
    assert said.code == 1
    assert "exists already" in said.err
    assert file.read_text() == "mine"
    assert workbench("export", played, file, "--replace").code == 0
    assert len(file.read_text().splitlines()) == 17
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".new")] == []
    assert workbench("export", played, tmp_path / "none" / "e.ndjson").code == 1


def test_streams_are_chosen_and_go_to_the_terminal(workbench, played):
    said = workbench("export", played, "-", "--stream", "user-a*", "--stream", "outage-*")
    assert said.code == 0
    streams = [json.loads(line)["stream"] for line in said.out.splitlines()]
    assert streams == ["user-ada", "outage-slowmail.example", "user-alan", "user-ada"]
    assert "--json" in workbench("export", played, "-", "--json").err


def test_somebody_elses_cloudevents_come_in_by_their_subjects(workbench, folder, tmp_path):
    one = {
        "specversion": "1.0",
        "id": "1",
        "source": "/shop",
        "type": "sold",
        "subject": "book",
        "data": {"n": 1},
    }
    path = tmp_path / "ce.json"
    path.write_text(json.dumps([one, one | {"id": "2"}, {"id": "3"}, one | {"id": "4", "Bad": 1}], indent=1))
    said = workbench("import", folder, path)
    assert said.code == 3
    assert "format cloudevents" in said.out
    assert "2 events added" in said.out
    assert "line 22: no CloudEvent 1.0: specversion is missing" in said.err
    assert "attribute 'Bad' should have only small letters" in said.err
    (stream,) = workbench("streams", folder, "--json").json()
    assert (stream["name"], stream["version"]) == ("cloudevents-book", 2)
    chosen = workbench(
        "import", folder, path, "--stream", "source", "--category", "ce", "--dry-run", "--json"
    ).json()
    assert chosen["events"][0]["stream"] == "ce-/shop"


def test_a_form_can_be_insisted_on(workbench, folder, log):
    said = workbench("import", folder, log, "--format", "ndjson")
    assert said.code == 3
    assert "workbench is None; this program reads format 1" in said.err
    assert said.err.endswith("… and 10 more; --all-problems names them all\n")
    every = workbench("import", folder, log, "--format", "ndjson", "--all-problems")
    assert every.err.count("reads format 1") == 30
    assert workbench("import", folder, log, "--format", "cloudevents").code == 3
    assert workbench("import", folder, log, "--format", "fields").code == 0


def test_a_file_that_cannot_be_read_or_holds_no_json(workbench, folder, tmp_path):
    assert "cannot be read" in workbench("import", folder, tmp_path / "none").err
    (tmp_path / "prose").write_text("Call me Ishmael.")
    said = workbench("import", folder, tmp_path / "prose")
    assert said.code == 1
    assert "line 1: not JSON" in said.err


def test_an_option_that_would_do_nothing_is_refused(workbench, played, folder, tmp_path):
    file = tmp_path / "e.ndjson"
    workbench("export", played, file)
    said = workbench("import", folder, file, "--stream", "stream")
    assert said.code == 1
    assert "--stream means nothing here: ndjson says that itself" in said.err
    as_fields = workbench(
        "import", folder, file, "--stream", "stream", "--type", "type", "--dry-run", "--json"
    )
    assert as_fields.json()["format"] == "fields"
    refused = workbench("import", folder, file, "--format", "cloudevents", "--id", "id")
    assert "--id means nothing here: cloudevents says that itself" in refused.err

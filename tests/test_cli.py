"""The command line as a person types it: answers, exit codes, sentences that help."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench.app import run
from workbench.project.samples import copy_sample


@pytest.fixture
def folder(tmp_path):
    return copy_sample("users", tmp_path / "users")


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.ndjson"
    lines = [json.dumps({"id": str(n), "type": "pushed", "repo": {"name": f"r{n % 3}"}}) for n in range(30)]
    path.write_text("\n".join(lines))
    return path


def test_run_plays_the_story_of_a_sample_and_drains_the_queues(capsys):
    assert run(["run", "--sample", "users", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["commands"] == {"accepted": 17, "rejected": 2, "conflict": 1}
    assert summary["settled"] is True
    assert summary["projections"] == {"users": 9, "outages": 1}
    assert summary["subscriptions"]["welcome-mail"]["dead"] == 4
    assert {letter["reason"] for letter in summary["dead_letters"]} == {"max_attempts", "rejected"}


def test_run_issues_the_commands_of_a_file_and_names_broken_lines(folder, tmp_path, capsys):
    commands = tmp_path / "commands.ndjson"
    commands.write_text(
        '{"command": "create_user", "user_id": "ada", "username": "Ada Lovelace", "email": "a@x.org"}\n'
        "nonsense\n"
        '{"command": "fly"}\n'
    )
    assert run(["run", str(folder), "--commands", str(commands)]) == 3
    said = capsys.readouterr()
    assert "commands: 1 accepted" in said.out
    assert "line 2" in said.err
    assert "no aggregate handles the command fly" in said.err


def test_import_says_what_it_does_and_a_second_time_adds_nothing(folder, log, capsys):
    assert run(["import", str(folder), str(log)]) == 0
    said = capsys.readouterr().out
    assert "stream from repo.name, type from type, id from id" in said
    assert "30 events added, 0 already there, 0 lines with problems" in said
    assert run(["import", str(folder), str(log), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"stored": 0, "known": 30, "broken": 0}
    assert run(["streams", str(folder), "--find", "r1", "--json"]) == 0
    (stream,) = json.loads(capsys.readouterr().out)
    assert (stream["name"], stream["version"]) == ("repo-r1", 10)


def test_a_dry_run_stores_nothing(folder, log, capsys):
    assert run(["import", str(folder), str(log), "--dry-run"]) == 0
    assert run(["streams", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("no streams\n")


def test_fields_are_chosen_and_broken_lines_named(folder, tmp_path, capsys):
    path = tmp_path / "odd.ndjson"
    path.write_text(
        '{"what": "sold", "who": "ann"}\n{"what": "sold"}\n{broken\n{"what": "x", "who": "b", "n": NaN}\n'
    )
    assert run(["import", str(folder), str(path)]) == 1
    assert "--stream FIELD --type FIELD" in capsys.readouterr().err
    assert run(["import", str(folder), str(path), "--stream", "who", "--type", "what"]) == 3
    said = capsys.readouterr()
    assert "1 events added, 0 already there, 3 lines with problems" in said.out
    assert [line.split(": ")[1] for line in said.err.splitlines()] == ["line 2", "line 3", "line 4"]


def test_a_folder_that_is_no_project_says_what_to_do(tmp_path, capsys):
    assert run(["streams", str(tmp_path / "none")]) == 1
    said = capsys.readouterr().err
    assert "there is no folder" in said
    assert "--sample users" in said
    assert run(["streams", str(tmp_path)]) == 1
    assert "project.tsk" in capsys.readouterr().err


def test_a_wrong_project_file_is_told_with_places(folder, capsys):
    path = folder / "project.tsk"
    path.write_text(path.read_text().replace("snapshot_every: 10", "snapshot_evry: ten"))
    assert run(["streams", str(folder)]) == 1
    assert "project.tsk:9:16: E-QUOTES ten needs quotes" in capsys.readouterr().err
    path.write_text(path.read_text().replace("ten", "10"))
    assert run(["streams", str(folder)]) == 1
    assert (
        "project.tsk:9:1: S-UNKNOWN snapshot_evry is not a setting here (did you mean snapshot_every?)"
        in (capsys.readouterr().err)
    )


def test_a_store_that_is_not_ours_is_refused_and_left_untouched(folder, capsys):
    store = folder / "data" / "events.db"
    store.parent.mkdir()
    store.write_bytes(b"precious notes" * 100)
    assert run(["streams", str(folder)]) == 1
    assert "not a database" in capsys.readouterr().err
    assert store.read_bytes() == b"precious notes" * 100


def test_no_qt_comes_along(folder):
    import subprocess
    import sys

    script = (
        "import sys; from workbench.app import run; "
        f"run(['streams', {str(folder)!r}]); "
        "sys.exit(any(name.startswith(('PySide6', 'qasync', 'pyqtgraph', 'numpy')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0


def test_doctor_says_healthy_and_how_much_there_is(folder, log, capsys):
    run(["import", str(folder), str(log), "--stream", "repo.name", "--type", "type"])
    capsys.readouterr()
    assert run(["doctor", str(folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["healthy"] is True
    assert said["sizes"]["events"] == 30
    assert run(["doctor", str(folder)]) == 0
    assert "events.db: healthy" in capsys.readouterr().out


def test_doctor_names_what_is_broken_and_what_to_do(folder, log, capsys):
    run(["import", str(folder), str(log), "--stream", "repo.name", "--type", "type"])
    with closing(sqlite3.connect(folder / "data" / "events.db")) as con:
        con.execute("update streams set version = 99 where id = 1")
        con.commit()
    capsys.readouterr()
    assert run(["doctor", str(folder)]) == 3
    said = capsys.readouterr().out
    assert "I1: " in said
    assert "Keep a copy of the file" in said


def test_I9_doctor_folds_the_rows_of_a_trusted_project_anew(folder, tmp_path, capsys):
    values = {"command": "create_user", "username": "Some One", "email": "some@x.org"}
    lines = [values | {"user_id": name} for name in ("ada", "bob")]
    story = tmp_path / "story.ndjson"
    story.write_text("\n".join(json.dumps(line) for line in lines))
    assert run(["run", str(folder), "--commands", str(story)]) == 0
    assert run(["doctor", str(folder)]) == 0
    with closing(sqlite3.connect(folder / "data" / "events.db")) as con:
        con.execute("update p_users_1 set email = 'eve@x.org' where id = 'bob'")
        con.commit()
    capsys.readouterr()
    assert run(["doctor", str(folder)]) == 3
    said = capsys.readouterr().out
    assert "I9: users row 'bob' differs in email" in said
    assert "rebuild it" in said


def test_doctor_tells_of_an_older_schema_and_changes_nothing(tmp_path, capsys):
    old = tmp_path / "old.db"
    shutil.copy(Path(__file__).parent / "store" / "schemas" / "1.db", old)
    before = old.read_bytes()
    assert run(["doctor", str(old)]) == 0
    assert "older version" in capsys.readouterr().out
    assert old.read_bytes() == before


def test_doctor_without_a_store_says_how_there_will_be_one(folder, capsys):
    assert run(["doctor", str(folder)]) == 1
    assert "has no store yet" in capsys.readouterr().err


def test_backup_copies_and_never_overwrites(folder, log, tmp_path, capsys):
    run(["import", str(folder), str(log), "--stream", "repo.name", "--type", "type"])
    target = tmp_path / "copy.db"
    assert run(["backup", str(folder), str(target)]) == 0
    assert run(["doctor", str(target)]) == 0
    before = target.read_bytes()
    capsys.readouterr()
    assert run(["backup", str(folder), str(target)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert target.read_bytes() == before

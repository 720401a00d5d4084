"""The store's file from the command line: examined, and copied while it is in use."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from workbench.app import run


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


def test_J4_doctor_says_which_rows_are_stale_and_could_not_be_compared(folder, log, capsys):
    run(["import", str(folder), str(log), "--stream", "repo.name", "--type", "type"])
    assert run(["projections", "rebuild", str(folder), "users"]) == 0
    with closing(sqlite3.connect(folder / "data" / "events.db")) as con:
        con.execute("update projections set definition_hash = 'old' where name = 'users'")
        con.commit()
    capsys.readouterr()
    assert run(["doctor", str(folder)]) == 0
    assert "rebuild users." in capsys.readouterr().out


def test_doctor_tells_of_an_older_schema_and_changes_nothing(tmp_path, capsys):
    old = tmp_path / "old.db"
    shutil.copy(Path(__file__).parent.parent / "store" / "schemas" / "1.db", old)
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


def test_backup_says_of_a_copy_what_doctor_says_of_it(folder, log, tmp_path, capsys):
    run(["import", str(folder), str(log), "--stream", "repo.name", "--type", "type"])
    with closing(sqlite3.connect(folder / "data" / "events.db")) as con:
        con.execute("update events set schema_version = 'abc' where position = 1")
        con.commit()
    copy = tmp_path / "copy.db"
    capsys.readouterr()
    assert run(["backup", str(folder), str(copy), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert run(["doctor", str(copy), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)["findings"]
    assert (said["healthy"], said["findings"]) == (False, found)

"""Where read models stand; a rebuild to its end, or beside the rows, compared, switched to or discarded."""

from __future__ import annotations

import sqlite3
from contextlib import closing


def test_projections_tell_rows_and_checkpoints(workbench, played):
    said = workbench("projections", played)
    assert said.code == 0
    assert said.out.splitlines()[1].split() == ["users", "caught", "up", "41", "0", "9", "0"]
    users, outages = workbench("projections", "list", played, "--json").json()
    assert (users["rows"], users["status"], users["stale"], outages["rows"]) == (9, "caught up", False, 1)


def test_J3_a_rebuild_runs_to_its_end_and_delivers_nothing(workbench, played, log):
    workbench("import", played, log)
    path = played / "data" / "events.db"
    with closing(sqlite3.connect(path)) as con:
        con.execute("update p_users_1 set email = 'eve@x.org'")
        con.commit()
    before = workbench("subscriptions", played, "--json").json()
    said = workbench("projections", "rebuild", played, "users")
    assert said.code == 0
    assert said.out.startswith("users was rebuilt: 9 rows, up to position ")
    assert workbench("doctor", played).code == 0  # which folds the rows anew
    assert workbench("subscriptions", played, "--json").json() == before
    with closing(sqlite3.connect(path)) as con:
        assert con.execute("select count(*) from p_users_2 where email = 'eve@x.org'").fetchone() == (0,)


def test_J2_a_rebuild_that_meets_a_poison_event_says_where_it_stands(workbench, played):
    with closing(sqlite3.connect(played / "data" / "events.db")) as con:
        con.execute("update events set data = '{}' where position = 1")
        con.commit()
    said = workbench("projections", "rebuild", played, "users")
    assert said.code == 3
    assert "users: its rebuild stopped at position 1:" in said.out
    assert "the old rows stay" in said.out
    listed = workbench("projections", played)
    assert "caught up, rebuild faulted at 0%" in listed.out
    assert workbench("projections", played, "--json").json()[0]["rows"] == 9


def test_a_changed_definition_is_told_to_be_stale(workbench, played):
    with closing(sqlite3.connect(played / "data" / "events.db")) as con:
        con.execute("update projections set definition_hash = 'old' where name = 'users'")
        con.commit()
    said = workbench("projections", played)
    assert "caught up, stale" in said.out
    assert "users: its definition changed since its rows were made; rebuild it" in said.out


def test_a_projection_that_is_not_there(workbench, played):
    said = workbench("projections", "rebuild", played, "user")
    assert said.code == 1
    assert "user" in said.err


def tampered(played):
    with closing(sqlite3.connect(played / "data" / "events.db")) as con:
        con.execute("update p_users_1 set email = 'eve@x.org' where id = 'ada'")
        con.execute("delete from p_users_1 where id = 'grace'")
        con.execute("insert into p_users_1 (id, username, email) values ('x', 'x', 'x')")
        con.commit()


def emails(played):
    with closing(sqlite3.connect(played / "data" / "events.db")) as con:
        (number,) = con.execute("select generation from projections where name = 'users' and live").fetchone()
        return dict(con.execute(f"select id, email from p_users_{number}"))


def test_J10_a_rebuild_is_compared_and_then_switched_to(workbench, played):
    tampered(played)
    said = workbench("projections", "rebuild", played, "users", "--compare")
    assert said.code == 0
    head, _, _, *lines = said.out.splitlines()
    assert head == "users, rebuilt beside the live rows: 7 alike, 1 changed, 1 added, 1 gone"
    changed = next(line for line in lines if line.startswith("ada"))
    assert changed.split() == [
        "ada",
        "changed",
        "email",
        '"eve@x.org"',
        "→",
        f'"{emails_of_log(workbench, played)["ada"]}"',
    ]
    assert [line.split()[:2] for line in lines if line[0] != " "][1:] == [["grace", "added"], ["x", "gone"]]
    assert emails(played)["ada"] == "eve@x.org", "the live rows stay"
    assert "caught up, rebuilt beside" in workbench("projections", played).out
    again = workbench("projections", "compare", played, "users", "--json").json()
    assert again["counts"] == {"changed": 1, "added": 1, "gone": 1, "alike": 7}
    assert again["level"] is True
    assert [one["how"] for one in again["differing"]] == ["changed", "added", "gone"]
    assert again["differing"][0]["cells"]["email"][0] == "eve@x.org"
    said = workbench("projections", "switch", played, "users")
    assert said.out.startswith("users shows the rebuilt rows now: 9 rows, up to position ")
    assert workbench("doctor", played).code == 0  # which folds the rows anew
    acts = workbench("operations", played, "--json").json()
    assert [one["what"] for one in acts][:2] == ["switch to rebuilt rows", "rebuild"]


def emails_of_log(workbench, played):
    found = workbench("projections", "compare", played, "users", "--json").json()
    return {one["key"]: one["cells"]["email"][1] for one in found["differing"] if "email" in one["cells"]}


def test_J10_rebuilt_rows_are_discarded_and_then_there_is_nothing_to_switch_to(workbench, played):
    tampered(played)
    assert workbench("projections", "rebuild", played, "users", "--compare", "--json").json()["held"] is True
    said = workbench("projections", "discard", played, "users")
    assert said.out.startswith("users stays as it was, the rebuilt rows are gone: 9 rows")
    assert emails(played)["ada"] == "eve@x.org"
    for verb in ("switch", "discard", "compare"):
        said = workbench("projections", verb, played, "users")
        assert said.code == 1
        assert "users" in said.err

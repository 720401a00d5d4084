"""Where subscriptions and read models stand, and a rebuild to its end."""

from __future__ import annotations

import sqlite3
from contextlib import closing


def test_subscriptions_tell_lag_and_counts(workbench, played):
    said = workbench("subscriptions", played)
    assert said.code == 0
    line = next(line for line in said.out.splitlines() if line.startswith("welcome-mail"))
    assert line.split() == ["welcome-mail", "mail", "caught", "up", "0", "0", "5", "10", "1", "4"]
    mail = next(
        one for one in workbench("subscriptions", played, "--json").json() if one["name"] == "welcome-mail"
    )
    assert (mail["source"], mail["handler"], mail["state"]) == ("mail", "send_welcome", "caught up")
    assert (mail["delivered"], mail["failed"], mail["filtered"], mail["dead"]) == (5, 10, 1, 4)


def test_a_project_that_never_ran_has_new_subscriptions(workbench, folder):
    found = workbench("subscriptions", folder, "--json").json()
    assert [one["name"] for one in found] == [
        "welcome-mail", "notices", "audit-trail", "suspensions", "audit-file",
    ]  # fmt: skip
    assert {one["state"] for one in found} == {"new"}


def test_what_came_in_meanwhile_is_behind_and_paused_ones_say_so(workbench, played, log):
    workbench("import", played, log)
    with closing(sqlite3.connect(played / "data" / "events.db")) as con:
        con.execute("update subscriptions set paused = 1 where name in ('notices', 'suspensions')")
        con.commit()
    states = {
        one["name"]: (one["state"], one["lag"]) for one in workbench("subscriptions", played, "--json").json()
    }
    assert states["audit-trail"] == ("behind", 30)
    assert states["suspensions"] == ("paused", 30)
    assert states["notices"] == ("paused", 0), "it wants none of what came in"


def test_without_trust_everything_is_detached(workbench, foreign):
    said = workbench("subscriptions", foreign, "--json")
    states = {one["name"]: one["state"] for one in said.json()}
    assert states.pop("$commands") == "caught up"
    assert set(states.values()) == {"detached"}


def test_policies_and_processes_listen_to_all_events(workbench, tmp_path):
    workbench("new", tmp_path / "shop", "--template", "orders")
    found = {one["name"]: one for one in workbench("subscriptions", tmp_path / "shop", "--json").json()}
    assert (found["fulfilment"]["source"], found["fulfilment"]["handler"]) == ("all events", "process")
    assert found["retry-or-cancel"]["handler"] == "policy"
    assert found["$commands"]["source"] == "commands of policies"


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

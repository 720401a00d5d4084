"""Where subscriptions, policies and processes stand."""

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

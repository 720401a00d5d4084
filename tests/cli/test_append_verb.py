"""An event by hand on the command line."""

from __future__ import annotations


def test_B4_an_event_is_appended_and_a_wrong_one_refused(workbench, played):
    (before,) = workbench("events", played, "--stream", "user-ada", "--last", "1", "--json").json()
    typed = ("append", played, "user-ada", "user.updated", "--why", "Ticket 17")
    said = workbench(*typed, "--set", "email=new@example.org", "--json").json()
    assert (said["stream"], said["version"]) == ("user-ada", before["version"] + 1)
    (event,) = workbench("events", played, "--last", "1", "--json").json()
    assert (event["data"]["email"], event["metadata"]["why"]) == ("new@example.org", "Ticket 17")
    refused = workbench(*typed, "--set", "mail=x")
    assert (refused.code, "mail is no field of user.updated" in refused.err) == (1, True)

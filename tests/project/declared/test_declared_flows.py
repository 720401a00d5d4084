"""What follows from what, in the words of the file."""

from __future__ import annotations

from pathlib import Path

from workbench.model.model_flow import ModelFlow
from workbench.project.project import load_project

FILE = """
[project]
name: "trips"

[aggregate.trip]
state { open { type: "boolean", default: true }, reason { type: "string", default: "" } }

[event.trip.asked]
fields { trip_id: "string", hotels { type: "list", of: "string" } }

[event.trip.closed]
fields { reason: "string" }
let { why: "event.reason" }
set { open: false, reason: "why" }

[command.ask]
creates: "trip"
fields { trip_id: "string", hotels { type: "list", of: "string" } }
emit: "trip.asked"

[command.close]
changes: "trip"
fields { trip_id: "string", reason: "string" }
let { short: "command.reason.size() < 3" }
refuse { short { when: "short", message: "{command.reason} says little" } }
emit: "trip.closed"

[policy.patience]
on: "trip.asked"
issue: "close"
after: "1 month"
with { reason: "'late'" }
refused {
    issue: "close"
    when: "refusal.field == null"
    with { reason: "refusal.message" }
    refused: "nothing"
}

[policy.rooms]
on: "trip.asked"
do {
    none { when: "event.hotels.size() == 0", issue: "close", with { reason: "'no hotel'" } }
    each { otherwise: true, each { hotel: "event.hotels" }, issue: "close", with { reason: "hotel" } }
}

[projection.trips]
columns { id: "text", hotels { type: "integer", index: true } }
on {
    "trip.asked": { let { count: "event.hotels.size()" }, put { hotels: "count" } }
    "trip.closed": {
        rows { other: "event.reason" }
        where: "row.hotels == 0"
        when: "event.reason != ''"
        remove: true
    }
}

[query.trips]
list: "trips"
fields { least: "integer" }
where: "row.hotels >= least"
order: "-id"

[topics]
trips {}

[subscriptions]
mail { topic: "trips", handler: "send_mail" }

[handler.send_mail]
let { text: "data.reason" }
fail { busy { when: "attempt < 2", message: "busy" } }
reject { empty { when: "text == ''", message: "there is nothing to say" } }
issue: "close"
with { trip_id: "key", reason: "text" }
"""


def test_what_follows_says_when_under_which_condition_and_how_often(tmp_path: Path) -> None:
    (tmp_path / "project.tsk").write_text(FILE)
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    close = {"verb": "issues", "name": "close", "cause": "trip.asked"}
    assert registry.flows_of("subscription:patience") == (
        ModelFlow(**close, words="after 1 month", given="with reason = 'late'"),
        ModelFlow(
            **close,
            words="if close is refused, when refusal.field == null",
            given="with reason = refusal.message, its refusal is ignored",
        ),
    )
    assert registry.flows_of("subscription:rooms") == (
        ModelFlow(**close, words="when event.hotels.size() == 0", given="with reason = 'no hotel'"),
        ModelFlow(**close, words="for each hotel of event.hotels, otherwise", given="with reason = hotel"),
    )
    assert registry.rules_of("command:close") == (
        ModelFlow(verb="names", name="short", words="command.reason.size() < 3"),
        ModelFlow(verb="refuses", name="short", words="when short: ‹reason of the command› says little"),
    )
    assert registry.flows_of("projection:trips") == (
        ModelFlow(
            verb="projects",
            name="trip.closed",
            words="removes, where row.hotels == 0, when event.reason != ''",
        ),
    )
    assert registry.rules_of("event:trip.closed") == (
        ModelFlow(verb="names", name="why", words="event.reason"),
        ModelFlow(verb="sets", name="open", words="false"),
        ModelFlow(verb="sets", name="reason", words="why"),
    )
    assert registry.rules_of("projection:trips") == (
        ModelFlow(verb="looks up", name="other", cause="trip.closed", words="event.reason"),
        ModelFlow(verb="names", name="count", cause="trip.asked", words="event.hotels.size()"),
        ModelFlow(verb="puts a row with", name="hotels", cause="trip.asked", words="hotels = count"),
        ModelFlow(verb="removes", name="rows", cause="trip.closed"),
    )
    said = "where row.hotels >= least, ordered by id descending"
    assert registry.rules_of("query:trips") == (ModelFlow(verb="lists", name="trips", words=said),)
    assert registry.rules_of("subscription:mail") == (
        ModelFlow(verb="names", name="text", words="data.reason"),
        ModelFlow(verb="fails", name="busy", words="when attempt < 2: busy"),
        ModelFlow(verb="rejects", name="empty", words="when text == '': there is nothing to say"),
    )
    (sent,) = registry.flows_of("subscription:mail")
    assert sent.all_words == "with trip_id = key, reason = text"
    assert registry.rules_of("command:ask") == ()
    assert registry.flows_of("command:ask") == (ModelFlow(verb="emits", name="trip.asked"),)


PROCESS = """
[process.stay]
key: "id"
state { hotel: "string" }
on {
    "trip.asked": { starts: true, set { hotel: "event.hotels[0]" } }
    "trip.closed": { ends: true }
}

[process.patient]
key: "id"
on {
    "trip.asked": { starts: true, issue: "close", with { trip_id: "id", reason: "'late'" }, after: "1h" }
    "trip.closed": { ends: true, when: "event.reason != ''", withdraw: "close", with { reason: "'late'" } }
}

[handler.look]
rows { trip { projection: "trips", key: "key" } }
issue: "close"
with { trip_id: "key", reason: "string(trip.hotels)" }

[subscriptions]
look { topic: "trips", handler: "look" }
"""


def test_what_a_process_remembers_and_a_handler_looks_up_is_said(tmp_path: Path) -> None:
    head, _, rest = FILE.partition("[subscriptions]")
    mail, _, sections = rest.partition("\n\n")
    text = head + sections + PROCESS + mail
    (tmp_path / "project.tsk").write_text(text)
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    assert registry.rules_of("subscription:stay") == (
        ModelFlow(verb="keeps", name="hotel", words="string"),
        ModelFlow(verb="sets", name="hotel", cause="trip.asked", words="event.hotels[0]"),
    )
    withdraws = {"verb": "withdraws", "name": "close", "cause": "trip.closed"}
    assert registry.flows_of("subscription:patient")[-1] == ModelFlow(
        **withdraws, words="where reason = 'late', when event.reason != ''"
    )
    assert registry.rules_of("subscription:look") == (
        ModelFlow(verb="looks up", name="trip", words="trips by key"),
    )
    assert [one.said.partition(":")[0] for one in registry.told_of("subscription:patient")] == [
        "consumes trip.asked",
        "on trip.asked issues close",
        "consumes trip.closed",
        "on trip.closed withdraws close",
    ], "all that belongs to one event stands together"

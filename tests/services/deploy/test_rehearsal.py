"""What another model would do to what is stored: streams, rows, commands, events."""

from __future__ import annotations

import json

import pytest

from tests.services.conftest import running
from tests.services.deploy.conftest import MODEL, play
from workbench.engine.aggregate_loader import AggregateLoader
from workbench.model.clock import ManualClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.project.project import load_project
from workbench.services.deploy import command_rehearsal, stream_rehearsal
from workbench.store.operations import Append
from workbench.store.store_file import open_store_file, read_store_file

DOUBLED = ('"state.balance + event.amount"', '"state.balance + event.amount * 2"')
STRICT = ('"giver.balance < command.amount"', '"giver.balance < command.amount || command.amount > 6"')
ADDED = 'add { balance: "event.amount" }'
POOR = ('"state.balance + command.amount < 0"', '"state.balance + command.amount < 3"')


def of(found, kind):
    """Returns the lines of one kind."""
    return [one for one in found.differences if one.kind == kind]


def balance(bank, model, stream):
    """Returns a balance by the loader of the engine."""
    registry = load_project(model, environ={}, trusted=True).registry
    with read_store_file(bank / "data/events.db") as reader:
        loader = AggregateLoader(reader, registry)
        version = reader.stream(stream).version
        return loader.at_version(registry.aggregates["account"], stream, version).state.balance


def accepted(bank):
    """Returns the accepted commands and the events of a store."""
    with read_store_file(bank / "data/events.db") as reader:
        commands = [one for one in reader.commands(limit=1000) if one.outcome == "accepted"]
        return commands[::-1], reader.read_log(0, 1000)


def test_W18_the_same_model_differs_in_nothing_and_nothing_is_folded(bank, deploy, monkeypatch):
    monkeypatch.setattr(stream_rehearsal.StreamRehearsal, "_take", None)
    found = deploy(text="# said otherwise\n" + MODEL)
    assert found.clean
    assert found.changes == []
    assert found.sentences() == ["0 of 6 streams differ"]


def test_W18_streams_that_fold_otherwise_with_the_event_from_which_on(bank, deploy, tmp_path):
    found = deploy(DOUBLED)
    (changed,) = tmp_path.glob("new*")
    moves = [one for one in accepted(bank)[1] if one.type == "account.moved" and one.json()["amount"]]
    wanted = {}
    for stream in {one.stream for one in moves}:
        before, after = (balance(bank, model, stream) for model in (bank, changed))
        if before != after:
            first = next(one for one in moves if one.stream == stream)
            wanted[stream] = (str(before), str(after), first.position)
    assert wanted
    assert {one.where: (one.ours, one.theirs, one.since) for one in of(found, "stream")} == wanted
    assert {one.key for one in of(found, "stream")} == {"balance"}
    (reason,) = [one for one in found.reasons if one.kind == "stream"]
    assert (reason.where, reason.said, reason.count) == ("account", "balance", len(wanted))
    assert reason.first == min(since for *_, since in wanted.values())
    assert found.sentences()[0] == f"{len(wanted)} of 6 streams differ"


def test_W18_a_field_that_only_one_state_has_is_told_once_and_no_difference(deploy):
    moved = 'set { balance: "state.balance + event.amount"'
    found = deploy(
        ('owner { type: "string", default: "" }', 'owner: "string?", moves { type: "integer", default: 0 }'),
        (moved, f'{moved}, moves: "state.moves + 1"'),
    )
    assert not of(found, "stream")
    assert found.changes == [
        "state of account: new moves",
        "changed: aggregate account (state), event account.moved (set)",
    ]


def test_W18_rows_that_differ_are_counted_with_their_cells(deploy):
    found = deploy((ADDED, 'add { balance: "event.amount > 5 ? 0 : event.amount" }'))
    rows = of(found, "row")
    assert rows
    assert {one.where for one in rows} == {"accounts"}
    assert {one.column for one in rows} == {"balance"}
    assert all(one.since for one in rows)
    assert found.looked["row"] == 6
    assert found.differ["row"] == len({one.key for one in rows}) <= 6
    assert not of(found, "stream")
    assert f"{len(rows)} of 6 rows of changed read models differ" in found.sentences()


def test_W18_a_read_model_that_would_stop_says_where(deploy):
    found = deploy((ADDED, 'add { balance: "10 / (event.amount - 9)" }'))
    (row,) = of(found, "row")
    assert row.where == "accounts"
    assert row.theirs.startswith("stops: ")
    assert row.since > 6


def test_W18_columns_that_came_are_told_and_those_of_both_compared(deploy):
    found = deploy(
        ('owner: "text", balance: "integer" }', 'balance: "integer", name: "text" }'),
        ('put { owner: "event.owner", balance: 0 }', 'put { name: "event.owner", balance: 1 }'),
    )
    assert found.changes == [
        "columns of accounts: new name",
        "columns of accounts: gone owner",
        "changed: projection accounts (columns, on)",
    ]
    assert {one.column for one in of(found, "row")} == {"balance"}
    assert found.differ["row"] == 6


def test_W18_commands_are_decided_again_on_the_states_that_they_met(bank, deploy):
    found = deploy(STRICT, POOR)
    commands, events = accepted(bank)
    balances = {}
    wanted = []
    for event in events:
        record = next((one for one in commands if one.first_position == event.position), None)
        if record is not None:
            amount, has = json.loads(record.data).get("amount", 0), balances.get(record.stream, 0)
            if (record.type == "give" and amount > 6) or (record.type == "move" and has + amount < 3):
                wanted.append((record.type, record.stream, record.first_position, f"{has} is too little"))
        if event.type == "account.moved":
            balances[event.stream] = balances.get(event.stream, 0) + event.json()["amount"]
    said = sorted((one.key, one.where, one.since, one.theirs) for one in of(found, "command"))
    assert said == sorted(wanted)
    assert {kind for kind, *_ in wanted} == {"move", "give"}
    assert found.looked["command"] == len([one for one in commands if one.first_position])
    assert found.differ["command"] == len(wanted)
    assert {one.said for one in found.reasons if one.kind == "command"} == {"… is too little"}


def test_W18_what_the_old_model_would_refuse_by_now_is_counted_apart(bank, deploy, monkeypatch):
    project = bank / "project.tsk"
    before = project.read_text()
    project.write_text(before.replace(*POOR))
    alone = deploy(STRICT, POOR)
    project.write_text(before)
    both = deploy(STRICT, POOR)
    moves = [one for one in of(both, "command") if one.key == "move"]
    assert alone.refused_before == len(moves) > 0
    assert [one.key for one in of(alone, "command")] == ["give"] * (both.differ["command"] - len(moves))


def test_W18_a_command_that_is_gone_or_has_other_fields_would_be_refused(deploy):
    found = deploy(
        text=MODEL.replace('amount: "integer" }\nrefuse', 'amount: "integer", why: "string" }\nrefuse', 1)
    )
    assert {(one.key, one.theirs) for one in of(found, "command")} == {("move", "why: is required")}
    found = deploy(text=MODEL.replace("[command.move]", "[command.shift]"))
    assert {(one.key, one.theirs) for one in of(found, "command")} == {
        ("move", "the model has no such command")
    }


def with_currency(text):
    """Returns the model with a further field of what was moved, which has no value where none was stored."""
    text = text.replace(
        "[event.account.moved]\nfields { ", '[event.account.moved]\nfields { currency: "string", '
    )
    said = """currency: "'EUR'" """
    for before in ('amount: "-command.amount"', 'for: "taker"'):
        text = text.replace(before, f"{before}, {said if 'amount' in before else f'with {{ {said} }}'}")
    return text.replace('emit: "account.moved"\n[', f'emit: "account.moved"\nwith {{ {said} }}\n[')


def test_W18_events_that_no_longer_load_and_streams_that_no_longer_fold(deploy, bank):
    found = deploy(text=with_currency(MODEL))
    moved = [one for one in accepted(bank)[1] if one.type == "account.moved"]
    assert found.looked["event"] == found.differ["event"] == len(moved)
    assert [one.since for one in of(found, "event")] == [one.position for one in moved]
    assert {one.theirs for one in of(found, "event")} == {"currency is missing"}
    streams = of(found, "stream")
    assert {one.theirs for one in streams} == {"cannot be folded: account.moved: currency is missing"}
    assert min(one.since for one in streams) == moved[0].position


def test_W18_what_neither_model_reads_is_no_difference(deploy, bank):
    store = open_store_file(bank / "data/events.db", ManualClock(1))
    for stream in ("account-a", "account-new"):
        wrong = NewEvent(id=derived_id(stream), type="account.moved", data='{"amount":"much"}')
        store.write([Append(stream=stream, events=(wrong,))])
    store.close()
    found = deploy(text=with_currency(MODEL))
    moved = [one for one in accepted(bank)[1] if one.type == "account.moved"]
    assert found.looked["event"] == len(moved)
    assert found.differ["event"] == len(moved) - 2
    assert "account-new" not in {one.where for one in found.differences}


def test_W18_an_upcaster_that_takes_all_leaves_nothing_that_does_not_load(deploy):
    upcast = """version: 2\nupcast { from_1 { default { currency: "EUR" } } }\nset { balance"""
    found = deploy(text=with_currency(MODEL).replace("set { balance", upcast))
    assert found.clean
    assert found.looked["event"] > 10
    assert found.looked["row"] == 6
    assert found.looked["command"] > 10


def test_W18_an_event_that_is_renamed_and_stays_stored_under_its_name_is_the_same(deploy):
    kept = '[event.account.shifted]\nstored_as: "account.moved"'
    renamed = MODEL.replace("account.moved", "account.shifted")
    found = deploy(text=renamed.replace("[event.account.shifted]", kept))
    assert found.clean
    assert found.looked["command"] > 10


def test_W18_an_aggregate_that_is_gone_leaves_streams_without_a_state(deploy):
    text = MODEL.replace("account", "wallet").replace("wallet_id", "account_id")
    found = deploy(text=text)
    assert found.differ["stream"] == 6
    assert {one.theirs for one in of(found, "stream")} == {"no aggregate of the model has this category"}
    assert "gone: aggregate account" in " ".join(found.changes)
    said = {one.theirs for one in of(found, "event")}
    assert said == {f"the model does not know the event type account.{one}" for one in ("moved", "opened")}


@pytest.mark.parametrize("at_once", [1, 3])
def test_W18_how_much_is_read_at_once_changes_nothing(deploy, monkeypatch, at_once):
    whole = deploy(DOUBLED, STRICT, POOR)
    monkeypatch.setattr(stream_rehearsal, "AT_ONCE", at_once)
    monkeypatch.setattr(stream_rehearsal, "STREAMS", at_once)
    monkeypatch.setattr(command_rehearsal, "AT_ONCE", at_once)
    parts = deploy(DOUBLED, STRICT, POOR)
    assert parts.differences == whole.differences
    assert parts.reasons == whole.reasons
    assert whole.differ["command"] > 1


async def test_W19_a_store_that_is_open_and_goes_on_is_only_read(bank, deploy):
    async with running(bank) as opened:
        head, commits = opened.reader.head(), opened.reader.commits()
        found = deploy(DOUBLED)
        assert opened.reader.commits() == commits
        assert found.head == head
        await play(opened, 8, 5)
        assert deploy(DOUBLED).head > head


def test_W19_what_is_told_can_end_it(deploy, scratch):
    told = []

    class EndedError(Exception):
        pass

    def tell(what, done, of):
        told.append(what)
        assert 0 <= done <= of
        if what == "Folding accounts":
            raise EndedError

    with pytest.raises(EndedError):
        deploy(DOUBLED, (ADDED, 'add { balance: "0" }'), told=tell)
    assert set(told) == {"Folding streams", "Deciding commands again", "Folding accounts"}
    assert not list(scratch.iterdir())


async def test_W19_rows_leave_out_what_the_live_rows_left_out(bank, deploy):
    project = bank / "project.tsk"
    whole = project.read_text()
    stops = (ADDED, 'add { balance: "event.amount / (event.amount - 50)" }')
    project.write_text(whole.replace(*stops))
    async with running(bank) as opened:
        await opened.commands.issue("move", {"account_id": "a", "amount": 50})
        await opened.projections.rebuild("accounts")
        await opened.running().settle()
        await opened.projections.skip_event("accounts", rebuild=True)
        await opened.running().settle()
        assert len(opened.reader.passed("accounts", 2)) == 1
    found = deploy(('put { owner: "event.owner"', "put { owner: \"event.owner + '!'\""), stops)
    assert not found.untold
    assert {one.column for one in of(found, "row")} == {"owner"}

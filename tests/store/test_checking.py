"""The checker of the invariants: silent on what is sound, naming each breach by its rule (contract §1)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from workbench.errors import NotAStore
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.operations import Append
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore


@pytest.fixture
def filled(path, clock):
    store = SqliteStore(path, clock)
    for number in range(12):
        event = NewEvent(id=derived_id(number), type="made", data=f'{{"n":{number}}}')
        store.write([Append(stream=f"s-{number % 3}", events=(event,))])
    store.close()
    return path


def breach(path, *statements):
    with closing(sqlite3.connect(path)) as con:
        for statement in statements:
            assert con.execute(statement).rowcount != 0, statement
        con.commit()


def rules(path):
    return {finding.rule for finding in check(path).findings}


def test_a_sound_store_has_no_findings_and_its_sizes_are_told(filled):
    checkup = check(filled)
    assert checkup.healthy
    assert (checkup.sizes["events"], checkup.sizes["streams"]) == (12, 3)
    assert checkup.sizes["file_bytes"] == filled.stat().st_size


def test_a_store_in_use_can_be_examined_and_is_not_changed_I12(filled, clock):
    store = SqliteStore(filled, clock)
    before = store.reader().head()
    assert check(filled).healthy
    assert store.reader().head() == before
    store.close()


SUBSCRIBE = (
    "insert into subscriptions values (1, 'sub', '$all', 4, 0, null, null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
)
DELIVER = (
    "insert into deliveries (subscription_id, position, message_id, key, state, rank, generation, acquired,"
    " failed, crashed, priority, enqueued_at, attempts)"
    " values (1, {position}, x'00', 'k', '{state}', 0, 0, 0, 0, 0, 0, 0, '[]')"
)


MESSAGE = "insert into messages values (5, 1, x'01', 't', '', '{}', null, 0, 0, null, null, x'02', null)"


@pytest.mark.parametrize(
    ("rule", "statements"),
    [
        ("I1", ["update streams set version = 9 where name = 's-1'"]),
        ("I1", ["update streams set last_position = 1 where name = 's-1'"]),
        ("I1", ["delete from events where stream_id = 1 and version = 2"]),
        ("I1", ["update events set version = version + 10 where stream_id = 2"]),
        ("I4", ["update events set stream_id = 77 where position = 12"]),
        ("I4", ["update events set type_id = 77 where position = 12"]),
        (
            "I3",
            [
                "insert into topics values (1, 't', 0)",
                MESSAGE,
            ],
        ),
        ("I9", [SUBSCRIBE.replace("4, 0, null", "99, 0, null")]),
        ("I5", [SUBSCRIBE, DELIVER.format(position=8, state="delayed")]),
        ("I10", [SUBSCRIBE, DELIVER.format(position=3, state="dead")]),
        ("I6", [SUBSCRIBE, DELIVER.format(position=3, state="leased")]),
    ],
)
def test_each_breach_is_named_by_its_rule(filled, rule, statements):
    breach(filled, *statements)
    assert rule in rules(filled)


def test_a_breach_names_its_stream_and_both_numbers(filled):
    breach(filled, "update streams set version = 9 where name = 's-1'")
    (finding,) = check(filled).findings
    assert "s-1 says version 9" in finding.text
    assert "its events say 4" in finding.text


def test_many_breaches_are_a_few_examples(filled, clock):
    store = SqliteStore(filled, clock)
    for number in range(100, 150):
        event = NewEvent(id=derived_id(number), type="made", data="{}")
        store.write([Append(stream=f"x-{number}", events=(event,))])
    store.close()
    breach(filled, "update streams set version = 7")
    (finding,) = check(filled).findings
    assert finding.text.startswith("more than 10 ")
    assert finding.text.count("says version") == 10


def test_a_damaged_page_is_found(filled, clock):
    store = SqliteStore(filled, clock)
    big = "x" * 3_000
    for number in range(100, 300):
        event = NewEvent(id=derived_id(number), type="made", data=f'{{"t":"{big}"}}')
        store.write([Append(stream="big", events=(event,))])
    store.close()
    with filled.open("r+b") as file:
        file.seek(filled.stat().st_size // 2)
        file.write(b"\xff" * 40_000)
    checkup = check(filled)
    assert {finding.rule for finding in checkup.findings} == {"file"}
    assert checkup.sizes["streams"] == 4


def test_what_is_no_store_is_refused(tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("dear diary " * 50)
    with pytest.raises(NotAStore):
        check(notes)


def test_progress_tells_what_is_looked_at(filled):
    told = []
    check(filled, told.append)
    assert told[0] == "the file"
    assert len(told) > 5


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "events.db").touch()
    with pytest.raises(NotAStore, match="is empty: it holds no store"):
        check(tmp_path / "events.db")

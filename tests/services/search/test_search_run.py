"""A whole search against a plain one in memory: what is found, in which order, counted, cancelled."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue, ReadTooLong
from workbench.model.clock import ManualClock, SystemClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.json_values import write_json
from workbench.services.search import search_run
from workbench.services.search.saved_searches import source_name
from workbench.services.search.search_query import SearchQuery, query_content, read_query
from workbench.services.search.search_run import SearchRun
from workbench.store import operations as op
from workbench.store.search_port import RecordKind
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import CommandRecord

COUNT = 120
REASONS = ("card declined", "ok", "Declined twice", "", None)


def value(n):
    """Returns the payload of a number; some have no amount, some are no objects."""
    if n % 11 == 0:
        return n
    return {"reason": REASONS[n % 5], **({} if n % 7 == 0 else {"amount": n}), "deep": {"n": [n, {"x": n}]}}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    clock = ManualClock()
    opened = SqliteStore(tmp_path_factory.mktemp("search") / "events.db", clock)
    written = [op.EnsureTopic(name="payments")]
    for n in range(COUNT):
        event = NewEvent(
            id=derived_id("e", n),
            type=("payment.failed", "payment.asked")[n % 2],
            data=write_json(value(n)),
            occurred_at=(n * 37 % 50) * 1_000_000,
        )
        written.append(op.Append(stream=f"payment-{n % 9}", events=(event,)))
        if n % 3 == 0:
            written.append(
                op.NewMessage(
                    id=derived_id("m", n), topic="payments", type="payment.failed", key=str(n),
                    data=write_json(value(n)), correlation_id=derived_id("e", n),
                )
            )  # fmt: skip
        if n % 4 == 0:
            record = CommandRecord(
                command_id=derived_id("c", n),
                type="decline",
                stream=f"payment-{n % 9}",
                data=write_json(value(n)),
                outcome="accepted",
                issued_at=(n % 13) * 1_000_000,
                correlation_id=derived_id("c", n),
            )
            written.append(op.RecordCommand(record=record))
    answers = opened.write(written)
    assert not [one for one in answers if isinstance(one, Exception)]
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def reader(store):
    return store.reader()


def plain_order(kind):
    return list(RecordKind).index(kind)


def everything(reader):
    """Returns all records, the newest first."""
    found = []
    for source in reader.search_sources():
        keys = range(1, source.top + 1)
        found += reader.records(source, keys).values()
    return sorted(found, key=lambda one: (-one.time, plain_order(one.kind), -one.number))


def run(reader, query, step=lambda _: True):
    return SearchRun(reader=reader, wanted=query.read(0), clock=ManualClock()).run(step)


def told(records):
    return [(one.kind, one.number) for one in records]


CONDITIONS = {
    "": lambda one, data: True,
    "data.amount > 50": lambda one, data: isinstance(data, dict) and data.get("amount", 0) > 50,
    "has(data.amount) && data.amount < 20 && type == 'payment.failed'": lambda one, data: (
        isinstance(data, dict) and data.get("amount", 99) < 20 and one.type == "payment.failed"
    ),
    "kind == 'command' || data.reason == 'ok'": lambda one, data: (
        one.kind == "command" or (isinstance(data, dict) and data["reason"] == "ok")
    ),
    "data.deep.n[1].x == 8": lambda one, data: isinstance(data, dict) and data["deep"]["n"][0] == 8,
    "position < 40 && stream.startsWith('payment')": lambda one, data: (
        one.position < 40 and one.kind != "message"
    ),
    "time < timestamp('1970-01-01T00:00:09Z')": lambda one, data: one.time < 9_000_000,
}


@given(
    st.sampled_from(["", "declined", "DECLINED card", '"card declined"', "payment-3", "nothing"]),
    st.sampled_from(list(CONDITIONS)),
    st.lists(st.sampled_from([RecordKind.EVENT, RecordKind.COMMAND, RecordKind.MESSAGE]), unique=True),
    st.sampled_from([1, 3, 500]),
)
def test_what_is_found_is_what_a_plain_search_finds(reader, words, where, kinds, fewest):
    query = SearchQuery(words=words, where=where, kinds=tuple(kinds))

    def fitting(one):
        text = f"{one.data} {one.type} {one.place} {one.key} {one.status}".lower()
        said = [words.strip('"')] if words.startswith('"') else words.split()
        return (
            all(word.lower() in text for word in said)
            and (not kinds or one.kind in kinds)
            and CONDITIONS[where](one, json.loads(one.data))
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_run, "FEWEST", fewest)
        patch.setattr(search_run, "MOST", fewest)
        state = run(reader, query)
    expected = [one for one in everything(reader) if fitting(one)]
    assert told(state.found.records(reader, 0, 1000)) == told(expected)
    assert state.count == len(expected) == sum(state.counted_by(lambda group: group.kind).values())
    assert (state.done, state.cancelled, state.looked) == (True, False, state.total)


def test_what_has_no_value_is_no_match_and_is_counted(reader):
    state = run(reader, SearchQuery(where="data.amount >= 0", kinds=(RecordKind.EVENT,)))
    without = [n for n in range(COUNT) if n % 11 and n % 7 == 0]
    numbers = [n for n in range(COUNT) if n % 11 == 0]
    assert state.failures == {
        "data.amount is missing": len(without),
        "a whole number has no amount": len(numbers),
    }
    assert state.count == COUNT - len(without) - len(numbers)


def test_narrowing_needs_no_other_search(reader):
    state = run(reader, SearchQuery(words="payment", kinds=(RecordKind.EVENT, RecordKind.COMMAND)))
    events = {at for at, group in enumerate(state.groups) if group.kind is RecordKind.EVENT}
    narrow = state.found.narrowed(events, 5_000_000, 20_000_000)
    expected = [
        one
        for one in everything(reader)
        if one.kind is RecordKind.EVENT and 5_000_000 <= one.time < 20_000_000
    ]
    assert told(narrow.records(reader, 0, 1000)) == told(expected)
    counted = sum(
        sum(counts.values())
        for at, counts in state.over_time.stretches(events).items()
        if 5_000_000 <= at < 20_000_000
    )
    assert counted == len(expected)


def test_it_can_be_cancelled_and_keeps_what_it_found(reader):
    seen = []

    def step(state):
        seen.append(state)
        return len(seen) < 3

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_run, "FEWEST", 1)
        patch.setattr(search_run, "MOST", 8)
        patch.setattr(search_run, "TOLD_SECONDS", 0)
        state = run(reader, SearchQuery(), step)
    assert state.cancelled
    assert 0 < state.looked < state.total
    assert state.count == len(state.found) == state.looked
    assert [one.looked for one in seen] == sorted(one.looked for one in seen)


def test_C5_it_can_be_cancelled_within_one_read_of_a_slow_expression(reader):
    asked, looked = [], []
    wanted = SearchQuery(where="data.amount >= 0", kinds=(RecordKind.EVENT,)).read(0)
    fits = wanted.condition._run
    wanted.condition._run = lambda row: looked.append(row) or fits(row)

    def step(state):
        asked.append(state)
        return not looked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_run, "TOLD_SECONDS", 0)
        state = SearchRun(reader=reader, wanted=wanted, clock=ManualClock()).run(step)
    assert (state.cancelled, state.count, state.looked) == (True, 0, 0)
    assert 0 < len(looked) < COUNT, "what was left of the read was not looked at"


def test_what_was_seen_is_not_found_again_nor_the_newest_of_it(reader):
    (source,) = (one for one in reader.search_sources("") if one.kind is RecordKind.EVENT)
    wanted = SearchQuery(kinds=(RecordKind.EVENT,)).read(0)
    whole = SearchRun(reader=reader, wanted=wanted, clock=ManualClock()).run()
    *_, known, last, newest = sorted(whole.found.keys)
    seen = {source_name(source): known}
    state = SearchRun(reader=reader, wanted=wanted, clock=ManualClock(), seen=seen).run()
    assert sorted(state.found.keys) == [last, newest]


def test_a_read_that_is_stopped_ends_it_and_the_next_one_finds_all(store):
    reader = store.reader()

    def step(state):
        reader.interrupt()
        return True

    with reader.within(-1), pytest.raises(ReadTooLong):
        run(reader, SearchQuery(words="declined"), step)
    assert run(reader, SearchQuery(words="declined")).count


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (SearchQuery(where="data.amount >"), "where, character"),
        (SearchQuery(where="amount > 1"), "amount"),
        (SearchQuery(where="position + 1"), "true or false"),
        (SearchQuery(since="soon"), "'soon' is no time"),
        (SearchQuery(since="2026-02-01", until="2026-01-01"), "nothing lies between"),
        (SearchQuery(words="x" * 2000), "at most 50 words"),
    ],
)
def test_mistakes_are_told_before_it_runs(query, said):
    with pytest.raises(InvalidValue, match=said):
        query.read(0)


def test_hostile_payloads_are_searched_like_all_others(tmp_path):
    clock = SystemClock()
    store = SqliteStore(tmp_path / "odd.db", clock)
    deep = "x"
    for _ in range(90):
        deep = [deep]
    payloads = ["needle" + "x" * 1_000_000, deep, {"\u202eneedle": 1}, 2**63, {"amount": 1e308}, None]
    events = tuple(
        NewEvent(id=derived_id(n), type="odd", data=write_json(one)) for n, one in enumerate(payloads)
    )
    (answer,) = store.write([op.Append(stream="odd", events=events)])
    assert not isinstance(answer, Exception)
    reader = store.reader()
    assert run(reader, SearchQuery(words="needle")).count == 2
    assert run(reader, SearchQuery(words="needle\ud800")).count == 0
    assert run(reader, SearchQuery(where="data.amount > 1e300")).count == 1
    assert run(reader, SearchQuery(where="data == null")).count == 1
    everything_of = run(reader, SearchQuery(where="data.all(x, data.all(y, data.all(z, x == y || true)))"))
    assert everything_of.looked == len(payloads)
    store.close()


def test_data_that_is_no_json_is_counted(tmp_path):
    import sqlite3

    path = tmp_path / "odd.db"
    store = SqliteStore(path, SystemClock())
    store.write([op.Append(stream="s", events=(NewEvent(id=derived_id(1), type="t", data="{}"),))])
    store.close()
    with sqlite3.connect(path) as con:
        con.execute("update events set data = '{\"n\": NaN'")
    con.close()
    store = SqliteStore(path, SystemClock())
    state = run(store.reader(), SearchQuery(where="data.n > 1"))
    assert (state.count, state.failures) == (0, {"its payload is no JSON": 1})
    assert run(store.reader(), SearchQuery(words="nan")).count == 1
    store.close()


def test_a_search_is_kept_as_it_was_asked():
    query = SearchQuery(words="a b", since="-2h", kinds=(RecordKind.LETTER,), types=("x.*",))
    assert read_query(json.loads(json.dumps(query_content(query)))) == query
    with pytest.raises(InvalidValue, match="cannot be read"):
        read_query({"kinds": ["nothing"]})


def test_what_is_found_first_is_told_at_once(reader):
    told = []
    run(reader, SearchQuery(words="declined"), lambda state: told.append(state) or True)
    assert [(state.done, bool(state.count)) for state in told] == [(False, False), (False, True)]
    assert len(told[1].found)
    assert told[1].looked < told[1].total

"""What a file-backed store does for itself: whole transactions, long reads stopped, large logs emptied."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.store.actions import append, do, event
from workbench.errors import ReadTooLong, WorkbenchError
from workbench.model.ids import derived_id
from workbench.store.operations import Append
from workbench.store.sqlite import store as module

ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n"
LONG = f"{ENDLESS.replace('from n)', 'from n where x < 100000)')}"
"""So many rows that the limit is looked at meanwhile."""


class Hurrying:
    """A clock on which every look takes forty seconds."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> int:
        return int(self._now)

    def monotonic(self) -> float:
        self._now += 40.0
        return self._now


def test_C5_a_read_past_thirty_seconds_is_stopped_and_the_next_one_works(file_store):
    do(file_store, "s", "ab")
    reader = file_store.reader()
    reader.limit_reads(Hurrying())
    with pytest.raises(ReadTooLong, match="took too long"):
        reader._all(ENDLESS)
    assert reader.head() == 2
    with pytest.raises(ReadTooLong):
        reader._one(ENDLESS)


def test_C5_a_limit_of_one_thread_stops_no_read_of_another_by_the_same_reader(file_store):
    do(file_store, "s", "ab")
    reader = file_store.reader()
    with reader.within(-1), ThreadPoolExecutor(1) as other:
        assert other.submit(reader.head).result() == 2
        assert other.submit(reader._one, LONG).result() == (100_000,)
        with pytest.raises(ReadTooLong):
            reader.head()


def test_C2_every_write_is_one_immediate_transaction_that_has_ended_before_the_answer(file_store):
    said = []
    file_store._writer.set_trace_callback(said.append)
    do(file_store, "s", "ab")
    file_store.write([append("s", "c"), append("s", "d", expected=7), append("t", "e")])
    file_store.dry_run([append("s", "f")])
    ends = [one for one in map(str.lower, said) if one in ("begin immediate", "commit", "rollback")]
    assert ends == ["begin immediate", "commit"] * 2 + ["begin immediate", "rollback"]
    assert [one for one in said if one.lower().startswith("begin") and one != "begin immediate"] == []
    assert not file_store._writer.in_transaction


def wal(path):
    return path.with_name(path.name + "-wal").stat().st_size


def test_C4_a_large_log_is_emptied_and_a_small_one_left(file_store, path, monkeypatch):
    do(file_store, "s", "a")
    small = wal(path)
    file_store.tidy()
    assert wal(path) == small > 0
    monkeypatch.setattr(module, "LARGE_LOG", 1)
    file_store.tidy()
    assert wal(path) == 0
    assert do(file_store, "s", "b").last_version == 2


def test_C4_somebody_who_reads_prevents_it_without_harm_or_waiting(file_store, path, monkeypatch):
    monkeypatch.setattr(module, "LARGE_LOG", 1)
    do(file_store, "s", "a")
    reader = file_store.reader()
    with reader.steady():
        assert reader.head() == 1
        do(file_store, "s", "b")
        file_store.tidy()
        assert wal(path) > 0
        assert reader.head() == 1
    assert reader.head() == 2
    file_store.tidy()
    assert wal(path) == 0


def test_C4_a_closed_store_has_nothing_to_tidy(file_store):
    file_store.close()
    file_store.tidy()


def test_C4_the_log_is_checkpointed_as_it_grows(file_store, path):
    big = '{"t":"' + "x" * 40_000 + '"}'
    for number in range(400):
        one = event("a", big)
        numbered = type(one)(id=derived_id(number), type=one.type, data=one.data)
        file_store.write([Append(stream="s", events=(numbered,))])
    assert wal(path) < 8 * 1024 * 1024 < path.stat().st_size


def test_C5_a_reader_that_is_closed_while_another_thread_reads_stops_that_read_first(file_store):
    reader, started, ended = file_store.reader(), threading.Event(), []
    reader._con.create_function("started", 0, lambda: started.set() or 0)
    endless = ENDLESS.replace("select 1", "select started()")

    def read():
        try:
            reader._all(endless)
        except WorkbenchError as error:
            ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert started.wait(10)
    file_store.close()
    thread.join(10)
    assert len(ended) == 1
    with pytest.raises(WorkbenchError):
        reader.head()


def test_C5_what_a_reader_reads_in_another_thread_is_stopped(file_store):
    reader, told = file_store.reader(), []

    def read():
        try:
            reader._one(ENDLESS)
        except ReadTooLong as error:
            told.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    while thread.is_alive():  # it may not have begun
        reader.interrupt()
    assert len(told) == 1


def test_C5_interrupting_what_reads_nothing_changes_nothing(store):
    reader = store.reader()
    reader.interrupt()
    assert reader.head() == 0
    reader.close()
    reader.interrupt()

"""Searches of 1,000,000 payloads by words and by expressions: records a second, and what finding many costs.

Run ``python -m tests.bench.search``, with ``--quick`` for a short form.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path

from tests.bench.report import Report, arguments
from workbench.gui.paged_model import PAGE
from workbench.gui.views.search_counts import Narrowing, counts_of
from workbench.model.clock import SystemClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.services.search.search_query import SearchQuery
from workbench.services.search.search_run import SearchRun
from workbench.store.operations import Append
from workbench.store.sqlite.store import SqliteStore

EVENTS, STREAMS, GROUP = 1_000_000, 100_000, 2_000
SEARCHES = {
    "one_word": SearchQuery(words="declined"),
    "two_words": SearchQuery(words="berlin declined"),
    "word_in_all": SearchQuery(words="berlin"),
    "cel_one": SearchQuery(where="data.amount > 990"),
    "cel_three": SearchQuery(where="has(data.order_id) && meta.actor != 'loadtest' && data.amount == 5"),
    "cel_missing": SearchQuery(where="data.nothing == 1"),
}


def fill(store: SqliteStore, events: int) -> None:
    """Appends events of some 170 bytes: a twentieth in one stream, the others over many."""
    chance = random.Random(1)
    for first in range(0, events, GROUP):
        appends = [
            Append(
                stream="busy-1" if number % 20 == 0 else f"order-{chance.randrange(STREAMS)}",
                events=(_event(number),),
            )
            for number in range(first, min(first + GROUP, events))
        ]
        store.write(appends)


def _event(number: int) -> NewEvent:
    data = {
        "order_id": f"f69adcea-{number:08x}",
        "amount": number % 1000,
        "reason": "card declined" if number % 500 == 0 else "ok",
        "customer": {"name": f"Customer {number % 977}", "city": "Berlin"},
        "note": "lorem ipsum dolor sit amet",
    }
    return NewEvent(
        id=derived_id(number),
        type=("payment.failed", "payment.requested", "order.placed")[number % 3],
        data=json.dumps(data, separators=(",", ":")),
        occurred_at=1_700_000_000_000_000 + number * 1_000_000,
        metadata='{"actor":"loadtest"}' if number % 2 else None,
    )


def main() -> None:
    """Fills a store and searches it."""
    options = arguments(__doc__ or "")
    report, clock = Report(), SystemClock()
    events = EVENTS // 20 if options.quick else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "events.db", clock)
        fill(store, events)
        reader = store.reader()
        for name, query in SEARCHES.items():
            begin, busy = time.perf_counter(), time.thread_time()
            state = SearchRun(reader=reader, wanted=query.read(clock.now()), clock=clock).run()
            took, busy = time.perf_counter() - begin, time.thread_time() - busy
            report.add(f"{name}_per_s", state.total / took, "records/s")
            report.add(f"{name}_per_cpu_s", state.total / busy, "records/s")
            report.add(f"{name}_found", state.count, "records")
            busy = time.thread_time()
            counts_of(state, Narrowing(left_out={}))
            report.add(f"{name}_counted_cpu_ms", (time.thread_time() - busy) * 1000, "ms")
            busy = time.thread_time()
            state.found.records(reader, 0, PAGE)
            report.add(f"{name}_first_rows_cpu_ms", (time.thread_time() - busy) * 1000, "ms")
        store.close()
    report.write(options.json)


if __name__ == "__main__":
    main()

"""Since when an invariant does not hold, in 1,000,000 events of which the last one breaks it.

Run ``python -m tests.bench.since``, with ``--quick`` for a short form.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from tests.bench.report import Report, arguments
from workbench.assets import asset
from workbench.model.clock import SystemClock
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.project.declared.invariant_compiler import typed_invariant
from workbench.project.project import load_project
from workbench.services.worlds.since_when import since_when
from workbench.store.operations import Append
from workbench.store.paging import PAGE
from workbench.store.sqlite.store import SqliteStore

EVENTS, GROUP = 1_000_000, 2_000
STEPS = ("order.placed", "payment.requested", "payment.confirmed", "order.paid", "order.shipped")
CONDITIONS = {
    "count_by_id": ("state.status != 'cancelled' || count('payment.confirmed', id) == 0", "order", ""),
    "version": ("version < 4", "order", ""),
    "rows": ("row.status != 'cancelled' || row.payments == 0", "", "orders"),
    "sum": ("count('order.cancelled') == 0 || total('orders', 'total') < 0.0", "", ""),
    "whole": ("count('order.cancelled') == 0", "", ""),
}


def fill(store: SqliteStore, events: int) -> None:
    """Appends orders that are paid and shipped, a hundred side by side; the last event cancels one."""
    side = 100 * len(STEPS)
    for first in range(0, events, GROUP):
        store.write([_append(number, side) for number in range(first, min(first + GROUP, events))])
    order = derived_id("order", 0, 0)
    store.write([Append(stream=f"order-{order}", events=(event(events, "order.cancelled", str(order)),))])


def _append(number: int, side: int) -> Append:
    group, within = divmod(number, side)
    step, one = divmod(within, 100)
    order, kind = str(derived_id("order", group, one)), STEPS[step]
    return Append(stream=f"{kind.partition('.')[0]}-{order}", events=(event(number, kind, order),))


def event(number: int, kind: str, order: str) -> NewEvent:
    """Returns an event of an order of the sample, or of its payment."""
    data: dict[str, object] = {"order_id": order}
    if kind == "order.placed":
        line = {"product": "Teapot", "quantity": 1, "price": "19.90"}
        ship_to = {"name": "Ada", "street": "1 Analytical Lane", "city": "London"}
        data |= {"customer": "Ada", "lines": [line], "total": "19.90", "ship_to": ship_to, "card": "4242"}
        data |= {"gift": False, "deliver_after": None}
    elif kind == "payment.requested":
        data |= {"amount": "19.90", "card": "4242", "attempt": 1}
    elif kind == "order.cancelled":
        data |= {"reason": "too late"}
    return NewEvent(
        id=derived_id(number), type=kind, data=json.dumps(data, separators=(",", ":")), occurred_at=number + 1
    )


def main() -> None:
    """Fills a store and searches it."""
    options = arguments(__doc__ or "")
    report = Report()
    events = EVENTS // 20 if options.quick else EVENTS
    registry = load_project(asset("samples", "orders-declared"), environ={}, trusted=True).registry
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "events.db", SystemClock())
        fill(store, events)
        reader = store.reader()
        begin, after = time.perf_counter(), 0
        while page := reader.read_log(after, PAGE):
            after = page[-1].position
        reading = time.perf_counter() - begin
        report.add("reading_alone_s", reading, "s")
        for name, (text, of, rows) in CONDITIONS.items():
            begin, busy = time.perf_counter(), time.thread_time()
            found = since_when(reader, registry, typed_invariant(registry, text, of=of, rows=rows))
            took, busy = time.perf_counter() - begin, time.thread_time() - busy
            if name != "version" and (found.first is None or found.first.event.type != "order.cancelled"):
                raise AssertionError(f"{name} found {found}")
            report.add(f"{name}_s", took, "s", reading=took / reading)
            report.add(f"{name}_cpu_s", busy, "s")
        store.close()
    report.write(options.json)


if __name__ == "__main__":
    main()

"""A deploy is rehearsed over 100,000 streams: what folds, decides and projects otherwise; its memory.

Run ``python -m tests.bench.deploy``, with ``--quick`` for a short form.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from pathlib import Path

import msgspec

from tests.bench.report import Report, arguments
from tests.bench.since import event
from workbench.assets import asset
from workbench.model.clock import SystemClock
from workbench.model.ids import derived_id
from workbench.project.samples import PROJECT_FILE
from workbench.services.deploy.rehearsed import Rehearsed
from workbench.services.deploy.sources import ModelSource, loaded_model, rehearse
from workbench.store.operations import Append, Atomic, Operation, RecordCommand
from workbench.store.paging import PAGE
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import CommandRecord

STREAMS, GROUP = 100_000, 500
CHANGES = {
    "fold": (("status: \"'shipped'\"", "status: \"'paid'\""),),
    "rows": (('set { payments: "event.attempt"', 'set { payments: "event.attempt + 1"'),),
    "event": (
        ('    card: "string"\n    gift', '    card: "string"\n    channel: "string"\n    gift'),
        ('    total: "sum(', """    channel: "'shop'"\n    total: "sum("""),
    ),
    "all": (),
}
STEPS = ("order.placed", "payment.requested", "payment.confirmed", "order.paid", "order.shipped")
BY = ("place_order", "request_payment", "confirm_payment", "mark_paid", "ship_order")


def fill(store: SqliteStore, orders: int) -> None:
    """Stores orders that are paid and shipped, a group at a time, each event with its command."""
    for first in range(0, orders, GROUP):
        for step in range(len(STEPS)):
            numbers = range(first, min(first + GROUP, orders))
            store.write([_commanded(number, step) for number in numbers])


def _commanded(number: int, step: int) -> Operation:
    order, kind = str(derived_id("order", number)), STEPS[step]
    new = event(number * len(STEPS) + step, kind, order)
    stream = f"{kind.partition('.')[0]}-{order}"
    data = json.loads(new.data) if BY[step] in ("place_order", "request_payment") else {"order_id": order}
    for name in ("total", "attempt"):
        data.pop(name, None)
    record = CommandRecord(
        command_id=derived_id("command", number, step),
        type=BY[step],
        stream=stream,
        data=json.dumps(data),
        outcome="accepted",
        correlation_id=derived_id("command", number, step),
    )
    caused = {"causation_id": record.command_id, "correlation_id": record.correlation_id}
    events = (msgspec.structs.replace(new, **caused),)
    return Atomic(operations=(Append(stream=stream, events=events), RecordCommand(record=record)))


def rehearsed(root: Path, folder: Path, changes: tuple[tuple[str, str], ...]) -> Rehearsed:
    """Rehearses the sample with changes of its text over a store beside it."""
    folder.mkdir()
    text = (root / PROJECT_FILE).read_text()
    for before, after in changes:
        if before not in text:
            raise AssertionError(before)
        text = text.replace(before, after)
    (folder / PROJECT_FILE).write_text(text)
    with (
        loaded_model(ModelSource(root=root), {}, trust=False) as old,
        loaded_model(ModelSource(root=folder), {}, trust=False, before=old) as new,
    ):
        return rehearse(folder.parent / "events.db", old, new, lambda *_: None)


def main() -> None:
    """Fills a store and rehearses over it."""
    options = arguments(__doc__ or "")
    report = Report()
    orders = STREAMS // 2 // (20 if options.quick else 1)
    root = asset("samples", "orders-declared")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        store = SqliteStore(folder / "events.db", SystemClock())
        fill(store, orders)
        reader = store.reader()
        begin, after = time.perf_counter(), 0
        while page := reader.read_log(after, PAGE):
            after = page[-1].position
        reading = time.perf_counter() - begin
        report.add("reading_alone_s", reading, "s")
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        every = tuple(change for changes in CHANGES.values() for change in changes)
        for name, changes in CHANGES.items():
            begin, busy = time.perf_counter(), time.thread_time()
            found = rehearsed(root, folder / name, changes or every)
            took, busy = time.perf_counter() - begin, time.thread_time() - busy
            if found.looked["stream"] != 2 * orders or found.clean:
                raise AssertionError(f"{name} found {found.sentences()}")
            report.add(f"{name}_s", took, "s", reading=took / reading)
            report.add(f"{name}_cpu_s", busy, "s")
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
        report.add("more_memory_mib", more / 1024, "MiB")
        store.close()
    report.write(options.json)


if __name__ == "__main__":
    main()

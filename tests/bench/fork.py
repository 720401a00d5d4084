"""A store of 1,000,000 events is forked at its end, in its middle and at its beginning.

Run ``python -m tests.bench.fork``, with ``--quick`` for a short form. Ids grow with time, as those of this
program do; a plain copy of the file is measured in the same run.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from tests.bench.report import Report, arguments
from workbench.model.clock import SystemClock
from workbench.model.event import NewEvent
from workbench.model.ids import id_source
from workbench.project.project import load_project
from workbench.services.worlds.fork import make_fork
from workbench.store.operations import Append
from workbench.store.sqlite.store import SqliteStore

EVENTS, GROUP, STREAMS = 1_000_000, 2_000, 100_000
PROJECT = '[project]\nname: "large"\n[aggregate.thing]\n[event.thing.made]\nfields { note: "string" }\n'


def fill(path: Path, events: int) -> None:
    """Appends events to many streams in turn."""
    store = SqliteStore(path, clock := SystemClock())
    new_id = id_source(clock, random.Random(1))
    for first in range(0, events, GROUP):
        store.write([_append(number, new_id) for number in range(first, min(first + GROUP, events))])
    store.close()


def _append(number: int, new_id: Callable[[], UUID]) -> Append:
    data = '{"note":"lorem ipsum dolor sit amet, consetetur sadipscing elitr"}'
    return Append(
        stream=f"thing-{number % STREAMS}", events=(NewEvent(id=new_id(), type="thing.made", data=data),)
    )


def main() -> None:
    """Fills a store and forks it."""
    options = arguments(__doc__ or "")
    report = Report()
    events = EVENTS // 20 if options.quick else EVENTS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = folder / "trunk"
        root.mkdir()
        (root / "project.tsk").write_text(PROJECT)
        fill(root / "data" / "events.db", events)
        project = load_project(root, environ={}, trusted=True)
        begin = time.perf_counter()
        shutil.copyfile(project.store_path, folder / "copy.db")
        copying = time.perf_counter() - begin
        report.add("file copied", copying, "s")
        for share in (1.0, 0.99, 0.5, 0.01):
            begin = time.perf_counter()
            make_fork(project, round(events * share), folder / f"fork-{share}", {}, lambda *_said: None)
            took = time.perf_counter() - begin
            report.add(f"forked at {share:.0%}", took, "s", copy=took / copying)
    report.write(options.json)


if __name__ == "__main__":
    main()

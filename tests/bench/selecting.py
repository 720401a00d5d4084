"""How long the window stands still when something large is chosen or sent, and when all views ask again.

Run ``python -m tests.bench.selecting``; without a display it measures offscreen. For each selection it prints
the longest stretch in which the loop did nothing else, in milliseconds (contract V4: below 50).
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.report import Report, arguments

if TYPE_CHECKING:
    from workbench.gui.views.commands_view import CommandsView

MB = 1_000_000
BEAT = 0.002


def texts(*, quick: bool) -> dict[str, Any]:
    """Returns what is chosen, by name."""
    huge = 2 * MB if quick else 20 * MB
    deep: Any = "end"
    for _ in range(95):
        deep = [deep]
    return {
        "small": "Ada",
        "100 KB in one line": "x" * 100_000,
        "250 KB in one line": "x" * 250_000,
        "huge text in one line": "x" * huge,
        "huge text of words": "lorem ipsum " * (huge // 12),
        "huge text of quotes": '"' * (huge // 4),
        "10,000 keys": {f"key{number}": number for number in range(10_000)},
        "100,000 lines": [{"line": number} for number in range(33_000)],
        "a text of 100,000 lines": "line\n" * 100_000,
        "nested 95 deep": deep,
    }


PROJECT = """
[project]
name: "selecting"
format: 1
[event_store]
path: "data/events.db"
[message_queue]
max_attempts: 1
[topics]
things { name: "things" }
[subscriptions]
refuser { name: "refuser", topic: "things", handler: "refuse" }
[routing]
default_topic: "things"
[aggregate.thing]
state { value: "string" }
[event.thing.made]
fields { value: "string" }
set { value: "event.value" }
[command.make_thing]
creates: "thing"
fields { thing_id: "string", value: "string" }
emit: "thing.made"
[projection.things]
columns { id: "text", value: "text" }
on { "thing.made": { put { value: "event.value" } } }
[handler.refuse]
event: "thing.made"
reject { always { when: "true", message: "it says {data.value}" } }
"""


class Pauses:
    """A heartbeat on the loop, and the longest time between two beats."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()

    async def beat(self) -> None:
        """Beats until it is cancelled."""
        while True:
            await asyncio.sleep(BEAT)
            now = time.perf_counter()
            self.longest = max(self.longest, now - self._last - BEAT)
            self._last = now

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Begins anew."""
        self.longest, self._last = 0.0, time.perf_counter()
        yield


def shown_in(commands: CommandsView, value: dict[str, Any]) -> None:
    """Puts a value into the form that is shown."""
    assert commands._form is not None
    commands._form.set_value(value)


async def look(folder: Path, report: Report, *, quick: bool) -> None:
    """Brings the values into a store, opens the views, and chooses one value after the other."""
    from workbench.gui.desk import Desk, Selection
    from workbench.gui.views.commands_view import CommandsView
    from workbench.gui.views.inspector_view import InspectorView
    from workbench.gui.views.letters_view import LettersView
    from workbench.gui.views.projections_view import ProjectionsView
    from workbench.gui.views.settings_view import SettingsView
    from workbench.gui.views.timeline_view import TimelineView
    from workbench.interop.field_mapping import Mapping
    from workbench.model.changes import Changes
    from workbench.services.project.open_project import open_target

    values = texts(quick=quick)
    (folder / "project.tsk").write_text(PROJECT)
    log = ({"id": name, "stream": "all", "type": "it.was", "value": value} for name, value in values.items())
    (folder / "log.ndjson").write_text("".join(f"{json.dumps(line)}\n" for line in log))
    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(folder)})
    await workspace.start()
    await workspace.event_import.bring_in(
        folder / "log.ndjson", Mapping(stream="stream", type="type", id="id")
    )
    for number, value in enumerate(values.values()):
        text = value if isinstance(value, str) else json.dumps(value)
        result = await workspace.commands.issue("make_thing", {"thing_id": f"t{number}", "value": text})
        assert result.accepted, result.message
    await workspace.running().settle()
    desk = Desk(workspace)
    inspector, projections = InspectorView(desk), ProjectionsView(desk)
    commands, settings = CommandsView(desk), SettingsView(desk)
    views = (TimelineView(desk), inspector, LettersView(desk), projections, commands, settings)
    for view in views:
        view.resize(700, 600)
        view.show()
    pauses = Pauses()
    beating = asyncio.ensure_future(pauses.beat())

    async def chosen(name: str, act: Callable[[], object]) -> None:
        await asyncio.sleep(0.1)
        with pauses.measured():
            act()
            await asyncio.sleep(0.3)
            await asyncio.gather(*desk.running())
            await asyncio.sleep(0.1)
        report.add(name, pauses.longest * 1000, "ms")

    await chosen("the views open", lambda: None)
    for tab in range(inspector.tabs.count()):
        inspector.tabs.setCurrentIndex(tab)
        for version, name in enumerate(values, 1):
            selection = Selection(stream="imported-all", version=version)
            await chosen(f"{inspector.tabs.tabText(tab)}: {name}", partial(desk.select, selection))
    for number, name in enumerate(values):
        stream, key = Selection(stream=f"thing-t{number}", version=1), f"t{number}"
        await chosen(f"state: {name}", partial(desk.select, stream))
        await chosen(f"row: {name}", partial(projections._chosen, (key,)))
    for letter in reversed(workspace.dead_letters.page(limit=100)):
        if not letter.key.startswith("thing-t"):
            continue
        name = list(values)[int(letter.key.removeprefix("thing-t"))]
        await chosen(f"dead letter: {name}", partial(desk.select, Selection(letter=letter.number)))
    large = {"thing_id": "large", "value": "lorem ipsum " * (4 * MB // 12)}
    await chosen("form: a text of 4 MB", lambda: shown_in(commands, large))
    await chosen("form: sent with a text of 4 MB", commands.send)
    await chosen("form: a copy of that", commands.edit_copy)
    for path in (("message_queue",), ("event_store",), ("topics", "things")):
        await chosen(f"settings: {'.'.join(path)}", partial(settings.outline.choose_path, path))
    await chosen("all views after a change", partial(desk.changed.emit, Changes(everything=True)))
    beating.cancel()
    for view in views:
        view.close()
        view.deleteLater()
    await desk.close()
    await workspace.close()


def main() -> None:
    """Measures everything."""
    from workbench.gui.application import prepare, run_on_loop

    options = arguments(__doc__ or "")
    report = Report()
    app = prepare(["bench"], "light")
    with tempfile.TemporaryDirectory() as folder:

        async def run() -> int:
            await look(Path(folder), report, quick=options.quick)
            return 0

        run_on_loop(app, run)
    worst = max(report.figures, key=lambda figure: figure.value)
    report.add(f"longest: {worst.name}", worst.value, "ms")
    report.write(options.json)


if __name__ == "__main__":
    main()

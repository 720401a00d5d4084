"""A declared model against the same model in Python, and how long a large declared project takes to open.

Run ``python -m tests.bench.declared``, with ``--quick`` for a short form. The users sample is timed in both
forms, in turns: commands through the engine, decisions and folds alone, rows of a projection; then a model of
many constructs, each through the engine. Then a project file with 500 event types and 200 commands is read,
and the sample's; then both are opened in a window.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.bench.constructs.work import WORK, Work, registries
from tests.bench.report import Report, arguments
from workbench.assets import asset
from workbench.engine.command_handler import Issue
from workbench.engine.engine import Engine
from workbench.model.clock import SystemClock
from workbench.model.decision_context import DecisionContext
from workbench.model.event import RecordedEvent
from workbench.model.ids import id_source
from workbench.model.registry import Registry
from workbench.project.project import load_project
from workbench.store.sqlite.store import SqliteStore

FORMS = {"python": "users", "declared": "users-declared"}
CALLERS = 100
EVENTS, COMMANDS = 500, 200


def registry_of(form: str) -> Registry:
    """Returns the users sample's model in one of its forms."""
    return load_project(asset("samples", FORMS[form]), environ={}, trusted=True).registry


def change(number: int) -> dict[str, Any]:
    """Returns a change of status that is always allowed for the number's turn."""
    return {"user_id": f"user-{number:04}", "reason": "turn"}


class Bench:
    """One run."""

    def __init__(self, folder: Path, report: Report, *, quick: bool) -> None:
        self._folder = folder
        self._report = report
        self._scale = 1 if quick else 10
        self._rounds = 5
        self._clock = SystemClock()
        self._new_id = id_source(self._clock, random.Random(2))
        self._registries = {form: registry_of(form) for form in FORMS}

    def compare(self, name: str, count: int, work: dict[str, Callable[[], object]]) -> None:
        """Runs the forms in turns; the shortest time of each counts."""
        best = dict.fromkeys(work, float("inf"))
        for _ in range(self._rounds):
            for form, run in work.items():
                started = time.perf_counter()
                run()
                best[form] = min(best[form], time.perf_counter() - started)
        self.tell(name, count, best)

    def tell(self, name: str, count: int, best: dict[str, float]) -> None:
        """Reports the declared form's rate, and its ratio to Python's."""
        ratio = best["python"] / best["declared"]
        self._report.add(name, count / best["declared"], "/s", python=ratio)

    # -- commands through the engine ------------------------------------------------------------------------

    async def commands(self) -> None:
        """So many callers, each of which changes an account's status to and fro."""
        count = 20 * self._scale
        best = dict.fromkeys(FORMS, float("inf"))
        for turn in range(self._rounds):
            for form, registry in self._registries.items():
                seconds = await self._command_round(self._folder / f"{form}-{turn}.db", registry, count)
                best[form] = min(best[form], seconds)
        self.tell("commands_100_callers_full", count * CALLERS, best)

    async def _command_round(self, path: Path, registry: Registry, count: int) -> float:
        store = SqliteStore(path, self._clock)
        engine = Engine(store, _decisions_only(registry), self._clock, lambda _changes: None)
        await engine.start()
        await asyncio.gather(*(self._issue(engine, "create_user", _account(n)) for n in range(CALLERS)))
        started = time.perf_counter()
        await asyncio.gather(*(self._caller(engine, number, count) for number in range(CALLERS)))
        seconds = time.perf_counter() - started
        await engine.stop()
        store.close()
        return seconds

    async def _caller(self, engine: Engine, number: int, count: int) -> None:
        for turn in range(count):
            status = "inactive" if turn % 2 == 0 else "active"
            await self._issue(engine, "change_status", {**change(number), "status": status})

    async def _issue(self, engine: Engine, name: str, values: dict[str, Any]) -> None:
        result = await engine.commands.handle(Issue(type=name, values=values, id=self._new_id()))
        assert result.accepted, result.message

    async def constructs(self) -> None:
        """What the language can say, one construct after the other: commands, and what follows from them."""
        models = registries()
        for work in WORK:
            count = max(1, round(5 * self._scale * work.share))
            best = dict.fromkeys(FORMS, float("inf"))
            for turn in range(self._rounds):
                for form, registry in models.items():
                    path = self._folder / f"{work.name}-{form}-{turn}.db"
                    best[form] = min(best[form], await self._construct_round(path, registry, work, count))
            self.tell(work.name, count * CALLERS, best)

    async def _construct_round(self, path: Path, registry: Registry, work: Work, count: int) -> float:
        store = SqliteStore(path, self._clock)
        model = registry if work.reacting else _decisions_only(registry)
        engine = Engine(store, model, self._clock, lambda _changes: None)
        await engine.start()
        callers = [f"c{number:03}" for number in range(CALLERS)]
        await asyncio.gather(*(self._one_after_the_other(engine, work.before(caller)) for caller in callers))
        await engine.settle()
        started = time.perf_counter()
        turns = [[work.sent(caller, turn) for turn in range(count)] for caller in callers]
        await asyncio.gather(*(self._one_after_the_other(engine, sent) for sent in turns))
        await engine.settle()
        seconds = time.perf_counter() - started
        await engine.stop()
        store.close()
        return seconds

    async def _one_after_the_other(self, engine: Engine, sent: Iterable[tuple[str, dict[str, Any]]]) -> None:
        for name, values in sent:
            await self._issue(engine, name, values)

    # -- decide and evolve alone ----------------------------------------------------------------------------

    def decisions(self) -> None:
        """Decides and folds without parsing, store or engine."""
        for name, values in {
            "change_status": {**change(1), "status": "inactive"},
            "update_user": {"user_id": "user-0001", "email": "ada@example.org"},
            "create_user": _account(1),
        }.items():
            count = 2_000 * self._scale
            work = {
                form: _decide_and_evolve(one, name, values, count) for form, one in self._registries.items()
            }
            self.compare(f"decide_evolve_{name}", count, work)

    def rows(self) -> None:
        """Applies events of a changed status to rows in memory."""
        count = 2_000 * self._scale
        data = '{"previous":"active","status":"inactive","reason":null}'
        record = RecordedEvent(
            1, "user-ada", 2, b"\0" * 16, "user.status_changed", 2, 0, 0, b"\0" * 16, None, data, None
        )
        work = {form: _apply(one, record, count) for form, one in self._registries.items()}
        self.compare("projection_rows", count, work)

    # -- opening --------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """From the folder to the registry: a generated project, and the users sample in both forms."""
        large = self._folder / "large"
        large.mkdir()
        (large / "project.tsk").write_text(large_project())
        folders = {form: asset("samples", sample) for form, sample in FORMS.items()}
        taken = {name: self._open(folder) for name, folder in {**folders, "large": large}.items()}
        self._report.add(
            "open_500_events",
            taken["large"] * 1000,
            "ms",
            users=taken["large"] / taken["python"],
            users_declared=taken["large"] / taken["declared"],
        )
        self._report.add("open_users_declared", taken["declared"] * 1000, "ms")

    def _open(self, folder: Path) -> float:
        samples = []
        for _ in range(self._rounds):
            started = time.perf_counter()
            load_project(folder, environ={}, trusted=True)
            samples.append(time.perf_counter() - started)
        return statistics.median(samples)

    def first_views(self) -> None:
        """From asking for a project until its views stand in the window, filled and painted."""
        large = self._folder / "shown"
        large.mkdir()
        (large / "project.tsk").write_text(large_project())
        first_view(None)  # what is imported once is not the project's doing
        small = min(first_view(None) for _ in range(self._rounds))
        taken = min(first_view(large) for _ in range(self._rounds))
        self._report.add("open_500_events_first_view", taken * 1000, "ms", users=taken / small)

    async def run(self) -> None:
        """Measures everything that needs no window, one after the other."""
        self.decisions()
        self.rows()
        await self.commands()
        await self.constructs()
        self.opening()


def _account(number: int) -> dict[str, Any]:
    return {"user_id": f"user-{number:04}", "username": "Somebody", "email": "somebody@example.org"}


def _decisions_only(registry: Registry) -> Registry:
    """Returns the model without projections and handlers, which are measured by themselves."""
    return Registry(events=registry.events, commands=registry.commands, aggregates=registry.aggregates)


def _decide_and_evolve(
    registry: Registry, name: str, values: dict[str, Any], count: int
) -> Callable[[], object]:
    user = registry.aggregates["user"]
    kind = registry.commands[name]
    command, context = kind.parse(values), DecisionContext(0)
    (first,) = user.decide(None, registry.commands["create_user"].parse(_account(1)), context)
    state = None if kind.creates else user.evolve(None, first)

    def work() -> None:
        for _ in range(count):
            after = state
            for event in user.decide(state, command, context):
                after = user.evolve(after, event)

    return work


class _Rows:
    """A table of one row."""

    def __init__(self) -> None:
        self.row: dict[str, Any] = {"id": "ada"}

    def get(self, _key: Any) -> dict[str, Any]:
        return self.row

    def update(self, _key: Any, **changes: Any) -> None:
        self.row.update(changes)


def _apply(registry: Registry, record: RecordedEvent, count: int) -> Callable[[], object]:
    apply = registry.projections["users"].handlers()[record.type]
    event = registry.read_event(record)
    rows: Any = _Rows()

    def work() -> None:
        for _ in range(count):
            apply(event, record, rows)

    return work


def first_view(folder: Path | None) -> float:
    """Returns the seconds until a project stands in the window; None opens the users sample anew."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QSettings

    from workbench.gui.application import prepare, run_on_loop, warm_up
    from workbench.gui.main_window import MainWindow
    from workbench.gui.session import Session

    app = prepare([sys.argv[0]], "light")
    taken: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(str(Path(scratch) / "bench.ini"), QSettings.Format.IniFormat)

        async def main() -> int:
            window = MainWindow(settings)
            session = Session(window, {"WORKBENCH_DATA": scratch, "WORKBENCH_CONFIG": scratch}, settings)
            window.resize(1440, 900)
            window.show()
            app.processEvents()
            warm_up()
            started = time.perf_counter()
            await session.open((folder, "" if folder else "users"))
            app.processEvents()
            taken.append(time.perf_counter() - started)
            session.quit()
            await session.ended()
            return 0

        run_on_loop(app, main)
    if folder is not None:  # the next one begins with a new store, too
        shutil.rmtree(folder / "data", ignore_errors=True)
    return taken[0]


def large_project() -> str:
    """Returns a project file with 500 event types and 200 commands, ten aggregates' worth of each kind."""
    parts = ['[types]\nstatus { type: "choice", choices: ["new", "open", "done"] }\n']
    for aggregate in range(COMMANDS // 4):
        parts.append(
            f"[aggregate.thing{aggregate}]\n"
            'state {\n  name: "string"\n  total: "money"\n  status: "status"\n}\n'
        )
        parts += [_event(aggregate, number) for number in range(EVENTS * 4 // COMMANDS)]
        parts += [_command(aggregate, number) for number in range(4)]
    return "\n".join(parts)


def _event(aggregate: int, number: int) -> str:
    return f"""[event.thing{aggregate}.happened{number}]
description: "Something of kind {number} happened."
fields {{
  name: "string"
  total: "money"
  status: "status"
  note: "string?"
}}
set {{
  name: "event.name"
  total: "event.total"
  status: "event.note != null ? 'done' : event.status"
}}
"""


def _command(aggregate: int, number: int) -> str:
    verb = "creates" if number == 0 else "changes"
    guard = (
        ""
        if number == 0
        else """refuse {
  done { when: "state.status == 'done' && command.name != state.name", message: "{state.name} is done" }
}
"""
    )
    return f"""[command.do{number}_thing{aggregate}]
description: "Does something of kind {number}."
{verb}: "thing{aggregate}"
fields {{
  id {{ type: "string", min: 2, max: 40, pattern: "^[a-z]+$" }}
  name {{ type: "string", min: 1, max: 80, example: "Ada" }}
  total {{ type: "money", min: 0 }}
  status {{ type: "status", default: "new" }}
  note: "string?"
}}
{guard}emit: "thing{aggregate}.happened{number}"
"""


def main() -> None:
    """Prints the figures."""
    options = arguments(__doc__ or "")
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), report, quick=options.quick)
        asyncio.run(bench.run())
        bench.first_views()
    report.write(options.json)


if __name__ == "__main__":
    main()

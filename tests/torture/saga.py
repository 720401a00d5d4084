"""A warm process that forks shops: engines on a clock of their own that die at a statement they are told.

Jobs come in as lines of JSON; of each shop the exit status and the statements that it wrote go out as a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typing_extensions import override

from workbench.engine.command_handler import Issue
from workbench.engine.engine import Engine
from workbench.engine.timers import CallOff, VirtualTimer
from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.model.ids import derived_id
from workbench.project.project import Project, load_project
from workbench.store.sqlite.schema import ddl
from workbench.store.sqlite.store import SqliteStore

ORDERS = Path(__file__).with_name("orders")
"""The project of the saga."""
BEGIN = 1_704_067_200 * MICROSECONDS
MINUTES = 60 * MICROSECONDS
WEEK = 7 * 86_400.0
Order = tuple[str, dict[str, Any]]


def lines(**quantities: int) -> list[dict[str, Any]]:
    """Returns the lines of an order."""
    return [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]


CASES = {
    "paid": lines(nut=2),
    "late": lines(nut=1, bolt=3, rod=2),
    "substituted": lines(rare=15, nut=1),
    "lacking": lines(nut=1, rare=90),
    "reminded": lines(bolt=4),
    "poor": lines(nut=7),
}
"""What is ordered, by what becomes of it; each is ordered several times."""
TIMES = 2


def plan() -> list[tuple[int, list[Order]]]:
    """Returns what is asked for from outside, by minutes since the beginning."""
    names = [f"{case}{number}" for case in CASES for number in range(TIMES)]
    opened = [
        ("open_account", {"account_id": one, "balance": "1.00" if "poor" in one else "99.00"})
        for one in names
    ]
    placed = [("place_order", {"order_id": one, "account": one, "lines": CASES[one[:-1]]}) for one in names]

    def pay(*cases: str) -> list[Order]:
        mine = [one for one in names if one[:-1] in cases]
        return [("pay_order", {"order_id": one, "account_id": one, "amount": "9.00"}) for one in mine]

    return [
        (0, [*opened, *placed]),
        (20, pay("paid", "poor", "lacking")),
        (50, pay("reminded", "substituted")),
    ]


class ShopTimer(VirtualTimer):
    """Leaves housekeeping out, for which it would stop every few minutes of a day."""

    @override
    def call_at(self, due: int, callback: Callable[[], None], *, background: bool = False) -> CallOff:
        return (lambda: None) if background else super().call_at(due, callback)


class Shop:
    """One engine.

    Args:
        job: ``path`` of the store; ``die_at``, the number of the statement that is its last, 0 for none.
    """

    def __init__(self, project: Project, job: dict[str, Any]) -> None:
        self._project = project
        self._path = Path(job["path"])
        self._die_at = job["die_at"]
        self._time = self._path.with_suffix(".time")
        self.statements = 0
        begun = self._time.exists()
        self._clock = ManualClock(int(self._time.read_text()) if begun else BEGIN)
        self._clock.follow(self._note_time)
        self._timer = ShopTimer(self._clock)

    def _note_time(self) -> None:
        """Has the next one go on from here: whatever was to be done before has been done."""
        self._time.write_text(str(self._clock.now()))

    def _die(self, _statement: str) -> None:
        self.statements += 1
        if self.statements == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def work(self) -> None:
        """Does what is left of the plan, and waits until nothing more is due."""
        store = SqliteStore(self._path, self._clock, synchronous="normal")
        assert store._writer is not None
        store._writer.set_trace_callback(self._die)
        self._engine = Engine(
            store, self._project.registry, self._clock, lambda _: None, timer=self._timer, snapshot_every=2
        )
        await self._engine.start()
        await self._engine.settle()
        for minutes, orders in plan():
            left = BEGIN + minutes * MINUTES - self._clock.now()
            if left >= 0:
                await self._timer.advance(left / MICROSECONDS, self._engine.settle)
                for number, order in enumerate(orders):
                    await self._send(derived_id("saga", minutes, number), order)
                await self._engine.settle()
        assert await self._timer.drain(self._engine.settle, within=WEEK)
        await self._engine.stop()
        store.close()

    async def _send(self, identity: Any, order: Order) -> None:
        await self._engine.commands.handle(Issue(type=order[0], values=order[1], id=identity))


def fork(project: Project, job: dict[str, Any]) -> dict[str, int]:
    """Runs a shop to its end; returns how it ended, and after how many statements."""
    said, saying = os.pipe()
    pid = os.fork()
    if not pid:
        code = 3
        try:
            shop = Shop(project, job)
            asyncio.run(shop.work())
            os.write(saying, str(shop.statements).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(saying)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with os.fdopen(said) as heard:
        return {"status": status, "statements": int(heard.read() or job["die_at"])}


def main() -> None:
    """Serves until the input ends."""
    ddl()  # warms what every opening needs
    project = load_project(ORDERS, environ={}, trusted=True)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(fork(project, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

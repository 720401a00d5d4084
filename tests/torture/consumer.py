"""A warm process that forks consumers: engines that work off a topic and die at a moment that they are told.

Jobs come in as lines of JSON, the exit status of each consumer goes out as a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from workbench.engine.engine import Engine
from workbench.engine.publisher import OutgoingMessage
from workbench.errors import PermanentError
from workbench.model.clock import SystemClock
from workbench.model.event import Event
from workbench.model.ids import derived_id
from workbench.model.messaging import Message, Mode, OnDead, Ordering, Subscription, Topic
from workbench.model.registry import Definitions, build_registry
from workbench.model.retry import Backoff, RetryPolicy
from workbench.store.sqlite.schema import ddl
from workbench.store.sqlite.store import SqliteStore

KEYS = 4
RETRY = RetryPolicy(max_attempts=4, delay=0.001, backoff=Backoff.FIXED, jitter=0)
SUBSCRIPTIONS = {
    "log": (Mode.PUBLISH_SUBSCRIBE, Ordering.KEY),
    "keyed": (Mode.POINT_TO_POINT, Ordering.KEY),
    "queue": (Mode.POINT_TO_POINT, Ordering.NONE),
}


class Handled(Event, frozen=True):
    """The effect of a success."""

    event_type: ClassVar[str] = "handled"
    n: int


def fails(n: int, attempt: int) -> bool:
    """Whether a try fails for now."""
    return n % 7 == 3 and attempt < 3


def rejected(n: int) -> bool:
    """Whether a message is never taken."""
    return n % 11 == 5


class Consumer:
    """One engine.

    Args:
        job: ``path`` of the store; ``outside``, a file that handlers append to; ``messages``, how many;
            ``die_at``, the number of the moment that is its last, 0 for none; ``killers``, for subscriptions
            the messages that take the program down; ``max_crashes``.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.moments = 0
        self.outside = os.open(job["outside"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def moment(self) -> None:
        """A place where it may die."""
        self.moments += 1
        if self.moments == self.job["die_at"]:
            os.kill(os.getpid(), signal.SIGKILL)

    def handler(self, name: str) -> Callable[[Message, Any], Any]:
        """Returns the handler of a subscription."""

        async def handle(message: Message, context: Any) -> None:
            n = message.json()["n"]
            self.moment()
            if n in self.job["killers"].get(name, ()):
                os.kill(os.getpid(), signal.SIGKILL)
            await asyncio.sleep(0)
            if rejected(n):
                raise PermanentError("never")
            if fails(n, context.attempt):
                raise ConnectionError("not now")
            context.append(f"handled-{name}-{n}", Handled(n=n))
            context.publish("out", {"n": n, "of": name})
            os.write(self.outside, f"{name} {n} {os.getpid()}\n".encode())
            self.moment()

        return handle

    async def work(self) -> None:
        """Publishes all, works until nothing is left."""
        clock = SystemClock()
        store = SqliteStore(Path(self.job["path"]), clock, synchronous="normal")
        write = store.write

        def writing(operations: Any) -> Any:
            self.moment()
            answers = write(operations)
            self.moment()
            return answers

        store.write = writing  # type: ignore[method-assign]
        engine = Engine(store, self.registry(), clock, lambda _changes: None)
        await engine.start(paused=True)
        drafts = [
            OutgoingMessage(topic="work", data={"n": n}, key=f"k{n % KEYS}", id=derived_id("torture", n))
            for n in range(self.job["messages"])
        ]
        await engine.publisher.publish_many(drafts)
        engine.resume()
        await engine.settle()
        while any(engine.reader.subscription(name).waiting for name in SUBSCRIPTIONS):  # type: ignore[union-attr]
            await asyncio.sleep(0.001)
            await engine.settle()
        await engine.stop()
        store.close()

    def registry(self) -> Any:
        """Returns the model."""
        return build_registry(
            [Definitions(handlers={name: self.handler(name) for name in SUBSCRIPTIONS})],
            topics=(Topic(name="work"), Topic(name="out")),
            subscriptions=[
                Subscription(
                    name=name,
                    topic="work",
                    handler=name,
                    mode=mode,
                    ordering=ordering,
                    on_dead=OnDead.CONTINUE,
                    retry=RETRY,
                    workers=3,
                    max_crashes=self.job["max_crashes"],
                )
                for name, (mode, ordering) in SUBSCRIPTIONS.items()
            ],
        )


def fork(job: dict[str, Any]) -> int:
    """Runs a consumer to its end; returns how it ended."""
    pid = os.fork()
    if not pid:
        code = 3
        try:
            asyncio.run(Consumer(job).work())
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Serves until the input ends."""
    ddl()  # warms what every opening needs
    for line in sys.stdin:
        sys.stdout.write(f"{fork(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

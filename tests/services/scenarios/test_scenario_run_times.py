"""K5, and what a model in Python knows of the time: decisions, policies and processes with their contexts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from workbench import (
    Aggregate,
    At,
    Command,
    CommandRejected,
    DecisionContext,
    Definitions,
    Event,
    Policy,
    Process,
    ReactionContext,
)


class Opened(Event, frozen=True):
    event_type: ClassVar[str] = "sale.opened"
    until: datetime


class Bought(Event, frozen=True):
    event_type: ClassVar[str] = "sale.bought"
    at: datetime


class Ended(Event, frozen=True):
    event_type: ClassVar[str] = "sale.ended"
    bought: int


class Open(Command):
    command_type: ClassVar[str] = "open_sale"
    creates: ClassVar[bool] = True
    id: str
    hours: int


class Buy(Command):
    command_type: ClassVar[str] = "buy"
    id: str


class End(Command):
    command_type: ClassVar[str] = "end_sale"
    id: str
    bought: int = 0


class Report(Command):
    command_type: ClassVar[str] = "report"
    id: str
    bought: int


class Sale(msgspec.Struct, frozen=True):
    until: datetime


class Count(msgspec.Struct, frozen=True):
    bought: int = 0


def decide(state: Sale | None, command: Any, context: DecisionContext) -> list[Event]:
    match command:
        case Open():
            return [Opened(context.now + timedelta(hours=command.hours))]
        case Buy() if state is not None and context.now >= state.until:
            raise CommandRejected("the sale is over")
        case Buy():
            return [Bought(context.now)]
        case _:
            return [Ended(command.bought)]


def opened(state: Sale | None, event: Any) -> Sale:
    return Sale(event.until) if isinstance(event, Opened) or state is None else state


def end(event: Opened, _record: Any, context: ReactionContext) -> list[At]:
    return [At(event.until, End(id=context.record.stream.partition("-")[2]))]


def counted(state: Count | None, event: Event) -> Count:
    before = state.bought if state else 0
    return Count(before + isinstance(event, Bought))


def report(state: Count | None, event: Event, context: ReactionContext) -> list[Command]:
    if isinstance(event, Ended) and state is not None and not event.bought:
        return [Report(id=context.record.stream.partition("-")[2], bought=state.bought)]
    return []


SALES = Definitions(
    aggregates=(
        Aggregate(
            name="sale",
            state=Sale,
            events=(Opened, Bought, Ended),
            commands=(Open, Buy, End, Report),
            decide=decide,
            evolve=opened,
        ),
    ),
    policies=(Policy(name="in_time", on=(Opened,), react=end, issues=(End,)),),
    processes=(
        Process(
            name="count",
            on=(Bought, Ended),
            correlate=lambda _event, record: None if record.stream == "sale-other" else record.stream,
            state=Count,
            evolve=counted,
            react=report,
            ends=(Ended,),
            issues=(Report,),
        ),
    ),
)
SCENARIO = """
"A sale" {
    now: "2024-01-01T00:00:00Z"
    when: [
        { command: "open_sale", data: { id: "a", hours: 2 } }
        { command: "open_sale", data: { id: "other", hours: 1 } }
        { after: "30m", command: "buy", data: { id: "a" } }
        { command: "buy", data: { id: "other" } }
        { after: "90m", command: "buy", data: { id: "a" } }
    ]
    then: [
        { event: "sale.opened", stream: "sale-a", data: { until: "2024-01-01T02:00:00Z" } }
        { event: "sale.opened", stream: "sale-other" }
        { event: "sale.bought", at: "2024-01-01T00:30:00Z", data: { at: "2024-01-01T00:30:00Z" } }
        { event: "sale.bought", stream: "sale-other" }
        { event: "sale.ended", stream: "sale-other", at: "2024-01-01T01:00:00Z", data: { bought: 0 } }
        { event: "sale.ended", stream: "sale-a", at: "2024-01-01T02:00:00Z", data: { bought: 0 } }
        { event: "sale.ended", stream: "sale-a", data: { bought: 1 } }
        { rejected: "buy", message: "the sale is over" }
        "no other events"
    ]
}
"""


async def test_K5_Python_decides_and_reacts_with_the_time_and_a_process_that_ends_knows_its_state(
    model, play
):
    result = await play(model(SALES), SCENARIO)
    assert result.passed, result.parts

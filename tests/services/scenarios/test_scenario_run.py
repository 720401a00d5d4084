"""A scenario runs on the real engine: history, time, policies, retries, and the same every time."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import msgspec
import pytest

from workbench.errors import CommandRejected
from workbench.model.aggregate import Aggregate
from workbench.model.command import Command
from workbench.model.event import Event
from workbench.model.messaging import LOG_TOPIC, Mode, Subscription, Topic
from workbench.model.policy import After, Policy
from workbench.model.registry import Definitions
from workbench.model.retry import RetryPolicy
from workbench.model.scenario import ScenarioVerdict, Sign
from workbench.services.scenarios import tell
from workbench.services.scenarios.scenario_report import came_after


class Ticked(Event, frozen=True):
    """A clock went on."""

    event_type: ClassVar[str] = "ticked"
    n: int


class Clock(msgspec.Struct, frozen=True):
    """How far."""

    n: int


class Tick(Command):
    """Goes on."""

    command_type: ClassVar[str] = "tick"
    creates: ClassVar[bool] = False
    id: str
    n: int


class Wind(Command):
    """Begins."""

    command_type: ClassVar[str] = "wind"
    creates: ClassVar[bool] = True
    id: str


def decide(state: Clock | None, command: Any) -> list[Event]:
    if isinstance(command, Tick) and command.id == "unlucky":
        raise CommandRejected("unlucky", field="n")
    if isinstance(command, Tick) and command.id == "buggy":
        raise ZeroDivisionError("a bug in the model")
    return [Ticked(n=getattr(command, "n", 0))]


def clock(seconds: float, last: int) -> Definitions:
    """A clock that ticks by itself until it comes to ``last``."""

    def again(event: Ticked, record: Any) -> list[After]:
        identity = record.stream.partition("-")[2]
        return [After(seconds, Tick(id=identity, n=event.n + 1))] if event.n < last else []

    aggregate = Aggregate(
        name="clock",
        state=Clock,
        events=(Ticked,),
        commands=(Wind, Tick),
        decide=decide,
        evolve=lambda _state, event: Clock(event.n),
    )
    return Definitions(aggregates=(aggregate,), policies=(Policy(name="again", on=(Ticked,), react=again),))


GIVEN = 'given: { event: "ticked", stream: "clock-a", data: { n: 1 } }\n'


def scenario(body: str) -> str:
    return f'"x" {{\n{body}\n}}'


def events(result: Any) -> list[str]:
    lines = [line for part in result.parts if part.title == "Events" for line in part.lines]
    return [line.happened for line in lines if line.happened]


async def test_nothing_reacts_to_what_is_given(play, model):
    result = await play(model(clock(1, 5)), scenario(f'{GIVEN} then: "no other events"'))
    assert result.passed, tell(result)
    assert result.seconds == 0


async def test_an_event_that_happens_is_reacted_to_and_is_itself_no_result(play, model):
    text = 'when: { event: "ticked", stream: "clock-a", data: { n: 4 } }'
    result = await play(
        model(clock(1, 5)), scenario(f'{text}\nthen: ["no other events", {{ event: "ticked" }}]')
    )
    assert result.passed, tell(result)
    assert events(result) == ["event ticked · stream clock-a · n 5"]
    assert result.seconds == 1


async def test_it_ends_when_nothing_is_left_to_do_however_long_that_takes(play, model):
    year = 365 * 86_400.0
    text = 'when: { command: "wind", data: { id: "a" } }\nthen: { no_event: "ticked", data: { n: 4 } }'
    result = await play(model(clock(year, 3)), scenario(text))
    assert result.passed, tell(result)
    assert result.seconds == 3 * year


async def test_what_came_says_when_and_what_followed_is_offered(play, model):
    text = 'when: { command: "wind", data: { id: "a" } }\nthen: [{ event: "ticked" }, { event: "ticked" }]'
    result = await play(model(clock(90, 2)), scenario(text))
    (part,) = result.parts
    assert [(line.at, came_after(result, line.at)) for line in part.lines] == [
        ("2024-01-01T00:00:00Z", "+0s"),
        ("2024-01-01T00:01:30Z", "+90s"),
        ("2024-01-01T00:03:00Z", "+3m"),
    ]
    assert "  · event ticked · stream clock-a · n 2  (+3m)" in tell(result).splitlines()
    assert {line.found["command"]: came_after(result, line.at) for line in result.offers} == {"tick": "+3m"}
    assert [line.sign for line in result.offers] == [Sign.BESIDE] * 2
    still = await play(model(clock(90, 0)), scenario(text))
    assert [came_after(still, line.at) for line in still.parts[0].lines] == ["", ""]


async def test_it_ends_at_the_time_that_stands_last(play, model):
    text = """
    when: [{ command: "wind", data: { id: "a" } }, { after: "150s" }]
    then: [
        { event: "ticked", data: { n: 0 } }, { event: "ticked", data: { n: 1 } }, { event: "ticked" }
        "no other events"
    ]
    """
    result = await play(model(clock(60, 99)), scenario(text))
    assert result.passed, tell(result)
    assert result.seconds == 150


async def test_what_is_due_while_time_passes_happens_before_the_next_step(play, model):
    text = """
    when: [
        { command: "wind", data: { id: "a" } }
        { command: "wind", data: { id: "b" }, after: "1m" }
        { after: "0s" }
    ]
    then: [
        { event: "ticked", stream: "clock-a" }
        { event: "ticked", stream: "clock-a" }
        { event: "ticked", stream: "clock-b" }
        "no other events"
    ]
    """
    result = await play(model(clock(60, 99)), scenario(text))
    assert result.passed, tell(result)


async def test_what_never_ends_is_ended_and_says_so(play, model):
    result = await play(
        model(clock(1, 10**9)), scenario('when: { command: "wind", data: { id: "a" } }\nthen: []')
    )
    assert result.verdict is ScenarioVerdict.BROKEN
    assert "there is still more to do" in result.trouble


async def test_a_bug_of_the_model_is_the_result_and_names_its_place(play, model):
    given = GIVEN.replace("clock-a", "clock-buggy")
    text = f'{given} when: {{ command: "tick", data: {{ id: "buggy", n: 2 }} }}\nthen: []'
    result = await play(model(clock(1, 0)), scenario(text))
    assert result.verdict is ScenarioVerdict.BROKEN
    assert result.trouble.startswith("ZeroDivisionError: a bug in the model (test_scenario_run.py:")


async def test_a_command_of_a_policy_that_is_refused_is_a_dead_letter(play, model):
    text = 'when: { event: "ticked", stream: "clock-unlucky", data: { n: 12 } }\n'
    strict = await play(model(clock(1, 99)), scenario(f"{text} then: []"))
    assert strict.first.happened.startswith("dead letter $commands · error PermanentError")
    listed = (
        '{ dead_letter: "$commands", message: "tick was rejected: unlucky", attempts: 1, data: { n: 13 } }'
    )
    result = await play(model(clock(1, 99)), scenario(f"{text} then: {listed}"))
    assert result.passed, tell(result)


def failing(times: int, seen: list[Any]) -> Any:
    """A handler in the plain form that fails so often."""

    def handle(message: Any, context: Any) -> None:
        seen.append((message.key, context.attempt))
        if context.attempt <= times:
            raise ConnectionError("not now")
        context.publish("out", {"key": message.key})

    return handle


def mailing(
    handler: Any, *, mode: Mode = Mode.PUBLISH_SUBSCRIBE, topic: str = LOG_TOPIC
) -> tuple[Definitions, dict[str, Any]]:
    base = clock(1, 0)
    subscription = Subscription(
        name="mail",
        topic=topic,
        handler="mail",
        mode=mode,
        retry=RetryPolicy(max_attempts=3, delay=3600.0, jitter=0.2),
    )
    definitions = Definitions(aggregates=base.aggregates, handlers={"mail": handler})
    topics = (Topic(name="out"), Topic(name="ticks"))
    return definitions, {"topics": topics, "subscriptions": (subscription,), "default_topic": "ticks"}


async def test_retries_take_their_time_and_effects_come_once(play, model):
    seen = []
    definitions, parts = mailing(failing(2, seen))
    text = """
    when: { command: "wind", data: { id: "a" } }
    then: { message: "out", topic: "out", exactly: { key: "clock-a" } }
    """
    result = await play(model(definitions, **parts), scenario(text))
    assert result.passed, tell(result)
    assert seen == [("clock-a", 1), ("clock-a", 2), ("clock-a", 3)]
    assert 2 * 3600 * 0.8 <= result.seconds <= 2 * 3600 * 1.2


@pytest.mark.parametrize("mode", Mode)
async def test_given_events_reach_no_subscription_of_either_mode(play, model, mode):
    seen = []
    definitions, parts = mailing(failing(1, seen), mode=mode, topic="ticks")
    text = """
    given: { event: "ticked", stream: "clock-a", data: { n: 1 } }
    when: { event: "ticked", stream: "clock-b", data: { n: 2 } }
    then: { message: "out", topic: "out", exactly: { key: "clock-b" } }
    """
    result = await play(model(definitions, **parts), scenario(text))
    assert result.passed, tell(result)
    assert seen == [("clock-b", 1), ("clock-b", 2)]


async def test_handlers_know_that_it_is_a_dry_run_and_have_the_rest_of_their_context(play, model):
    seen = []

    def plain(message: Any, context: Any) -> None:
        seen.append((context.dry_run, context.attempt, context.idempotency_key.startswith("mail:")))

    async def waiting(message: Any, context: Any) -> None:
        plain(message, context)

    for handler in (plain, waiting):
        definitions, parts = mailing(handler)
        text = 'when: { command: "wind", data: { id: "a" } }\nthen: { event: "ticked" }'
        assert (await play(model(definitions, **parts), scenario(text))).passed
    assert seen == [(True, 1, True)] * 2


async def test_the_same_happens_at_the_same_times_every_time(play, model):
    async def slow(message: Any, context: Any) -> None:
        await asyncio.sleep(0)
        raise ConnectionError("not now")

    definitions, parts = mailing(slow)
    text = 'when: { command: "wind", data: { id: "a" } }\nthen: { dead_letter: "mail", attempts: 3 }'
    results = [await play(model(definitions, **parts), scenario(text)) for _ in range(3)]
    assert all(result.passed for result in results)
    assert len({result.seconds for result in results}) == 1
    assert len({tell(result) for result in results}) == 1


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        ("", "2024-01-01T00:00:00Z"),
        ('now: "2020-02-02T02:02:02Z"', "2020-02-02T02:02:02Z"),
        (
            """given: {
                event: "outage.reported", stream: "outage-b.org", at: "2030-01-01T00:00:00Z",
                data: { domain: "b.org" }
            }""",
            "2030-01-01T00:00:00Z",
        ),
    ],
)
async def test_a_scenario_begins_when_it_says_and_never_before_what_it_gives(play, users, given, begins):
    text = f"""
    {given}
    when: {{ command: "report_outage", data: {{ domain: "a.org" }} }}
    then: {{ row: "a.org", projection: "outages", data: {{ since: "{begins}" }} }}
    """
    result = await play(users, scenario(text))
    assert result.passed, tell(result)


async def test_a_row_whose_key_is_empty_is_looked_for_like_any_other(play, users):
    text = """
    when: { command: "report_outage", data: { domain: "a.org" } }
    then: [{ row: "", projection: "outages", data: {} }, { no_row: "", projection: "outages" }]
    """
    result = await play(users, scenario(text))
    signs = [line.sign for part in result.parts for line in part.lines if line.expected]
    assert signs == [Sign.MISSING, Sign.SAME], tell(result)


async def test_a_process_remembers_what_is_given_and_acts_on_what_happens(play, orders):
    identity = "8568d7d1-4a87-5bd0-b4cd-9fb799eb5810"
    text = f"""
    given: {{ event: "payment.confirmed", stream: "payment-{identity}", data: {{ order_id: "{identity}" }} }}
    when: {{ event: "payment.confirmed", stream: "payment-{identity}", data: {{ order_id: "{identity}" }} }}
    then: [{{ no_command: "mark_paid" }}, "no other events"]
    """
    result = await play(orders, scenario(text))  # no order was placed, so there is nothing to remember
    assert result.passed, tell(result)


async def test_a_projection_that_cannot_follow_what_is_given_is_noted(play, users):
    text = """
    given: { event: "user.updated", stream: "user-ada", data: { username: "Ada" } }
    then: "no other events"
    """
    result = await play(users, scenario(text))
    assert result.passed
    assert "the projection users could not fold an event" in result.notes[0]

"""K7: a process takes back what it issued for later, exactly once whenever the engine is killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.engine.trips import DEFINITIONS, HOUR, Booked, End, Expire, Office, Paid, Reserve, Trip
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.policy import After, At, Issue, Policy, Withdraw
from workbench.store.operations import Claim, ConfigureSubscription, WithdrawTimeouts

STORES = ["memory", "sqlite"]
DUE = datetime(1971, 1, 1, tzinfo=UTC)
WITHDRAWN = 'withdrawn expire {"id":"a"}'
EXPIRED = 'trip-a ended {"why":"not paid in time"}'


@pytest.fixture(params=STORES)
async def office(request, tmp_path):
    made = Office(tmp_path / "events.db", request.param)
    yield made
    await made.close()


async def travel(office: Office) -> list[str]:
    """Books two trips, of which one is paid in time; returns what happened."""
    await office.open()
    await office.do("book", id="a")
    await office.do("book", id="b", hotel="inn")
    await office.settle()
    office.clock.advance(HOUR / 2)
    await office.do("pay", id="a")
    await office.finish()
    return office.story()


async def test_K7_what_is_withdrawn_is_not_handed_out_and_not_waited_for(office):
    story = await travel(office)
    assert WITHDRAWN in story
    assert 'trip-a ended {"why":"travelled"}' in story
    assert 'trip-b ended {"why":"not paid in time"}' in story, "that of another instance stays"
    assert office.engine.reader.subscription(COMMANDS_TOPIC).waiting == 0
    assert not [one for one in story if one.startswith("dead")]


@pytest.mark.parametrize("kind", STORES)
async def test_K7_killed_at_any_commit_and_the_same_is_withdrawn(tmp_path, kind):
    whole, died, number = [], True, 0
    while died:
        office = Office(tmp_path / f"{number}.db", kind, die_at=number or -1)
        story = sorted(await travel(office))
        await office.close()
        whole = whole or story
        assert story == whole, number
        died, number = office.died or not number, number + 1
    assert number > 20


async def test_K7_issued_and_withdrawn_in_one_batch(office):
    await office.open()
    office.engine.pause()
    await office.do("book", id="a")
    await office.do("pay", id="a")
    office.engine.resume()
    assert await office.finish() == 2 * HOUR, "the time to pay is not waited for"
    assert WITHDRAWN in office.story()


async def test_K7_what_was_handed_out_runs(office):
    await office.open()
    await office.do("book", id="a")
    await office.settle()
    office.clock.advance(HOUR)
    await office.finish()
    await office.do("book", id="b")
    assert EXPIRED in office.story()
    assert WITHDRAWN not in office.story()


def reacting(react):
    return replace(DEFINITIONS, processes=(replace(DEFINITIONS.processes[0], react=react),))


async def test_K7_what_is_issued_behind_a_withdrawal_stays(office):
    office.definitions = reacting(
        lambda _state, event: (
            [Withdraw(Expire), Issue(After(HOUR, Expire(id="a")))] if isinstance(event, Booked | Paid) else []
        )
    )
    await office.open()
    await office.do("book", id="a")
    await office.settle()
    office.clock.advance(HOUR / 2)
    await office.do("pay", id="a")
    assert await office.finish() == HOUR, "half an hour later than the first one"
    assert office.story().count(WITHDRAWN) == 1


def lives(state, event):
    return None if isinstance(event, Paid) else Trip()


async def again(office: Office, first, second) -> list[str]:
    """Has a process begin, end by the payment and begin again under its key; returns what happened."""

    def react(_state, event):
        return {"first": first, "second": second}.get(event.hotel, []) if isinstance(event, Booked) else []

    process = replace(
        DEFINITIONS.processes[0], correlate=lambda _event, _record: "k", evolve=lives, react=react
    )
    process = replace(process, refused={"of_first": of_first})
    office.definitions = replace(DEFINITIONS, processes=(process,))
    await office.open()
    await office.do("book", id="a", hotel="first")
    await office.do("pay", id="a")
    await office.settle()
    office.clock.advance(HOUR / 2)
    await office.do("book", id="b", hotel="second")
    await office.finish()
    return office.story()


def of_first(refusal):
    return [Withdraw(Expire), End(id="b", why=str(refusal.state))]


async def test_K7_an_instance_withdraws_nothing_of_an_earlier_one_with_its_key(office):
    story = await again(office, [After(HOUR, End(id="a", why="asked"))], [Withdraw(End)])
    assert 'trip-a ended {"why":"asked"}' in story
    assert not [one for one in story if one.startswith("withdrawn")]


async def test_K6_K7_an_answer_acts_for_the_instance_that_issued(office):
    late = Issue(After(HOUR, Reserve(id="full", trip="a")), "of_first")
    story = await again(office, [late], [After(2 * HOUR, Expire(id="b"))])
    assert 'trip-b ended {"why":"None"}' in story, "the state of the instance that ended"
    assert not [one for one in story if one.startswith("withdrawn")]


async def test_K7_of_several_those_with_these_values_are_withdrawn(office):
    office.definitions = reacting(
        lambda _state, event: (
            [After(HOUR, End(id="a", why=why)) for why in ("late", "bored")]
            if isinstance(event, Booked)
            else [Withdraw(End, why="late", id="a")]
            if isinstance(event, Paid)
            else []
        )
    )
    await office.open()
    await office.do("book", id="a")
    await office.do("pay", id="a")
    await office.finish()
    assert 'trip-a ended {"why":"bored"}' in office.story()
    assert [one for one in office.story() if one.startswith("withdrawn")] == [
        'withdrawn end {"id":"a","why":"late"}'
    ]


@pytest.mark.parametrize(
    ("having", "said"),
    [
        ({"who": "x"}, "command end has no field who"),
        ({"why": 1}, "end.why: Input should be a valid string"),
    ],
)
async def test_K7_what_no_command_can_say_is_told(office, having, said):
    office.definitions = reacting(lambda _state, _event: [Withdraw(End, **having)])
    await office.open()
    await office.do("book", id="a")
    await office.finish()
    assert office.story()[1:] == [f"dead booked: {said}"]


async def test_K7_a_policy_withdraws_nothing(office):
    policy = Policy(name="p", on=(Booked,), react=lambda _event, _record: [Withdraw(Expire)])
    office.definitions = replace(DEFINITIONS, processes=(), policies=(policy,))
    await office.open()
    await office.do("book", id="a")
    await office.finish()
    assert office.story()[1:] == ["dead booked: p is no process, and only they withdraw what they issued"]


async def test_K7_what_is_withdrawn_after_it_was_read_and_before_it_is_handed_out_does_not_run(office):
    office.definitions = reacting(
        lambda _state, event: [At(DUE, Expire(id="a"))] if isinstance(event, Booked) else []
    )
    await office.open()
    write, withdrawn = office.store.write, []

    def between(operations):
        claims = [one for one in operations if isinstance(one, Claim) and one.subscription == COMMANDS_TOPIC]
        if claims and not withdrawn:
            withdrawn.extend(write([WithdrawTimeouts(instance="trips@1:a", types=("expire",))]))
        return write(operations)

    office.store.write = between
    await office.do("book", id="a")
    await office.finish()
    assert withdrawn == [1]
    assert office.story()[1:] == [WITHDRAWN]


def longer(_state, event):
    """Has the time to pay begin anew with every event."""
    return [Withdraw(Expire), After(HOUR, Expire(id="a"))] if isinstance(event, Booked | Paid) else []


@pytest.mark.parametrize("back", [1, 2, 3])
async def test_D1_K7_what_is_delivered_again_takes_back_nothing_of_its_own_or_later(office, back):
    process = replace(DEFINITIONS.processes[0], on=(Booked, Paid), react=longer)
    office.definitions = replace(DEFINITIONS, processes=(process,))
    await office.open()
    await office.do("book", id="a")
    await office.do("pay", id="a")
    await office.do("pay", id="a")
    await office.settle()
    before = office.story()
    assert before.count(WITHDRAWN) == 2
    events = [one.position for one in office.engine.reader.read_log(0, 1000)]
    await office.engine.commit(ConfigureSubscription(subscription="trips", cursor=events[-back] - 1))
    await office.settle()
    assert office.engine.reader.subscription("trips").cursor >= events[-1]
    assert office.story() == before
    await office.finish()
    assert office.story().count(WITHDRAWN) == 2
    assert "dead expire: expire was rejected: it is paid" in office.story(), "the last one came in time"


async def test_K7_a_step_takes_back_what_it_issued_before_also_when_it_is_delivered_again(office):
    def both(_state, event):
        return [After(HOUR, Expire(id="a")), Withdraw(Expire)] if isinstance(event, Booked) else []

    office.definitions = reacting(both)
    await office.open()
    await office.do("book", id="a")
    await office.settle()
    await office.engine.commit(ConfigureSubscription(subscription="trips", cursor=0))
    assert await office.finish() == 0
    assert office.story()[1:] == [WITHDRAWN]

"""A fork that is made later has what one had that was made at once: W9."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from tests.services.conftest import running, written
from tests.services.worlds.test_fork import forked
from workbench.engine.publisher import OutgoingMessage
from workbench.model.dead_letter import LetterStatus
from workbench.services.worlds.fork import MARK, fork_in
from workbench.store.store_file import read_store_file

POST = """
[project]
name: "post"
[message_queue]
max_attempts: 3
retry_delay: "4s"
[topics.mail]
[topics.jobs]
[handler.send]
reject { nohome { when: "data.to == 'nohome'", message: "no home" } }
fail {
    down { when: "data.to == 'down'", message: "post is down" }
    slow { when: "data.to == 'slow' && attempt < 2", message: "post is slow" }
}
publish: "sent"
type: "'sent'"
with { what: "key" }
[topics.sent]
[aggregate.trip]
state { over { type: "boolean", default: false } }
[event.trip.asked]
[event.trip.failed]
set { over: true }
[command.ask_trip]
creates: "trip"
fields { trip: "string" }
emit: "trip.asked"
[command.fail_trip]
changes: "trip"
fields { trip: "string" }
refuse { over { when: "state.over", message: "it is over" } }
emit: "trip.failed"
[aggregate.flight]
state { taken { type: "list", of: "string", default: [] } }
[event.flight.offered]
[event.flight.taken]
fields { trip: "string" }
set { taken: "state.taken + [event.trip]" }
[event.flight.freed]
fields { trip: "string" }
set { taken: "state.taken.filter(one, one != event.trip)" }
[command.offer_flight]
creates: "flight"
fields { flight: "string" }
emit: "flight.offered"
[command.take_seat]
changes: "flight"
fields { flight: "string", trip: "string" }
refuse { full { when: "state.taken.size() >= 1", message: "full" } }
emit: "flight.taken"
[command.free_seat]
changes: "flight"
fields { flight: "string", trip: "string" }
refuse { none { when: "!(command.trip in state.taken)", message: "no seat" } }
emit: "flight.freed"
[process.booking]
key: "event.trip"
on {
    "trip.asked": {
        key: "id"
        starts: true
        do {
            seat {
                issue: "take_seat"
                with { flight: "'f'", trip: "id" }
                refused { issue: "fail_trip", with { trip: "id" }, refused: "nothing" }
            }
            late { issue: "fail_trip", with { trip: "id" }, after: "30s", refused: "nothing" }
        }
    }
    "trip.failed": {
        key: "id"
        ends: true
        do { seat { issue: "free_seat", with { flight: "'f'", trip: "id" }, refused: "nothing" } }
    }
}
[subscriptions.sender]
topic: "mail"
handler: "send"
[subscriptions.queue]
topic: "jobs"
handler: "send"
mode: "point_to_point"
on_dead: "continue"
[subscriptions.few]
topic: "mail"
handler: "send"
filter: "key == 'a'"
"""
TRIES_LOST = (
    "tries in sender before a later success are not known: what was tried again counts as delivered,"
    " or waits as if it had not been tried"
)
SUBSCRIPTIONS = ("sender", "queue", "few", "$commands")


def waits(reader):
    return {
        (name, row.position): (
            row.key,
            row.state,
            row.failed,
            row.attempts,
            row.due_at,
            row.generation,
            row.data,
        )
        for name in SUBSCRIPTIONS
        for row in reader.deliveries(name, 1000)
    }


def letters_of(reader):
    return [reader.letter(number) for number in reader.letter_numbers(tuple(LetterStatus))]


def letters(reader):
    return {
        one.number: (one.status, one.attempts, one.changed_at, one.edited, one.parent)
        for one in letters_of(reader)
    }


def ahead(reader):
    """What subscriptions have not come to yet."""
    return {
        (name, one.position)
        for name in SUBSCRIPTIONS
        for state in [reader.subscription(name)]
        for one in reader.read_topic(state.topic, lambda _type: False, state.cursor, 1000)[0]
        if name != "few" or one.key == "a"
    }


def issued(reader):
    """Which commands were handled, and how they ended."""
    return [(one.type, one.outcome, one.first_position) for one in reader.commands(limit=1000)]


def facts(folder):
    """What waits, and what is dead, before anything happens there."""
    with read_store_file(folder / "data" / "events.db") as reader:
        assert max((one.died_at for one in letters_of(reader)), default=0) <= fork_in(folder).began
        return waits(reader), letters(reader), ahead(reader), issued(reader)


class Post:
    """Somebody who sends, and an operator."""

    def __init__(self, trunk, seed):
        self.trunk, self.rng, self.trips = trunk, random.Random(seed), []

    async def send_any(self):
        choose = self.rng.choice
        topic = choose(["mail", "mail", "jobs"])
        await self.send(choose(["ok", "down", "nohome", "slow"]), choose("ab"), choose([0, 0, 15]), topic)

    async def send(self, to, key, delay=0, topic="mail"):
        await self.trunk.messages.publish(
            OutgoingMessage(topic=topic, type="letter", key=key, data={"to": to}, delay=delay)
        )
        await self.trunk.running().settle()

    async def ask_any(self):
        """Issues a command: with one seat, most of what follows is refused."""
        choose, self.trips = self.rng.choice, [*self.trips, f"t{len(self.trips)}"]
        act = choose(["ask_trip", "ask_trip", "free_seat", "fail_trip"])
        trip = self.trips[-1] if act == "ask_trip" else choose(self.trips)
        await self.trunk.commands.issue(act, {"trip": trip} | ({"flight": "f"} if act == "free_seat" else {}))
        await self.trunk.running().settle()

    async def pass_time(self, seconds):
        await self.trunk.world.timer.advance(seconds, self.trunk.running().settle)

    async def operate(self):
        trunk, act = self.trunk, self.rng.choice(["replay", "archive", "purge", "edit", "skip", "do now"])
        open_letters = list(trunk.reader.letter_numbers(("open",)))
        waiting = [
            (name, one.delivery) for name in SUBSCRIPTIONS for one in trunk.subscriptions.waiting(name)
        ]
        if act == "skip" and waiting:
            name, row = self.rng.choice(waiting)
            await trunk.subscriptions.skip(name, [row.number])
        elif act == "do now" and (early := [one for one in trunk.future.due() if one.early]):
            await trunk.future.do_now(self.rng.choice(early))
        elif open_letters:
            number = self.rng.choice(open_letters)
            match act:
                case "replay":
                    await trunk.dead_letters.replay([number])
                case "archive":
                    await trunk.dead_letters.archive([number])
                case "purge":
                    await trunk.dead_letters.purge([number], skip_on=self.rng.random() < 0.5)
                case "edit":
                    await trunk.dead_letters.edit_and_replay(number, '{"to": "ok"}')
        await trunk.running().settle()


@pytest.mark.parametrize("seed", [0, 4, 7, 15])
@pytest.mark.parametrize("still", [False, True])
async def test_W9_a_fork_that_is_made_later_is_as_one_made_at_once(
    tmp_path, on_file, stores, by_hand, seed, still
):
    async with running(written(tmp_path / "trunk", POST)) as trunk:
        post, then = Post(trunk, seed), {}
        await trunk.commands.issue("offer_flight", {"flight": "f"})
        for number in range(10):
            await post.send_any()
            await post.ask_any()
            position = trunk.reader.head()
            then[position] = facts(forked(trunk, position, tmp_path / f"then-{number}"))
            for _ in range(post.rng.randrange(3)):
                await post.pass_time(post.rng.choice([1.5, 4.5, 9.5, 20.5]))
                await post.operate()
            if not still:
                await post.pass_time(1)
        await post.pass_time(100)
        await post.send_any()
        for position, before in then.items():
            later = facts(forked(trunk, position, tmp_path / f"later-{position}"))
            for was, came in zip(before, later, strict=True):
                assert came == was, position


@pytest.fixture
async def post(tmp_path, on_file, stores, by_hand):
    async with running(written(tmp_path / "trunk", POST)) as trunk:
        yield Post(trunk, 1)


async def forked_before(post, position, tmp_path):
    """Has the log go on, and forks at a position of before."""
    await post.pass_time(1)
    await post.send("ok", "z")
    return running(forked(post.trunk, position, tmp_path / "fork"))


def dead(world, name):
    return [
        one.position for one in letters_of(world.reader) if one.subscription == name and one.status == "open"
    ]


async def test_W9_O1_what_waits_behind_one_that_died_later_waits_behind_it(post, tmp_path):
    await post.send("nohome", "b", delay=15)
    await post.send("ok", "b")
    position = post.trunk.reader.head()
    await post.pass_time(60)
    assert dead(post.trunk, "sender") == [1]
    async with await forked_before(post, position, tmp_path) as world:
        assert [one.position for one in world.reader.deliveries("sender")] == [1, 2]
        await world.future.move(60)
        assert dead(world, "sender") == [1]
        (behind,) = world.reader.deliveries("sender")
        assert (behind.position, behind.state) == (2, "blocked")


async def test_W9_D3_what_died_later_waits_with_its_tries_and_dies_as_it_did(post, tmp_path):
    await post.send("down", "b")
    await post.pass_time(4.9)
    await post.send("ok", "c")
    position = post.trunk.reader.head()
    (then,) = post.trunk.reader.deliveries("sender")
    assert then.failed == 2
    await post.pass_time(60)
    (letter,) = letters_of(post.trunk.reader)
    async with await forked_before(post, position, tmp_path) as world:
        (row,) = world.reader.deliveries("sender")
        assert (row.attempts, row.due_at) == (then.attempts, then.due_at)
        assert letters_of(world.reader) == []
        await world.future.next_due()
        (again,) = letters_of(world.reader)
        assert (again.attempts, again.died_at) == (letter.attempts, letter.died_at)


async def test_W9_what_was_skipped_waits_before_and_not_behind(post, tmp_path):
    await post.send("ok", "b", delay=15)
    position = post.trunk.reader.head()
    await post.pass_time(2)
    (row,) = post.trunk.reader.deliveries("sender")
    await post.trunk.subscriptions.skip("sender", [row.number])
    await post.send("ok", "c")
    behind = post.trunk.reader.head()
    async with await forked_before(post, position, tmp_path) as world:
        (waiting,) = world.reader.deliveries("sender")
        assert (waiting.position, waiting.due_at) == (1, row.due_at)
    async with running(forked(post.trunk, behind, tmp_path / "behind")) as world:
        assert world.reader.deliveries("sender") == []


async def test_W9_an_act_between_two_messages_of_one_time_is_before_the_second_alone(post, tmp_path):
    await post.send("ok", "b", delay=15)
    position = post.trunk.reader.head()
    await post.send("ok", "c")
    (row,) = post.trunk.reader.deliveries("sender")
    skipped = post.trunk.reader.head()
    await post.trunk.subscriptions.skip("sender", [row.number])
    await post.send("ok", "c")
    for upto, waiting in ((position, [1]), (skipped, []), (skipped + 1, [])):
        with read_store_file(
            forked(post.trunk, upto, tmp_path / f"fork-{upto}") / "data" / "events.db"
        ) as reader:
            assert [one.position for one in reader.deliveries("sender")] == waiting, upto


async def test_W9_W23_what_was_done_before_its_time_waits_before_and_not_behind(post, tmp_path):
    await post.send("ok", "b", delay=15)
    position = post.trunk.reader.head()
    await post.pass_time(2)
    await post.trunk.future.do_now(next(one for one in post.trunk.future.due() if one.what == "sender"))
    await post.trunk.running().settle()
    await post.send("ok", "c")
    behind = post.trunk.reader.head()
    async with await forked_before(post, position, tmp_path) as world:
        assert [one.position for one in world.reader.deliveries("sender")] == [1]
    async with running(forked(post.trunk, behind, tmp_path / "behind")) as world:
        assert world.reader.deliveries("sender") == []


async def test_W15_the_clock_of_a_fork_never_goes_back_after_a_kill(post, tmp_path):
    await post.send("down", "b", delay=5)
    folder = forked(post.trunk, post.trunk.reader.head(), tmp_path / "fork")
    left = (folder / MARK).read_bytes()
    async with running(folder) as world:
        await world.future.move(60, stop=False)
        (letter,) = letters_of(world.reader)
    (folder / MARK).write_bytes(left)  # as a killed process leaves it
    async with running(folder) as world:
        assert world.clock.now() >= letter.died_at
        before = world.clock.now()
        await world.messages.publish(OutgoingMessage(topic="mail", type="letter", key="k", data={"to": "ok"}))
        assert world.reader.message(world.reader.head(), "mail").published_at >= before


async def test_W9_what_is_not_known_any_more_is_told(post, tmp_path):
    await post.send("nohome", "b")
    await post.send("down", "c", delay=20)
    await post.pass_time(1)
    (row,) = post.trunk.reader.deliveries("sender")
    await post.trunk.subscriptions.skip("sender", [row.number])
    position = post.trunk.reader.head()
    await post.pass_time(1)
    await post.send("ok", "c")
    assert fork_in(forked(post.trunk, position, tmp_path / "fork")).told == ""
    await post.trunk.close()
    with closing(sqlite3.connect(post.trunk.project.store_path)) as con:
        con.execute("update subscriptions set retried = 1 where name = 'sender'")  # one that succeeded then
        con.execute("delete from dead_letters")
        con.execute("insert or replace into meta values ('last_letter', '1')")
        con.execute("delete from replaced")
        con.execute("delete from messages where position = 1")
        con.commit()
    assert fork_in(forked(post.trunk, position, tmp_path / "further")).unknown == (
        TRIES_LOST,
        "which deliveries 1 act of operators skipped, reset or made early is forgotten",
        "not in it: 1 message and 1 dead letter, removed since",
    )


async def test_W9_D3_what_succeeded_later_waits_with_its_tries_as_it_did(post, tmp_path):
    await post.send("slow", "b")
    await post.pass_time(1)
    await post.send("ok", "c")
    position = post.trunk.reader.head()
    (then,) = post.trunk.reader.deliveries("sender")
    assert then.failed == 1
    await post.pass_time(60)
    assert post.trunk.reader.deliveries("sender") == []
    async with await forked_before(post, position, tmp_path) as world:
        (row,) = world.reader.deliveries("sender")
        assert (row.attempts, row.due_at) == (then.attempts, then.due_at)
        assert world.fork.told == ""
        await world.future.move(60)
        assert world.reader.deliveries("sender") == []
        assert letters_of(world.reader) == []
    async with running(forked(post.trunk, post.trunk.reader.head(), tmp_path / "behind")) as world:
        assert world.reader.deliveries("sender") == []


async def test_W9_a_refused_command_between_two_events_of_one_time_is_handled_once(post, tmp_path):
    for act, values in (
        ("offer_flight", {"flight": "f"}),
        ("ask_trip", {"trip": "a"}),
        ("ask_trip", {"trip": "b"}),
        ("free_seat", {"flight": "f", "trip": "a"}),
    ):
        await post.trunk.commands.issue(act, values)
        await post.trunk.running().settle()
    position, before = post.trunk.reader.head(), issued(post.trunk.reader)
    assert ("take_seat", "rejected", 0) in before
    await post.trunk.commands.issue("offer_flight", {"flight": "g"})
    folder = forked(post.trunk, position, tmp_path / "fork")
    async with running(folder) as world:
        await world.running().settle()
        assert (world.reader.head(), issued(world.reader)) == (position, before)
        again = forked(world, position, tmp_path / "again")  # a fork of the fork
    async with running(again) as world:
        await world.running().settle()
        assert (world.reader.head(), issued(world.reader)) == (position, before)
    await post.trunk.close()
    with closing(sqlite3.connect(post.trunk.project.store_path)) as con:  # as earlier versions wrote it
        con.execute("update commands set last_position = 0 where first_position = 0")
        con.commit()
    async with running(forked(post.trunk, position - 1, tmp_path / "old")) as world:
        known = [one for one in before if one[2] < position]
        assert issued(world.reader)[-len(known) + 1 :] == known[-len(known) + 1 :]


async def test_W9_tries_that_are_forgotten_are_told_only_where_they_may_matter(post, tmp_path):
    await post.trunk.commands.issue("offer_flight", {"flight": "f"})
    first = post.trunk.reader.head()
    await post.send("slow", "b")
    position = post.trunk.reader.head()
    await post.pass_time(60)
    await post.send("ok", "c")
    last = post.trunk.reader.head()
    await post.pass_time(1)
    await post.send("ok", "c")

    def told(upto, name):
        return fork_in(forked(post.trunk, upto, tmp_path / f"{name}-{upto}")).unknown

    assert [told(one, "known") for one in (first, position, last)] == [(), (), ()]
    await post.trunk.close()
    with closing(sqlite3.connect(post.trunk.project.store_path)) as con:  # they were kept for their time
        ended = con.execute("select max(at) from replaced where act = ''").fetchone()[0]
        con.execute("update meta set value = ? where key = 'tries_since'", (str(ended + 1),))
        con.execute("delete from replaced")
        con.commit()
    assert [told(one, "forgotten") for one in (first, position, last)] == [(), (TRIES_LOST,), ()]
    with closing(sqlite3.connect(post.trunk.project.store_path)) as con:  # as earlier versions left it
        con.execute("delete from meta where key = 'tries_since'")
        con.commit()
    assert [told(one, "older") for one in (first, position)] == [(), (TRIES_LOST,)]

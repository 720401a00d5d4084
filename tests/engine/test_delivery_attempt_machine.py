"""Random lives of an engine, crashes and operators included, judged by what contract §5 and §6 promise."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.engine.lab import MODES, RETRY, Lab
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import OnDead, OnExpired, Ordering, Priority
from workbench.store.operations import ConfigureSubscription, MarkLetters, ReplayLetter, Skip
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.rows import DELIVERIES, deliveries
from workbench.store.stored_values import Reason

FATES = st.lists(st.sampled_from(["fail", "fail", "reject", "timeout", "crash", "exit"]), max_size=4)
UNBLOCKED = (DeliveryState.READY, DeliveryState.DELAYED, DeliveryState.LEASED)
EDITED = 1000


class Lives(RuleBasedStateMachine):
    """One subscription; every step ends when nothing moves any more."""

    kind = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.fates: dict[int, list[str]] = {}
        self.keys: dict[int, str] = {}
        self.expires: dict[int, int] = {}
        self.begins: dict[int, int] = {}
        self.disturbed: set[int] = set()
        self.again: set[int] = set()
        self.paused = self.resets = False
        self.judged = 0

    def do(self, work):
        return self.loop.run_until_complete(asyncio.wait_for(work, 20))

    @initialize(
        mode=st.sampled_from(MODES),
        ordered=st.sampled_from([True, True, False]),
        on_dead=st.sampled_from(OnDead),
        on_expired=st.sampled_from(OnExpired),
    )
    def begin(self, mode, ordered, on_dead, on_expired):
        async def made():
            lab = Lab(self.folder / "events.db", self.kind, topic={"on_expired": on_expired})
            ordering = Ordering.KEY if ordered else Ordering.NONE
            lab.declare(mode=mode, ordering=ordering, on_dead=on_dead, workers=3, in_flight=4)
            await lab.open()
            return lab

        self.ordered, self.on_dead, self.on_expired = ordered, on_dead, on_expired
        self.lab = self.do(made())

    # -- what happens -----------------------------------------------------------------------------------

    @rule(
        key=st.sampled_from(["a", "a", "b", ""]),
        fates=FATES,
        ttl=st.sampled_from([None, None, None, 15]),
        delay=st.sampled_from([0, 0, 0, 12]),
        priority=st.sampled_from(Priority),
        burst=st.integers(1, 3),
    )
    def publish(self, key, fates, ttl, delay, priority, burst):
        lab, more = self.lab, {"key": key, "ttl": ttl, "delay": delay, "priority": priority}
        first = 1 + sum(1 for n in self.keys if n < EDITED)
        for n in range(first, first + burst):
            self.fates[n], self.keys[n] = list(fates), key
            lab.fates[n] = list(fates)
            self.begins[n] = lab.clock.now() + delay * MICROSECONDS
            if ttl is not None:
                self.expires[n] = lab.clock.now() + ttl * MICROSECONDS
        self.do(lab.publish(*range(first, first + burst), **more))  # workers begin while others come in
        self.settle()

    @rule(seconds=st.sampled_from([1, 10, 61]))
    def wait(self, seconds):
        self.do(self.lab.advance(seconds))
        self.reopened()

    @rule()
    def crash(self):
        self.do(self.lab.crash())
        self.do(self.lab.open(paused=self.paused))
        self.settle()

    @rule()
    def restart(self):
        self.do(self.lab.close())
        self.do(self.lab.open(paused=self.paused))
        self.settle()

    @rule()
    def pause_or_resume(self):
        self.paused = not self.paused
        if self.paused:
            self.lab.running.pause()
        else:
            self.lab.running.resume()
        self.settle()

    @precondition(lambda self: self.paused)
    @rule()
    def step(self):
        stepping = asyncio.ensure_future(self.lab.running.step("sub"), loop=self.loop)
        self.do(self.ended(stepping))
        self.settle()

    async def ended(self, stepping):
        """Waits for a step; what hangs is given its time, what crashes is the end of the engine."""
        lab = self.lab
        while not stepping.done():
            await asyncio.sleep(0)
            if lab.hangs.is_set() and lab.crashing:
                lab.hangs.clear()
                stepping.cancel()
                await asyncio.gather(stepping, return_exceptions=True)
                await lab.crash()
                await lab.open(paused=True)
            elif lab.hangs.is_set():
                lab.hangs.clear()
                await lab.timer.advance(60, _nothing)

    def settle(self):
        self.do(self.lab.settle())
        self.reopened()

    def reopened(self):
        """An engine that was opened after a crash runs; an operator has it stand as it did."""
        if self.paused and self.lab.running.state != "paused":
            self.lab.running.pause()
            self.do(self.lab.settle())

    # -- operators ----------------------------------------------------------------------------------------

    def letters(self, *statuses):
        return self.lab.letters(*statuses)

    @precondition(lambda self: self.letters())
    @rule(data=st.data(), edited=st.booleans())
    def replay(self, data, edited):
        letter = data.draw(st.sampled_from(self.letters()))
        n = int(letter.data.split(":")[1].strip("}"))
        more = {}
        if edited:
            m = n % EDITED + EDITED * (letter.number + 1)
            more = {"data": f'{{"n":{m}}}'}
            self.keys[m] = letter.key
            self.disturbed.add(m)
            if n in self.expires:  # a reset delivers the message as that copy, but in its own time (L6, T1)
                self.expires[m] = self.expires[n]
        if self.do(self.lab.write(ReplayLetter(number=letter.number, **more))):
            self.disturb(n)
            self.again.add(n)
        self.settle()

    def disturb(self, n):
        """From here on an operator has a part in what becomes of a message and those with its key."""
        key = self.keys[n]
        self.disturbed |= {other for other, of in self.keys.items() if of == key and key} | {n}

    @precondition(lambda self: self.letters())
    @rule(data=st.data(), skip_on=st.booleans())
    def purge(self, data, skip_on):
        letter = data.draw(st.sampled_from(self.letters()))
        self.disturb(int(letter.data.split(":")[1].strip("}")))
        mark = MarkLetters(numbers=(letter.number,), before=("open",), after="purged", skip_on=skip_on)
        assert self.do(self.lab.write(mark)) == 1
        self.settle()

    @precondition(lambda self: self.letters("purged"))
    @rule(data=st.data())
    def restore(self, data):
        letter = data.draw(st.sampled_from(self.letters("purged")))
        mark = MarkLetters(numbers=(letter.number,), before=("purged",), after="open")
        assert self.do(self.lab.write(mark)) == 1
        self.settle()

    @precondition(lambda self: self.rows())
    @rule(data=st.data())
    def skip(self, data):
        row = data.draw(st.sampled_from(self.rows()))
        release = self.on_dead is OnDead.CONTINUE
        legal = row.state is not DeliveryState.DEAD
        skip = Skip(subscription="sub", numbers=(row.number,), release_key=release)
        assert self.do(self.lab.write(skip)) == int(legal)
        if legal:
            self.disturb(self.number(row))
        self.settle()

    @rule(back=st.booleans())
    def reset(self, back):
        self.resets = True
        cursor = 0 if back else self.lab.running.head
        release = self.on_dead is OnDead.CONTINUE
        self.do(self.lab.write(ConfigureSubscription(subscription="sub", cursor=cursor, release_key=release)))
        self.settle()

    # -- what is promised -----------------------------------------------------------------------------------

    def rows(self):
        if self.kind == "memory":
            found = list(self.lab.memory._tables.deliveries.values())
        else:
            reader = self.lab.store.reader()
            query = DELIVERIES + "where subscription_id = (select id from subscriptions where name = 'sub')"
            found = deliveries(reader._con.execute(query).fetchall(), "sub")
            reader.close()
        return sorted((row for row in found if row.subscription == "sub"), key=lambda row: row.position)

    def number(self, row):
        message = self.lab.running.reader.message(row.position, "work")
        return message.json()["n"]

    @invariant()
    def whoever_waits_waits_for_something(self):
        now, rows = self.lab.clock.now(), self.rows()
        for row in rows:
            assert row.state is not DeliveryState.LEASED, "nobody works any more"
            if not self.paused:
                assert row.state is not DeliveryState.READY, row
                assert row.state is not DeliveryState.DELAYED or row.due_at > now, row
            if row.state is DeliveryState.BLOCKED:
                of_key = [one for one in rows if one.key == row.key and one is not row]
                before = [one for one in of_key if one.position < row.position]
                dead = [one for one in before if one.state is DeliveryState.DEAD]
                under_way = [one for one in of_key if one.state in UNBLOCKED]
                assert under_way or (dead and self.on_dead is OnDead.BLOCK_KEY), (row, rows)
        if not self.paused:
            assert self.lab.running.head - self.lab.running.subscription("sub").cursor == 0

    @invariant()
    def I5_I6_one_delivery_each_and_one_under_way_per_key(self):
        rows = self.rows()
        places = [row.position for row in rows]
        assert len(set(places)) == len(places)
        under_way = [row.key for row in rows if row.key and row.state in UNBLOCKED]
        assert len(set(under_way)) == len(under_way), rows

    @invariant()
    def D1_effects_exactly_once(self):
        effects = self.lab.effects()
        assert len(set(effects)) == len(effects)
        out = self.lab.running.reader.read_topic("out", lambda _type: False, 0, 10_000)[0]
        assert sorted(message.json()["n"] for message in out) == sorted(effects)

    @invariant()
    def T1_I11_nothing_is_early_or_late(self):
        for one in self.lab.seen[self.judged :]:
            if one.n in self.begins and one.n not in self.again:
                assert one.at >= self.begins[one.n]
                assert one.at < self.expires.get(one.n, 2**62)
            assert one.attempt <= RETRY.max_attempts
        self.judged = len(self.lab.seen)

    @invariant()
    def O1_a_key_goes_one_after_the_other(self):
        if not self.ordered or self.resets:
            return
        for key in "ab":
            calm = [n for n in self.keys if self.keys[n] == key and n not in self.disturbed]
            seen = [one for one in self.lab.seen if one.n in calm]
            for before, after in pairwise(seen):
                # The batch in which the engine died is handed out again, from its beginning (contract §5).
                assert before.n <= after.n or after.redelivered, key
            effects = [n for n in self.lab.effects() if n in calm]
            assert effects == sorted(effects)

    @invariant()
    def nothing_is_lost(self):
        if self.paused or self.resets:
            return
        effects, letters = set(self.lab.effects()), self.letters(*_STATUSES)
        known = {int(letter.data.split(":")[1].strip("}")) for letter in letters}
        waiting = {self.number(row) for row in self.rows()}
        for n in self.keys:
            if n >= EDITED or n in effects or n in known or n in waiting or n in self.disturbed:
                continue
            assert self.on_expired is OnExpired.DROP, n
            assert n in self.expires, f"{n} is nowhere"

    @invariant()
    def L1_who_dies_has_a_reason(self):
        for letter in self.letters(*_STATUSES):
            n = int(letter.data.split(":")[1].strip("}"))
            taken = self.fates.get(n, [])[: len(self.fates.get(n, [])) - len(self.lab.fates.get(n, []))]
            if letter.reason is Reason.MAX_ATTEMPTS:
                assert len(letter.attempts) == RETRY.max_attempts
            elif letter.reason is Reason.CRASH_LOOP:
                assert "crash" in taken, "it was innocent"
            elif letter.reason is Reason.REJECTED:
                assert "reject" in taken
            else:
                assert letter.reason is Reason.EXPIRED
                assert n in self.expires

    @invariant()
    def L8_a_delivery_has_one_open_letter(self):
        rows = {row.position: row for row in self.rows()}
        open_ones = [
            letter.position for letter in self.letters("open", "replaying") if letter.position in rows
        ]
        dead = [row.position for row in rows.values() if row.dead_letter is not None]
        assert self.resets or len(set(open_ones)) == len(open_ones)
        for letter in self.letters("replaying"):
            assert letter.position in dead, "a replay that nobody works on"

    @invariant()
    def the_engine_said_nothing_of_trouble(self):
        assert self.lab.running.errors == []

    def teardown(self):
        if hasattr(self, "lab"):
            if self.lab.engine is None:
                self.do(self.lab.open())
            self.paused = False
            self.lab.running.resume()
            self.do(self.lab.advance(10_000))
            for row in self.rows():
                assert row.state in (DeliveryState.DEAD, DeliveryState.BLOCKED), row
            self.whoever_waits_waits_for_something()
            self.D1_effects_exactly_once()
            self.nothing_is_lost()
            self.do(self.lab.close())
            if self.kind == "sqlite":
                assert check(self.folder / "events.db").findings == ()
        self.loop.close()
        shutil.rmtree(self.folder)


class LivesOnFile(Lives):
    """The same on a file."""

    kind = "sqlite"


async def _nothing():
    """Nothing to settle between two times."""


_STATUSES = ("open", "replaying", "resolved", "failed_again", "archived", "purged")
QUICK = settings(max_examples=16, stateful_step_count=20, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, stateful_step_count=50)


def test_contract_5_I1_I12_lives_keep_what_is_promised_in_memory():
    run_state_machine_as_test(Lives, settings=QUICK)


def test_contract_5_I1_I12_lives_keep_what_is_promised_on_a_file():
    run_state_machine_as_test(LivesOnFile, settings=settings(QUICK, max_examples=6))


@pytest.mark.long
@pytest.mark.parametrize(("machine", "lives"), [(Lives, 1500), (LivesOnFile, 200)])
def test_contract_5_I1_I12_many_long_lives_keep_what_is_promised(machine, lives):
    run_state_machine_as_test(machine, settings=settings(LONG, max_examples=lives))

"""Random lives of two engines on one store: they stop, die, are cut off and come back (D5, I5–I7, F1)."""

from __future__ import annotations

import asyncio

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

from tests.engine.lab import MODES
from tests.engine.pair import Pair
from workbench.engine import group_commit
from workbench.model.clock import MICROSECONDS
from workbench.model.delivery_states import DeliveryState
from workbench.model.messaging import Mode, OnDead, Ordering

UNDER_WAY = (DeliveryState.READY, DeliveryState.DELAYED, DeliveryState.LEASED)
LEASE = 30 * MICROSECONDS
WHO = st.sampled_from([0, 1])


class Lives(RuleBasedStateMachine):
    """One subscription; every step ends when nothing moves any more."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.keys: dict[int, str] = {}
        self.done: list[int] = []

    def do(self, work):
        return self.loop.run_until_complete(asyncio.wait_for(work, 20))

    @initialize(
        mode=st.sampled_from(MODES),
        ordered=st.sampled_from([True, True, False]),
        on_dead=st.sampled_from(OnDead),
        workers=st.sampled_from([1, 2]),
    )
    def begin(self, mode, ordered, on_dead, workers):
        async def made():
            ordering = Ordering.KEY if ordered else Ordering.NONE
            pair = Pair(mode=mode, ordering=ordering, on_dead=on_dead, workers=workers, max_crashes=50)
            for side in pair.sides:
                await side.open()
            return pair

        self.ordered, self.lanes = ordered, workers if mode is Mode.POINT_TO_POINT else 1
        self.pair = self.do(made())

    def living(self):
        return [side for side in self.pair.sides if side.engine is not None]

    def reachable(self):
        return [side for side in self.living() if not side.store.cut]

    # -- what happens -----------------------------------------------------------------------------------

    @precondition(lambda self: self.reachable())
    @rule(
        who=WHO,
        messages=st.lists(
            st.tuples(
                st.sampled_from("ab"), st.lists(st.sampled_from(["wait", "wait", "fail", "ok"]), max_size=4)
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def publish(self, who, messages):
        side = self.reachable()[who % len(self.reachable())]
        for key, fates in messages:
            n = len(self.keys)
            self.keys[n], self.pair.fates[n] = key, fates
            self.do(side.publish(n, key=key))
        self.do(self.pair.quiet())

    @rule(who=WHO)
    def let_go(self, who):
        self.do(self.pair.let_go(self.pair.sides[who]))

    @rule(seconds=st.sampled_from([1, 10, 29, 31]))
    def advance(self, seconds):
        self.do(self.pair.advance(seconds))

    @rule(who=WHO)
    def kill(self, who):
        side = self.pair.sides[who]
        if side.engine is not None:
            self.do(side.crash())

    @rule(who=WHO)
    def stop(self, who):
        side = self.pair.sides[who]
        if side in self.reachable():
            self.do(self.pair.stop(side))

    @rule(who=WHO, anew=st.booleans())
    def start(self, who, anew):
        side = self.pair.sides[who]
        if anew and not self.living():
            self.pair.memory.reopen()
        if side.engine is None:
            self.do(side.open())
            self.do(self.pair.quiet())

    @rule(who=WHO)
    def cut(self, who):
        self.pair.sides[who].store.cut = True

    @rule(who=WHO)
    def mend(self, who):
        self.pair.sides[who].store.cut = False
        self.do(self.pair.advance(2))

    # -- what is promised -------------------------------------------------------------------------------

    @invariant()
    def I5_I6_one_delivery_each_and_one_under_way_per_key(self):
        rows = self.pair.rows(*DeliveryState)
        places = [row.position for row in rows]
        assert len(set(places)) == len(places)
        keys = [row.key for row in rows if row.key and row.state in UNDER_WAY]
        assert len(set(keys)) == len(keys), rows

    @invariant()
    def I7_D1_what_took_effect_did_so_once_and_stays(self):
        effects = self.pair.effects()
        assert len(set(effects)) == len(effects)
        assert effects[: len(self.done)] == self.done
        self.done = effects
        out = self.pair.reader.read_topic("out", lambda _type: False, 0, 10_000)[0]
        assert [message.json()["n"] for message in out] == effects

    @invariant()
    def I6_a_key_succeeds_in_order(self):
        if self.ordered:
            for key in "ab":
                effects = [n for n in self.done if self.keys[n] == key]
                assert effects == sorted(effects)

    @invariant()
    def D5_what_is_held_ends_unless_it_is_extended(self):
        state, now = self.pair.reader.subscription("sub"), self.pair.clock.now()
        held = [(row.lease_owner, row.lease_until) for row in self.pair.rows(DeliveryState.LEASED)]
        held += [(state.claim_owner, state.claim_until)] if state.claim_token else []
        assert all(end <= now + LEASE for _, end in held)
        if len(self.reachable()) == 2:
            lapsed = {owner for owner, end in held if end < now - MICROSECONDS}
            for engine in (side.engine for side in self.reachable()):
                free = len(engine.subscription("sub")._rows.leases.held) < self.lanes
                assert not (free and lapsed - {engine.owner}), "another engine could take it over"

    def teardown(self):
        if hasattr(self, "pair"):
            self.do(self.end())
            for read in (
                self.I5_I6_one_delivery_each_and_one_under_way_per_key,
                self.I6_a_key_succeeds_in_order,
            ):
                read()
            state = self.pair.reader.subscription("sub")
            assert self.pair.rows(*UNDER_WAY) == []
            assert (state.cursor, state.claim_token) == (self.pair.reader.head(), None)
            lost = set(self.keys) - set(self.pair.effects()) - self.dead() - self.blocked()
            assert not lost, "F1: what was published is nowhere"
        self.loop.close()

    async def end(self):
        """Has everything come to its end: all that waits goes on, and both engines run."""
        for side in self.pair.sides:
            side.store.cut = False
            side.go.set()
            if side.engine is None:
                await side.open()
        await self.pair.advance(300)
        self.I7_D1_what_took_effect_did_so_once_and_stays()
        for side in self.pair.sides:
            await self.pair.stop(side)

    def dead(self):
        letters = [self.pair.reader.letter(number) for number in range(1, 200)]
        return {int(letter.data.split(":")[1].strip("}")) for letter in letters if letter is not None}

    def blocked(self):
        rows = self.pair.rows(DeliveryState.BLOCKED)
        return {self.pair.reader.message(row.position, "work").json()["n"] for row in rows}


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    """Has everything written on the loop: `Pair.quiet` counts its turns, and waits for no thread."""
    monkeypatch.setattr(group_commit, "INLINE_SECONDS", 1e9)


QUICK = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck))


def test_D5_F1_two_engines_that_die_and_come_back_keep_what_is_promised():
    run_state_machine_as_test(Lives, settings=QUICK)


@pytest.mark.long
def test_D5_F1_many_long_lives_of_two_engines_keep_what_is_promised():
    run_state_machine_as_test(Lives, settings=settings(QUICK, max_examples=2000, stateful_step_count=60))

"""Every trigger in every state of a delivery, on all stores; an illegal one changes nothing (contract §5)."""

from __future__ import annotations

import itertools

import pytest

from tests.store.actions import one
from tests.store.test_queue import FOREVER, OTHER, TOKEN, Box
from workbench.errors import StaleLease
from workbench.model.delivery_states import DeliveryState, Trigger, targets
from workbench.store.operations import (
    DoNow,
    Lease,
    MarkLetters,
    Reclaim,
    RecoverSubscription,
    ReplayLetter,
    Settle,
    Skip,
)
from workbench.store.settlements import Settlement

STATES = ("blocked", "delayed", "ready", "leased", "dead", "done")
TRIGGERS = tuple(
    trigger
    for trigger in Trigger
    if trigger not in (Trigger.PUBLISH, Trigger.DUE, Trigger.PROMOTE, Trigger.RECALL)
)
ROW = 2
"""Number of the row that is walked; the first is the dead one that it may be blocked behind."""


class Walk(Box):
    """A delivery in a given state behind a dead one of its key, so that nothing promotes it by itself."""

    def bring(self, state):
        self.publish("head", "walked")
        if state == "done":
            self.settle(head="dead")
            return
        started = "ready" if state == "leased" else state
        self.settle(head="dead", walked=started)
        if state == "leased":
            assert self.lease(self.row())

    def row(self):
        found = {row.position: row for row in self.rows()}
        return found.get(2)

    def rows(self):
        tables = getattr(self.store, "_tables", None)
        if tables is not None:
            return list(tables.deliveries.values())
        con = self.reader._con
        from workbench.store.sqlite.rows import DELIVERIES, deliveries

        return deliveries(con.execute(DELIVERIES).fetchall(), "sub")

    def state(self):
        row = self.row()
        return "gone" if row is None else row.state.value

    def everything(self):
        letters = [self.reader.letter(number) for number in range(1, 5)]
        return sorted(self.rows(), key=lambda row: row.number), letters, self.reader.subscription("sub")

    def pull(self, trigger):
        """Does what a trigger stands for; returns the answer."""
        letter = 2
        match trigger:
            case Trigger.CLAIM:
                return one(self.store, Lease(subscription="sub", numbers=(ROW,), token=OTHER, until=FOREVER))
            case Trigger.ACK:
                return self.settled(None)
            case Trigger.FAIL:
                return self.settled("delayed", due_at=FOREVER)
            case Trigger.REJECT:
                return self.settled("dead")
            case Trigger.RELEASE:
                return self.settled("ready")
            case Trigger.EXPIRE:
                # A message expires as it is claimed, so that no worker holds it (T1).
                if one(self.store, Lease(subscription="sub", numbers=(ROW,), token=TOKEN, until=FOREVER)):
                    return self.settled("dead")
                return None
            case Trigger.CRASH:
                recover = RecoverSubscription(subscription="sub", topic="mail", in_doubt=(), max_crashes=3)
                late = Reclaim(subscription="sub", topic="mail", now=FOREVER)
                return one(self.store, recover) if self.state() != "leased" else one(self.store, late)
            case Trigger.SKIP | Trigger.DO_NOW:
                skip = Skip(subscription="sub", numbers=(ROW,))
                return one(
                    self.store, skip if trigger is Trigger.SKIP else DoNow(subscription="sub", number=ROW)
                )
            case Trigger.REPLAY:
                return one(self.store, ReplayLetter(number=letter))
            case Trigger.PURGE:
                mark = MarkLetters(numbers=(letter,), before=("open",), after="purged", skip_on=True)
                return one(self.store, mark)

    def settled(self, state, **more):
        letter = self.letter(self.messages()[1]) if state == "dead" else None
        ended = Settlement(
            position=2,
            key="k",
            state=None if state is None else DeliveryState(state),
            letter=letter,
            failed=1,
            **more,
        )
        return one(self.store, Settle(subscription="sub", token=TOKEN, settlements=(ended,), delivered=1))


@pytest.mark.parametrize(("state", "trigger"), list(itertools.product(STATES, TRIGGERS)))
def test_contract_5_I7_every_trigger_in_every_state_does_what_the_table_says(store, state, trigger):
    walk = Walk(store)
    walk.bring(state)
    before = walk.everything()
    legal = targets(DeliveryState(state), trigger)
    if trigger is Trigger.CLAIM and state == "delayed":
        legal = (DeliveryState.LEASED,)  # the engine claims what is due: both steps are one write
    if trigger is Trigger.EXPIRE and state == "blocked":
        legal = ()  # it expires once it is promoted: a blocked one is in nobody's hands
    answer = walk.pull(trigger)
    if not legal:
        assert walk.everything() == before
        assert not answer or isinstance(answer, StaleLease)
        return
    gone = {DeliveryState.DONE, DeliveryState.SKIPPED, DeliveryState.EXPIRED}
    assert walk.state() in {"gone" if one in gone else one.value for one in legal}
    assert not isinstance(answer, StaleLease)

"""The state machine of deliveries is one table: what it says, and that the docs draw it (contract §5)."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.model.delivery_states import (
    TERMINAL,
    TRANSITIONS,
    DeliveryState,
    Trigger,
    mermaid,
    sources,
    targets,
)


def test_the_docs_draw_the_table():
    page = asset("docs", "deliveries.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{mermaid()}```" in page
    for one in TRANSITIONS:
        before = "–" if one.before is None else one.before.value
        after = ", ".join(one.after)
        assert f"| {before} | {one.on} | {after} | {one.note} |" in page


def test_I7_nothing_leads_out_of_what_is_terminal():
    assert set(TERMINAL) == {DeliveryState.DONE, DeliveryState.EXPIRED, DeliveryState.SKIPPED}
    assert all(targets(state, on) == () for state in TERMINAL for on in Trigger)


def test_every_state_is_reached_and_every_trigger_does_something():
    assert {state for one in TRANSITIONS for state in one.after} == set(DeliveryState)
    assert {one.on for one in TRANSITIONS} == set(Trigger)
    pairs = [(one.before, one.on) for one in TRANSITIONS]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize(
    ("trigger", "states"),
    [
        (Trigger.CLAIM, {"ready"}),
        (Trigger.ACK, {"leased"}),
        (Trigger.CRASH, {"leased"}),
        (Trigger.SKIP, {"blocked", "delayed", "ready"}),
        (Trigger.EXPIRE, {"blocked", "delayed", "ready"}),
        (Trigger.REPLAY, {"dead"}),
    ],
)
def test_sources_are_the_states_in_which_a_trigger_is_legal(trigger, states):
    assert set(sources(trigger)) == states
    assert {state for state in DeliveryState if targets(state, trigger)} == states

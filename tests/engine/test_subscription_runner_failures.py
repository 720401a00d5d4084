"""C11, D1, J2: what project code does wrong is the failure of that delivery or event; the rest goes on."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.engine.conftest import Counted
from tests.engine.lab import Handled
from workbench.errors import CommandRejected, WrongExpectedVersion
from workbench.model.command import CommandOutcome
from workbench.model.messaging import OnDead
from workbench.model.projection import On

REJECTED: Any = CommandRejected
CONFLICT: Any = WrongExpectedVersion


class Mute(Exception):
    """Cannot say what is wrong."""

    def __str__(self) -> str:
        raise ZeroDivisionError


def unreadable(*_parts):
    Path(os.fsdecode(b"/nope/caf\xe9.txt")).read_text()


def mute(*_parts):
    raise Mute


def unpronounceable(*_parts):
    raise ValueError("cannot read caf\udce9.txt")


ILL = replace(Handled(n=1), n="one")
ACTS = {
    "append to no name": lambda message, context: context.append(5, Handled(n=1)),
    "append at no version": lambda message, context: context.append("x", Handled(n=1), expected="abc"),
    "append what its type refuses": lambda message, context: context.append(
        "x", replace(Handled(n=1), n="one")
    ),
    "no effect": lambda message, context: context.effect(None),
    "no priority": lambda message, context: context.publish("out", {}, priority="high"),
    "no key": lambda message, context: context.publish("out", {}, key=b"x"),
    "no type": lambda message, context: context.publish("out", {}, type=b"x"),
    "a key that is no name": lambda message, context: context.publish("out", {}, key="k\0"),
    "a key that is too long": lambda message, context: context.publish("out", {}, key="k" * 300),
    "a type that is no name": lambda message, context: context.publish("out", {}, type="a\nb\u202e"),
    "no delay": lambda message, context: context.publish("out", {}, delay=-5),
    "a delay beyond the calendar": lambda message, context: context.publish("out", {}, delay=1e300),
    "no life": lambda message, context: context.publish("out", {}, ttl=-1),
    "unreadable": unreadable,
    "mute": mute,
    "unpronounceable": unpronounceable,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
async def test_C11_D1_a_delivery_that_fails_in_any_way_dies_alone(lab, act):
    lab.declare(on_dead=OnDead.CONTINUE)
    lab.act = lambda message, context: act(message, context) if message.json()["n"] == 2 else None
    await lab.open()
    await lab.publish(1, 2, 3)
    await lab.finish()
    assert lab.effects() == [1, 3]
    (letter,) = lab.letters()
    assert letter.error
    assert letter.error.isprintable()
    assert not lab.running.faults


async def test_C11_what_could_be_said_of_an_error_is_kept(lab):
    lab.declare(on_dead=OnDead.CONTINUE)
    lab.act = lambda message, context: (unreadable if message.json()["n"] == 1 else mute)()
    await lab.open()
    await lab.publish(1, 2)
    await lab.finish()
    said, nothing = lab.letters()
    assert (said.error_type, nothing.error_type) == ("FileNotFoundError", "Mute")
    assert r"caf\udce9.txt" in said.error
    assert "raised ZeroDivisionError" in nothing.error
    assert "in mute" in nothing.traceback


@pytest.mark.parametrize("fail", [unreadable, mute, unpronounceable])
async def test_J2_a_projection_whose_error_cannot_be_told_is_faulted_visibly(rig, fail):
    rig.totals = dataclasses.replace(rig.totals, on=(On(Counted, fail),))
    engine = await rig.open()
    await rig.do("open", "a", 1)
    await rig.quiet()
    (state,) = engine.reader.generations("totals")
    assert (state.status, state.fault_position) == ("faulted", 1)
    assert "Error" in state.fault
    assert not engine.faults


@pytest.mark.parametrize(
    ("refusal", "message", "field"),
    [
        (REJECTED(b"x"), "b'x'", None),
        (REJECTED("x", field=b"y"), "x", "b'y'"),
        (REJECTED("x\ud800"), r"x\ud800", None),
        (REJECTED(None, field=5), "None", "5"),
        (CONFLICT("s", expected="x", actual="y"), "stream s is at version y", None),
    ],
)
async def test_a_refusal_is_recorded_as_text_whatever_it_was_made_of(
    rig, monkeypatch, refusal, message, field
):
    engine = await rig.open()

    def refuse(*_parts):
        raise refusal

    kind = engine.registry.aggregates["count"]
    engine.registry.aggregates["count"] = dataclasses.replace(kind, decide=refuse)
    result = await rig.do("open", "a")
    assert not result.accepted
    assert (result.message[: len(message)], result.field) == (message, field)
    (record,) = engine.reader.commands()
    assert (record.message, record.field, record.expected) == (result.message, field, None)


async def test_K1_what_does_not_fit_its_own_type_is_not_stored(rig):
    engine = await rig.open()
    kind = engine.registry.aggregates["count"]
    broken = dataclasses.replace(kind, decide=lambda *_parts: [Counted(by=1), Counted(by="x")])
    engine.registry.aggregates["count"] = broken
    result = await rig.do("open", "a")
    assert result.outcome is CommandOutcome.FAILED
    assert "counted does not fit its own type" in result.message
    assert "$.by" in result.message
    engine.registry.aggregates["count"] = kind
    assert (await rig.do("open", "a")).version == 1

"""Dry runs of dead letters: nothing is stored, nothing else notices, refusals are told (I12)."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from tests.engine.lab import Handled, Lab
from workbench.engine.dry_run import described, dry_run
from workbench.engine.policy_runner import PolicyRunner
from workbench.errors import NotFound
from workbench.model.policy import Process, process_type_of
from workbench.store.operations import ProjectRows
from workbench.store.stored_values import Instance, Reason


@pytest.fixture(params=["memory", "sqlite"])
async def lab(request, tmp_path):
    made = Lab(tmp_path / "events.db", request.param)
    made.declare()
    made.fates = {1: ["reject"]}
    await made.open()
    await made.publish(1)
    await made.settle()
    yield made
    await made.close()


def everything(lab):
    reader = lab.running.reader
    events = reader.read_log(0, 1000)
    out = reader.read_topic("out", lambda _type: False, 0, 1000)
    letters = [reader.letter(number) for number in range(1, 5)]
    table = [reader.row("sent", str(n)) for n in range(3)]
    return (
        events,
        out,
        letters,
        table,
        reader.subscriptions() if lab.kind == "sqlite" else None,
        reader.head(),
    )


async def test_I12_a_dry_run_says_what_would_happen_and_stores_nothing(lab):
    lab.act = lambda message, context: context.project("sent", id="1", n=message.json()["n"])
    before = everything(lab)
    (letter,) = lab.letters()
    said = await dry_run(lab.running, letter)
    assert said.succeeds
    assert [(one.kind, one.where) for one in said.effects] == [
        ("append", "handled-sub-1"),
        ("publish", "out"),
        ("row", "sent"),
    ]
    assert everything(lab) == before
    await lab.replay(letter)
    await lab.settle()
    assert lab.effects() == [1], "a dry run has taken nothing of what is done later"


async def test_a_dry_run_tells_what_fails_and_what_the_store_would_refuse(lab):
    (letter,) = lab.letters()
    lab.fates = {1: ["reject"]}
    failed = await dry_run(lab.running, letter)
    assert (failed.succeeds, failed.failure.error_type, failed.effects) == (False, "PermanentError", ())
    lab.act = lambda _message, context: context.append("new", Handled(n=1), expected=7)
    refused = await dry_run(lab.running, letter)
    assert not refused.succeeds
    assert refused.failure is None
    assert "7" in refused.refused
    edited = await dry_run(lab.running, letter, '{"n":2}')
    assert edited.effects[0].where == "handled-sub-2"
    assert lab.letters()[0].reason is Reason.REJECTED


async def test_P7_without_a_handler_nothing_has_a_dry_run(lab):
    (letter,) = lab.letters()
    await lab.close()
    lab.detached = True
    await lab.open()
    with pytest.raises(NotFound, match="no handler"):
        await dry_run(lab.running, letter)


class Tally(msgspec.Struct, frozen=True):
    """How many events a process saw."""

    seen: int


async def test_a_process_that_is_in_the_middle_of_a_batch_has_a_dry_run_with_a_memory_of_its_own(lab):
    process = Process(
        name="tally",
        on=(Handled,),
        correlate=lambda _event, _record: "k",
        state=Tally,
        evolve=lambda state, _event: Tally((state.seen if state else 0) + 1),
        react=lambda _state, _event: [],
    )
    reader, metrics = lab.running.reader, lab.running.metrics
    reactor = PolicyRunner(process_type_of(process), lab.running.registry, reader, metrics)
    reactor._states["k"] = Instance('{"seen":7}', 1)
    apart = reactor.apart()
    apart.forget()
    assert apart._before("k") is None, "it reads what is stored"
    assert reactor._before("k") == ('{"seen":7}', 1), "what the batch keeps in mind stays"


@pytest.mark.parametrize(
    "act",
    [
        lambda context: context.project("sent", id="1", n=2**63),
        lambda context: context.project("sent", id="1", n=1.5),
        lambda context: context.project("sent", id="\ud800", n=1),
        lambda context: context.remove("sent", "\ud800"),
    ],
)
async def test_D1_a_row_that_its_table_cannot_hold_fails_its_delivery_for_good(lab, act):
    lab.act = lambda _message, context: act(context)
    (letter,) = lab.letters()
    said = await dry_run(lab.running, letter)
    assert said.failure.error_type == "PermanentError"
    assert said.failure.permanent


def test_a_dry_run_says_the_money_of_a_row():
    (said,) = described([ProjectRows(name="prices", rows=({"id": "a", "price": Decimal("7.50")},))])
    assert (said.what, said.data) == ("a", '{"id":"a","price":"7.50"}')

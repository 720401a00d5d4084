"""A saga killed at any statement: timeouts, answered refusals and withdrawals come once (F1, K6, K7)."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.torture.saga import ORDERS
from tests.torture.trials import KILLED
from workbench.engine.projection_check import row_differences
from workbench.model.clock import ManualClock
from workbench.model.command import CommandOutcome
from workbench.model.event import RecordedEvent
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.project.project import load_project
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import CommandRecord

EVERYTHING = 10_000


@pytest.fixture(scope="module")
def sell():
    """Runs a shop and returns how it ended, and after how many statements."""
    if not hasattr(os, "fork"):
        pytest.skip("shops are forked, which this system cannot do")
    command = [sys.executable, "-m", "tests.torture.saga"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as warm:

        def run(path: Path, die_at: int = 0) -> dict[str, int]:
            warm.stdin.write(json.dumps({"path": str(path), "die_at": die_at}) + "\n")
            warm.stdin.flush()
            answer: dict[str, int] = json.loads(warm.stdout.readline())
            return answer

        yield run
        warm.stdin.close()


@dataclass(frozen=True)
class History:
    """What a store holds when nothing is to be done any more."""

    events: list[RecordedEvent]
    issued: list[Message]
    commands: list[CommandRecord]

    def content(self) -> list[list[Any]]:
        """Returns all but ids, positions and the order among streams: those follow from the kills."""
        found: list[list[Any]] = [
            [(one.stream, one.type, one.data, one.occurred_at) for one in self.events],
            [(one.key, one.type, one.data, one.deliver_at or 0, one.withdrawn) for one in self.issued],
            [(one.stream, one.type, one.data, one.outcome, one.message, one.origin) for one in self.commands],
        ]
        return [sorted(part) for part in found]


def history_of(path: Path) -> History:
    assert check(path).findings == ()
    store = SqliteStore(path, ManualClock())
    reader = store.reader()
    assert reader.letter(1) is None
    assert [one.name for one in reader.subscriptions() if one.waiting or one.claimed_to] == []
    issued, _ = reader.read_topic(COMMANDS_TOPIC, lambda _type: False, 0, EVERYTHING)
    registry = load_project(ORDERS, environ={}, trusted=True).registry
    assert row_differences(registry.projections["shelves"], registry, reader) == []
    found = History(reader.read_log(0, EVERYTHING), issued, reader.commands(limit=EVERYTHING))
    store.close()
    return found


def judge(history: History) -> None:
    """Holds that each issued command was carried out or withdrawn, and each refusal answered once."""
    carried_out = {one.command_id: one for one in history.commands}
    assert len(carried_out) == len(history.commands)
    ran = {one.id for one in history.issued if not one.withdrawn}
    assert ran == {one.command_id for one in history.commands if one.origin}
    caused = Counter(one.causation_id for one in history.events)
    accepted = {one.command_id for one in history.commands if one.outcome == CommandOutcome.ACCEPTED}
    two = {one.command_id for one in history.commands if one.type == "pay_order"} & accepted
    assert caused == {one: 1 + (one in two) for one in accepted}
    followed = Counter(one.causation_id for one in history.issued)
    for one in history.issued:
        name = json.loads(one.metadata or "{}").get("answer", "nothing")
        refused = not one.withdrawn and one.id not in accepted and name != "nothing"
        assert followed[one.id] == (ANSWERS[name] if refused else 0), one


ANSWERS = {
    "order.placed:do.stock.refused": 1,
    "order.placed:do.stock.refused.refused": 1,
    "order.paid:refused": 2,
    "refused": 1,
}
"""How many commands an answer issues."""


@pytest.fixture(scope="module")
def undisturbed(sell, tmp_path_factory):
    """The history without a kill, and how many statements it takes."""
    path = tmp_path_factory.mktemp("undisturbed") / "events.db"
    ending = sell(path)
    assert ending["status"] == 0
    history = history_of(path)
    judge(history)
    kinds = Counter((one.type, one.withdrawn) for one in history.issued)
    assert {("end_order", True), ("end_order", False), ("remind", True), ("remind", False)} <= kinds.keys()
    names = {json.loads(one.metadata or "{}").get("answer") for one in history.issued}
    assert names >= ANSWERS.keys()
    return history.content(), ending["statements"]


@pytest.mark.parametrize("rounds", [8, pytest.param(400, marks=pytest.mark.long)])
def test_F1_D1_K6_K7_K8_I9_a_saga_killed_at_any_statement_comes_to_the_same(
    sell, undisturbed, tmp_path, rounds
):
    content, statements = undisturbed
    for number in range(rounds):
        path, rng = tmp_path / f"{number}.db", random.Random(number)
        # Twice, not thrice: what is under way at three ends of the program is taken for their cause.
        assert sell(path, rng.randint(1, statements // 2))["status"] == KILLED
        assert sell(path, rng.randint(1, statements // 2))["status"] in (0, KILLED)
        assert sell(path)["status"] == 0
        history = history_of(path)
        judge(history)
        assert history.content() == content, number

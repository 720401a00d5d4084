"""Accounts between which is moved, with all that was accepted and refused, and changed models of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.conftest import running, written
from workbench.services.deploy.rehearsed import Rehearsed
from workbench.services.deploy.sources import ModelSource, loaded_model, rehearse
from workbench.services.workspace import Workspace

MODEL = """
[aggregate.account]
state { balance { type: "integer", default: 0 }, owner { type: "string", default: "" } }
[event.account.opened]
fields { owner: "string" }
set { owner: "event.owner" }
[event.account.moved]
fields { amount: "integer" }
set { balance: "state.balance + event.amount" }
[command.open]
creates: "account"
fields { account_id: "string", owner: "string" }
emit: "account.opened"
[command.move]
changes: "account"
fields { account_id: "string", amount: "integer" }
refuse { poor { when: "state.balance + command.amount < 0", message: "{state.balance} is too little" } }
emit: "account.moved"
[command.give]
changes { giver { aggregate: "account", id: "from_id" }, taker { aggregate: "account", id: "to_id" } }
fields { from_id: "string", to_id: "string", amount: "integer" }
refuse { poor { when: "giver.balance < command.amount", message: "{giver.balance} is too little" } }
do {
    out { emit: "account.moved", for: "giver", with { amount: "-command.amount" } }
    in { emit: "account.moved", for: "taker" }
}
[projection.accounts]
columns { id: "text", owner: "text", balance: "integer" }
on {
    "account.opened": { put { owner: "event.owner", balance: 0 } }
    "account.moved": { add { balance: "event.amount" } }
}
"""
ACCOUNTS = "abcdef"


async def play(workspace: Workspace, seed: int, count: int) -> None:
    """Opens accounts, and moves by chance between them; some of it is refused."""
    chance = random.Random(seed)
    for name in ACCOUNTS:
        await workspace.commands.issue("open", {"account_id": name, "owner": name.upper()})
    for _ in range(count):
        one, other = chance.sample(ACCOUNTS, 2)
        amount = chance.randint(-4, 9)
        if chance.random() < 0.5:
            await workspace.commands.issue("move", {"account_id": one, "amount": amount})
        else:
            values = {"from_id": one, "to_id": other, "amount": abs(amount)}
            await workspace.commands.issue("give", values)


@pytest.fixture
async def bank(tmp_path: Path) -> Path:
    """A project in which a number of commands were issued; closed again."""
    folder = written(tmp_path / "bank", MODEL)
    async with running(folder) as opened:
        await play(opened, 7, 60)
    return folder


@pytest.fixture
def deploy(bank: Path, tmp_path: Path) -> Callable[..., Rehearsed]:
    """Rehearses the bank's model with texts in it replaced, or another text of it."""

    def rehearsed(
        *changes: tuple[str, str],
        text: str = MODEL,
        told: Callable[[str, int, int], object] = lambda *_: None,
    ) -> Rehearsed:
        for before, after in changes:
            assert before in text, before
            text = text.replace(before, after)
        number = len(list(tmp_path.iterdir()))
        folder = written(tmp_path / f"new{number}", text)
        with (
            loaded_model(ModelSource(root=bank), {}, trust=False) as old,
            loaded_model(ModelSource(root=folder), {}, trust=False, before=old) as new,
        ):
            return rehearse(old.store_path, old, new, told)

    return rehearsed

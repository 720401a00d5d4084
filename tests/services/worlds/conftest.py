"""Orders on file, each of which a process follows, with what came of them."""

from __future__ import annotations

import pytest

from tests.services.conftest import finished, running
from workbench.model.ids import derived_id
from workbench.project.samples import copy_sample

LINES = [{"product": "Teapot", "price": "19.90"}]
SHIP_TO = {"name": "Ada", "street": "Street 1", "city": "London"}


@pytest.fixture
def on_file():
    return True


async def place(workspace, number, card="4242"):
    values = {
        "order_id": str(derived_id("order", number)),
        "customer": "Ada",
        "lines": LINES,
        "ship_to": SHIP_TO,
        "card": card,
    }
    assert (await workspace.commands.issue("place_order", values)).accepted


@pytest.fixture
async def orders(tmp_path, stores, by_hand, clock):
    """Three orders, a minute apart, that were paid and shipped: nothing waits any more."""
    async with running(copy_sample("orders-declared", tmp_path / "orders")) as opened:
        for number in range(3):
            await place(opened, number)
            await finished(opened)
            clock.advance(60)
        yield opened

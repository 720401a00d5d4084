"""Moves of an order on the board: who made one is chosen, and a token travels the way that it took."""

from __future__ import annotations

import pytest

from workbench.assets import asset
from workbench.gui.views.order_board import OrderBoard, counters
from workbench.project.project import load_project
from workbench.services.worlds.moves import Made, MoveKind
from workbench.services.worlds.schedule_words import MoveLine


@pytest.fixture(scope="module")
def registry():
    return load_project(asset("samples", "orders-declared"), environ={}, trusted=True).registry


def line(kind, who, message, made, **more):
    return MoveLine(
        number=2, who=who, words=f"{who} gets {message}", made=made, kind=kind, message=message, **more
    )


REACTS = line(
    MoveKind.DELIVERY,
    "fulfilment",
    "order.placed",
    Made(commands=("request_payment",)),
    deviation="it overtook",
)
FOLLOWS = line(MoveKind.PROJECTION, "orders", "order.placed", Made())
PLACES = line(MoveKind.STEP, "you", "place_order", Made(events=("order.placed",)))
REFUSED = line(MoveKind.STEP, "you", "cancel_order", Made(refused="it is shipped"))
HANDLED = line(MoveKind.DELIVERY, "$commands", "mark_paid", Made(events=("order.paid",)))
CHARGES = line(MoveKind.DELIVERY, "card-terminal", "payment.requested", Made(commands=("confirm_payment",)))


@pytest.mark.parametrize(
    ("move", "wanted"),
    [
        (REACTS, ["react:fulfilment:order.placed", "issue:fulfilment:request_payment"]),
        (FOLLOWS, ["project:orders:order.placed"]),
        (PLACES, ["command:place_order", "event:order.placed"]),
        (HANDLED, ["command:mark_paid", "event:order.paid"]),
        (CHARGES, ["delivery:card-terminal:ok", "issue:card-terminal:confirm_payment"]),
        (line(MoveKind.TIME, "time", "", Made()), []),
    ],
)
def test_a_move_adds_to_the_counters_of_what_it_touched(registry, move, wanted):
    assert list(counters(registry, move)) == wanted


async def test_the_token_goes_from_the_cause_to_what_followed(registry, desk, qtbot, until):
    board = OrderBoard(desk)
    qtbot.addWidget(board)
    board.resize(900, 500)
    board.show()
    board.show_move(registry, REACTS)
    await until(lambda: board.scene.tokens.alive)
    assert board.scene.chosen == "subscription:fulfilment"
    assert (
        board.said.text() == "Move 2: fulfilment gets order.placed → request_payment   deviates: it overtook"
    )
    for move, chosen, kind in (
        (PLACES, "command:place_order", "ok"),
        (REFUSED, "command:cancel_order", "dead"),
        (FOLLOWS, "projection:orders", "ok"),
    ):
        board.show_move(registry, move)
        assert board.scene.chosen == chosen
        assert [token.kind for token in board.scene.tokens.alive] == [kind]
    board.show_move(registry, None)
    assert not board.scene.tokens.alive

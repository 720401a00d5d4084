"""Natural words become names; only what cannot be spelled stays as it is."""

from __future__ import annotations

import pytest

from workbench.services.design.gestures import why_no_name
from workbench.services.design.spelling import spelled


@pytest.mark.parametrize(
    ("typed", "kind", "name"),
    [
        ("announce return", "command", "announce_return"),
        ("Announce the customer's Return", "command", "announce_the_customer_s_return"),
        ("return goods checked", "event", "return.goods_checked"),
        ("return.goods checked", "event", "return.goods_checked"),
        ("goods checked", "event", "goods_checked"),
        ("créer dépôt", "command", "creer_depot"),
        ("Größe ändern", "command", "groesse_aendern"),
        ("2nd reminder", "command", "_2nd_reminder"),
        ("PlaceOrder", "command", "PlaceOrder"),
    ],
)
def test_words_are_joined_and_accents_go(typed, kind, name):
    assert spelled(typed, kind, ["return"]) == name
    assert not why_no_name(name)


@pytest.mark.parametrize("typed", ["заказ", "order 订单", "…", "", "a = b"])
def test_what_cannot_be_spelled_stays(typed):
    assert spelled(typed) == typed

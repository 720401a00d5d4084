"""The words of what follows from what: one line for each way, each cause with its own time."""

from __future__ import annotations

from workbench.model.model_flow import ModelFlow, arrows

PAID = ModelFlow(verb="issues", name="settle", cause="deal.paid", words="after 5d")
SHIPPED = ModelFlow(verb="issues", name="settle", cause="deal.shipped", words="after 2 weeks")
DISPUTED = ModelFlow(verb="withdraws", name="settle", cause="deal.disputed")


def test_each_cause_says_its_own_time_and_what_is_withdrawn_is_told_apart() -> None:
    assert arrows([PAID, SHIPPED, DISPUTED]) == {
        ("issues", "settle"): (
            "on deal.paid: after 5d",
            "on deal.shipped: after 2 weeks",
            "withdrawn on deal.disputed",
        )
    }
    assert DISPUTED.told_of("escrow") == "escrow withdraws settle on deal.disputed"
    assert SHIPPED.told_of("escrow") == "escrow issues settle on deal.shipped: after 2 weeks"


def test_where_there_is_one_cause_the_arrow_does_not_repeat_it() -> None:
    assert arrows([PAID]) == {("issues", "settle"): ("after 5d",)}
    refused = ModelFlow(verb="issues", name="settle", cause="deal.paid")
    assert arrows([refused]) == {("issues", "settle"): ()}

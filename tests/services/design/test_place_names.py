"""A renamed aggregate stays known by its old name where expressions of commands for several use that."""

from __future__ import annotations

import pytest

from tests.services.design.text_examples import checked
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, places_of, renamed
from workbench.services.design.place_names import told_of_kept
from workbench.tusk import parse

ORDER = DesignNode("aggregate", "order")
SHOP = """\
[aggregate.order]
state { paid: "boolean" }

[aggregate.pot]
state { sum: "integer" }

[event.order.placed]
set { paid: "false" }

[event.order.paid]
set { paid: "true" }

[event.pot.made]
set { sum: "0" }

[command.place]
creates: "order"
fields { order_id: "string" }
emit: "order.placed"

[command.make]
creates: "pot"
fields { pot_id: "string" }
emit: "pot.made"

[command.pay]
PLACES
fields { order_id: "string", pot_id: "string" }
refuse { paid { when: "WHEN", message: "no" } }
emit: "order.paid"
"""


def shop(places, when="order.paid && pot.sum > 0"):
    return DesignText(project=parse(SHOP.replace("PLACES", places).replace("WHEN", when), "project.tsk"))


def as_purchase(text):
    assert not checked(text.project.text).mistakes
    return renamed(text, ORDER, "purchase", places_of(text, ORDER)).project.text


@pytest.mark.parametrize(
    ("places", "now"),
    [
        (
            'changes: { order: "order_id", pot: "pot_id" }',
            'changes: { order { aggregate: "purchase", id: "order_id" }, pot: "pot_id" }',
        ),
        (
            'changes { pot: "pot_id", order { id: "order_id" } }',
            'changes { pot: "pot_id", order { aggregate: "purchase", id: "order_id" } }',
        ),
        (
            'changes: "order"\ncreates_or_changes { pot: "pot_id" }',
            'changes { order { aggregate: "purchase" } }\ncreates_or_changes { pot: "pot_id" }',
        ),
    ],
)
def test_expressions_stay_and_the_command_is_for_the_renamed_aggregate(places, now):
    text = as_purchase(shop(places))
    assert f"[command.pay]\n{now}\n" in text
    assert 'when: "order.paid && pot.sum > 0"' in text
    assert 'emit: "purchase.paid"' in text
    assert '[command.place]\ncreates: "purchase"' in text, "one that is for one alone"
    assert not checked(text).mistakes


@pytest.mark.parametrize("when", ["pot.sum > 0", "command.order_id == 'order'"])
def test_a_name_that_no_expression_uses_is_renamed(when):
    text = shop('changes: { order: "order_id", pot: "pot_id" }', when)
    assert 'changes: { purchase: "order_id", pot: "pot_id" }' in as_purchase(text)
    assert [*told_of_kept(text.project, places_of(text, ORDER), "order")] == []


def test_who_renames_is_told_which_commands_keep_the_name():
    text = shop('changes: { order: "order_id", pot: "pot_id" }')
    (said,) = told_of_kept(text.project, places_of(text, ORDER), "order")
    assert said == "pay calls it order in expressions still: the new name is written beside that."

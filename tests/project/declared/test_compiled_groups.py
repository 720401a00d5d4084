"""Aggregates that are taken over from an earlier text, where all that they are made of stayed the same."""

from __future__ import annotations

import pytest

from workbench.errors import ExpressionFailed, ProjectError
from workbench.project.project import load_project

TEXT = """\
[types]
sum { type: "object", fields { amount: "money" } }

[aggregate.cart]
state { total: "sum?" }

[event.cart.filled]
fields { total: "sum" }
set { total: "event.total" }

[command.fill_cart]
creates: "cart"
fields { cart_id: "string", total: "sum" }
emit: "cart.filled"

[aggregate.parcel]

[event.parcel.sent]
fields { weight: "integer" }

[command.send_parcel]
creates: "parcel"
fields { parcel_id: "string", weight: "integer", over: "integer" }
emit: "parcel.sent"
with { weight: "command.weight / command.over" }
"""


@pytest.fixture
def load(tmp_path):
    def loaded(text, before=None):
        (tmp_path / "project.tsk").write_text(text)
        return load_project(tmp_path, environ={}, trusted=True, before=before)

    return loaded


def same(first, second):
    """Returns the names of the aggregates that are the very same in two projects."""
    mine, theirs = first.registry, second.registry
    return {name for name, one in mine.aggregates.items() if theirs.aggregates.get(name) is one}


def test_what_stayed_is_taken_over_and_what_changed_is_compiled(load):
    first = load(TEXT)
    second = load(TEXT.replace('weight: "integer" }\n', 'weight: "integer", note: "string?" }\n', 1), first)
    assert same(first, second) == {"cart"}
    assert second.registry.events["cart.filled"] is first.registry.events["cart.filled"]
    assert "note" in second.registry.events["parcel.sent"].schema["$defs"]["ParcelSent"]["properties"]
    assert load(TEXT, second).registry.events.keys() == first.registry.events.keys()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('amount: "money"', 'amount: "integer"'),
        ('state { total: "sum?" }', 'state { total: "sum?", paid { type: "boolean", default: false } }'),
        (
            'command.fill_cart]\ncreates: "cart"',
            'command.fill_cart]\ncreates { cart: "cart_id", parcel: "n" }',
        ),
        ("[event.cart.filled]", "[event.cart.filled]\nversion: 1"),
    ],
)
def test_whatever_an_aggregate_is_made_of_counts(load, old, new):
    first = load(TEXT.replace('cart_id: "string", total', 'cart_id: "string", n: "string", total'))
    changed = TEXT.replace('cart_id: "string", total', 'cart_id: "string", n: "string", total')
    assert old in changed
    assert "cart" not in same(first, load(changed.replace(old, new), first))


def test_a_number_is_another_one_than_the_truth_that_equals_it(load):
    text = TEXT.replace('weight: "integer", over', 'weight { type: "integer", example: 1 }, over')
    first = load(text)
    assert same(first, load(text.replace("example: 1", "example: true"), first)) == {"cart"}


def test_commands_that_decide_together_stand_or_fall_together(load):
    text = TEXT + '[command.join]\nchanges { cart: "a", parcel: "b" }\nfields { a: "string", b: "string" }\n'
    text += 'emit: "parcel.sent"\nfor: "parcel"\nwith { weight: "1" }\n'
    first = load(text)
    assert same(first, load(text.replace('note: ""', ""), first)) == {"cart", "parcel"}
    assert (
        same(
            first,
            load(text.replace('weight: "integer" }\n', 'weight: "integer", x: "string?" }\n', 1), first),
        )
        == set()
    )


def test_a_mistake_stays_told_and_what_was_right_is_kept(load):
    first = load(TEXT)
    with pytest.raises(ProjectError, match=r"this aggregate has no event parcel\.gone"):
        load(TEXT.replace('emit: "parcel.sent"', 'emit: "parcel.gone"'), first)
    assert same(first, load(TEXT, first)) == {"cart", "parcel"}


def test_what_fails_later_says_where_it_stands_now(load):
    first = load(TEXT)
    second = load("# a line\n# and another\n" + TEXT, first)
    assert same(first, second) == {"cart", "parcel"}
    decide, kind = second.registry.aggregates["parcel"].decide, second.registry.commands["send_parcel"]
    line = TEXT.splitlines().index('with { weight: "command.weight / command.over" }') + 3
    with pytest.raises(ExpressionFailed, match=f"project.tsk:{line}:"):
        list(decide(None, kind.parse({"parcel_id": "a", "weight": 1, "over": 0}), None))


def test_a_warning_is_told_again_and_what_it_is_not_about_is_taken_over(load):
    text = TEXT.replace('over: "integer"', 'over: "integer?"')
    first = load(text)
    (said,) = first.warnings
    assert "command.over" in str(said)
    second = load(f"# a line\n{text}", first)
    (again,) = second.warnings
    assert (again.line, again.message) == (said.line + 1, said.message)
    assert same(first, second) == {"cart"}
    assert load(TEXT, second).warnings == ()

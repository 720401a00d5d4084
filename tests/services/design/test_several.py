"""Several things are removed, moved to another aggregate, and copied as one."""

from __future__ import annotations

import pytest

from tests.services.design.test_change_preview import TEXT
from workbench.errors import InvalidValue
from workbench.services.design import gestures
from workbench.services.design.change_preview import CHOSEN, IS_CHOSEN, removal_preview
from workbench.services.design.gestures import DesignNode
from workbench.services.design.owners import aggregate_of
from workbench.services.design.several import counted_kinds, joined_by_emit, moved_to, texts_of
from workbench.tusk import parse

PLACED, PLACE = DesignNode("event", "order.placed"), DesignNode("command", "place")
TELL = DesignNode("policy", "tell")


def test_kinds_are_counted_the_most_first() -> None:
    assert counted_kinds(["policy", "event", "event", "policy", "event"]) == "3 events, 2 policies"
    assert counted_kinds(["command"]) == "1 command"


def test_several_go_as_one_with_what_names_them_and_each_is_listed() -> None:
    found = removal_preview(TEXT, PLACE, 0, more=(PLACED,))
    assert [(one.group, one.fate, one.text) for one in found.heads] == [
        (CHOSEN, IS_CHOSEN, "[command.place]"),
        (CHOSEN, IS_CHOSEN, "[event.order.placed]"),
    ]
    assert found.said == "1 command, 1 event"
    assert not any(one.owner in {"command.place", "event.order.placed"} for one in found.places)
    after = gestures.removed(TEXT, PLACE, PLACED, along=[one.reference for one in found.places]).project
    assert {"command.place", "event.order.placed", "policy.tell"}.isdisjoint(after.sections)
    whole = removal_preview(TEXT, DesignNode("aggregate", "order"), 0, more=(PLACED,))
    assert all(one.reference.owner != "event.order.placed" for one in whole.places), "it is chosen itself"


def test_commands_and_events_move_with_what_they_are_joined_with() -> None:
    assert joined_by_emit(TEXT, [PLACED]) == [PLACED, PLACE]
    after = moved_to(TEXT, [PLACED], "basket").project
    owners = {aggregate_of(after, one.kind, one.name) for one in (PLACED, PLACE)}
    assert owners == {"basket"}
    assert "aggregate.order" not in after.sections, "it said nothing and is left empty"
    assert "basket_id" in after.text, "its id is that of the other"
    spoken = TEXT.project.text.replace("[aggregate.order]\n", '[aggregate.order]\ndescription: "mine"\n')
    kept = moved_to(TEXT.with_project(parse(spoken, "project.tsk")), [PLACED, PLACE], "basket").project
    assert '[aggregate.order]\ndescription: "mine"\n' in kept.text, "what it says is not lost"
    back = moved_to(TEXT.with_project(after), [PLACE], "order").project
    assert 'aggregate: "order"' not in back.text, "its name says so"
    assert aggregate_of(back, "event", "order.placed") == "order"
    with pytest.raises(InvalidValue, match="no policy does"):
        moved_to(TEXT, [PLACE, TELL], "basket")
    with pytest.raises(InvalidValue, match="cannot be a name"):
        moved_to(TEXT, [PLACE], "a b")


def test_their_texts_are_copied_in_the_order_of_the_file() -> None:
    copied = texts_of(TEXT, [TELL, PLACE])
    assert copied.index("[command.place]") < copied.index("[policy.tell]")
    assert copied in TEXT.project.text

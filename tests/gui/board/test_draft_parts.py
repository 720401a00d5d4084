"""What is designed and does not load yet is drawn: from the text, beside what runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from workbench.gui.board.blueprint import Blueprint, Card, blueprint_from
from workbench.gui.board.blueprint_layout import lay_out_blueprint
from workbench.gui.board.draft_parts import draft_edges, stands_of, with_draft
from workbench.gui.board.model_parts import ModelParts, parts_of
from workbench.gui.explorer_rows import model_sections
from workbench.project.project import load_project
from workbench.services.design.design_state import DesignState
from workbench.services.design.design_text import DesignText
from workbench.services.design.section_merge import pieces
from workbench.tusk import Problem, parse

SHOP = """\
[project]
name: "shop"

[topics]
mail {}

[aggregate.parcel]

[event.parcel.sent]
fields { to: "string" }

[command.send_parcel]
creates: "parcel"
by: "clerk"
fields { parcel_id: "string", to: "string" }
emit: "parcel.sent"

[projection.parcels]
columns { id: "text", to: "text" }
on { "parcel.sent": { put { to: "event.to" } } }

[query.all_parcels]
list: "parcels"

[actor.clerk]
"""


@pytest.fixture
def running(tmp_path: Path) -> ModelParts:
    (tmp_path / "project.tsk").write_text(SHOP)
    return parts_of(load_project(tmp_path, environ={}, trusted=True).registry)


def of(text: str) -> DesignText:
    return DesignText(project=parse(text, "project.tsk"))


def draw(running: ModelParts, text: str, *problems: Problem | str) -> Blueprint:
    state = DesignState(text=of(text), written=of(SHOP), problems=problems or ("it does not load",))
    blueprint = blueprint_from(with_draft(running, state))
    lay_out_blueprint(blueprint)
    return blueprint


def drafts(blueprint: Blueprint) -> set[str]:
    return {card.node for card in blueprint.cards.values() if card.draft}


def wires(blueprint: Blueprint) -> set[tuple[str, str]]:
    return {(one.source, one.target) for one in blueprint.wires}


def test_what_was_not_changed_is_drawn_as_it_runs(running: ModelParts) -> None:
    assert draw(running, SHOP) == blueprint_from(running)


@pytest.mark.parametrize(
    ("section", "node", "wire"),
    [
        ('[policy.tell]\non: "parcel.sent"', "subscription:tell", ("event:parcel.sent", "subscription:tell")),
        (
            '[process.wait]\non { "parcel.sent": { issue: "send_parcel" } }',
            "subscription:wait",
            ("subscription:wait@command:send_parcel", "command:send_parcel"),
        ),
        ('[handler.print]\nevent: "parcel.sent"', "handler:print", ("event:parcel.sent", "handler:print")),
        (
            '[command.lose_parcel]\nchanges: "parcel"\nemit: "parcel.lost"\n[event.parcel.lost]',
            "command:lose_parcel",
            ("command:lose_parcel", "event:parcel.lost"),
        ),
        (
            '[projection.lost]\ncolumns { id: "odd" }\non { "parcel.sent" { } }',
            "projection:lost",
            ("event:parcel.sent", "projection:lost"),
        ),
    ],
)
def test_what_is_new_is_drawn_with_its_wires(
    running: ModelParts, section: str, node: str, wire: tuple[str, str]
) -> None:
    blueprint = draw(running, f"{SHOP}\n{section}\n")
    assert node in drafts(blueprint)
    ends = {(source.partition("@")[0], target.partition("@")[0]) for source, target in wires(blueprint)}
    assert tuple(one.partition("@")[0] for one in wire) in ends
    assert not blueprint.cards["event:parcel.sent"].draft


def test_what_was_changed_shows_the_text_and_keeps_its_wires(running: ModelParts) -> None:
    blueprint = draw(running, SHOP.replace('fields { to: "string" }', 'fields { to: "string", by: "mony?" }'))
    card = blueprint.cards["event:parcel.sent"]
    assert card.draft
    assert [f"{one.name} {one.type}" for one in card.fields] == ["to string", "by? mony"]
    assert ("command:send_parcel", "event:parcel.sent") in wires(blueprint)


def test_what_is_saved_and_does_not_run_is_drawn_as_it_is_saved_and_says_so(running: ModelParts) -> None:
    saved = SHOP.replace('fields { to: "string" }', 'fields { to: "string", by: "text" }')
    saved += "\n[event.parcel.lost]\n[aggregate.box]\n"
    saved = saved.replace("mail {}", "mail {}\npost {}").replace('[query.all_parcels]\nlist: "parcels"\n', "")
    text = saved.replace("[actor.clerk]", "[actor.clerk]\ndescription: 'x'\n[event.parcel.found]\n")
    state = DesignState(text=of(text), written=of(saved), running=parse(SHOP), broken=("it does not load",))
    cards = blueprint_from(with_draft(running, state)).cards
    assert [f"{one.name} {one.type}" for one in cards["event:parcel.sent"].fields] == ["to string", "by text"]
    stand = {card.node: card.draft for card in cards.values()}
    assert stand["query:all_parcels"] == "", "it runs, though the files have it no more"
    new = ("event:parcel.sent", "event:parcel.lost", "aggregate:box", "topic:post")
    assert {stand[one] for one in new} == {"not running"}
    assert {stand[one] for one in ("event:parcel.found", "external:clerk")} == {"draft"}
    assert {stand[one] for one in ("command:send_parcel", "projection:parcels")} == {""}
    assert sorted(stands_of(state).values()).count("not running") == 4, "topics, too"


def test_what_was_taken_away_is_drawn_no_more(running: ModelParts) -> None:
    text = SHOP.partition("[projection.parcels]")[0]
    assert not [one for one in draw(running, text).cards if one.startswith("projection:")]


def test_a_mistake_stands_on_the_card_that_it_is_in(running: ModelParts) -> None:
    document = parse(SHOP, "project.tsk")
    one = document.problem(("command", "send_parcel", "emit"), "S-VALUE", "parcel.sent needs note")
    told = draw(running, SHOP, one).cards["command:send_parcel"]
    assert told.problems == ("parcel.sent needs note",)
    assert not told.draft


def test_topics_subscriptions_and_aggregates_are_drawn_as_soon_as_they_are_made(running: ModelParts) -> None:
    text = SHOP.replace("mail {}", "mail {}\npost {}") + (
        '\n[routing]\nsent { pattern: "parcel.sent", topics: ["post"] }\n'
        '\n[subscriptions]\nprinter { topic: "post" }\n\n[aggregate.box]\n[actor.robot]\n'
    )
    blueprint = draw(running, text)
    assert {"topic:post", "subscription:printer", "aggregate:box", "external:robot"} <= drafts(blueprint)
    assert {("event:parcel.sent", "topic:post"), ("topic:post", "subscription:printer")} <= wires(blueprint)


def test_a_query_stands_below_its_read_model(running: ModelParts) -> None:
    (own,) = [one for one in blueprint_from(running).slices if one.id == "projection:parcels"]
    assert [card.key for card in own.cells[1]] == ["projection:parcels", "query:all_parcels"]


def test_an_unread_topic_has_a_card_of_its_own(running: ModelParts) -> None:
    assert "topic:mail" in blueprint_from(running).cards


def test_a_new_command_of_a_known_actor_is_given_by_it(running: ModelParts) -> None:
    text = f'{SHOP}\n[command.lose_parcel]\nchanges: "parcel"\nby: "clerk"\n'
    ghost: Card = draw(running, text).cards["external:clerk@command:lose_parcel"]
    assert replace(ghost, key="", node="") == Card(key="", node="", kind="actor", title="clerk", ghost=True)


def test_the_topology_has_lines_to_and_from_what_is_designed(running: ModelParts) -> None:
    more = '[event.parcel.lost]\n\n[command.lose_parcel]\nchanges: "parcel"\nemit: "parcel.lost"\n\n'
    more += '[process.search]\non { "parcel.lost": { issue: "send_parcel" } }\n\n[event.parcel.seen]\n'
    document = parse(SHOP.replace("[query", f"{more}[query"))
    state = DesignState(text=DesignText(project=document), written=DesignText(project=parse(SHOP)))
    parts = with_draft(running, state)
    lines = [
        (one.source, one.kind, one.target)
        for node in ("event:parcel.lost", "command:lose_parcel", "subscription:search", "event:parcel.seen")
        for one in draft_edges(node, parts)
    ]
    assert lines == [
        ("command:lose_parcel", "emits", "event:parcel.lost"),
        ("command:lose_parcel", "emits", "event:parcel.lost"),
        ("command:lose_parcel", "handles", "aggregate:parcel"),
        ("event:parcel.lost", "consumes", "subscription:search"),
        ("subscription:search", "issues", "command:send_parcel"),
        ("aggregate:parcel", "emits", "event:parcel.seen"),
    ]


def test_what_another_took_away_is_drawn_while_it_is_asked_which_counts(tmp_path: Path) -> None:
    """The draft has it still: the board shows what the explorer lists."""
    less = SHOP.replace('[event.parcel.sent]\nfields { to: "string" }\n', "[event.parcel.gone]\n")
    less = less.replace('"parcel.sent"', '"parcel.gone"').replace(
        'put { to: "event.to" }', 'put { to: "id" }'
    )
    (tmp_path / "project.tsk").write_text(less)
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    mine = SHOP.replace('by: "clerk"', 'by: "clerk" # mine')
    state = DesignState(text=of(mine), written=of(SHOP), problems=("the files and the draft differ",))
    found = blueprint_from(with_draft(parts_of(registry), state)).cards
    ((_, _, rows),) = [one for one in model_sections(registry, state) if one[1] == "event"]
    assert {row.cells[0] for row in rows} == {"parcel.sent", "parcel.gone"}
    assert {one.title for one in found.values() if one.kind == "event"} == {row.cells[0] for row in rows}
    assert found["event:parcel.sent"].draft


TWO = """
[event.parcel.lost]
[event.parcel.found]

[command.lose_parcel]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.lost"

[command.find_parcel]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.found"

[command.charge_box]
creates_or_changes: "box"
fields { box_id: "string" }
emit: "box.charged"

[command.drop_parcel]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.lost"

[aggregate.box]
[event.box.charged]

[policy.recharge]
on: ["parcel.found", "parcel.lost"]
issue: "charge_box"
with { box_id: "id" }

[process.watch]
key: "id"
on {
    "parcel.sent": { starts: true, issue: "lose_parcel", with { parcel_id: "id" }, after: "30m" }
    "parcel.found": { ends: true }
}
"""
SAMPLES = [folder / "project.tsk" for folder in sorted((ROOT / "resources").glob("*/*-declared"))]
TEXTS = {"shop": SHOP + TWO} | {one.parent.name: one.read_text() for one in SAMPLES}


@pytest.mark.parametrize("name", TEXTS)
def test_a_draft_of_a_section_that_says_the_same_moves_nothing(tmp_path: Path, name: str) -> None:
    text = TEXTS[name]
    (tmp_path / "project.tsk").write_text(text)
    running = parts_of(load_project(tmp_path, environ={}, trusted=True).registry)
    drawn = blueprint_from(running)
    sections = [one for one in pieces(parse(text)) if one.partition(".")[2]]
    assert len(sections) > 3
    for section in sections:
        piece = pieces(parse(text))[section]
        changed = text.replace(piece, f"{piece.rstrip()}\n# another word\n\n")
        state = DesignState(text=of(changed), written=of(text), problems=("it does not load",))
        found = blueprint_from(with_draft(running, state))
        assert places(found) == places(drawn), section
        assert wires(found) == wires(drawn), section
        assert rules(found) == rules(drawn), section


def rules(blueprint: Blueprint) -> dict[str, list[str]]:
    return {key: [one.text for one in card.rules] for key, card in blueprint.cards.items()}


def places(blueprint: Blueprint) -> list[tuple[str, list[list[str]]]]:
    return [(one.id, [[card.key for card in cell] for cell in one.cells]) for one in blueprint.slices]

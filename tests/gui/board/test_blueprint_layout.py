"""The blueprint's layout over samples and random models: nothing crosses, and little moves what stands."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.project.declared.random_models import RandomModel
from workbench.gui.board.blueprint import Blueprint, blueprint_of
from workbench.gui.board.blueprint_items import CardItem
from workbench.gui.board.blueprint_joints import joints_of
from workbench.gui.board.blueprint_layout import (
    HEAD,
    WIDTH,
    BlueprintLayout,
    handle_of,
    head_of,
    lay_out_blueprint,
    line_of,
)
from workbench.gui.board.card_painter import FIELDS, font_of
from workbench.project.project import load_project
from workbench.services.design.field_gestures import FIELDED

FOLDERS = [*(ROOT / "resources" / "samples").iterdir(), *(ROOT / "resources" / "templates").iterdir()]
MODELS = [folder for folder in sorted(FOLDERS) if (folder / "project.tsk").exists()]


def blueprint_in(folder: Path) -> Blueprint:
    return blueprint_of(load_project(folder, environ={}, trusted=True).registry)


@st.composite
def models(draw):
    return RandomModel(draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 3))).text


def check(blueprint: Blueprint) -> BlueprintLayout:
    layout = lay_out_blueprint(blueprint)
    boxes = layout.boxes
    assert set(boxes) == set(blueprint.cards)
    for one, other in combinations(boxes.values(), 2):
        assert one.right < other.x or other.right < one.x or one.bottom < other.y or other.bottom < one.y
    for wire in blueprint.wires:
        route = layout.routes[wire.source, wire.target]
        assert on_edge(route[0], boxes[wire.source])
        assert wire.target not in boxes or on_edge(route[-1], boxes[wire.target])
        for (x, y), (u, v) in pairwise(route):
            assert (x == u) != (y == v), "every part is level or upright, and has a length"
            for box in boxes.values():
                across = min(x, u) < box.right and max(x, u) > box.x
                assert not (across and min(y, v) < box.bottom and max(y, v) > box.y)
    inside = [place for route in layout.routes.values() for place in route]
    assert all(0 <= x <= layout.bounds.right and 0 <= y <= layout.bounds.bottom for x, y in inside)
    return layout


def on_edge(place, box):
    level = place[0] in {box.x, box.right} and box.y < place[1] < box.bottom
    return level or (place[1] in {box.y, box.bottom} and box.x < place[0] < box.right)


def check_direction(blueprint: Blueprint) -> None:
    columns = {card.key: number for number, one in enumerate(blueprint.slices) for card in one.cards}
    for wire in blueprint.wires:
        if wire.target in columns:
            assert columns[wire.source] <= columns[wire.target], "nothing leads back"


@pytest.mark.parametrize("folder", MODELS, ids=[folder.name for folder in MODELS])
def test_nothing_crosses_in_samples_and_templates(folder):
    blueprint = blueprint_in(folder)
    check(blueprint)
    check_direction(blueprint)


def test_an_empty_model_needs_no_room():
    assert lay_out_blueprint(Blueprint()) == BlueprintLayout()


def test_a_card_s_parts_are_inside_of_it():
    blueprint = blueprint_in(ROOT / "resources" / "samples" / "orders-declared")
    boxes = lay_out_blueprint(blueprint).boxes
    for key, card in blueprint.cards.items():
        box = boxes[key]
        head = head_of(box)
        assert (head.x, head.y, head.width, head.height) == (box.x, box.y, WIDTH, min(HEAD, box.height))
        lines = [line_of(box, number) for number in range(len(card.fields))]
        assert all(head.bottom < line.y and line.bottom < box.bottom for line in lines)
        assert all(one.bottom == other.y for one, other in pairwise(lines))
        assert on_edge(handle_of(box), box)


LABEL = 14
"""Pixels of the label that says what ends an instance or a row, below an open card."""


def test_a_card_that_grows_while_it_is_chosen_covers_no_other(tmp_path):
    (tmp_path / "project.tsk").write_text(GROWING, encoding="utf-8")
    blueprint = blueprint_in(tmp_path)
    layout = lay_out_blueprint(blueprint)
    grown = [card for card in blueprint.cards.values() if card.kind in FIELDED and not card.ghost]
    assert {"process", "projection"} <= {card.kind for card in grown if card.leaves}
    for card in grown:
        item = CardItem(card, layout.boxes[card.key])
        item.set_open(open=True)
        low = item.whole.bottom + LABEL * bool(card.leaves)
        for key, other in layout.boxes.items():
            beside = other.x >= item.box.right or other.right <= item.box.x
            assert key == card.key or beside or other.y < item.box.y or other.y > low, (card.key, key)


@pytest.mark.parametrize("scale", [FIELDS, 1.0, 1.5])
def test_the_label_of_an_open_card_covers_no_tag_of_the_card_below(tmp_path, scale):
    """Labels and tags keep their size while the picture becomes smaller."""
    (tmp_path / "project.tsk").write_text(GROWING, encoding="utf-8")
    blueprint = blueprint_in(tmp_path)
    boxes = lay_out_blueprint(blueprint).boxes
    tall, seen = font_of("type")[1].height() + 2, 0
    for key, card in blueprint.cards.items():
        item = CardItem(card, boxes[key])
        item.set_open(open=True)
        low = item.whole.bottom * scale - 4 + tall
        below = [other.y for other in boxes.values() if other.x == item.box.x and other.y > item.box.y]
        if card.leaves and below:
            seen += 1
            assert min(below) * scale - 9 > low, key
    assert seen


GROWING = """
[project]
name: "flights"

[aggregate.mission]

[event.mission.launched]
[event.mission.landed]

[command.launch]
creates: "mission"
fields { mission_id: "string" }
emit: "mission.launched"

[command.land]
changes: "mission"
fields { mission_id: "string" }
emit: "mission.landed"

[process.watch]
key: "id"
on {
    "mission.launched": { starts: true, issue: "land", with { mission_id: "id" } }
    "mission.landed": { ends: true }
}

[projection.flying]
columns { id: "text", state: "text" }
on {
    "mission.launched": { put { state: "'up'" } }
    "mission.landed": { remove: true }
}

[query.list_flying]
list: "flying"
"""

random = settings(
    max_examples=settings().max_examples // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def drawn(folder: Path, text: str) -> tuple[Blueprint, BlueprintLayout]:
    (folder / "project.tsk").write_text(text, encoding="utf-8")
    blueprint = blueprint_in(folder)
    return blueprint, lay_out_blueprint(blueprint)


@random
@given(text=models())
def test_nothing_crosses_in_random_models(tmp_path, text):
    blueprint, layout = drawn(tmp_path, text)
    check_direction(blueprint)
    assert check(blueprint) == layout


@random
@given(text=models())
def test_a_name_moves_nothing(tmp_path, text):
    (_, before), (_, after) = (
        drawn(tmp_path, text),
        drawn(tmp_path, re.sub(r"\bdo_thing0_0\b", "zz_another_name", text)),
    )
    assert list(after.boxes.values()) == list(before.boxes.values())
    assert list(after.routes.values()) == list(before.routes.values())


@random
@given(text=models())
def test_a_field_moves_only_what_is_below_a_lane_that_is_full(tmp_path, text):
    head, section, rest = text.partition("[command.do_thing0_1]\n")
    longer = rest.replace('thing0_id: "string"', 'thing0_id: "string", zz_more: "string?"', 1)
    (blueprint, before), (_, after) = drawn(tmp_path, text), drawn(tmp_path, head + section + longer)
    assert [place.x for place in after.slices] == [place.x for place in before.slices]
    shifts = {one.id: other.cards - one.cards for one, other in zip(before.lanes, after.lanes, strict=True)}
    assert shifts["triggers"] == shifts["steps"] == 0
    for one in blueprint.slices:
        for lane, cell in zip(blueprint.lanes, one.cells, strict=True):
            for card in cell:
                assert after.boxes[card.key].y - before.boxes[card.key].y == shifts[lane.id]


MORE = """
[event.thing0.more]
fields { note: "string" }

[command.do_more]
changes: "thing0"
fields { thing0_id: "string" }
emit: "thing0.more"
with { note: "'more'" }
"""


@random
@given(text=models())
def test_a_slice_moves_only_what_is_behind_it(tmp_path, text):
    (_, before), (_, after) = drawn(tmp_path, text), drawn(tmp_path, text + MORE)
    names = [place.id for place in after.slices]
    place = names.index("command:do_more")
    assert [name for name in names if name != "command:do_more"] == [one.id for one in before.slices]
    assert [one.x for one in after.slices[:place]] == [one.x for one in before.slices[:place]]


def test_wires_that_meet_have_a_joint_and_those_that_cross_have_none():
    run = [(30.0, 0.0), (90.0, 0.0), (90.0, 9.0), (99.0, 9.0)]
    routes = {
        ("a", "model"): [(10.0, 50.0), (10.0, 0.0), *run[1:]],
        ("b", "model"): [(25.0, 50.0), (30.0, 50.0), *run],
        ("c", "other"): [(40.0, 20.0), (40.0, -20.0), (60.0, -20.0)],
    }
    assert joints_of(routes) == {("b", "model"): ((30.0, 0.0),)}

"""A field gets another name wherever it is used: every field of every project, or it is said why not."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from workbench.assets import asset
from workbench.errors import InvalidValue, ProjectError
from workbench.model.clock import ManualClock
from workbench.model.scenario import ScenarioVerdict
from workbench.project.project import load_project
from workbench.project.project_file import read_document
from workbench.project.scenarios import read_scenarios
from workbench.project.scenarios.scenario_reader import sound_scenarios
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_gestures import FIELDED
from workbench.services.design.field_renames import field_renamed
from workbench.services.design.gestures import DesignNode, fields_of
from workbench.services.design.relations import declared_names
from workbench.services.project.open_project import open_target
from workbench.services.scenarios import Scenarios
from workbench.tusk import parse

TEXT = """\
[aggregate.parcel]
state { weight { type: "integer", default: 0 } }

[event.parcel.packed]
fields { weight: "integer", note: "string?" }
set { weight: "event.weight" }

[command.pack]
creates: "parcel"
fields { parcel_id: "string", weight: "integer", note: "string?" }
refuse { heavy { when: "command.weight > 9", message: "{command.weight} is too heavy" } }
emit: "parcel.packed"

[command.weigh]
changes: "parcel"
fields { parcel_id: "string", weight: "integer" }
refuse { same { when: "state.weight == command.weight", message: "as before" } }
emit: "parcel.packed"

[policy.again]
on: "parcel.packed"
when: "event.weight < 0"
issue: "weigh"
with { parcel_id: "id" }

[projection.parcels]
columns { id: "text", weight: "integer" }
on { "parcel.packed": { put { weight: "event.weight" } } }
"""
SCENARIO = """\
"packing" {
    when: { command: "pack", data: { parcel_id: "a", weight: 3 } }
    then: [
        { event: "parcel.packed", data: { weight: 3 } }
        { row: "a", projection: "parcels", data: { weight: 3 } }
    ]
}
"""
EVENT, COMMAND = DesignNode("event", "parcel.packed"), DesignNode("command", "pack")
ROOT = Path("/nowhere")


def design() -> DesignText:
    scenario = parse(SCENARIO, "scenarios/packing.tsk")
    return DesignText(project=parse(TEXT, "project.tsk"), scenarios={scenario.file: scenario})


def loaded(document, root=ROOT):
    file = read_document(document, root / "project.tsk", environ={})
    return load_project(root, environ={}, trusted=True, file=file)


def mistakes(text, root=ROOT):
    try:
        registry = loaded(text.project, root).registry
    except ProjectError as error:
        return error.problems
    files = text.scenarios.values()
    return [one for file in files for one in sound_scenarios(file.text, file.file, registry)[1]]


def lines_changed(before: str, after: str) -> list[str]:
    known = before.splitlines()
    return list(dict.fromkeys(line for line in after.splitlines() if line not in known))


def test_an_event_s_field_is_followed_and_what_was_passed_by_its_name_is_written_out():
    before = design()
    after = field_renamed(before, EVENT, "weight", "grams", mistakes)
    assert lines_changed(before.project.text, after.project.text) == [
        'fields { grams: "integer", note: "string?" }',
        'set { weight: "event.grams" }',
        'with { grams: "command.weight" }',
        'when: "event.grams < 0"',
        'with { parcel_id: "id", weight: "event.grams" }',
        'on { "parcel.packed": { put { weight: "event.grams" } } }',
    ]
    assert after.project.text.count('with { grams: "command.weight" }') == 2
    (said,) = lines_changed(SCENARIO, after.scenarios["scenarios/packing.tsk"].text)
    assert said.strip() == '{ event: "parcel.packed", data: { grams: 3 } }'
    assert mistakes(after) == []


RULES = """
[invariant.light]
of: "parcel"
always: "state.weight < 9 && count('parcel.packed', 'weight', 7) == 0 && row('parcels', id).weight < 9"
"""


@pytest.mark.parametrize(
    ("node", "piece"),
    [
        (DesignNode("aggregate", "parcel"), "state.mass < 9"),
        (DesignNode("event", "parcel.packed"), "count('parcel.packed', 'mass', 7)"),
        (DesignNode("projection", "parcels"), "row('parcels', id).mass < 9"),
    ],
)
def test_invariants_follow_the_name_of_a_field(node, piece):
    text = DesignText(project=parse(TEXT + RULES), scenarios={})
    after = field_renamed(text, node, "weight", "mass", mistakes).project.text
    rule = after.partition("always:")[2]
    assert piece in rule
    assert rule.count("mass") == 1


def test_a_field_that_may_be_missing_is_passed_on_as_before():
    after = field_renamed(design(), COMMAND, "note", "remark", mistakes)
    assert 'with { note: "command.remark" }' in after.project.text


@pytest.mark.parametrize(
    ("node", "old", "line"),
    [
        (
            COMMAND,
            "weight",
            'refuse { heavy { when: "command.x > 9", message: "{command.x} is too heavy" } }',
        ),
        (DesignNode("aggregate", "parcel"), "weight", 'set { x: "event.weight" }'),
        (
            DesignNode("projection", "parcels"),
            "weight",
            'on { "parcel.packed": { put { x: "event.weight" } } }',
        ),
    ],
)
def test_each_kind_of_thing_is_followed(node, old, line):
    after = field_renamed(design(), node, old, "x", mistakes)
    assert line in lines_changed(TEXT, after.project.text)
    assert mistakes(after) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [("note", "has a field note already"), ("no name", "cannot be the name"), ("", "nothing cannot be")],
)
def test_what_cannot_be_a_name_is_refused(new, said):
    with pytest.raises(InvalidValue, match=said):
        field_renamed(design(), EVENT, "weight", new, mistakes)


def test_what_several_events_have_is_not_renamed_in_one_of_them():
    other = '\n[event.parcel.weighed]\nfields { weight: "integer" }\n'
    text = TEXT.replace('on: "parcel.packed"\nwhen', 'on: ["parcel.packed", "parcel.weighed"]\nwhen') + other
    before = DesignText(project=parse(text, "project.tsk"))
    assert mistakes(before) == []
    with pytest.raises(InvalidValue, match="weight cannot be grams"):
        field_renamed(before, EVENT, "weight", "grams", mistakes)


async def test_what_is_stored_is_read_by_the_new_name(tmp_path, stores, by_hand):
    (tmp_path / "project.tsk").write_text(TEXT)
    workspace = open_target(tmp_path, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await workspace.start()
    await workspace.commands.issue("pack", {"parcel_id": "a", "weight": 3})
    fields = workspace.design.fields
    change = partial(fields.changed, node=EVENT, line="grams: integer", was="weight: integer")
    assert workspace.design.apply("Change field weight", change).problems == ()
    text = (tmp_path / "project.tsk").read_text()
    assert 'upcast { from_1 { rename { weight: "grams" } } }' in text
    with pytest.raises(InvalidValue, match=r"parcel.packed has “grams: integer” by now"):
        workspace.design.apply("", partial(fields.changed, node=EVENT, line="g: text", was="grams: text"))
    with pytest.raises(InvalidValue, match="no field weight any more"):
        workspace.design.apply("", partial(fields.changed, node=EVENT, line="g: text", was="weight: text"))
    (tried,) = [workspace.schema_lab.try_text(parse(text), EVENT.name, lambda _done, _all: True)]
    assert (tried.total, tried.fit) == (1, 1)
    await workspace.close()


FOLDERS = [
    folder.parent
    for root in (asset("samples"), asset("templates"), Path("tests/flows"))
    for folder in sorted(root.glob("*/project.tsk"))
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_fields_of_every_project_are_renamed_or_it_is_said_why_not(folder):
    texts = [parse(one.read_text(), f"scenarios/{one.name}") for one in folder.glob("scenarios/*.tsk")]
    project = parse((folder / "project.tsk").read_text(), "project.tsk")
    before = DesignText(project=project, scenarios={one.file: one for one in texts})
    wrong = partial(mistakes, root=folder)
    for kind in FIELDED:
        for node in [DesignNode(kind, name) for name in declared_names(before.project, kind)][:3]:
            old = next(reversed(fields_of(before, node)), "")
            if old:
                after, why = renamed(before, node, old, wrong)
                assert why.startswith(f"{old} cannot be renamed: ") or "renamed" in fields_of(after, node)
                assert why or wrong(after) == []


def renamed(text, node, old, wrong):
    try:
        return field_renamed(text, node, old, "renamed", wrong), ""
    except InvalidValue as error:
        return text, error.message


async def test_scenarios_pass_as_before(tmp_path):
    folder = asset("samples") / "orders-declared"
    texts = [parse(one.read_text(), f"scenarios/{one.name}") for one in folder.glob("scenarios/*.tsk")]
    project = parse((folder / "project.tsk").read_text(), "project.tsk")
    text = DesignText(project=project, scenarios={one.file: one for one in texts})
    for kind in ("event", "projection", "aggregate"):
        for node in [DesignNode(kind, name) for name in declared_names(text.project, kind)]:
            for old in list(fields_of(text, node))[1 if kind == "projection" else 0 :]:
                with suppress(InvalidValue):
                    text = field_renamed(text, node, old, f"{old}_x", partial(mistakes, root=folder))
    assert text.project.text.count("_x") > 50
    after = loaded(text.project, folder)
    for file in text.scenarios.values():
        for scenario in read_scenarios(file.text, file.file, after.registry):
            result = await Scenarios(after, ManualClock()).run_one(scenario)
            assert result.verdict is ScenarioVerdict.PASSED, result

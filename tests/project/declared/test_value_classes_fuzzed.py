"""Fields of any name: JSON, forms, tables, files and expressions have them as they are written."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from workbench.interop.workbench_lines import ExportedReader
from workbench.project.declared.field_types import misnamed
from workbench.project.declared.value_classes import _TAKEN
from workbench.project.project import load_project
from workbench.project.project_file import read_settings
from workbench.services.project.broken_invariants import broken_invariants
from workbench.services.project.open_project import open_target
from workbench.services.streams.event_export import EventExport, ExportForm

PROJECT = """
[types]
part {{ type: "object", fields {{ {name} {{ type: "integer"{other} }}, size: "integer" }} }}

[aggregate.box]
state {{ {name} {{ type: "integer", default: 0{other} }}, part: "part?" }}

[event.box.made]
version: 2
fields {{ box_id: "string", {name} {{ type: "integer"{other} }}, part: "part" }}
set {{ {name}: "state.{name} + event.{name}", part: "event.part" }}
upcast {{ from_1 {{ rename {{ old: "{written}" }} }} }}

[command.make_box]
creates: "box"
fields {{ box_id: "string", {name} {{ type: "integer", min: 0{other} }}, part: "part" }}
emit: "box.made"

[command.grow_box]
changes: "box"
fields {{ box_id: "string", {name} {{ type: "integer"{other} }} }}
refuse {{
    none {{ when: "state.part == null", message: "no part" }}
    much {{ when: "command.{name} > state.{name}", message: "more than {{state.{name}}}", field: "{name}" }}
}}
emit: "box.made"
with {{ {name}: "command.{name} + state.part.{name}", part: "state.part" }}

[process.boxes]
key: "id"
state {{ {name} {{ type: "integer", default: 0{other} }} }}
on {{ "box.made": {{
    starts: true, set {{ {name}: "event.{name}" }}
    when: "state.{name} == 1", issue: "grow_box", with {{ box_id: "id", {name}: "1" }}
}} }}

[projection.boxes]
columns {{ row_id: "text", {name}: "integer", part: "json" }}
on {{ "box.made": {{ put {{ {name}: "event.{name} + event.part.{name}", part: "event.part" }} }} }}

[query.boxes]
list: "boxes"
fields {{ {name}: "integer?" }}

[invariant.small]
of: "box"
always: "state.{name} < 9 && (state.part == null || state.part.{name} < 9)"
[invariant.few]
of: "box"
always: "count('box.made', '{name}', 1) < 9 && row('boxes', id).{name} < 9 && rows('boxes').size() < 9"
[invariant.rows]
rows: "boxes"
always: "row.{name} < 9"
"""
CLASSES_USE = [
    *("copy", "schema", "json", "dict", "construct", "model_fields", "model_x", "model_dump", "target"),
    *("creates", "aggregates", "event_type", "command_type", "query_type", "__definition__", "__init__"),
    *("__class__", "__dict__", "__slots__", "__struct_fields__", "_id", "_", "__", "self", "cls", "key"),
    *("class", "def", "None", "True", "for", "as", "import", "let", "productId", "SKU", "order", "select"),
    *("event", "state", "command", "row", "now", "type", "min", "max", "size", "math", "int", "rowid"),
]
TAKEN = {"size", "old", "box_id", "part", "after", "limit", "row_id", "true", "false", "null", "in"}
names = st.sampled_from(CLASSES_USE) | st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,30}", fullmatch=True)
in_json = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters='"\\\\'), min_size=1, max_size=20
)


def tusk(text):
    return json.dumps(text, ensure_ascii=False)


async def came_through(folder, name, other):
    """Sends commands, and brings the events into a second project; returns what is seen of both."""
    written = other or name
    made = PROJECT.format(
        name=name, written=tusk(written)[1:-1], other=f", as: {tusk(other)}" if other else ""
    )
    found = []
    for part in ("first", "second"):
        (folder / part).mkdir()
        (folder / part / "project.tsk").write_text(made, encoding="utf-8")
        workspace = open_target(folder / part, "", environ={"WORKBENCH_CONFIG": str(folder / "config")})
        await workspace.start()
        try:
            if part == "first":
                await first(workspace, name, written)
                EventExport(workspace.world).write(folder / "events.json", ExportForm.NDJSON, reveal=True)
            else:
                report = await workspace.event_import.bring_in(folder / "events.json", ExportedReader())
                assert report.problems == []
            await workspace.running().settle()
            found.append(
                (workspace.commands.ask("boxes", {}), [one.json() for one in workspace.reader.read_log(0, 9)])
            )
        finally:
            await workspace.close()
    return found


async def first(workspace, name, written):
    commands = workspace.commands
    assert set(commands.schema("make_box")["properties"]) == {"box_id", written, "part"}
    value = {"box_id": "1", written: 1, "part": {written: 2, "size": 3}}
    assert (await commands.issue("make_box", value)).accepted
    await workspace.running().settle()
    refused = await commands.issue("grow_box", {"box_id": "1", written: 9})
    assert (refused.field, refused.message) == (written, "more than 4")
    (fault,) = commands.faults("make_box", {**value, written: -1})
    assert fault[0] == (written,)
    assert commands.ask("boxes", {name: 5})


@settings(max_examples=settings().max_examples // 5, phases=[Phase.explicit, Phase.generate])
@given(name=names, other=st.just("") | in_json)
async def test_a_field_of_any_name_comes_through_whole(name, other):
    if {name, name.lower(), other} & TAKEN:
        return
    with TemporaryDirectory() as folder:
        first, second = await came_through(Path(folder), name, other)
    written = other or name
    assert second[0] == first[0]
    assert second[1][:2] == first[1]
    part = {written: 2, "size": 3}
    assert first[1] == [
        {"box_id": "1", written: 1, "part": part},
        {"box_id": "1", written: 3, "part": part},
    ]


def every_name(names):
    """Returns a project whose state, event, command and rows have all these fields, with invariants."""
    fields = ", ".join(f'{name}: "integer"' for name in names)
    state = ", ".join(f'{name} {{ type: "integer", default: 0 }}' for name in names)
    given = ", ".join(f'{name}: "event.{name}"' for name in names)
    held = "\n".join(
        f"""[invariant.held_{at}]
of: "box"
always: "state.{name} == {at} && count('box.made', '{name}', {at}) == 1 && state('box', id).{name} == {at}"
[invariant.shown_{at}]
rows: "boxes"
always: "row.{name} == {at}"
[invariant.broken_{at}]
of: "box"
always: "state.{name} != {at}"
"""
        for at, name in enumerate(names)
    )
    return f"""
[aggregate.box]
state {{ {state} }}
[event.box.made]
fields {{ {fields} }}
set {{ {given} }}
[command.make_box]
creates: "box"
fields {{ box_id: "string", {fields} }}
emit: "box.made"
[projection.boxes]
columns {{ row_id: "text", {fields} }}
on {{ "box.made": {{ put {{ {given} }} }} }}
{held}"""


async def test_every_name_that_classes_use_is_loaded_folded_and_checked(tmp_path):
    names = sorted(name for name in {*_TAKEN, *CLASSES_USE, "__x", "model_x"} if not misnamed(name))
    names = list({name.lower(): name for name in names}.values())
    (tmp_path / "project.tsk").write_text(every_name(names))
    workspace = open_target(tmp_path, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await workspace.start()
    try:
        given = {name: at for at, name in enumerate(names)}
        assert (await workspace.commands.issue("make_box", {"box_id": "1", **given})).accepted
    finally:
        await workspace.close()
    file = read_settings(tmp_path, environ={})
    problems = broken_invariants(load_project(tmp_path, environ={}, trusted=True, file=file), file)
    assert [one.path for one in problems] == [("invariant", f"broken_{at}") for at in range(len(names))]

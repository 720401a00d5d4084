"""Scenarios that do not load still say of what they speak, as far as their text can be read."""

from __future__ import annotations

import pytest

from workbench.model.scenario import IssuedCommand
from workbench.project.scenarios import find_scenarios

SOUND = '"sound" { when: { command: "create_user", data: {} }, then: "no other events" }\n'


def unread(folder, registry, text):
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "a.tsk").write_bytes(text if isinstance(text, bytes) else text.encode())
    (file,) = find_scenarios(folder, registry)
    return file.unread


def spoken(one):
    issued = [step.act.command for step in one.about.when if isinstance(step.act, IssuedCommand)]
    return issued, [(each.kind.value, each.facts[each.kind.value], each.wanted) for each in one.about.then]


def test_a_sound_file_has_none(tmp_path, users):
    assert unread(tmp_path, users, SOUND) == ()


def test_one_that_names_an_unknown_field_speaks_of_its_command_and_event(tmp_path, users):
    wrong = (
        '"wrong" { when: { command: "create_user", data: { nmae: "x" } }, then: { event: "user.created" } }'
    )
    (one,) = unread(tmp_path, users, SOUND + wrong)
    assert one.title == "scenarios/a.tsk: wrong"
    assert spoken(one) == (["create_user"], [("event", "user.created", True)])
    assert one.said.startswith("scenarios/a.tsk:2: create_user has no nmae")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"x" { when: { command: "craete_user" } }', (["create_user"], [])),
        ('"x" { when: { command: "zzz" } }', (["zzz"], [])),
        ('"x" { then: { no_event: "user.craeted" } }', ([], [("event", "user.created", False)])),
        ('"x" { then: { row: 3, projection: "usres" } }', ([], [("row", 3, True)])),
        ('$do: { command: "create_user" }\n"x" { when: [$do, $none] }', (["create_user"], [])),
        ('"x" { when: 3, then: [4, { fly: 1 }] }', ([], [])),
        ('"x": 3', ([], [])),
    ],
)
def test_it_speaks_of_what_was_probably_meant(tmp_path, users, text, told):
    (one,) = unread(tmp_path, users, text)
    assert spoken(one) == told


def test_the_mistake_of_a_shared_variable_is_told_of_who_uses_it(tmp_path, users):
    text = '$do: { command: "fly" }\n"other" { then: 4 }\n"x" { when: $do, then: "no other events" }'
    assert [one.said.partition(":")[2][:1] for one in unread(tmp_path, users, text)] == ["2", "1"]


def test_an_open_brace_hides_nothing_behind_it(tmp_path, users):
    text = f"""\
$do: {{ command: "create_user" }}
{SOUND}"open" {{
    when: $do
    then: [ {{ event: "user.created" }}

"behind" {{
    when: $do
    then: {{ event: "user.created" }}
}}
"""
    found = {one.about.name: one for one in unread(tmp_path, users, text)}
    assert list(found) == ["sound", "open", "behind"], "none of them is run"
    assert spoken(found["open"])[0] == spoken(found["behind"])[0] == ["create_user"]
    assert found["behind"].about.place.line == 7
    assert {one.problem.line for one in found.values()} <= {3, 5}


def test_of_what_is_no_text_nothing_is_known_but_what_can_be_read(tmp_path, users):
    (one,) = unread(tmp_path, users, SOUND.encode() + b"# \xff\n")
    assert spoken(one)[0] == ["create_user"]
    assert unread(tmp_path, users, b"\xff\xfe\x00") == ()

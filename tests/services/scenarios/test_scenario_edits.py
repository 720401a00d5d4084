"""Changes of a scenario file: one thing is another, and every other character stays."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from workbench.errors import InvalidName, InvalidValue
from workbench.services.design.design_text import DesignText
from workbench.services.scenarios.scenario_edits import (
    added,
    doubled,
    exchanged_step,
    free_name,
    in_file,
    moved_step,
    named,
    renamed,
    with_step,
    without,
    without_step,
    written_steps,
)
from workbench.tusk import parse

FILE = "scenarios/a.tsk"
TEXT = """\
# What accounts keep to

$ada: { event: "user.created", stream: "user-ada" }

# The first one
"Sent" {
    given: [
        $ada  # is there
        # twice
        { event: "b", stream: "user-ada" },
    ]
    when: { command: "send", data: { id: "1" } }  # once
    then: [{ event: "c" }, "no other events"]
}

"Refused" { when: { command: "send" }, then: [] }
"""


FILES = sorted(
    path
    for folder in ("resources/samples", "resources/templates", "tests/flows")
    for path in (ROOT / folder).glob("*/scenarios/*.tsk")
)
ITEM = '{ after: "1h" }'


def document(text=TEXT):
    return parse(text, FILE)


def exchanged(old, new, text=TEXT):
    assert text.count(old) == 1
    return text.replace(old, new)


def test_what_is_written_is_told_part_by_part():
    found = written_steps(document(), "Sent")
    assert [one.text for one in found["given"]] == ["$ada", '{ event: "b", stream: "user-ada" }']
    assert [one.variable for one in found["given"]] == ["ada", ""]
    assert found["given"][0].said == ({"event": "user.created", "stream": "user-ada"},)
    assert found["given"][0].places[0].line == 3
    assert [one.said for one in found["then"]] == [({"event": "c"},), ("no other events",)]
    assert [one.number for one in found["then"]] == [0, 1]
    assert written_steps(document(), "Refused")["given"] == ()


@pytest.mark.parametrize(
    ("part", "number", "old", "new"),
    [
        ("given", 0, "        $ada  #", "        { x: 1 }\n        $ada  #"),
        ("given", 1, "        # twice\n", "        { x: 1 }\n        # twice\n"),
        ("given", 2, '"user-ada" },\n', '"user-ada" },\n        { x: 1 }\n'),
        (
            "when",
            1,
            '{ command: "send", data: { id: "1" } }',
            '[{ command: "send", data: { id: "1" } }, { x: 1 }]',
        ),
        ("then", 1, '{ event: "c" }, ', '{ event: "c" }, { x: 1 }, '),
    ],
)
def test_an_item_is_put_where_it_belongs(part, number, old, new):
    made = with_step(document(), "Sent", part, number, "{ x: 1 }")
    assert made.text == exchanged(old, new)
    assert made.text == parse(made.text, FILE).text
    assert written_steps(made, "Sent")[part][number].text == "{ x: 1 }"


def test_a_part_that_is_not_there_is_made_in_its_order():
    made = with_step(document(), "Refused", "given", 0, "$ada")
    assert '"Refused" { given: $ada, when: { command: "send" }, then: [] }' in made.text
    spread = document('"x" {\n    when: []\n    then: []\n}\n')
    made = with_step(spread, "x", "given", 0, "{ a: 1 }")
    assert made.text == '"x" {\n    given: { a: 1 }\n    when: []\n    then: []\n}\n'
    made = with_step(made, "x", "then", 0, "{ b: 1 }")
    assert "    then: { b: 1 }\n" in made.text


def test_a_list_that_grows_too_long_for_a_line_gets_lines():
    first, second = '{ event: "' + "a" * 50 + '" }', '{ event: "' + "b" * 50 + '" }'
    made = with_step(document(f'"x" {{\n    then: {first}\n}}\n'), "x", "then", 1, second)
    assert made.text == f'"x" {{\n    then: [\n        {first}\n        {second}\n    ]\n}}\n'


def test_lines_end_as_those_of_the_file_do():
    made = with_step(document(TEXT.replace("\n", "\r\n")), "Sent", "given", 1, "{ x: 1 }")
    assert "\n" not in made.text.replace("\r\n", "")
    assert made.text.count("\r\n") == TEXT.count("\n") + 1


def test_an_item_goes_with_its_comments():
    made = without_step(document(), "Sent", "given", 1)
    assert made.text == exchanged('        # twice\n        { event: "b", stream: "user-ada" },\n', "")
    made = without_step(document(), "Sent", "given", 0)
    assert made.text == exchanged("        $ada  # is there\n", "")
    made = without_step(document(), "Sent", "then", 0)
    assert made.text == exchanged('[{ event: "c" }, "no other events"]', '"no other events"')
    assert without_step(made, "Sent", "then", 0).text.count("then: []") == 2
    made = without_step(document(), "Sent", "when", 0)
    assert written_steps(made, "Sent")["when"] == ()
    assert 'command: "send", data' not in made.text


def test_items_change_places_with_their_comments():
    made = moved_step(document(), "Sent", "given", 1, -1)
    here = "        $ada  # is there\n"
    there = '        # twice\n        { event: "b", stream: "user-ada" },\n'
    assert made.text == exchanged(here + there, there + here)
    assert moved_step(made, "Sent", "given", 0, 1) == document()
    made = moved_step(document(), "Sent", "then", 0, 1)
    assert made.text == exchanged('{ event: "c" }, "no other events"', '"no other events", { event: "c" }')
    assert moved_step(document(), "Sent", "then", 1, 1) == document()
    assert moved_step(document(), "Sent", "then", 0, -1) == document()


def test_an_item_is_exchanged():
    made = exchanged_step(document(), "Sent", "given", 0, "{ y: 2 }")
    assert made.text == exchanged("$ada  #", "{ y: 2 }  #")


def test_a_scenario_gets_another_name():
    assert named(document(), "Sent", "It is sent").text == exchanged('"Sent"', '"It is sent"')
    with pytest.raises(InvalidValue, match="has a scenario “Refused” already"):
        named(document(), "Sent", "Refused")
    with pytest.raises(InvalidName):
        named(document(), "Sent", "")
    with pytest.raises(InvalidValue, match="has no scenario “Lost”"):
        named(document(), "Lost", "Found")


def test_a_scenario_is_doubled_and_taken_away():
    twice = doubled(document(), "Refused", "Refused again")
    assert twice.text == TEXT + '\n"Refused again" { when: { command: "send" }, then: [] }\n'
    assert without(twice, "Refused again") == document()
    alone = without(document(), "Sent")
    begin, end = TEXT.index("# The first"), TEXT.index('"Refused"')
    assert alone.text == TEXT[:begin] + TEXT[end:]
    assert without(alone, "Refused").text == TEXT[:begin].rstrip() + "\n"


def test_the_comment_of_the_file_stays():
    made = without(document('# About all\n"x" { then: [] }\n"y" { then: [] }\n'), "x")
    assert made.text == '# About all\n"y" { then: [] }\n'


def test_a_scenario_is_added_to_a_file_or_to_a_new_one():
    text = DesignText(scenarios={FILE: document()})
    more, file = added(text, '"New" {\n    then: []\n}\n', file=FILE, name="New")
    assert file == FILE
    assert more.scenarios[FILE].text == TEXT + '\n"New" {\n    then: []\n}\n'
    more, file = added(text, '"A" {\n}\n', name="A")
    assert file == "scenarios/a-2.tsk"
    assert more.scenarios[file].text == '"A" {\n}\n'
    assert more.without_file(file) == text
    with pytest.raises(InvalidValue, match="already"):
        added(text, '"Sent" { then: [] }', file=FILE, name="Sent")


def test_names_are_made_free():
    assert free_name(document(), "Other") == "Other"
    assert free_name(document(), "Sent") == "Sent (2)"
    assert free_name(doubled(document(), "Sent", "Sent (2)"), "Sent") == "Sent (3)"
    assert free_name(None, "Sent") == "Sent"


def test_a_change_of_a_file_that_is_not_there_says_so():
    with pytest.raises(InvalidValue, match="cannot be read"):
        in_file("scenarios/b.tsk", lambda one: one)(DesignText())


def told(file, name, part):
    return [one.text for one in written_steps(file, name)[part]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
@pytest.mark.parametrize("shape", ["as it is", "with CRLF and a mark"])
def test_whatever_is_added_and_taken_away_leaves_every_character(path, shape):
    text = path.read_bytes().decode()
    file = parse(text if shape == "as it is" else "\ufeff" + text.replace("\n", "\r\n"), FILE)
    names = [name for name in file.top.entries if not name.startswith("$")]
    for name in names[:8]:
        written = written_steps(file, name)
        for part, steps in written.items():
            for number in range(len(steps) + 1):
                made = with_step(file, name, part, number, ITEM)
                texts = [one.text for one in steps]
                assert told(made, name, part) == [*texts[:number], ITEM, *texts[number:]]
                gone = without_step(made, name, part, number)
                assert told(gone, name, part) == texts
                opened = made.text.count("\n") > file.text.count("\n") + 1  # it got a line for each item
                if not opened and (steps or part != "then"):
                    assert gone == file
            for number in range(len(steps) - 1):
                assert moved_step(moved_step(file, name, part, number, 1), name, part, number, 1) == file
        assert without(doubled(file, name, "A copy"), "A copy") == file
        assert named(named(file, name, "Another"), "Another", name) == file


def test_a_file_that_is_named_after_its_only_scenario_is_renamed_with_it():
    begun, file = added(DesignText(), '"New one" { then: [] }\n', name="New one")
    made, there = renamed(begun, file, "New one", "Sent once")
    assert (file, there) == ("scenarios/new-one.tsk", "scenarios/sent-once.tsk")
    assert {name: one.text for name, one in made.scenarios.items()} == {there: '"Sent once" { then: [] }\n'}
    kept, same = renamed(DesignText(scenarios={FILE: document()}), FILE, "Refused", "Not sent")
    assert same == FILE
    assert kept.scenarios[FILE].text == exchanged('"Refused"', '"Not sent"')
    with pytest.raises(InvalidValue, match="cannot be read"):
        renamed(DesignText(), FILE, "Sent", "Not sent")

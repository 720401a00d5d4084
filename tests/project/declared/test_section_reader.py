"""Every kind of mistake in a declared section is told with its place and a way out, all of a file at once."""

from __future__ import annotations

from pathlib import Path

import pytest

BASE = """\
[aggregate.box]
state { size: "integer", note: "string?" }
[event.box.made]
fields { size: "integer", note: "string?" }
set { size: "event.size", note: "event.note" }
[command.make]
creates: "box"
fields { id: "string", size: "integer", note: "string?" }
emit: "box.made"
[projection.boxes]
columns { id: "text", size: "integer", seen: "time" }
on { "box.made": { put { size: "event.size", seen: "at" } } }
[topics]
out {}
"""


def test_the_base_is_right(load):
    assert load(BASE).registry.commands.keys() == {"make"}


def added(told, text):
    """Returns what is wrong with the base and these lines, counted from the first of them."""
    first = BASE.count("\n")
    return [
        f"{int(line) - first}:{rest}"
        for one in told(BASE + text)
        for line, _, rest in [one.removeprefix("project.tsk:").partition(":")]
    ]


def test_what_no_section_can_be(told):
    assert told('[comand.make]\ncreates: "x"') == [
        "project.tsk:1:1: S-UNKNOWN comand is not a setting here (did you mean command?)"
    ]
    assert told("command { a: 1 }\n[event]\n[types.x]\n[types]\n") == [
        "project.tsk:1:1: S-UNKNOWN command declares nothing before the first section (write [command.name])",
        "project.tsk:2:1: S-UNKNOWN [event] needs the name of what it declares (write [event.name])",
        "project.tsk:3:1: S-UNKNOWN types stand in one section, [types]",
    ]


def mistakes():
    """Yields texts and what is told of them, each pair with a line ``>>>`` between."""
    for pair in (Path(__file__).parent / "mistakes.txt").read_text(encoding="utf-8").split("\n\n"):
        text, _, problems = pair.strip("\n").partition("\n>>>\n")
        yield text + "\n", problems.split("\n")


@pytest.mark.parametrize(("text", "problems"), list(mistakes()))
def test_a_mistake_is_told_at_its_place(told, text, problems):
    assert added(told, text) == problems


def test_an_aggregate_that_begins_without_its_state(told):
    text = BASE.replace('set { size: "event.size", note: "event.note" }\n', "set {}\n")
    (problem,) = told(text)
    said, _, hint = problem.partition(" (")
    assert said == "project.tsk:3:1: S-TYPE make begins with this event, and it does not set size"
    assert hint == "add it to set { … }, or give size a default in the state)"


def test_all_that_an_event_does_not_set_is_told_at_once(told):
    text = BASE.replace(
        'size: "integer", note: "string?" }\n[event', 'size: "integer", note: "string" }\n[event'
    )
    (problem,) = told(text.replace('set { size: "event.size", note: "event.note" }\n', "set {}\n"))
    said = "it does not set size, note (add them to set { … }, or give size, note a default in the state)"
    assert problem.endswith(said)


def test_all_that_is_wrong_with_a_file_is_told_at_once(told):
    text = BASE.replace('emit: "box.made"', 'emit: "box.mad"').replace('seen: "at"', 'seen: "att"')
    text += '[event_store]\nsynchronus: "full"\n[subscriptions]\ns { topic: "nowhere", handler: "nobody" }\n'
    assert told(text) == [
        "project.tsk:9:7: S-REF this aggregate has no event box.mad (did you mean box.made?)",
        "project.tsk:12:53: S-CEL nothing here is called att (did you mean at?)",
        "project.tsk:16:1: S-UNKNOWN synchronus is not a setting here (did you mean synchronous?)",
        "project.tsk:18:12: S-REF the topic nowhere is not declared (declared are: out)",
    ]


def test_a_handler_that_nobody_declares(told):
    text = BASE + '[handler.send_it]\npublish: "out"\n[subscriptions]\ns { topic: "out", handler: "send" }\n'
    assert told(text) == ["project.tsk:18:28: S-REF no handler is named send (did you mean send_it?)"]

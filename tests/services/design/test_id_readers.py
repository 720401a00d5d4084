"""Whoever reads the id of an event is told of before that is the id of another aggregate."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.id_readers import id_readers
from workbench.services.design.move_preview import move_preview
from workbench.tusk import parse

READERS = {
    "process": '[process.p]\nkey: "id"\non { "a.done": { ends: true } }\n',
    "its step": '[process.p]\nkey: "event.n"\non { "a.done": { key: "id", ends: true } }\n',
    "its command": '[process.p]\nkey: "event.n"\non { "a.done": { issue: "go", with { a_id: "id" } } }\n',
    "policy": '[policy.p]\non: ["a.done", "b.done"]\nissue: "go"\nwith { a_id: "id" }\n',
    "projection": '[projection.p]\ncolumns { id: "text" }\non { "a.done": { remove: true } }\n',
    "handler": '[handler.h]\nevent: "a.done"\nissue: "go"\nwith { a_id: "id" }\n',
}
OTHERS = {
    "its own key": '[process.p]\nkey: "id"\non { "a.done": { key: "event.id", ends: true } }\n',
    "a key": '[projection.p]\ncolumns { id: "text" }\non { "a.done": { key: "event.n", remove: true } }\n',
    "rows found otherwise": '[projection.p]\ncolumns { id: "text", n: "text" }\n'
    'on { "a.done": { where: "row.n == event.n", remove: true } }\n',
    "another event": '[process.p]\nkey: "id"\non { "b.done": { ends: true } }\n',
    "a text": '[policy.p]\non: "a.done"\nissue: "go"\nwith { a_id: "\'id\'" }\n',
}


NOTHING_STORED = SimpleNamespace(stored=lambda *_names: 0, mistakes=lambda _text: [])


def design(text):
    return DesignText(project=parse(text, "project.tsk"))


@pytest.mark.parametrize("what", READERS)
def test_a_reader_of_the_id_is_told_once(what):
    (one,) = id_readers(design(READERS[what]), ["a.done"], "b")
    assert one.fate == f"{one.owner[-1]}: the id of a b then"
    assert "id" in one.text or what == "projection"
    assert one.owner in READERS[what]


@pytest.mark.parametrize("what", OTHERS)
def test_who_does_not_read_it_is_not_told(what):
    assert list(id_readers(design(OTHERS[what]), ["a.done"], "b")) == []


def test_a_move_tells_them_too():
    text = design("[aggregate.a]\n[aggregate.b]\n[event.a.done]\n" + READERS["process"])
    found = move_preview(text, [DesignNode("event", "a.done")], "b", NOTHING_STORED)
    assert [(one.line, one.owner) for one in found.stays] == [(5, "process.p")]


MOVED = """[aggregate.a]
[aggregate.b]
[event.a.done]
[command.finish]
changes: "a"
fields { FIELDS }
emit: "a.done"
[command.begin]
creates: "b"
fields { b_no: "integer" }
"""


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ('a_id: "string"', ["a_id"]),
        ('a: "string", b_no: "integer"', ["a"]),
        ('no: "string", a_id: "string"', []),
    ],
)
def test_a_command_that_moves_is_told_with_the_id_that_it_has(fields, told):
    text = design(MOVED.replace("FIELDS", fields))
    said = [
        f"finish has {one}, the id of an a, and would look for a b of that id: it needs b_no as its target."
        for one in told
    ]
    finish = DesignNode("command", "finish")
    assert list(move_preview(text, [finish], "b", NOTHING_STORED).notes) == said
    assert list(move_preview(text, [finish], "new", NOTHING_STORED).notes) == []

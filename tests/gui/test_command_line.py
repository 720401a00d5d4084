"""Command lines that are copied say what they should to the command line's own reader."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from workbench.cli.verb_list import parse
from workbench.gui.command_line import command_line, find_line
from workbench.gui.desk import Selection
from workbench.services.search.search_query import SearchQuery
from workbench.store.search_port import RecordKind

ROOT = Path("/some where/my project")


def read(line):
    words = shlex.split(line)
    assert words[0] == "workbench"
    name, _, options = parse(words[1:])
    return name, vars(options)


@pytest.mark.parametrize(
    ("selection", "name", "said"),
    [
        (Selection(letter=7, position=3), "dead-letters", {"number": 7}),
        (Selection(stream="order-a b", version=4, position=9), "show", {"stream": "order-a b", "at": 4}),
        (Selection(stream="order-1"), "show", {"stream": "order-1", "at": None}),
        (Selection(position=12), "story", {"what": "12"}),
        (Selection(command="f69adcea", stream="order-1"), "story", {"what": "f69adcea"}),
    ],
)
def test_what_is_chosen_is_shown_by_a_verb(selection, name, said):
    verb, options = read(command_line(ROOT, selection))
    assert verb == name
    assert str(options["project"]) == str(ROOT)
    assert {key: options.get(key, "missing") for key in said} == said


def test_what_no_verb_shows_has_no_line():
    assert command_line(ROOT, Selection(subscription="mail")) == ""


def test_a_search_is_read_as_it_was_asked():
    query = SearchQuery(
        words='"card declined" paid',
        where="data.amount > 3 && key != 'a b'",
        kinds=(RecordKind.EVENT, RecordKind.LETTER),
        types=("order.*",),
        places=("order-1", "mail"),
        since="-2h",
        until="yesterday",
    )
    verb, options = read(find_line(ROOT, query))
    assert verb == "find"
    assert options["words"] == ['"card declined"', "paid"]
    assert (options["where"], options["kind"]) == (query.where, ("event", "letter"))
    assert (options["type"], options["stream"]) == (["order.*"], ["order-1", "mail"])
    assert (options["since"], options["until"]) == ("-2h", "yesterday")
    assert read(find_line(ROOT, SearchQuery(words="paid")))[1]["words"] == ["paid"]

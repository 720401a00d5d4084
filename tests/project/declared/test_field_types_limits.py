"""The limits of declared fields stand in the schemas of commands, from which forms and documents are made."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidCommand
from workbench.model.limit_words import limits_of
from workbench.project.project import load_project
from workbench.services.documents.card_fields import fields_of_schema
from workbench.services.documents.schema_fields import fields_of

TEXT = """\
[aggregate.deal]
[event.deal.made]
fields { price: "money", rate: "decimal" }
[command.make]
creates: "deal"
fields {
    deal_id: "string"
    count { type: "integer", min: 1, max: 99, default: 1 }
    parts { type: "map", of: "integer", max: 3, default: {} }
    price { type: "money", min: 0 }
    rate: "decimal"
    tip { type: "money?", min: 0 }
    at: "date-time?"
}
emit: "deal.made"
"""


@pytest.fixture
def registry(tmp_path):
    (tmp_path / "project.tsk").write_text(TEXT)
    return load_project(tmp_path, environ={}, trusted=False).registry


def test_integers_and_maps_say_their_limits_before_they_are_violated(registry):
    fields = registry.commands["make"].schema["properties"]
    assert limits_of(fields["count"]) == "1 to 99"
    assert limits_of(fields["parts"]) == "at most 3 entries"


def test_a_violated_limit_is_said_as_the_hint_says_it(registry):
    values = {"deal_id": "a", "price": "-1", "rate": "1", "count": 0}
    with pytest.raises(InvalidCommand) as told:
        registry.commands["make"].parse(values)
    assert sorted(said for _, said in told.value.fields) == ["must be at least 0", "must be at least 1"]


def test_a_type_has_one_word_in_documents_and_on_the_board(registry):
    command, event = registry.commands["make"].schema, registry.events["deal.made"].schema
    document = {one.name: one.type for one in (*fields_of(command), *fields_of(event))}
    board = {one.name: one.type for one in (*fields_of_schema(command), *fields_of_schema(event))}
    assert (document["price"], board["price"]) == ("money", "money")
    assert (document["rate"], board["rate"]) == ("decimal", "decimal")
    assert (document["tip"], board["tip?"]) == ("money", "money min 0")
    assert (document["at"], board["at?"]) == ("date-time", "date-time")


def test_an_event_says_the_types_of_its_fields_as_its_command_does(load):
    fields = """fields {
    id: "string"
    mail: "email"
    other: "email?"
    link: "url"
    links { type: "list", of: "url" }
    kind { type: "choice", choices: ["z", "b", "m"] }
    maybe { type: "choice?", choices: ["z", "b"] }
    many { type: "list", of: "kind" }
}"""
    registry = load(
        '[types]\nkind { type: "choice", choices: ["q", "c"] }\n[aggregate.deal]\n'
        f'[event.deal.made]\n{fields}\n[command.make]\ncreates: "deal"\n{fields}\nemit: "deal.made"\n'
    ).registry
    command, event = registry.commands["make"].schema, registry.events["deal.made"].schema
    for said in (fields_of_schema, fields_of):
        assert [one.type for one in said(event)] == [one.type for one in said(command)]
    assert [one.type for one in fields_of_schema(event)] == [
        *("string", "email", "email", "url", "[url]"),
        *("z | b | m", "z | b", "[q | c]"),
    ]

"""The form of a section has a row for each key, by what can stand there; it changes the text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import ROOT
from workbench.errors import InvalidValue
from workbench.project.declared.section_kinds import KINDS
from workbench.services.design.form_changes import with_field_line, with_line, without
from workbench.services.design.section_form import NOT_HERE, RowKind, section_form
from workbench.services.design.section_piece import piece_of
from workbench.tusk import parse

PLACE = """# asks for it
[command.place]
creates: "order"
fields {
    id: "uuid"
    # how much
    amount { type: "money", min: 0 } # not less
    far: $x
}
refuse {
    late { when: "now > at", message: "too late" }
}
emit: "order.placed"
with { total: "command.amount", count: 1 }
odd: "x"
"""
PATH = ("command", "place")


def rows(text=PLACE, path=PATH, also=frozenset()):
    return {
        ".".join(one.path[len(path) :]) + ("+" if one.kind is RowKind.ADD else ""): one
        for one in form(text, path, also)
    }


def form(text, path, also):
    return section_form(parse(text, "project.tsk"), path, also)


def test_each_key_has_a_row_in_its_usual_order():
    assert list(rows()) == [
        "description",
        "creates",
        "fields",
        "refuse",
        "refuse.late",
        "refuse.late.when",
        "refuse.late.message",
        "refuse.late+",
        "refuse+",
        "emit",
        "with",
        "with.total",
        "with.count",
        "with+",
        "odd",
        "+",
    ]


def test_a_row_says_what_stands_there():
    found = rows()
    assert (found["creates"].kind, found["creates"].text) == (RowKind.LINE, "order")
    assert (found["with.count"].text, found["with.total"].text) == ("1", "command.amount")
    assert (found["refuse.late"].kind, found["refuse.late"].label) == (RowKind.BLOCK, "late")
    assert found["refuse.late.when"].level == 2
    assert found["odd"].why_not
    table = found["fields"]
    assert [(one.name, one.type, one.rules) for one in table.fields[:2]] == [
        ("id", "uuid", ""),
        ("amount", "money", "min 0"),
    ]
    assert table.fields[2].why_not == NOT_HERE


def test_what_can_be_added_is_told_with_what_it_is_for():
    found = rows()
    assert dict(found["refuse.late+"].keys) == {"field": "Field of the command that it is about"}
    assert found["with+"].free
    assert "emit" not in dict(found["+"].keys)
    assert dict(found["+"].keys)["when"] == "Condition; always where it is left out"


def test_what_is_to_be_added_has_a_row_with_what_it_needs():
    also = frozenset({(*PATH, "refuse", "early"), (*PATH, "when")})
    found = rows(also=also)
    assert found["when"].text == ""
    assert [one for one in found if "early" in one] == [
        "refuse.early",
        "refuse.early.when",
        "refuse.early.message",
        "refuse.early+",
    ]


@pytest.mark.parametrize(
    ("row", "typed", "before", "after"),
    [
        ("with.count", "2", "count: 1", "count: 2"),
        ("with.count", "state.n + 1", "count: 1", 'count: "state.n + 1"'),
        ("refuse.late.when", 'a == "b"', '"now > at"', '"a == \\"b\\""'),
        ("emit", "order.paid", '"order.placed"', '"order.paid"'),
        ("emit", "", 'emit: "order.placed"\n', ""),
        ("description", "Asks", '[command.place]\n', '[command.place]\ndescription: "Asks"\n'),
    ],
)  # fmt: skip
def test_a_line_changes_its_value_alone(row, typed, before, after):
    changed = with_line(parse(PLACE, "project.tsk"), rows()[row], typed)
    assert changed.text == PLACE.replace(before, after)


def test_what_is_to_be_added_is_written_with_the_blocks_around_it():
    text = '[command.pay]\nfields { id: "uuid" }\n'
    path = ("command", "pay", "refuse", "late")
    row = rows(text, path[:2], frozenset({path}))["refuse.late.when"]
    changed = with_line(parse(text, "project.tsk"), row, "true")
    assert changed.text == f'{text}refuse {{ late {{ when: "true" }} }}\n'


def test_several_names_become_a_list():
    text = '[policy.p]\non: "a.b"\nissue: "x"\n'
    row = rows(text, ("policy", "p"))["on"]
    assert with_line(parse(text, "project.tsk"), row, "a.b, a.c").text == text.replace(
        '"a.b"', '["a.b", "a.c"]'
    )


@pytest.mark.parametrize("typed", ["mission, battery", '{ mission: "mission_id", battery: "battery_id" }'])
def test_a_second_aggregate_is_added_in_the_line_of_the_first(typed):
    text = '[command.land]\nchanges: "mission"\nfields { mission_id: "string", battery_id: "string" }\n'
    row = rows(text, ("command", "land"))["changes"]
    assert row.words.endswith("; others behind commas")
    changed = with_line(parse(text, "project.tsk"), row, typed).text
    assert changed == text.replace(': "mission"', ' { mission: "mission_id", battery: "battery_id" }')
    assert rows(changed, ("command", "land"))["changes.battery"].text == "battery_id"


def test_an_aggregate_behind_a_comma_brings_the_field_with_its_id():
    text = '[command.plan]\ncreates: "mission"\nfields { mission_id: "string" }\n'
    row = rows(text, ("command", "plan"))["creates"]
    changed = with_line(parse(text, "project.tsk"), row, "mission, battery,").text
    assert 'creates: "mission"\nchanges { battery: "battery_id" }' in changed
    assert 'fields { mission_id: "string", battery_id: "string" }' in changed


def test_a_block_that_is_typed_in_a_line_is_written_as_one():
    text = '[policy.p]\non: "a.b"\nissue: "x"\nrefused: "nothing"\n'
    row = rows(text, ("policy", "p"))["refused"]
    changed = with_line(parse(text, "project.tsk"), row, '{ issue: "y" }').text
    assert changed == text.replace(': "nothing"', ' { issue: "y" }')


@pytest.mark.parametrize(
    ("typed", "written"),
    [("true", "true"), ("post", '"post"'), ("post, shut", '["post", "shut"]')],
)
def test_true_or_names_stand_in_one_line(typed, written):
    text = '[invariant.rule]\nalways: "true"\nnever_dead_letter: false\n'
    path = ("invariant", "rule", "never_dead_letter")
    (row,) = [one for one in section_form(parse(text), path[:2]) if one.path == path]
    assert row.kind is RowKind.LINE
    assert with_line(parse(text), row, typed).text == text.replace("false", written)


def test_the_last_entry_takes_its_block_along():
    text = '[command.pay]\nwith { a: 1 }\nemit: "x"\n'
    assert (
        without(parse(text, "project.tsk"), ("command", "pay", "with", "a")).text
        == '[command.pay]\nemit: "x"\n'
    )


def test_a_field_keeps_the_comments_around_what_changes():
    path = (*PATH, "fields")
    changed = with_field_line(parse(PLACE, "project.tsk"), path, "amount: money min 5", instead="amount")
    assert changed.text == PLACE.replace("min: 0", "min: 5")
    renamed = with_field_line(changed, path, "sum?: money", instead="amount")
    assert '    # how much\n    sum: "money?" # not less\n' in renamed.text
    with pytest.raises(InvalidValue, match="place has a field id already"):
        with_field_line(changed, path, "id: money")


def in_words(text):
    return "".join(text.replace(",", "").split())


def declared():
    """Every thing of the samples and templates, with its document."""
    for file in sorted(ROOT.glob("resources/*/*/project.tsk")):
        document = parse(file.read_text(), "project.tsk")
        for section in document.sections:
            kind, _, name = section.partition(".")
            if name and kind in KINDS:
                yield pytest.param(document, kind, name, id=f"{file.parent.name}-{section}")


@pytest.mark.parametrize(("document", "kind", "name"), list(declared()))
def test_whatever_is_declared_can_be_changed_in_its_form_and_back(document, kind, name):
    piece = piece_of(document, kind, name)
    assert piece is not None
    alone, faults = piece.read(piece.text)
    found = section_form(alone, piece.path)
    assert not faults
    assert not [one for one in found if one.why_not]
    for one in found:
        if one.kind is RowKind.LINE and one.text and "," not in one.text:
            other = replace(one, text="other")
            back = with_line(with_line(alone, one, "other"), other, one.text)
            assert in_words(back.text) == in_words(alone.text)  # a long line may have become several
        for field in one.fields:
            line = f"{field.name}: {field.type} {field.rules}"
            assert with_field_line(alone, one.path, line, instead=field.key).text == alone.text

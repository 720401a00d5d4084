"""What one aggregate begins and another goes on with, both by their ids, is marked; all else is not."""

from __future__ import annotations

import pytest

from tests.services.design.marks.mark_examples import EXAMPLES, PARCEL, VAN, design_of, marks_in

TEXT = EXAMPLES["A-ID"][1]
GOES_ON = '"van.unloaded": { ends: true }'


def marked(text):
    return [one for one in marks_in(design_of(text)) if one.kind.code == "A-ID"]


def test_a_process_is_told_and_finds_the_event_by_its_field():
    (mark,) = marked(TEXT)
    assert mark.message == "van.unloaded finds no instance of watch: its id is that of a van, not of a parcel"
    (fix,) = mark.fixes
    assert fix.label == "Find it by event.parcel_id"
    after = fix.change(design_of(TEXT)).project.text
    assert '"van.unloaded": { ends: true, key: "event.parcel_id" }' in after
    assert marked(after) == []


def test_a_read_model_whose_rows_another_aggregate_changes_is_told():
    text = PARCEL + VAN
    read = text.replace('"parcel.sent": {', '"van.unloaded": { set { weight: "0" } }\n    "parcel.sent": {')
    (mark,) = marked(read)
    assert mark.message == "van.unloaded finds no row of parcels: its id is that of a van, not of a parcel"
    assert marked(read.replace("set { weight", "put { weight")) == [], "a row of its own"
    assert marked(read.replace('d": { set { weight', 'd": { key: "event.parcel_id", set { weight')) == []


SAME = 'unload"\nwith { van_id: "id", parcel_id: "id" }\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GOES_ON, '"van.unloaded": { starts: true, ends: true }'),
        ('fields { van_id: "string", parcel_id', 'fields { parcel_id: "string", van_id'),
        ("[process.watch]", f'[policy.tell]\non: "parcel.sent"\nissue: "{SAME}\n[process.watch]'),
        (
            'changes: "van"\nfields { van_id',
            'changes { van: "both_id", parcel: "both_id" }\nfields { both_id: "string", van_id',
        ),
    ],
)
def test_aggregates_that_may_have_the_same_ids_are_no_mark(old, new):
    assert TEXT.replace(old, new) != TEXT
    assert marked(TEXT.replace(old, new)) == []


def test_a_policy_that_follows_both_does_not_say_that_their_ids_are_the_same():
    tell = f'[policy.tell]\non: ["parcel.sent", "van.unloaded"]\nissue: "{SAME}\n[process.watch]'
    assert len(marked(TEXT.replace("[process.watch]", tell))) == 1


WEIGHED = EXAMPLES["A-TARGET"][1]
WEIGH = 'fields { parcel_id: "string" }\nemit: "van.weighed"'


def borrowed(text):
    return [one for one in marks_in(design_of(text)) if one.kind.code == "A-TARGET"]


def test_a_command_that_has_the_id_of_another_aggregate_is_told_and_gets_its_own():
    (mark,) = borrowed(WEIGHED)
    assert mark.message == "weigh looks for a van by parcel_id, the id of a parcel"
    (fix,) = mark.fixes
    assert (fix.label, fix.effect) == (
        "Find it by van_id",
        "adds van_id as its target: who issues it has to give that",
    )
    after = fix.change(design_of(WEIGHED)).project.text
    assert 'fields { parcel_id: "string", van_id: "string" }' in after
    assert borrowed(after) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('changes { van: "parcel_id", parcel: "no" }', 'changes { van: "van_id", parcel: "no" }'),
        (
            'changes { it { aggregate: "van", id: "parcel_id" }, parcel: "no" }',
            'changes { it { aggregate: "van", id: "van_id" }, parcel: "no" }',
        ),
    ],
)
def test_of_several_aggregates_the_one_is_found_by_its_own_field(before, after):
    fields = 'fields { parcel_id: "string", no: "string" }'
    text = WEIGHED.replace('changes: "van"\nfields { parcel_id: "string" }', f"{before}\n{fields}")
    (mark,) = borrowed(text)
    found = mark.fixes[0].change(design_of(text)).project.text
    assert after in found
    assert borrowed(found) == []


def test_who_finds_the_event_of_such_a_command_by_its_id_is_told_still():
    both = WEIGHED + TEXT[TEXT.index("[process.watch]") :].replace("van.unloaded", "van.weighed")
    assert [one.message for one in marked(both)] == [
        "van.weighed finds no instance of watch: its id is that of a van, not of a parcel"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[command.weigh]\nchanges", "[command.weigh]\ncreates"),
        ('fields { van_id: "string", parcel_id', 'fields { parcel_id: "string", van_id'),
        (WEIGH, WEIGH.replace("parcel_id", "number")),
        (
            "[command.weigh]",
            '[command.buy]\ncreates: "van"\nfields { parcel_id: "string" }\n[command.weigh]',
        ),
        ("[command.weigh]", f'[policy.tell]\non: "parcel.sent"\nissue: "{SAME}\n[command.weigh]'),
    ],
)
def test_a_command_that_may_have_the_id_of_another_aggregate_is_no_mark(old, new):
    assert WEIGHED.replace(old, new) != WEIGHED
    assert borrowed(WEIGHED.replace(old, new)) == []

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

"""One patch for many letters: what a form makes of payloads, and that what does not fit stays out (L6)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.model.json_patch import PatchFailed, same
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch, parse_letter_patch
from workbench.store.stored_values import LetterFacts

NAMES = st.sampled_from(["a", "b", "a.b", "c.0", "d.e.f"])
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab~/ü.", max_size=3)
PAYLOADS = st.dictionaries(
    st.sampled_from("abcd"),
    PLAIN | st.dictionaries(st.sampled_from("be"), PLAIN) | st.lists(PLAIN, max_size=2),
)
CHANGES = st.one_of(
    st.builds(FieldChange, way=st.just("set"), field=NAMES, value=PLAIN),
    st.builds(FieldChange, way=st.just("remove"), field=NAMES),
    st.builds(FieldChange, way=st.just("rename"), field=NAMES, value=st.sampled_from("xy")),
    st.builds(FieldChange, way=st.just("copy"), field=NAMES, value=NAMES),
    st.builds(
        FieldChange,
        way=st.just("replace"),
        field=NAMES,
        value=st.text("ab", max_size=2),
        find=st.text("ab~", min_size=1, max_size=2),
    ),
    st.builds(FieldChange, way=st.just("expression"), field=NAMES, value=st.just("type + '!'")),
)


def letter(data, **more):
    known = {"number": 1, "subscription": "mail", "topic": "events", "type": "user.created", "key": "user-1"}
    known |= {"reason": "rejected", "error_type": "KeyError", "error": "attempt", "place": "m.py:3"}
    known |= {"data": json.dumps(data), "metadata": None, "tries": 2, "died_at": 0}
    return LetterFacts(**known | more)


def change(way, field, value=None, find=""):
    return FieldChange(way=way, field=field, value=value, find=find)


@pytest.mark.parametrize(
    ("made", "after"),
    [
        (change("set", "attempt", 1), {"to": {"mail": "a@b"}, "n": 3, "attempt": 1}),
        (change("set", "to.name.first", "Ann"), {"to": {"mail": "a@b", "name": {"first": "Ann"}}, "n": 3}),
        (change("remove", "n"), {"to": {"mail": "a@b"}}),
        (change("remove", "absent.too"), {"to": {"mail": "a@b"}, "n": 3}),
        (change("rename", "to.mail", "email"), {"to": {"email": "a@b"}, "n": 3}),
        (change("copy", "mail", "to.mail"), {"to": {"mail": "a@b"}, "n": 3, "mail": "a@b"}),
        (change("replace", "to.mail", "@c.", "@"), {"to": {"mail": "a@c.b"}, "n": 3}),
        (change("replace", "to.mail", "", "a"), {"to": {"mail": "@b"}, "n": 3}),
        (change("replace", "to.mail", "x", "A"), {"to": {"mail": "a@b"}, "n": 3}),
        (change("replace", "absent.too", "x", "a"), {"to": {"mail": "a@b"}, "n": 3}),
        (change("expression", "n", "data.n * 2 + tries"), {"to": {"mail": "a@b"}, "n": 8}),
        (
            change("expression", "why", "subscription + ' ' + error"),
            {"to": {"mail": "a@b"}, "n": 3, "why": "mail attempt"},
        ),
    ],
)
def test_a_form_changes_fields(made, after):
    assert LetterPatch(changes=[made])(letter({"to": {"mail": "a@b"}, "n": 3})) == after


def test_changes_are_done_one_after_the_other():
    changes = [change("set", "a", 2), change("expression", "b", "data.a + 1"), change("remove", "a")]
    assert LetterPatch(changes=changes)(letter({})) == {"b": 3}


@pytest.mark.parametrize(
    "made",
    [
        change("rename", "absent", "x"),
        change("copy", "x", "absent"),
        change("expression", "x", "data.absent + 1"),
        change("set", "n.deeper", 1),
        change("replace", "n", "4", "3"),
    ],
)
def test_what_a_payload_does_not_have_is_said(made):
    with pytest.raises(PatchFailed):
        LetterPatch(changes=[made])(letter({"n": 3}))


@given(PAYLOADS, st.lists(CHANGES, max_size=3))
def test_a_patch_read_from_what_it_wrote_does_the_same_and_alters_nothing(payload, changes):
    one = letter(payload)
    patch = LetterPatch(changes=changes)
    again = parse_letter_patch(patch.text)
    results = []
    for each in (patch, again):
        try:
            results.append(each(one))
        except PatchFailed as error:
            results.append(str(error))
    assert same(results[0], results[1])
    assert one == letter(payload)


@given(PAYLOADS, st.sampled_from(["x", "x.y", "a"]), PLAIN)
def test_what_is_set_stands_there_and_the_rest_is_as_it_was(payload, field, value):
    owner = payload.get(field.split(".")[0])
    after = LetterPatch(changes=[change("set", field, value)])(letter(payload))
    first = field.split(".")[0]
    assert {key: item for key, item in after.items() if key != first} == {
        key: item for key, item in payload.items() if key != first
    }
    assert after[first] == value if field == first else same(after[first], {"y": value}), owner


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"form": [{"op": "burn", "field": "a"}]}', "op of set"),
        ('{"form": [{"op": "replace", "field": "a", "with": ""}]}', "no text in find"),
        ('{"form": [{"op": "replace", "field": "a", "find": "b"}]}', "no with"),
        ('{"form": [{"op": "set", "field": "a"}]}', "has no value"),
        ('{"form": [{"op": "rename", "field": "a", "to": 3}]}', "to is no text"),
        ('{"form": [{"op": "expression", "field": "a", "cel": "data."}]}', "ends too early"),
        ('{"form": [{"op": "expression", "field": "a", "cel": "nothing + 1"}]}', "nothing"),
        ("3", "list of steps"),
        ("{", "the patch"),
    ],
)
def test_what_is_no_patch_is_refused(text, said):
    with pytest.raises(InvalidValue, match=said):
        parse_letter_patch(text)

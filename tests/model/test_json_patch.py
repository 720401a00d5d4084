"""JSON Patch: the examples of RFC 6902, and what holds of every patch."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.model.json_differences import differences
from workbench.model.json_patch import (
    PatchFailed,
    PatchStep,
    parse_patch,
    parse_pointer,
    patched,
    same,
    written,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, "", "a/b", "~"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab/~"), inner, max_size=3),
    max_leaves=8,
)


def places(value, path=()):
    """Every path below a value, the whole one first."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from places(part, (*path, str(name)))


@pytest.mark.parametrize(
    ("before", "steps", "after"),
    [
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"foo": "bar", "baz": "qux"}),
        (
            {"foo": ["bar", "baz"]},
            [{"op": "add", "path": "/foo/1", "value": "qux"}],
            {"foo": ["bar", "qux", "baz"]},
        ),
        ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
        ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
        ({"baz": "qux"}, [{"op": "replace", "path": "/baz", "value": "boo"}], {"baz": "boo"}),
        (
            {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
            [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
            {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
        ),
        (
            {"foo": ["all", "grass", "cows", "eat"]},
            [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
            {"foo": ["all", "cows", "eat", "grass"]},
        ),
        ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc"]}], {"foo": ["bar", ["abc"]]}),
        ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
        ({"baz": 1, "xtra": 123}, [{"op": "add", "path": "", "value": [1]}], [1]),
        ({"a": 1.0}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1.0}),
        ({"a": {"b": 1}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": 1}, "c": {"b": 1}}),
    ],
)
def test_the_examples_of_the_rfc(before, steps, after):
    assert patched(before, parse_patch(json.dumps(steps))) == after


@pytest.mark.parametrize(
    ("value", "step", "said"),
    [
        ({"foo": "bar"}, {"op": "add", "path": "/baz/bat", "value": "qux"}, "there is no /baz"),
        ({"baz": "qux"}, {"op": "test", "path": "/baz", "value": "bar"}, '/baz is not "bar"'),
        ({"/": 9, "~1": 10}, {"op": "test", "path": "/~01", "value": "10"}, "is not"),
        ({"a": 1}, {"op": "test", "path": "/a", "value": True}, "is not true"),
        ({"a": [1]}, {"op": "add", "path": "/a/2", "value": 1}, "nothing can be added at /a/2"),
        ({"a": [1]}, {"op": "remove", "path": "/a/-"}, "there is no /a/-"),
        ({"a": [1, 2]}, {"op": "replace", "path": "/a/01", "value": 1}, "there is no /a/01"),
        ({"a": 1}, {"op": "replace", "path": "/b", "value": 1}, "there is no /b"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_place(value, step, said):
    with pytest.raises(PatchFailed, match=said):
        patched(value, parse_patch(json.dumps([step])))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "list of steps"),
        ("[1]", "step 1 of the patch is no object"),
        ('[{"op": "spam", "path": ""}]', "no op of add"),
        ('[{"op": "add", "path": "/a"}]', "add, has no value"),
        ('[{"op": "move", "path": "/a"}]', "move, has no from"),
        ('[{"op": "remove", "path": "a"}]', "'a' is no pointer"),
        ('[{"op": "remove", "path": "/~2"}]', "'/~2' is no pointer"),
        ('[{"op": "remove", "path": 3}]', "path is no text"),
        ('[{"op": "move", "from": "/a", "path": "/a/b"}]', "into itself"),
        ('[{"op": "add", "path": "/a", "value": NaN}]', "NaN"),
        ("[", "JSON"),
    ],
)
def test_what_is_no_patch_is_refused(text, said):
    with pytest.raises(InvalidValue, match=said):
        parse_patch(text)


@given(VALUES)
def test_a_pointer_is_read_as_it_was_written(value):
    for path in places(value):
        assert parse_pointer(written(path) if path else "") == path


@given(VALUES, st.data())
def test_a_patch_never_alters_what_it_is_given_and_does_all_steps_or_none(value, data):
    paths = list(places(value))
    steps = []
    for _ in range(data.draw(st.integers(1, 4))):
        operation = data.draw(st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]))
        path, source = data.draw(st.sampled_from(paths)), data.draw(st.sampled_from(paths))
        if operation == "move" and path[: len(source)] == source:
            continue
        steps.append(PatchStep(operation=operation, path=path, source=source, value=data.draw(VALUES)))
    before = deepcopy(value)
    try:
        after = patched(value, steps)
    except PatchFailed:
        after = None
    assert same(value, before)
    if after is not None:
        json.dumps(after)


@given(VALUES, VALUES)
def test_what_differs_is_mended_by_the_steps_of_the_difference(before, after):
    whole = [PatchStep(operation="replace", path=(), value=after)]
    assert same(patched(before, whole), after)
    assert same(before, after) or list(differences(before, after))


@given(VALUES, st.data())
def test_what_is_added_can_be_tested_and_removed_again(value, data):
    owners = [path for path in places(value) if isinstance(patched(value, [at(path)]), dict)]
    if not owners:
        return
    path = (*data.draw(st.sampled_from(owners)), "new")
    new = data.draw(VALUES)
    put = PatchStep(operation="add", path=path, value=new)
    test = PatchStep(operation="test", path=path, value=new)
    gone = PatchStep(operation="remove", path=path)
    assert same(patched(value, [put, test, gone]), value)


def at(path):
    return PatchStep(operation="copy", source=path, path=())

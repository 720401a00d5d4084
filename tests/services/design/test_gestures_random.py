"""Gestures at random on every project in hostile dress: what they give is read, comments keep their place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.services.design.random_gestures import (
    DRESSES,
    FOLDERS,
    REMOVING,
    done,
    drawn,
    paths_in,
    spoken_of,
    texts_in,
)
from workbench.project.project_file import read_document
from workbench.tusk import TskError, parse

RENAMING = ("rename", "change field")


def judge(before, after, gesture):
    """Fails unless what a gesture made can be read as it says, and every comment is where it belongs."""
    for old, new in zip(before.files(), after.files(), strict=True):
        again = parse(new.dump(), new.file)
        assert (again.top, again.sections) == (new.top, new.sections), gesture.words
        assert old.text.startswith("\ufeff") == new.text.startswith("\ufeff"), gesture.words
        if "\r\n" in old.text:
            assert new.text.count("\r\n") == new.text.count("\n"), gesture.words
        comments_stay(old, new, gesture)


def comments_stay(old, new, gesture):
    before, after = spoken_of(old), spoken_of(new)
    there = set(paths_in(new))
    for comment, path in before.items():
        gone = path not in there
        if comment not in after:
            assert gone, (gesture.words, comment, path)
            assert gesture.kind in (*REMOVING, "change field"), (gesture.words, comment, path)
        elif path and not gone and gesture.kind not in RENAMING:
            assert after[comment] == path, (gesture.words, comment, path)
    if gesture.kind == "rename":
        places = [
            [paths_in(one).index(path) if path else -1 for path in found.values()]
            for one, found in ((old, before), (new, after))
        ]
        assert places[0] == places[1], gesture.words


def is_told(document):
    """Whether all that is wrong with a project file has a place in it."""
    lines = document.text.count("\n") + 1
    try:
        read_document(document, Path("project.tsk"), environ={})
    except TskError as error:
        return all(1 <= one.line <= lines for one in error.found)
    return True


def gestures_in_turn(folder, how, seed, count):
    rng = random.Random(seed)
    text = texts_in(folder, how, rng)
    for _ in range(count):
        gesture = drawn(text, rng)
        after = done(text, gesture)
        if after is None:
            continue
        judge(text, after, gesture)
        assert is_told(after.project), gesture.words
        text = after


@pytest.mark.parametrize("how", DRESSES)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_random_gestures_give_texts_that_can_be_read_and_keep_every_comment(folder, how):
    gestures_in_turn(folder, how, 1, 12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
@pytest.mark.parametrize("how", DRESSES)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_many_random_gestures_give_such_texts(folder, how, seed):
    gestures_in_turn(folder, how, seed, 30)

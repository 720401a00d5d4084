"""What went stale, put together from many commits."""

from __future__ import annotations

from workbench.model.changes import MANY, Changes


def changed(*streams):
    return Changes(streams=frozenset(streams), head=len(streams))


def test_streams_are_listed_while_they_are_few():
    both = changed("a-1").merged(changed("a-2", "a-3"))
    assert both.appended
    assert (both.streams, both.head) == ({"a-1", "a-2", "a-3"}, 2)
    assert both.touches("a-3")
    assert not both.touches("b-1")
    assert not Changes(head=3, dead_letters=True).appended


def test_V4_many_streams_make_no_more_than_streams_stale():
    many = changed(*(f"a-{number}" for number in range(MANY))).merged(changed("b-1"))
    assert many.appended
    assert many.touches("z-9")
    assert many == Changes(head=MANY, many_streams=True)
    assert many.merged(changed("c-1")) == many

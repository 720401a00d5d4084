"""Mappings that are made at the first look."""

from __future__ import annotations

from workbench.model.lazy_mapping import LazyMapping


def test_it_is_made_at_the_first_look_and_once():
    made = []

    def make():
        made.append(1)
        return {"type": "object", "properties": {}}

    schema = LazyMapping(make)
    assert made == []
    assert schema["type"] == "object"
    assert dict(schema) == {"type": "object", "properties": {}}
    assert (len(schema), schema.get("none", 7), "properties" in schema) == (2, 7, True)
    assert made == [1]

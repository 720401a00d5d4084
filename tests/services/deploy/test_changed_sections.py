"""Which sections of a project file differ, by what they say."""

from __future__ import annotations

from tests.services.conftest import written
from tests.services.deploy.conftest import MODEL
from workbench.project.project import load_project
from workbench.services.deploy.changed_sections import changed_sections

MORE = """
[event.account.moved.far]
fields { to: "string" }
[types]
amount: "integer"
[topics.mail]
retention: "1d"
"""


def differing(tmp_path, *changes, text=MODEL + MORE):
    """Returns the sections that differ once texts are replaced, as (change, what)."""
    new = text
    for before, after in changes:
        assert before in new, before
        new = new.replace(before, after)
    folders = [written(tmp_path / name, one) for name, one in (("old", text), ("new", new))]
    old, other = (load_project(one, environ={}, trusted=True) for one in folders)
    return [(one.change, str(one)) for one in changed_sections(old, other)]


def test_W18_what_an_event_sets_is_a_change_of_its_section_alone(tmp_path):
    doubled = ("state.balance + event.amount", "state.balance + event.amount * 2")
    assert differing(tmp_path, doubled) == [("changed", "event account.moved (set)")]


def test_W18_a_section_inside_another_one_is_its_own(tmp_path):
    assert differing(tmp_path, ('to: "string"', 'to: "integer"')) == [
        ("changed", "event account.moved.far (fields)")
    ]


def test_W18_every_kind_is_listed(tmp_path):
    found = differing(
        tmp_path,
        ('owner { type: "string", default: "" }', 'owner: "string?"'),
        ("event.owner", "upperAscii(event.owner)"),
        ("is too little", "will not do"),
        ('retention: "1d"', 'retention: "2d"'),
        ('amount: "integer"\n[topics', 'amount: "decimal"\n[topics'),
    )
    assert sorted(found) == [
        ("changed", "aggregate account (state)"),
        ("changed", "command give (refuse)"),
        ("changed", "command move (refuse)"),
        ("changed", "event account.opened (set)"),
        ("changed", "projection accounts (on)"),
        ("changed", "topics mail (retention)"),
        ("changed", "types (amount)"),
    ]


def test_W18_what_came_and_went_is_told_and_how_it_is_written_is_not(tmp_path):
    found = differing(
        tmp_path,
        ("[topics.mail]", "[topics.post]"),
        ('fields { to: "string" }', 'fields {\n    to = "string" # where\n}'),
    )
    assert found == [("gone", "topics mail"), ("new", "topics post")]

"""Changed fields are tried on what is stored before anything is saved."""

from __future__ import annotations

import pytest

from tests.services.conftest import running, written
from workbench.errors import NotFound, ProjectError
from workbench.services.design.design_text import DesignText
from workbench.services.design.schema_draft import with_upcast
from workbench.services.design.schema_trial import plain_misfit
from workbench.store import paging
from workbench.tusk import parse

TEXT = """\
[project]
name: "shop"

[aggregate.parcel]

[event.parcel.sent]
fields { to: "string", token: "string?" }

[command.send]
creates: "parcel"
fields { parcel_id: "string", to: "string", token: "string?" }
emit: "parcel.sent"
"""
HIDDEN = '{"to":"12","token":"••••••"}'
"""Data of the first event, as it is shown."""
FIELDS = 'fields { to: "string", token: "string?" }\n\n'


@pytest.fixture
async def shop(tmp_path, stores, by_hand):
    async with running(written(tmp_path / "shop", TEXT)) as workspace:
        for name, to in (("1", "12"), ("2", "Ada"), ("3", "Bob")):
            await workspace.commands.issue("send", {"parcel_id": name, "to": to, "token": "s3cret"})
        yield workspace


def text(fields: str) -> str:
    changed = TEXT.replace(FIELDS, f"fields {{ {fields} }}\n\n")
    assert changed != TEXT
    return changed


def tried(shop, document, event="parcel.sent"):
    return shop.schema_lab.try_text(document, event, lambda _done, _all: True)


async def test_what_is_stored_fits_as_it_is(shop):
    found = tried(shop, parse(TEXT))
    assert (found.total, found.fit, found.misfits, found.versions) == (3, 3, (), {1: 3})
    assert (found.before, found.after) == ("", "")


async def test_what_does_not_fit_is_counted_with_an_example(shop):
    found = tried(shop, parse(text('to: "string", token: "string?", weight: "integer"')))
    assert (found.total, found.fit) == (3, 0)
    (misfit,) = found.misfits
    assert (misfit.count, misfit.version, misfit.position) == (3, 1, 1)
    assert "weight" in misfit.said
    assert misfit.data == HIDDEN


async def test_reasons_are_told_apart(shop):
    document = parse(text('to: "integer", token: "string?"').replace(
        "fields {", 'version: 2\nupcast { from_1 { set { to: "int(data.to)" } } }\nfields {', 1
    ))  # fmt: skip
    found = tried(shop, document)
    assert (found.total, found.fit) == (3, 1)
    assert [(one.count, one.position) for one in found.misfits] == [(1, 2), (1, 3)]
    assert "Ada" in found.misfits[0].said
    assert (found.before, found.after) == (HIDDEN, HIDDEN.replace('"12"', "12"))


async def test_a_draft_makes_everything_fit(shop):
    was = DesignText(project=parse(TEXT))
    wanted = DesignText(project=parse(text('address: "string", token: "string?", weight: "integer"')))
    found = tried(shop, with_upcast(was, wanted, "parcel.sent").project)
    assert (found.total, found.fit, found.misfits) == (3, 3, ())
    assert '"to":"12"' in found.before
    assert '"address":"12"' in found.after
    assert '"weight":0' in found.after


async def test_it_can_be_stopped(shop, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 1)
    seen = []

    def progress(done, every):
        seen.append((done, every))
        return len(seen) < 3

    found = shop.schema_lab.try_text(parse(TEXT), "parcel.sent", progress)
    assert (found.total, found.whole) == (2, False)
    assert seen[0][1] == seen[-1][1] == 3


async def test_what_would_not_load_or_has_no_such_event_is_told(shop):
    with pytest.raises(ProjectError):
        tried(shop, parse(TEXT.replace('"string?"', '"strong"')))
    with pytest.raises(NotFound, match=r"has no event parcel\.gone"):
        tried(shop, parse(TEXT), "parcel.gone")


async def test_nothing_is_written(shop):
    file = shop.project.root / "project.tsk"
    tried(shop, parse(text('to: "string"')))
    assert file.read_text() == TEXT


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("Expected `int`, got `str` - at `$.card`", "card must be a whole number, and is text"),
        ("Expected `int | null`, got `str`", "it must be a whole number or nothing, and is text"),
        ("Object missing required field `city` - at `$.ship_to`", "ship_to.city is missing"),
        ("Object missing required field `city`", "city is missing"),
        ("it cannot be read", "it cannot be read"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(raw, plain):
    assert plain_misfit(raw) == plain

"""What the story and the scenarios say is looked at like what is stored (W22)."""

from __future__ import annotations

import asyncio
import json
import zipfile

import pytest

from tests.services.bundles.test_bundle_draft import bundled, opened, quiet
from tests.services.conftest import finished, running, written
from workbench.interop.bundle_file import read_manifest
from workbench.services.bundles.bundle_draft import BundleDraft, Masks, StorePart
from workbench.services.bundles.written_values import said_values, story_payloads

TEXT = """[project]
name: "accounts"

[aggregate.acct]
state { n: "integer" }

[event.acct.set]
fields { n: "integer", password: "string", by: "object" }
set { n: "event.n" }

[command.set_acct]
creates_or_changes: "acct"
fields {
    acct_id: "string"
    n: "integer"
    password: "string"
    by: "object"
}
emit: "acct.set"
"""


@pytest.fixture
def on_file():
    return True


@pytest.fixture
async def accounts(tmp_path, stores, by_hand):
    async with running(written(tmp_path / "accounts", TEXT)) as opened:
        yield opened


async def keep(world, name, password, by=None):
    values = {"acct_id": name, "n": 1, "password": password, "by": by or {}}
    assert (await world.commands.issue("set_acct", values)).accepted
    await finished(world)


def bytes_of(file):
    with zipfile.ZipFile(file) as archive:
        return b"".join(archive.read(one) for one in archive.namelist())


async def test_W22_a_secret_that_only_the_story_has_is_masked(accounts, tmp_path):
    await keep(accounts, "a", "StorySecret77")
    await keep(accounts, "b", "")
    lines = [
        {"command": "set_acct", "acct_id": "a", "n": 1, "password": "StorySecret77", "by": {}},
        {"command": "set_acct", "acct_id": "c", "n": 1, "password": "Sk-99-text", "by": {"pin": 739184}},
    ]
    story = [*map(json.dumps, lines), '{"command":"x","api_key":"sk-TORN-1122","pin": 4711,}', ""]
    (accounts.project.root / "story.ndjson").write_text("\n".join(story))
    file = tmp_path / "x.workbench"
    said = await bundled(accounts.project, file, StorePart(streams=("acct-b",)))
    assert said.masked == read_manifest(file).masked == ("api_key", "password", "pin")
    for value in (b"StorySecret77", b"Sk-99-text", b"739184", b"sk-TORN-1122", b"4711"):
        assert value not in bytes_of(file), value
    lines = (opened(file, tmp_path / "there") / "story.ndjson").read_text().split("\n")
    assert [json.loads(one)["acct_id"] for one in lines[:2]] == ["a", "c"]
    assert len(lines) == 4
    with pytest.raises(json.JSONDecodeError):
        json.loads(lines[2])
    await bundled(accounts.project, file, masks=Masks(secrets=False), replace=True)
    assert b"StorySecret77" in bytes_of(file)


async def test_W22_what_a_story_mentions_of_the_store_is_masked_in_it(accounts, tmp_path):
    await keep(accounts, "a", "Stored-Secret-1")
    (accounts.project.root / "story.ndjson").write_text('{"command":"x","note":"Stored-Secret-1"}\n')
    await bundled(accounts.project, tmp_path / "x.workbench")
    assert b"Stored-Secret-1" not in bytes_of(tmp_path / "x.workbench")


async def test_W22_of_a_scenario_it_is_said_that_it_has_a_secret(accounts, tmp_path):
    await keep(accounts, "a", "")
    (accounts.project.root / "scenarios").mkdir()
    (accounts.project.root / "scenarios" / "one.tsk").write_text(
        '"A password is kept" {\n    when: { command: "set_acct", data: { password: "Written-33" } }\n}\n'
    )
    said = await bundled(accounts.project, tmp_path / "x.workbench")
    assert said.mentions == {"scenarios/one.tsk": 1}


async def test_W22_a_secret_among_very_many_keys_is_masked_and_any_field_can_be_named(accounts, tmp_path):
    many = {f"sku{one}": one for one in range(2_100)}
    await keep(accounts, "a", "", many)
    await keep(accounts, "b", "", many)
    await keep(accounts, "c", "", {"token": "RarePass4711x", "rare": "Hidden-Too-9"})
    file = tmp_path / "x.workbench"
    said = await bundled(accounts.project, file, masks=Masks(names=("rare",)))
    assert {"token", "rare"} <= set(said.masked)
    assert b"RarePass4711x" not in bytes_of(file)
    assert b"Hidden-Too-9" not in bytes_of(file)


async def test_W22_a_secret_that_is_the_name_of_its_field_leaves_all_names(accounts, tmp_path):
    for number, secret in enumerate(("password", "acct", "n", "set_acct", "Zz7-q")):
        await keep(accounts, f"user{number}", secret)
    said = await bundled(accounts.project, tmp_path / "x.workbench")
    assert said.unfolded == ()
    async with running(opened(tmp_path / "x.workbench", tmp_path / "there")) as world:
        log = world.reader.read_log(0, 10)
        assert [one.stream for one in log] == [f"acct-user{number}" for number in range(5)]
        assert {one.type for one in log} == {"acct.set"}
        data = [json.loads(one.data) for one in log]
        assert all(list(one) == ["n", "password", "by"] for one in data)
        assert not {one["password"] for one in data} & {"password", "acct", "n", "set_acct", "Zz7-q"}


async def test_W22_names_of_one_letter_do_not_meet(accounts, tmp_path):
    for name in "0123456789abcdefghijklmnopqrstuvwxyz":
        await keep(accounts, name, name)
    await bundled(accounts.project, tmp_path / "x.workbench", masks=Masks(names=("acct_id",)))
    async with running(opened(tmp_path / "x.workbench", tmp_path / "there")) as world:
        assert len({one.stream for one in world.reader.read_log(0, 100)}) == 36


async def test_W22_names_of_streams_in_the_manifest_are_masked(accounts, tmp_path):
    await keep(accounts, "ada-lovelace", "")
    part = StorePart(streams=("acct-ada-lovelace",))
    await bundled(accounts.project, tmp_path / "x.workbench", part, masks=Masks(names=("acct_id",)))
    said = read_manifest(tmp_path / "x.workbench").part
    assert said.startswith("acct-")
    assert "lovelace" not in said


async def test_W22_all_fields_are_listed_those_of_the_story_too(accounts, tmp_path):
    await keep(accounts, "a", "")
    (accounts.project.root / "story.ndjson").write_text('{"command":"x","auth":"y"}\n')
    with await asyncio.to_thread(BundleDraft, accounts.project, StorePart(), quiet) as draft:
        (auth,) = [one for one in draft.fields if one.name == "auth"]
        assert (auth.places, auth.secret, auth.count) == (("story",), True, 1)


def test_a_line_that_is_no_json_says_its_pairs():
    assert list(story_payloads(["", '{"a": 1}', 'x "b" : "c\\"d", "n":-2.5,}'])) == [
        ("story", '{"a": 1}'),
        ("story", '{"b":"c\\"d"}'),
        ("story", '{"n":-2.5}'),
    ]


def test_a_scenario_file_says_its_texts_and_numbers(tmp_path):
    path = tmp_path / "x.tsk"
    path.write_text('$a: { x: ["y", 2, true] }\n[s]\nb { c: "d" }\n')
    assert said_values(path) == [{"x": ["y", 2, None]}, {"c": "d"}]
    path.write_text("{{{")
    assert said_values(path) == []
    assert said_values(tmp_path / "none.tsk") == []

"""A bundle has the part of a store that was chosen, nothing of what was cut or masked, and is a world."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.services.conftest import finished, running
from tests.services.worlds.conftest import on_file, orders, place
from workbench.errors import InvalidValue, NotABundle, NotAStore, NotFound, StoreReadOnly
from workbench.interop.bundle_file import read_manifest
from workbench.model.ids import derived_id
from workbench.project.project import load_project
from workbench.project.samples import copy_sample
from workbench.services.bundles.bundle_draft import BundleDraft, Masks, StorePart
from workbench.services.bundles.opened_bundle import open_bundle
from workbench.services.maintenance.store_checkup import check, check_projections
from workbench.services.worlds.fork import MARK, fork_in, keep_time, make_fork

__all__ = ["on_file", "orders"]


USER = {"user_id": "eve", "username": "Eve", "email": "eve@example.org"}


def quiet(*_said):
    """Is told how far it is."""


async def bundled(project, file, part=None, **more):
    def work():
        with BundleDraft(project, part or StorePart(), quiet) as draft:
            return draft.write(file, quiet, **more)

    return await asyncio.to_thread(work)


def opened(file, folder):
    open_bundle(file, folder, quiet)
    return folder


def log_of(reader):
    return [(one.position, one.stream, one.version, one.type) for one in reader.read_log(0, 10_000)]


def rows_of(world):
    return {
        name: list(world.reader.rows(name, where={}, after=None, limit=1000).rows)
        for name, one in world.registry.projections.items()
        if not one.by_handlers
    }


async def test_W21_everything_comes_out_as_it_was(broken, tmp_path):
    file = tmp_path / "all.workbench"
    was, rows, letters = log_of(broken.reader), rows_of(broken), broken.reader.letter_numbers(("open",))
    said = await bundled(broken.project, file, note="the mail server", masks=Masks(secrets=False))
    assert (said.masked, said.unfolded, said.folded, said.at) == ((), (), True, broken.reader.head())
    folder = opened(file, tmp_path / "there")
    fork = fork_in(folder)
    assert (fork.note, fork.at, fork.bundled) == ("the mail server", broken.reader.head(), True)
    assert check(folder / "data" / "events.db").healthy
    async with running(folder) as world:
        assert log_of(world.reader) == was
        assert rows_of(world) == rows
        assert list(world.reader.letter_numbers(("open",))) == list(letters)
        died = max(world.reader.letter(one).died_at for one in letters)
        assert world.clock.now() == died > world.reader.log_at([fork.at])[0].recorded_at


async def test_W21_around_a_correlation_whole_streams_stay_with_their_positions(orders, tmp_path):
    one = orders.reader.read_log(0, 1000)[0]
    part = StorePart(correlation=one.correlation_id)
    file = tmp_path / "one.workbench"
    names = {record.stream for record in orders.reader.correlated(one.correlation_id, 1000)}
    said = await bundled(orders.project, file, part)
    assert read_manifest(file).part == f"the streams of correlation {one.correlation_id}"
    folder = opened(file, tmp_path / "there")
    assert said.at == max(record.position for record in orders.reader.correlated(one.correlation_id, 1000))
    async with running(folder) as world:
        there = log_of(world.reader)
        assert there == [record for record in log_of(orders.reader) if record[1] in names]
        assert 0 < len(there) < len(log_of(orders.reader))
        assert {record.stream for record in world.reader.commands()} <= names
        kept = rows_of(world)["orders"]
        assert [row["id"] for row in kept] == [str(derived_id("order", 0))]
    assert check(folder / "data" / "events.db").healthy
    assert check_projections(folder, {}, quiet) == []


async def test_W21_named_streams_stay_alone(orders, tmp_path):
    names = sorted({one[1] for one in log_of(orders.reader)})[:2]
    with BundleDraft(orders.project, StorePart(streams=tuple(names)), quiet) as draft:
        assert draft.counts["streams"] == 2
        await asyncio.to_thread(draft.write, tmp_path / "two.workbench", quiet)
    async with running(opened(tmp_path / "two.workbench", tmp_path / "there")) as world:
        assert {one[1] for one in log_of(world.reader)} == set(names)


async def test_W21_the_world_goes_on_from_where_it_was(orders, tmp_path):
    await orders.pause()
    await place(orders, 7)
    head = orders.reader.head()
    await bundled(orders.project, tmp_path / "x.workbench")
    async with running(opened(tmp_path / "x.workbench", tmp_path / "there")) as world:
        await finished(world)
        assert world.reader.head() > head, "what waited goes on there"
    assert orders.reader.head() == head, "and nothing of it here"


async def test_W21_of_the_folder_only_what_makes_the_project_goes_in(workspace, tmp_path):
    root = workspace.project.root
    for name in ("export.ndjson", "customers.csv", ".env", "unused.py", "old.workbench"):
        (root / name).write_text("a secret")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("a secret")
    await workspace.commands.issue("create_user", USER)
    await bundled(workspace.project, tmp_path / "x.workbench")
    names = {one.name for one in read_manifest(tmp_path / "x.workbench").files}
    scenarios = {f"scenarios/{one.name}" for one in (root / "scenarios").glob("*.tsk")}
    assert names == {"project.tsk", "domain.py", "story.ndjson", "data/events.db", *scenarios}


async def test_H1_opening_a_bundle_trusts_none_of_its_code(broken, tmp_path):
    (broken.project.root / "domain.py").write_text(
        (broken.project.root / "domain.py").read_text() + f"\nopen({str(tmp_path / 'ran')!r}, 'w')\n"
    )
    await bundled(broken.project, tmp_path / "x.workbench")
    folder = opened(tmp_path / "x.workbench", tmp_path / "there")
    async with running(folder) as world:
        assert world.project.restricted
    assert not (tmp_path / "ran").exists()


async def test_W22_no_byte_of_what_was_masked_or_cut_is_in_the_file(broken, tmp_path):
    masks = Masks(names=("email", "username", "user_id"))
    said = await bundled(broken.project, tmp_path / "x.workbench", masks=masks)
    assert said.masked == ("email", "user_id", "username")
    assert said.mentions, "scenarios of the sample name such addresses"
    folder = opened(tmp_path / "x.workbench", tmp_path / "there")
    store = (folder / "data" / "events.db").read_bytes().lower()
    for value in (b"ann@slow", b"cyd", b"bob", b"slow.example", b"x.invalid"):
        assert value not in store, value
    story = (folder / "story.ndjson").read_text()
    assert "ada@" not in story
    async with running(folder) as world:
        events = [one for one in world.reader.read_log(0, 100) if one.type == "user.created"]
        assert len(events) == 3
        for one in events:
            data, user = json.loads(one.data), one.stream.removeprefix("user-")
            assert json.loads(one.metadata)["masked"] == ["$.username", "$.email"]
            (row,) = [row for row in rows_of(world)["users"] if row["id"] == user]
            assert row["email"] == data["email"]
            assert row["email"].count("@") == 1
        dead = [world.reader.letter(number) for number in world.reader.letter_numbers(("open",))]
        mails = {json.loads(one.data)["email"] for one in events}
        assert {json.loads(one.data)["email"] for one in dead} <= mails
        same = [one.partition("@")[2] for one in mails]
        assert len(set(same)) == 2, "two of one server, one of another"
        assert any(one.error.endswith(tuple(f"{server} does not answer" for server in same)) for one in dead)
    checked = check(folder / "data" / "events.db")
    assert checked.healthy
    assert checked.sizes["free_bytes"] == 0


async def test_W22_fields_are_chosen_by_type_and_what_is_unknown_is_refused(orders, tmp_path):
    said = await bundled(
        orders.project, tmp_path / "x.workbench", masks=Masks(names=("type:uuid", "customer"))
    )
    assert {"order_id", "customer"} <= set(said.masked)
    folder = opened(tmp_path / "x.workbench", tmp_path / "there")
    store = (folder / "data" / "events.db").read_bytes()
    assert str(derived_id("order", 1)).encode() not in store
    async with running(folder) as world:
        assert len(rows_of(world)["orders"]) == 3, "folded again from what is masked"
        ids = {row["id"] for row in rows_of(world)["orders"]}
        assert {one[1] for one in log_of(world.reader)} >= {f"order-{one}" for one in ids}
    for names in (("custmer",), ("type:nonsense",)):
        with pytest.raises(NotFound, match="no field here"):
            await bundled(orders.project, tmp_path / "y.workbench", masks=Masks(names=names))
    assert not (tmp_path / "y.workbench").exists()


async def test_W22_without_trust_rows_come_once_it_is_given(broken, tmp_path):
    (broken.project.root / "domain.py").write_text(
        (broken.project.root / "domain.py").read_text() + "\n# x\n"
    )
    model = load_project(broken.project.root, environ={}, trusted=False)
    said = await bundled(model, tmp_path / "x.workbench", masks=Masks(names=("email",)))
    assert not said.folded
    folder = opened(tmp_path / "x.workbench", tmp_path / "there")
    with closing(sqlite3.connect(folder / "data" / "events.db")) as con:
        tables = [
            name
            for (name,) in con.execute("select name from sqlite_master where name like 'p!_%' escape '!'")
        ]
        assert tables == [name for name in tables if "outage" not in name and "users" not in name]
    assert check(folder / "data" / "events.db").sizes["free_bytes"] == 0, (
        "what was masked is not in free pages"
    )


async def test_W21_what_cannot_be_bundled_is_said_and_leaves_nothing(broken, tmp_path, scratch):
    with pytest.raises(NotFound, match="there is no stream"):
        BundleDraft(broken.project, StorePart(streams=("user-none",)), quiet)
    with pytest.raises(NotFound, match="no event has the correlation"):
        BundleDraft(broken.project, StorePart(correlation=derived_id("none")), quiet)
    with pytest.raises(NotFound, match="nothing stands at position"):
        await bundled(broken.project, tmp_path / "x.workbench", at=99_999)
    (tmp_path / "x.workbench").write_text("mine")
    with pytest.raises(InvalidValue, match="exists already"):
        await bundled(broken.project, tmp_path / "x.workbench")
    assert list(scratch.iterdir()) == []
    fresh = load_project(copy_sample("users", tmp_path / "fresh"), environ={}, trusted=True)
    with pytest.raises(NotAStore, match="nothing is stored"):
        BundleDraft(fresh, StorePart(), quiet)


async def test_W21_a_damaged_store_a_mark_and_a_full_folder_are_refused(broken, tmp_path):
    file = tmp_path / "x.workbench"
    await bundled(broken.project, file)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("")
    with pytest.raises(StoreReadOnly, match="exists already"):
        opened(file, tmp_path / "full")
    folder = opened(file, tmp_path / "there")
    assert (folder / MARK).exists()
    before = sorted(tmp_path.iterdir())
    with closing(sqlite3.connect(folder / "data" / "events.db")) as con:
        con.execute("create trigger p_x after insert on events begin delete from events; end")
        con.commit()
    again = tmp_path / "bad.workbench"
    _packed_again(file, again, (folder / "data" / "events.db").read_bytes())
    with pytest.raises(NotABundle, match="does not have the tables of a store"):
        opened(again, tmp_path / "bad")
    _packed_again(file, again, b"SQLite format 3\x00 and more", replace=True)
    with pytest.raises(NotABundle, match="of another program"):
        opened(again, tmp_path / "bad")
    assert sorted(tmp_path.iterdir()) == sorted([*before, again])
    with closing(sqlite3.connect(folder / "data" / "events.db")) as con:
        con.execute("drop trigger p_x")
        con.commit()
    head = read_manifest(file).head
    _packed_again(file, again, (folder / "data" / "events.db").read_bytes(), replace=True, head=head + 1)
    with pytest.raises(NotABundle, match=f"names position {head + 1}, and it ends at {head}"):
        opened(again, tmp_path / "bad")
    with pytest.raises(NotABundle):
        opened(tmp_path / "full" / "mine", tmp_path / "bad")


def _packed_again(file, target, store, *, replace=False, head=0):
    from tests.interop.test_bundle_file import packed

    if replace:
        target.unlink()
    manifest = read_manifest(file)
    packed(target, {"project.tsk": b"", manifest.store: store}, head=head or manifest.head)


async def test_W21_one_that_is_killed_while_it_is_unpacked_leaves_no_folder(broken, tmp_path):
    file, folder = tmp_path / "x.workbench", tmp_path / "there"
    await bundled(broken.project, file)
    code = (
        "import os, sys; from pathlib import Path;"
        "from workbench.services.bundles.opened_bundle import open_bundle;"
        "open_bundle(Path(sys.argv[1]), Path(sys.argv[2]), lambda *_: os._exit(9))"
    )
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(file), str(folder))
    assert await ended.wait() == 9
    assert not folder.exists()
    assert fork_in(opened(file, folder)).bundled
    assert list(tmp_path.glob(".*")) == [], "the next one removes what was left"


async def test_W21_masking_and_folding_can_be_cancelled_and_leave_no_file(broken, tmp_path):
    class Cancelled(Exception):
        """A person wanted it."""

    for stage in ("Masking", "Folding", "Writing"):
        told = []

        def tell(what, *_counts, stage=stage, told=told):
            told.append(what)
            if told.count(stage) == 2 or (stage != "Masking" and what == stage):
                raise Cancelled

        file, masks = tmp_path / "x.workbench", Masks(names=("email",))
        with BundleDraft(broken.project, StorePart(), quiet) as draft, pytest.raises(Cancelled):
            await asyncio.to_thread(draft.write, file, tell, masks=masks)
        assert not list(tmp_path.glob("*.workbench*"))


async def test_W22_one_that_is_killed_leaves_its_copy_until_the_next(broken, tmp_path, scratch):
    code = (
        "import os, sys; from pathlib import Path; from workbench.project.project import load_project;"
        "from workbench.services.bundles.bundle_draft import BundleDraft, StorePart;"
        "project = load_project(Path(sys.argv[1]), environ={}, trusted=False);"
        "BundleDraft(project, StorePart(), lambda *_: os._exit(9))"
    )
    ended = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(broken.project.root), env={**os.environ, "TMPDIR": str(scratch)}
    )
    assert await ended.wait() == 9
    (left,) = scratch.iterdir()
    assert left.stat().st_mode & 0o077 == 0
    with await asyncio.to_thread(BundleDraft, broken.project, StorePart(), quiet):
        assert not left.exists()
        (held,) = scratch.iterdir()
        with await asyncio.to_thread(BundleDraft, broken.project, StorePart(), quiet):
            assert held.exists(), "a process holds it"
    assert list(scratch.iterdir()) == []


async def test_W21_where_the_newest_message_was_removed_it_opens_at_the_last_that_stands(broken, tmp_path):
    root, head = broken.project.root, broken.reader.head()
    await broken.close()
    with closing(sqlite3.connect(root / "data" / "events.db")) as con:
        con.execute("insert or replace into meta (key, value) values ('head', ?)", (head + 3_000,))
        con.commit()
    project = load_project(root, environ={}, trusted=True)
    said = await bundled(project, tmp_path / "x.workbench")
    assert said.at == head
    made = read_manifest(tmp_path / "x.workbench")
    assert made.head == head + 3_000
    fork = await asyncio.to_thread(make_fork, project, head + 2_000, tmp_path / "fork", {}, quiet)
    assert (fork.position, fork.began >= made.now) == (head + 2_000, True)


async def test_W21_a_bundle_of_a_fork_has_the_time_that_it_is_there(broken, tmp_path):
    fork = await asyncio.to_thread(
        make_fork, broken.project, broken.reader.head(), tmp_path / "fork", {}, quiet
    )
    keep_time(tmp_path / "fork", fork, fork.now + 5_000_000)
    project = load_project(tmp_path / "fork", environ={}, trusted=True)
    await bundled(project, tmp_path / "x.workbench")
    assert read_manifest(tmp_path / "x.workbench").now == fork.now + 5_000_000


async def test_W21_one_that_says_of_what_it_is_a_fork_is_refused(broken, tmp_path):
    from tests.interop.test_bundle_file import packed

    await bundled(broken.project, tmp_path / "x.workbench")
    store = (opened(tmp_path / "x.workbench", tmp_path / "there") / "data" / "events.db").read_bytes()
    held = {"project.tsk": b"", "data/events.db": store, MARK: b"{}"}
    with pytest.raises(NotABundle, match="fork of its own"):
        opened(packed(tmp_path / "bad.workbench", held), tmp_path / "bad")
    assert not (tmp_path / "bad").exists()


async def test_W21_the_current_folder_is_no_place_for_a_fork_or_bundle(broken, tmp_path, monkeypatch):
    await bundled(broken.project, tmp_path / "x.workbench")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(StoreReadOnly, match="the folder you are in"):
        opened(tmp_path / "x.workbench", Path())
    with pytest.raises(StoreReadOnly, match="the folder you are in"):
        make_fork(broken.project, 1, Path(), {}, quiet)
    opened(tmp_path / "x.workbench", Path("there"))
    assert [one.name for one in (tmp_path / "empty").iterdir()] == ["there"]

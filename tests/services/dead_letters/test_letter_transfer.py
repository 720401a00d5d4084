"""Dead letters out to a file and back: exactly as they were, or refused with their line (B3)."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from tests.services.conftest import settle
from workbench.errors import InvalidValue, StoreFull
from workbench.services.dead_letters import letter_transfer
from workbench.services.dead_letters.letter_repair import quietly
from workbench.store.operations import ForgetLetters, ImportLetter


def letters(workspace):
    return workspace.dead_letters.page(("open", "purged", "archived", "resolved", "failed_again"))


async def exported(workspace, path, numbers=None):
    chosen = numbers or [one.number for one in letters(workspace)]
    return await workspace.dead_letters.transfer.export(chosen, path, quietly, replace=True)


async def test_B3_what_was_removed_for_good_comes_back_exactly_and_can_be_replayed(broken, tmp_path):
    first, *_ = before = letters(broken)
    await broken.dead_letters.repair.write_note((first.number,), owner="Lena", text="asked\nthem")
    file = tmp_path / "letters.ndjson"
    assert await exported(broken, file) == 3
    numbers = [one.number for one in before]
    await broken.dead_letters.purge(numbers)
    broken.clock.advance(1)
    await broken.world.act(ForgetLetters(before=broken.clock.now()))
    assert letters(broken) == []
    report = await broken.dead_letters.transfer.bring_in(file)
    assert (report.imported, report.there, report.problems) == (3, 0, [])
    assert report.doubt, "nothing is left that says whether they died"
    back = letters(broken)
    assert [replace(one, number=0, status="open", changed_at=0) for one in back] == [
        replace(one, number=0, status="open", changed_at=0) for one in before
    ]
    assert [broken.dead_letters.repair.facts(one.number).note for one in back] == ["asked\nthem", "", ""]
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await broken.dead_letters.replay([one.number for one in back])
    await settle(broken)
    assert broken.dead_letters.counts() == {"resolved": 2, "failed_again": 1, "open": 1}


async def test_B3_what_is_there_is_left_as_it_is(broken, tmp_path):
    file = tmp_path / "letters.ndjson"
    await exported(broken, file)
    report = await broken.dead_letters.transfer.bring_in(file)
    assert (report.imported, report.there, report.problems) == (0, 3, [])
    assert len(letters(broken)) == 3


@pytest.mark.parametrize("on_file", [False, True])
async def test_L11_what_is_there_is_told_as_there_also_where_its_subscription_was_reset_before_it(
    broken, tmp_path
):
    file = tmp_path / "letters.ndjson"
    await exported(broken, file)
    await broken.subscriptions.pause("welcome-mail", paused=True)
    await broken.subscriptions.reset("welcome-mail", 0)
    report = await broken.dead_letters.transfer.bring_in(file)
    assert (report.imported, report.there, report.problems) == (0, 3, [])
    assert len(letters(broken)) == 3


async def test_B3_letters_are_written_in_the_order_of_their_numbers_whatever_the_list(
    broken, tmp_path, monkeypatch
):
    monkeypatch.setattr(letter_transfer, "SLICE", 2)
    numbers = sorted(one.number for one in letters(broken))
    file = tmp_path / "letters.ndjson"
    await exported(broken, file, [numbers[2], numbers[0], numbers[1]])
    assert [json.loads(line)["letter"]["number"] for line in file.read_text().splitlines()] == numbers


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"position": 1}, "which holds"),
        ({"position": 10_000}, "not there yet"),
        ({"subscription": "none"}, "no subscription none"),
        ({"reason": "boredom"}, "no dead letter"),
        ({"message_id": 3}, "no dead letter"),
    ],
)
async def test_L3_a_letter_of_another_message_is_refused_with_its_line(broken, tmp_path, change, said):
    file = tmp_path / "letters.ndjson"
    await exported(broken, file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[1]["letter"] |= change
    file.write_text("\n".join(map(json.dumps, lines)) + "\nnonsense\n{}\n")
    report = await broken.dead_letters.transfer.bring_in(file)
    assert (report.imported, report.there) == (0, 2)
    assert [problem.partition(":")[0] for problem in report.problems] == ["line 2", "line 4", "line 5"]
    assert said in report.problems[0]


async def changed(workspace, path, *changes):
    """Writes a file of the letters, the first ones of which are changed, and brings it in."""
    await exported(workspace, path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line, change in zip(lines, changes, strict=False):
        line["letter"] |= change
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    return await workspace.dead_letters.transfer.bring_in(path)


async def test_N6_a_value_that_no_letter_has_is_refused_with_its_line_and_the_store_stays_whole(
    broken, tmp_path
):
    deep = "[" * 5000 + "]" * 5000
    report = await changed(
        broken, tmp_path / "a.ndjson", {"generation": -5}, {"position": -1}, {"data": deep}
    )
    assert (report.imported, report.there) == (0, 0)
    assert [problem.partition(": this is no dead letter:")[0] for problem in report.problems] == [
        "line 1", "line 2", "line 3",
    ]  # fmt: skip
    assert len(letters(broken)) == 3
    assert await exported(broken, tmp_path / "b.ndjson") == 3


async def test_B3_a_line_that_is_nested_without_an_end_ends_no_import(broken, tmp_path):
    file = tmp_path / "letters.ndjson"
    await exported(broken, file)
    file.write_text('{"x":' + "[" * 100_000 + "\n" + file.read_text())
    report = await broken.dead_letters.transfer.bring_in(file)
    assert (report.imported, report.there, len(report.problems)) == (0, 3, 1)
    assert report.problems[0].startswith("line 1: this is no dead letter: nested deeper")


async def test_L3_a_letter_that_its_subscription_never_gets_is_refused(broken, tmp_path):
    other = {"subscription": "audit-trail"}
    report = await changed(broken, tmp_path / "a.ndjson", {"subscription": "notices"}, other)
    assert report.problems == [
        "line 1: subscription notices does not get it: its filter leaves it out",
        "line 2: subscription audit-trail has the topic user-events in this store, not mail",
    ]
    assert len(letters(broken)) == 3


async def test_L11_a_letter_of_a_message_that_was_handled_here_is_refused(broken, tmp_path):
    done = await broken.commands.issue(
        "create_user", {"user_id": "zoe", "username": "Zoe", "email": "zoe@example.org"}
    )
    await settle(broken)
    message = broken.reader.message(done.last_position, "user-events")
    as_handled = {
        "position": message.position,
        "message_id": str(message.id),
        "key": message.key,
        "data": message.data,
        "metadata": message.metadata,
        "correlation_id": str(message.correlation_id),
        "subscription": "welcome-mail",
    }
    report = await changed(broken, tmp_path / "a.ndjson", as_handled)
    (said,) = report.problems
    assert said.startswith(f"line 1: dead letter 1: user.created user-zoe at position {message.position} ")
    assert said.endswith("was delivered here, and what its handler made of it is stored")
    assert (report.imported, report.doubt) == (0, "")


@pytest.mark.parametrize("kind", ["subscriptions", "reactors"])
async def test_L11_a_letter_of_an_event_that_nothing_takes_there_is_refused(
    broken, tmp_path, monkeypatch, kind
):
    known = broken.world.registry.subscriptions["welcome-mail"]
    one = SimpleNamespace(types=("user.gone",), events=("user.gone",), filter=known.filter)
    registry = SimpleNamespace(**{"subscriptions": {}, "reactors": {}, kind: {"welcome-mail": one}})
    with monkeypatch.context() as patch:
        patch.setattr(type(broken.world), "registry", property(lambda _world: registry))
        report = await changed(broken, tmp_path / "a.ndjson")
    said = "subscription welcome-mail does not get events of type user.created"
    assert report.problems == [f"line {number}: {said}" for number in (1, 2, 3)]


async def test_L9_every_line_of_a_long_file_is_counted(broken, tmp_path):
    file = tmp_path / "letters.ndjson"
    await exported(broken, file)
    file.write_text(file.read_text() * 70 + "nonsense\n" * 205)
    report = await broken.dead_letters.transfer.bring_in(file)
    assert (report.imported, report.there, len(report.problems)) == (0, 210, 205)
    assert report.summary() == "0 imported, 210 there already, 205 refused"
    assert broken.operations.list(1) == [], "nothing came in: no act"


async def test_L9_an_import_that_the_store_ends_leaves_a_record_of_what_came_in(
    broken, tmp_path, monkeypatch
):
    file = tmp_path / "letters.ndjson"
    await exported(broken, file)
    await broken.dead_letters.purge([one.number for one in letters(broken)])
    broken.clock.advance(1)
    await broken.world.act(ForgetLetters(before=broken.clock.now()))
    monkeypatch.setattr("workbench.services.dead_letters.letter_transfer.SLICE", 1)
    engine, stored = broken.running(), []
    write = engine.write

    async def full(operation):
        if isinstance(operation, ImportLetter) and len(stored) == 2:
            raise StoreFull("the disk is full")
        stored.append(operation)
        return await write(operation)

    monkeypatch.setattr(engine, "write", full)
    with pytest.raises(StoreFull):
        await broken.dead_letters.transfer.bring_in(file)
    assert len(letters(broken)) == 2
    said = broken.operations.list(1)[0].of
    assert (said.action, said.detail) == ("import dead letters", "2 imported, 0 there already, 0 refused")
    assert said.count == 2


async def test_a_file_of_a_store_is_not_written_over(broken, tmp_path):
    file = tmp_path / "events.db-wal"
    file.write_text("mine")
    with pytest.raises(InvalidValue, match="belongs to a store"):
        await exported(broken, file)
    assert file.read_text() == "mine"


async def test_files_of_letters_are_read_and_written_beside_the_loop(broken, tmp_path, monkeypatch):
    threads = {}
    for name in ("replace_output", "letter_line", "read_letter_line"):
        work = getattr(letter_transfer, name)

        def noted(*given, name=name, work=work, **more):
            threads.setdefault(name, set()).add(threading.current_thread())
            return work(*given, **more)

        monkeypatch.setattr(letter_transfer, name, noted)
    file = tmp_path / "letters.ndjson"
    await exported(broken, file)
    await broken.dead_letters.transfer.bring_in(file)
    assert sorted(threads) == ["letter_line", "read_letter_line", "replace_output"]
    assert threading.main_thread() not in set.union(*threads.values())

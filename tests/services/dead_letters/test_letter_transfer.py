"""Dead letters out to a file and back: exactly as they were, or refused with their line (B3)."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from tests.services.conftest import settle
from workbench.errors import InvalidValue
from workbench.services.dead_letters.letter_repair import quietly
from workbench.store.operations import ForgetLetters


def letters(workspace):
    return workspace.dead_letters.page(("open", "purged", "archived", "resolved", "failed_again"))


async def exported(workspace, path, numbers=None):
    chosen = numbers or [one.number for one in letters(workspace)]
    return await workspace.dead_letters.transfer.export(chosen, path, quietly)


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
    assert (report.imported, report.there, report.problems) == (3, 0, ())
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
    assert (report.imported, report.there, report.problems) == (0, 3, ())
    assert len(letters(broken)) == 3


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


async def test_a_file_of_a_store_is_not_written_over(broken, tmp_path):
    file = tmp_path / "events.db-wal"
    file.write_text("mine")
    with pytest.raises(InvalidValue, match="belongs to a store"):
        await exported(broken, file)
    assert file.read_text() == "mine"

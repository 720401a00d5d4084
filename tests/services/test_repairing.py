"""Dead letters as a person repairs them, on the users sample."""

from __future__ import annotations

import pytest

from tests.services.conftest import settle
from workbench.errors import InvalidValue


async def test_letters_are_grouped_by_cause(broken):
    groups = broken.repair.groups()
    assert [(group.error_type, group.count) for group in groups] == [
        ("MailServerUnavailable", 2),
        ("PermanentError", 1),
    ]
    assert groups[0].place.startswith("domain.py:")


async def test_replay_after_the_repair_resolves(broken):
    numbers = broken.repair.groups()[0].numbers
    await broken.issue.issue("resolve_outage", {"domain": "slow.example"})
    report = await broken.repair.replay(numbers)
    assert (report.asked, report.done, report.skipped) == (2, 2, 0)
    await settle(broken)
    assert broken.repair.counts() == {"open": 1, "resolved": 2}
    again = await broken.repair.replay(numbers)
    assert (again.done, again.skipped) == (0, 2)


async def test_an_empty_set_does_nothing_and_leaves_no_trace(broken):
    before = len(broken.observe.actions())
    assert (await broken.repair.replay([])).asked == 0
    assert len(broken.observe.actions()) == before


async def test_L6_an_edit_is_validated_before_anything_happens(broken):
    (number,) = broken.repair.groups()[1].numbers
    with pytest.raises(InvalidValue, match="not JSON"):
        broken.repair.check_edit(number, "{")
    with pytest.raises(InvalidValue, match=r"does not fit user.created: .*email"):
        broken.repair.check_edit(number, '{"username": "Cyd", "email": 5, "status": "active"}')
    with pytest.raises(InvalidValue):
        await broken.repair.edit_and_replay(number, '{"username": "Cyd"}')
    assert broken.repair.letter(number).status.value == "open"
    text = broken.repair.letter(number).data.replace("x.invalid", "fine.example")
    await broken.repair.edit_and_replay(number, text)
    await settle(broken)
    assert broken.repair.letter(number).status.value == "resolved"
    assert "x.invalid" in broken.repair.letter(number).data


async def test_L7_purge_and_restore(broken):
    numbers = [letter.number for letter in broken.repair.letters()]
    assert (await broken.repair.purge(numbers)).done == 3
    assert broken.repair.letters() == []
    assert (await broken.repair.restore(numbers)).done == 3
    assert sorted(letter.number for letter in broken.repair.letters()) == sorted(numbers)


async def test_every_action_of_an_operator_is_recorded(broken):
    numbers = [letter.number for letter in broken.repair.letters()]
    await broken.repair.archive(numbers[:1])
    await broken.control.pause()
    await broken.control.resume()
    assert [action.action for action in broken.observe.actions()][:3] == ["resume", "pause", "archive"]

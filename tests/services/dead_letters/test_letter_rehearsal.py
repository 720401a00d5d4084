"""A rehearsal says what would become of letters, in a copy that is gone afterwards; nothing is stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from workbench.errors import NotAStore
from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch

GOOD = LetterPatch(
    changes=[FieldChange(way="expression", field="email", value="data.email.replace('invalid', 'example')")]
)


@pytest.fixture
def on_file():
    return True


def numbers(workspace):
    return [one.number for one in workspace.dead_letters.page(("open",))]


def outcomes(found):
    return [(one.words, one.resolved, len(one.numbers)) for one in found.outcomes]


async def test_every_outcome_is_said_with_its_letters_and_nothing_is_stored(broken, scratch):
    told = []
    chosen, before = numbers(broken), broken.dead_letters.page(("open",))
    rehearsal = broken.dead_letters.repair.rehearsal
    found = await rehearsal.run(chosen, lambda *said: told.append(said))
    assert outcomes(found) == [
        ("fails again: the mail server of slow.example does not answer", False, 2),
        ("fails again: no mail server can exist for x.invalid", False, 1),
    ]
    found = await rehearsal.run(chosen, lambda *said: told.append(said), patch=GOOD)
    assert outcomes(found)[1] == ("mail.sent published to audit", True, 1)
    assert found.count == 3
    assert ("Rehearsing", 3, 3) in told
    assert broken.dead_letters.page(("open",)) == before
    assert list(scratch.iterdir()) == []


async def test_what_the_last_one_said_is_kept_of_the_same_letters_and_the_same_patch(broken, scratch):
    rehearsal, chosen = broken.dead_letters.repair.rehearsal, numbers(broken)
    assert rehearsal.last_of(chosen) is None
    found = await rehearsal.run(chosen, lambda *_said: None, patch=LetterPatch())
    assert rehearsal.last_of(chosen) == rehearsal.last_of([*chosen, 99]) == found
    (only,) = rehearsal.last_of(found.outcomes[1].numbers).outcomes
    assert only == found.outcomes[1]
    assert rehearsal.last_of([99]) is None
    assert rehearsal.last_of(chosen, GOOD) is None
    patched = await rehearsal.run(chosen, lambda *_said: None, patch=GOOD)
    assert (rehearsal.last_of(chosen, GOOD), rehearsal.last_of(chosen)) == (patched, None)


async def test_a_letter_that_does_not_fit_is_said_not_to_be_replayed(broken, scratch):
    wrong = LetterPatch(changes=[FieldChange(way="set", field="email", value=3)])
    found = await broken.dead_letters.repair.rehearsal.run(numbers(broken), lambda *_said: None, patch=wrong)
    assert outcomes(found) == [("is not replayed: it does not fit, or nothing handles it", False, 3)]


async def test_one_that_is_cancelled_leaves_nothing_behind(broken, scratch):
    begun = asyncio.Event()
    work = broken.dead_letters.repair.rehearsal.run(numbers(broken), lambda *_said: begun.set())
    task = asyncio.ensure_future(work)
    async with asyncio.timeout(15):
        await begun.wait()
        task.cancel()
        while list(scratch.iterdir()):
            await asyncio.sleep(0)
    assert task.cancelled() or await asyncio.gather(task, return_exceptions=True)
    assert len(numbers(broken)) == 3


async def test_a_store_in_memory_cannot_be_copied(broken, monkeypatch, tmp_path):
    monkeypatch.setattr(
        type(broken.project), "store_path", property(lambda _project: Path(tmp_path / "none"))
    )
    with pytest.raises(NotAStore, match="needs a file to copy"):
        await broken.dead_letters.repair.rehearsal.run((1,), lambda *_said: None)

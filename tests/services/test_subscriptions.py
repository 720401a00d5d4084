"""Subscriptions: what a reset delivers again."""

from __future__ import annotations

import pytest

from tests.services.conftest import running, settle, written
from tests.services.dead_letters.test_dead_letter_replay_chains import PAYMENTS, pay
from workbench.errors import InvalidValue
from workbench.model.json_values import read_json, write_json
from workbench.services import subscriptions
from workbench.services.dead_letters.dead_letter_replay import DeadLetterReplay
from workbench.store.operations import MarkLetters


async def test_what_a_reset_delivers_again_is_counted_up_to_the_cursor(broken):
    await settle(broken)
    assert broken.subscriptions.again("welcome-mail", 0) == (0, False, 3, 0, 0)
    assert broken.subscriptions.again("welcome-mail", broken.streams.head()) == (0, False, 0, 0, 0)
    await broken.dead_letters.purge([1])
    assert broken.subscriptions.again("welcome-mail", 0) == (1, False, 2, 0, 0)
    before = dict(broken.dead_letters.counts())
    await broken.subscriptions.reset("welcome-mail", 0)
    await settle(broken)
    assert broken.dead_letters.counts() == before | {"open": before["open"] + 1}, "one died anew"


async def test_L8_a_letter_that_is_open_again_is_counted_as_one_that_stays(broken):
    await broken.dead_letters.purge([1])
    await broken.dead_letters.restore([1])
    assert broken.subscriptions.again("welcome-mail", 0) == (0, False, 3, 0, 0)
    before = broken.dead_letters.counts()
    await broken.subscriptions.reset("welcome-mail", 0)
    await settle(broken)
    assert broken.dead_letters.counts() == before, "no second letter for one message"


async def test_O2_a_reset_counts_apart_what_stays_blocked_behind_a_dead_letter(tmp_path, by_hand):
    async with running(written(tmp_path / "payments", PAYMENTS)) as payments:
        await pay(payments, 1, 900, 2, 3)
        await pay(payments, 5, account="bob")
        assert payments.subscriptions.again("charging", 0) == (2, False, 1, 0, 2)
        assert len(payments.subscriptions.deliveries("charging")) == 2
        assert payments.subscriptions.starting_again("charging") == []
        delivered = payments.reader.subscription("charging").delivered
        act = await payments.subscriptions.reset("charging", 0)
        await settle(payments)
        assert payments.reader.subscription("charging").delivered - delivered == 2
        assert len(payments.subscriptions.deliveries("charging")) == 2
        said = "to position 0; 2 messages again, 2 more blocked behind dead letters"
        assert payments.reader.action(act=act).detail == said


async def test_L8_a_letter_whose_message_came_to_another_one_is_not_replayed_and_that_is_said(broken):
    await broken.dead_letters.purge([1])
    await broken.subscriptions.reset("welcome-mail", 0)
    await settle(broken)
    newest = broken.dead_letters.page()[0].number
    assert (await broken.dead_letters.restore([1])).skipped == 1, "its message has a letter"
    forced = MarkLetters(numbers=(1,), before=("purged",), after="open")
    await broken.running().writer.write(forced)  # as older stores have it
    replay = DeadLetterReplay(broken.dead_letters, broken.drain)
    (fate,) = await replay.replay([1], seconds=1)
    said = f"dead letter {newest} holds its message now, after a reset; replay that one"
    assert (fate.outcome, fate.detail) == ("not replayed", said)
    assert broken.dead_letters.hindrance("welcome-mail", newest) == ""
    story = broken.stories.whole(broken.dead_letters.get(1).correlation_id)
    keys = [one.key for one in story.lines]
    assert len(set(keys)) == len(keys)
    assert {1, newest} <= {one.letter for one in story.lines}


async def test_L6_a_reset_says_what_it_delivers_again_as_an_edited_copy_and_delivers_no_original(broken):
    letter = broken.dead_letters.page()[-1]
    text = write_json(read_json(letter.data) | {"email": "ann@fine.example"})
    await broken.dead_letters.edit_and_replay(letter.number, text)
    await settle(broken)
    assert broken.dead_letters.get(letter.number).status == "resolved"
    assert broken.subscriptions.again("welcome-mail", 0) == (1, False, 2, 1, 0)
    before = broken.streams.head()
    act = await broken.subscriptions.reset("welcome-mail", 0)
    await settle(broken)
    said = "to position 0; 1 message again, 1 as edited in dead letters"
    assert broken.reader.action(act=act).detail == said
    assert len(broken.dead_letters.page()) == 2, "the original would have died again"
    assert broken.streams.head() == before, "what followed from the copy was there"


async def test_L9_a_reset_counts_the_positions_that_are_seen(broken):
    """Behind what a subscription does not read its cursor is stored later than it is shown."""
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await settle(broken)
    (view,) = [one for one in broken.monitor.subscriptions() if one.name == "welcome-mail"]
    assert view.cursor == broken.streams.head()
    act = await broken.subscriptions.reset("welcome-mail", 1)
    said = broken.reader.action(act=act)
    assert (said.count, said.detail) == (view.cursor - 1, "to position 1")


async def test_a_long_way_back_says_that_there_is_more(broken, monkeypatch):
    monkeypatch.setattr(subscriptions, "AGAIN", 2)
    assert broken.subscriptions.again("welcome-mail", 0) == (0, True, 2, 0, 0)


async def test_a_reset_leads_to_a_position_that_there_is(broken):
    head = broken.streams.head()
    for position in (-1, head + 1):
        with pytest.raises(InvalidValue, match=f"not from 0 to {head}"):
            await broken.subscriptions.reset("welcome-mail", position)
    await broken.subscriptions.reset("welcome-mail", head)
    assert [one.action for one in broken.monitor.actions()] == ["reset"]

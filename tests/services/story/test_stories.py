"""A story has everything that one command caused, its times, waits and tries, and what is still to come."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest

from tests.services.conftest import broken, finished, settle, workspace
from workbench.engine.publisher import OutgoingMessage
from workbench.errors import NotFound
from workbench.model.event import NewEvent
from workbench.services.story import story_facts
from workbench.services.story.causes import STARTED
from workbench.services.story.exchange import Arrow, sequence_of
from workbench.services.story.story import LineState
from workbench.services.story.time_axis import since_words
from workbench.store.operations import Append

__all__ = ["broken", "workspace"]
ORDER = "65b8ff5a-edb4-5d3e-a634-bc8e08055ff0"
ORDERED = {
    "order_id": ORDER,
    "customer": "Grace Hopper",
    "lines": [{"product": "Teapot", "quantity": 1, "price": "3.00"}],
    "ship_to": {"name": "Grace", "street": "1 Way", "city": "Town"},
    "card": "4242",
}


async def placed(orders, card="4242"):
    done = await orders.commands.issue("place_order", ORDERED | {"card": card})
    await orders.running().settle()
    return orders.stories.correlation_named(done.command_id)


def told(story):
    return [(line.depth, line.actor, line.command, [one.name for one in line.told]) for line in story.lines]


def line(story, command):
    return next(one for one in story.lines if one.command == command)


async def test_a_story_is_told_in_the_order_of_causes(orders):
    story = orders.stories.whole(await placed(orders))
    assert (story.title, story.who, story.events, story.commands) == ("place_order", "a person", 5, 5)
    assert story.standing == ("ok", "all ended")
    assert told(story) == [
        (0, "a person", "place_order", ["order.placed"]),
        (1, "orders", "", []),
        (1, "fulfilment", "request_payment", ["payment.requested"]),
        (2, "orders", "", []),
        (2, "card-terminal", "confirm_payment", ["payment.confirmed"]),
        (3, "fulfilment", "mark_paid", ["order.paid"]),
        (4, "orders", "", []),
        (4, "fulfilment", "ship_order", ["order.shipped"]),
        (5, "orders", "", []),
        (5, "fulfilment", "", []),
    ]


async def test_lines_say_what_became_of_rows(orders):
    story = orders.stories.whole(await placed(orders))
    said = [one.said for one in story.lines if one.actor_kind == "projection"]
    assert said == [
        "put the row, customer Grace Hopper, status placed and 2 more",
        "payments 0 → 1",
        "status placed → paid",
        "status paid → shipped",
    ]
    assert {one.row for one in story.lines if one.actor_kind == "projection"} == {ORDER}


async def test_no_time_is_told_of_what_nothing_keeps_the_time_of(orders):
    story = orders.stories.whole(await placed(orders))
    folded = [one for one in story.lines if one.actor_kind == "projection"]
    assert {(one.untimed, one.ended, since_words(one, story)) for one in folded} == {(True, None, "later")}
    assert story.lines[-1].said == "nothing followed"
    assert since_words(story.lines[-1], story) == "later"
    commands = [one for one in story.lines if one.command]
    assert all(since_words(one, story).endswith("s") for one in commands)
    orders.running().pause()
    done = await orders.commands.issue("place_order", ORDERED | {"order_id": str(uuid4())})
    story = orders.stories.whole(orders.stories.correlation_named(done.command_id))
    row = next(one for one in story.lines if one.actor_kind == "projection")
    assert (row.said, row.untimed, since_words(row, story)) == ("has not folded it yet", False, "…")


async def test_a_wait_is_told_while_it_lasts_and_when_it_is_over(orders):
    correlation = await placed(orders, card="0341")
    story = orders.stories.whole(correlation)
    retry = line(story, "retry_payment")
    assert (retry.state, retry.ended, retry.said) == (LineState.WAITS, None, "waits until it is due")
    assert story.standing == ("info", "waits for retry-or-cancel to retry_payment")
    await finished(orders)
    story = orders.stories.whole(correlation)
    retry = line(story, "retry_payment")
    assert (retry.state, retry.waits[1] - retry.waits[0]) == (LineState.ENDED, 2_000_000)
    assert story.standing == ("ok", "all ended")
    assert story.end - story.start >= 2_000_000


async def test_what_has_come_is_added_to_what_was_read(orders):
    correlation = await placed(orders, card="0341")
    found = orders.stories.read(correlation)
    assert found.facts.complete
    before = len(found.story.lines)
    await finished(orders)
    found = orders.stories.read(correlation, found)
    assert len(found.story.lines) > before
    assert told(found.story) == told(orders.stories.whole(correlation))


async def test_a_refused_command_says_why(orders):
    done = await orders.commands.issue("ship_order", {"order_id": ORDER})
    story = orders.stories.whole(done.command_id)
    (only,) = story.lines
    assert (only.state, only.told) == (LineState.REFUSED, ())
    assert only.said.startswith("rejected: ")


async def test_any_part_leads_to_the_whole(orders):
    correlation = await placed(orders)
    stories, reader = orders.stories, orders.reader
    events = reader.correlated(correlation, 10)
    messages, _ = reader.correlated_messages(correlation, 0, 10)
    for position in [one.position for one in (*events, *messages)]:
        assert stories.correlation_at(position) == correlation
    for identity in [*(one.id for one in events), *(one.id for one in messages)]:
        assert stories.correlation_named(identity) == correlation
    for unknown in (lambda: stories.correlation_at(10**6), lambda: stories.correlation_named(uuid4())):
        with pytest.raises(NotFound):
            unknown()


async def test_causes_have_names(orders):
    correlation = await placed(orders)
    events = orders.reader.correlated(correlation, 10)
    causes = orders.stories.causes([*(one.causation_id for one in events), None, UUID(int=7)])
    words = [causes[one.causation_id].words for one in events]
    assert words[:2] == ["place_order, by a person", "request_payment, by fulfilment"]
    assert causes[None] == STARTED
    assert causes[UUID(int=7)].words == "something that is no longer stored"


async def test_a_story_is_bounded_and_says_how_many_are_left_out(orders, monkeypatch):
    monkeypatch.setattr(story_facts, "MOST", 3)
    monkeypatch.setattr(story_facts, "PAGE", 2)
    story = orders.stories.whole(await placed(orders))
    assert (story.events, story.hidden) == (5, 2)
    assert sum(len([one for one in each.told if one.kind == "event"]) for each in story.lines) == 3


async def test_an_event_from_outside_begins_a_story(orders):
    event = NewEvent(
        id=uuid4(),
        type="order.placed",
        data=json.dumps(ORDERED | {"total": "3.00", "gift": False, "deliver_after": None}),
    )
    await orders.world.act(Append(stream=f"order-{ORDER}", events=(event,)))
    await orders.running().settle()
    story = orders.stories.whole(event.id)
    assert told(story)[0] == (0, "from outside", "", ["order.placed"])
    assert line(story, "request_payment").depth == 1


async def test_dead_letters_are_told_with_their_tries(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    story = broken.stories.whole(broken.stories.correlation_of_letter(letter.number)[0])
    (dead,) = [one for one in story.lines if one.state is LineState.DEAD]
    assert (dead.actor, dead.letter, len(dead.tries)) == ("welcome-mail", letter.number, len(letter.attempts))
    assert f"letter {letter.number}" in dead.said
    assert story.standing == ("error", "ended, 1 dead")
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await broken.dead_letters.replay([letter.number])
    await settle(broken)
    story = broken.stories.whole(letter.correlation_id)
    assert story.standing == ("ok", "all ended")
    assert any(one.actor == "welcome-mail" and one.told for one in story.lines)


async def test_what_came_of_a_plain_replay_stands_below_its_letter_and_in_order_of_time(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await broken.dead_letters.replay([letter.number])
    await settle(broken)
    story = broken.stories.whole(letter.correlation_id)
    (sent,) = (at for at, one in enumerate(story.lines) if [told.name for told in one.told] == ["mail.sent"])
    died, acted, resolved, made = story.lines[sent - 3 : sent + 1]
    assert [one.letter for one in (died, acted, resolved)] == [letter.number] * 3
    assert resolved.said == f"letter {letter.number}, resolved"
    assert (made.depth, resolved.depth) == (died.depth + 1, died.depth)
    assert died.ended <= acted.ended <= made.begun <= resolved.ended <= made.ended
    assert made.begun == acted.ended, "it spans what the replay took, not all since the event"
    arrows = [one for one in sequence_of(story).steps if isinstance(one, Arrow)]
    taken = next(at for at, one in enumerate(arrows) if one.line == resolved.key)
    assert taken < next(at for at, one in enumerate(arrows) if one.line == made.key)


async def test_what_came_of_an_edited_copy_stands_below_its_letter(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    full = broken.reader.letter(letter.number)
    fixed = full.data.replace("slow.example", "example.org")
    await broken.dead_letters.edit_and_replay(letter.number, fixed)
    await settle(broken)
    lines = broken.stories.whole(full.correlation_id).lines
    died, acted, at = (at for at, one in enumerate(lines) if one.letter == letter.number)
    (act, *_) = broken.operations.list()
    assert act.of.who
    assert lines[died].said.startswith(f"dead after 3 tries, letter {letter.number}: MailServerUnavailable")
    assert (lines[died].ended, len(lines[died].tries)) == (full.died_at, 3)
    assert (lines[acted].actor, lines[acted].ended) == (act.of.who, act.of.at)
    said = f"replayed letter {letter.number} as an edited copy (operation {act.of.number})"
    assert lines[acted].said == said
    assert lines[at].said == f"letter {letter.number:,}, replayed as an edited copy, resolved"
    assert lines[at + 1].told[0].name == "mail.sent"
    assert (lines[at + 1].actor, lines[at + 1].depth) == ("welcome-mail", lines[at].depth + 1)
    assert [one.depth for one in lines].count(0) == 1, "nothing came from outside"


async def test_L9_who_archived_a_letter_is_told_with_the_number_of_the_operation(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    await broken.dead_letters.archive([letter.number])
    (act, *_) = broken.operations.list()
    read = broken.stories.read(letter.correlation_id)
    assert read.story.standing == ("warning", "ended, 1 archived by hand")
    told = [(one.actor, one.said) for one in read.story.lines if one.letter == letter.number]
    assert told[0][0] == letter.subscription
    assert told[1:] == [(act.of.who, f"archived letter {letter.number} (operation {act.of.number})")]
    await broken.operations.undo(act.of.number)
    again = broken.stories.read(letter.correlation_id, read).story
    (undo, *_) = broken.operations.list()
    assert again.dead == 1
    _, *acts = (one for one in again.lines if one.letter == letter.number)
    name, done, back = f"letter {letter.number}", act.of.number, undo.of.number
    assert [(one.actor, one.said, one.operation) for one in acts] == [
        (act.of.who, f"archived {name} (operation {done})", done),
        (act.of.who, f"undid operation {done}, archive of {name} (operation {back})", back),
    ]


async def test_V3_what_a_purge_ended_is_no_plain_end(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    await broken.dead_letters.purge([letter.number])
    assert broken.stories.whole(letter.correlation_id).standing == ("warning", "ended, 1 purged by hand")
    await broken.dead_letters.restore([letter.number])
    assert broken.stories.whole(letter.correlation_id).standing == ("error", "ended, 1 dead")


async def test_L4_every_owner_and_note_of_a_letter_is_told_not_only_the_last(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    repair = broken.dead_letters.repair
    await repair.write_note((letter.number,), owner="ann")
    await repair.write_note((letter.number,), owner="bob", text="asked the bank")
    story = broken.stories.whole(letter.correlation_id)
    _, *acts = (one.said for one in story.lines if one.letter == letter.number)
    assert acts == [
        f"noted of letter {letter.number}: owner ann; no note (operation 1)",
        f"noted of letter {letter.number}: owner bob; note “asked the bank” (operation 2)",
    ]
    said = [one.of.detail for one in broken.operations.list()]
    assert said == [f"#{letter.number}; owner bob; note “asked the bank”", f"#{letter.number}; owner ann"]


async def test_L4_a_replay_that_fails_again_hides_neither_the_first_death_nor_who_replayed_it(broken):
    (first, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    await broken.dead_letters.replay([first.number])
    await settle(broken)
    second = broken.reader.letters_numbered([await broken.dead_letters.made_by(first)])[0]
    (act, *_) = broken.operations.list()
    story = broken.stories.whole(first.correlation_id)
    assert story.standing == ("error", "ended, 1 dead")
    died, acted, dead = (one for one in story.lines if one.letter)
    assert (died.letter, died.state, died.ended) == (first.number, LineState.DIED, first.died_at)
    assert (acted.actor, acted.ended, acted.operation) == (act.of.who, act.of.at, act.of.number)
    assert (dead.letter, dead.state, dead.ended) == (second.number, LineState.DEAD, second.died_at)
    assert [len(died.tries), len(dead.tries)] == [len(first.attempts), len(second.attempts)]
    assert died.tries[-1] <= acted.ended <= dead.tries[0]


async def test_who_published_is_known_by_the_id_alone(workspace):
    values = {"user_id": "eve", "username": "Eve", "email": "eve@example.org"}
    done = await workspace.commands.issue("create_user", values)
    await settle(workspace)
    story = workspace.stories.whole(done.command_id)
    makers = {one.told[0].name: one.actor for one in story.lines if one.told and not one.command}
    assert makers == {"mail.sent": "welcome-mail", "audit.entry": "audit-trail"}


async def test_a_message_that_a_person_published_begins_a_story(workspace):
    position = await workspace.messages.publish(
        OutgoingMessage(topic="audit", data={"n": 1}, type="note", id=uuid4())
    )
    await settle(workspace)
    story = workspace.stories.whole(workspace.stories.correlation_at(position))
    assert (story.title, story.lines[0].said) == ("note", "published to audit")


async def test_paused_subscriptions_are_what_a_story_waits_for(orders):
    await orders.subscriptions.pause("card-terminal", paused=True)
    story = orders.stories.whole(await placed(orders))
    assert story.standing == ("info", "waits for card-terminal")
    assert story.lines[-1].said == "is paused and has not got it"


async def test_L4_a_reset_that_delivers_a_message_again_is_told_with_that_delivery(workspace):
    values = {"user_id": "eve", "username": "Eve", "email": "eve@example.org"}
    done = await workspace.commands.issue("create_user", values)
    await settle(workspace)
    correlation = workspace.stories.correlation_named(done.command_id)

    def told():
        lines = [one for one in workspace.stories.whole(correlation).lines if one.actor_kind != "projection"]
        sent = next(at for at, one in enumerate(lines) if [told.name for told in one.told] == ["mail.sent"])
        return [(one.actor, one.said, one.depth - lines[sent].depth) for one in lines[sent:]]

    before = told()
    workspace.clock.advance(1)
    for _ in range(2):
        await workspace.subscriptions.reset("welcome-mail", 0)
        await settle(workspace)
    first, second = sorted(one.of.number for one in workspace.operations.list())
    who = workspace.operations.list()[0].of.who
    said = "reset welcome-mail to position 0, which delivers it again (operation {})"
    assert [one for one in told() if one not in before] == [
        (who, said.format(first), 0),
        ("welcome-mail", "handled it again", 0),
        (who, said.format(second), 0),
        ("welcome-mail", "handled it again", 0),
    ]
    arrows = [
        one for one in sequence_of(workspace.stories.whole(correlation)).steps if isinstance(one, Arrow)
    ]
    assert [one.target[1] for one in arrows if one.kind == "act"] == ["welcome-mail"] * 2
    await workspace.subscriptions.pause("welcome-mail", paused=True)
    await workspace.subscriptions.reset("welcome-mail", 0)
    assert told()[-1][:2] == ("welcome-mail", "is paused and has not got it")
    await workspace.operations.undo(workspace.operations.list()[0].of.number)
    assert len([one for one in told() if one[1].startswith("reset ")]) == 2, "it delivered nothing"


async def test_L8_a_reset_is_not_told_of_a_message_whose_letter_was_open_but_of_a_death_behind_it(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    await broken.subscriptions.reset("welcome-mail", 0)
    await settle(broken)

    def told():
        lines = broken.stories.whole(letter.correlation_id).lines
        return [one.said for one in lines if one.actor == "welcome-mail" or one.operation]

    assert not any("reset" in one for one in told())
    broken.clock.advance(1)
    await broken.dead_letters.purge([letter.number])
    broken.clock.advance(1)
    await broken.subscriptions.reset("welcome-mail", 0)
    await settle(broken)
    died, purged, reset, again = told()
    assert died.startswith("dead after 3 tries")
    assert purged.startswith("purged")
    assert reset.startswith("reset welcome-mail")
    assert again.startswith("dead after 3 tries")

"""A story as a sequence: who takes part, what goes between them, in order; nothing of it is markup."""

from __future__ import annotations

from tests.services.conftest import broken, finished, settle, workspace
from tests.services.story.test_stories import ORDER, placed
from workbench.services.story import exchange
from workbench.services.story.exchange import Arrow, sequence_of
from workbench.services.story.story import CommandStory, LineState, StoryLine, Told
from workbench.services.story.story_mermaid import story_mermaid
from workbench.services.story.time_axis import Gap

__all__ = ["broken", "workspace"]


async def test_what_goes_from_one_to_another(orders):
    told = sequence_of(orders.stories.whole(await placed(orders)))
    assert told.parties == [
        ("person", "a person"),
        ("aggregate", "order"),
        ("process", "fulfilment"),
        ("aggregate", "payment"),
        ("subscription", "card-terminal"),
    ]
    arrows = [(one.source[1], one.name, one.target[1]) for one in told.steps]
    assert arrows == [
        ("a person", "place_order", "order"),
        ("order", "order.placed", "fulfilment"),
        ("fulfilment", "request_payment", "payment"),
        ("payment", "payment.requested", "card-terminal"),
        ("card-terminal", "confirm_payment", "payment"),
        ("payment", "payment.confirmed", "fulfilment"),
        ("fulfilment", "mark_paid", "order"),
        ("order", "order.paid", "fulfilment"),
        ("fulfilment", "ship_order", "order"),
        ("order", "order.shipped", "order"),
    ]


async def test_read_models_take_part_where_that_is_wanted(orders):
    told = sequence_of(orders.stories.whole(await placed(orders)), rows=True)
    assert ("projection", "orders") in told.parties
    assert ("order.shipped", "orders") in {(one.name, one.target[1]) for one in told.steps}


async def test_a_delivery_that_died_is_marked_where_it_went_until_it_is_repaired(broken):
    (letter, *_) = [one for one in broken.dead_letters.page() if one.reason.value == "max_attempts"]
    story = broken.stories.whole(letter.correlation_id)
    (dead,) = [one for one in sequence_of(story).steps if one.state is LineState.DEAD]
    assert (dead.name, dead.target) == ("user.created", ("subscription", "welcome-mail"))
    assert story.line_of(0, letter.number).key == dead.line
    full = broken.reader.letter(letter.number)
    await broken.dead_letters.edit_and_replay(letter.number, full.data.replace("slow.example", "example.org"))
    await settle(broken)
    (act, *_) = broken.operations.list()
    story = broken.stories.whole(letter.correlation_id)
    assert not [one for one in sequence_of(story).steps if one.state is LineState.DEAD]
    drawn = story_mermaid(story)
    death, act_said, end = (
        drawn.index(said)
        for said in (
            f"dead after 3 tries, letter {letter.number}: MailServerUnavailable",
            f"replayed letter {letter.number} as an edited copy (operation {act.of.number})",
            f"letter {letter.number}, replayed as an edited copy, resolved",
        )
    )
    assert death < act_said < end
    assert f"as {act.of.who}" in drawn


async def test_a_wait_stands_between_what_was_before_and_after_it(orders):
    correlation = await placed(orders, card="0341")
    await finished(orders)
    steps = sequence_of(orders.stories.whole(correlation)).steps
    (gap,) = [at for at, one in enumerate(steps) if isinstance(one, Gap)]
    before, after = steps[gap - 1], steps[gap + 1]
    assert isinstance(before, Arrow)
    assert isinstance(after, Arrow)
    assert (before.name, after.name) == ("payment.failed", "retry_payment")


async def test_what_is_too_much_to_draw_is_counted(orders, monkeypatch):
    monkeypatch.setattr(exchange, "MOST", 4)
    story = orders.stories.whole(await placed(orders))
    assert (len(sequence_of(story).steps), sequence_of(story).hidden) == (4, 6)
    assert "6 more are not drawn" in story_mermaid(story)


async def test_mermaid_says_refusals_and_waits(orders):
    correlation = await placed(orders, card="0341")
    assert "Note over p3: waits until it is due" in story_mermaid(orders.stories.whole(correlation))
    refused = await orders.commands.issue("ship_order", {"order_id": ORDER})
    said = story_mermaid(orders.stories.whole(refused.command_id))
    assert "    p1--xp0: rejected: an order that is placed cannot be shipped" in said


def test_names_are_no_markup():
    told = (Told(kind="event", name='a";b#c<i>', place="x-1", position=1, at=1),)
    line = StoryLine(
        key="event:1", depth=0, actor="me; end", actor_kind="external", begun=1, ended=1, told=told
    )
    story = CommandStory(title="t", who="w", about="", lines=[line], start=1, events=1, commands=0)
    assert story_mermaid(story).splitlines() == [
        "sequenceDiagram",
        "    participant p0 as me#59; end",
        "    participant p1 as x",
        "    p0->>p1: a#34;#59;b#35;c#60;i#62; (0 ms)",
    ]


def test_V3_an_arrow_of_a_delivery_says_its_own_time_and_not_that_of_the_event():
    told = (Told(kind="event", name="paid", place="order-1", position=1, at=1_000),)
    first = StoryLine(
        key="command:1", depth=0, actor="a person", actor_kind="person", command="pay", issued_at=0, begun=0,
        stream="order-1", ended=1_000, told=told,
    )  # fmt: skip
    taken = {"depth": 1, "begun": 1_000, "cause": 1}
    ships = StoryLine(
        key="command:2", actor="flow", actor_kind="process", command="ship", issued_at=5_000_000,
        stream="order-1", ended=6_000_000, **taken,
    )  # fmt: skip
    mail = StoryLine(
        key="mail@1", actor="mail", actor_kind="subscription", said="died", ended=9_000_000, letter=3,
        state=LineState.DEAD, tries=(4_000_000, 9_000_000), **taken,
    )  # fmt: skip
    tried = StoryLine(
        key="sms@1", actor="sms", actor_kind="subscription", said="is tried again", ended=None,
        state=LineState.WAITS, tries=(2_000_000,), **taken,
    )  # fmt: skip
    handled = StoryLine(
        key="log@1", actor="log", actor_kind="subscription", said="handled it", ended=None, **taken
    )
    behind = StoryLine(
        key="late@1", actor="late", actor_kind="subscription", said="has not got it yet", ended=None,
        state=LineState.WAITS, **taken,
    )  # fmt: skip
    lines = [first, ships, mail, tried, handled, behind]
    story = CommandStory(title="t", who="w", about="", lines=lines, start=0, events=1, commands=2)
    steps = [one for one in sequence_of(story).steps if isinstance(one, Arrow)]
    assert [(one.name, one.target[1], one.since(0)) for one in steps] == [
        ("pay", "order", "0 ms"),
        ("paid", "log", "later"),
        ("paid", "late", "…"),
        ("paid", "sms", "2 s"),
        ("paid", "flow", "5 s"),
        ("ship", "order", "5 s"),
        ("paid", "mail", "9 s"),
    ]
    drawn = story_mermaid(story)
    assert "paid (9 s)" in drawn
    assert "paid (later)" in drawn

"""Deliveries and dead letters on every kind of store: what each operation does to them (contract §5, §6)."""

from __future__ import annotations

import pytest

from tests.store.actions import do, one
from workbench.errors import MessageIdReused, NotFound, StaleLease, TopicNotFound
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.store.letter_values import copy_id
from workbench.store.memory import reader as memory_reader
from workbench.store.operations import (
    Append,
    Claim,
    ConfigureSubscription,
    EnsureSubscription,
    EnsureTopic,
    ForgetMessages,
    Lease,
    MarkLetters,
    NewMessage,
    Reclaim,
    RecoverSubscription,
    ReplayLetter,
    Retain,
    SaveProcess,
    Settle,
)
from workbench.store.settlements import NewDelivery, Settlement
from workbench.store.sqlite import queue_reader as sqlite_queue
from workbench.store.stored_values import Attempt, DeadLetter, Reason

TOKEN, OTHER = derived_id("token"), derived_id("other")
FOREVER = 2**60


def message(name, *, key="k", data="{}", topic="mail", priority=0):
    return NewMessage(
        id=derived_id(name),
        topic=topic,
        type="note",
        key=key,
        data=data,
        correlation_id=derived_id(name),
        priority=priority,
    )


class Box:
    """A topic with a subscription, and what can be done with it in one word."""

    def __init__(self, store):
        self.store = store
        self.reader = store.reader()
        one(store, EnsureTopic(name="mail"))
        one(store, EnsureSubscription(name="sub", topic="mail"))

    def publish(self, *names, **more):
        return [one(self.store, message(name, **more)) for name in names]

    def messages(self):
        return self.reader.read_topic("mail", lambda _type: False, 0, 100)[0]

    def letter(self, message):
        return DeadLetter(
            subscription="sub",
            topic="mail",
            position=message.position,
            message_id=message.id,
            type=message.type,
            key=message.key,
            data=message.data,
            reason=Reason.REJECTED,
            correlation_id=message.correlation_id,
        )

    def settle(self, **fates):
        """Claims all and commits the batch; messages that are not named succeeded."""
        messages = self.messages()
        one(self.store, Claim(subscription="sub", upto=messages[-1].position, token=TOKEN))
        rows = []
        for name, fate in fates.items():
            (found,) = [each for each in messages if each.id == derived_id(name)]
            letter = self.letter(found) if fate == "dead" else None
            due_at = 1000 if fate == "delayed" else None
            rows.append(NewDelivery(message=found, state=DeliveryState(fate), due_at=due_at, letter=letter))
        batch = Settle(
            subscription="sub", token=TOKEN, cursor=messages[-1].position, deliveries=tuple(rows), delivered=1
        )
        return one(self.store, batch)

    def due(self, now=FOREVER):
        return [row for row, _ in self.reader.due("sub", now, 100)]

    def lease(self, row, token=TOKEN):
        return one(self.store, Lease(subscription="sub", numbers=(row.number,), token=token, until=5))

    def end(self, row, state=None, token=TOKEN, **more):
        letter = self.letter(self.reader.message(row.position, "mail")) if state == "dead" else None
        ended = Settlement(
            position=row.position,
            key=row.key,
            state=None if state is None else DeliveryState(state),
            letter=letter,
            failed=0 if state is None else 1,
            attempts=(Attempt(number=1, at=1, duration_us=2, error_type="E", error="no"),) if state else (),
        )
        return one(self.store, Settle(subscription="sub", token=token, settlements=(ended,), **more))

    def letters(self):
        found = (self.reader.letter(number) for number in range(1, 20))
        return [(letter.number, letter.status.value) for letter in found if letter is not None]


@pytest.fixture
def box(store):
    return Box(store)


def test_P2_a_message_id_is_published_once(box):
    first, again = box.publish("a", "a")
    assert first == again
    assert isinstance(one(box.store, message("a", data="[]")), MessageIdReused)
    assert isinstance(one(box.store, message("b", topic="none")), TopicNotFound)
    assert [each.id for each in box.messages()] == [derived_id("a")]
    assert box.reader.known_messages([derived_id("a"), derived_id("b")]) == {derived_id("a")}


def test_P4_a_subscription_is_durable_and_starts_where_it_is_told(kind):
    store = kind.open()
    do(store, "s", "ab")
    for name, cursor in (("beginning", 0), ("new", None), ("third", 1)):
        one(store, EnsureSubscription(name=name, topic="mail", cursor=cursor))
    store.close()
    store = kind.open()
    one(store, EnsureSubscription(name="beginning", topic="mail", cursor=2))
    reader = store.reader()
    assert [reader.subscription(name).cursor for name in ("beginning", "new", "third")] == [0, 2, 1]
    assert reader.subscription("none") is None
    store.close()


def test_I4_D1_a_batch_commits_cursor_effects_and_rows_or_nothing(box):
    (position,) = box.publish("a")
    one(box.store, Claim(subscription="sub", upto=position, token=TOKEN))
    batch = {
        "subscription": "sub",
        "cursor": position,
        "effects": (SaveProcess(process="p", key="k", state="1", began=7),),
    }
    assert isinstance(one(box.store, Settle(token=OTHER, **batch)), StaleLease)
    assert box.reader.process("p", "k") is None
    assert box.reader.subscription("sub").cursor == 0
    assert one(box.store, Settle(token=TOKEN, **batch)) is None
    assert box.reader.process("p", "k") == ("1", 7)
    assert box.reader.subscription("sub").cursor == position
    assert isinstance(one(box.store, Settle(token=TOKEN, **batch)), StaleLease), "a claim ends once"
    assert isinstance(one(box.store, Claim(subscription="none", upto=1, token=TOKEN)), NotFound)


def test_a_row_is_leased_once_and_only_when_it_can_be(box):
    box.publish("a", "b", "c")
    box.settle(a="ready", b="delayed", c="blocked")
    assert [row.state for row in box.due(now=999)] == ["ready"]
    ready, delayed = box.due()
    assert box.reader.due_times("sub") == (1000, None)
    assert box.lease(ready) == [ready.number]
    assert box.lease(ready, OTHER) == []
    assert box.lease(delayed) == [delayed.number]
    assert box.due() == []
    assert box.reader.due_times("sub") == (None, 5)
    assert box.reader.due_times("sub", (OTHER,)) == (None, 5)
    assert box.reader.due_times("sub", (TOKEN, OTHER)) == (None, None)


def test_a_late_ack_of_a_row_that_another_holds_is_refused(box):
    box.publish("a")
    box.settle(a="ready")
    (row,) = box.due()
    box.lease(row, OTHER)
    assert isinstance(box.end(row, token=TOKEN), StaleLease)
    assert box.end(row, token=OTHER) is None
    assert isinstance(box.end(row, token=OTHER), StaleLease), "done is terminal (I7)"


def test_O1_the_next_of_a_key_is_promoted_when_the_one_before_is_done(box):
    box.publish("a", "b", "c")
    box.settle(a="ready", b="blocked", c="blocked")
    for name in "abc":
        (row,) = box.due()
        assert row.message_id == derived_id(name)
        box.lease(row)
        box.end(row)
    assert box.due() == []


def test_O1_a_retry_keeps_those_behind_it_waiting(box):
    box.publish("a", "b")
    box.settle(a="ready", b="blocked")
    (row,) = box.due()
    box.lease(row)
    box.end(row, "ready")
    (again,) = box.due()
    assert (again.position, again.failed, again.acquired, len(again.attempts)) == (row.position, 1, 1, 1)
    assert box.reader.busy_keys("sub", ["k", "x"], dead_too=False) == {"k": 0}


@pytest.mark.parametrize(("release", "waiting"), [(False, []), (True, ["b"])])
def test_O2_a_dead_head_blocks_its_key_or_lets_the_next_go_on(box, release, waiting):
    box.publish("a", "b")
    box.settle(a="ready", b="blocked")
    (row,) = box.due()
    box.lease(row)
    box.end(row, "dead", release_key=release)
    assert [row.message_id for row in box.due()] == [derived_id(name) for name in waiting]
    assert box.letters() == [(1, "open")]
    assert box.reader.busy_keys("sub", ["k"], dead_too=True) == {"k": 0}


@pytest.mark.parametrize(("release", "waiting"), [(False, []), (True, ["c"])])
def test_O2_behind_a_dead_one_the_first_that_lives_goes_on_only_where_nobody_is_blocked(
    box, release, waiting
):
    box.publish("a", "b", "c")
    box.settle(a="dead", b="ready", c="blocked")
    (row,) = box.due()
    box.lease(row)
    box.end(row, release_key=release)
    assert [row.message_id for row in box.due()] == [derived_id(name) for name in waiting]


def test_L3_L4_a_replay_goes_to_the_subscription_and_its_end_is_noted(box):
    (position,) = box.publish("a")
    box.settle(a="dead")
    assert box.due() == []
    assert one(box.store, ReplayLetter(number=1)) is True
    (row,) = box.due()
    assert (row.generation, row.failed, row.position) == (1, 0, position)
    assert box.letters() == [(1, "replaying")]
    box.lease(row)
    box.end(row, "dead")
    assert box.letters() == [(1, "failed_again"), (2, "open")]
    assert box.reader.letter(2).parent == 1
    assert one(box.store, ReplayLetter(number=2)) is True
    (row,) = box.due()
    box.lease(row)
    box.end(row)
    assert box.letters() == [(1, "failed_again"), (2, "resolved")]
    assert box.reader.subscription("sub").cursor == position, "a replay moves no checkpoint"


def test_L6_I10_an_edited_copy_gets_an_id_of_its_own_and_the_original_stays(box):
    box.publish("a")
    box.settle(a="dead")
    one(box.store, ReplayLetter(number=1, data='{"x":1}'))
    (row,) = box.due()
    assert (row.data, row.message_id) == ('{"x":1}', copy_id(derived_id("a"), '{"x":1}'))
    letter = box.reader.letter(1)
    assert (letter.data, letter.edited, letter.message_id) == ("{}", '{"x":1}', derived_id("a"))


def test_L8_a_letter_is_replayed_once_however_often_it_is_asked_for(box):
    box.publish("a")
    box.settle(a="dead")
    assert box.store.write([ReplayLetter(number=1), ReplayLetter(number=1)]) == [True, False]
    assert len(box.due()) == 1
    assert one(box.store, ReplayLetter(number=9)) is False


def test_L7_L8_purge_archive_and_undo_change_only_what_is_as_expected(box):
    box.publish("a", "b", "c")
    box.settle(a="dead", b="dead", c="dead")
    mark = MarkLetters(numbers=(1, 2), before=("open",), after="purged")
    assert box.store.write([mark, mark]) == [2, 0]
    assert one(box.store, ReplayLetter(number=1)) is False
    assert one(box.store, MarkLetters(numbers=(1, 3), before=("purged",), after="open")) == 1
    assert one(box.store, MarkLetters(numbers=(3,), before=("open",), after="archived")) == 1
    assert box.letters() == [(1, "open"), (2, "purged"), (3, "archived")]
    assert one(box.store, ReplayLetter(number=3)) is True


def test_L7_purging_a_blocking_head_can_let_those_behind_it_go_on(box):
    box.publish("a", "b")
    box.settle(a="dead", b="blocked")
    one(box.store, MarkLetters(numbers=(1,), before=("open",), after="purged", skip_on=True))
    assert [row.message_id for row in box.due()] == [derived_id("b")]
    one(box.store, MarkLetters(numbers=(1,), before=("purged",), after="open"))
    assert one(box.store, ReplayLetter(number=1)) is True
    assert box.reader.letter(1).status is LetterStatus.REPLAYING
    for name in "ba":
        (row,) = box.due()
        assert row.message_id == derived_id(name), "the one that is under way goes first (I6)"
        box.lease(row)
        box.end(row)


def test_F1_a_letter_of_a_crash_loop_that_is_replayed_may_crash_as_often_again(box):
    box.publish("a")
    box.settle(a="ready")
    recover = RecoverSubscription(subscription="sub", topic="mail", in_doubt=(), max_crashes=3)
    for _ in range(3):
        box.lease(box.due()[0])
        one(box.store, recover)
    assert box.reader.letter(1).reason is Reason.CRASH_LOOP
    assert one(box.store, ReplayLetter(number=1))
    box.lease(box.due()[0])
    one(box.store, recover)
    assert [row.crashed for row in box.due()] == [1]
    assert box.reader.letter(1).status is LetterStatus.REPLAYING


def test_F1_what_was_claimed_or_leased_when_the_program_ended_is_a_suspect(box):
    box.publish("a", "b")
    box.settle(a="ready")
    (row,) = box.due()
    box.lease(row)
    (third,) = box.publish("c")
    one(box.store, Claim(subscription="sub", upto=third, token=TOKEN))
    in_doubt = NewDelivery(message=box.messages()[-1], state=DeliveryState.READY, crashed=1)
    recover = RecoverSubscription(
        subscription="sub", topic="mail", in_doubt=(in_doubt,), max_crashes=3, claim=TOKEN
    )
    one(box.store, recover)
    assert [(row.position, row.crashed) for row in box.due()] == [(row.position, 1), (third, 1)]
    assert isinstance(box.end(row), StaleLease)
    state = box.reader.subscription("sub")
    assert (state.cursor, state.claimed_to) == (third, 0)
    for _ in range(2):
        box.lease(box.due()[0])
        one(box.store, RecoverSubscription(subscription="sub", topic="mail", in_doubt=(), max_crashes=3))
    assert [(row.position, row.crashed) for row in box.due()] == [(third, 1)]
    assert box.reader.letter(1).reason is Reason.CRASH_LOOP


def test_R1_the_most_urgent_comes_first_and_suspects_before_all(box, clock):
    box.publish("low", priority=-60)
    box.publish("normal")
    box.publish("high", priority=60)
    box.settle(low="ready", normal="ready", high="ready")
    names = {derived_id(name): name for name in ("low", "normal", "high")}
    assert [names[row.message_id] for row in box.due()] == ["high", "normal", "low"]
    low = box.due()[-1]
    box.lease(low)
    one(box.store, RecoverSubscription(subscription="sub", topic="mail", in_doubt=(), max_crashes=3))
    assert [names[row.message_id] for row in box.due()] == ["low", "high", "normal"]


def test_a_reset_forgets_what_waits_behind_it_and_keeps_the_dead(box):
    box.publish("a", "b", "c")
    box.settle(a="dead", b="delayed", c="ready")
    one(box.store, ConfigureSubscription(subscription="sub", cursor=0, paused=True))
    state = box.reader.subscription("sub")
    assert (state.cursor, state.paused, state.waiting, state.dead) == (0, True, 0, 1)
    assert isinstance(one(box.store, ConfigureSubscription(subscription="none", paused=True)), NotFound)


def test_counts_tell_what_waits_retries_and_is_dead(box):
    box.publish("a", "b", "c", "d")
    box.settle(a="dead", b="delayed", c="blocked", d="ready")
    state = box.reader.subscription("sub")
    assert (state.waiting, state.retrying, state.dead, state.delivered) == (3, 1, 1, 1)


# -- topics that keep messages in memory only -------------------------------------------------------------


def test_forgotten_messages_take_what_waits_of_them_and_leave_dead_letters_and_events(box):
    do(box.store, "thing-1", "e")
    box.publish("a", "b", "c", "d")
    box.settle(a="dead", b="blocked", c="delayed")
    assert one(box.store, ForgetMessages(topic="mail")) == 3
    assert [message.id for message in box.messages()] == [derived_id("a")]
    assert box.due() == []
    assert box.letters() == [(1, "open")]
    assert len(box.reader.read_log(0, 10)) == 1
    assert one(box.store, ReplayLetter(number=1)) is True
    head = box.reader.head()
    box.publish("a2")
    assert box.reader.head() > head, "no position is given away twice"


def test_a_replay_of_a_forgotten_message_is_taken_back_to_an_open_letter(box):
    box.publish("a")
    box.settle(a="dead")
    one(box.store, ReplayLetter(number=1))
    assert box.letters() == [(1, "replaying")]
    assert one(box.store, ForgetMessages(topic="mail")) == 1
    assert box.letters() == [(1, "open")]
    assert one(box.store, ReplayLetter(number=1)) is True


def test_an_unknown_topic_has_nothing_to_forget(box):
    assert one(box.store, ForgetMessages(topic="none")) == 0


# -- what only the slowest reader, or a holder that still runs, may decide


def test_G1_what_the_slowest_reader_has_not_passed_stays(box):
    one(box.store, EnsureSubscription(name="slow", topic="mail"))
    box.publish("a", "b", "c")
    messages = box.messages()
    box.settle()

    def retain():
        return one(box.store, Retain(topic="mail", subscriptions=("sub", "slow"), keep=0))

    assert retain() == 0
    assert len(box.messages()) == 3
    one(box.store, ConfigureSubscription(subscription="slow", cursor=messages[1].position))
    assert retain() == 2
    assert [found.position for found in box.messages()] == [messages[2].position]


def test_I3_positions_of_removed_messages_are_not_given_again_after_the_store_was_reopened(kind):
    opened = kind.open()
    Box(opened).publish("a", "b", "c")
    assert one(opened, Retain(topic="mail", subscriptions=(), keep=0)) == 3
    opened.close()
    again = kind.open()
    assert again.reader().head() == 3
    assert Box(again).publish("d") == [4]
    again.close()


def test_D4_a_lease_whose_holder_runs_is_not_taken_back(box):
    box.publish("a", "b", key="")
    box.settle(a="ready", b="ready")
    first, second = box.due()
    box.lease(first, TOKEN)
    box.lease(second, OTHER)
    reclaim = {"subscription": "sub", "topic": "mail", "now": 10}
    assert one(box.store, Reclaim(**reclaim, keep=(TOKEN, OTHER))) == 0
    assert box.due() == []
    assert one(box.store, Reclaim(**reclaim, keep=(TOKEN,))) == 1
    assert [(row.position, row.crashed) for row in box.due()] == [(second.position, 1)]


def test_R1_the_more_urgent_goes_first_and_age_makes_up_for_it(box, clock):
    box.publish("old", key="")
    clock.advance(30)
    for name, priority in (("low", -60), ("normal", 0), ("high", 60), ("critical", 300)):
        box.publish(name, key="", priority=priority)
    clock.advance(100)
    box.publish("late", key="", priority=60)
    box.settle(**dict.fromkeys(("old", "low", "normal", "high", "critical", "late"), "ready"))
    order = [row.message_id for row in box.due()]
    names = ("critical", "high", "old", "normal", "late", "low")
    assert order == [derived_id(name) for name in names]


def test_V4_of_large_messages_few_are_read_at_once_and_one_at_least(box, monkeypatch):
    for module in (sqlite_queue, memory_reader):
        monkeypatch.setattr(module, "AT_ONCE", 100)
    large = '{"x":"' + "y" * 60 + '"}'
    first, second, third = (box.publish(name, data=large)[0] for name in "abc")

    def read(after, most):
        found, upto = box.reader.read_topic("mail", lambda _type: False, after, 9, most=most)
        return [one.position for one in found], upto

    assert read(0, 100) == ([first, second], second)
    assert read(second, 100) == ([third], third)
    assert read(0, 1) == ([first], first)
    assert read(0, None)[0] == [first, second, third]
    box.settle(a="ready", b="ready", c="ready")
    assert [row.position for row in box.due()] == [first, second]


def test_V4_of_large_events_few_are_read_at_once_and_one_at_least(box):
    large = '{"x":"' + "y" * 60 + '"}'
    events = tuple(NewEvent(id=derived_id(n), type="said", data=large) for n in range(3))
    first = one(box.store, Append(stream="s-1", events=events)).first_position
    (small,) = box.publish("a")
    wanted = lambda type_: type_ == "said"  # noqa: E731  # for two calls

    def read(after, most):
        found, upto = box.reader.read_topic("mail", wanted, after, 9, most=most)
        return [one.position for one in found], upto

    assert read(0, 100) == ([first, first + 1], first + 1)
    assert read(first + 1, 1000) == ([first + 2, small], small)
    found, upto = box.reader.read_types(wanted, 0, 9, most=100)
    assert ([one.position for one in found], upto) == ([first, first + 1], first + 1)
    assert len(box.reader.read_types(wanted, 0, 9)[0]) == 3


def test_V4_what_waits_is_counted_without_a_look_at_the_dead(file_store, monkeypatch):
    box, looks = Box(file_store), []
    reader, read = box.reader, box.reader._all

    def explained(query, values=()):
        looks.extend(row[3] for row in read(f"explain query plan {query}", values))
        return read(query, values)

    monkeypatch.setattr(reader, "_all", explained)
    monkeypatch.setattr(reader, "_one", lambda query, values=(): explained(query, values)[0])
    assert [state.waiting for state in reader.subscriptions()] == [0]
    assert (reader.depth("sub").oldest, reader.backlog("mail", ["sub"], 10)) == (None, 0)
    looks = [look for look in looks if "deliveries_" in look]
    assert len(looks) == 4
    assert all("state=?" in look for look in looks), looks

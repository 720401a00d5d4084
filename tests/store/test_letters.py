"""Every act on a dead letter in every status, on all stores; an illegal one changes nothing (contract §6)."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from tests.store.actions import one
from tests.store.test_queue import Box
from workbench.errors import NotFound
from workbench.model.dead_letter import TRANSITIONS, LetterStatus
from workbench.model.ids import derived_id
from workbench.store.letter_jobs import Job
from workbench.store.operations import (
    AdvanceJob,
    Atomic,
    BringBack,
    ForgetLetters,
    MarkLetters,
    NoteLetters,
    RecallReplays,
    RecordAction,
    ReplayLetter,
    RestoreLetters,
    Skip,
    StartJob,
)
from workbench.store.operator_actions import OperatorAction

ARCHIVE = MarkLetters(numbers=(1,), before=("open",), after="archived", act="archive")
PURGE = MarkLetters(numbers=(1,), before=("open", "archived"), after="purged", act="purge")


class Post(Box):
    """One dead letter, and what can be done with it."""

    def bring(self, status):
        self.publish("a")
        self.settle(a="dead")
        match status:
            case "archived":
                one(self.store, ARCHIVE)
            case "purged":
                one(self.store, PURGE)
            case "replaying" | "resolved" | "failed_again":
                one(self.store, ReplayLetter(number=1))
        if status == "resolved":
            self.act("succeed")
        elif status == "failed_again":
            self.act("fail")
        assert self.status() == status

    def act(self, act):
        match act:
            case "replay":
                return one(self.store, ReplayLetter(number=1))
            case "archive":
                return one(self.store, ARCHIVE)
            case "purge":
                return one(self.store, PURGE)
            case "restore":
                return one(self.store, RestoreLetters(numbers=(1,)))
        rows = [row for row in self.due() if row.dead_letter == 1]
        if act == "skip":
            return one(self.store, Skip(subscription="sub", numbers=tuple(row.number for row in rows)))
        for row in rows:
            self.lease(row)
            self.end(row, "dead" if act == "fail" else None)
        return len(rows)

    def status(self):
        return self.reader.letter(1).status.value

    def everything(self):
        return self.letters(), self.due(), self.reader.letter(1), self.reader.subscription("sub")


@pytest.mark.parametrize(("status", "act"), list(itertools.product(LetterStatus, TRANSITIONS)))
def test_contract_6_every_act_in_every_status_does_what_the_table_says(store, status, act):
    post = Post(store)
    post.bring(status)
    before = post.everything()
    answer = post.act(act)
    if status in TRANSITIONS[act]:
        assert answer
        assert post.status() == TRANSITIONS[act][status]
    else:
        assert not answer
        assert post.everything() == before


@pytest.mark.parametrize("end", [None, "dead"])
def test_L4_a_replay_that_ends_late_leaves_a_letter_that_was_purged_meanwhile(store, end):
    post = Post(store)
    post.bring("replaying")
    (row,) = post.due()
    post.lease(row)
    one(store, MarkLetters(numbers=(1,), before=("replaying",), after="purged"))
    post.end(row, end)
    assert post.status() == "purged"


@pytest.mark.parametrize("status", ["archived", "purged"])
def test_L9_restore_takes_back_only_the_act_that_is_named(store, status):
    post = Post(store)
    post.bring(status)
    other = {"archived": "purge", "purged": "archive"}[status]
    assert one(store, RestoreLetters(numbers=(1,), act=other)) == 0
    assert post.status() == status
    assert one(store, RestoreLetters(numbers=(1,), act=status.removesuffix("d"))) == 1
    assert post.status() == "open"


def test_L9_restore_goes_back_one_act_at_a_time_with_its_time(store, clock):
    post = Post(store)
    post.bring("open")
    opened = post.reader.letter(1).changed_at
    clock.advance(1.0)
    one(store, ARCHIVE)
    archived = post.reader.letter(1).changed_at
    clock.advance(1.0)
    one(store, PURGE)
    seen = []
    for _ in range(2):
        one(store, RestoreLetters(numbers=(1,)))
        seen.append((post.status(), post.reader.letter(1).changed_at))
    assert seen == [("archived", archived), ("open", opened)]
    assert one(store, RestoreLetters(numbers=(1,))) == 0


@pytest.mark.parametrize("status", LetterStatus)
def test_L4_a_replay_that_is_taken_back_is_open_and_dead_again_and_holds_up_what_it_did(store, status):
    post = Post(store)
    post.bring(status)
    before = post.everything()
    recalled = one(store, RecallReplays(subscription="sub"))
    if status != "replaying":
        assert (recalled, post.everything()) == (0, before)
        return
    assert (recalled, post.status(), post.due()) == (1, "open", [])
    assert one(store, RecallReplays(subscription="sub")) == 0
    assert one(store, ReplayLetter(number=1))
    (row,) = post.due()
    assert row.generation == 2


def test_L4_a_replay_that_was_leased_when_its_subscription_went_is_taken_back(store):
    post = Post(store)
    post.bring("replaying")
    post.lease(*post.due())
    assert one(store, RecallReplays(subscription="none")) == 0
    assert one(store, RecallReplays(subscription="sub")) == 1
    assert (post.status(), post.reader.due_times("sub")) == ("open", (None, None))


def test_P7_no_letter_is_replayed_into_a_subscription_that_nothing_handles(store):
    post = Post(store)
    post.bring("open")
    before = post.everything()
    refused = one(store, ReplayLetter(number=1, handled=("other",)))
    assert isinstance(refused, NotFound)
    assert "sub is detached" in refused.message
    assert post.everything() == before
    assert one(store, ReplayLetter(number=1, handled=("sub",)))
    assert one(store, ReplayLetter(number=1, handled=())) is False, "it is no longer open"


def test_L9_what_was_replayed_is_no_part_of_an_earlier_act_any_more(store):
    post = Post(store)
    post.bring("archived")
    assert post.reader.changed_by("archive") == [1]
    post.act("replay")
    assert post.reader.changed_by("archive") == []
    post.act("fail")
    assert post.letters() == [(1, "failed_again"), (2, "open")]
    assert one(store, RestoreLetters(numbers=(1,), act="archive")) == 0


@pytest.mark.parametrize("skip_on", [True, False])
def test_L7_what_a_purged_letter_blocked_goes_on_when_it_is_purged_or_at_last_forgotten(
    store, clock, skip_on
):
    post = Post(store)
    post.publish("a", "b", "c")
    post.settle(a="dead", b="dead", c="blocked")
    for number, left in ((1, []), (2, ["c"])):
        one(store, MarkLetters(numbers=(number,), before=("open",), after="purged", skip_on=skip_on))
        if not skip_on:
            assert post.due() == []
            clock.advance(1.0)
            assert one(store, ForgetLetters(before=clock.now())) == 1
            assert post.reader.letter(number) is None
        assert [row.message_id for row in post.due()] == [derived_id(name) for name in left], number


def test_L8_the_number_of_a_letter_that_was_forgotten_is_never_given_again(store, clock):
    post = Post(store)
    post.publish("a", "b", "c", "d")
    post.settle(a="dead", b="dead")
    one(store, MarkLetters(numbers=(1, 2), before=("open",), after="purged"))
    clock.advance(1.0)
    assert one(store, ForgetLetters(before=clock.now())) == 2
    post.settle(c="dead")
    assert post.letters() == [(3, "open")]
    assert one(store, ForgetLetters(before=clock.now())) == 0
    post.settle(d="dead")
    assert post.letters() == [(3, "open"), (4, "open")]


def test_L9_the_record_of_a_job_counts_what_was_done_not_what_was_looked_at(store):
    post = Post(store)
    post.publish("a", "b", "c")
    post.settle(a="dead", b="dead", c="dead")
    one(store, ARCHIVE)
    said = OperatorAction(at=1, action="archive", subject="3", act="job {answer}")
    begun = Atomic(
        operations=(
            StartJob(job=Job(action="archive", numbers=(1, 2, 3))),
            RecordAction(action=said, counts=False),
        )
    )
    number, _ = one(store, begun)
    steps = [MarkLetters(numbers=(each,), before=("open",), after="archived") for each in (1, 2, 3)]
    one(store, AdvanceJob(number=number, step=0, operations=tuple(steps[:2]), status="running"))
    assert [(one.act, one.count) for one in post.reader.actions()] == [("job 1", 1)]
    one(store, AdvanceJob(number=number, step=2, operations=tuple(steps[2:]), status="done"))
    assert [(one.act, one.count) for one in post.reader.actions()] == [("job 1", 2)]


def test_L4_owner_and_note_follow_a_letter_that_dies_again_and_so_does_their_undo(store):
    post = Post(store)
    post.bring("open")
    one(store, NoteLetters(numbers=(1,), owner="ann", note="asked", act="first"))
    for number in (1, 2):
        one(store, ReplayLetter(number=number))
        (row,) = [row for row in post.due() if row.dead_letter == number]
        post.lease(row)
        post.end(row, "dead")
    assert post.letters() == [(1, "failed_again"), (2, "failed_again"), (3, "open")]
    ann = ("ann", "asked")
    assert post.reader.letter_notes() == {1: ann, 2: ann, 3: ann}
    assert [letter.owner for letter in post.reader.letter_facts((1, 2, 3))] == ["ann"] * 3
    one(store, NoteLetters(numbers=(3,), owner="bob", act="second"))
    one(store, BringBack(act="second"))
    assert post.reader.letter_notes()[3] == ann
    assert one(store, BringBack(act="first")) == 1
    assert post.reader.letter_notes() == dict.fromkeys((1, 2, 3), ("", ""))


def test_L10_the_undo_of_a_note_on_a_letter_and_its_later_death_counts_both(store):
    post = Post(store)
    post.bring("open")
    one(store, NoteLetters(numbers=(1,), note="old"))
    for number in (1, 2):
        one(store, ReplayLetter(number=number))
        (row,) = [row for row in post.due() if row.dead_letter == number]
        post.lease(row)
        post.end(row, "dead")
        if number == 1:
            one(store, NoteLetters(numbers=(2,), note="other"))
            one(store, NoteLetters(numbers=(1, 2), owner="ann", note="both", act="both"))
    assert post.reader.letter_notes() == dict.fromkeys((1, 2, 3), ("ann", "both"))
    assert one(store, BringBack(act="both")) == 2
    assert post.reader.letter_notes() == {1: ("", "old"), 2: ("", "other"), 3: ("", "other")}


def test_L4_what_is_noted_of_a_later_death_stays_where_an_earlier_note_is_undone(store):
    post = Post(store)
    post.bring("open")
    one(store, NoteLetters(numbers=(1,), owner="ann", act="first"))
    post.act("replay")
    post.act("fail")
    one(store, NoteLetters(numbers=(2,), note="mine", act="second"))
    assert one(store, BringBack(act="first")) == 1
    assert post.reader.letter_notes() == {1: ("", ""), 2: ("ann", "mine")}


def retried(post):
    """Has the replay of letter 1 fail, so that it waits to be tried again."""
    (row,) = [row for row in post.due() if row.dead_letter == 1]
    post.lease(row)
    post.end(row, "delayed")


def tries(post):
    """What letter 1 and its dead delivery tell of tries; None where the delivery is not dead."""
    letter = post.reader.letter(1)
    rows = [row for row in post.reader.deliveries_at([letter.position]) if row.state == "dead"]
    told = [one.number for one in letter.attempts]
    return told, next(([one.number for one in row.attempts] for row in rows), None)


@pytest.mark.parametrize("way", ["undo", "recall", "skip"])
def test_L10_tries_of_a_replay_that_is_taken_back_stay_with_the_letter(store, way):
    post = Post(store)
    post.bring("open")
    (before, _) = tries(post)
    one(store, ReplayLetter(number=1, act="replay"))
    assert post.reader.tried_replays("replay") == 0
    retried(post)
    assert post.reader.tried_replays("replay") == 1
    numbers = tuple(row.number for row in post.reader.deliveries("sub") if row.dead_letter == 1)
    one(
        store,
        {
            "undo": BringBack(act="replay", limit=9),
            "recall": RecallReplays(subscription="sub"),
            "skip": Skip(subscription="sub", numbers=numbers, act="skip"),
        }[way],
    )
    told = [*before, len(before) + 1]
    assert post.status() == "open"
    assert tries(post) == (told, None if way == "skip" else told)
    if way == "skip":
        assert one(store, BringBack(act="skip", limit=9)) == 1
        assert tries(post)[0] == before, "the delivery that waits again tells it"
        assert one(store, BringBack(act="replay", limit=9)) == 1
        assert tries(post) == (told, told)
    assert post.act("replay")
    assert post.act("fail") == 1
    assert [one.number for one in post.reader.letter(1).attempts] == told


class Operator:
    """Does what is recorded, and undoes it."""

    def __init__(self, store):
        self.store, self.done = store, 0

    def __call__(self, *operations, action, act=None, undoes=0):
        self.done += 1
        name = act or f"act-{self.done}"
        said = OperatorAction(at=self.done, action=action, subject="1 dead letter", act=name, who="ada")
        note = RecordAction(action=said, undoes=undoes)
        one(self.store, Atomic(operations=(*(operation(name) for operation in operations), note)))
        return name

    def told(self, *letters):
        """What was done to letters, with owner and note, and what took it back."""
        found = self.store.reader().letter_acts(letters or (1,))
        return {
            number: [(deed.of.action, deed.note, deed.undo and deed.undo.number) for deed in deeds]
            for number, deeds in found.items()
        }


def test_L4_every_act_on_a_letter_and_every_undo_is_known(store):
    post, act = Post(store), Operator(store)
    post.bring("open")
    archive = act(lambda name: replace(ARCHIVE, act=name), action="archive")
    assert act.told() == {1: [("archive", None, None)]}
    act(lambda _name: RestoreLetters(numbers=(1,), act=archive), action="undo", undoes=1)
    assert act.told(1, 2) == {1: [("archive", None, 2)]}
    note = act(lambda name: NoteLetters(numbers=(1,), owner="ann", act=name), action="note")
    act(lambda name: NoteLetters(numbers=(1,), note="asked", act=name), action="note")
    act(lambda _name: BringBack(act="act-4", limit=9), action="undo", undoes=4)
    replay = act(lambda name: ReplayLetter(number=1, act=name), action="replay")
    act(lambda _name: BringBack(act=replay, limit=9), action="undo", undoes=6)
    act(lambda name: replace(ARCHIVE, act=name), action="archive")
    act(lambda name: RestoreLetters(numbers=(1,), by=name), action="restore")
    history = {
        1: [
            ("archive", None, 2),
            ("note", ("ann", ""), None),
            ("note", ("ann", "asked"), 5),
            ("replay", None, 7),
            ("archive", None, None),
            ("restore", None, None),
        ]
    }
    assert act.told() == history
    assert post.reader.taken_back(replay) == post.reader.taken_back(archive) == [1]
    assert post.reader.taken_back(note) == [], "it stands"
    assert act.told(2) == act.told(99) == {}
    assert store.reader().letter_acts([]) == {}


def test_L4_what_was_done_to_a_letter_stays_known_as_long_as_there_is_the_letter(store, clock):
    post, act = Post(store), Operator(store)
    post.bring("open")
    note = act(lambda name: NoteLetters(numbers=(1,), owner="ann", note="asked", act=name), action="note")
    act(lambda name: ReplayLetter(number=1, act=name), action="replay")
    post.act("fail")
    clock.advance(10)
    one(store, ForgetLetters(before=clock.now()))
    assert not post.reader.can_bring_back(note)
    assert act.told() == {1: [("note", ("ann", "asked"), None), ("replay", None, None)]}
    one(store, NoteLetters(numbers=(2,), owner="bob", act="other"))
    one(store, MarkLetters(numbers=(2,), before=("open",), after="purged"))
    clock.advance(10)
    assert one(store, ForgetLetters(before=clock.now())) == 1
    assert set(act.told(1, 2)) == {1}


@pytest.mark.parametrize("ended", ["cancelled", "done"])
def test_L5_a_job_that_has_ended_is_not_advanced(store, ended):
    post = Post(store)
    post.bring("open")
    number = one(store, StartJob(job=Job(action="archive", numbers=(1,))))
    note = RecordAction(action=OperatorAction(at=1, action="end", subject="job", detail="{}"))
    stopped = AdvanceJob(number=number, step=0, operations=(), status=ended, note=note)
    assert one(store, stopped).status == ended
    for advance in (stopped, replace(stopped, status="running", operations=(ARCHIVE,))):
        assert one(store, advance) == store.reader().job(number)
    assert (store.reader().job(number).status, post.status()) == (ended, "open")
    assert len(store.reader().actions()) == 1


def test_L3_letters_are_put_in_the_order_of_their_messages_each_once_and_what_is_none_last(store):
    post = Post(store)
    post.publish("a", "b")
    post.settle(b="dead")
    post.settle(a="dead")
    (first, second) = (one.position for one in reversed(post.reader.letters(statuses=("open",))))
    assert post.reader.letters_in_order([1, 77, 2, 1]) == ((1, 2, 77) if first < second else (2, 1, 77))


def test_L3_any_number_of_letters_can_be_read_at_once(store):
    post = Post(store)
    post.bring("open")
    numbers = range(1, 300_001)
    assert [one.number for one in post.reader.letters_numbered(numbers)] == [1]
    assert [one.number for one in post.reader.letters_listed(numbers)] == [1]

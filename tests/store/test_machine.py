"""Random histories on a file and on the reference at once: every answer and all that is readable agree."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from tests.store.histories import (
    COLUMNS,
    OWNERS,
    STREAMS,
    SUBSCRIPTIONS,
    TOKENS,
    TOPICS,
    fresh,
    groups,
    messages,
    processes,
    said,
    simple,
    withdrawals,
)
from tests.store.reads import lists
from workbench.errors import WorkbenchError
from workbench.model.clock import ManualClock
from workbench.model.delivery_states import DeliveryState
from workbench.model.ids import derived_id
from workbench.store import operations as op
from workbench.store.letter_jobs import Job, JobPlan
from workbench.store.memory.store import MemoryStore
from workbench.store.operations.projection_operations import (
    ApplyProjection,
    DropGeneration,
    EnsureProjection,
    MarkProjection,
    SwitchProjection,
)
from workbench.store.operator_actions import OperatorAction
from workbench.store.settlements import NewDelivery, Settlement
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import Attempt, DeadLetter, PassedEvent, PassedKind, Reason


class Histories(RuleBasedStateMachine):
    """A store on a file beside one in memory; both are always asked the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = ManualClock()
        self.memory = MemoryStore(self.clock)
        self.file = self.open()
        self.leased: dict[tuple[str, int], Any] = {}

    def open(self) -> SqliteStore:
        store = SqliteStore(self.folder / "events.db", self.clock, synchronous="normal")
        self.readers = [store.reader(), self.memory.reader()]
        return store

    def both(self, *operations: op.Operation) -> list[Any]:
        """Writes the same on both sides; returns the answers."""
        return self.each(lambda _side: operations)

    def each(self, operations_of: Any) -> list[Any]:
        """Writes what may have other numbers on the two sides."""
        ours = self.file.write(operations_of(0))
        reference = self.memory.write(operations_of(1))
        assert said(ours) == said(reference)
        return ours

    @initialize(count=st.integers(0, 8))
    def begin(self, count):
        """Some histories begin with work for the queues, else most of them would never come that far."""
        if count:
            self.both(*(op.EnsureTopic(name=topic) for topic in TOPICS))
            self.both(
                *(op.EnsureSubscription(name=name, topic=topic) for name, topic in SUBSCRIPTIONS.items())
            )
        for n in range(count):
            self.both(
                op.NewMessage(
                    id=derived_id("begin", n),
                    topic="mail",
                    type="note",
                    key=f"k{n % 2}",
                    data="{}",
                    correlation_id=derived_id("begin"),
                )
            )

    # -- the log ------------------------------------------------------------------------------------------

    @rule(operations=st.lists(st.one_of(simple, groups), min_size=1, max_size=4))
    def write(self, operations):
        self.clock.advance(0.001)
        self.both(*operations)

    @rule()
    def reopen(self):
        self.file.close()
        assert check(self.folder / "events.db").findings == ()
        self.file = self.open()
        self.memory.reopen()

    # -- deliveries ---------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)), cursor=st.sampled_from([None, 0, 0, 3]))
    def subscribe(self, name, cursor):
        if cursor is None or cursor <= self.readers[0].head():
            self.both(op.EnsureSubscription(name=name, topic=SUBSCRIPTIONS[name], cursor=cursor))

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)), paused=st.sampled_from([None, True, False]))
    def configure(self, name, paused):
        self.both(op.ConfigureSubscription(subscription=name, paused=paused))

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)), cursor=st.integers(0, 5), release=st.booleans())
    def reset(self, name, cursor, release):
        cursor = min(cursor, self.readers[0].head())
        self.both(
            op.ConfigureSubscription(subscription=name, cursor=cursor, release_key=release, act="reset")
        )

    @rule(
        name=st.sampled_from(list(SUBSCRIPTIONS)),
        token=st.sampled_from(TOKENS),
        after=st.sampled_from([None, None, 0, 1]),
        owner=st.sampled_from(OWNERS),
    )
    def claim(self, name, token, after, owner):
        upto, until = self.readers[0].head(), self.clock.now() + 1000
        self.both(op.Claim(subscription=name, upto=upto, token=token, after=after, owner=owner, until=until))

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)), token=st.sampled_from(TOKENS))
    def unclaim(self, name, token):
        self.both(op.Unclaim(subscription=name, token=token))

    @rule(
        name=st.sampled_from(list(SUBSCRIPTIONS)),
        token=st.sampled_from(TOKENS),
        fates=st.lists(st.sampled_from(["ready", "delayed", "blocked", "dead", "leased"]), max_size=6),
        effects=st.lists(st.one_of(fresh, messages, processes, withdrawals), max_size=2),
        passing=st.booleans(),
        claimed=st.sampled_from([True, True, False]),
        ahead=st.sampled_from([None, None, *TOKENS]),
        owner=st.sampled_from(OWNERS),
    )
    def settle_batch(self, name, token, fates, effects, passing, claimed, ahead, owner):
        if claimed:
            self.both(op.Claim(subscription=name, upto=self.readers[0].head(), token=token, owner=owner))
        state = self.readers[0].subscription(name)
        found, _ = self.readers[0].read_topic(
            SUBSCRIPTIONS[name], lambda _type: True, state.cursor if state else 0, 10
        )
        rows = tuple(
            NewDelivery(
                message=message,
                state=DeliveryState(fate),
                due_at=self.clock.now() + 1000
                if fate == "delayed" or (fate == "blocked" and passing)
                else None,
                failed=1 if fate in {"delayed", "dead"} else 0,
                attempts=(Attempt(number=1, at=1, duration_us=1, error_type="E", error="e"),),
                letter=self.letter(name, message) if fate == "dead" else None,
                lease_until=self.clock.now() + 1000 if fate == "leased" else None,
            )
            for message, fate in zip(found, fates, strict=False)
        )
        self.both(
            op.Settle(
                subscription=name,
                token=token,
                cursor=found[-1].position if found and (passing or rows) else None,
                delivered=1,
                filtered=2,
                effects=tuple(effects),
                deliveries=rows,
                claim=self.readers[0].head() if ahead else None,
                claim_token=ahead,
                claim_until=self.clock.now() + 1000 if ahead else None,
                owner=owner,
            )
        )

    def letter(self, name, message):
        return DeadLetter(
            subscription=name,
            topic=message.topic,
            position=message.position,
            message_id=message.id,
            type=message.type,
            key=message.key,
            data=message.data,
            reason=Reason.MAX_ATTEMPTS,
            correlation_id=message.correlation_id,
            died_at=self.clock.now(),
        )

    @rule(
        name=st.sampled_from(list(SUBSCRIPTIONS)),
        token=st.sampled_from(TOKENS),
        count=st.integers(0, 3),
        later=st.sampled_from([0.0, 1.0]),
        owner=st.sampled_from(OWNERS),
    )
    def lease(self, name, token, count, later, owner):
        self.clock.advance(later)
        now = self.clock.now()
        due = [reader.due(name, now, count) for reader in self.readers]
        numbers = [[row.number for row, _ in rows] for rows in due]
        leases = [
            op.Lease(subscription=name, numbers=tuple(of_side), token=token, until=now + 1000, owner=owner)
            for of_side in numbers
        ]
        (ours,), (reference,) = self.file.write([leases[0]]), self.memory.write([leases[1]])
        if isinstance(ours, WorkbenchError):
            assert said(ours) == said(reference)
            return
        state = self.readers[0].subscription(name)
        foreign = state.claim_token is not None and state.claim_owner != owner
        for answer, rows in ((ours, due[0]), (reference, due[1])):
            assert sorted(answer) == sorted(row.number for row, _ in rows if not (foreign and row.key))
        for row, _ in due[0]:
            if row.number in ours:
                self.leased[name, row.position] = token

    @precondition(lambda self: self.leased)
    @rule(data=st.data(), fate=st.sampled_from([None, "ready", "delayed", "dead"]), release=st.booleans())
    def settle_row(self, data, fate, release):
        (name, position), token = data.draw(st.sampled_from(sorted(self.leased.items(), key=str)))
        message = self.readers[0].message(position, SUBSCRIPTIONS[name])
        wrong = data.draw(st.sampled_from([None, None, None, *TOKENS]))
        letter = self.letter(name, message) if fate == "dead" else None
        self.both(
            op.Settle(
                subscription=name,
                token=wrong or token,
                release_key=release,
                settlements=(
                    Settlement(
                        position=position,
                        key=message.key,
                        state=None if fate is None else DeliveryState(fate),
                        due_at=self.clock.now() + 1000 if fate == "delayed" else None,
                        failed=1,
                        letter=letter,
                    ),
                ),
            )
        )
        if not wrong or wrong == token:
            del self.leased[name, position]

    @rule(
        name=st.sampled_from(list(SUBSCRIPTIONS)),
        in_doubt=st.integers(0, 2),
        release=st.booleans(),
        owner=st.sampled_from(OWNERS),
        keep=st.lists(st.sampled_from(TOKENS), max_size=1),
        later=st.sampled_from([0.0, 0.0, 0.002]),
    )
    def recover(self, name, in_doubt, release, owner, keep, later):
        self.clock.advance(later)
        state = self.readers[0].subscription(name)
        found, _ = self.readers[0].read_topic(
            SUBSCRIPTIONS[name], lambda _type: True, state.cursor if state else 0, in_doubt + 1
        )
        claimed = [message for message in found if state and message.position <= state.claimed_to]
        self.both(
            op.RecoverSubscription(
                subscription=name,
                topic=SUBSCRIPTIONS[name],
                in_doubt=tuple(
                    NewDelivery(message=message, state=DeliveryState.READY, crashed=1)
                    for message in claimed[:in_doubt]
                ),
                max_crashes=2,
                claim=state.claim_token if state else None,
                owner=owner,
                keep=tuple(keep),
                release_key=release,
            )
        )
        self.forget_taken()

    def forget_taken(self):
        rows = self.memory._tables.deliveries.values()
        held = {(row.subscription, row.position) for row in rows if row.state is DeliveryState.LEASED}
        self.leased = {place: token for place, token in self.leased.items() if place in held}

    @rule(number=st.integers(1, 4), edited=st.booleans())
    def replay(self, number, edited):
        self.both(op.ReplayLetter(number=number, data='{"e":1}' if edited else None, act="replay"))

    @rule(
        numbers=st.lists(st.integers(1, 5), max_size=3, unique=True),
        change=st.sampled_from([("open", "archived"), ("archived", "purged"), ("purged", "open")]),
        skip_on=st.booleans(),
    )
    def mark(self, numbers, change, skip_on):
        before, after = change
        self.both(op.MarkLetters(numbers=tuple(numbers), before=(before,), after=after, skip_on=skip_on))

    @rule(
        name=st.sampled_from(list(SUBSCRIPTIONS)),
        token=st.sampled_from(TOKENS),
        later=st.sampled_from([0, 2]),
    )
    def extend(self, name, token, later):
        until = self.clock.now() + later * 1000
        self.both(op.Extend(subscription=name, token=token, until=until))

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)), keep=st.lists(st.sampled_from(TOKENS), max_size=2))
    def reclaim(self, name, keep):
        self.clock.advance(0.0015)
        topic = SUBSCRIPTIONS[name]
        self.both(
            op.Reclaim(subscription=name, topic=topic, now=self.clock.now(), keep=tuple(keep), max_crashes=2)
        )
        self.forget_taken()

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)), count=st.integers(1, 2))
    def skip(self, name, count):
        due = [reader.due(name, self.clock.now() + 10**6, count) for reader in self.readers]
        self.each(
            lambda side: [
                op.Skip(
                    subscription=name,
                    numbers=tuple(row.number for row, _ in due[side]),
                    release_key=count == 1,
                    act="skip" if count == 2 else "",
                )
            ]
        )

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)))
    def do_now(self, name):
        due = [reader.due(name, self.clock.now() + 10**6, 1) for reader in self.readers]
        self.each(lambda side: [op.DoNow(subscription=name, number=row.number) for row, _ in due[side]])

    @rule(name=st.sampled_from(list(SUBSCRIPTIONS)))
    def recall(self, name):
        self.both(op.RecallReplays(subscription=name))

    @rule(topic=st.sampled_from(["mail", "sms"]), keep=st.sampled_from([None, 0, 2]), aged=st.booleans())
    def retain(self, topic, keep, aged):
        readers = tuple(name for name in SUBSCRIPTIONS if SUBSCRIPTIONS[name] == topic)
        before = self.clock.now() - 500 if aged else None
        self.both(op.Retain(topic=topic, subscriptions=readers, before=before, keep=keep, limit=3))

    @rule(topic=st.sampled_from(["mail", "sms"]), released=st.booleans())
    def forget_messages(self, topic, released):
        self.both(op.ForgetMessages(topic=topic, released=tuple(SUBSCRIPTIONS) if released else ()))

    @rule(topic=st.sampled_from(["mail", "more"]))
    def create_topic(self, topic):
        self.both(op.CreateTopic(name=topic))

    @rule(age=st.sampled_from([0, 1000]))
    def forget(self, age):
        self.both(op.ForgetLetters(before=self.clock.now() - age + 1))

    @rule(numbers=st.lists(st.integers(1, 6), max_size=3, unique=True), number=st.integers(1, 2))
    def job(self, numbers, number):
        known = self.readers[1].job(number)
        if known is None:
            plan = JobPlan(ladder=(1, 2), patch='{"form":[]}', left_out=number)
            self.both(op.StartJob(job=Job(action="replay", numbers=tuple(numbers), plan=plan)))
            return
        steps = tuple(op.ReplayLetter(number=one) for one in numbers)
        self.both(op.AdvanceJob(number=number, step=known.step, operations=steps, status="running"))
        self.both(op.AdvanceJob(number=number, step=99, operations=steps, status="done"))
        for before, status in (("running", "held"), ("running", "done"), ("held", "running")):
            stand = self.readers[1].job(number)
            self.both(op.AdvanceJob(number=number, step=stand.step, before=before, status=status))

    @rule(number=st.integers(1, 4), other=st.booleans(), owner=st.sampled_from(["", "ann"]))
    def bring_in(self, number, other, owner):
        known = self.readers[1].letter(number)
        if known is not None:
            letter = replace(known, generation=known.generation + 7, key="other" if other else known.key)
            self.both(op.ImportLetter(letter=letter, owner=owner))

    @rule(
        numbers=st.lists(st.integers(1, 6), max_size=3, unique=True),
        owner=st.sampled_from([None, "", "ann"]),
        note=st.sampled_from([None, "", "asked"]),
    )
    def note(self, numbers, owner, note):
        self.both(op.NoteLetters(numbers=tuple(numbers), owner=owner, note=note, act="note"))

    @rule(
        act=st.sampled_from(["skip", "reset", "note", "replay"]),
        name=st.sampled_from(list(SUBSCRIPTIONS)),
        released=st.booleans(),
        limit=st.integers(1, 3),
    )
    def bring_back(self, act, name, released, limit):
        free = tuple(SUBSCRIPTIONS) if released else ()
        undo = op.BringBack(act=act, subscription=name, released=free, limit=limit)
        record = OperatorAction(at=self.clock.now(), action="undo", subject=act, act=f"undo {act}")
        self.both(op.Atomic(operations=(undo, op.RecordAction(action=record, undoes=1))))

    @rule(put=st.booleans(), key=st.sampled_from("ab"))
    def handler_rows(self, put, key):
        self.both(EnsureProjection(name="sent", columns=COLUMNS, indexed=(), definition_hash="s"))
        rows, deleted = (({"id": key, "n": 1},), ()) if put else ((), (key,))
        self.both(op.ProjectRows(name="sent", rows=rows, deleted=deleted))

    @rule(operations=st.lists(st.one_of(simple, groups), min_size=1, max_size=3))
    def dry_run(self, operations):
        before = [self.look(reader) for reader in self.readers]
        assert said(self.file.dry_run(operations)) == said(self.memory.dry_run(operations))
        assert [self.look(reader) for reader in self.readers] == before

    # -- projections --------------------------------------------------------------------------------------

    @rule(rebuild=st.booleans(), columns=st.sampled_from([COLUMNS, (*COLUMNS, ("more", "text"))]))
    def ensure(self, rebuild, columns):
        self.both(
            EnsureProjection(
                name="rows", columns=columns, indexed=("n",), definition_hash="h", rebuild=rebuild
            )
        )

    def behind(self):
        head = self.readers[1].head()
        return [state for state in self.readers[1].generations("rows") if state.checkpoint < head]

    @precondition(behind)
    @rule(data=st.data(), wrong=st.sampled_from([0, 0, 0, 1]))
    def apply(self, data, wrong):
        state = data.draw(st.sampled_from(self.behind()))
        keys = data.draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4))
        put = data.draw(st.integers(0, len(keys)))
        more = {"more": "x"} if len(state.columns) > 2 else {}
        kind = data.draw(st.sampled_from([None, None, *PassedKind]))
        passed = (
            PassedEvent(position=state.checkpoint + 1, stream="s", kind=kind, error="e") if kind else None
        )
        self.both(
            ApplyProjection(
                name="rows",
                generation=state.generation + 7 * wrong,
                before=state.checkpoint,
                checkpoint=state.checkpoint + 1,
                rows=tuple({"id": key, "n": data.draw(st.integers(0, 2)), **more} for key in keys[:put]),
                deleted=tuple(keys[put:]),
                passed=(passed,) if passed else (),
                resumed=("s",) if data.draw(st.booleans()) else (),
            )
        )

    @rule(generation=st.integers(1, 4), what=st.sampled_from(["switch", "drop", "pause", "live"]))
    def move(self, generation, what):
        match what:
            case "switch":
                self.both(SwitchProjection(name="rows", generation=generation))
            case "drop":
                self.both(DropGeneration(name="rows", generation=generation))
            case _:
                status = {"pause": "paused"}.get(what, what)
                self.both(MarkProjection(name="rows", generation=generation, status=status))

    # -- what must hold -----------------------------------------------------------------------------------

    @invariant()
    def everything_reads_the_same(self):
        ours, reference = (self.look(reader) for reader in self.readers)
        assert ours == reference

    def look(self, reader: Any) -> dict[str, Any]:
        """Everything that the ports let see."""
        log = reader.read_log(0, 1000)
        streams = [reader.stream(name) for name in STREAMS]
        names = list(SUBSCRIPTIONS)
        seen: dict[str, Any] = {
            "head": reader.head(),
            "log": log,
            "streams": streams,
            "by stream": [reader.read_stream(name, after=1, limit=2) for name in STREAMS],
            "data": [reader.read_data(name, after=1, limit=2) for name in STREAMS],
            "by id": [reader.event(record.id) == record for record in log],
            "by position": [reader.event_at(position) for position in range(1, reader.head() + 2)],
            "snapshots": [reader.snapshot(name) for name in STREAMS],
            "topics": [reader.read_topic(name, lambda kind: kind == "kind.1", 0, 5) for name in TOPICS],
            "types": reader.read_types(lambda kind: kind != "kind.0", 2, 3),
            "subscriptions": [reader.subscription(name) for name in names],
            "due": [
                [(msg_free(row), message) for row, message in reader.due(name, self.clock.now(), 10)]
                for name in names
            ],
            "in order": [reader.in_order(name) for name in names],
            "due times": [reader.due_times(name) for name in names],
            "depths": [reader.depth(name) for name in names],
            "stand in rows": [reader.rows_from(name, 1, 6) for name in names],
            "copies": [reader.copies(name, 1, 6) for name in names],
            "backlogs": [reader.backlog("mail", known, 4) for known in self.known_readers(reader)],
            "before": [reader.position_before(self.clock.now() - back) for back in (0, 1000, 10**9)],
            "jobs": [reader.jobs(), reader.jobs(1), reader.jobs(status="running"), reader.job(1)],
            "handlers' rows": self.rows_of_handlers(reader),
            "busy": [
                reader.busy_keys(name, ("k0", "k1", "s"), dead_too=dead) for name in names for dead in (0, 1)
            ],
            "letters": [reader.letter(number) for number in range(1, 8)],
            "processes": [reader.process("p", key) for key in "xy"],
            "generations": reader.generations("rows"),
        }
        for state in seen["generations"]:
            seen[f"passed {state.generation}"] = reader.passed("rows", state.generation)
            seen[f"rows {state.generation}"] = [reader.row("rows", key, state.generation) for key in "abcd"]
            if state.live:
                seen["page"] = reader.rows("rows", where={"n": 1}, after="a", limit=2)
        return seen | lists(reader)

    def known_readers(self, reader: Any) -> list[list[str]]:
        return [[name] for name in SUBSCRIPTIONS if reader.subscription(name) is not None]

    def rows_of_handlers(self, reader: Any) -> Any:
        return [reader.row("sent", key) for key in "ab"] if reader.generations("sent") else None

    def teardown(self):
        self.file.close()
        shutil.rmtree(self.folder)


def msg_free(row: Any) -> Any:
    """A delivery without its number, which two stores may count differently."""
    return tuple(getattr(row, name) for name in row.__struct_fields__ if name != "number")


QUICK = settings(
    max_examples=10, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
THOROUGH = settings(QUICK, max_examples=500, stateful_step_count=60)


def test_A1_A10_I1_I4_I5_I9_histories_agree_with_the_reference_reopening_included():
    run_state_machine_as_test(Histories, settings=QUICK)


@pytest.mark.long
def test_A1_A10_I1_I4_I5_I9_many_long_histories_agree_with_the_reference():
    run_state_machine_as_test(Histories, settings=THOROUGH)

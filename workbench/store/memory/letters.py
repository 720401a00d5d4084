"""Dead letters, their replay and purge, and jobs over many of them, in memory (contract §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from workbench.errors import InvalidValue, NotFound
from workbench.model.dead_letter import TRANSITIONS, LetterAct, LetterStatus, allowed, outcome
from workbench.model.delivery_states import DeliveryState, Trigger, sources
from workbench.store.letter_jobs import Job, job_act
from workbench.store.letter_values import (
    advanced,
    copy_id,
    is_there,
    refuse_handled,
    refuse_stranger,
    sent,
    with_tries,
)
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import (
    AdvanceJob,
    ForgetLetters,
    ImportLetter,
    MarkLetters,
    NoteLetters,
    Operation,
    RecallReplays,
    ReplayLetter,
    RestoreLetters,
    StartJob,
)
from workbench.store.operator_actions import Kept, KeptNote, KeptPast, KeptReplay, past_of
from workbench.store.rules import detached
from workbench.store.stored_values import Attempt, DeadLetter, Delivery


def deliveries(tables: Tables, name: str) -> list[Delivery]:
    """Returns the rows of a subscription in message order."""
    if not tables.deliveries:  # as nearly always
        return []
    found = [row for row in tables.deliveries.values() if row.subscription == name]
    return sorted(found, key=lambda row: row.position) if len(found) > 1 else found


def promote(tables: Tables, name: str, key: str, *, past_dead: bool) -> None:
    """Lets the first delivery of a key go on if it is blocked, and none of its key is under way (I6).

    Args:
        past_dead: Whether dead ones are skipped over: they block nothing then (O2).
    """
    of_key = [row for row in deliveries(tables, name) if key and row.key == key]
    standing = [row for row in of_key if not past_dead or row.state is not DeliveryState.DEAD]
    if any(row.state not in (DeliveryState.DEAD, DeliveryState.BLOCKED) for row in of_key):
        return
    if standing and standing[0].state is DeliveryState.BLOCKED:
        state = DeliveryState.READY if standing[0].due_at is None else DeliveryState.DELAYED
        tables.deliveries.put(standing[0].number, replace(standing[0], state=state))


def promote_all(tables: Tables, name: str, *, past_dead: bool) -> None:
    """Lets the first of every key go on where nothing of its key is before it any more."""
    for key in {row.key for row in deliveries(tables, name) if row.state is DeliveryState.BLOCKED}:
        promote(tables, name, key, past_dead=past_dead)


def insert_letter(tables: Tables, letter: DeadLetter, *, parent: int | None) -> int:
    """Stores a new dead letter, with owner and note of the one before it (L4); returns its number."""
    number = tables.next("letter")
    if parent is not None and (noted := tables.notes.get(parent)) is not None:
        tables.notes.put(number, noted)
    tables.letters.put(number, replace(letter, number=number, parent=parent))
    return number


def replay_ended(tables: Tables, number: int | None, act: LetterAct, now: int) -> None:
    """Notes how the replay of a dead letter ended (L4)."""
    letter = tables.letters.get(number) if number is not None else None
    if letter is not None and (status := TRANSITIONS[act].get(letter.status)):
        tables.letters.put(letter.number, replace(letter, status=status, changed_at=now))


def set_tries(
    tables: Tables,
    number: int,
    tries: Sequence[Attempt],
    change: Callable[[Sequence[Attempt], Sequence[Attempt]], tuple[Attempt, ...]],
) -> tuple[Attempt, ...]:
    """Tells the tries of a replay at its letter, or no more there; returns those that are told there then."""
    letter = tables.letters[number]
    told = change(letter.attempts, tries)
    tables.letters.put(number, replace(letter, attempts=told))
    return told


def replay_letter(tables: Tables, op: ReplayLetter, now: int) -> bool:
    """Gives a dead letter back to the subscription that failed; False if it is no longer open (L8)."""
    if op.refused:
        raise InvalidValue(op.refused, path="")
    letter = tables.letters.get(op.number)
    if letter is None or letter.status not in allowed(LetterAct.REPLAY):
        return False
    if op.handled is not None and letter.subscription not in op.handled:
        raise detached(letter.subscription)
    if _elsewhere(tables, letter):
        return False
    tables.keep(op.act, now, (_before_replay(tables, letter),))
    edited = letter.edited if op.data is None else op.data
    tables.letters.put(
        op.number, replace(letter, status=outcome(LetterAct.REPLAY), changed_at=now, edited=edited)
    )
    _keep_past(tables, op.number, tables.changes.get(op.number) or (), now)
    tables.changes.drop(op.number)
    fresh: dict[str, Any] = {
        "enqueued_at": now,
        "expires_at": None,
        "acquired": 0,
        "failed": 0,
        "crashed": 0,
        "due_at": None,
        "attempts": (),
    }
    for row in tables.deliveries.values():
        if row.dead_letter == op.number and row.state is DeliveryState.DEAD:
            identity = row.message_id if op.data is None else copy_id(letter.message_id, op.data)
            again = replace(
                row,
                data=row.data if op.data is None else op.data,
                message_id=identity,
                generation=row.generation + 1,
                state=_replayed(tables, row.subscription, row.key, row.position),
                **fresh,
            )
            tables.deliveries.put(row.number, again)
            return True
    identity, data = sent(tables.letters[op.number], tables.message_at(letter.position, letter.topic))
    made = Delivery(
        number=tables.next("delivery"),
        subscription=letter.subscription,
        position=letter.position,
        message_id=identity,
        data=data,
        key=letter.key,
        generation=letter.generation + 1,
        dead_letter=op.number,
        state=_replayed(tables, letter.subscription, letter.key, letter.position),
        **fresh,
    )
    tables.deliveries.put(made.number, made)
    return True


def _before_replay(tables: Tables, letter: DeadLetter) -> KeptReplay:
    rows = [row for row in tables.deliveries.values() if row.dead_letter == letter.number]
    dead = next((row for row in rows if row.state is DeliveryState.DEAD), None)
    return KeptReplay(
        letter=letter.number,
        status=letter.status,
        changed_at=letter.changed_at,
        edited=letter.edited,
        changes=tables.changes.get(letter.number) or (),
        delivery=dead,
        generation=(dead or letter).generation + 1,
    )


def _replayed(tables: Tables, name: str, key: str, position: int) -> DeliveryState:
    """Returns what a replayed delivery comes to: blocked behind one of its key under way (I6)."""
    before = any(
        row.key == key
        and row.state is not DeliveryState.DEAD
        and (row.state is not DeliveryState.BLOCKED or row.position < position)
        for row in deliveries(tables, name)
    )
    return DeliveryState.BLOCKED if key and before else DeliveryState.READY


def recall_replays(tables: Tables, op: RecallReplays, now: int) -> int:
    """Takes replays back that are not done; their letters are open again (L4)."""
    rows = [
        row
        for row in deliveries(tables, op.subscription)
        if row.dead_letter is not None and row.state in sources(Trigger.RECALL)
    ]
    for row in rows:
        replay_ended(tables, row.dead_letter, LetterAct.SKIP, now)
        told = set_tries(tables, row.dead_letter or 0, row.attempts, with_tries)
        free = {"due_at": None, "lease_token": None, "lease_until": None, "lease_owner": None}
        dead = replace(row, state=DeliveryState.DEAD, attempts=told, **free)
        tables.deliveries.put(row.number, dead)
    return len(rows)


def mark_letters(tables: Tables, op: MarkLetters, now: int) -> int:
    """Changes the status of those that still have one of the expected ones; returns how many (L7, L8)."""
    changed = 0
    for number in op.numbers:
        letter = tables.letters.get(number)
        if letter is None or letter.status not in op.before:
            continue
        changed += 1
        changes = tables.changes.get(number) or ()
        tables.changes.put(number, (*changes, (op.act, letter.status, letter.changed_at)))
        tables.letters.put(number, replace(letter, status=LetterStatus(op.after), changed_at=now))
        if op.skip_on:
            _skip_on(tables, number)
    return changed


def _elsewhere(tables: Tables, letter: DeadLetter) -> bool:
    """Whether its message is delivered otherwise, as after a reset (L8)."""
    return any(
        row.position == letter.position and row.dead_letter != letter.number
        for row in deliveries(tables, letter.subscription)
    )


def _other_open(tables: Tables, letter: DeadLetter) -> bool:
    return any(
        (one.subscription, one.position) == (letter.subscription, letter.position)
        and one.number != letter.number
        and one.status is LetterStatus.OPEN
        for one in tables.letters.values()
    )


def restore_letters(tables: Tables, op: RestoreLetters, now: int) -> int:
    """Brings back what the last act on each letter changed, as it was (L9); returns how many."""
    restored = 0
    for number in op.numbers:
        letter, changes = tables.letters.get(number), tables.changes.get(number) or ()
        act, status, changed_at = changes[-1] if changes else ("", LetterStatus.OPEN, now)
        if letter is None or letter.status not in allowed(LetterAct.RESTORE):
            continue
        if _elsewhere(tables, letter) or _other_open(tables, letter):
            continue
        if op.act in ("", act):
            tables.letters.put(number, replace(letter, status=status, changed_at=changed_at))
            tables.changes.put(number, changes[:-1])
            _keep_past(tables, number, changes[-1:], now, undone=bool(op.act))
            tables.keep(op.by, now, (KeptPast(letter=number),))
            restored += 1
    return restored


def _keep_past(
    tables: Tables,
    letter: int,
    changes: Iterable[tuple[str, LetterStatus, int]],
    now: int,
    *,
    undone: bool = False,
) -> None:
    for act, *_ in changes:
        tables.keep(act, now, (KeptPast(letter=letter, undone=undone),))


def import_letter(tables: Tables, op: ImportLetter, _now: int) -> int:
    """Stores a letter from a file, without a delivery: its replay makes one; 0 where it is there already."""
    letter = op.letter
    known = tables.subscriptions.get(letter.subscription)
    if known is None:
        raise NotFound(f"there is no subscription {letter.subscription}")
    others = [
        (one.generation, one.status)
        for one in tables.letters.values()
        if (one.subscription, one.position) == (letter.subscription, letter.position)
    ]
    waits = any(row.position == letter.position for row in deliveries(tables, letter.subscription))
    there = is_there(letter, others, waits=waits)
    refuse_stranger(
        letter,
        tables.message_at(letter.position, letter.topic),
        head=tables.last("position"),
        topic=known.topic,
        cursor=letter.position if there else known.cursor,
    )
    if there:
        return 0
    made = [one.bytes for one in op.effects]
    followed = any(one in tables.event_ids or one in tables.message_ids for one in made)
    refuse_handled(letter, followed=followed)
    number = insert_letter(tables, letter, parent=None)
    if op.owner or op.note:
        tables.notes.put(number, (op.owner, op.note))
    return number


def note_letters(tables: Tables, op: NoteLetters, now: int) -> int:
    """Writes owner and note of those that are there; returns how many."""
    there = [number for number in op.numbers if number in tables.letters]
    for number in there:
        owner, note = tables.notes.get(number) or ("", "")
        new = (owner if op.owner is None else op.owner, note if op.note is None else op.note)
        tables.notes.put(number, new)
        tables.keep(op.act, now, (KeptNote(letter=number, before=(owner, note), after=new),))
    return len(there)


def _skip_on(tables: Tables, letter: int) -> None:
    for row in tables.deliveries.values():
        if row.dead_letter == letter:
            tables.deliveries.drop(row.number)
            promote(tables, row.subscription, row.key, past_dead=False)
            return


def forget_letters(tables: Tables, op: ForgetLetters, _now: int) -> int:
    """Removes letters that were purged before a time; what they blocked goes on (L7)."""
    gone = [
        letter.number
        for letter in tables.letters.values()
        if letter.status is outcome(LetterAct.PURGE) and letter.changed_at < op.before
    ]
    for number in gone:
        _skip_on(tables, number)
        tables.changes.drop(number)
        tables.notes.drop(number)
        tables.letters.drop(number)
    for act, kept in tables.replaced.items():
        tables.replaced.put(act, tuple(_what_stays(tables, kept, op.before)))
    return len(gone)


def _what_stays(tables: Tables, kept: Iterable[tuple[int, Kept]], before: int) -> Iterator[tuple[int, Kept]]:
    for at, one in kept:
        old = past_of(one, undone=False) if at < before and isinstance(one, KeptNote | KeptReplay) else one
        if old.letter in tables.letters if isinstance(old, KeptPast) else at >= before:
            yield at, old


def start_job(tables: Tables, op: StartJob, now: int) -> int:
    """Freezes the list of a bulk action (L5)."""
    number = tables.next("job")
    tables.jobs.put(number, replace(op.job, number=number, created_at=now, changed_at=now))
    return number


def advance_job(tables: Tables, op: AdvanceJob, now: int, run: Callable[[Operation], Any]) -> Job:
    """Does the next steps of a job, each for itself, and counts them (L5)."""
    job = tables.jobs.get(op.number)
    if job is None:
        raise NotFound(f"there is no job {op.number}")
    if job.step != op.step or job.status != op.before:
        return job
    moved = advanced(job, op, [run(one) for one in op.operations], now)
    tables.jobs.put(op.number, moved)
    for one in tables.actions.values():
        if one.act == job_act(op.number):
            tables.actions.put(one.number, replace(one, count=moved.done))
    if op.note is not None:
        run(op.note)
    return moved


RUN: Run = {
    ReplayLetter: replay_letter,
    RecallReplays: recall_replays,
    MarkLetters: mark_letters,
    RestoreLetters: restore_letters,
    ForgetLetters: forget_letters,
    ImportLetter: import_letter,
    NoteLetters: note_letters,
    StartJob: start_job,
}

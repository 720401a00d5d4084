"""Gathers what the store has of one correlation: bounded, a part at a time, and again where more has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import structs

from workbench.model.messaging import COMMANDS_TOPIC
from workbench.services.story.story_resets import Reset, resets

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.messaging import Message
    from workbench.store.operator_actions import LetterDeed
    from workbench.store.ports import Reader
    from workbench.store.stored_values import CommandRecord, DeadLetter, Delivery

MOST = 10_000
"""Events, and messages, of a story that are looked at."""
PAGE = 500
LONGEST = 4_000
"""Characters of a payload that are kept."""
LETTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFacts:
    """What is known of a correlation so far.

    Attributes:
        events: Its first `MOST` events, with the beginnings of their payloads.
        total: How many events it has in all.
        messages: Published ones, commands that the model issued among them.
        commands: How commands ended, by their ids.
        deliveries: Rows of messages and events that are not plain successes.
        acts: By dead letter, what operators did to it, as far as that is kept.
        resets: By subscription, what delivered messages again.
        letters_to: Number up to which dead letters were looked for.
        looked: Position up to which messages were looked for.
        head: The newest position when it was looked.
        cursors: Up to where each subscription has read.
        paused: Names of subscriptions that are paused.
        checkpoints: Up to where each read model has folded.
    """

    correlation: UUID
    events: tuple[RecordedEvent, ...] = ()
    total: int = 0
    messages: tuple[Message, ...] = ()
    commands: Mapping[UUID, CommandRecord] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()
    letters: tuple[DeadLetter, ...] = ()
    acts: Mapping[int, Sequence[LetterDeed]] = field(default_factory=dict)
    resets: Mapping[str, Sequence[Reset]] = field(default_factory=dict)
    letters_to: int = 0
    looked: int = -1
    head: int = 0
    cursors: Mapping[str, int] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()
    checkpoints: Mapping[str, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether all of the store was looked at."""
        return self.looked >= self.head

    def tells_as(self, other: StoryFacts) -> bool:
        """Whether both tell the same, where nothing of it waits for something."""
        return (
            self.complete == other.complete
            and self.total == other.total
            and len(self.messages) == len(other.messages)
            and self.commands.keys() == other.commands.keys()
            and self.deliveries == other.deliveries
            and self.letters == other.letters
            and self.acts == other.acts
            and self.resets == other.resets
        )

    @property
    def more(self) -> int:
        """How many events are not shown."""
        return max(0, self.total - len(self.events))


def begun(correlation: UUID) -> StoryFacts:
    """Returns what is known of a correlation before anything was read."""
    return StoryFacts(correlation=correlation)


def gathered(
    reader: Reader, before: StoryFacts, checkpoints: Mapping[str, int], cursors: Mapping[str, int]
) -> StoryFacts:
    """Reads what has come, and a part of what was not looked at yet; every read is short (C5).

    Args:
        before: What is known already.
        checkpoints: Of read models, by their names.
        cursors: Of the subscriptions that run: they are ahead of what is stored.
    """
    head, found = reader.head(), before
    found = replace(found, head=head, events=_events(reader, found))
    found = replace(found, total=max(len(found.events), reader.correlation_count(found.correlation)))
    found = _with_messages(reader, found)
    found = replace(found, commands=_commands(reader, found))
    new, read_to = reader.correlated_letters(found.correlation, found.letters_to)
    letters = [*(one.number for one in found.letters), *new][:LETTERS]
    states = reader.subscriptions()
    positions = {one.position for one in found.events} | {one.position for one in found.messages}
    return replace(
        found,
        messages=_as_they_are(reader, found),
        deliveries=tuple(reader.deliveries_at(positions)),
        letters=tuple(reversed(reader.letters_numbered(letters))),
        acts=reader.letter_acts(letters),
        resets=resets(reader),
        letters_to=read_to,
        cursors={state.name: state.cursor for state in states} | dict(cursors),
        paused=frozenset(state.name for state in states if state.paused),
        checkpoints=checkpoints,
    )


def _events(reader: Reader, found: StoryFacts) -> tuple[RecordedEvent, ...]:
    events = list(found.events)
    while len(events) < MOST:
        after = events[-1].position if events else 0
        page = reader.correlated(found.correlation, PAGE, after)
        events += [_short(event) for event in page]
        if len(page) < PAGE:
            break
    return tuple(events[:MOST])


def _short(event: RecordedEvent) -> RecordedEvent:
    return structs.replace(event, data=event.data[:LONGEST]) if len(event.data) > LONGEST else event


def _with_messages(reader: Reader, found: StoryFacts) -> StoryFacts:
    """Looks for messages in the next part of the log; behind all that it has where it was there before."""
    looked = found.looked if found.looked >= 0 else _first(reader, found) - 1
    if looked >= found.head or len(found.messages) >= MOST:
        return replace(found, looked=max(looked, found.head))
    page, upto = reader.correlated_messages(found.correlation, looked, PAGE)
    new = [structs.replace(one, data=one.data[:LONGEST]) for one in page]
    return replace(found, messages=(*found.messages, *new)[:MOST], looked=upto)


def _as_they_are(reader: Reader, found: StoryFacts) -> tuple[Message, ...]:
    """Reads again the commands that wait: one may have been withdrawn (K7)."""
    waits = (one for one in found.messages if one.topic == COMMANDS_TOPIC and one.id not in found.commands)
    again = {one.position: reader.message_named(one.id) or one for one in islice(waits, PAGE)}
    return tuple(again.get(one.position, one) for one in found.messages)


def _first(reader: Reader, found: StoryFacts) -> int:
    """Returns the position at which a correlation begins, as far as that is known."""
    message = reader.message_named(found.correlation)
    event = reader.event(found.correlation)
    known = [one.position for one in (message, event, *found.events[:1]) if one is not None]
    record = reader.commands_named([found.correlation])
    if not known and record:
        known = [max(1, reader.position_before(record[0].issued_at))]
    return min(known, default=1)


def _commands(reader: Reader, found: StoryFacts) -> dict[UUID, CommandRecord]:
    """Returns how commands ended; what has ended stays as it is."""
    wanted = {found.correlation} | {one.causation_id for one in found.events if one.causation_id is not None}
    wanted |= {one.id for one in found.messages if one.topic == COMMANDS_TOPIC}
    new = reader.commands_named(wanted - found.commands.keys())
    return dict(found.commands) | {one.command_id: one for one in new}

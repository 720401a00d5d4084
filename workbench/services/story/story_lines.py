"""Puts the facts of a correlation in the order of causes; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.model.command import CommandOutcome
from workbench.model.counts import counted
from workbench.model.dead_letter import LetterStatus
from workbench.model.delivery_states import DeliveryState
from workbench.model.event import RecordedEvent
from workbench.model.marks import appended_by
from workbench.model.messaging import COMMANDS_TOPIC, Message
from workbench.services.story.causes import actor_kinds, origin_words
from workbench.services.story.makers import maker_of
from workbench.services.story.story import LineState, StoryLine
from workbench.services.story.story_letters import history, letter_lines
from workbench.services.story.story_resets import again, with_resets
from workbench.services.story.story_things import Thing, ToldCommand, at_of, place_of, told_of, when
from workbench.services.story.story_words import (
    passes,
    planned,
    repaired,
    retry,
    standing,
    tries,
)
from workbench.store.letter_values import copy_id

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.story.story_facts import StoryFacts
    from workbench.store.stored_values import DeadLetter, Delivery

MOST_LINES = 20_000


@dataclass(frozen=True, kw_only=True)
class StoryLines:
    """The facts of one correlation, joined by their causes."""

    facts: StoryFacts
    registry: Registry
    rows: Mapping[tuple[str, int], Sequence[tuple[Any, str]]] = field(default_factory=dict)

    # -- what belongs together ----------------------------------------------------------------------------

    @cached_property
    def _commands(self) -> dict[UUID, ToldCommand]:
        found = {
            one.id: ToldCommand(id=one.id, message=one, record=self.facts.commands.get(one.id))
            for one in self.facts.messages
            if one.topic == COMMANDS_TOPIC
        }
        alone = (one for key, one in self.facts.commands.items() if key not in found)
        return found | {
            one.command_id: ToldCommand(id=one.command_id, message=None, record=one) for one in alone
        }

    @cached_property
    def _effects(self) -> dict[UUID | None, list[ToldCommand | Thing]]:
        """What follows from what, by the id of the cause, in order of time."""
        published = (one for one in self.facts.messages if one.topic != COMMANDS_TOPIC)
        found: dict[UUID | None, list[Any]] = defaultdict(list)
        for command in self._commands.values():
            found[command.cause].append(command)
        things: Iterable[Thing] = chain(self.facts.events, published)
        for thing in things:
            found[thing.causation_id].append(thing)
        for effects in found.values():
            effects.sort(key=when)
        return found

    @cached_property
    def _known(self) -> set[UUID]:
        events, messages = self.facts.events, self.facts.messages
        return {*(one.id for one in events), *(one.id for one in messages), *self._commands}

    @cached_property
    def _rows(self) -> dict[tuple[str, int], Delivery]:
        return {(row.subscription, row.position): row for row in self.facts.deliveries}

    @cached_property
    def _deaths(self) -> Mapping[tuple[str, int], list[DeadLetter]]:
        """The letters of each delivery, the oldest first: a replay that failed again made another (L4)."""
        found: dict[tuple[str, int], list[DeadLetter]] = defaultdict(list)
        for one in self.facts.letters:
            found[one.subscription, one.position].append(one)
        return dict(found)

    @cached_property
    def _letters(self) -> dict[tuple[str, int], DeadLetter]:
        return {place: letters[-1] for place, letters in self._deaths.items()}

    def put_away(self) -> dict[str, int]:
        """Returns how many deliveries ended by hand: with a letter that is archived, or purged."""
        found = Counter(letter.status for letter in self._letters.values())
        away = (LetterStatus.ARCHIVED, LetterStatus.PURGED)
        return {status.value: found[status] for status in away if found[status]}

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        return actor_kinds(self.registry)

    @cached_property
    def _copies(self) -> dict[UUID, tuple[str, int]]:
        """What edited copies of dead letters are named, which stand in no log; their letters' places (L6)."""
        all_things: Iterable[Thing] = chain(self.facts.events, self.facts.messages)
        things = {one.position: one for one in all_things}
        return {
            copy_id(letter.message_id, letter.edited): (name, position)
            for (name, position), letters in self._deaths.items()
            if position in things and name in self._consumers(things[position])
            for letter in letters
            if letter.edited is not None
        }

    # -- lines --------------------------------------------------------------------------------------------

    def lines(self) -> list[StoryLine]:
        """Returns all lines, causes before what follows from them."""
        inner = self._known | self._copies.keys()
        begun = [one for cause, found in self._effects.items() if cause not in inner for one in found]
        begun.sort(key=when)
        found: list[StoryLine] = []
        stack = [self._first(one) for one in reversed(begun)]
        while stack and len(found) < MOST_LINES:
            line, effects = stack.pop()
            found.append(line)
            stack += reversed(list(effects))
        return found

    def _first(self, one: ToldCommand | Thing) -> tuple[StoryLine, Iterable[Any]]:
        if isinstance(one, ToldCommand):
            return self._command(one, 0, None)
        by = appended_by(one.metadata)
        return self._appended(one, 0, None, by[0] if by else "from outside")

    def _command(self, one: ToldCommand, depth: int, cause: Thing | None) -> tuple[StoryLine, Iterable[Any]]:
        """Tells of a command: what it came to, and how long it waited."""
        record, message, after = one.record, one.message, self._effects.get(one.id, [])
        events = [event for event in after if not isinstance(event, ToldCommand)]
        row = self._rows.get((COMMANDS_TOPIC, message.position)) if message else None
        deaths = self._deaths.get((COMMANDS_TOPIC, message.position), []) if message else []
        letter = deaths[-1] if deaths else None
        state, said = self._outcome(one, row, deaths)
        last = max((at_of(event) for event in events), default=0)
        done = last or (record.issued_at + record.duration_us if record else None)
        if message is not None and message.withdrawn:
            done = message.published_at
        line = StoryLine(
            key=f"command:{one.id}",
            depth=depth,
            actor=origin_words(one.origin),
            actor_kind=self._kinds.get(one.origin, "person"),
            command=one.name,
            issued=message.position if message else 0,
            issued_at=one.at,
            data=record.data if record else message.data if message else "",
            stream=record.stream if record else message.key if message else "",
            told=tuple(map(told_of, events)),
            said=said,
            state=state,
            begun=at_of(cause) if cause is not None else one.at,
            ended=done if state is not LineState.WAITS else None,
            waits=planned(message, record, self._looked_at(row)),
            cause=cause.position if cause is not None else 0,
            letter=letter.number if letter is not None else 0,
            **tries(row, letter, deaths),
        )
        below = ((one, ()) for one in history(line, deaths, self.facts.acts))
        then = self._after(line, events, [one for one in after if isinstance(one, ToldCommand)])
        return line, chain(below, then)

    def _looked_at(self, row: Delivery | None) -> int:
        return row.due_at or 0 if row is not None and row.state is DeliveryState.DELAYED else 0

    def _outcome(
        self, one: ToldCommand, row: Delivery | None, deaths: Sequence[DeadLetter]
    ) -> tuple[LineState, str]:
        record, message, letter = one.record, one.message, deaths[-1] if deaths else None
        if record is not None and record.outcome == CommandOutcome.ACCEPTED:
            times = counted(record.attempts, "try", "tries")
            decided = f"decided in {times} after conflicts" if record.attempts > 1 else ""
            none = "" if record.first_position else "nothing to do"
            return LineState.ENDED, "; ".join(filter(None, (decided or none, repaired(letter))))
        if record is not None and (letter is None or letter.status != "open"):
            return LineState.REFUSED, f"{record.outcome}: {record.message}"
        if message is not None and message.withdrawn:
            return LineState.ENDED, "withdrawn before it was due"
        return standing(row, letter, deaths) or (LineState.WAITS, "waits to be handled")

    def _appended(
        self, thing: Thing, depth: int, cause: Thing | None, actor: str
    ) -> tuple[StoryLine, Iterable[Any]]:
        """Tells of an event or message that no command made: a handler did, or it came from outside."""
        event, by = not isinstance(thing, Message), appended_by(thing.metadata)
        said = "appended" if event else f"published to {place_of(thing)}"
        line = StoryLine(
            key=f"{'event' if event else 'message'}:{thing.position}",
            depth=depth,
            actor=actor or "a handler",
            actor_kind="person" if by else self._kinds.get(actor, "external"),
            told=(told_of(thing),),
            said=f"appended by hand: {by[1]}" if by else said,
            begun=at_of(cause) if cause is not None else at_of(thing),
            ended=at_of(thing),
            waits=planned(thing, None, 0) if isinstance(thing, Message) else None,
            cause=cause.position if cause is not None else 0,
        )
        return line, self._after(line, [thing], [])

    def _after(
        self, line: StoryLine, things: Sequence[Thing], answers: Sequence[ToldCommand]
    ) -> Iterator[tuple[StoryLine, Iterable[Any]]]:
        """Yields what follows from a line: read models first, then what acted on its events."""
        depth = line.depth + 1
        for command in answers:  # what follows from a refusal (K6)
            yield self._command(command, depth, None)
        for thing in things:
            yield from self._projected(thing, depth)
            yield from self._consumed(thing, depth)

    # -- read models --------------------------------------------------------------------------------------

    def _projected(self, thing: Thing, depth: int) -> Iterator[tuple[StoryLine, Iterable[Any]]]:
        if isinstance(thing, Message):
            return
        for one in self.registry.projections.values():
            if thing.type in one.handlers():
                for line in self._rows_of(one.name, thing, depth):
                    yield line, ()

    def _rows_of(self, name: str, event: RecordedEvent, depth: int) -> Iterator[StoryLine]:
        behind = self.facts.checkpoints.get(name, 0) < event.position
        changes = self.rows.get((name, event.position), ((None, ""),))
        for key, said in changes:
            yield StoryLine(
                key=f"row:{name}@{event.position}" + (f":{key}" if len(changes) > 1 else ""),
                depth=depth,
                actor=name,
                actor_kind="projection",
                said="has not folded it yet" if behind else said,
                state=LineState.WAITS if behind else LineState.ENDED,
                begun=event.recorded_at,
                ended=None,
                cause=event.position,
                row=key,
            )

    # -- subscriptions, policies, processes ---------------------------------------------------------------

    def _consumed(self, thing: Thing, depth: int) -> Iterator[tuple[StoryLine, Iterable[Any]]]:
        """Yields what acted on an event or message: who died of it below, with what came of a repair."""
        names, made = list(self._consumers(thing)), defaultdict[str, list[ToldCommand | Thing]](list)
        for one in self._effects.get(thing.id, []):
            maker = one.origin if isinstance(one, ToldCommand) else maker_of(self.registry, one, thing)
            made[maker].append(one)
            if maker not in names or (maker, thing.position) not in self._deaths:
                yield self._made(one, depth, thing, maker)
        for name in names:
            deaths = self._deaths.get((name, thing.position), ())
            found = again(self.facts.resets.get(name, ()), thing.position, deaths)
            plain = name in made and not self._unsettled(name, thing)
            told = () if plain else self._delivered(name, thing, depth, made[name])
            yield from with_resets(told, found, self._delivery(name, thing, depth), first=not plain)

    def _made(
        self, one: ToldCommand | Thing, depth: int, thing: Thing, maker: str, begun: int = 0
    ) -> tuple[StoryLine, Iterable[Any]]:
        """Tells of what something made of an event or message, which it had, or had again, at a time."""
        if isinstance(one, ToldCommand):
            line, then = self._command(one, depth, thing)
        else:
            line, then = self._appended(one, depth, thing, maker)
        return (replace(line, begun=begun) if begun else line), then

    def _delivered(
        self, name: str, thing: Thing, depth: int, made: Sequence[ToldCommand | Thing]
    ) -> Iterator[tuple[StoryLine, Iterable[Any]]]:
        """Yields deaths, acts and how a delivery stands; what a handler made at last stands below that.

        What it made before a death, as before a reset, stands before it.

        Args:
            made: What its handler made of the message itself.
        """
        place, outcome = (name, thing.position), self._delivery(name, thing, depth)
        deaths = self._deaths.get(place, [])
        copies = [cause for cause, of in self._copies.items() if of == place]
        rest = [*(made if deaths else ()), *chain.from_iterable(self._effects[copy] for copy in copies)]
        rest.sort(key=when)
        begun = outcome.begun
        for line in letter_lines(outcome, deaths, self.facts.acts):
            if line.key == outcome.key and line.state is LineState.ENDED:
                below, rest, begun = rest, [], line.begun
                yield line, [self._made(one, depth + 1, thing, name, begun) for one in below]
                continue
            while rest and (line.ended is None or when(rest[0]) < line.ended):
                yield self._made(rest.pop(0), depth, thing, name, begun)
            begun = line.begun
            yield line, ()
        yield from (self._made(one, depth, thing, name, begun) for one in rest)

    def _unsettled(self, name: str, thing: Thing) -> bool:
        return (name, thing.position) in self._rows or (name, thing.position) in self._letters

    def _consumers(self, thing: Thing) -> Iterator[str]:
        """Yields what gets an event or message, without those whose filter leaves it out."""
        message = thing if isinstance(thing, Message) else None
        if message is None:
            yield from (one.name for one in self.registry.reactors.values() if thing.type in one.events)
        topics = {place_of(thing)} if message else self.registry.routing.topics_of(thing.type)
        for one in self.registry.subscriptions.values():
            if one.topic in topics and (not one.types or thing.type in one.types) and passes(one, thing):
                yield one.name

    def _delivery(self, name: str, thing: Thing, depth: int) -> StoryLine:
        """Tells of a subscription that got something, or did not yet, and made nothing of it."""
        row, deaths = self._rows.get((name, thing.position)), self._deaths.get((name, thing.position), [])
        letter = deaths[-1] if deaths else None
        found = standing(row, letter, deaths)
        if found is None and self.facts.cursors.get(name, 0) < thing.position:
            paused = name in self.facts.paused
            found = LineState.WAITS, "is paused and has not got it" if paused else "has not got it yet"
        nothing = "handled it" if name in self.registry.subscriptions else "nothing followed"
        state, said = found or (LineState.ENDED, nothing)
        is_open = state is LineState.DEAD
        settled = letter is not None and state is not LineState.WAITS
        return StoryLine(
            key=f"{name}@{thing.position}",
            depth=depth,
            actor=name,
            actor_kind=self._kinds.get(name, "subscription"),
            said=said,
            state=state,
            begun=at_of(thing),
            ended=(letter.died_at if is_open else letter.changed_at)
            if letter is not None and settled
            else None,
            waits=retry(row),
            cause=thing.position,
            letter=letter.number if letter is not None else 0,
            **tries(row, letter if is_open else None, deaths),
        )

"""What happened in a store, counted in the words of a model: issued, emitted, refused, and what followed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING

from workbench.model.command import CommandOutcome
from workbench.model.dead_letter import LetterStatus
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.registry import Registry
from workbench.model.scenario import Deed
from workbench.store.deed_port import CommandDeed, MessageDeed
from workbench.store.paging import PAGE, Step
from workbench.store.ports import Reader

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

ANYTHING = "*"
"""The cause of every reaction, besides its own."""
ON_TOPIC = "on {}"
"""The cause of what followed from a message that was published in a topic, besides its type."""
ISSUES, PUBLISHES, WITHDRAWS = "issues", "publishes", "withdraws"
FAILING = frozenset({"fails", "rejects"})
_HOLE = re.compile("‹[^›]*›")


class LogDeeds:
    """Counts what a store holds; asked again it goes on where it ended.

    Args:
        after: Position behind which events and messages count.
    """

    def __init__(self, registry: Registry, after: int = 0) -> None:
        self._registry = registry
        self._counts: Counter[Deed] = Counter()
        self._published: Counter[Deed] = Counter()
        self._failures: Counter[Deed] = Counter()
        self._topics: dict[str, set[str]] = {}
        self._command, self._event, self._message = 0, after, after

    @property
    def upto(self) -> int:
        """The position up to which it looked."""
        return min(self._event, self._message)

    def times(self) -> Mapping[Deed, int]:
        """Returns how often each happened.

        A command that was issued is there as the command that was handled, and, until retention takes it, as
        the message that asked for it; it counts once. What a handler raised before it succeeded leaves none.
        """
        return (self._counts | self._published) + self._failures

    def read(self, reader: Reader, step: Step = lambda _done, _of: True) -> LogDeeds:
        """Counts what it has not seen yet, in short reads; takes time: call it in a thread."""
        head = reader.head()
        while self.upto < head and step(self.upto, head) is not False:
            events, self._event = reader.event_deeds(self._event)
            for event in events:
                self._counts["read", event.type] += event.times
                if event.command:
                    self._counts["event", event.command, event.type] += event.times
            messages, self._message = reader.message_deeds(self._message)
            for message in messages:
                self._topics.setdefault(message.type, set()).add(message.topic)
            for message in messages:
                self._publish(message)
        before = -1
        while before < self._command and step(self.upto, head) is not False:
            before = self._command
            commands, self._command = reader.command_deeds(before)
            for command in commands:
                self._issue(command)
        self._failures = Counter()
        for handler in self._failing():
            self.fail(handler, _errors(reader, self._registry, handler))
        return self

    def fail(self, handler: str, errors: Iterable[str]) -> None:
        """Counts what a handler raised, by the rules of which it is."""
        rules = self._failing().get(handler, ())
        found = ((rule, error) for error in errors for rule in rules)
        self._failures.update(("failure", handler, rule) for rule, error in found if fits_reason(rule, error))

    def _issue(self, one: CommandDeed) -> None:
        self._counts["command", one.type] += one.times
        if one.outcome == CommandOutcome.REJECTED:
            self._counts["refused", one.type] += one.times
            for rule in self._registry.rules_of(f"command:{one.type}"):
                if rule.verb == "refuses" and fits_reason(rule.words, one.message):
                    self._counts["refusal", one.type, rule.words] += one.times
        if one.origin in self._registry.reactors or one.origin in self._registry.subscriptions:
            self._react(self._counts, one.origin, ISSUES, one.type, one.cause, one.times)

    def _publish(self, one: MessageDeed) -> None:
        if one.topic != COMMANDS_TOPIC:
            self._published["published", one.topic] += one.times
            for cause in (one.cause, *map(ON_TOPIC.format, self._topics.get(one.cause, ()))):
                self._published["reaction", "", PUBLISHES, one.topic, cause] += one.times
            return
        self._react(self._published, one.origin, ISSUES, one.type, one.cause, one.times)
        if one.withdrawn_on:
            self._react(self._published, one.origin, WITHDRAWS, one.type, one.withdrawn_on, one.times)

    @staticmethod
    def _react(into: Counter[Deed], who: str, verb: str, name: str, cause: str, times: int) -> None:
        for one in (cause, ANYTHING):
            into["reaction", who, verb, name, one] += times

    def _failing(self) -> dict[str, tuple[str, ...]]:
        """Returns why handlers fail or reject, by their names."""
        found = {
            name: tuple(
                one.words for one in self._registry.rules_of(f"handler:{name}") if one.verb in FAILING
            )
            for name in self._registry.handlers
        }
        return {name: rules for name, rules in found.items() if rules}


class StoreDeeds:
    """Counts what the store of a world holds, in the words of the model that runs."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world
        self._known: tuple[Registry, LogDeeds] | None = None

    def read(self, step: Step = lambda _done, _of: True) -> LogDeeds:
        """Counts what came since it was asked last, by a reader of its own; call it in a thread."""
        registry = self._world.registry
        if self._known is None or self._known[0] is not registry:
            self._known = registry, LogDeeds(registry)
        with closing(self._world.store.reader()) as reader:
            return self._known[1].read(reader, step)


def _errors(reader: Reader, registry: Registry, handler: str) -> Iterator[str]:
    """Yields what the deliveries to a handler died of, and what failed of those that wait for a retry."""
    names = {name for name, one in registry.subscriptions.items() if one.handler == handler}
    numbers = reader.letter_numbers(tuple(LetterStatus)) if names else ()
    for first in range(0, len(numbers), PAGE):
        lines = reader.letters_listed(numbers[first : first + PAGE])
        yield from (one.error for one in lines if one.subscription in names)
    for name in names:
        yield from (one.error for row in reader.deliveries(name) for one in row.attempts)


def fits_reason(rule: str, message: str) -> bool:
    """Whether what was said is of a rule.

    Args:
        rule: Its words: ``when CONDITION: MESSAGE``, what stands between ‹ and › may be anything.
    """
    return bool(message) and any(one.fullmatch(message) for one in _templates(rule))


@lru_cache(maxsize=1024)
def _templates(rule: str) -> tuple[re.Pattern[str], ...]:
    begins = (found.end() for found in re.finditer(": ", rule))
    return tuple(re.compile(_any_hole(rule[at:]), re.DOTALL) for at in begins)


def _any_hole(template: str) -> str:
    return ".*".join(map(re.escape, _HOLE.split(template)))

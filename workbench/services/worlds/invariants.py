"""Watches whether invariants hold, commit by commit: only what a commit may have changed is asked again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workbench.errors import WorkbenchError
from workbench.model.dead_letter import LetterStatus
from workbench.model.error_text import error_text
from workbench.model.event import RecordedEvent
from workbench.model.invariant import Invariant, InvariantQuestion, Subject
from workbench.model.json_values import write_json
from workbench.model.registry import Registry
from workbench.model.secrets import MASK, is_secret, masked, without_secrets
from workbench.project.declared.value_classes import as_json
from workbench.services.worlds.log_facts import ROW, STATE, Fact, LogFacts
from workbench.store.ports import Reader

ALWAYS, EVENTUALLY, NEVER_DEAD_LETTER = "always", "eventually", "never_dead_letter"
_LONGEST = 200
"""Characters of a value that are told."""
_MOST_LETTERS = 100
_WHOLE = ""
"""What is asked where an invariant is neither of streams nor of rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenInvariant:
    """An invariant that does not hold.

    Attributes:
        kind: ``always``, ``eventually`` or ``never_dead_letter``.
        words: A sentence, with the values that the condition is made of; secrets are masked.
        stream: The stream of which it was asked, or that of the last event.
        position: Of the last event of the commit behind which it did not hold; of a dead letter, its message.
        key: Of the row of which it was asked.
        values: The parts of the condition and what they are.
    """

    invariant: str
    kind: str
    words: str
    stream: str = ""
    position: int = 0
    key: Any = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Standing:
    """One condition of an invariant, and how it stands with each of its subjects.

    Attributes:
        own: What the facts about its subjects begin with.
        open: Subjects to ask, as something at which they look has changed.
        watching: The subjects that looked at a fact.
        broken: Those for which it does not hold, with what was told.
    """

    invariant: Invariant
    kind: str
    question: InvariantQuestion
    own: Fact
    open: dict[Any, None] = field(default_factory=dict)
    watching: dict[Fact, dict[Any, None]] = field(default_factory=dict)
    broken: dict[Any, BrokenInvariant] = field(default_factory=dict)

    def note(self, changed: Iterable[Fact]) -> None:
        """Notes which facts have changed."""
        watching, own = self.watching, self.own
        for fact in changed:
            if fact[:2] == own and len(fact) == 3:
                self.open[fact[2]] = None
            if fact in watching:
                self.open.update(watching[fact])


class InvariantWatch:
    """Is fed with the commits of a log from its beginning, and says which invariants they break.

    Making one costs little; it holds as much as the log has of what the conditions look at.

    Args:
        invariants: By default all of the model.

    Example:
        ```python
        watch = InvariantWatch(registry)
        for events in commits:
            broken += watch.after(events)
        broken += watch.at_rest(reader)
        ```
    """

    def __init__(self, registry: Registry, invariants: Iterable[Invariant] | None = None) -> None:
        self._invariants = list(registry.invariants.values() if invariants is None else invariants)
        self._standings = [
            _Standing(invariant=one, kind=kind, question=question, own=_own(one))
            for one in self._invariants
            for kind, question in ((ALWAYS, one.always), (EVENTUALLY, one.eventually))
            if question is not None
        ]
        for one in self._standings:
            if not one.invariant.of and not one.invariant.rows:
                one.open[_WHOLE] = None
        self._facts = LogFacts(
            registry,
            (one.question for one in self._standings),
            states={one.invariant.of for one in self._standings} - {""},
            projections={one.invariant.rows for one in self._standings} - {""},
        )
        self._last: RecordedEvent | None = None

    @property
    def wanted(self) -> frozenset[str]:
        """Types of the events that matter; others need not be given."""
        return self._facts.wanted

    def after(self, events: Sequence[RecordedEvent]) -> list[BrokenInvariant]:
        """Takes the events of one commit, in order; returns what holds no more behind it."""
        self._take(events)
        return [
            one for standing in self._standings if standing.kind == ALWAYS for one in self._asked(standing)
        ]

    def at_rest(self, reader: Reader, expected: Collection[int] = ()) -> list[BrokenInvariant]:
        """Returns what does not hold although nothing is left to do: conditions, and dead letters.

        Args:
            reader: Of the store that had the commits; it is asked for open dead letters alone.
            expected: The numbers of dead letters that are as they should be.
        """
        found: list[BrokenInvariant] = []
        for standing in self._standings:
            if standing.kind == EVENTUALLY:
                self._asked(standing)
                found += standing.broken.values()
        return [*found, *self._dead(reader, expected)]

    @property
    def broken(self) -> list[BrokenInvariant]:
        """What does not hold now, as far as it was asked: each as it was told when it broke."""
        return [one for standing in self._standings for one in standing.broken.values()]

    def before(self, broken: BrokenInvariant) -> tuple[Mapping[str, str], Any, Any]:
        """Takes the last commit back; returns what the parts of a condition that it broke were before.

        Returns:
            These; and state or row, as plain values without secrets, before and behind the commit; None where
            there was none, or where it is asked of neither.
        """
        standing = next(one for one in self._standings if broken in one.broken.values())
        subject = next(name for name, one in standing.broken.items() if one == broken)
        after = self._value(standing, subject)
        self._facts.take_back()
        asked = self._subject(standing.invariant, subject)
        values = {} if asked is None else dict(_values(standing.question, asked))
        return values, self._value(standing, subject), after

    def _value(self, standing: _Standing, subject: Any) -> Any:
        asked = self._subject(standing.invariant, subject)
        if asked is None or asked.value is None:
            return None
        rows, value = standing.invariant.rows, asked.value
        return masked(as_json(self._facts.told_row(rows, value) if rows else value))

    def _take(self, events: Sequence[RecordedEvent]) -> None:
        changed = self._facts.take(events)
        if events:
            self._last = events[-1]
        for standing in self._standings:
            standing.note(changed)

    def _asked(self, standing: _Standing) -> list[BrokenInvariant]:
        """Asks of all subjects that something has changed for; returns for which it holds no more."""
        found: list[BrokenInvariant] = []
        subjects, standing.open = standing.open, {}
        for subject in subjects:
            said = self._said(standing, subject)
            if said is None:
                standing.broken.pop(subject, None)
            elif subject not in standing.broken:
                standing.broken[subject] = said
                found.append(said)
        return found

    def _said(self, standing: _Standing, subject: Any) -> BrokenInvariant | None:
        """Returns what is wrong with a subject; None where all is well, or it is no more."""
        facts, question = self._facts, standing.question
        looked: dict[Fact, None] = {}
        try:
            asked = self._subject(standing.invariant, subject)
            facts.asked = looked
            holds = True if asked is None else question.ask(asked)
            if holds is True:
                return None
            values = {} if asked is None else dict(_values(question, asked))
            why = "" if holds is False else "it is neither true nor false"
        except Exception as error:  # noqa: BLE001  # no value, or a fold that failed: it does not hold then
            values, why = {}, f"it cannot be asked: {_reason(error)}"
        finally:
            facts.asked = None
            for fact in looked:
                standing.watching.setdefault(fact, {})[subject] = None
        return self._told(standing, subject, values, why)

    def _subject(self, invariant: Invariant, subject: Any) -> Subject | None:
        if invariant.of:
            state, version = self._facts.folded(invariant.of, subject)
            return Subject(self._facts, subject, version, state)
        if invariant.rows:
            row = self._facts.row(invariant.rows, subject)
            return None if row is None else Subject(self._facts, value=row)
        return Subject(self._facts)

    def _told(
        self, standing: _Standing, subject: Any, values: Mapping[str, str], why: str
    ) -> BrokenInvariant:
        one = standing.invariant
        stream = self._last.stream if self._last is not None else ""
        about = ""
        if one.of:
            stream = about = f"{one.of}-{subject}"
        elif one.rows:
            about = f"row {subject} of {one.rows}"
        facts = why or ", ".join(f"{part} is {value}" for part, value in values.items())
        said = f"{one.name} does not hold{f' for {about}' if about else ''}"
        return BrokenInvariant(
            invariant=one.name,
            kind=standing.kind,
            words=f"{said}: {facts or standing.question.text}",
            stream=stream,
            position=self._last.position if self._last is not None else 0,
            key=subject if one.rows else None,
            values=values,
        )

    def _dead(self, reader: Reader, expected: Collection[int]) -> Iterator[BrokenInvariant]:
        watched = [one for one in self._invariants if one.never_dead_letter]
        if not watched:
            return
        letters = reader.letters(statuses=(LetterStatus.OPEN.value,), limit=_MOST_LETTERS)
        for one in watched:
            for letter in reversed(letters):
                if letter.number in expected or not one.forbids_letter(letter.subscription):
                    continue
                said = f"{letter.subscription} has a dead letter: {letter.type} {letter.key}".rstrip()
                why = without_secrets(letter.error, letter.data) or letter.reason.value
                yield BrokenInvariant(
                    invariant=one.name,
                    kind=NEVER_DEAD_LETTER,
                    words=f"{one.name} does not hold: {said} ({why})",
                    stream=letter.key,
                    position=letter.position,
                )


def _own(invariant: Invariant) -> Fact:
    return (STATE, invariant.of) if invariant.of else (ROW, invariant.rows) if invariant.rows else ()


def commits(events: Iterable[RecordedEvent]) -> Iterator[list[RecordedEvent]]:
    """Yields events as they were committed: those that were stored at once for one cause belong together.

    The store keeps no commits: what one command, or one delivery, appended has one cause and one time.
    """
    together: list[RecordedEvent] = []
    for event in events:
        if together and _cause(event) != _cause(together[-1]):
            yield together
            together = []
        together.append(event)
    if together:
        yield together


def _cause(event: RecordedEvent) -> tuple[object, ...]:
    return event.recorded_at, event.correlation_bytes, event.causation_bytes


def _reason(error: BaseException) -> str:
    return error.message if isinstance(error, WorkbenchError) else error_text(error)


def _values(question: InvariantQuestion, subject: Subject) -> Iterator[tuple[str, str]]:
    for part, get in question.parts().items():
        try:
            yield part, _shown(part, get(subject))
        except Exception:  # noqa: BLE001, S112  # a part that was not needed may have no value
            continue


def _shown(part: str, value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    if is_secret(part.rpartition(".")[2]) and value is not None:
        return MASK
    said = write_json(masked(as_json(value)))
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"

"""Scenarios as values: what had happened, what is done, what must follow; and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workbench.model.calendar_spans import Calendar
from workbench.model.clock import rfc3339
from workbench.model.fault import FaultRule

Deed = tuple[str, ...]
"""What happened: ``("command", NAME)`` was issued, ``("event", COMMAND, EVENT)`` came of it, ``("refused",
COMMAND)`` or ``("refusal", COMMAND, RULE)`` as the model words the reason, ``("failure", HANDLER, RULE)``,
``("reaction", WHO, VERB, NAME, CAUSE)``; ``("read", EVENT)`` and ``("published", TOPIC)`` came to readers."""
Facts = Mapping[str, Any]
"""What is said of one thing, as a scenario's file says it: ``{"event": …, "stream": …, "data": {…}}``.

The first key is the thing's kind and its value the thing's name; the others are further facts.
"""


def moment(microseconds: int) -> str:
    """Writes a time as scenarios do: RFC 3339 in UTC, a second's fraction only where there is one."""
    return rfc3339(microseconds).replace(".000000Z", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """Where something is written; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """An event that a scenario says to have happened, or to happen.

    Attributes:
        version: Of the schema in which the data is written.
        at: When it happened, microseconds since 1970; None for the scenario's own time.
    """

    type: str
    stream: str
    data: Mapping[str, Any]
    version: int
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCommand:
    """A command that a scenario issues.

    Attributes:
        expected: The version that its sender saw; None accepts any.
    """

    command: str
    data: Mapping[str, Any]
    expected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The dead letters of a subscription are given back to it."""

    subscription: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneDelivery:
    """The next delivery to one consumer is made, and nothing else; no other one moves by itself meanwhile.

    Attributes:
        to: A subscription, policy or process; the command that is handled; a read model, which takes its next
            event.
        message: Type of what is to be delivered; empty for whatever comes next.
        crash: The program ends between what the handler did and its ack, and begins again.
        again: What it got last is delivered once more.
        fails: Whether the stand-in that draws that fails; None for as it is drawn.
    """

    to: str
    message: str = ""
    crash: bool = False
    again: bool = False
    fails: bool | None = None


ScenarioAct = IssuedCommand | Occurrence | Replay | OneDelivery | FaultRule
"""What a step does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioStep:
    """One thing that is done.

    Attributes:
        after: How much of the scenario's time passes before it: seconds, or units of the calendar.
        at: When it is done instead, microseconds since 1970.
        act: What is done; None only lets the time pass.
        place: Where it is written, if it is in a file.
    """

    after: float | Calendar = 0.0
    at: int | None = None
    act: ScenarioAct | None = None
    place: FilePlace | None = field(default=None, compare=False)


class FactKind(StrEnum):
    """What an expectation is about; the word that its form begins with."""

    EVENT = "event"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    FAILED = "failed"
    ROW = "row"
    ROWS = "rows"
    QUERY = "query"
    MESSAGE = "message"
    COMMAND = "command"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One thing that must follow, or must not.

    Attributes:
        facts: What is said of it; what is not said may be as it likes.
        exact: Its data is said completely.
        wanted: False where nothing may follow.
    """

    kind: FactKind
    facts: Facts
    place: FilePlace
    exact: bool = False
    wanted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story with its end: given these events, when this is done, then that follows.

    Attributes:
        name: A sentence.
        now: When it begins, microseconds since 1970; None for the default.
        no_other_events: Every event that follows is listed.
        invariants: Of the model that it was read with; they must hold in every scenario.
    """

    name: str
    place: FilePlace
    given: tuple[Occurrence, ...] = ()
    when: tuple[ScenarioStep, ...] = ()
    then: tuple[Expected, ...] = ()
    now: int | None = None
    no_other_events: bool = False
    invariants: tuple[str, ...] = field(default=(), compare=False)

    @property
    def asserts_nothing(self) -> bool:
        """Whether nothing is said of what must follow, so that it passes unless something goes wrong.

        Where it names its deliveries, it guards the invariants in that order.
        """
        return not self.then and not self.no_other_events and not self.guarded

    @property
    def guarded(self) -> tuple[str, ...]:
        """The invariants that it asks in an order that it names."""
        return self.invariants if self.stepped else ()

    @property
    def only_guards(self) -> bool:
        """Whether it says nothing of its own beside: what is refused or dies then may be the cure.

        A dead letter that it lists is one that an invariant is not to count.
        """
        letters = all(one.kind is FactKind.DEAD_LETTER and one.wanted for one in self.then)
        return bool(self.guarded) and letters and not self.no_other_events

    @property
    def stepped(self) -> bool:
        """Whether it names deliveries: then nothing moves by itself before its last step is done."""
        return any(isinstance(step.act, OneDelivery) for step in self.when)

    def acts_before(self, step: int) -> int:
        """Returns how many acts come before a step, whatever waits or deliveries stand between them."""
        return sum(not isinstance(one.act, OneDelivery | None) for one in self.when[:step])

    @property
    def fixed(self) -> str:
        """Why there is no other order of it to explore; empty where there may be."""
        if self.stepped:
            return "It names its deliveries, and has one order"
        armed = any(isinstance(step.act, FaultRule) for step in self.when)
        return "It arms faults; exploring lets its own happen" if armed else ""

    @property
    def title(self) -> str:
        """The name with the file that it stands in, which tells two of one name apart."""
        return f"{self.place.file}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One event that followed.

    Attributes:
        direct: A command of the scenario itself made it; what is direct must be listed.
    """

    facts: Facts
    direct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What followed in a run, as plain values.

    Attributes:
        refusals: How commands of the scenario ended that were not accepted, in order.
        rows: Rows of the projections that the scenario asks about, by projection and key.
        answers: Of the queries that the scenario asks in the end, in order.
        faults: Projections that could not fold an event, and why.
        undone: What events that are given would have led to by then, and does not.
        beside: Rows that were made, changed or removed, of read models of which the scenario says nothing.
        broken: Invariants that did not hold, each said in ``words``.
        deeds: All that happened, of whatever the scenario asks.
        began: When the scenario began, microseconds since 1970.
        seconds: Of the scenario's time that passed.
        unfinished: What still waits, if the run had to be ended.

    Facts of what came at a time say it as ``at``: of a command, when it is due.
    """

    refusals: tuple[Facts, ...] = ()
    events: tuple[Followed, ...] = ()
    commands: tuple[Facts, ...] = ()
    messages: tuple[Facts, ...] = ()
    letters: tuple[Facts, ...] = ()
    rows: Mapping[str, Mapping[Any, Mapping[str, Any]]] = field(default_factory=dict)
    answers: tuple[Facts, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    undone: tuple[str, ...] = ()
    beside: tuple[Facts, ...] = ()
    broken: tuple[Facts, ...] = ()
    deeds: frozenset[Deed] = frozenset()
    began: int = 0
    seconds: float = 0.0
    unfinished: str = ""


class Sign(StrEnum):
    """How an expectation and what happened stand to each other."""

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    BESIDE = "beside"

    @property
    def good(self) -> bool:
        """Whether the scenario may pass with it; what happened beside the listed things may."""
        return self in {Sign.SAME, Sign.BESIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One fact that is not as expected; the texts are empty where there is none."""

    path: str
    expected: str
    happened: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a result: what was expected beside what happened.

    Attributes:
        expected, happened: In words; empty where there is none.
        contrasts: What differs, fact by fact.
        first: It is the first line of the result that is not as expected.
        place: Where the expectation is written.
        found: What happened, as facts; None where nothing did.
        moved: It happened, and did so ``earlier`` or ``later`` than it is listed; empty for anything else.
        at: When it happened, as `moment` writes it; empty where that is not known.
    """

    sign: Sign
    expected: str = ""
    happened: str = ""
    contrasts: tuple[Contrast, ...] = ()
    first: bool = False
    place: FilePlace | None = None
    found: Facts | None = None
    moved: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPart:
    """The lines of a result that are about one kind of thing."""

    title: str
    lines: tuple[Line, ...]


class ScenarioVerdict(StrEnum):
    """How a scenario ended; broken means that it could not be run to its end."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """What came of one scenario.

    Attributes:
        parts: What was expected beside what happened.
        notes: What is worth knowing and does not make it fail.
        offers: What came of kinds of which the scenario says nothing: rows, commands that followed.
        deeds: All that happened, of whatever the scenario asks.
        trouble: Why it could not be run.
        began: When the scenario began, microseconds since 1970.
        seconds: Of the scenario's time that passed.
        took: Seconds that the run took.
    """

    scenario: Scenario
    verdict: ScenarioVerdict
    parts: tuple[ResultPart, ...] = ()
    notes: tuple[str, ...] = ()
    offers: tuple[Line, ...] = ()
    deeds: frozenset[Deed] = frozenset()
    trouble: str = ""
    began: int = 0
    seconds: float = 0.0
    took: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return self.verdict is ScenarioVerdict.PASSED

    @property
    def first(self) -> Line | None:
        """The first line that is not as expected."""
        return next((line for part in self.parts for line in part.lines if line.first), None)

"""Since when does an invariant not hold? The first commit of the log that broke it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue, NotFound
from workbench.model.event import RecordedEvent
from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.hints import did_you_mean
from workbench.model.invariant import Invariant
from workbench.model.json_differences import Difference, differences
from workbench.model.registry import Registry
from workbench.project.declared.invariant_compiler import TYPED, typed_invariant
from workbench.services.worlds.invariants import BrokenInvariant, InvariantWatch, commits
from workbench.store.paging import LogWalk, Step, typed_events
from workbench.store.ports import Reader

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.store.stored_values import CommandRecord


class HowItHeld(StrEnum):
    """How a condition stood in the log."""

    HELD = "held"
    BROKE = "broke"
    NEVER_HELD = "never_held"


STREAMS = "each stream of an aggregate (--of)"
ASKED_OF = {"state": STREAMS, "id": STREAMS, "version": STREAMS, "row": "each row of a read model (--rows)"}
"""Of what a condition is asked that names this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBreak:
    """The first commit after which an invariant did not hold.

    Attributes:
        event: The last of the commit.
        command: What caused it; None where no command did, or none is known.
        before: What the parts of the condition were before it; what they are stands in ``broken``.
        differences: What it changed of the state or the row of which is asked, without secrets.
        others: How many more subjects the same commit broke.
        begins: What began with that commit, so that it held at no position of it: ``the log``, the stream or
            the row of which is asked; empty where it held before.
    """

    broken: BrokenInvariant
    event: RecordedEvent
    command: CommandRecord | None
    before: Mapping[str, str] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    others: int = 0
    begins: str = ""

    @property
    def since(self) -> str:
        """From where on it does not hold, and whether it held before."""
        if not self.begins:
            return f"position {self.event.position:,}, before which it held"
        return f"the first event of {self.begins} on, position {self.event.position:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceWhen:
    """What was found.

    Attributes:
        first: None where it holds behind every commit up to a position.
        upto: Position up to which it was looked.
        head: The newest position when it began; more than ``upto`` where it was stopped.
    """

    first: FirstBreak | None
    upto: int
    head: int

    @property
    def outcome(self) -> HowItHeld:
        """Whether it held at every position, until a commit broke it, or not from the first event on."""
        if self.first is None:
            return HowItHeld.HELD
        return HowItHeld.NEVER_HELD if self.first.begins else HowItHeld.BROKE


def since_when(
    reader: Reader, registry: Registry, invariant: Invariant, step: Step = lambda _done, _of: True
) -> SinceWhen:
    """Looks through the log, in short reads; takes time: call it in a thread, with a reader of its own."""
    watch, head = InvariantWatch(registry, [invariant]), reader.head()
    begin = next(commits(typed_events(reader, lambda _type: True, 0, head)), [])  # behind it all is asked
    after = begin[-1].position if begin else 0
    walk = LogWalk(reader=reader, wants=watch.wanted.__contains__, upto=head, after=after, step=step)
    for events in itertools.chain([begin] if begin else [], commits(walk.events())):
        if found := watch.after(events):
            first = _first(reader, watch, found, events[-1])
            if events is begin and not invariant.of and not invariant.rows:
                first = replace(first, begins="the log")
            return SinceWhen(first=first, upto=events[-1].position, head=head)
    return SinceWhen(first=None, upto=walk.reached, head=head)


def _first(
    reader: Reader, watch: InvariantWatch, found: list[BrokenInvariant], event: RecordedEvent
) -> FirstBreak:
    before, old, new = watch.before(found[0])
    cause = event.causation_id
    commands = reader.commands_named([cause]) if cause is not None else []
    changed = () if old is None and new is None else tuple(differences(old or {}, new or {}))
    return FirstBreak(
        broken=found[0],
        event=event,
        command=commands[0] if commands else None,
        before=before,
        differences=changed,
        others=len(found) - 1,
        begins=_subject(found[0]) if old is None and new is not None else "",
    )


def _subject(broken: BrokenInvariant) -> str:
    return broken.stream if broken.key is None else f"row {broken.key}"


def _of_what(text: str, flaw: Flaw) -> str:
    """Returns the hint of a flaw of what is asked of the whole log: of what it is to be asked instead."""
    name, called = text[flaw.at : flaw.end], text[flaw.end :].lstrip().startswith("(")
    known = name in ASKED_OF and not called
    return f"choose of what it is asked: {ASKED_OF[name]}" if known else flaw.hint


class Since:
    """Looks for the first break in the store of a world."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def named(self, name: str) -> Invariant:
        """Returns an invariant of the model that says ``always``.

        Raises:
            NotFound: There is none of that name.
            InvalidValue: It is about the state at rest alone, or about dead letters.
        """
        known = self._world.registry.invariants
        if name not in known:
            hint = did_you_mean(name, known, f"there are: {', '.join(known)}" if known else "")
            raise NotFound(f"the project has no invariant {name}", hint=hint or "write [invariant.NAME]")
        if known[name].always is None:
            said = f"{name} does not say always: the log does not tell when nothing was left to do"
            raise InvalidValue(said, path=f"invariant.{name}")
        return known[name]

    def typed(self, text: str, *, of: str = "", rows: str = "") -> Invariant:
        """Returns a condition as an invariant: ``always`` the text.

        Raises:
            InvalidValue: It is none, or names what is not there; says everything.
        """
        registry = self._world.registry
        for kind, name, known in (
            ("aggregate", of, registry.aggregates),
            ("read model", rows, registry.projections),
        ):
            if name and name not in known:
                hint = did_you_mean(name, known, f"there are: {', '.join(known)}")
                raise NotFound(f"there is no {kind} {name}", hint=hint)
        try:
            return typed_invariant(registry, text, of=of, rows=rows)
        except InvalidExpression as error:
            told = [(one.message, one.hint if of or rows else _of_what(text, one)) for one in error.flaws]
            said = "; ".join(f"{message} ({hint})" if hint else message for message, hint in told)
            raise InvalidValue(said, path=TYPED) from error

    def when(self, invariant: Invariant, step: Step = lambda _done, _of: True) -> SinceWhen:
        """Looks through the log, with a reader of its own; call it in a thread, see `since_when`."""
        with closing(self._world.store.reader()) as reader:
            return since_when(reader, self._world.registry, invariant, step)

"""Policies and processes: what follows from events, as pure functions that name commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec

from workbench.model.command import Command
from workbench.model.decision_context import ReactionContext, with_context
from workbench.model.declarations import check_classes, check_functions
from workbench.model.event import E, Event, RecordedEvent
from workbench.model.messaging import NOTHING
from workbench.model.pydantic_messages import doc_of

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class After:
    """A command that is issued later.

    Attributes:
        seconds: From the time at which the event is handled.
    """

    seconds: float
    command: Command


@dataclass(frozen=True, slots=True)
class At:
    """A command that is issued at a time; at once where that has passed.

    Attributes:
        time: Aware; one without a zone is taken as UTC.
    """

    time: datetime
    command: Command


@dataclass(frozen=True, slots=True)
class Issue:
    """A command, at once or later, whose refusal is answered.

    Attributes:
        refused: Name of the answer, among those of the policy or process; ``nothing`` where a refusal has no
            consequence, as with a timeout that may come too late.
    """

    command: Command | After | At
    refused: str = NOTHING


@dataclass(frozen=True, slots=True, init=False)
class Withdraw:
    """Takes back commands that this instance of a process issued for later, before their time has come (K7).

    ``Withdraw(Remind, guest="Ada")`` takes back only those that have these values in their fields. What the
    process issues behind that stays.
    """

    commands: tuple[type[Command], ...]
    having: Mapping[str, Any]

    def __init__(self, /, *commands: type[Command], **having: Any) -> None:
        object.__setattr__(self, "commands", commands)
        object.__setattr__(self, "having", having)


Reaction = Iterable[Command | After | At | Issue | Withdraw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an issued command was refused, and what it followed from (K6).

    Attributes:
        message: Why, in the words of the one who refused.
        field: The command's field that it is about, if any.
        command: What was refused.
        event: What it was issued for: an event, of handlers the message.
        state: Of a process: the instance's state now; None where it ended, though another may have its key.
        context: The time of this try, and the event's record.
    """

    message: str
    field: str | None
    command: Any
    event: Any
    state: Any
    context: ReactionContext


Answers = Mapping[str, Callable[[Refusal], Reaction]]
"""What follows where an issued command is refused, by the names that `Issue` gives; pure."""


def issue(made: Command | After | At | Issue | Withdraw, context: Any, refused: str = "") -> None:
    """Has a context do what a reaction names."""
    match made:
        case Issue(what, answer):
            issue(what, context, answer)
        case After(seconds, command):
            context.issue(command, delay=seconds, refused=refused)
        case At(time, command):
            context.issue(command, at=time, refused=refused)
        case Withdraw(commands, having):
            context.withdraw(commands, having)
        case _:
            context.issue(made, refused=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Whenever one of these events happens, issue commands.

    Type checkers hold ``react`` to the event where there is only one.

    Attributes:
        react: ``(event, record) -> commands``, or the same with a `ReactionContext` behind them; pure.
        issues: Command classes that it can issue, for the board.
        refused: What follows where one is refused, by name.
    """

    name: str
    on: tuple[type[Event], ...]
    react: Callable[..., Reaction]
    issues: tuple[type[Command], ...] = ()
    refused: Answers = field(default_factory=dict)
    doc: str = ""

    if TYPE_CHECKING:

        @overload
        def __init__(
            self,
            *,
            name: str,
            on: tuple[type[E]],
            react: Callable[[E, RecordedEvent], Reaction]
            | Callable[[E, RecordedEvent, ReactionContext], Reaction],
            issues: tuple[type[Command], ...] = (),
            refused: Answers = ...,
            doc: str = "",
        ) -> None: ...
        @overload
        def __init__(
            self,
            *,
            name: str,
            on: tuple[type[Event], type[Event], *tuple[type[Event], ...]],
            react: Callable[[Any, RecordedEvent], Reaction]
            | Callable[[Any, RecordedEvent, ReactionContext], Reaction],
            issues: tuple[type[Command], ...] = (),
            refused: Answers = ...,
            doc: str = "",
        ) -> None: ...
        def __init__(self, **_: Any) -> None: ...

    def __post_init__(self) -> None:
        where = f"policy {self.name}"
        check_classes(f"on of {where}", self.on, Event)
        check_classes(f"issues of {where}", self.issues, Command)
        check_functions(where, react=self.react)
        check_functions(f"refused of {where}", **self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A policy with memory: events of several streams that belong together, folded by key.

    Type checkers hold ``evolve`` and ``react`` to its state.

    Attributes:
        correlate: ``(event, record) -> key`` of the instance that the event belongs to; None, or an
            empty text, where it belongs to none.
        state: Class of an instance's state, a `msgspec.Struct`.
        evolve: ``(state or None, event) -> state``; pure. None ends the instance.
        react: ``(state, event) -> commands``, given the state after the event; pure. Both may take a
            `ReactionContext` as well.
        ends: Events that end the instance; its last state is still there when they are reacted to.
        issues: Command classes that it can issue, for the board.
        refused: What follows where one is refused, by name.
    """

    name: str
    on: tuple[type[Event], ...]
    correlate: Callable[[Any, RecordedEvent], str | None]
    state: type[msgspec.Struct]
    evolve: Callable[..., Any]
    react: Callable[..., Reaction]
    ends: tuple[type[Event], ...] = ()
    issues: tuple[type[Command], ...] = ()
    refused: Answers = field(default_factory=dict)
    doc: str = ""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            on: tuple[type[Event], ...],
            correlate: Callable[[Any, RecordedEvent], str | None],
            state: type[S],
            evolve: Callable[[S | None, Any], S | None]
            | Callable[[S | None, Any, ReactionContext], S | None],
            react: Callable[[S | None, Any], Reaction] | Callable[[S | None, Any, ReactionContext], Reaction],
            ends: tuple[type[Event], ...] = (),
            issues: tuple[type[Command], ...] = (),
            refused: Answers = ...,
            doc: str = "",
        ) -> None: ...

    def __post_init__(self) -> None:
        where = f"process {self.name}"
        check_classes(f"on of {where}", self.on, Event)
        check_classes(f"ends of {where}", self.ends, Event)
        check_classes(f"issues of {where}", self.issues, Command)
        check_functions(where, correlate=self.correlate, evolve=self.evolve, react=self.react)
        check_functions(f"refused of {where}", **self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactorType:
    """What the engine knows of a policy or process, wherever it was declared.

    Attributes:
        events: Event type names that it reacts to.
        commands: Command type names that it can issue.
        react: ``(state or None, event, context) -> (state or None, commands)``; pure.
        correlate: Gives the key of the instance, or None for an event that belongs to none; itself None for a
            policy, which keeps no state.
        read_state: JSON text to state.
        write_state: State to JSON text.
        answers: What follows where one of its commands is refused.
    """

    name: str
    events: tuple[str, ...]
    commands: tuple[str, ...]
    react: Callable[[Any, Any, ReactionContext], tuple[Any, Reaction]]
    correlate: Callable[[Any, RecordedEvent], str | None] | None = None
    read_state: Callable[[str], Any] | None = None
    write_state: Callable[[Any], str] | None = None
    answers: Answers = field(default_factory=dict)
    doc: str = ""

    @property
    def stateful(self) -> bool:
        """Whether it is a process."""
        return self.correlate is not None


UNFIT = "give new fields of the state a default, and keep the types of others"
"""Way out where what is stored of an instance does not fit the state of its process."""


def unfit(error: msgspec.MsgspecError) -> str:
    """Returns why what is stored of an instance does not fit: ``m is missing``."""
    return _MISSING.sub(r"\1 is missing", str(error))


_MISSING = re.compile(r"Object missing required field `(\w+)`")


def policy_type_of(policy: Policy) -> ReactorType:
    """Builds what the engine needs from a Python policy."""
    react = with_context(policy.react)
    return ReactorType(
        name=policy.name,
        events=tuple(cls.event_type for cls in policy.on),
        commands=tuple(cls.command_type for cls in policy.issues),
        react=lambda _state, event, context: (None, react(event, context.record, context)),
        answers=policy.refused,
        doc=policy.doc or doc_of(policy.react),
    )


def process_type_of(process: Process) -> ReactorType:
    """Builds what the engine needs from a Python process."""
    evolve, answer = with_context(process.evolve), with_context(process.react)

    def react(state: Any, event: Any, context: ReactionContext) -> tuple[Any, Reaction]:
        context = msgspec.structs.replace(context, before=state)
        state = evolve(state, event, context)
        commands = answer(state, event, context)
        return None if isinstance(event, process.ends) else state, commands

    return ReactorType(
        name=process.name,
        events=tuple(cls.event_type for cls in process.on),
        commands=tuple(cls.command_type for cls in process.issues),
        react=react,
        correlate=process.correlate,
        read_state=msgspec.json.Decoder(process.state).decode,
        write_state=lambda state: msgspec.json.encode(state).decode(),
        answers=process.refused,
        doc=process.doc or doc_of(process.react),
    )

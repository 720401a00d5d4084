"""What the sections of a declared model can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, Field

from workbench.model.messaging import NOTHING
from workbench.project.declared.field_section import Fields
from workbench.project.declared.key_meanings import (
    AggregateName,
    CommandName,
    Each,
    EventName,
    EventNames,
    Expression,
    Lets,
    OptionalEvents,
    ProjectionName,
    Says,
    TopicName,
    Values,
    one_or_many,
)
from workbench.project.declared.projection_sections import ProjectionSection, QuerySection
from workbench.project.declared.source_locations import Path
from workbench.project.durations import Later
from workbench.project.settings import Name, Section


def _answer(value: object) -> object:
    if value == NOTHING:
        return AnswerSection()
    if isinstance(value, AnswerSection) or (isinstance(value, dict) and value):
        return value
    raise ValueError(f'should be an action {{ issue: "…" }}, or "{NOTHING}"')


class ActionSection(Section):
    """What is done, if ``when`` holds: emit an event, issue a command or publish a message."""

    details: ClassVar[frozenset[str]] = frozenset(
        {"after", "at", "refused", "type", "key", "whose", "withdraw"}
    )
    """Settings that have a meaning for some of what can be done."""
    when: Expression = Field("", description="Condition; always where it is left out")
    otherwise: bool = Field(
        False, description="Done where no action before it was, of those with a condition"
    )
    each: Each = Field(default_factory=dict, description="Name of a line, and expression for the list")
    emit: EventName = Field("", description="Event that happens")
    whose: str = Field(
        "", alias="for", description="Name of the aggregate whose event it is, of two of one kind"
    )
    issue: CommandName = Field("", description="Command that is issued")
    after: Later = Field(
        0.0, description="How much later: 30m, 1 month, or an expression that gives a duration"
    )
    at: Expression = Field("", description="Expression for the time at which; at once where it has passed")
    refused: Annotated[AnswerSection, BeforeValidator(_answer)] | None = Field(
        None, description="What follows where the command is refused; nothing: it has no consequence"
    )
    withdraw: Annotated[list[Name], BeforeValidator(one_or_many), Says("command")] = Field(
        default_factory=list,
        description="Commands that this instance issued for later and that are withdrawn; with says which",
    )
    publish: TopicName = Field("", description="Topic that a message goes to")
    type: str = Field("", description="Type of the message; by default the topic's name")
    key: Expression = Field(
        "", description="Expression for the message's key; by default that of the message handled"
    )
    given: Values = Field(default_factory=dict, alias="with", description="Fields, each an expression")


VERBS = ("emit", "issue", "publish", "withdraw")
"""What an action can do."""
_OF_ONE = frozenset(ActionSection.model_fields) - {"withdraw"}
"""What is said of one action; beside several, or none, it would say nothing."""


class Acting(ActionSection):
    """One action, or several in ``do``."""

    without_action: ClassVar[Mapping[str, str]] = {}
    """What to write in place of a setting that says nothing where there is no action."""
    let: Lets = Field(default_factory=dict, description="Names for expressions; later ones see earlier ones")
    do: dict[Name, ActionSection] = Field(default_factory=dict, description="Several actions, in this order")

    @property
    def beside_do(self) -> list[str]:
        """What is said of one action though there are several."""
        return self._of_one() if self.do else []

    @property
    def beside_nothing(self) -> list[str]:
        """What is said of an action though there is none."""
        return [] if self.do or any(getattr(self, verb) for verb in VERBS) else self._of_one()

    def _of_one(self) -> list[str]:
        odd = self.model_fields_set & _OF_ONE - (ActionSection.details - self.details)
        return [one.alias or name for name, one in ActionSection.model_fields.items() if name in odd]


class AnswerSection(Acting):
    """What follows where a command is refused."""


ActionSection.model_rebuild()
Acting.model_rebuild()


class AggregateSection(Section):
    """``[aggregate.NAME]``."""

    description: str = Field("", description="What it is")
    state: Fields = Field(default_factory=dict, description="What decisions need to know")
    snapshot_every: int | None = Field(None, ge=1, le=1_000_000, description="Events between snapshots")


class UpcastSection(Section):
    """How data of one version becomes that of the next: renamed, then set, then given defaults, then cut."""

    rename: dict[str, Name] = Field(default_factory=dict, description="Old name: new name")
    set: Values = Field(default_factory=dict, description="Expressions over data, which is as it was stored")
    default: dict[str, Any] = Field(default_factory=dict, description="Values of fields that are missing")
    remove: list[Name] = Field(default_factory=list, description="Fields that are no more")


class EventSection(Section):
    """``[event.NAME]``; the name's first part is its aggregate."""

    description: str = Field("", description="What happened")
    aggregate: AggregateName = Field("", description="Whose event it is, where the name does not say so")
    stored_as: str = Field("", description="Its earlier name, under which its events are stored")
    version: int = Field(1, ge=1, le=1000, description="Version of its fields")
    fields: Fields = Field(default_factory=dict, description="Its data")
    let: Lets = Field(default_factory=dict, description="Names for expressions")
    set: Values = Field(default_factory=dict, description="What it changes in the state")
    upcast: dict[str, UpcastSection] = Field(
        default_factory=dict,
        description="How stored events of earlier versions become one of this version: from_1, from_2 …",
    )


class RefusalSection(Section):
    """A guard."""

    when: Annotated[Name, Says()] = Field(description="Refused where this holds")
    message: Name = Field(description="Why; {expression} stands for a value")
    field: str = Field("", description="Field of the command that it is about")


class PlaceSection(Section):
    """An aggregate that a command is decided over: the name of the field with its id, or a block."""

    aggregate: AggregateName = Field("", description="Which one, where the name does not say so")
    id: str = Field("", description="Field of the command that holds its id")


def _places(value: object) -> object:
    if isinstance(value, str):
        return {value: {}} if value else {}
    if isinstance(value, dict):
        return {name: {"id": one} if isinstance(one, str) else one for name, one in value.items()}
    return value


Places = Annotated[dict[Name, PlaceSection], BeforeValidator(_places), Says("aggregate")]
"""One aggregate, whose id is the command's target, or several: each name with its field or a block."""


class CommandSection(Acting):
    """``[command.NAME]``."""

    description: str = Field("", description="What it asks for")
    creates: Places = Field(default_factory=dict, description="Aggregate that it begins")
    changes: Places = Field(default_factory=dict, description="Aggregate that must exist already")
    creates_or_changes: Places = Field(
        default_factory=dict, description="Aggregate, whether it exists or not"
    )
    target: str = Field("", description="Field that holds the aggregate's id; by default the first")
    by: Annotated[list[Name], BeforeValidator(one_or_many), Says("actor")] = Field(
        default_factory=list, description="Who gives it: actors and outside systems"
    )
    fields: Fields = Field(min_length=1, description="What it says")
    refuse: dict[Name, RefusalSection] = Field(default_factory=dict, description="Guards, in this order")

    @property
    def by_key(self) -> Mapping[str, Mapping[str, PlaceSection]]:
        """The aggregates that it is decided over, by the key that names them, in order."""
        return {
            "creates": self.creates,
            "changes": self.changes,
            "creates_or_changes": self.creates_or_changes,
        }


class PolicySection(Acting):
    """``[policy.NAME]``."""

    description: str = Field("", description="What follows from what")
    on: EventNames = Field(description="Events")


class StepSection(Acting):
    """What an event does to a process."""

    details: ClassVar[frozenset[str]] = ActionSection.details - {"key"}
    without_action: ClassVar[Mapping[str, str]] = {
        "when": "set { … } can say it with ? :, and where key gives null the event changes and ends nothing"
    }
    key: Expression = Field(
        "", description="Expression for the instance, where it is not that of the process; null: none"
    )
    starts: bool = Field(False, description="Whether it begins an instance")
    ends: bool = Field(False, description="Whether the instance is over")
    set: Values = Field(default_factory=dict, description="What it changes in the state")


class ProcessSection(Section):
    """``[process.NAME]``."""

    description: str = Field("", description="What it sees to")
    key: Expression = Field(
        "", description="Expression for the instance that an event belongs to; null: to none"
    )
    state: Fields = Field(default_factory=dict, description="What it remembers")
    on: Annotated[dict[Name, StepSection], Says("event")] = Field(min_length=1, description="Events")


class LookSection(Section):
    """A row of a read model."""

    projection: Annotated[Name, Says("projection")] = Field(description="Read model")
    key: Annotated[Name, Says()] = Field(description="Expression for the row's key")


class FailureSection(Section):
    """When a handler fails."""

    when: Annotated[Name, Says()] = Field(description="It fails where this holds")
    message: Name = Field(description="Why; {expression} stands for a value")
    error: str = Field("", description="Name of the error, which groups dead letters", pattern="^[A-Za-z_]*$")


class HandlerSection(Acting):
    """``[handler.NAME]``, for subscriptions to name."""

    description: str = Field("", description="What it does")
    event: OptionalEvents = Field(
        default_factory=list, description="Events that it handles, whose fields are checked; others pass it"
    )
    rows: dict[Name, LookSection] = Field(
        default_factory=dict, description="Rows that are looked up; or null"
    )
    reject: dict[Name, FailureSection] = Field(default_factory=dict, description="Fails for ever")
    fail: dict[Name, FailureSection] = Field(default_factory=dict, description="Fails and is tried again")

    def failures(self, path: Path, start: Callable[[Path], int]) -> list[tuple[Path, FailureSection]]:
        """Returns what can fail, rejected or tried again, with its path, in the order of the file.

        Args:
            path: Of this section.
            start: Says where in the file a path stands.
        """
        kinds = (("reject", self.reject), ("fail", self.fail))
        found = [((*path, kind, name), one) for kind, failing in kinds for name, one in failing.items()]
        return sorted(found, key=lambda one: start(one[0]))


class FlowSection(Section):
    """``[flow.main]``, the order of the blueprint's slices; what it does not name stands as before."""

    description: str = Field("", description="The order in which the blueprint shows its slices")
    steps: Annotated[list[Name], Says("step")] = Field(
        default_factory=list, description="Slices from left to right: commands, read models, who reacts"
    )


def _which(value: object) -> object:
    return [value] if isinstance(value, str) else value


class InvariantSection(Section):
    """``[invariant.NAME]``, what is never to be otherwise."""

    description: str = Field("", description="What is never to be otherwise, as a sentence")
    of: AggregateName = Field("", description="Asked of each of its streams: its state, id and version")
    rows: ProjectionName = Field("", description="Asked of each row of this read model: its row")
    always: Expression = Field("", description="Condition that holds after every commit")
    eventually: Expression = Field("", description="Condition that holds whenever nothing is left to do")
    never_dead_letter: Annotated[bool | list[Name], BeforeValidator(_which), Says("consumer")] = Field(
        False, description="True, or the subscriptions, policies and processes that have none"
    )

    @property
    def contradiction(self) -> str:
        """Why it is no invariant; empty where it is one."""
        if self.of and self.rows:
            return "it is asked of streams (of) or of rows, not of both"
        if not (self.always or self.eventually or self.never_dead_letter):
            return "it says nothing: write always, eventually or never_dead_letter"
        if (self.of or self.rows) and not (self.always or self.eventually):
            return "of and rows say of what always and eventually are asked"
        return ""


class ActorSection(Section):
    """``[actor.NAME]``, a person or a role."""

    description: str = Field("", description="Who it is")


class StandInSection(HandlerSection):
    """What answers in place of an outside system; subscriptions name it as a handler."""

    fails: float = Field(
        0.0, ge=0, le=1, description="Part of the tries that fail, drawn from the world's seed"
    )


class ExternalSection(Section):
    """``[external.NAME]``, an outside system."""

    description: str = Field("", description="What it is")
    stand_in: StandInSection | None = Field(None, description="What answers in its place")


SECTIONS: dict[str, type[Section]] = {
    "aggregate": AggregateSection,
    "event": EventSection,
    "command": CommandSection,
    "projection": ProjectionSection,
    "policy": PolicySection,
    "process": ProcessSection,
    "query": QuerySection,
    "handler": HandlerSection,
    "actor": ActorSection,
    "external": ExternalSection,
    "flow": FlowSection,
    "invariant": InvariantSection,
}


_MESSAGE = frozenset({"publish", "type", "key"})
_NEVER: Mapping[str, frozenset[str]] = {
    "command": _MESSAGE | {"issue", "after", "at", "refused", "withdraw"},
    "policy": _MESSAGE | {"emit", "for", "withdraw"},
    "process": _MESSAGE | {"emit", "for"},
    "handler": frozenset({"emit", "for", "withdraw"}),
    "external": frozenset({"emit", "for", "withdraw"}),
}
"""What an action can say elsewhere, but not in a kind of section."""


def keys_of(kind: str, model: type[BaseModel]) -> list[str]:
    """Returns the keys that have a meaning in a block of a kind of section; without a kind all of them."""
    never = _NEVER.get(kind, frozenset()) if issubclass(model, ActionSection) else frozenset()
    if kind and issubclass(model, AnswerSection):
        never |= _MESSAGE
    if issubclass(model, StepSection):
        never -= {"key"}
    named = (one.alias or name for name, one in model.model_fields.items())
    return [key for key in named if key not in never]

"""Aggregates that are being put together, and those that a command is decided over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from workbench.model.command import Involved
from workbench.model.expressions.closures import Variable, item
from workbench.model.expressions.value_kinds import BOOLEAN, Kind, Type
from workbench.project.declared.compilation import Compilation, CompiledPart
from workbench.project.declared.sections import AggregateSection, CommandSection, EventSection
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import (
    FieldType,
    attribute_of,
    class_name,
    record_of,
    struct_class,
)


@dataclass(slots=True, kw_only=True)
class AggregateDraft:
    """An aggregate that is being put together.

    Attributes:
        state: Class of its state.
        command_places: The aggregates that each of its commands is decided over, itself first.
    """

    name: str
    path: Path
    section: AggregateSection
    fields: Mapping[str, FieldType]
    state: type[msgspec.Struct]
    events: dict[str, CompiledPart] = field(default_factory=dict)
    event_sections: dict[str, EventSection] = field(default_factory=dict)
    commands: dict[str, CompiledPart] = field(default_factory=dict)
    command_sections: dict[str, CommandSection] = field(default_factory=dict)
    command_places: dict[str, Sequence[Place]] = field(default_factory=dict)

    @property
    def state_type(self) -> Type:
        """What expressions know of its state."""
        return record_of(self.fields)

    @property
    def needed(self) -> list[str]:
        """Fields of its state that have no default."""
        return [name for name, one in self.fields.items() if not one.optional]


def owner_of(draft: Compilation, name: str, section: AggregateSection) -> AggregateDraft:
    """Begins an aggregate."""
    path = ("aggregate", *name.split("."))
    if "-" in name:
        said = f"{name} cannot name an aggregate: streams are called {name}-ID, up to the first hyphen"
        draft.tell(path, "S-NAME", said, f"call it {name.replace('-', '_')}")
    fields = draft.types.all_of((*path, "state"), section.state)
    state = struct_class(class_name(name), msgspec.Struct, fields, doc=section.description)
    return AggregateDraft(name=name, path=path, section=section, fields=fields, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An aggregate that a command is decided over.

    Attributes:
        name: What expressions call its state.
        id: Field of the command that holds its id.
        creates: As of a command.
        optional: Whether its id may be null; then it is not asked.
        named: Whether it is written as a name with a field.
    """

    name: str
    owner: AggregateDraft
    id: str
    creates: bool | None
    optional: bool
    named: bool

    @property
    def involved(self) -> Involved:
        """The same as a class of a command says it."""
        return Involved(aggregate=self.owner.name, id=attribute_of(self.id), creates=self.creates)

    @property
    def before(self) -> Any:
        """The state before the first event: its defaults, None where a field has none."""
        return None if self.owner.needed else self.owner.state()

    @property
    def type(self) -> Type:
        """What expressions know of the state: it may be null where the aggregate need not exist."""
        known, begun = self.owner.state_type, self.creates is None and self.owner.needed
        return known.or_null() if self.optional or begun else known


_TAKEN = {"command", "state", "now", "exists"}
"""What expressions of commands have under these names."""
_CREATES = {"creates": True, "changes": False, "creates_or_changes": None}


def places_of(
    draft: Compilation,
    owners: Mapping[str, AggregateDraft],
    name: str,
    section: CommandSection,
    fields: Mapping[str, FieldType],
) -> list[Place]:
    """Returns the aggregates that a command is decided over; none where one of them is not known."""
    path, found, lacking = ("command", *name.split(".")), list[Place](), False
    names = [role for places in section.by_key.values() for role in places]
    if not names:
        said = 'creates: "…", changes: "…" or creates_or_changes: "…"'
        draft.tell(path, "S-TYPE", "nothing says which aggregate it is for", f"write {said}")
    if twice := next((role for role in names if names.count(role) > 1), ""):
        said = f"{twice} is named twice"
        draft.tell(path, "S-TYPE", said, "one that may exist or not is creates_or_changes")
        return []
    for key, places in section.by_key.items():
        for role, one in places.items():
            place = (*path, key, role) if one.aggregate or one.id else (*path, key)
            owner = owners.get(one.aggregate or role)
            if owner is None:
                draft.unknown(place, "aggregate", one.aggregate or role, owners)
                lacking = True
                continue
            if (found or lacking) and not one.id:
                said = f"nothing says which field holds the id of this {role}"
                draft.tell((*path, key), "S-TYPE", said, f'{key}: {{ {role}: "…_id" }}', key=True)
            first = one.id or section.target or next(iter(section.fields))
            optional = bool(found) and key == "changes" and first in fields and fields[first].type.nullable
            if first in fields or first not in section.fields:
                at = place if one.id else (*path, "target")
                _check_id(draft, path, first, at, key, fields, optional=optional)
            named = bool(one.id or one.aggregate)
            found.append(
                Place(name=role, owner=owner, id=first, creates=_CREATES[key], optional=optional, named=named)
            )
    return [] if lacking else found


_ONE_ID = "an id is a text, a whole number, a uuid or a time"
_NO_IDS = {
    Kind.LIST: "name a field with one id; for several, issue a command for each: each { … }",
    Kind.RECORD: f"{_ONE_ID}: name a field that holds one",
    Kind.BOOLEAN: f"{_ONE_ID}: name a field that holds one",
    Kind.DECIMAL: f"{_ONE_ID}: 1.5 and 1.50 are one number, and would be two streams",
}
"""Kinds that make no id, with what to do."""


def _check_id(
    draft: Compilation,
    path: Path,
    field: str,
    place: Path,
    key: str,
    fields: Mapping[str, FieldType],
    *,
    optional: bool,
) -> None:
    if field not in fields:
        draft.unknown(place, f"field of {path[-1]}", field, fields)
    elif fields[field].type.nullable and not optional:
        said = f"{field} names the aggregate, so it cannot be null"
        draft.tell((*path, "fields", field), "S-TYPE", said, "take away the ? of its type")
    elif fields[field].optional and key == "creates":
        said = f"{field} names what is begun, so it cannot always be the same"
        draft.tell((*path, "fields", field), "S-TYPE", said, "take away its default")
    elif fields[field].type.kind in _NO_IDS:
        said = f"{field} names the aggregate, and {fields[field].type.words} names none"
        draft.tell((*path, "fields", field), "S-TYPE", said, _NO_IDS[fields[field].type.kind])


def states_of(draft: Compilation, path: Path, places: Sequence[Place]) -> Mapping[str, Variable]:
    """Returns what expressions of a command know of the aggregates that it is decided over.

    ``state`` is the state of the first; where there are several, or it is named with its field, each has its
    name, too. What is begun has no state. ``exists`` is known where the first may exist or not, or one of the
    others alone.
    """
    first, *others = places
    found: dict[str, Variable] = {}
    if first.creates is not True:
        found["state"] = item(first.type, 0)
        if others or (first.named and first.name not in _TAKEN):
            found[first.name] = found["state"]
    if first.creates is None:
        found["exists"] = item(replace(BOOLEAN, proves="state"), 3)
    else:
        found |= _whether(others)
    for one in others:
        if one.name in _TAKEN | found.keys():
            draft.tell(path, "S-NAME", f"{one.name} is taken already", "give the aggregate another name here")
        elif one.creates is not True:
            found[one.name] = Variable(one.type, _state(one))
    return found


def _whether(others: Sequence[Place]) -> dict[str, Variable]:
    """Returns ``exists``, where one of several aggregates alone may exist or not."""
    names = [one.name for one in others if one.creates is None]
    if len(names) != 1:
        return {}
    (name,) = names
    return {"exists": Variable(replace(BOOLEAN, proves=name), lambda env: env[2].states[name] is not None)}


def _state(place: Place) -> Callable[[Any], Any]:
    name, before = place.name, place.before if place.creates is None else None

    def get(env: Any) -> Any:
        state = env[2].states[name]
        return before if state is None else state

    return get


def arity_of(places: Sequence[Place]) -> int:
    """Returns how many items a command's expressions read: state, command, context, whether it exists."""
    return 4 if places[0].creates is None else 3


def entered(places: Sequence[Place], decide: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Returns a decision that is given state, command and context; its expressions read what they need."""
    if places[0].creates is not None:
        return decide
    before = places[0].before
    return lambda env: decide((before if env[0] is None else env[0], *env[1:], env[0] is not None))

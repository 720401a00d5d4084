"""Finds out what the elements of an event model are: their names, their aggregates, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.interop.event_model_file import EventModelFile, ModelElement, ModelField, ModelSlice
from workbench.services.design.import_fields import names_one
from workbench.services.design.import_names import field_name, snake

OWN_ID = re.compile(r"(?:command|event|projection|reaction):(\S+)")
"""An id in a file that a project wrote itself; it has the exact name."""
KINDS = {"commands": "command", "events": "event", "readmodels": "projection", "processors": "policy"}
GIVES = {("policy", "command"), ("command", "event"), ("event", "projection")}
"""What gives the fields of what follows their values."""
PLAIN = {"string", "custom", ""}
"""Types that say nothing of a value."""
_LINKS = {"COMMAND": "command", "EVENT": "event", "READMODEL": "projection", "AUTOMATION": "policy"}


@dataclass(slots=True, kw_only=True, eq=False)
class ImportedElement:
    """An element, put together from every slice that has it.

    Attributes:
        owner: Name of its aggregate; of commands and events.
        place: How a command stands to its aggregate: ``creates``, ``changes`` or ``creates_or_changes``.
        askers: Actors who give the command.
        ids: Ids and titles under which links name it.
    """

    kind: str
    name: str
    owner: str = ""
    place: str = ""
    doc: str = ""
    creates: bool = False
    askers: list[str] = field(default_factory=list)
    fields: list[ModelField] = field(default_factory=list)
    leads_to: list[ImportedElement] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def id_field(self) -> ModelField | None:
        """Returns the field that holds the aggregate's id."""
        named = {"id", f"{self.owner}_id"}
        marked = [one for one in self.fields if one.id_attribute]
        fitting = [one for one in self.fields if snake(one.name) in named]
        return next((one for one in (*_both(marked, fitting), *marked, *fitting)), None)


def _both(marked: Sequence[ModelField], fitting: Sequence[ModelField]) -> Iterator[ModelField]:
    return (one for one in marked if one in fitting)


def elements_of(model: EventModelFile, notes: list[str]) -> list[ImportedElement]:
    """Returns the elements in the order of the slices; aggregates and actors are named by them.

    Args:
        notes: Takes what becomes one or gets another name.
    """
    reader = _Reader(notes=notes)
    for one in model.slices:
        reader.read(one)
    for one in model.slices:
        reader.link(one)
    reader.finish()
    return [*reader.actors.values(), *reader.found.values()]


@dataclass(slots=True)
class _Reader:
    notes: list[str]
    found: dict[tuple[str, str], ImportedElement] = field(default_factory=dict)
    actors: dict[str, ImportedElement] = field(default_factory=dict)

    def read(self, one: ModelSlice) -> None:
        for key, kind in KINDS.items():
            for element in getattr(one, key):
                self._take(kind, element, one)

    def _take(self, kind: str, element: ModelElement, one: ModelSlice) -> None:
        owner = self._owner(element, one) if kind in {"command", "event"} else ""
        name = self._name(kind, element, owner)
        known = self.found.setdefault((kind, name), ImportedElement(kind=kind, name=name, owner=owner))
        title = element.title or element.id
        if known.ids and not known.ids & {element.id, element.title}:
            self.notes.append(f"{kind} {title} and what is there as {name} become one: their names are alike")
        known.ids |= {element.id, element.title} - {""}
        known.doc = known.doc or " ".join(element.description.split())
        known.creates = known.creates or bool(element.creates_aggregate)
        self._add_fields(known, element)
        if kind == "command":
            for asker in filter(None, (snake(actor.name) for actor in one.actors)):
                self.actors.setdefault(asker, ImportedElement(kind="actor", name=asker))
                known.askers += [asker] if asker not in known.askers else []

    def _add_fields(self, known: ImportedElement, element: ModelElement) -> None:
        names, own = {field_name(part.name): part.name for part in known.fields}, set[str]()
        for part in element.fields:
            name, said = field_name(part.name), f"{known.kind} {known.name}: the field {part.name}"
            if not name:
                self.notes.append(f"{said} was left out: nothing of its name can be one")
            elif name in own or names.get(name, part.name) != part.name:
                self.notes.append(f"{said} was left out: another is called {name} already")
            elif name not in names:
                known.fields.append(part)
            names.setdefault(name, part.name)
            own.add(name)

    def _name(self, kind: str, element: ModelElement, owner: str) -> str:
        if own := OWN_ID.fullmatch(element.id):
            return own[1]
        name = snake(element.title) or snake(element.id) or f"{kind}_{len(self.found) + 1}"
        if element.title and not snake(element.title):
            self.notes.append(f"{kind} {element.title} is called {name}: nothing of its title can be a name")
        if kind != "event":
            return name
        return f"{owner}.{name.removeprefix(f'{owner}_') or name}"

    def _owner(self, element: ModelElement, one: ModelSlice) -> str:
        beside = [other.aggregate for other in (*one.commands, *one.events)]
        told = (element.aggregate, *element.aggregate_dependencies, *one.aggregates, *beside, one.context)
        if own := OWN_ID.fullmatch(element.id):
            told = (element.aggregate, own[1].rpartition(".")[0], *told)
        return next(filter(None, map(snake, told)), "model")

    def link(self, one: ModelSlice) -> None:
        """Reads the links of a slice; a command without any emits the events beside it."""
        for key, kind in KINDS.items():
            for element in getattr(one, key):
                here = self._of(kind, element.id, element.title)
                for link in element.dependencies:
                    other = self._of(_LINKS.get(link.element_type, ""), link.id, link.title)
                    if here is not None and other is not None:
                        self._lead(*((here, other) if link.type == "OUTBOUND" else (other, here)))
        for command in one.commands:
            here = self._of("command", command.id, command.title)
            if here is not None and not any(other.kind == "event" for other in here.leads_to):
                events = (self._of("event", event.id, event.title) for event in one.events)
                here.leads_to += [event for event in events if event is not None and not self._made(event)]

    def _made(self, event: ImportedElement) -> bool:
        return any(event in one.leads_to for one in self.found.values() if one.kind == "command")

    def _of(self, kind: str, *ids: str) -> ImportedElement | None:
        named = [one for one in self.found.values() if one.kind == kind]
        return next((one for known in filter(None, ids) for one in named if known in one.ids), None)

    def _lead(self, source: ImportedElement, target: ImportedElement) -> None:
        if target not in source.leads_to:
            source.leads_to.append(target)

    def finish(self) -> None:
        """Says how commands stand to their aggregates, what identifies each, and what policies react to."""
        creating = {one.owner for one in self.found.values() if one.kind == "command" and one.creates}
        for one in self.found.values():
            if one.kind == "command":
                rest = "changes" if one.owner in creating else "creates_or_changes"
                one.place = "creates" if one.creates else rest
                self._put_first(one, f"{one.owner}_id")
            elif one.kind == "projection":
                self._put_first(one, "id")
        for one in [one for one in self.found.values() if one.kind == "policy"]:
            self._through_read_models(one)
        _agree([*self.found.values()])

    def _put_first(self, one: ImportedElement, otherwise: str) -> None:
        found = one.id_field() or ModelField(name=otherwise)
        if one.kind == "projection" or found.optional or not names_one(found):
            found = ModelField(name=found.name, example=found.example)
        rest = [part for part in one.fields if field_name(part.name) != field_name(found.name)]
        one.fields = [found, *rest]

    def _through_read_models(self, policy: ImportedElement) -> None:
        """What reacts to a read model reacts to the events that are read there."""
        if any(policy in one.leads_to for one in self.found.values() if one.kind == "event"):
            return
        lists = [one for one in self.found.values() if one.kind == "projection" and policy in one.leads_to]
        for event in [one for one in self.found.values() if one.kind == "event"]:
            if any(one in event.leads_to for one in lists):
                self._lead(event, policy)


def _agree(elements: Sequence[ImportedElement]) -> None:
    """Gives fields that are handed on under one name the type of the one that says most."""
    groups: dict[tuple[ImportedElement, str], set[tuple[ImportedElement, str]]] = {}
    for one in elements:
        for name in _by_name(one):
            groups.setdefault((one, name), {(one, name)})
    for source in elements:
        for target in source.leads_to:
            for giver, name in _givers(source, target, elements):
                joined = groups[giver, name] | groups[target, name]
                for member in joined:
                    groups[member] = joined
    for members in {id(one): one for one in groups.values()}.values():
        fields = [_by_name(one)[name] for one, name in members]
        if any(one.kind == "command" and name == next(iter(_by_name(one))) for one, name in members):
            fields = [one for one in fields if names_one(one)]
        best = max(fields, key=lambda one: (len(one.subfields), one.type.casefold() not in PLAIN, one.type))
        for one, name in members:
            one.fields = [
                _typed(part, best) if field_name(part.name) == name else part for part in one.fields
            ]


def _givers(
    source: ImportedElement, target: ImportedElement, elements: Sequence[ImportedElement]
) -> Iterator[tuple[ImportedElement, str]]:
    """Yields the fields that a command, an event, or the events behind a policy, hand on."""
    if (source.kind, target.kind) not in GIVES:
        return
    events = (one for one in elements if one.kind == "event" and source in one.leads_to)
    givers = events if source.kind == "policy" else [source]
    taken = [*_by_name(target)][target.kind == "projection" :]  # its first column is its key, which is text
    for giver in givers:
        yield from ((giver, name) for name in _by_name(giver) if name in taken)


def _by_name(one: ImportedElement) -> dict[str, ModelField]:
    return {field_name(part.name): part for part in one.fields}


def _typed(one: ModelField, best: ModelField) -> ModelField:
    said = {"type": best.type, "subfields": best.subfields, "cardinality": best.cardinality}
    return one.model_copy(update=said)

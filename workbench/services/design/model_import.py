"""Writes an event model of another tool into a project: sections, wires and examples; what is there stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import InvalidValue
from workbench.interop.event_model_file import EventModelFile
from workbench.model.counts import counted
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.import_elements import ImportedElement, elements_of
from workbench.services.design.import_examples import examples_of
from workbench.services.design.import_fields import field_specs
from workbench.services.design.relations import column_type, section_path
from workbench.services.design.section_lists import names_at, put
from workbench.tusk import add_section, parse

WIRES = (("command", "event"), ("event", "projection"), ("event", "policy"), ("policy", "command"))
"""Kinds of what leads to what, in the order in which it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedModel:
    """What became of an event model.

    Attributes:
        made: How many sections and scenarios are new, by kind.
        notes: What could not be taken over, and what was decided, a line each.
    """

    text: DesignText
    made: dict[str, int]
    notes: tuple[str, ...]


def with_event_model(text: DesignText, model: EventModelFile) -> ImportedModel:
    """Returns the texts with everything of a model that they do not have yet.

    Commands, events and read models keep their fields, what reacts becomes a policy, examples become
    scenarios; screens and tables have no place in a project.
    """
    work = _Import(text=text, elements=elements_of(model))
    work.add_all()
    work.add_wires()
    work.loosen()
    known = {kind: set(gestures.names_of(work.text, kind)) for kind in ("command", "event", "projection")}
    scenarios = examples_of(model, work.elements, known, work.notes)
    if scenarios.text:
        work.add_scenarios(scenarios.text)
        work.made["scenario"] = scenarios.count
    if screens := sum(len(one.screens) for one in model.slices):
        work.notes.append(f"{counted(screens, 'screen')} left out: a project has none")
    return ImportedModel(text=work.text, made=work.made, notes=tuple(dict.fromkeys(work.notes)))


@dataclass(slots=True)
class _Import:
    text: DesignText
    elements: list[ImportedElement]
    made: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    fresh: set[DesignNode] = field(default_factory=set)

    def add_all(self) -> None:
        """Adds sections: aggregates, then what belongs to them, then who reads and reacts."""
        for owner in dict.fromkeys(one.owner for one in self.elements if one.owner):
            self._add(DesignNode("aggregate", owner), {})
        for kind in ("actor", "command", "event", "projection", "policy"):
            for one in self.elements:
                if one.kind == kind:
                    self._add(DesignNode(kind, one.name), self._entries(one))

    def _entries(self, one: ImportedElement) -> dict[str, Any]:
        said: dict[str, Any] = {"description": one.doc} if one.doc else {}
        if one.kind == "command":
            said |= {one.place: one.owner, **({"by": one.askers} if one.askers else {})}
            return said | {"fields": field_specs(one.fields)}
        if one.kind == "event":
            named = {} if one.name.rpartition(".")[0] == one.owner else {"aggregate": one.owner}
            return said | named | ({"fields": field_specs(one.fields)} if one.fields else {})
        if one.kind == "projection":
            return said | {"columns": self._columns(one)}
        return said

    def _columns(self, one: ImportedElement) -> dict[str, Any]:
        document = add_section(DesignText().project, "event.x", {"fields": field_specs(one.fields)})
        path = (*section_path("event", "x"), "fields")
        return {name: column_type(document, (*path, name)) for name in names_at(document, path)}

    def _add(self, node: DesignNode, entries: dict[str, Any]) -> None:
        if gestures.exists(self.text, node):
            self.notes.append(f"{node.kind} {node.name} is there already and stays as it is")
            return
        document = self.text.project
        try:
            self.text = self.text.with_project(add_section(document, f"{node.kind}.{node.name}", entries))
        except InvalidValue as error:
            self.notes.append(f"{node.kind} {node.name} was left out: {error}")
            return
        self.fresh.add(node)
        self.made[node.kind] = self.made.get(node.kind, 0) + 1

    # -- wires ---------------------------------------------------------------------------------------------

    def add_wires(self) -> None:
        """Wires what belongs together; a read model or policy without what it needs is taken out again."""
        for source, target in self._wires():
            new = source in self.fresh or target in self.fresh
            if new and gestures.exists(self.text, source) and gestures.exists(self.text, target):
                self.text = gestures.linked(self.text, source, target)
        for node in sorted(self.fresh, key=lambda one: (one.kind, one.name)):
            self._doubt(node)
            if missing := self._missing(node):
                self.text = gestures.removed_whole(self.text, node)
                self.made[node.kind] -= 1
                self.notes.append(f"{node.kind} {node.name} was left out: {missing}")

    def _wires(self) -> Iterator[tuple[DesignNode, DesignNode]]:
        for kinds in WIRES:
            for one in self.elements:
                for other in one.leads_to:
                    if (one.kind, other.kind) == kinds and not self._is_foreign(one, other):
                        yield DesignNode(one.kind, one.name), DesignNode(other.kind, other.name)

    def _doubt(self, node: DesignNode) -> None:
        """Lets a policy do nothing until it is said which command follows from which event."""
        path = section_path(node.kind, node.name)
        events, commands = (
            names_at(self.text.project, (*path, "on")),
            names_at(self.text.project, (*path, "do")),
        )
        if node.kind != "policy" or len(events) < 2 or not commands:
            return
        for key in commands:
            self.text = self.text.with_project(put(self.text.project, (*path, "do", key, "when"), "false"))
        said = f"policy {node.name}: say when each of its {len(commands)} commands follows"
        self.notes.append(f"{said}; until then its conditions are false, since the model does not say it")

    def _is_foreign(self, one: ImportedElement, other: ImportedElement) -> bool:
        """Whether a command would emit an event of another aggregate, which it cannot do alone."""
        foreign = one.kind == "command" and one.owner != other.owner
        if foreign:
            self.notes.append(f"command {one.name} does not emit {other.name}, which is of another aggregate")
        return foreign

    def _missing(self, node: DesignNode) -> str:
        path = section_path(node.kind, node.name)
        if node.kind in {"projection", "policy"} and not names_at(self.text.project, (*path, "on")):
            return "the model does not say which events it reads"
        if node.kind == "policy" and not any(
            source.name == node.name and gestures.exists(self.text, target)
            for source, target in self._wires()
            if source.kind == "policy"
        ):
            return "the model does not say which command it issues"
        return ""

    # -- what nothing gives --------------------------------------------------------------------------------

    def loosen(self) -> None:
        """Lets fields be null that not all gives a value that leads to them, and what these give in turn."""
        wires, before = [*self._wires()], -1
        while before != len(self.notes):
            before = len(self.notes)
            for kind, givers in (("command", "policy"), ("event", "command")):
                for node in sorted((one for one in self.fresh if one.kind == kind), key=lambda one: one.name):
                    sources = [one for one, target in wires if target == node and one.kind == givers]
                    self._loosen(
                        node, [self._given(one) for one in sources if gestures.exists(self.text, one)]
                    )

    def _given(self, node: DesignNode) -> set[str]:
        """Returns the fields to which a command, or every event that a policy reacts to, gives a value."""
        if node.kind == "command":
            return self._sure(node)
        events = names_at(self.text.project, (*section_path("policy", node.name), "on"))
        found = [self._sure(DesignNode("event", one)) for one in events]
        return set.intersection(*found) if found else set()

    def _sure(self, node: DesignNode) -> set[str]:
        """Returns the fields that are never null."""
        fields = gestures.fields_of(self.text, node)
        return {name for name, value in fields.items() if not _word(value).endswith("?")}

    def _loosen(self, node: DesignNode, given: list[set[str]]) -> None:
        fields = gestures.fields_of(self.text, node)
        own = [*fields][:1] if node.kind == "command" else []  # a policy gives the id of what happened
        for name, value in fields.items():
            word = _word(value)
            if name in own or word.endswith("?") or all(name in one for one in given):
                continue
            path = (*gestures.fields_path(node), name)
            place = path if isinstance(value, str) else (*path, "type")
            self.text = self.text.with_project(put(self.text.project, place, f"{word}?"))
            self.notes.append(
                f"{node.kind} {node.name}: not all that leads to it gives {name}, so it may be null"
            )

    def add_scenarios(self, written: str) -> None:
        """Adds a file of scenarios beside those that are there."""
        numbers = ("", *(f"-{number}" for number in range(2, 10_000)))
        names = (f"scenarios/event-model{one}.tsk" for one in numbers)
        name = next(one for one in names if one not in self.text.scenarios)
        self.text = self.text.with_file(parse(written, name))


def _word(value: Any) -> str:
    """Returns a field's type as it is written."""
    return value if isinstance(value, str) else str(value["type"])

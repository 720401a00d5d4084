"""Writes an event model of another tool into a project: sections, wires and examples; what is there stays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import CallerError, InvalidValue
from workbench.interop.event_model_file import EventModelFile
from workbench.model.counts import counted
from workbench.project.samples import PROJECT_FILE
from workbench.services.design import gestures
from workbench.services.design.column_types import column_type
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.import_elements import ImportedElement, elements_of
from workbench.services.design.import_examples import examples_of
from workbench.services.design.import_fields import DEEPEST, field_specs, nesting
from workbench.services.design.relations import declared_names, own_id, section_path
from workbench.services.design.section_lists import names_at, put
from workbench.tusk import Document, add_section, parse, section_span

WIRES = (("command", "event"), ("event", "projection"), ("event", "policy"), ("policy", "command"))
"""Kinds of what leads to what, in the order in which it is written."""
_GIVES = {("policy", "command"), ("command", "event")}
"""What gives the fields of what follows their values."""
_NOTHING = parse("", PROJECT_FILE)
EVERY = 50
"""Elements and wires after which it is told how far an import is."""
Progress = Callable[[int, int], bool]
"""Told how many elements and wires of how many are done; returns whether to go on."""

REACTIONS, UNTOLD = ("policy", "process"), ': ""'
"""Kinds that issue commands, and how an id stands there that is still to be told."""


class ImportStopped(CallerError):
    """Who is told how far an import is ended it; nothing changed."""


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


def with_event_model(
    text: DesignText, model: EventModelFile, progress: Progress = lambda _done, _total: True
) -> ImportedModel:
    """Returns the texts with everything of a model that they do not have yet.

    Commands, events and read models keep their fields, what reacts becomes a policy, examples become
    scenarios; screens and tables have no place in a project.

    Raises:
        TskError: The project file would be too large.
        ImportStopped: It was ended.
    """
    notes: list[str] = []
    work = _Import(text=text, elements=elements_of(model, notes), notes=notes, progress=progress)
    work.add_all()
    work.add_wires()
    text = work.written()
    known = {kind: set(declared_names(text.project, kind)) for kind in ("command", "event", "projection")}
    scenarios = examples_of(model, work.elements, known, notes)
    if scenarios.text:
        text = _with_scenarios(text, scenarios.text)
        work.made["scenario"] = scenarios.count
    if screens := sum(len(one.screens) for one in model.slices):
        notes.append(f"{counted(screens, 'screen')} left out: a project has none")
    return ImportedModel(text=text, made=work.made, notes=tuple(dict.fromkeys(notes)))


@dataclass(slots=True)
class _Import:
    """An import under way.

    Every section is a document of its own until all are written in one go: what a change of it costs
    does not grow with the project.
    """

    text: DesignText
    elements: list[ImportedElement]
    notes: list[str]
    progress: Progress
    done: int = 0
    made: dict[str, int] = field(default_factory=dict)
    fresh: dict[DesignNode, None] = field(default_factory=dict)
    sections: dict[DesignNode, Document] = field(default_factory=dict)

    def add_all(self) -> None:
        """Adds sections: aggregates, then what belongs to them, then who reads and reacts."""
        total = len(self.elements) + sum(1 for _ in self._wires())
        for owner in dict.fromkeys(one.owner for one in self.elements if one.owner):
            self._add(DesignNode("aggregate", owner), {})
        for kind in ("actor", "command", "event", "projection", "policy"):
            for one in self.elements:
                if one.kind == kind:
                    self._leave_out_deep(one)
                    self._add(DesignNode(kind, one.name), self._entries(one))
                    self._step(total)

    def _step(self, total: int) -> None:
        """Tells now and then how far it is, and ends where that is wanted."""
        self.done += 1
        if self.done % EVERY == 0 and not self.progress(min(self.done, total), total):
            raise ImportStopped("the import was stopped: nothing was changed")

    def _leave_out_deep(self, one: ImportedElement) -> None:
        """Takes fields away that are nested deeper than a file can be."""
        deep = [part for part in one.fields if nesting(field_specs([part])) > DEEPEST]
        one.fields = [part for part in one.fields if part not in deep]
        self.notes += [
            f"{one.kind} {one.name}: the field {part.name} was left out: it is nested too deep"
            for part in deep
        ]

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
        document = add_section(_NOTHING, "event.x", {"fields": field_specs(one.fields)})
        path = (*section_path("event", "x"), "fields")
        return {name: column_type(document, (*path, name)) for name in names_at(document, path)}

    def _add(self, node: DesignNode, entries: dict[str, Any]) -> None:
        if gestures.exists(self.text, node):
            self.notes.append(f"{node.kind} {node.name} is there already and stays as it is")
            return
        try:
            self.sections[node] = add_section(_NOTHING, f"{node.kind}.{node.name}", entries)
        except InvalidValue as error:
            self.notes.append(f"{node.kind} {node.name} was left out: {error}")
            return
        self.fresh[node] = None
        self.made[node.kind] = self.made.get(node.kind, 0) + 1

    def _section(self, node: DesignNode) -> Document | None:
        """Returns the section of a thing as it is now; None where there is none."""
        if node not in self.sections:
            name, document = ".".join(section_path(node.kind, node.name)), self.text.project
            if name not in document.sections:
                return None
            self.sections[node] = parse(document.text[slice(*section_span(document, name))])
        return self.sections[node]

    def written(self) -> DesignText:
        """Returns the texts with every section that is new or changed."""
        document = self.text.project
        changed = [(node, one.text) for node, one in self.sections.items() if node not in self.fresh]
        pieces = [
            (*section_span(document, ".".join(section_path(node.kind, node.name))), written)
            for node, written in changed
        ]
        text = self.text.exchanged(PROJECT_FILE, pieces)
        if not self.fresh:
            return text
        end, line_end = len(text.project.text.rstrip()), text.project.line_end
        lead = "\n\n" if text.project.text[:end].strip("\ufeff") else ""
        said = lead + "\n".join(self.sections[node].text for node in self.fresh)
        piece = (end, len(text.project.text), said.replace("\n", line_end))
        return text.exchanged(PROJECT_FILE, [piece])

    # -- wires ---------------------------------------------------------------------------------------------

    def add_wires(self) -> None:
        """Wires what belongs together; a read model or policy without what it needs is taken out again."""
        wires = [*self._wires()]
        self._link_all([one for one in wires if one[1].kind != "command"], len(wires))
        issuing = {source for source, target in wires if self._section(target) is not None}
        for node in sorted(self.fresh, key=lambda one: (one.kind, one.name)):
            if missing := self._missing(node, issuing):
                del self.fresh[node], self.sections[node]
                self.made[node.kind] -= 1
                self.notes.append(f"{node.kind} {node.name} was left out: {missing}")
        self._loosen_all()  # which decides what can be an id
        self._link_all([one for one in wires if one[1].kind == "command"], len(wires))
        for node in sorted(self.fresh, key=lambda one: (one.kind, one.name)):
            self._doubt(node)

    def _link_all(self, wires: Sequence[tuple[DesignNode, DesignNode]], total: int) -> None:
        for source, target in wires:
            if source in self.fresh or target in self.fresh:
                self._link(source, target)
            self._step(len(self.elements) + total)

    def _link(self, source: DesignNode, target: DesignNode) -> None:
        """Wires two things, in a text of their sections and of those of the events that are read there."""
        named = [DesignNode("event", one) for one in self._events(source)] if source.kind == "policy" else []
        here = {node: one for node in (source, target, *named) if (one := self._section(node)) is not None}
        if source not in here or target not in here:
            return
        before = parse("\n".join(one.text for one in here.values()))
        after = gestures.linked(DesignText(project=before), source, target).project
        for node in (source, target):
            written = after.text[slice(*section_span(after, ".".join(section_path(node.kind, node.name))))]
            if written != here[node].text:
                if node.kind in REACTIONS and UNTOLD in written:
                    written = written.replace(UNTOLD, f': "{own_id(after, target.name)}"')
                    said = f"no field tells the id of what {target.name} changes"
                    self.notes.append(f"{node.kind} {node.name}: {said}, so it is that of what happened")
                self.sections[node] = parse(written)

    def _events(self, node: DesignNode) -> list[str]:
        section = self._section(node)
        return names_at(section, (*section_path(node.kind, node.name), "on")) if section is not None else []

    def _wires(self) -> Iterator[tuple[DesignNode, DesignNode]]:
        for kinds in WIRES:
            for one in self.elements:
                for other in one.leads_to:
                    if (one.kind, other.kind) == kinds and not self._is_foreign(one, other):
                        yield DesignNode(one.kind, one.name), DesignNode(other.kind, other.name)

    def _doubt(self, node: DesignNode) -> None:
        """Lets a policy do nothing until it is said which command follows from which event."""
        path = section_path(node.kind, node.name)
        commands = names_at(self.sections[node], (*path, "do"))
        if node.kind != "policy" or len(self._events(node)) < 2 or not commands:
            return
        for key in commands:
            self.sections[node] = put(self.sections[node], (*path, "do", key, "when"), "false")
        said = f"policy {node.name}: say when each of its {len(commands)} commands follows"
        self.notes.append(f"{said}; until then its conditions are false, since the model does not say it")

    def _is_foreign(self, one: ImportedElement, other: ImportedElement) -> bool:
        """Whether a command would emit an event of another aggregate, which it cannot do alone."""
        foreign = one.kind == "command" and one.owner != other.owner
        if foreign:
            self.notes.append(f"command {one.name} does not emit {other.name}, which is of another aggregate")
        return foreign

    def _missing(self, node: DesignNode, issuing: Collection[DesignNode]) -> str:
        if node.kind in {"projection", "policy"} and not self._events(node):
            return "the model does not say which events it reads"
        if node.kind == "policy" and node not in issuing:
            return "the model does not say which command it issues"
        return ""

    # -- what nothing gives --------------------------------------------------------------------------------

    def _loosen_all(self) -> None:
        """Lets fields be null that not all gives a value that leads to them, and what these give in turn."""
        givers: dict[DesignNode, list[DesignNode]] = {}
        for source, target in self._wires():
            if (source.kind, target.kind) in _GIVES and self._section(source) is not None:
                givers.setdefault(target, []).append(source)
        before = -1
        while before != len(self.notes):
            before = len(self.notes)
            for kind in ("command", "event"):
                for node in sorted((one for one in self.fresh if one.kind == kind), key=lambda one: one.name):
                    self._loosen(node, [self._given(one) for one in givers.get(node, ())])

    def _given(self, node: DesignNode) -> set[str]:
        """Returns the fields to which a command, or every event that a policy reacts to, gives a value."""
        if node.kind == "command":
            return self._sure(node)
        found = [self._sure(DesignNode("event", one)) for one in self._events(node)]
        return set.intersection(*found) if found else set()

    def _sure(self, node: DesignNode) -> set[str]:
        """Returns the fields that are never null."""
        fields = self._fields(node)
        return {name for name, value in fields.items() if not _word(value).endswith("?")}

    def _fields(self, node: DesignNode) -> dict[str, Any]:
        section = self._section(node)
        return gestures.fields_of(DesignText(project=section), node) if section is not None else {}

    def _loosen(self, node: DesignNode, given: list[set[str]]) -> None:
        fields = self._fields(node)
        own = [*fields][:1] if node.kind == "command" else []  # a policy gives the id of what happened
        for name, value in fields.items():
            word = _word(value)
            if name in own or word.endswith("?") or all(name in one for one in given):
                continue
            path = (*gestures.fields_path(node), name)
            place = path if isinstance(value, str) else (*path, "type")
            self.sections[node] = put(self.sections[node], place, f"{word}?")
            self.notes.append(
                f"{node.kind} {node.name}: not all that leads to it gives {name}, so it may be null"
            )


def _with_scenarios(text: DesignText, written: str) -> DesignText:
    """Returns the texts with a file of scenarios beside those that are there."""
    numbers = ("", *(f"-{number}" for number in range(2, 10_000)))
    names = (f"scenarios/event-model{one}.tsk" for one in numbers)
    return text.with_file(parse(written, next(one for one in names if one not in text.scenarios)))


def _word(value: Any) -> str:
    """Returns a field's type as it is written."""
    return value if isinstance(value, str) else str(value["type"])

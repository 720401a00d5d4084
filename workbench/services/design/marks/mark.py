"""A mark of a design: what is worth a second look, where, why, and what could be done about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.model.hints import in_brackets
from workbench.model.registry import Registry
from workbench.project.declared.field_section import FieldSection
from workbench.project.declared.section_reader import Sections, read_sections
from workbench.project.declared.source_locations import Path
from workbench.project.project_file import ProjectFile
from workbench.project.settings import SubscriptionSettings, TopicSettings
from workbench.services.design.design_text import DesignText
from workbench.tusk import Problem

_OTHERS = ("event", "command", "row")
"""Names before a dot that are no states."""


class Severity(StrEnum):
    """How much a mark weighs."""

    ADVICE = "advice"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkKind:
    """What marks of one kind have in common.

    Attributes:
        code: Its name in lists, such as ``A-LOOP``.
        title: What is marked.
        why: Why that matters.
        way: What to do about it.
    """

    code: str
    severity: Severity
    title: str
    why: str
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFix:
    """A change of the texts that takes a mark away.

    Attributes:
        effect: What it writes.
        opens: Event whose schema is to be opened; the change is made there, and is none here.
        rebuilds: Read model that is to be rebuilt; nothing is written.
    """

    label: str
    effect: str
    change: Callable[[DesignText], DesignText] = lambda text: text
    opens: str = ""
    rebuilds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignMark:
    """One thing that is worth a second look.

    Attributes:
        node: Id of the node of the board that has it, such as ``event:parcel.sent``; empty where none has.
        part: Kind of section and name of what it is about.
        place: Where that stands in the project file; None where a Python module declares it.
        line: Field, column or value of the node that it is about; empty where it is about the whole.
    """

    kind: MarkKind
    node: str
    part: tuple[str, str]
    place: Problem | None
    message: str
    fixes: tuple[MarkFix, ...] = ()
    line: str = ""

    @property
    def as_warning(self) -> Problem | None:
        """Its place as a text shows it, beside what is wrong."""
        return replace(self.place, warning=True) if self.place else None

    def __str__(self) -> str:
        place = self.as_warning if self.kind.severity is Severity.WARNING else self.place
        return str(place) if place else in_brackets(self.message, self.kind.way)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedModel:
    """A model together with the text that declares it.

    Attributes:
        sections: What the text declares.
        registry: The model, of which Python modules may bring parts.
        warnings: What compiling it warned of.
        unfit: How many stored events do not fit, by type.
        events_of: Names of the declared events, by their aggregate.
    """

    file: ProjectFile
    sections: Sections
    registry: Registry
    warnings: Sequence[Problem]
    unfit: Mapping[str, int]
    events_of: Mapping[str, Sequence[str]]

    @classmethod
    def of(
        cls,
        file: ProjectFile,
        registry: Registry,
        warnings: Sequence[Problem] = (),
        unfit: Mapping[str, int] | None = None,
    ) -> MarkedModel:
        """Reads what a project file declares."""
        sections = read_sections(file.document, file.declared)[0]
        events: dict[str, list[str]] = {}
        for name, one in sections.events.items():
            events.setdefault(one.aggregate or name.partition(".")[0], []).append(name)
        return cls(
            file=file,
            sections=sections,
            registry=registry,
            warnings=warnings,
            unfit=unfit or {},
            events_of=events,
        )

    def declares(self, kind: str, name: str) -> bool:
        """Whether the project file declares a thing."""
        return name in self.sections.of(kind)

    def is_all_declared(self) -> bool:
        """Whether no Python module brings anything, so that all that happens is known."""
        return not self.file.settings.cqrs.modules

    def mark(
        self,
        kind: MarkKind,
        part: tuple[str, str],
        message: str,
        *,
        inside: Path = (),
        key: bool = True,
        fixes: tuple[MarkFix, ...] = (),
        line: str = "",
    ) -> DesignMark:
        """Makes a mark.

        Args:
            inside: Path of what it is about, below its section.
            key: It is about the key there, and not about the value.
        """
        path = (*section_of(*part), *inside)
        place = None
        if self.file.document.find(path) or ".".join(path) in self.file.document.sections:
            place = self.file.problem(path, kind.code, message, kind.way, key=key)
        return DesignMark(
            kind=kind,
            node=self.node_of(*part),
            part=part,
            place=place,
            message=message,
            fixes=fixes,
            line=line,
        )

    def node_of(self, kind: str, name: str) -> str:
        """Returns the id of the board's node for a part, by its name where that is not its key."""
        entries: dict[str, Mapping[str, TopicSettings | SubscriptionSettings]] = {
            "topics": self.file.settings.topics,
            "subscriptions": self.file.settings.subscriptions,
        }
        entry = entries.get(kind, {}).get(name)
        return node_of(kind, (entry.name if entry is not None else None) or name)

    def base_type(self, field: FieldSection) -> FieldSection:
        """Returns what a field is, with the named types resolved; ``?`` is taken away."""
        seen: set[str] = set()
        while (name := field.type.removesuffix("?")) in self.sections.types and name not in seen:
            seen.add(name)
            field = self.sections.types[name]
        return field

    def may_be_null(self, field: FieldSection) -> bool:
        """Whether a field, or a named type that it is of, allows null."""
        seen: set[str] = set()
        while not field.type.endswith("?") and field.type in self.sections.types and field.type not in seen:
            seen.add(field.type)
            field = self.sections.types[field.type]
        return field.type.endswith("?")

    def can_hold(self, kept: FieldSection, given: FieldSection) -> bool:
        """Whether every value of a field can be that of another one, so that an expression may set it."""
        if self.may_be_null(given) and not self.may_be_null(kept):
            return False
        one, other = self.base_type(given), self.base_type(kept)
        kind = one.type.removesuffix("?")
        if kind != other.type.removesuffix("?"):
            return False
        return set(one.choices) <= set(other.choices) and (one.of, one.fields) == (other.of, other.fields)

    def is_read(self, field: str) -> bool:
        """Whether something in the text looks at a field of a state, such as ``state.open``."""
        read = re.compile(rf"\.\s*{re.escape(field)}\b|\[\s*['\"]{re.escape(field)}['\"]\s*\]")
        text = self.file.document.text
        return any(not text[: one.start()].endswith(_OTHERS) for one in read.finditer(text))

    def choices_of(self, field: FieldSection) -> list[str]:
        """Returns the texts that a choice can be; none where it is another type."""
        found = self.base_type(field)
        return found.choices if found.type.removesuffix("?") == "choice" else []


def section_of(kind: str, name: str) -> Path:
    """Returns the path of the section, or of the entry, that declares a thing."""
    return (kind, name) if kind in _ENTRIES else (kind, *name.split("."))


def node_of(kind: str, name: str) -> str:
    """Returns the id of the board's node for a thing; empty where the board has none."""
    word = _NODES.get(kind, kind)
    return f"{word}:{name}" if word else ""


_ENTRIES = {"topics", "subscriptions", "types", "routing"}
"""Sections whose entries are named by one key."""
_NODES = {
    "policy": "subscription",
    "process": "subscription",
    "subscriptions": "subscription",
    "topics": "topic",
    "routing": "",
    "handler": "",
    "query": "",
    "types": "",
    "actor": "external",
}

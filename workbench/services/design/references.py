"""Finds every place in a project's texts where a thing of the model is named."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from workbench.project.declared.invariant_names import LOOKS_AT
from workbench.project.declared.key_lookup import KeyPlace, section_place
from workbench.project.declared.section_kinds import KINDS, TYPES
from workbench.services.design.design_text import DesignText
from workbench.tusk import Document, Entry, Scope, Value, ValueKind, write_key

NAME_SPACES = {
    "policy": ("consumer",),
    "process": ("consumer",),
    "subscription": ("consumer",),
    "external": ("actor", "handler"),
}
"""The kinds under which others name what a kind of section declares, where that is not the kind itself."""
HEADER, EXPRESSION, PATTERN, SCENARIO, WORDS = "header", "expression", "pattern", "scenario", "words"
LOOKED = "looked"
"""What a function of an expression looks at."""
STEP = "step"
"""What a flow names: anything that has a slice."""
ENTRIES = {"topics": "topic", "subscriptions": "consumer"}
"""The kinds under which others name the entries of a section."""
SETTINGS = {
    ("subscriptions", "topic"): "topic",
    ("subscriptions", "handler"): "handler",
    ("routing", "topics"): "topic",
    ("routing", "topic"): "topic",
    ("routing", "default"): "topic",
    ("routing", "default_topic"): "topic",
    ("routing", "pattern"): "event",
}
SPOKEN = {
    "event": ("event",),
    "no_event": ("event",),
    "message": ("event",),
    "no_message": ("event",),
    "command": ("command",),
    "no_command": ("command",),
    "rejected": ("command",),
    "conflict": ("command",),
    "failed": ("command",),
    "projection": ("projection",),
    "topic": ("topic",),
    "query": ("query",),
    "dead_letter": ("consumer",),
    "replay": ("consumer",),
    "deliver": ("consumer", "command", "projection"),
    "fault": ("consumer", "command", "projection"),
    "of": ("event",),
    "by": ("consumer", "actor"),
}
"""What the keys of scenarios name."""
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LITERAL = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_CALLED = re.compile(r"([A-Za-z_]\w*)\(\s*\Z")
"""A function whose first text follows."""
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A place where something is named.

    Attributes:
        kind: A kind of section, or what `NAME_SPACES` has for it.
        start, end: Span of what a new name takes the place of.
        role: The key that names it, or ``header``, ``expression``, ``pattern``, ``scenario``, ``words``.
        owner: The section in which it stands, or the scenario.
        before, behind: What stands around the name within that span.
        quotes: The quotes between which it stands, from the outer to the inner; none around a key or a
            header. A key has them where it needs them.
    """

    kind: str
    name: str
    file: str
    start: int
    end: int
    role: str
    owner: str
    before: str = ""
    behind: str = ""
    quotes: str = ""

    def renamed(self, name: str) -> str:
        """Returns what stands in the span with another name."""
        if not self.quotes and not self.before and self.role != WORDS:
            return write_key(name)
        for quote in reversed(self.quotes):
            name = "".join(_ESCAPES.get(char, f"\\{char}" if char == quote else char) for char in name)
        return f"{self.before}{name}{self.behind}"


def names_section(one: Reference, section: str) -> bool:
    """Whether a place names what a section declares, such as ``handler.charge``, or an entry of topics."""
    kind, _, name = section.partition(".")
    spaces = (ENTRIES[kind],) if kind in ENTRIES else NAME_SPACES.get(kind, (kind,))
    return one.name == name and one.kind in spaces


def references(text: DesignText, known: Collection[tuple[str, str]] = ()) -> list[Reference]:
    """Returns every place where something is named, in the order of the files.

    Args:
        known: Kinds and names that count as declared, too: expressions and flows can name what is.
    """
    found = list(_in_project(text.project))
    declared = {(one.kind, one.name) for one in found if one.role == HEADER} | {*known}
    found = [one for one in found if one.role != EXPRESSION or (one.kind, one.name) in declared]
    steps = [one for one in found if one.kind == STEP]
    found += [replace(one, kind=kind) for one in steps for kind, name in declared if name == one.name]
    for document in text.scenarios.values():
        found += _in_scenarios(document)
    return sorted(set(found), key=lambda one: (one.file != text.project.file, one.file, one.start))


def fits(one: Reference, name: str) -> bool:
    """Whether a place is a pattern that fits the name of an event, and is no name itself."""
    wild = one.role == PATTERN and _WILD.search(one.name) is not None
    return wild and fnmatch.fnmatchcase(name, one.name)


def patterns_within(known: Collection[Reference], begin: str, events: Collection[str]) -> set[str]:
    """Returns the patterns that begin so and fit none but these of the declared events."""
    others = {one.name for one in known if (one.kind, one.role) == ("event", HEADER)} - {*events}
    return {
        one.name
        for one in known
        if one.role == PATTERN
        and one.name.startswith(begin)
        and _WILD.search(one.name)
        and not any(fits(one, name) for name in others)
    }


def with_name(text: DesignText, kind: str, old: str, new: str) -> DesignText:
    """Returns the texts with another name at every place where a thing is named.

    Raises:
        TskError: They could not be read any more.
    """
    places = [one for one in references(text) if (one.kind, one.name) == (kind, old)]
    for file in dict.fromkeys(one.file for one in places):
        pieces = [(one.start, one.end, one.renamed(new)) for one in places if one.file == file]
        text = text.exchanged(file, pieces)
    return text


def _in_project(document: Document) -> Iterator[Reference]:
    for section, scope in document.sections.items():
        kind, _, name = section.partition(".")
        if kind in KINDS and name:
            for space in NAME_SPACES.get(kind, (kind,)):
                span = scope.start, scope.end
                yield _at(document, space, name, HEADER, section, *span, before=f"[{kind}.", behind="]")
        if (place := section_place(section)) is not None:
            yield from _in_scope(document, section, kind, place, scope)
    for path, entry in document.entries():
        if len(path) == 2 and path[0] in ENTRIES:
            yield from _declared_entry(document, entry, path[0])
        elif (named := SETTINGS.get((path[0], path[-1]))) is not None:
            role = PATTERN if path[-1] == "pattern" else path[-1]
            yield from _named(document, entry.value, named, role, ".".join(path[:-1]))
        elif path[0] == "subscriptions" and path[-1] == "filter":
            yield from _in_expression(document, entry.value, ".".join(path[:-1]))


def _declared_entry(document: Document, entry: Entry, section: str) -> Iterator[Reference]:
    kind = ENTRIES[section]
    name = entry.value.scope.entries.get("name") if entry.value.scope is not None else None
    if name is not None:
        yield from _named(document, name.value, kind, HEADER, f"{section}.{entry.key}")
    else:
        yield _key(document, entry, kind, HEADER, section)


def _in_scope(
    document: Document, section: str, role: str, place: KeyPlace, scope: Scope
) -> Iterator[Reference]:
    for entry in scope.entries.values():
        if section == TYPES == role:
            yield _key(document, entry, "type", HEADER, TYPES)
        if named := _named_by_keys(place, entry):
            yield _key(document, entry, named, role, section)
        own = place.inside(entry.key)
        if own is None:
            continue
        if own.is_expression:
            yield from _in_expression(document, entry.value, section)
        elif own.says is not None:
            yield from _named(document, entry.value, own.says.names, entry.key, section)
        if entry.value.scope is not None:
            yield from _in_scope(document, section, entry.key, own, entry.value.scope)


def _named_by_keys(place: KeyPlace, entry: Entry) -> str:
    """Returns what kind of thing a key of a map names; empty where the block behind it says what it means."""
    if place.inner is None or place.says is None or entry.value.scope is None:
        return place.says.names if place.inner is not None and place.says is not None else ""
    return "" if "aggregate" in entry.value.scope.entries else place.says.names


def _named(document: Document, value: Value, kind: str, role: str, owner: str) -> Iterator[Reference]:
    """Yields what a text names, or the texts of a list."""
    for item in value.items:
        yield from _named(document, item, kind, role, owner)
    if value.kind is ValueKind.STRING and value.plain:
        quote, mark = document.text[value.start], _mark(document.text, value)
        name, end = str(value.plain), value.end - mark
        if kind == "type" and name.endswith("?"):
            name, end = name[:-1], end - 1
        yield _at(document, kind, name, role, owner, value.start + mark, end, quotes=quote)


def _key(document: Document, entry: Entry, kind: str, role: str, owner: str) -> Reference:
    return _at(document, kind, entry.key, role, owner, entry.start, entry.end)


def _at(
    document: Document, kind: str, name: str, role: str, owner: str, start: int, end: int, **around: str
) -> Reference:
    """Returns a reference in a file; ``around`` is what stands around the name, see `Reference`."""
    return Reference(
        kind=kind, name=name, file=document.file, start=start, end=end, role=role, owner=owner, **around
    )


def _mark(text: str, value: Value) -> int:
    """Returns how many quotes stand on each side of a text."""
    long = text.startswith(text[value.start] * 3, value.start) and value.end - value.start >= 6
    return 3 if long else 1


def _in_expression(document: Document, value: Value, owner: str) -> Iterator[Reference]:
    """Yields the texts inside of an expression, as what may be the name of an event or a topic.

    Where a function looks at something by its name, the text is that name alone.
    """
    if value.kind is not ValueKind.STRING:
        return
    for literal in _LITERAL.finditer(document.text, value.start + 1, value.end - 1):
        group = 1 if literal[1] is not None else 2
        quotes = document.text[value.start] + literal[0][0]
        before = _CALLED.search(document.text, value.start + 1, literal.start())
        looked = LOOKS_AT.get(before[1]) if before is not None else None
        for kind in ("event", "topic") if looked is None else (looked,):
            name, span = literal[group], literal.span(group)
            role = EXPRESSION if looked is None else LOOKED
            yield _at(document, kind, name, role, owner, *span, quotes=quotes)


def _in_scenarios(document: Document) -> Iterator[Reference]:
    for scope in (document.top, *document.sections.values()):
        for entry in scope.entries.values():
            yield from _spoken(document, entry.value, entry.key)


def _stream(document: Document, value: Value, owner: str) -> Iterator[Reference]:
    """Yields the aggregate with whose name a stream's begins, also where a variable says the stream."""
    if value.kind is ValueKind.VARIABLE:
        said = document.top.entries.get(f"${str(value.plain).lstrip('$')}")
        if said is not None and said.value.kind is ValueKind.STRING:
            yield from _stream(document, said.value, said.key)
    if value.kind is ValueKind.STRING and "-" in str(value.plain):
        start, name = value.start + _mark(document.text, value), str(value.plain).partition("-")[0]
        if document.text.startswith(name, start):
            quote = document.text[value.start]
            span = start, start + len(name)
            yield _at(document, "aggregate", name, SCENARIO, owner, *span, quotes=quote)


def _spoken(document: Document, value: Value, owner: str) -> Iterator[Reference]:
    for item in value.items:
        yield from _spoken(document, item, owner)
    for key, entry in value.scope.entries.items() if value.scope is not None else ():
        for kind in SPOKEN.get(key, ()):
            yield from _named(document, entry.value, kind, SCENARIO, owner)
        if key == "stream":
            yield from _stream(document, entry.value, owner)
        if key != "data":
            yield from _spoken(document, entry.value, owner)


def streams_of(text: DesignText, events: Collection[str]) -> list[tuple[Reference, str]]:
    """Returns where scenarios name the aggregates of the streams of events, each with its event.

    A stream that a variable says for others, too, is none of them.
    """
    found = [one for document in text.scenarios.values() for one in _streams_in(document)]
    shared = {one for one, event in found if event not in events}
    return list(dict.fromkeys((one, event) for one, event in found if event in events and one not in shared))


def _streams_in(document: Document) -> Iterator[tuple[Reference, str]]:
    for scope in (document.top, *document.sections.values()):
        for entry in scope.entries.values():
            yield from _streams_at(document, entry.value, entry.key)


def _streams_at(document: Document, value: Value, owner: str) -> Iterator[tuple[Reference, str]]:
    for item in value.items:
        yield from _streams_at(document, item, owner)
    entries = value.scope.entries if value.scope is not None else {}
    for key, entry in entries.items():
        if key != "data":
            yield from _streams_at(document, entry.value, owner)
    said = next((str(entries[key].value.plain) for key in ("event", "no_event") if key in entries), "")
    if "stream" in entries:
        yield from ((one, said) for one in _stream(document, entries["stream"].value, owner))

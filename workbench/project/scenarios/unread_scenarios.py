"""Scenarios with which something is wrong, as far as their text says of what they speak."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.model.hints import nearest
from workbench.model.registry import Registry
from workbench.model.scenario import Expected, FactKind, IssuedCommand, Scenario, ScenarioStep
from workbench.project.scenarios.file_nodes import Book, FileNode
from workbench.project.scenarios.scenario_items import head_in
from workbench.project.scenarios.scenario_reader import THEN
from workbench.tusk import Document, Entry, Problem, parse_in_part

_BEGINS = re.compile(r'^(?=["$\w])', re.MULTILINE)
"""Where an entry of a file begins: what stands in one is indented, or closes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadScenario:
    """A scenario with which something is wrong, so that it is not run.

    Attributes:
        about: What it issues and expects; a name that the model does not know is the one that was meant,
            as far as one resembles it.
        problem: What is wrong with it first, and where.
    """

    about: Scenario
    problem: Problem

    @property
    def title(self) -> str:
        """Its name with the file that it stands in."""
        return self.about.title

    @property
    def said(self) -> str:
        """Where it does not load, and why, in a line."""
        return f"{self.problem.file}:{self.problem.line}: {self.problem.message}"


def unread_in(
    text: str, file: str, registry: Registry, sound: Sequence[Scenario], problems: Sequence[Problem]
) -> tuple[UnreadScenario, ...]:
    """Returns the scenarios of a file that are not among the sound ones.

    Args:
        problems: What is wrong with the file, in the order of its text; some.
    """
    known = {one.name for one in sound}
    written = [
        (document, entry)
        for document in _documents(text, file)
        for entry in document.top.entries.values()
        if not entry.key.startswith("$")
    ]
    lines = [_lines(*one) for one in written]
    names = _names(registry)
    loose = [one for one in problems if not any(one.line in own for own in lines)] or problems
    return tuple(
        UnreadScenario(
            about=_roughly(Book(document), entry, names),
            problem=next((one for one in problems if one.line in own), loose[0]),
        )
        for (document, entry), own in zip(written, lines, strict=True)
        if entry.key not in known
    )


def _documents(text: str, file: str) -> Iterator[Document]:
    """Yields the file; where it cannot be read as a whole every scenario by itself, with what stands above.

    So an open brace hides nothing that stands behind it. Lines keep their numbers.
    """
    document, broken = parse_in_part(text, file)
    if not broken:
        yield document
        return
    above = ""
    for piece in _BEGINS.split(text):
        if piece.startswith("$"):
            above += piece
        else:
            yield parse_in_part(above + piece, file)[0]
            above += "\n" * piece.count("\n")


def _lines(document: Document, entry: Entry) -> range:
    places = document.places
    return range(places.line(entry.start), places.line(max(entry.start, entry.value.end - 1)) + 1)


Names = Mapping[str, Collection[str]]
"""By the keys of items, what the model has of what they name."""


def _names(registry: Registry) -> Names:
    readers = {*registry.subscriptions, *registry.reactors}
    return {
        **dict.fromkeys(("command", "no_command", "rejected", "conflict", "failed"), registry.commands),
        **dict.fromkeys(("event", "no_event"), registry.events),
        **dict.fromkeys(("by", "dead_letter"), readers),
        "projection": registry.projections,
        "query": registry.queries,
        "topic": registry.topics,
    }


def _roughly(book: Book, entry: Entry, names: Names) -> Scenario:
    """Returns what a scenario issues and expects, without any data."""
    parts = {
        key: [(node.place, _said(node, names)) for node in book.node(one.value).items()]
        for key, one in book.node(entry.value).entries().items()
    }
    issued = [said["command"] for _, said in parts.get("when", ()) if "command" in said]
    return Scenario(
        name=entry.key,
        place=book.place(entry.start),
        when=tuple(ScenarioStep(act=IssuedCommand(command=str(one), data={})) for one in issued),
        then=tuple(
            Expected(
                kind=(kind := FactKind(head.removeprefix("no_"))),
                facts={kind.value: said[head], **said},
                place=place,
                wanted=not head.startswith("no_"),
            )
            for place, said in parts.get("then", ())
            if (head := head_in(said, THEN))
        ),
    )


def _said(node: FileNode, names: Names) -> dict[str, Any]:
    """Returns the facts of an item that are texts or numbers, with the names that were probably meant."""
    found = ((key, node.book.node(one.value).value.plain) for key, one in node.entries().items())
    return {
        key: plain if plain in (known := names.get(key, ())) else nearest(str(plain), known) or plain
        for key, plain in found
        if isinstance(plain, str | int)
    }

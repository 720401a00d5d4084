"""Checks the order of the blueprint: there is one, and every step of it is something that has a slice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from workbench.model.hints import did_you_mean
from workbench.model.registry import Definitions
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.section_reader import Sections
from workbench.tusk import Document
from workbench.tusk.document import entries_in

MAIN = "main"
"""The one flow that there is."""
SET_UP = ("subscriptions", "topics")
"""Settings that the blueprint shows."""


def check_flows(
    draft: Compilation, document: Document, sections: Sections, known: Iterable[Definitions]
) -> None:
    """Finds other flows than the one, and steps that name nothing."""
    names = {*_declared(sections), *set_up(document), *(one for each in known for one in _given(each))}
    for flow, section in sections.flows.items():
        path = ("flow", *flow.split("."))
        if flow != MAIN:
            draft.tell(path, "S-VALUE", "the board shows one flow", f"write [flow.{MAIN}]")
        for index, step in enumerate(section.steps):
            if step not in names and not draft.lenient:
                hint = did_you_mean(step, names, "name a command, an event, a read model, or who reacts")
                said = f"nothing that the blueprint shows is named {step}"
                draft.problems.append(draft.places.item((*path, "steps"), index, "S-REF", said, hint))


def _declared(sections: Sections) -> Iterator[str]:
    kinds = ("aggregate", "event", "command", "projection", "policy", "process", "query", "handler", "actor")
    for kind in (*kinds, "external"):
        yield from sections.of(kind)


def set_up(document: Document, sections: tuple[str, ...] = SET_UP) -> Iterator[str]:
    """Yields the names of subscriptions and topics, or of one of both."""
    contents = document.sections.contents().items()
    below = (
        entries_in(tuple(name.split(".")), scope) for name, scope in contents if name.startswith(sections)
    )
    for path, entry in chain(entries_in((), document.top), *below):
        if path[0] in sections and len(path) > 1:
            yield path[1]
            if path[-1] == "name":
                yield str(entry.value.plain)


def _given(module: Definitions) -> Iterator[str]:
    """Yields the names of what a Python module brings."""
    for owner in module.aggregates:
        yield from (command.command_type for command in owner.commands)
        yield from (event.event_type for event in owner.events)
    yield from (one.name for one in module.projections)
    yield from (one.name for one in module.policies)
    yield from (one.name for one in module.processes)
    yield from (one.query.query_type for one in module.queries)
    yield from (*module.handlers, *module.actors, *module.externals)

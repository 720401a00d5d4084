"""Writes a project's model down as Markdown, from the registry that it runs with."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.model.aggregate import AggregateType
from workbench.model.invariant import Invariant
from workbench.model.messaging import Subscription
from workbench.model.model_flow import ModelFlow
from workbench.model.policy import ReactorType
from workbench.model.projection import Projection
from workbench.model.registry import Registry
from workbench.project.project import Project, load_project
from workbench.project.project_file import project_root, read_settings
from workbench.project.scenarios import find_scenarios
from workbench.services.documents.event_model_json import event_model as model_values
from workbench.services.documents.markdown import code, plain, prose, sentence, table
from workbench.services.documents.mermaid import event_model, flow_diagram, legend
from workbench.services.documents.mermaid_timeline import event_timeline
from workbench.services.documents.schema_fields import fields_of
from workbench.services.project.project_check import counts, in_words
from workbench.services.project.project_trust import not_trusted, trust_of


def document_of(
    target: Path, environ: Mapping[str, str], *, trust: bool = False, form: str = "markdown"
) -> str:
    """Returns the document of a project folder; its store is not opened.

    Args:
        form: ``markdown``, ``mermaid`` or ``event-model``.

    Raises:
        NotFound: There is no project.
        NotTrusted: Its modules are not trusted.
        ProjectError: The project's files are wrong; every problem with its place.
    """
    root = project_root(target)
    file = read_settings(root, environ=environ)
    project = load_project(root, environ=environ, trusted=trust_of(environ, trust=trust), file=file)
    if project.restricted:
        raise not_trusted(project, "writing the model down")
    if form == "mermaid":
        return event_timeline(project.registry)
    if form == "event-model":
        return event_model_text(root, project.registry)
    return document(project, file.settings.project.description)


def event_model_text(root: Path, registry: Registry, only: Collection[str] | None = None) -> str:
    """Returns a model with the scenarios of its folder, as JSON of the event-modeling specification.

    Args:
        only: Nodes of the board whose slices are written; None for all.
    """
    scenarios = (one for file in find_scenarios(root, registry) for one in file.scenarios)
    return json.dumps(model_values(registry, scenarios, only), indent=2, ensure_ascii=False) + "\n"


def document(project: Project, description: str = "") -> str:
    """Returns the whole document; the same model gives the same text."""
    registry = project.registry
    lines = [f"# {plain(project.name)}", "", *prose(description), *_summary(registry)]
    if registry.events or registry.topics:
        lines += ["## How it flows", "", *flow_diagram(registry), *legend(), ""]
    if registry.events:
        lines += ["## The event model", "", *event_model(registry)]
    for title, part in (
        ("Aggregates", (line for one in registry.aggregates.values() for line in _aggregate(registry, one))),
        (
            "Actors and outside systems",
            (line for name in registry.actors for line in _actor(registry, name)),
        ),
        (
            "Policies and processes",
            (line for one in registry.reactors.values() for line in _reactor(registry, one)),
        ),
        (
            "Read models",
            (line for one in registry.projections.values() for line in _projection(registry, one)),
        ),
        ("Queries", _queries(registry)),
        ("Invariants", (line for one in registry.invariants.values() for line in _invariant(one))),
        ("Topics and subscriptions", _messaging(registry)),
        ("Components", _components(project.components)),
    ):
        written = list(part)
        if written:
            lines += [f"## {title}", "", *written]
    return "\n".join(lines).rstrip() + "\n"


def _summary(registry: Registry) -> list[str]:
    found = in_words(counts(registry))
    if not found:
        return ["The model is empty.", ""]
    return [f"The model has {found}. This text was made from it by `workbench docs`.", ""]


# -- aggregates -----------------------------------------------------------------------------------------


_NEEDS = {
    True: "begins a stream",
    False: "needs a stream",
    None: "begins or goes on with a stream",
}
"""What a command needs of an aggregate, by what it creates (K4)."""


def _aggregate(registry: Registry, one: AggregateType) -> Iterator[str]:
    yield from (f"### {code(one.name)}", "", *prose(one.doc))
    yield from (f"Its streams are named {code(one.name + '-…')}, by the id that its commands carry.", "")
    for name in one.commands:
        command = registry.commands[name]
        needs = [
            f"{_NEEDS[place.creates]} of {code(place.aggregate)} ({code(place.id)})"
            for place in command.places
        ]
        yield from (f"#### Command {code(name)}", "", *prose(command.doc))
        yield from (f"It {' and '.join(needs)}.", "", *_fields(command.schema))
        yield from _flows(registry.told_of(f"command:{name}"))
    for name in one.events:
        event = registry.events[name]
        version = f", version {event.version}" if event.version > 1 else ""
        yield from (f"#### Event {code(name)}{version}", "", *prose(event.doc), *_fields(event.schema))
        yield from _flows(registry.rules_of(f"event:{name}"))


def _fields(schema: Mapping[str, Any]) -> list[str]:
    return table(
        ("field", "type", "needed", ""),
        (
            (code(field.name), plain(field.type), "yes" if field.required else "", plain(field.doc))
            for field in fields_of(schema)
        ),
    )


# -- what follows ---------------------------------------------------------------------------------------


def _flows(flows: Iterable[ModelFlow]) -> list[str]:
    """Says what follows, a line each; ends with an empty line if there is any."""
    lines = []
    for one in flows:
        cause = f"on {code(one.cause)} it " if one.cause else ""
        words = f": {code(one.all_words)}" if one.all_words else ""
        lines.append(f"- {cause}{one.verb} {code(one.name)}{words}")
    return [*lines, ""] if lines else []


def _actor(registry: Registry, name: str) -> Iterator[str]:
    yield from (f"### {code(name)}", "", *prose(registry.actors[name]))
    yield from _flows(registry.flows_of(f"external:{name}"))


def _reactor(registry: Registry, one: ReactorType) -> Iterator[str]:
    kind = "process" if one.stateful else "policy"
    yield from (f"### {code(one.name)}, a {kind}", "", *prose(one.doc))
    yield from (f"When: {_listed(one.events)}.", "")
    yield from _flows(registry.told_of(f"subscription:{one.name}"))


def _invariant(one: Invariant) -> Iterator[str]:
    whose = f" for each stream of {code(one.of)}" if one.of else ""
    whose = f" for each row of {code(one.rows)}" if one.rows else whose
    yield from (f"### {code(one.name)}", "", *prose(one.doc))
    if one.always is not None:
        yield from (f"Always{whose}: {code(one.always.text)}.", "")
    if one.eventually is not None:
        yield from (f"Whenever nothing is left to do{whose}: {code(one.eventually.text)}.", "")
    if one.never_dead_letter:
        told = f" of {_listed(sorted(one.consumers))}" if one.consumers else ""
        yield from (f"No delivery{told} ever becomes a dead letter.", "")


def _projection(registry: Registry, one: Projection) -> Iterator[str]:
    yield from (f"### {code(one.name)}", "", *prose(one.doc))
    yield from ("Written by handlers." if one.by_handlers else f"Made from: {_listed(one.handlers())}.", "")
    yield from table(
        ("column", "type", ""),
        (
            (code(column.name), column.kind.value, "key" if column.name == one.key else _index(column.index))
            for column in one.columns
        ),
    )
    yield from _flows(registry.told_of(f"projection:{one.name}"))


def _index(index: object) -> str:
    return "indexed" if index else ""


def _queries(registry: Registry) -> Iterator[str]:
    for query in registry.queries.values():
        yield from (f"### {code(query.name)}", "", *prose(query.doc), *_fields(query.schema))
        yield from _flows(registry.rules_of(f"query:{query.name}"))


# -- messages -------------------------------------------------------------------------------------------


def _messaging(registry: Registry) -> Iterator[str]:
    routed: dict[str, list[str]] = {name: [] for name in registry.topics}
    for event in registry.events:
        for topic in registry.routing.topics_of(event):
            routed.setdefault(topic, []).append(event)
    yield from table(
        ("topic", "events that are routed to it", ""),
        (
            (code(topic.name), _listed(routed[topic.name]), sentence(topic.doc))
            for topic in registry.topics.values()
        ),
    )
    yield from table(
        ("subscription", "reads", "handler", "only where", ""),
        (_subscription(registry, one) for one in registry.subscriptions.values()),
    )
    for name in registry.subscriptions:
        if flows := registry.told_of(f"subscription:{name}"):
            yield from (f"What {code(name)} does:", "", *_flows(flows))


def _subscription(registry: Registry, one: Subscription) -> tuple[str, ...]:
    handler = registry.handlers.get(one.handler)
    doc = one.doc or getattr(handler, "__doc__", None) or ""
    wanted = "" if one.filter.empty else code(str(one.filter))
    return code(one.name), code(one.topic), code(one.handler), wanted, sentence(doc)


def _components(components: Mapping[str, str]) -> list[str]:
    return table(
        ("component", "what it does"), ((code(name), plain(said)) for name, said in components.items())
    )


def _listed(names: Any) -> str:
    return ", ".join(code(name) for name in names)

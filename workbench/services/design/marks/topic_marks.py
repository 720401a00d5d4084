"""Marks of topics and routes: what nothing reads, to what nothing goes, and what no event takes."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterator
from functools import partial

from workbench.model.consistency import unread_topics
from workbench.model.hints import nearest
from workbench.project.declared.source_locations import Path
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkFix, MarkKind, Severity
from workbench.services.design.removals import removed_whole
from workbench.tusk import delete, remove_section, set_value

UNREAD_TOPIC = MarkKind(
    code="A-TOPIC",
    severity=Severity.ADVICE,
    title="a topic that nothing reads",
    why="What goes there is kept, and nothing comes of it",
    way="add a subscription, route the events elsewhere, or remove the topic",
)
UNUSED_TOPIC = MarkKind(
    code="A-UNUSED",
    severity=Severity.ADVICE,
    title="a topic to which nothing goes",
    why="Nothing is routed or published there",
    way="route an event there, or remove it",
)
UNFIT_ROUTE = MarkKind(
    code="A-ROUTE",
    severity=Severity.ADVICE,
    title="a route whose pattern fits no event",
    why="Nothing goes that way: what it was for is called otherwise, or gone",
    way="correct its pattern, or remove the route",
)


def idle_routes(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds routes that no event of the model takes."""
    events = model.registry.events
    for key, route in model.file.settings.routing.routes.items():
        if events and not any(fnmatch.fnmatchcase(event, route.pattern) for event in events):
            path = model.file.written.get(("routing", "routes", key), ("routing", key))
            removed = MarkFix(
                label="Remove the route",
                effect=f"no event of the model goes that way to {' and '.join(route.topics)}",
                change=partial(_without_route, path=path),
            )
            said = f"route {key}: {route.pattern} fits no event"
            yield model.mark(
                UNFIT_ROUTE, ("routing", key), said, fixes=(*_meant(route.pattern, events, path), removed)
            )


def _meant(pattern: str, events: Collection[str], path: Path) -> Iterator[MarkFix]:
    """Yields what may have been meant by a pattern: the aggregate's or the event's name of that spelling."""
    head, dot, rest = pattern.partition(".")
    owner = nearest(head, {one.partition(".")[0] for one in events})
    meant = f"{owner}{dot}{rest}" if owner else ""
    fitting = [one for one in events if fnmatch.fnmatchcase(one, meant)]
    if not fitting:
        meant = nearest(pattern, events)
        fitting = [meant] if meant else []
    if fitting:
        effect = f"{', '.join(sorted(fitting))} would go that way"
        yield MarkFix(
            label=f"Write {meant}", effect=effect, change=partial(_with_pattern, path=path, to=meant)
        )


def _with_pattern(text: DesignText, *, path: Path, to: str) -> DesignText:
    return text.with_project(set_value(text.project, (*path, "pattern"), to))


def _without_route(text: DesignText, *, path: Path) -> DesignText:
    whole = ".".join(path) in text.project.sections
    return text.with_project(
        remove_section(text.project, ".".join(path)) if whole else delete(text.project, path)
    )


def idle_topics(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds topics that nothing reads though events are routed to them, and those that get nothing."""
    unread, written = unread_topics(model.registry), _written(model)
    for key, topic in model.file.settings.topics.items():
        name = topic.name or key
        if name in unread:
            said = f"topic {name}: events are routed to it, and no subscription reads it"
            yield model.mark(UNREAD_TOPIC, ("topics", key), said, fixes=(_removal(model, name),))
        elif name not in written and model.is_all_declared() and model.registry.events:
            said = f"topic {name}: nothing is routed or published to it"
            yield model.mark(UNUSED_TOPIC, ("topics", key), said, fixes=(_removal(model, name),))


def _removal(model: MarkedModel, name: str) -> MarkFix:
    """Returns what takes a topic away, with what is routed to it and what reads it."""
    default: Path = ()
    if model.file.settings.routing.default_topic == name:
        default = model.file.written.get(("routing", "default_topic"), ("routing", "default_topic"))
    return MarkFix(
        label="Remove the topic",
        effect="then no event goes anywhere by default" if default else "with what leads to it and reads it",
        change=partial(_without, name=name, default=default),
    )


def _without(text: DesignText, *, name: str, default: Path) -> DesignText:
    text = text.with_project(delete(text.project, default)) if default else text
    return removed_whole(text, DesignNode("topic", name))


def _written(model: MarkedModel) -> set[str]:
    routing = model.file.settings.routing
    routed = {name for route in routing.routes.values() for name in route.topics}
    flows = (flow for told in model.registry.flows.values() for flow in told)
    published = {one.name for one in flows if one.verb == "publishes"}
    return routed | published | {routing.default_topic or ""}

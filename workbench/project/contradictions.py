"""Where the settings of a project contradict each other: undeclared names, and names that are given twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from workbench.model.hints import did_you_mean
from workbench.project.settings import Settings
from workbench.tusk import Problem

ProblemAt = Callable[[tuple[str, ...], str, str, str], Problem]
"""Makes a problem of a setting's path, a code, a message and a hint."""


def contradictions(
    settings: Settings, problem: ProblemAt, handlers: Collection[str] | None = None
) -> list[Problem]:
    """Finds undeclared names, and names that are given twice.

    Args:
        handlers: What the model has, where that is known.
    """
    missing = () if handlers is None else _handlers(settings, problem, handlers)
    return sorted([*_references(settings, problem), *missing])


def _references(settings: Settings, problem: ProblemAt) -> Iterator[Problem]:
    """Finds undeclared topics and names that are given twice."""
    topics: dict[str, str] = {}
    for key, topic in settings.topics.items():
        yield from _once(problem, ("topics", key), topic.name or key, topics)
    names: dict[str, str] = {}
    for key, one in settings.subscriptions.items():
        yield from _once(problem, ("subscriptions", key), one.name or key, names)
        if one.topic not in topics:
            yield _unknown_topic(problem, ("subscriptions", key, "topic"), one.topic, topics)
    yield from _lonely_queues(settings, problem)
    for key, route in settings.routing.routes.items():
        for name in route.topics:
            if name not in topics:
                yield _unknown_topic(problem, ("routing", "routes", key, "topics"), name, topics)
    default = settings.routing.default_topic
    if default is not None and default not in topics:
        yield _unknown_topic(problem, ("routing", "default_topic"), default, topics)


def _once(problem: ProblemAt, path: tuple[str, str], name: str, seen: dict[str, str]) -> Iterator[Problem]:
    if name in seen:
        yield problem((*path, "name"), "S-REF", f"{seen[name]} has the name {name} already", "")
    elif name.startswith("$"):
        yield problem((*path, "name"), "S-REF", "names that begin with $ belong to the engine", "")
    seen.setdefault(name, path[1])


def _unknown_topic(
    problem: ProblemAt, path: tuple[str, ...], name: str, topics: Mapping[str, str]
) -> Problem:
    known = f"declared are: {', '.join(topics)}" if topics else "[topics] declares none"
    return problem(path, "S-REF", f"the topic {name} is not declared", known)


def _handlers(settings: Settings, problem: ProblemAt, handlers: Collection[str]) -> Iterator[Problem]:
    """Finds subscriptions whose handler the model does not have."""
    known = sorted(handlers)
    for key, one in settings.subscriptions.items():
        if one.handler not in known:
            has = f"the model has: {', '.join(known)}" if known else "the model has no handlers"
            hint, path = did_you_mean(one.handler, known, has), ("subscriptions", key, "handler")
            yield problem(path, "S-REF", f"no handler is named {one.handler}", hint)


def _lonely_queues(settings: Settings, problem: ProblemAt) -> Iterator[Problem]:
    """Finds queues that are not alone on their topic: each message goes to one worker of one queue (P6)."""
    found = settings.subscriptions
    for key, one in found.items():
        others = [other for other in found if other != key and found[other].topic == one.topic]
        if one.is_queue and others:
            yield problem(
                ("subscriptions", key, "mode"),
                "S-QUEUE",
                f"{key} is a queue and should be alone on topic {one.topic}, which {others[0]} reads, too",
                f"give {others[0]} a topic of its own and route the same events there",
            )

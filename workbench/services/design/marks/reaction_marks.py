"""Marks of policies and processes: loops without an end, instances that stay, timeouts that come too late."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.model.endless_loops import EndlessLoop, endless_loops
from workbench.model.messaging import NOTHING
from workbench.project.declared.consequences import sections_of
from workbench.project.declared.sections import ActionSection, ProcessSection, StepSection
from workbench.project.declared.source_locations import Path
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.mark import (
    DesignMark,
    MarkedModel,
    MarkFix,
    MarkKind,
    Severity,
    section_of,
)
from workbench.services.design.section_lists import add_name, put

LOOP = MarkKind(
    code="A-LOOP",
    severity=Severity.WARNING,
    title="events, policies and commands that lead round in a circle",
    why="Nothing on the way has a condition, so it goes on for ever",
    way="give a policy on the way a condition (when), or let a command be refused (refuse)",
)
NO_END = MarkKind(
    code="A-END",
    severity=Severity.ADVICE,
    title="a process that never ends",
    why="Each of its instances is kept for ever",
    way="write ends: true at the event after which nothing more happens",
)
LATE = MarkKind(
    code="A-TIMEOUT",
    severity=Severity.WARNING,
    title="a timeout that a process issues and never withdraws",
    why="It is issued though the process is over: it takes effect, or is refused and becomes a dead letter",
    way="withdraw it when the process ends, or say under refused what its refusal leads to",
)
PAUSE = "1m"


def loops(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds ways from an event to itself on which nothing has a condition."""
    for loop in endless_loops(model.registry):
        first = loop.steps[0]
        kind, _, name = first.by.partition(" ")
        fixes = []
        for path in _issuing(model, kind, name, loop):
            change = partial(_later, path=(*section_of(kind, name), *path))
            effect = f'adds after: "{PAUSE}" in {name}'
            fixes.append(MarkFix(label="Delay the command by a minute", effect=effect, change=change))
        if model.declares(kind, name) and kind == "policy":
            node = DesignNode(kind, name)
            removed = partial(gestures.removed_whole, node=node)
            fixes.append(
                MarkFix(label="Remove the policy", effect=f"takes [policy.{name}] away", change=removed)
            )
        yield model.mark(LOOP, (kind, name), loop.said, fixes=tuple(fixes))


def _issuing(model: MarkedModel, kind: str, name: str, loop: EndlessLoop) -> Iterator[Path]:
    """Yields where the first step of a loop issues its command, where that is declared and not an answer."""
    if not model.declares(kind, name):
        return
    section = model.sections.of(kind)[name]
    inside: Path = ("on", loop.event) if kind == "process" else ()
    one = section.on.get(loop.event) if inside else section
    if one is not None:
        for path, action in sections_of(inside, one):
            if action.issue == loop.steps[0].command:
                yield path
                return


def _later(text: DesignText, *, path: Path) -> DesignText:
    return text.with_project(put(text.project, (*path, "after"), PAUSE))


def endless_processes(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds processes of which no step is the last one, though not every event can be the first.

    Where all begin an instance, whichever comes first, none is known to be the last. An end is offered where
    only one event goes on, in the same way each time it comes.
    """
    for name, process in model.sections.processes.items():
        later = {event: step for event, step in process.on.items() if not step.starts}
        if later and not any(step.ends for step in process.on.values()):
            fixes = tuple(
                MarkFix(
                    label=f"End the process at {event}",
                    effect="adds ends: true",
                    change=partial(_ended, name=name, event=event),
                )
                for event, step in later.items()
                if len(later) == 1 and _same_each_time(event, step)
            )
            yield model.mark(NO_END, ("process", name), f"no event ends {name}", fixes=fixes)


def _same_each_time(event: str, step: StepSection) -> bool:
    """Whether a step counts nothing and decides nothing, so that nothing says that the event comes again."""
    told = [*step.let.values(), *map(str, step.set.values())]
    decides = any(one.when or one.each for _, one in sections_of(("on", event), step))
    return not step.when and not decides and not any("state" in one for one in told)


def _ended(text: DesignText, *, name: str, event: str) -> DesignText:
    path = (*section_of("process", name), "on", event, "ends")
    return text.with_project(put(text.project, path, True))


def late_timeouts(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds what a process issues for later, neither withdraws nor answers, though other events end it."""
    for name, process in model.sections.processes.items():
        withdrawn = {one for _, _, action in _steps(process) for one in action.withdraw}
        for event, path, action in _steps(process):
            late = (action.after or action.at) and action.issue not in withdrawn and action.refused is None
            ends = [one for one in _ends(model, process, action.issue) if one != event]
            if action.issue and late and ends and not process.on[event].ends:
                yield _late(model, name, path, action.issue, ends)


def _steps(process: ProcessSection) -> Iterator[tuple[str, Path, ActionSection]]:
    for event, step in process.on.items():
        for path, action in sections_of(("on", event), step):
            yield event, path, action


def _ends(model: MarkedModel, process: ProcessSection, command: str) -> list[str]:
    """Returns the events that end a process and are not those of the timeout itself."""
    own = {one.name for one in model.registry.flows_of(f"command:{command}") if one.verb == "emits"}
    return [event for event, step in process.on.items() if step.ends and event not in own]


def _late(model: MarkedModel, name: str, path: Path, command: str, ends: list[str]) -> DesignMark:
    part = ("process", name)
    base = section_of(*part)
    withdraw = MarkFix(
        label=f"Withdraw {command} at {' and '.join(ends)}",
        effect=f'adds withdraw: "{command}"',
        change=partial(_withdrawn, paths=[(*base, "on", one, "withdraw") for one in ends], command=command),
    )
    ignore = MarkFix(
        label="Ignore its refusal",
        effect=f'adds refused: "{NOTHING}", so it is no mistake',
        change=partial(_ignored, path=(*base, *path, "refused")),
    )
    message = f"{name} issues {command} for later, and never withdraws it though {ends[0]} ends it"
    return model.mark(LATE, part, message, inside=(*path, "issue"), key=False, fixes=(withdraw, ignore))


def _withdrawn(text: DesignText, *, paths: list[Path], command: str) -> DesignText:
    document = text.project
    for path in paths:
        document = add_name(document, path, command)
    return text.with_project(document)


def _ignored(text: DesignText, *, path: Path) -> DesignText:
    return text.with_project(put(text.project, path, NOTHING))

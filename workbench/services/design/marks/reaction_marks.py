"""Marks of policies and processes: loops without an end, instances that stay, timeouts that come too late."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce

from workbench.model.endless_loops import EndlessLoop, endless_loops
from workbench.model.messaging import NOTHING
from workbench.project.declared.consequences import sections_of
from workbench.project.declared.sections import ActionSection, ProcessSection, StepSection
from workbench.project.declared.source_locations import Path
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.certain_conditions import Certainty, certainty
from workbench.services.design.marks.mark import (
    DesignMark,
    MarkedModel,
    MarkFix,
    MarkKind,
    Severity,
    section_of,
)
from workbench.services.design.marks.state_values import values_after
from workbench.services.design.relations import NEW_ID, begins, once
from workbench.services.design.removals import removed_whole
from workbench.services.design.section_lists import add_withdrawal, put, waiting_at

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
    title="a timeout that a process does not withdraw where it ends",
    why="It is issued though the process is over: it takes effect, or is refused and becomes a dead letter",
    way="withdraw it at each event that ends the process, or say under refused what its refusal leads to",
)
EXISTS = MarkKind(
    code="A-EXISTS",
    severity=Severity.WARNING,
    title="a policy that creates with an id that comes again",
    why="Each event of an aggregate gives the same id: only the first creates, the others are refused",
    way="give an id that is new for each event, or say under refused what the refusal leads to",
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
            removed = partial(removed_whole, node=node)
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
                    effect=f"adds ends: true{_withdraws(process, event)}",
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


def _withdraws(process: ProcessSection, event: str) -> str:
    """Says what an end withdraws that did not before."""
    steps = list(_steps(process))
    back = {name for at, _, one in steps for name in one.withdraw if at == event}
    late = [one.issue for _, _, one in steps if one.issue and (one.after or one.at) and one.issue not in back]
    return "".join(f', withdraw: "{one}"' for one in dict.fromkeys(late))


def _ended(text: DesignText, *, name: str, event: str) -> DesignText:
    steps = (*section_of("process", name), "on")
    ended = put(text.project, (*steps, event, "ends"), True)
    for command in waiting_at(ended, steps):
        ended = add_withdrawal(ended, (*steps, event), command)
    return text.with_project(ended)


def late_timeouts(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds what a process issues for later and does not answer, where an end does not withdraw it.

    An event that only this command emits, and that nothing else gives, ends it as a rule when its time came:
    that alone is no mark. Where ``refused`` is given, only ends count behind which the command takes effect.
    """
    for name, process in model.sections.processes.items():
        steps = list(_steps(process))
        for event, path, action in steps:
            if not action.issue or not (action.after or action.at) or process.on[event].ends:
                continue
            back = {one for one, _, other in steps if action.issue in other.withdraw}
            ends = [one for one, step in process.on.items() if step.ends and one not in {event, *back}]
            own = _own_events(model, name, action.issue) if ends else set[str]()
            if action.refused is not None:
                ends = [one for one in ends if _takes_effect(model, action.issue, one)]
            if set(ends).difference(own):
                yield _late(model, name, path, action, ends)


def _takes_effect(model: MarkedModel, command: str, end: str) -> bool:
    """Whether a command that comes just after an event is certainly done, by all that the text says."""
    said = model.sections.commands.get(command)
    if said is None or said.creates:
        return False
    values = values_after(model, said, end)
    deeds = [one for _, one in sections_of((), said)]
    does = any(not one.when or _is(True, certainty(one.when, values)) for one in deeds)
    return does and all(_is(False, certainty(one.when, values)) for one in said.refuse.values())


def _is(outcome: bool, found: Certainty | None) -> bool:
    return found is not None and found.holds is outcome


def repeated_ids(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds policies that begin something with the id of an aggregate to which the event happens again."""
    for name, policy in model.sections.policies.items():
        if all(once(model.file.document, event) for event in policy.on):
            continue
        for path, action in sections_of((), policy):
            if not begins(model.file.document, action.issue, policy.on):
                continue
            field = next(iter(model.sections.commands[action.issue].fields))
            if action.given.get(field) == "id" and not action.when and action.refused is None:
                yield _repeated(model, name, path, action.issue, field)


def _repeated(model: MarkedModel, name: str, path: Path, command: str, field: str) -> DesignMark:
    part = ("policy", name)
    base = section_of(*part)
    fixes = (
        MarkFix(
            label="Give a new id for each event",
            effect=f'writes {field}: "{NEW_ID}"',
            change=partial(_given, path=(*base, *path, "with", field)),
        ),
        MarkFix(
            label="Ignore its refusal",
            effect=f'adds refused: "{NOTHING}", so only the first event creates',
            change=partial(_ignored, path=(*base, *path, "refused")),
        ),
    )
    said = (
        f"{name} issues {command} with the same {field} for each event of an aggregate: the second is refused"
    )
    return model.mark(EXISTS, part, said, inside=(*path, "with", field), key=False, fixes=fixes)


def _given(text: DesignText, *, path: Path) -> DesignText:
    return text.with_project(put(text.project, path, NEW_ID))


def _steps(process: ProcessSection) -> Iterator[tuple[str, Path, ActionSection]]:
    for event, step in process.on.items():
        for path, action in sections_of(("on", event), step):
            yield event, path, action


def _own_events(model: MarkedModel, process: str, command: str) -> set[str]:
    """Returns the events that happen only when a process gives a command; none where others give it, too."""
    flows = {of: told for of, told in model.registry.flows.items() if not of.startswith("rules:")}
    others = [
        of
        for of, told in flows.items()
        if not of.endswith(f":{process}") and ("issues", command) in {(one.verb, one.name) for one in told}
    ]
    said = model.sections.commands.get(command)
    if others or (said is not None and said.by):
        return set()
    emitted = {of: {one.name for one in told if one.verb == "emits"} for of, told in flows.items()}
    own = emitted.pop(f"command:{command}", set())
    return own.difference(*emitted.values())


def _late(model: MarkedModel, name: str, path: Path, action: ActionSection, ends: list[str]) -> DesignMark:
    part, command = ("process", name), action.issue
    base, where = section_of(*part), " and ".join(ends)
    withdraw = MarkFix(
        label=f"Withdraw {command} at {where}",
        effect=f'adds withdraw: "{command}"',
        change=partial(_withdrawn, steps=[(*base, "on", one) for one in ends], command=command),
    )
    ignore = MarkFix(
        label="Ignore its refusal",
        effect=f'adds refused: "{NOTHING}", so it is no mistake',
        change=partial(_ignored, path=(*base, *path, "refused")),
    )
    message = f"{name} issues {command} for later, and does not withdraw it at {where}, where it ends"
    fixes = (withdraw, ignore) if action.refused is None else (withdraw,)
    if action.refused is not None:
        message += ": nothing refuses it there"
    return model.mark(LATE, part, message, inside=(*path, "issue"), key=False, fixes=fixes)


def _withdrawn(text: DesignText, *, steps: list[Path], command: str) -> DesignText:
    return text.with_project(reduce(partial(add_withdrawal, command=command), steps, text.project))


def _ignored(text: DesignText, *, path: Path) -> DesignText:
    return text.with_project(put(text.project, path, NOTHING))

"""Marks of guards and conditions that never or always hold, and of guards that one before them makes idle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from workbench.model.hints import nearest
from workbench.project.declared.consequences import sections_of
from workbench.project.declared.sections import Acting, CommandSection
from workbench.project.declared.source_locations import Path
from workbench.services.design.design_text import DesignText
from workbench.services.design.marks.certain_conditions import Certainty, Values, certainty
from workbench.services.design.marks.mark import (
    DesignMark,
    MarkedModel,
    MarkFix,
    MarkKind,
    Severity,
    section_of,
)
from workbench.services.design.marks.state_values import unknown, values_in, values_of_command
from workbench.services.design.section_lists import names_at, put
from workbench.tusk import delete

IDLE = MarkKind(
    code="A-GUARD",
    severity=Severity.WARNING,
    title="a guard or condition that never holds, or always",
    why="It reads as a rule, and is none: what it guards happens always, or never",
    way="correct the condition, or remove it",
)


def idle_conditions(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds conditions whose outcome is certain."""
    for name, command in model.sections.commands.items():
        values = values_of_command(model, command)
        yield from _guards(model, name, command, values)
        yield from _actions(model, ("command", name), (), command, values)
    for name, policy in model.sections.policies.items():
        yield from _actions(model, ("policy", name), (), policy, unknown)
    for name, process in model.sections.processes.items():
        values = values_in(model, {"state": (process.state, [one.set for one in process.on.values()])})
        for event, step in process.on.items():
            yield from _actions(model, ("process", name), ("on", event), step, values)
    for name, handler in model.sections.handlers.items():
        yield from _actions(model, ("handler", name), (), handler, unknown)


def _guards(model: MarkedModel, name: str, command: CommandSection, values: Values) -> Iterator[DesignMark]:
    seen: dict[str, str] = {}
    for reason, one in command.refuse.items():
        inside = ("refuse", reason, "when")
        found, text = certainty(one.when, values), " ".join(one.when.split())
        removed = MarkFix(
            label="Remove the guard",
            effect=f"{name} is not refused for {reason}",
            change=partial(_without, path=(*section_of("command", name), "refuse", reason)),
        )
        if found is not None:
            outcome = "always" if found.holds else "never"
            said = f"{name} is {outcome} refused for {reason}{_because(found)}"
            fixes = (*_corrected(("command", name), inside, one.when, found, values), removed)
            yield model.mark(IDLE, ("command", name), said, inside=inside, key=False, fixes=fixes)
        elif text in seen:
            said = f"{name} is never refused for {reason}: {seen[text]} has the same condition"
            yield model.mark(IDLE, ("command", name), said, inside=inside, key=False, fixes=(removed,))
        seen.setdefault(text, reason)


def _because(found: Certainty) -> str:
    return f": {found.reason}" if found.reason else ""


def _actions(
    model: MarkedModel, part: tuple[str, str], inside: Path, acting: Acting, values: Values
) -> Iterator[DesignMark]:
    places = list(sections_of(inside, acting))
    for place, one in places:
        found = certainty(one.when, values) if one.when else None
        if found is None:
            continue
        does = next(f"{verb} {name}" for verb, name in _deeds(one.model_dump()) if name)
        path = (*section_of(*part), *place)
        fixes = [*_corrected(part, (*place, "when"), one.when, found, values)]
        others = any(other.otherwise for _, other in places)
        if found.holds and not others:
            change = partial(_without, path=(*path, "when"))
            fixes.append(
                MarkFix(label="Remove the condition", effect=f"then it always does {does}", change=change)
            )
        elif not found.holds and not others and len(places) > 1:
            change = partial(_without, path=path)
            fixes.append(
                MarkFix(label="Remove the action", effect=f"then it no longer does {does}", change=change)
            )
        outcome = "always holds" if found.holds else "never holds"
        said = f"the condition of {part[1]} to {does} {outcome}{_because(found)}"
        yield model.mark(IDLE, part, said, inside=(*place, "when"), key=False, fixes=tuple(fixes))


def _deeds(action: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for verb in ("emit", "issue", "publish"):
        yield verb, action[verb]
    yield "withdraw", ", ".join(action["withdraw"])


def _corrected(
    part: tuple[str, str], inside: Path, condition: str, found: Certainty, values: Values
) -> Iterator[MarkFix]:
    """Yields what compares with the value that may have been meant."""
    known = sorted((values(found.path) or frozenset()) if found.path else ())
    meant = nearest(found.text, known)
    if not meant:
        return
    for quote in "'\"":
        said = condition.replace(f"{quote}{found.text}{quote}", f"{quote}{meant}{quote}")
        if said != condition:
            path = (*section_of(*part), *inside)
            change = partial(_put, path=path, value=said)
            yield MarkFix(label=f"Compare with '{meant}'", effect=said, change=change)
            return


def _without(text: DesignText, *, path: Path) -> DesignText:
    """Takes an entry away, and the block around it where it was alone there."""
    alone = len(path) > 1 and names_at(text.project, path[:-1]) == [path[-1]]
    return text.with_project(delete(text.project, path[:-1] if alone else path))


def _put(text: DesignText, *, path: Path, value: str) -> DesignText:
    return text.with_project(put(text.project, path, value))

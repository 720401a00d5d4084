"""Marks of commands: those that change a status whatever it is, and those that nothing issues."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import partial

from workbench.project.declared.consequences import sections_of
from workbench.project.declared.sections import ActionSection, CommandSection
from workbench.services.design import gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.marks.certain_conditions import Values
from workbench.services.design.marks.mark import (
    DesignMark,
    MarkedModel,
    MarkFix,
    MarkKind,
    Severity,
    section_of,
)
from workbench.services.design.marks.state_values import values_after
from workbench.services.design.section_lists import put

UNGUARDED = MarkKind(
    code="A-REFUSE",
    severity=Severity.ADVICE,
    title="a command that sets a status without looking at it",
    why="It can be issued twice, or too late, and takes effect each time",
    way="say under refuse when it is not allowed",
)
UNISSUED = MarkKind(
    code="A-UNISSUED",
    severity=Severity.ADVICE,
    title="a command that nothing issues, though others say who issues them",
    why="No actor, policy, process or handler issues it, so in the story it never happens",
    way="say under by who issues it, issue it from a policy, or remove it",
)
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_NO_LETTER = re.compile(r"[^A-Za-z0-9_]+")


def unguarded_commands(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds commands that set a choice of a state to a constant and never look at a state for that."""
    for name, command in model.sections.commands.items():
        if command.creates or command.refuse:
            continue
        blind = list(_blind_actions(command))
        for at, (role, place) in enumerate(command.changes.items()):
            owner = place.aggregate or role
            aggregate = model.sections.aggregates.get(owner)
            happens = [
                values_after(model, command, one.emit)
                for one in blind
                if one.emit in model.events_of.get(owner, ()) and one.whose in {"", role}
            ]
            for field, spec in aggregate.state.items() if aggregate is not None else ():
                choices = model.choices_of(spec)
                value = _set_to(happens, f"{role}.{field}")
                if value in choices and len(choices) > 1:
                    message = f"{name} sets {field} to '{value}' whatever it was before"
                    when, said = f"{role if at else 'state'}.{field} == '{value}'", f"it is {value} already"
                    fix = _guard(name, f"already_{_word(value)}", when, said)
                    yield model.mark(UNGUARDED, ("command", name), message, fixes=(fix,))
                    break


def _blind_actions(command: CommandSection) -> Iterator[ActionSection]:
    """Yields the actions that are done whatever a state says."""
    known = {"state", *(role for places in command.by_key.values() for role in places)}
    for name, expression in command.let.items():
        if _looks(expression, known):
            known.add(name)
    looked = False
    for _, one in sections_of((), command):
        looks = any(_looks(said, known) for said in (one.when, *one.each.values()))
        looked |= looks
        if not (looked if one.otherwise else looks):
            yield one


def _looks(expression: str, known: Collection[str]) -> bool:
    """Whether an expression looks at something by one of these names."""
    return any(one in known for one in _NAME.findall(expression))


def _set_to(happens: Iterable[Values], path: str) -> str:
    """Returns the one text that a field is after one of several events; empty where there is none."""
    found = (values(path) for values in happens)
    return next((text for one in found if one is not None and len(one) == 1 for text in one), "")


def _word(value: str) -> str:
    return _NO_LETTER.sub("_", value).strip("_") or "so"


def _guard(name: str, reason: str, when: str, message: str) -> MarkFix:
    return MarkFix(
        label=f"Refuse it when {when}",
        effect=f"adds refuse {{ {reason} {{ … }} }}",
        change=partial(_refuse, name=name, reason=reason, when=when, message=message),
    )


def _refuse(text: DesignText, *, name: str, reason: str, when: str, message: str) -> DesignText:
    path = (*section_of("command", name), "refuse", reason)
    return text.with_project(put(text.project, path, {"when": when, "message": message}))


def unissued_commands(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds commands that nothing gives, where others have someone who does and all that issues is known."""
    registry = model.registry
    actors = [name for name in registry.actors if name not in registry.externals]
    if not model.is_all_declared() or not any(one.by for one in model.sections.commands.values()):
        return
    flows = (flow for of, told in registry.flows.items() if not of.startswith("rules:") for flow in told)
    issued = {one.name for one in flows if one.verb == "issues"}
    for name in model.sections.commands:
        if name not in issued:
            node = DesignNode("command", name)
            fixes = tuple(
                MarkFix(
                    label=f"Say that {actor} issues it",
                    effect=f'adds by: "{actor}"',
                    change=partial(gestures.linked, source=DesignNode("actor", actor), target=node),
                )
                for actor in actors[:2]
            )
            yield model.mark(UNISSUED, ("command", name), f"nothing issues {name}", fixes=fixes)

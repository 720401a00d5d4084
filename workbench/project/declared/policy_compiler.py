"""Declared policies and processes: what follows from events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from workbench.model.decision_context import ReactionContext
from workbench.model.event import RecordedEvent
from workbench.model.expressions.budget import together
from workbench.model.expressions.closures import Scope, Variable, item
from workbench.model.expressions.expression import constant
from workbench.model.expressions.name_resolution import names_said
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import STRING, misfit, way_to_fit
from workbench.model.policy import Policy, Process, Reaction
from workbench.project.declared.build_values import ValueSource, folding
from workbench.project.declared.compilation import Compilation, CompiledPart
from workbench.project.declared.consequences import ActionCompiler, CompiledAction
from workbench.project.declared.refusal_answers import AnswerCompiler, MadeAnswers, event_answers
from workbench.project.declared.scopes import now_at, record_at, with_names
from workbench.project.declared.sections import PolicySection, ProcessSection, StepSection
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import (
    FieldType,
    class_name,
    record_of,
    struct_class,
)


def policy_of(draft: Compilation, name: str, section: PolicySection) -> Policy:
    """Compiles a policy; its actions are checked with each of its events."""
    path = ("policy", *name.split("."))
    names: list[str] = []
    by_event: dict[type[Any], list[CompiledAction]] = {}
    answers: MadeAnswers = {}
    for index, event in enumerate(section.on):
        part = draft.events.get(event)
        if part is None:
            if not draft.lenient and ("event", event) not in draft.broken:
                draft.problems.append(_unknown_event(draft, path, index, event))
            draft.dropped = draft.dropped or draft.lenient
            continue
        scope: Scope = {"event": item(part.type, 0), **record_at(1), **now_at(2)}
        with draft.about(event if len(section.on) > 1 else ""):
            scope = with_names(draft, path, section, scope)
            answer = event_answers(draft, path, part, names, answers).name
            actions = ActionCompiler(draft, scope, "event", 3, answer=answer)
            by_event[part.cls] = actions.issued(path, section, names)
    if not (section.do or section.issue or section.emit or section.publish):
        draft.tell(path, "S-TYPE", "a policy needs issue, or do { … } with several")

    def react(event: Any, recorded: RecordedEvent, context: ReactionContext) -> Reaction:
        env = (event, recorded, context)
        return [made for action in by_event[type(event)] for made in action.made(env)]

    events: Any = tuple(by_event)
    return Policy(
        name=name,
        on=events,
        react=together(react),
        issues=tuple(draft.commands[one].cls for one in names),
        refused=answers,
        doc=section.description,
    )


def _unknown_event(draft: Compilation, path: Path, index: int, event: str) -> Any:
    from workbench.model.expressions.expression_hints import among

    hint = among(event, sorted(draft.events)) or "the model has no events"
    return draft.places.item((*path, "on"), index, "S-REF", f"there is no event {event}", hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What one event does to a process."""

    section: StepSection
    part: CompiledPart
    given: Mapping[str, ValueSource]
    actions: list[CompiledAction]


def process_of(draft: Compilation, name: str, section: ProcessSection) -> Process:
    """Compiles a process: an event that starts it makes an instance, others need one, one ends it."""
    path = ("process", *name.split("."))
    fields = draft.types.all_of((*path, "state"), section.state)
    for key, kind in fields.items():
        if not kind.optional and not _set_at_start(section, key):
            said = f"{key} has no default, and an event that starts the process does not set it"
            draft.tell(
                (*path, "state", key), "S-TYPE", said, f'add default: …, or set {{ {key}: "…" }} there'
            )
    if not any(one.starts for one in section.on.values()):
        draft.tell((*path, "on"), "S-TYPE", "no event starts the process", "write starts: true", key=True)
    state = struct_class(class_name(name), msgspec.Struct, fields, doc=section.description)
    names: list[str] = []
    steps: dict[type[Any], _Step] = {}
    answers: MadeAnswers = {}
    withdrawn: list[tuple[Path, str]] = []
    keys: dict[type[Any], Get] = {}
    for event, one in section.on.items():
        part = draft.events.get(event)
        if part is None:
            draft.unknown((*path, "on", event), "event", event, draft.events, key=True)
            continue
        keys[part.cls] = _key(draft, path, section, event, part)
        place = (*path, "on", event)
        answer = event_answers(draft, place, part, names, answers, fields, withdrawn)
        steps[part.cls] = _step(draft, place, one, part, fields, state, names, answer)
    for place, command in withdrawn:
        if command not in names and not draft.lenient:
            hint = f"it issues {', '.join(sorted(names)) or 'nothing'}"
            draft.tell(place, "S-REF", f"the process does not issue {command}", hint)
    return Process(
        name=name,
        on=tuple(steps),
        correlate=lambda event, recorded: _text(keys[type(event)]((event, recorded))),
        state=state,
        evolve=together(_evolve(name, steps, fields, state)),
        react=together(_react(steps)),
        ends=tuple(cls for cls, step in steps.items() if step.section.ends),
        issues=tuple(draft.commands[one].cls for one in names),
        refused=answers,
        doc=section.description,
    )


def _set_at_start(section: ProcessSection, key: str) -> bool:
    return all(key in one.set for one in section.on.values() if one.starts)


def _text(key: Any) -> str | None:
    return None if key is None else str(key)


def _key(draft: Compilation, path: Path, section: ProcessSection, event: str, part: CompiledPart) -> Get:
    """Returns what gives the instance's key: the event's own expression, else that of the process."""
    own = section.on[event].key
    place = (*path, "on", event, "key") if own else (*path, "key")
    if not (own or section.key):
        said = f"nothing says which instance {event} belongs to"
        hint = "give the process a key, or this event one; null: it belongs to none"
        draft.tell((*path, "on", event), "S-TYPE", said, hint, key=True)
        return constant(None)
    with draft.about("" if own else event):
        run, found = draft.expression(
            place, own or section.key, {"event": item(part.type, 0), **record_at(1)}
        )
        if said := misfit("key", STRING.or_null(), found):
            draft.tell(place, "S-TYPE", said, way_to_fit("key", STRING.or_null(), found))
    return run


def _step(
    draft: Compilation,
    path: Path,
    one: StepSection,
    part: CompiledPart,
    fields: Mapping[str, FieldType],
    state: type[msgspec.Struct],
    names: list[str],
    answers: AnswerCompiler,
) -> _Step:
    scope: Scope = {
        "state": item(record_of(fields), 0),
        "event": item(part.type, 1),
        **record_at(2),
        **now_at(3),
    }
    shared = _used_by(one)
    early = with_names(draft, path, _with_lets(one, shared), scope)
    given: dict[str, ValueSource] = {}
    for key, text in one.set.items():
        if key not in fields:
            way = "declare it in state of the process"
            draft.unknown((*path, "set", key), "field of the state", key, fields, key=True, way=way)
            continue
        given[key] = draft.value((*path, "set", key), text, early, fields[key].type, field=fields[key])
    initial = _initial(state, fields)
    scope = {**scope, **{name: _as_before(early[name], initial) for name in shared if name in early}}
    scope = with_names(draft, path, _with_lets(one, one.let.keys() - shared), scope)
    compiler = ActionCompiler(draft, scope, "event", 4, answer=answers.name, withdrawn=answers.withdrawn)
    actions = compiler.issued(path, one, names)
    return _Step(section=one, part=part, given=given, actions=actions)


def _used_by(one: StepSection) -> frozenset[str]:
    """Returns the names of a step that its ``set`` uses, itself or through others: one value in all of it."""
    texts, used = list(one.set.values()), frozenset[str]()
    while texts:
        new = (names_said(texts.pop()) & one.let.keys()) - used
        used |= new
        texts += [one.let[name] for name in new]
    return used


def _with_lets(one: StepSection, names: Collection[str]) -> StepSection:
    return one.model_copy(update={"let": {name: text for name, text in one.let.items() if name in names}})


def _as_before(name: Variable, initial: Any) -> Variable:
    """Returns a name whose expression reads the state as it was before the step."""

    def get(env: Any) -> Any:
        before = env[3].before
        return name.get((initial if before is None else before, *env[1:4]))

    return replace(name, get=get)


def _initial(state: type[msgspec.Struct], fields: Mapping[str, FieldType]) -> Any:
    """Returns what an instance begins with: all defaults; None where a field has none."""
    return state() if all(one.optional for one in fields.values()) else None


def _evolve(
    name: str, steps: Mapping[type[Any], _Step], fields: Mapping[str, FieldType], state: type[msgspec.Struct]
) -> Callable[[Any, Any, ReactionContext], Any]:
    initial = _initial(state, fields)
    folds = {
        cls: folding(state, fields, step.given, f"{step.part.name} cannot change the process {name} so")
        for cls, step in steps.items()
    }

    def evolve(before: Any, event: Any, context: ReactionContext) -> Any:
        begin, change = folds[type(event)]
        if before is not None:
            return change((before, event, context.record, context))
        starts = steps[type(event)].section.starts
        return begin((initial, event, context.record, context)) if starts else None

    return evolve


def _react(steps: Mapping[type[Any], _Step]) -> Callable[[Any, Any, ReactionContext], Reaction]:
    def react(after: Any, event: Any, context: ReactionContext) -> Reaction:
        step = steps[type(event)]
        if after is None:
            return []
        env = (after, event, context.record, context)
        return [made for action in step.actions for made in action.made(env)]

    return react

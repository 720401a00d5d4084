"""Declared aggregates: their classes, and decide and evolve made of guards, actions and assignments."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

from workbench.errors import CommandRejected, ExpressionFailed
from workbench.model.aggregate import Aggregate
from workbench.model.command import Command
from workbench.model.decision_context import DecisionContext
from workbench.model.event import Event, Upcaster
from workbench.model.expressions.budget import together
from workbench.model.expressions.closures import Scope, Variable, item
from workbench.model.expressions.expression import constant, quick_of
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import ANY, Type
from workbench.model.expressions.value_views import names_of
from workbench.project.declared.aggregate_draft import (
    AggregateDraft,
    arity_of,
    entered,
    places_of,
    states_of,
)
from workbench.project.declared.build_values import Build, ValueSource, folding
from workbench.project.declared.compilation import Compilation, CompiledPart
from workbench.project.declared.consequences import ActionCompiler, CompiledAction, sections_of, untyped
from workbench.project.declared.scopes import now_at, with_names
from workbench.project.declared.sections import CommandSection, EventSection, UpcastSection
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import (
    as_json,
    attribute_of,
    class_name,
    model_class,
    one_form,
    record_of,
    struct_class,
)

_STEP = re.compile(r"from_([1-9][0-9]{0,3})")


def add_event(
    draft: Compilation, owners: Mapping[str, AggregateDraft], name: str, section: EventSection
) -> None:
    """Makes the class of an event and gives it to its aggregate."""
    path = ("event", *name.split("."))
    wanted = section.aggregate or name.partition(".")[0]
    owner = owners.get(wanted)
    if owner is None:
        place = (*path, "aggregate") if section.aggregate else path
        draft.unknown(place, "aggregate", wanted, owners)
        draft.broken.add(("event", name))
        return
    fields = draft.types.all_of((*path, "fields"), section.fields)
    cls = struct_class(
        class_name(name),
        Event,
        fields,
        doc=section.description,
        event_type=name,
        event_version=section.version,
        stored_as=section.stored_as,
        __definition__=draft.types.definition(section.fields, section.version, section.upcast),
        **one_form(fields),
    )
    part = CompiledPart(name=name, cls=cls, type=record_of(fields), fields=fields)
    draft.events[name] = owner.events[name] = part
    owner.event_sections[name] = section


def add_command(
    draft: Compilation, owners: Mapping[str, AggregateDraft], name: str, section: CommandSection
) -> None:
    """Makes the class of a command and gives it to the first aggregate that it is decided over."""
    fields = draft.types.all_of(("command", *name.split("."), "fields"), section.fields)
    places = places_of(draft, owners, name, section, fields)
    if not places:
        draft.broken.add(("command", name))
        _check_alone(draft, name, section, record_of(fields))
        return
    own, *others = places
    cls = model_class(
        class_name(name),
        Command,
        fields,
        doc=section.description,
        command_type=name,
        target=attribute_of(own.id),
        creates=own.creates,
        involves={one.name: one.involved for one in others},
    )
    part = CompiledPart(name=name, cls=cls, type=record_of(fields), fields=fields, target=own.id)
    draft.commands[name] = own.owner.commands[name] = part
    own.owner.command_sections[name] = section
    own.owner.command_places[name] = places


def aggregate_of(draft: Compilation, owner: AggregateDraft) -> Aggregate:
    """Compiles an aggregate whose events and commands are known."""
    state = owner.state
    folds = {part.cls: _fold(draft, owner, part, state) for part in owner.events.values()}
    decisions = {part.cls: _decision(draft, owner, part) for part in owner.commands.values()}

    def decide(state: Any, command: Any, context: DecisionContext) -> Iterable[Event]:
        return decisions[type(command)]((state, command, context))

    def evolve(state: Any, event: Any) -> Any:
        begin, change = folds[type(event)]
        return begin(event) if state is None else change((state, event))

    return Aggregate(
        name=owner.name,
        state=state,
        events=tuple(part.cls for part in owner.events.values()),
        commands=tuple(part.cls for part in owner.commands.values()),
        decide=decide,
        evolve=evolve,
        upcasters={name: steps for name in owner.events if (steps := _upcasters(draft, owner, name))},
        snapshot_every=owner.section.snapshot_every,
        fold=draft.types.definition(
            owner.section.state, *((name, one.let, one.set) for name, one in owner.event_sections.items())
        ),
        doc=owner.section.description,
    )


# -- decisions ------------------------------------------------------------------------------------------


def _decision(draft: Compilation, owner: AggregateDraft, part: CompiledPart) -> Callable[[Any], list[Event]]:
    section, places = owner.command_sections[part.name], owner.command_places[part.name]
    path = ("command", *part.name.split("."))
    known = {"command": item(part.type, 1), **now_at(2), **states_of(draft, path, places)}
    scope = with_names(draft, path, section, known)
    written = names_of(part.cls)
    guards, present = _guards(draft, path, section, part.field_types, scope)
    events = {one.name: one.owner.events for one in places}
    optional = frozenset(one.name for one in places if one.optional)
    actions = ActionCompiler(draft, scope, "command", arity_of(places), present).emitted(
        path, section, events, optional
    )
    asked = tuple((when, message, written.get(about)) for when, message, about in guards)
    return entered(places, _decide(asked, tuple(actions), shared=bool(section.let)))


def _guards(
    draft: Compilation, path: Path, section: CommandSection, fields: Collection[str], scope: Scope
) -> tuple[list[tuple[Get, Callable[[Any], str], str]], frozenset[str]]:
    """Compiles the guards of a command; returns also what is not null behind them."""
    present: frozenset[str] = frozenset()
    guards = []
    for name, one in section.refuse.items():
        place = (*path, "refuse", name)
        when, yes, no = draft.condition((*place, "when"), one.when, scope, present=present)
        message = draft.template((*place, "message"), one.message, scope, present=present | yes)
        if one.field and one.field not in fields:
            draft.unknown((*place, "field"), f"field of {path[-1]}", one.field, fields)
        guards.append((when, message, one.field))
        present |= no
    return guards, present


def _check_alone(draft: Compilation, name: str, section: CommandSection, command: Type) -> None:
    """Finds what is wrong with the expressions of a command of which no aggregate is known."""
    path = ("command", *name.split("."))
    roles = [role for places in section.by_key.values() for role in places]
    known = {name: Variable(ANY, constant(None)) for name in ("state", "exists", *roles)}
    scope = with_names(draft, path, section, {**known, "command": item(command, 1), **now_at(2)})
    _, present = _guards(draft, path, section, command.fields or {}, scope)
    actions = ActionCompiler(draft, scope, "command", 3, present)
    for place, one in sections_of(path, section):
        if one.when:
            draft.condition((*place, "when"), one.when, scope, present=present)
        actions.data(place, one.given)


Guard = tuple[Get, Callable[[Any], str], str | None]
"""Condition, message, and the field that it is about."""


def _decide(
    guards: tuple[Guard, ...], actions: tuple[CompiledAction, ...], *, shared: bool
) -> Callable[[Any], list[Event]]:
    """Returns a decision: closures alone, and once more with all checks where those raise.

    Args:
        shared: Its expressions use names that they share.
    """

    @together
    def careful(env: Any) -> list[Event]:
        for when, message, about in guards:
            if when(env) is True:
                raise CommandRejected(message(env), field=about)
        return [made for action in actions for made in action.made(env)]

    if not all(action.quick for action in actions):
        return careful
    conditions = tuple(quick_of(when) for when, _, _ in guards)
    builds = tuple(
        (quick_of(one.when) if one.when else None, one.quick, one.lines) for one in actions if one.quick
    )
    only = actions[0].quick if len(actions) == 1 and actions[0].when is actions[0].lines is None else None

    def decide(env: Any) -> list[Event]:
        try:
            for when in conditions:
                if when(env) is not False:
                    return careful(env)
            if only is not None:
                return [only(env)]
            return [
                build(one)
                for when, build, lines in builds
                for one in (lines(env) if lines else (env,))
                if when is None or when(one) is True
            ]
        except CommandRejected:
            raise
        except Exception:  # noqa: BLE001  # the careful way says what is wrong, if anything is
            return careful(env)

    return together(decide) if shared or any(action.lines for action in actions) else decide


# -- the fold -------------------------------------------------------------------------------------------


def _fold(
    draft: Compilation, owner: AggregateDraft, part: CompiledPart, state: type[msgspec.Struct]
) -> tuple[Build, Build]:
    section = owner.event_sections[part.name]
    path = ("event", *part.name.split("."))
    names = {"event": item(part.type, 1), "state": item(owner.state_type, 0)}
    scope = with_names(draft, path, section, names)
    given: dict[str, ValueSource] = {}
    for name, text in section.set.items():
        if name not in owner.fields:
            what, way = (
                f"field of the state of {owner.name}",
                f"declare it in state of [aggregate.{owner.name}]",
            )
            draft.unknown((*path, "set", name), what, name, owner.fields, key=True, way=way)
            continue
        kept = owner.fields[name]
        given[name] = draft.value((*path, "set", name), text, scope, kept.type, field=kept)
    return _evolve(owner, part.name, given, state)


def _evolve(
    owner: AggregateDraft, event_type: str, given: Mapping[str, ValueSource], state: type[msgspec.Struct]
) -> tuple[Build, Build]:
    """Returns what begins a state, with the defaults, and what changes one: the rest of it stays."""
    missing = [name for name, one in owner.fields.items() if not one.optional and name not in given]
    initial = None if any(not one.optional for one in owner.fields.values()) else state()
    begin, change = folding(state, owner.fields, given, f"{event_type} cannot change the state so")
    if owner.event_sections[event_type].let:
        begin, change = together(begin), together(change)

    def first(event: Any) -> Any:
        if missing:
            raise ExpressionFailed(
                f"{event_type} cannot be the first event: it does not set {', '.join(missing)}"
            )
        return begin((initial, event))

    return first, change


def check_beginnings(draft: Compilation, owner: AggregateDraft) -> None:
    """Finds events that begin an aggregate without giving its state all that it needs."""
    for command, section in owner.command_sections.items():
        actions = list(section.do.values()) or [section]
        for place in owner.command_places[command]:
            known, needed = place.owner.event_sections, place.owner.needed
            first = next((one.emit for one in actions if not one.when and one.emit in known), "")
            if place.creates is False or not first:
                continue
            if missing := [name for name in needed if name not in known[first].set]:
                names, them = ", ".join(missing), "it" if len(missing) == 1 else "them"
                said = f"{command} begins with this event, and it does not set {names}"
                hint = f"add {them} to set {{ … }}, or give {names} a default in the state"
                draft.tell(("event", *first.split(".")), "S-TYPE", said, hint)


# -- older versions -------------------------------------------------------------------------------------


def _upcasters(draft: Compilation, owner: AggregateDraft, name: str) -> dict[int, Upcaster]:
    section = owner.event_sections[name]
    path = ("event", *name.split("."))
    steps: dict[int, Upcaster] = {}
    for key, one in section.upcast.items():
        found = _STEP.fullmatch(key)
        if found is None or int(found[1]) >= section.version:
            said = f"{key} is no step to version {section.version}"
            hint = f"write from_1 … from_{section.version - 1}" if section.version > 1 else "version is 1"
            draft.tell((*path, "upcast", key), "S-TYPE", said, hint, key=True)
            continue
        steps[int(found[1])] = _upcaster(draft, (*path, "upcast", key), one)
        if int(found[1]) == section.version - 1:
            _check_step(draft, (*path, "upcast", key), one, owner.events[name])
    if missing := [number for number in range(1, section.version) if number not in steps]:
        said = f"nothing says how version {missing[0]} of {name} becomes version {missing[0] + 1}"
        draft.tell((*path, "version"), "S-TYPE", said, f"add upcast {{ from_{missing[0]} {{ … }} }}")
    return steps


def _check_step(draft: Compilation, path: Path, one: UpcastSection, part: CompiledPart) -> None:
    """Finds fields of the last step that the present version does not have."""
    known = tuple(names_of(part.cls).values())
    for old, new in one.rename.items():
        if new not in known:
            draft.unknown((*path, "rename", old), f"field of {part.name}", new, known)
    for where, names in (("set", one.set), ("default", one.default)):
        for name in names:
            if name not in known:
                draft.unknown((*path, where, name), f"field of {part.name}", name, known, key=True)


def _upcaster(draft: Compilation, path: Path, one: UpcastSection) -> Upcaster:
    scope: Scope = {"data": untyped(lambda data: data)}
    computed: dict[str, Get] = {}
    for name, text in one.set.items():
        computed[name], _ = draft.expression((*path, "set", name), text, scope)

    def upcast(data: dict[str, Any]) -> dict[str, Any]:
        said = {one.rename.get(name, name): value for name, value in data.items()}
        said |= {name: as_json(run(data)) for name, run in computed.items()}
        said = {**said, **{name: value for name, value in one.default.items() if name not in said}}
        return {name: value for name, value in said.items() if name not in one.remove}

    return upcast

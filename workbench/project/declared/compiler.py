"""Compiles the declared sections of a project file into definitions, as a Python module would bring them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from workbench.model.aggregate import Aggregate
from workbench.model.event import misstored
from workbench.model.expressions.closures import Scope
from workbench.model.hints import did_you_mean
from workbench.model.invariant import Invariant
from workbench.model.projection import ColumnKind, Projection
from workbench.model.registry import ONE_NAME, Definitions
from workbench.project.declared.aggregate_compiler import (
    add_command,
    add_event,
    aggregate_of,
    check_beginnings,
)
from workbench.project.declared.aggregate_draft import AggregateDraft, owner_of
from workbench.project.declared.column_values import columns_of, indexed_in
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.compiled_groups import (
    CompiledGroup,
    CompiledGroups,
    compiled_groups,
    made_from,
    taken_over,
    without_problems,
)
from workbench.project.declared.declared_flows import flows_of
from workbench.project.declared.field_types import FieldTypes
from workbench.project.declared.filter_compiler import Filtered, check_filter, open_topics
from workbench.project.declared.flow_check import check_flows, set_up
from workbench.project.declared.handler_compiler import handler_of, stand_in_of
from workbench.project.declared.invariant_compiler import invariant_of
from workbench.project.declared.invariant_names import InvariantNames
from workbench.project.declared.policy_compiler import policy_of, process_of
from workbench.project.declared.projection_compiler import projection_of
from workbench.project.declared.query_compiler import query_of
from workbench.project.declared.section_reader import Sections, read_sections
from workbench.project.declared.source_locations import Path, SourceLocations, stand_in_path
from workbench.tusk import Document, Problem

UNKNOWN_GIVER = "there is no actor or outside system"


def compile_declared(
    document: Document,
    values: Mapping[str, Any],
    *,
    known: Iterable[Definitions] = (),
    topics: Iterable[str] = (),
    filters: Iterable[Filtered] = (),
    lenient: bool = False,
    scopes: dict[Path, Scope] | None = None,
    before: CompiledGroups = MappingProxyType({}),
    groups: dict[str, CompiledGroup] | None = None,
) -> tuple[Definitions, list[Problem]]:
    """Returns what the file declares, and everything that is wrong with it, or may be: warnings.

    Args:
        values: Of the declared sections, resolved.
        known: What the project's Python modules bring; declared parts may use it.
        topics: Names that messages can be published to.
        filters: Of the subscriptions; they are checked with what is known of the messages.
        lenient: There are modules that are not trusted yet: what needs them is left out without a word.
        scopes: Gets the names that each expression may use, by the path at which it is written.
        before: Aggregates that an earlier text had, which are taken over where nothing about them changed.
        groups: Gets what the next text may take over, if nothing is wrong with this one; what a warning is
            about is compiled again, so that it is told again.
    """
    sections, mistakes = read_sections(document, values)
    places = SourceLocations(document, frozenset(sections.unread), sections.renamed)
    problems: list[Problem] = []
    types = FieldTypes(places, sections.types, problems)
    draft = Compilation(places, types, frozenset(topics), lenient, problems, broken=sections.broken)
    draft.scopes = {} if scopes is None else scopes
    known = tuple(known)
    draft.known(known)
    _twice(draft, sections, known)
    _check_types(draft, sections)
    _check_actors(draft, sections, known)
    check_flows(draft, document, sections, known)
    texts = {} if groups is None else made_from(values, sections, lenient=lenient)
    kept = taken_over(before, texts, draft)
    owners = _owners(draft, sections, kept)
    for module in known:
        for projection in module.projections:
            draft.projections[projection.name] = _columns(projection)
            draft.indexed[projection.name] = frozenset(
                one.name for one in projection.columns if one.index or one.name == projection.key
            )
    for name, section in sections.projections.items():
        draft.projections[name], draft.indexed[name] = columns_of(section), indexed_in(section)
    for owner in owners.values():
        check_beginnings(draft, owner)
    loose = open_topics(sections, known)
    for one in filters:
        check_filter(draft, one, loose)
    ready = {name: one for group in kept for name, one in group.aggregates.items()}
    aggregates = {name: ready.get(name) or aggregate_of(draft, owner) for name, owner in owners.items()}
    found = Definitions(
        aggregates=tuple(aggregates.values()),
        projections=tuple(_each(draft, sections.projections, projection_of).values()),
        policies=tuple(_each(draft, sections.policies, policy_of).values()),
        processes=tuple(_each(draft, sections.processes, process_of).values()),
        queries=tuple(_each(draft, sections.queries, query_of).values()),
        handlers=_each(draft, sections.handlers, handler_of) | _each(draft, sections.stand_ins, stand_in_of),
        actors={name: one.description for name, one in sections.actors.items()},
        externals={name: one.description for name, one in sections.externals.items()},
        flows=flows_of(sections, places.start),
        invariants=_invariants(draft, document, sections, known, aggregates),
    )
    if groups is not None and not any(not one.warning for one in (*mistakes, *problems)):
        groups |= without_problems(compiled_groups(texts, draft, owners, aggregates, kept), problems)
    told = (one for one in problems if not places.is_unread(one.path))
    return found, [*mistakes, *(replace(one, path=places.written(one.path)) for one in told)]


def _twice(draft: Compilation, sections: Sections, known: Iterable[Definitions]) -> None:
    """Finds names that a module of the project gives, too."""
    for module in known:
        reactors = [one.name for one in module.policies] + [one.name for one in module.processes]
        given = {
            "aggregate": [one.name for one in module.aggregates],
            "event": [event.event_type for one in module.aggregates for event in one.events],
            "command": [command.command_type for one in module.aggregates for command in one.commands],
            "projection": [one.name for one in module.projections],
            "policy": reactors,
            "process": reactors,
            "query": [one.query.query_type for one in module.queries],
            "handler": list(module.handlers),
        }
        for kind, names in given.items():
            for name in names:
                if name in sections.of(kind):
                    said = f"a module declares the {kind} {name} already"
                    draft.tell((kind, *name.split(".")), "S-DUPLICATE", said)
    for name in sections.stand_ins:
        if name in sections.handlers or any(name in module.handlers for module in known):
            said = f"a handler has the name {name} already"
            draft.tell(stand_in_path(name), "S-DUPLICATE", said, key=True)
    for name in sections.processes:
        if name in sections.policies:
            said = f"a policy has the name {name} already"
            draft.tell(("process", *name.split(".")), "S-DUPLICATE", said)


def _check_types(draft: Compilation, sections: Sections) -> None:
    """Reads every named type, used or not."""
    draft.types.all_of(("types",), sections.types)


def _check_actors(draft: Compilation, sections: Sections, known: Iterable[Definitions]) -> None:
    """Finds names of those who give commands that nothing declares."""
    names = [*sections.actors, *sections.externals]
    names += [name for module in known for name in (*module.actors, *module.externals)]
    for command, section in sections.commands.items():
        for index, name in enumerate(section.by):
            if (
                name not in names
                and not draft.lenient
                and not {("actor", name), ("external", name)} & draft.broken
            ):
                path = ("command", *command.split("."), "by")
                said = f"{UNKNOWN_GIVER} {name}"
                hint = did_you_mean(name, names, f"write [actor.{name}]")
                odd = draft.places.item(path, index, "A-GIVER", said, hint)
                draft.problems.append(replace(odd, warning=True))  # who gives it changes nothing that it does
    for name in sections.actors:
        if name in sections.externals:
            draft.tell(
                ("actor", *name.split(".")), "S-DUPLICATE", f"an outside system has the name {name} already"
            )


def _check_stored_names(draft: Compilation, sections: Sections) -> None:
    stored = {name: getattr(part.cls, "stored_as", "") for name, part in draft.events.items()}
    for name, said in misstored(stored).items():
        if name in sections.events:
            draft.tell(("event", *name.split("."), "stored_as"), "S-DUPLICATE", said, ONE_NAME)


def _owners(
    draft: Compilation, sections: Sections, kept: Iterable[CompiledGroup]
) -> dict[str, AggregateDraft]:
    ready = {name: one for group in kept for name, one in group.owners.items()}
    owners = {
        name: ready.get(name) or owner_of(draft, name, one) for name, one in sections.aggregates.items()
    }
    for owner in ready.values():
        draft.events |= owner.events
        draft.commands |= owner.commands
    done = {name for owner in ready.values() for name in (*owner.events, *owner.commands)}
    for name, event in sections.events.items():
        if name not in done:
            add_event(draft, owners, name, event)
    _check_stored_names(draft, sections)
    for name, command in sections.commands.items():
        if name not in done:
            add_command(draft, owners, name, command)
    return owners


def _each(
    draft: Compilation, sections: Mapping[str, Any], compile_one: Callable[[Compilation, str, Any], Any]
) -> dict[str, Any]:
    """Compiles each of some sections; one that needs untrusted code is left out."""
    made: dict[str, Any] = {}
    for name, section in sections.items():
        draft.dropped = False
        one = compile_one(draft, name, section)
        if not draft.dropped:
            made[name] = one
    return made


def _invariants(
    draft: Compilation,
    document: Document,
    sections: Sections,
    known: Sequence[Definitions],
    declared: Mapping[str, Aggregate],
) -> tuple[Invariant, ...]:
    if not sections.invariants:
        return ()
    written = {one.name for module in known for one in module.projections if one.by_handlers}
    written |= {name for name, one in sections.projections.items() if not one.on}
    names = InvariantNames(
        aggregates={**{one.name: one for module in known for one in module.aggregates}, **declared},
        columns={name: one for name, one in draft.projections.items() if name not in written},
        by_handlers=frozenset(written),
        excused=lambda kind, name: draft.lenient or (kind, name) in draft.broken,
    )
    consumers = {*sections.policies, *sections.processes, *set_up(document, ("subscriptions",))}
    for module in known:
        consumers |= {*(one.name for one in module.policies), *(one.name for one in module.processes)}
    compile_one = partial(invariant_of, names=names, consumers=consumers)
    return tuple(_each(draft, sections.invariants, compile_one).values())


def _columns(projection: Projection) -> Mapping[str, ColumnKind]:
    return {one.name: one.kind for one in projection.columns}

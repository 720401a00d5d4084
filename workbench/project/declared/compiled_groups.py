"""Aggregates that were compiled with an earlier text: taken over where all that they are made of stayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.model.aggregate import Aggregate
from workbench.project.declared.aggregate_draft import AggregateDraft
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.section_kinds import TYPES
from workbench.project.declared.section_reader import Sections
from workbench.project.declared.sections import CommandSection, EventSection
from workbench.project.declared.source_locations import Path
from workbench.tusk import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledGroup:
    """Aggregates that commands decide over together, with their events and commands.

    Attributes:
        draft: With which it was compiled; it says where its texts stand.
        owners, aggregates: By the names of the aggregates.
    """

    draft: Compilation
    owners: Mapping[str, AggregateDraft]
    aggregates: Mapping[str, Aggregate]


CompiledGroups = Mapping[str, CompiledGroup]
"""What was compiled of a text without a mistake, by what it was compiled from, see `made_from`."""


def made_from(values: Mapping[str, Any], sections: Sections, *, lenient: bool) -> dict[str, str]:
    """Returns for every declared aggregate all that its group is compiled from.

    Args:
        values: Of the declared sections; sections below others are told with them, which does no harm.
        lenient: As `compile_declared`.
    """
    groups = {name: {name} for name in sections.aggregates}
    for command in sections.commands.values():
        known = [groups[name] for name in decided_over(command) if name in groups]
        group = set[str]().union(*known)
        groups |= dict.fromkeys(group, group)
    said: dict[str, list[object]] = {name: [] for name in groups}
    for name in sections.aggregates:
        said[min(groups[name])].append(("aggregate", name, _at(values, "aggregate", name)))
    for name, event in sections.events.items():
        if (owner := owner_of_event(name, event)) in groups:
            said[min(groups[owner])].append(("event", name, _at(values, "event", name)))
    for name, command in sections.commands.items():
        for owner in [one for one in decided_over(command) if one in groups][:1]:
            said[min(groups[owner])].append(("command", name, _at(values, "command", name)))
    common = repr((lenient, values.get(TYPES)))
    texts = {name: common + repr(parts) for name, parts in said.items() if parts}
    return {name: texts[min(group)] for name, group in groups.items()}


def taken_over(before: CompiledGroups, texts: Mapping[str, str], draft: Compilation) -> list[CompiledGroup]:
    """Returns the groups that need not be compiled again; their mistakes are told where they stand now."""
    found = [before[text] for text in dict.fromkeys(texts.values()) if text in before]
    for group in found:
        group.draft.places = draft.places
        draft.types.known = group.draft.types.known  # one class for a type, wherever it is used
    return found


def compiled_groups(
    texts: Mapping[str, str],
    draft: Compilation,
    owners: Mapping[str, AggregateDraft],
    aggregates: Mapping[str, Aggregate],
    kept: Iterable[CompiledGroup],
) -> CompiledGroups:
    """Returns what the next text may take over.

    Args:
        kept: What was taken over itself.
    """
    drafts = {name: group.draft for group in kept for name in group.owners}
    found: dict[str, CompiledGroup] = {}
    for text in dict.fromkeys(texts.values()):
        names = [name for name, one in texts.items() if one == text]
        found[text] = CompiledGroup(
            draft=drafts.get(names[0], draft),
            owners={name: owners[name] for name in names},
            aggregates={name: aggregates[name] for name in names},
        )
    return found


def without_problems(groups: CompiledGroups, problems: Iterable[Problem]) -> CompiledGroups:
    """Returns the groups about which nothing is said."""
    about = {one.path[:length] for one in problems for length in range(1, len(one.path) + 1)}
    return {text: group for text, group in groups.items() if about.isdisjoint(_sections_of(group))}


def _sections_of(group: CompiledGroup) -> Iterator[Path]:
    """Yields the paths of the sections from which a group is compiled."""
    for name, owner in group.owners.items():
        yield ("aggregate", *name.split("."))
        yield from (("event", *event.split(".")) for event in owner.events)
        yield from (("command", *command.split(".")) for command in owner.commands)


def owner_of_event(name: str, event: EventSection) -> str:
    """Returns the name of the aggregate whose event it is."""
    return event.aggregate or name.partition(".")[0]


def decided_over(command: CommandSection) -> list[str]:
    """Returns the names of the aggregates that a command is decided over, the first one first."""
    return [one.aggregate or role for places in command.by_key.values() for role, one in places.items()]


def _at(values: Mapping[str, Any], kind: str, name: str) -> object:
    found: Any = values.get(kind)
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found

"""Marks of names that differ in large and small letters alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkKind, Severity

ALIKE = MarkKind(
    code="A-NAMES",
    severity=Severity.WARNING,
    title="two names that differ in large and small letters alone",
    why="They are two things, and are taken for one",
    way="give one of them another name (F2 on the board)",
)


def names_alike(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds names of one kind that are the same but for large and small letters."""
    sections = model.sections
    kinds: dict[str, Iterable[str]] = {
        "aggregate": sections.aggregates,
        "event": sections.events,
        "command": sections.commands,
        "projection": sections.projections,
        "policy": sections.policies,
        "process": sections.processes,
        "query": sections.queries,
        "handler": sections.handlers,
        "actor": sections.actors,
        "external": sections.externals,
        "types": sections.types,
        "topics": model.file.settings.topics,
    }
    for kind, named in kinds.items():
        seen: dict[str, str] = {}
        for name in named:
            if (other := seen.setdefault(name.casefold(), name)) != name:
                yield model.mark(
                    ALIKE, (kind, name), f"{name} and {other} differ in their letters' case alone"
                )

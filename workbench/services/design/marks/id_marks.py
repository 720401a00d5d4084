"""Marks of events that are found by their own id where it is that of another aggregate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from workbench.project.declared.consequences import sections_of
from workbench.project.declared.sections import ActionSection
from workbench.services.design.beginnings import id_of
from workbench.services.design.design_text import DesignText
from workbench.services.design.marks.mark import (
    DesignMark,
    MarkedModel,
    MarkFix,
    MarkKind,
    Severity,
    section_of,
)
from workbench.services.design.owners import places_of
from workbench.services.design.relations import section_path
from workbench.services.design.section_lists import names_at, put
from workbench.tusk.document import Path

OTHER_ID = MarkKind(
    code="A-ID",
    severity=Severity.ADVICE,
    title="an event of another aggregate that is found by its own id",
    why="The instance or row has the id of what began it: another id finds none, and nothing goes on",
    way="give the event a key, such as a field of it that has the id of what began",
)
ID = "id"


def other_ids(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds processes and read models that one aggregate begins and another goes on with, both by their ids.

    Where something gives the one the id of the other, as a command that is issued so, that is in order.
    """
    alike = _Alike(model)
    for name, process in model.sections.processes.items():
        by_id = [event for event, step in process.on.items() if (step.key or process.key).strip() == ID]
        first = [event for event in by_id if process.on[event].starts]
        yield from _marked(model, alike, ("process", name), by_id, first)
    for name, table in model.sections.projections.items():
        by_id = [
            event
            for event, one in table.on.items()
            if (one.key or table.key or ID).strip() == ID and not one.where
        ]
        first = [event for event in by_id if (one := table.on[event]).put or one.add or one.count]
        yield from _marked(model, alike, ("projection", name), by_id, first)


def _marked(
    model: MarkedModel, alike: _Alike, part: tuple[str, str], by_id: Sequence[str], first: Sequence[str]
) -> Iterator[DesignMark]:
    """Yields the events of aggregates that begin nothing here.

    Args:
        by_id: Events that find by id what they go on with.
        first: Those of them that begin it.
    """
    if any(not model.declares("event", one) for one in by_id):
        return  # whose event a Python module brings, is not known here
    begin = list(dict.fromkeys(_owner(model, event) for event in first))
    for event in by_id:
        owner = _owner(model, event)
        if begin and not any(alike.are(owner, one) for one in begin):
            what = "instance" if part[0] == "process" else "row"
            said = f"{event} finds no {what} of {part[1]}: its id is that of a {owner}, not of a {begin[0]}"
            fixes = tuple(_fixes(model, part, event, begin))
            yield model.mark(OTHER_ID, part, said, inside=("on", event), fixes=fixes)


def _fixes(model: MarkedModel, part: tuple[str, str], event: str, begin: Sequence[str]) -> Iterator[MarkFix]:
    """Yields what finds it by a field that is called as the id of what begins, or as that."""
    known = model.sections.events.get(event)
    names = [name for one in begin for name in (id_of(one), one.replace("-", "_"))]
    for name in dict.fromkeys(names):
        if known is not None and name in known.fields:
            key = f"event.{name}"
            path = (*section_of(*part), "on", event, "key")
            change = partial(_with_key, path=path, key=key)
            yield MarkFix(label=f"Find it by {key}", effect=f'adds key: "{key}"', change=change)


def _with_key(text: DesignText, *, path: Path, key: str) -> DesignText:
    return text.with_project(put(text.project, path, key))


def _owner(model: MarkedModel, event: str) -> str:
    known = model.sections.events.get(event)
    return (known.aggregate if known is not None else "") or event.partition(".")[0]


class _Alike:
    """Knows aggregates that have the same ids: one is given that of the other, or commands call both so."""

    def __init__(self, model: MarkedModel) -> None:
        self._model, self._with = model, dict[str, set[str]]()
        fields: dict[str, str] = {}
        for command in model.sections.commands:
            for owner, field in self._ids(command):
                if field != ID:  # any may be called so
                    self._join(owner, fields.setdefault(field, owner))
        for events, action in self._actions():
            owners = {_owner(model, one) for one in events}
            for owner, field in self._ids(action.issue) if len(owners) == 1 else ():
                if action.given.get(field, "").strip() == ID:
                    self._join(owner, *owners)

    def are(self, one: str, other: str) -> bool:
        """Whether two aggregates may have the same ids."""
        return other in self._with.get(one, {one})

    def _join(self, *owners: str) -> None:
        whole = {each for one in owners for each in self._with.get(one, {one})}
        self._with |= dict.fromkeys(whole, whole)

    def _ids(self, command: str) -> Iterator[tuple[str, str]]:
        """Yields the aggregates that a command is for, each with the field that has its id."""
        document, path = self._model.file.document, section_path("command", command)
        first = [*names_at(document, (*path, "target")), *names_at(document, (*path, "fields")), ""][0]
        for place in places_of(document, command):
            yield place.aggregate, place.id or first

    def _actions(self) -> Iterator[tuple[Sequence[str], ActionSection]]:
        """Yields what policies and processes issue, each with the events at which they do."""
        sections = self._model.sections
        for policy in sections.policies.values():
            yield from ((policy.on, one) for _, one in sections_of((), policy) if one.issue)
        for process in sections.processes.values():
            for event, step in process.on.items():
                yield from (([event], one) for _, one in sections_of((), step) if one.issue)

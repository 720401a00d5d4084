"""Marks of events and commands that look for something by the id of another aggregate."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from workbench.project.declared.consequences import sections_of
from workbench.project.declared.sections import ActionSection
from workbench.services.design.beginnings import id_names
from workbench.services.design.design_text import DesignText
from workbench.services.design.marks.mark import (
    DesignMark,
    MarkedModel,
    MarkFix,
    MarkKind,
    Severity,
    section_of,
)
from workbench.services.design.owners import id_fields, own_id, with_own_id
from workbench.services.design.relations import a_kind, section_path
from workbench.services.design.section_lists import names_at, put
from workbench.tusk.document import Path

OTHER_ID = MarkKind(
    code="A-ID",
    severity=Severity.ADVICE,
    title="an event of another aggregate that is found by its own id",
    why="The instance or row has the id of what began it: another id finds none, and nothing goes on",
    way="give the event a key, such as a field of it that has the id of what began",
)
BORROWED = MarkKind(
    code="A-TARGET",
    severity=Severity.ADVICE,
    title="a command that looks for an aggregate by the id of another",
    why="Other commands find it by an id of its own: by this one they find another, or none",
    way="give it the field that the others have, as its target",
)
ID = "id"


def other_ids(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds processes and read models that one aggregate begins and another goes on with, both by their ids.

    Where something gives the one the id of the other, as a command that is issued so, that is in order.
    """
    alike = _Alike(model, {one.command for one in _borrowing(model)})
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
    names = [name for one in begin for name in id_names(one)]
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


@dataclass(frozen=True, slots=True)
class _Borrower:
    """A command that finds an aggregate by a field that is called as the id of another."""

    command: str
    owner: str
    field: str
    other: str


def borrowed_ids(model: MarkedModel) -> Iterator[DesignMark]:
    """Finds commands that name the aggregate that they change by the id of another, where others do not.

    Where the two have the same ids that is in order, as where what creates the one is given the other's.
    """
    document, found = model.file.document, _borrowing(model)
    alike = _Alike(model, {one.command for one in found})
    for one in found:
        if not alike.are(one.owner, one.other):
            own = own_id(document, one.command, one.owner)
            said = (
                f"{one.command} looks for {a_kind(one.owner)} by {one.field}, the id of {a_kind(one.other)}"
            )
            new = own not in names_at(document, (*section_path("command", one.command), "fields"))
            fix = MarkFix(
                label=f"Find it by {own}",
                effect=f"{'adds' if new else 'takes'} {own} as its target: who issues it has to give that",
                change=partial(_with_own_id, command=one.command, owner=one.owner),
            )
            yield model.mark(BORROWED, ("command", one.command), said, fixes=(fix,))


def _with_own_id(text: DesignText, *, command: str, owner: str) -> DesignText:
    return text.with_project(with_own_id(text.project, command, owner))


def _borrowing(model: MarkedModel) -> list[_Borrower]:
    """Returns commands that look for an aggregate by a field that is called as the id of another.

    Others of the aggregate have a field of its own, and none creates it with that one.
    """
    names = {name: owner for owner in model.sections.aggregates for name in id_names(owner)}
    ids: dict[str, list[tuple[str, str, str]]] = {}
    for command in model.sections.commands:
        for place, field in id_fields(model.file.document, command):
            ids.setdefault(place.aggregate, []).append((command, place.key, field))
    return [
        _Borrower(command, owner, field, names[field])
        for owner, found in ids.items()
        if any(names.get(field, owner) == owner for _, _, field in found)
        for command, _, field in found
        if names.get(field, owner) != owner
        and not any("creates" in key and said == field for _, key, said in found)
    ]


class _Alike:
    """Knows aggregates that have the same ids: one is given that of the other, or commands call both so.

    Args:
        but: Commands that say nothing of that.
    """

    def __init__(self, model: MarkedModel, but: Collection[str]) -> None:
        self._model, self._with = model, dict[str, set[str]]()
        fields: dict[str, str] = {}
        for command in model.sections.commands:
            for owner, field in self._ids(command) if command not in but else ():
                if field != ID:  # any may be called so
                    self._join(owner, fields.setdefault(field, owner))
        for events, action in self._actions():
            owners = {_owner(model, one) for one in events} if action.issue not in but else ()
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
        for place, field in id_fields(self._model.file.document, command):
            yield place.aggregate, field

    def _actions(self) -> Iterator[tuple[Sequence[str], ActionSection]]:
        """Yields what policies and processes issue, each with the events at which they do."""
        sections = self._model.sections
        for policy in sections.policies.values():
            yield from ((policy.on, one) for _, one in sections_of((), policy) if one.issue)
        for process in sections.processes.values():
            for event, step in process.on.items():
                yield from (([event], one) for _, one in sections_of((), step) if one.issue)

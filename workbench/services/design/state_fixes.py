"""What would fix a problem by what the state of an aggregate has, or should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from workbench.services.design.beginnings import event_field, id_names
from workbench.services.design.column_types import type_at
from workbench.services.design.design_text import DesignText
from workbench.services.design.expression_types import counts_on, type_of
from workbench.services.design.field_lines import write_field_line
from workbench.services.design.gestures import DesignNode, exists, fields_of, places_of, renamed, with_field
from workbench.services.design.marks.mark import MarkFix
from workbench.services.design.owners import aggregate_of, with_another
from workbench.services.design.owners import places_of as places_of_command
from workbench.services.design.relations import declared_names, owner_of, section_path
from workbench.services.design.section_lists import names_at, put
from workbench.services.design.statuses import choices_path
from workbench.tusk import Document
from workbench.tusk.document import Path

_MOST = 6
"""Aggregates that are offered."""
_BEGINNINGS = {"integer": "0", "decimal": "0", "money": "0", "string": '""'}
"""With which value of a type one begins to calculate."""
_DEFAULTS = {"integer": 0, "decimal": 0, "money": 0, "string": "", "boolean": False}
"""The default of a type that a person most likely means."""


def missing_in_state(document: Document, owner: str, name: str, path: Path) -> Iterator[MarkFix]:
    """Yields what adds a field to the state of an aggregate, of the type of what it is set to.

    What an expression calculates on needs a value from the beginning; any other may be missing, as the event
    that begins the aggregate does not set it.

    Args:
        path: Of what sets it.
    """
    entry = document.find(path)
    said = str(entry.value.plain) if entry is not None else ""
    text, node = DesignText(project=document), DesignNode("aggregate", owner)
    if not exists(text, node):
        return
    typed = type_of(document, path[:-2], owner, said)
    if counts_on(name, said) and typed in _BEGINNINGS:
        line = told = f"{name}: {typed} = {_BEGINNINGS[typed]}"
    else:
        line = _as_in_event(text, path, name, said) or f"{name}?: {typed}"
        told = f"{name}: {line.partition(': ')[2]}?"
    label, effect = f"Add {told} to the state of {owner}", f"adds it to [aggregate.{owner}]"
    yield MarkFix(label=label, effect=effect, change=partial(with_field, node=node, line=line))


def _as_in_event(text: DesignText, path: Path, name: str, said: str) -> str:
    """Returns the line of the field that an expression is no more than; empty for any other."""
    whose, _, field = said.strip().partition(".")
    fields = fields_of(text, DesignNode("event", ".".join(path[1:-2]))) if whose == "event" else {}
    return _line_of(fields, name, field)


def _line_of(fields: Mapping[str, object], name: str, field: str = "") -> str:
    """Returns the line of a field of the state that may be missing, as one of an event is; empty for none."""
    field = field or name
    line = write_field_line(name, event_field(fields[field])) if field in fields else None
    return f"{name}?:{line.partition(':')[2]}" if line is not None else ""


def begun_state(document: Document, event: Path, names: Sequence[str]) -> Iterator[MarkFix]:
    """Yields what has the first event set the state: fields of its own of that name, and first choices."""
    fields = names_at(document, (*event, "fields"))
    state = _state_of(aggregate_of(document, "event", ".".join(event[1:])))
    places = {one: choices_path(document, (*state, one)) for one in names}
    choices = {one: names_at(document, place) if place else [] for one, place in places.items()}
    said = {
        one: f"event.{one}" if one in fields else f"'{choices[one][0]}'"
        for one in names
        if one in fields or choices[one]
    }
    if not said:
        return

    def change(text: DesignText) -> DesignText:
        made = text.project
        for name, value in said.items():
            made = put(made, (*event, "set", name), value)
        return text.with_project(made)

    told = ", ".join(f"{name}: {value}" for name, value in said.items())
    yield MarkFix(label=f"Set {told}", effect=f"adds set {{ {told} }}", change=change)


def with_defaults(document: Document, event: Path, names: Sequence[str]) -> Iterator[MarkFix]:
    """Yields what gives a default to what the first event does not set, so that it need not be set."""
    state = _state_of(aggregate_of(document, "event", ".".join(event[1:])))
    types = {one: type_at(document, (*state, one)) for one in names}
    if not set(types.values()) <= {*_DEFAULTS}:
        return

    def change(text: DesignText) -> DesignText:
        made = text.project
        for name, kind in types.items():
            entry = made.find((*state, name))
            if entry is not None and entry.value.scope is not None:
                made = put(made, (*state, name, "default"), _DEFAULTS[kind])
            else:
                made = put(made, (*state, name), {"type": kind, "default": _DEFAULTS[kind]})
        return text.with_project(made)

    told = ", ".join(f"{name}: {kind} = {_BEGINNINGS.get(kind, 'false')}" for name, kind in types.items())
    yield MarkFix(label=f"Begin with {told}", effect=f"adds it to [{'.'.join(state[:-1])}]", change=change)


def one_more_choice(document: Document, path: Path, said: str, choice: str) -> Iterator[MarkFix]:
    """Yields what adds a choice to a field of the state.

    Args:
        path: Of the expression that says it.
        said: The field, as it is said: ``status`` where it is set, else ``state.status``.
    """
    whose, _, name = said.rpartition(".")
    owner = aggregate_of(document, path[0], ".".join(path[1:-2]) if path[0] == "event" else path[1])
    at = choices_path(document, (*_state_of(owner), name)) if whose in {"", "state"} and owner else None
    if at is None or choice in names_at(document, at) or (not whose and path[-2:] != ("set", name)):
        return

    def change(text: DesignText) -> DesignText:
        return text.with_project(put(text.project, at, [*names_at(text.project, at), choice]))

    effect = f"adds it to [{'.'.join(at[:2])}]"
    yield MarkFix(label=f"Add {choice} to the choices of {name}", effect=effect, change=change)


def read_in_state(document: Document, path: Path, name: str) -> Iterator[MarkFix]:
    """Yields what adds a field that is read to the state, of the type of fields that are called so.

    Args:
        path: Of the expression that reads it.
    """
    if path[0] not in {"event", "command"}:
        return
    owner = aggregate_of(document, path[0], ".".join(path[1:-2]) if path[0] == "event" else path[1])
    text, node = DesignText(project=document), DesignNode("aggregate", owner)
    if not owner or not exists(text, node):
        return
    events = (DesignNode("event", one) for one in declared_names(document, "event"))
    of_it = (one for one in events if aggregate_of(document, "event", one.name) == owner)
    lines = (_line_of(fields_of(text, one), name) for one in of_it)
    line = next(filter(None, lines), f"{name}?: string")
    told = f"{name}: {line.partition(': ')[2]}?"
    label, effect = f"Add {told} to the state of {owner}", f"adds it to [aggregate.{owner}]"
    yield MarkFix(label=label, effect=effect, change=partial(with_field, node=node, line=line))


def known_in_event(document: Document, path: Path) -> Iterator[MarkFix]:
    """Yields what writes an empty expression: the field of that name of all events, or of the command.

    Args:
        path: Of the expression, such as that of a key of ``set`` or ``with``.
    """
    kind, name = path[0], path[-1]
    if kind == "event":
        whose, places = "event", [path[:-2]]
    elif kind == "command":
        whose, places = "command", [path[:2]]
    else:
        on = [path[3]] if len(path) > 3 and path[2] == "on" else names_at(document, (*path[:2], "on"))
        whose, places = "event", [("event", *one.split(".")) for one in on]
    if not places or any(name not in names_at(document, (*one, "fields")) for one in places):
        return

    def change(text: DesignText) -> DesignText:
        return text.with_project(put(text.project, path, f"{whose}.{name}"))

    yield MarkFix(label=f"Write {whose}.{name}", effect="in place of nothing", change=change)


def events_of_others(document: Document, event: str, near: Sequence[str]) -> Iterator[tuple[MarkFix, str]]:
    """Yields what makes an event, whose name begins with no aggregate, one of each that may be meant.

    Each comes with the name that the event gets, wherever it is named.

    Args:
        near: The aggregates that may be meant by what its name begins with; a name without a point can be
            of any.
    """
    node = DesignNode("event", event)
    lead, _, last = event.rpartition(".")
    for owner in (near if lead else declared_names(document, "aggregate"))[:_MOST]:
        name = f"{owner}.{last}"
        if f"event.{name}" not in document.sections:
            change = partial(_named_so, node=node, name=name)
            effect = f"[event.{event}] becomes [event.{name}]"
            yield MarkFix(label=f"Replace with {name}", effect=effect, change=change), name


def for_another(document: Document, path: Path, event: str) -> Iterator[MarkFix]:
    """Yields what has a command change the aggregate of an event, too, which it is not for.

    Args:
        path: Of ``emit``.
    """
    owner = aggregate_of(document, "event", event)
    if path[0] != "command" or f"aggregate.{owner}" not in document.sections:
        return
    command = next(
        name
        for name in declared_names(document, "command")
        if section_path("command", name) == path[: 1 + len(name.split("."))]
    )
    after = with_another(document, command, owner)
    place = next(one for one in places_of_command(after, command) if one.aggregate == owner)
    new = place.id not in names_at(document, (*section_path("command", command), "fields"))
    field = f"the new field {place.id}" if new else f"its field {place.id}"
    yield MarkFix(
        label=f"Let it change {owner}, too",
        effect=f"adds {owner} to {place.key}, with {field}",
        change=lambda text: text.with_project(with_another(text.project, command, owner)),
    )


def _named_so(text: DesignText, *, node: DesignNode, name: str) -> DesignText:
    return renamed(text, node, name, places_of(text, node))


def known_in_state(document: Document, path: Path, field: str) -> str:
    """Returns what gives a field of what a command emits: the state's of that name and type; else nothing.

    Args:
        path: Of ``emit``.
    """
    kind, name = path[0], path[1] if len(path) > 1 else ""
    emit = document.find(path)
    if kind != "command" or path[-1] != "emit" or emit is None or names_at(document, (kind, name, "creates")):
        return ""
    wanted = type_at(document, ("event", *str(emit.value.plain).split("."), "fields", field))
    has = type_at(document, (*_state_of(aggregate_of(document, "command", name)), field))
    return f"state.{field}" if has and has in {wanted, wanted.removesuffix("?")} else ""


def known_id(document: Document, path: Path, field: str) -> str:
    """Returns what gives a field of what a policy or process issues: the id of what it follows; else nothing.

    That is a text that is called as the aggregate of all its events, alone or with ``_id``.

    Args:
        path: Of ``issue``.
    """
    section = path[:2]
    events = names_at(document, (*section, "on")) if path[0] in {"policy", "process"} else []
    issued = names_at(document, path)
    owners = {owner_of(document, one) for one in events}
    if path[-1] != "issue" or len(issued) != 1 or len(owners) != 1:
        return ""
    owner = owners.pop()
    kind = type_at(document, (*section_path("command", issued[0]), "fields", field))
    named = field in id_names(owner)
    return "id" if named and kind.removesuffix("?") == "string" else ""


def _state_of(owner: str) -> Path:
    return ("aggregate", *owner.split("."), "state")

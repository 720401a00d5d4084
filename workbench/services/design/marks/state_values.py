"""What fields of a state can be: the texts that events set, where they are written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.flaws import InvalidExpression
from workbench.project.declared.field_section import FieldSection
from workbench.project.declared.sections import CommandSection
from workbench.services.design.marks.certain_conditions import Values
from workbench.services.design.marks.mark import MarkedModel

State = tuple[Mapping[str, FieldSection], list[Mapping[str, Any]]]
"""Fields of a state, and what events set in it."""


def unknown(_path: str) -> frozenset[str] | None:
    """Knows of no field what it can be."""
    return None


def values_of_command(model: MarkedModel, command: CommandSection) -> Values:
    """Returns what fields can be when a command is decided, whatever happened before."""
    states: dict[str, State] = {}
    for role, owner in _owners(command):
        if owner in model.sections.aggregates:
            sets: list[Mapping[str, Any]] = [
                model.sections.events[one].set for one in model.events_of.get(owner, ())
            ]
            states[role] = (model.sections.aggregates[owner].state, sets)
            states.setdefault("state", states[role])
    return values_in(model, states)


def values_after(model: MarkedModel, command: CommandSection, event: str) -> Values:
    """Returns what fields can be when a command is decided just after an event, which sets them.

    Of fields that it does not set nothing is known; how they begin does not matter any more.
    """
    states: dict[str, State] = {}
    for role, owner in _owners(command):
        fields: Mapping[str, FieldSection] = {}
        sets: Mapping[str, Any] = {}
        if event in model.events_of.get(owner, ()) and owner in model.sections.aggregates:
            sets = model.sections.events[event].set
            state = model.sections.aggregates[owner].state
            fields = {name: of.model_copy(update=_NOT_BEGUN) for name, of in state.items() if name in sets}
        states[role] = (fields, [sets])
        states.setdefault("state", states[role])
    return values_in(model, states)


def _owners(command: CommandSection) -> list[tuple[str, str]]:
    """Returns the aggregates that a command is decided over, each behind its role."""
    return [(role, of.aggregate or role) for one in command.by_key.values() for role, of in one.items()]


def values_in(model: MarkedModel, states: Mapping[str, State]) -> Values:
    """Returns what fields of states can be, by the state's name; None where that is not written out."""

    def values(path: str) -> frozenset[str] | None:
        name, _, field = path.partition(".")
        fields, sets = states.get(name, ({}, []))
        if field not in fields or model.base_type(fields[field]).type.removesuffix("?") not in _TEXTS:
            return None
        begins = fields[field].default
        found = {begins} if isinstance(begins, str) else set[str]()
        for one in sets:
            if field in one:
                texts = _texts(one[field])
                if texts is None:
                    return None
                found |= texts
        return frozenset(found)

    return values


_TEXTS = {"string", "choice"}
_NOT_BEGUN = {"default": None}


def _texts(value: Any) -> set[str] | None:
    """Returns the texts that an expression can be, where they are written out; None where others may be."""
    try:
        return _written(cel_parser.parse(value)) if isinstance(value, str) else set()
    except InvalidExpression:
        return None


def _written(node: cel_parser.Node) -> set[str] | None:
    if isinstance(node, cel_parser.Literal):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, cel_parser.Conditional):
        yes, no = _written(node.yes), _written(node.no)
        return None if yes is None or no is None else yes | no
    return None

"""Compiles ``[invariant.NAME]``, and conditions that are typed beside the project file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from workbench.model.expressions import cel_parser
from workbench.model.expressions.closures import Scope
from workbench.model.expressions.expression import Expression, compile_expression
from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.expressions.name_resolution import path_of
from workbench.model.expressions.value_kinds import Kind
from workbench.model.hints import did_you_mean
from workbench.model.invariant import Invariant, InvariantQuestion, Subject
from workbench.model.registry import Registry
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.invariant_names import COUNT, LOOKS_AT, InvariantNames, calls_in, named_by
from workbench.project.declared.sections import InvariantSection

TYPED = "condition"
"""The name of a condition that stands in no project file."""


def invariant_of(
    draft: Compilation,
    name: str,
    section: InvariantSection,
    *,
    names: InvariantNames,
    consumers: Iterable[str],
) -> Invariant:
    """Compiles an invariant.

    Args:
        consumers: Names of subscriptions, policies and processes.
    """
    path = ("invariant", *name.split("."))
    if section.contradiction:
        draft.tell(path, "S-TYPE", section.contradiction)
    for key, kind in (("of", "aggregate"), ("rows", "projection")):
        said = getattr(section, key)
        if said in names.by_handlers:
            draft.tell(
                (*path, key), "S-REF", f"handlers write the rows of {said}: no event says what they were"
            )
        elif said and said not in names.known(kind):
            draft.unknown((*path, key), kind, said, names.known(kind))
    asked = [] if isinstance(section.never_dead_letter, bool) else section.never_dead_letter
    for index, one in enumerate(asked):
        if one not in (known := list(consumers)) and not draft.lenient:
            hint = did_you_mean(one, known, "name subscriptions, policies or processes")
            said = f"there is no subscription, policy or process {one}"
            place = (*path, "never_dead_letter")
            draft.problems.append(draft.places.item(place, index, "S-REF", said, hint))
    scope = names.scope(of=section.of, rows=section.rows)
    draft.scopes |= {(*path, key): scope for key in ("always", "eventually")}  # for who begins to write one
    questions = {
        key: _question(draft, (*path, key), text, scope, names) if text else None
        for key, text in (("always", section.always), ("eventually", section.eventually))
    }
    return Invariant(
        name=name,
        of=section.of,
        rows=section.rows,
        always=questions["always"],
        eventually=questions["eventually"],
        never_dead_letter=bool(section.never_dead_letter),
        consumers=frozenset(asked),
        doc=section.description,
    )


def _question(
    draft: Compilation, path: tuple[str, ...], text: str, scope: Scope, names: InvariantNames
) -> InvariantQuestion | None:
    made = draft.compiled(path, text, scope)
    if made is None:
        return None
    flaws = [*names.flaws(made.tree), *_no_condition(made)]
    draft.problems += [draft.places.flaw(path, flaw) for flaw in flaws]
    if any(named_by(call) not in names.known(LOOKS_AT[call.name]) for call in calls_in(made.tree)):
        draft.dropped = True
    return _asked(made, scope)


def _no_condition(made: Expression) -> list[Flaw]:
    if made.type.kind in {Kind.BOOLEAN, Kind.ANY}:
        return []
    said = f"an invariant is true or false, and this is {made.type.words}"
    return [Flaw(0, len(made.text), said, 'compare it with something, such as "… == 0"')]


def typed_invariant(registry: Registry, text: str, *, of: str = "", rows: str = "") -> Invariant:
    """Returns an invariant that is asked once: ``always`` a text.

    Args:
        of: Aggregate of whose streams it is asked; or ``rows``, the read model of whose rows.

    Raises:
        InvalidExpression: It is no condition, or names what is not there; everything at once.
    """
    names = names_of_model(registry)
    scope = names.scope(of=of, rows=rows)
    made = compile_expression(text, scope, place=lambda: "condition", warn=lambda _flaw: None)
    if flaws := [*names.flaws(made.tree), *_no_condition(made)]:
        raise InvalidExpression(flaws)
    return Invariant(name=TYPED, of=of, rows=rows, always=_asked(made, scope))


def names_of_model(registry: Registry) -> InvariantNames:
    """Returns what conditions on a model can name."""
    return InvariantNames(
        aggregates=registry.declared,
        columns={
            name: {column.name: column.kind for column in one.columns}
            for name, one in registry.projections.items()
            if not one.by_handlers
        },
        by_handlers=frozenset(name for name, one in registry.projections.items() if one.by_handlers),
    )


def _asked(made: Expression, scope: Scope) -> InvariantQuestion:
    calls = [(call.name, named_by(call), call.arguments) for call in calls_in(made.tree)]
    counts: dict[str, frozenset[str]] = {}
    for name, event, arguments in calls:
        if name == COUNT:
            field = arguments[1] if len(arguments) == 3 else None
            fields = {field.value} if isinstance(field, cel_parser.Literal) else set()
            counts[event] = counts.get(event, frozenset()) | fields
    return InvariantQuestion(
        text=made.text,
        ask=made.run,
        parts=_parts(made.text, made.tree, scope),
        states=frozenset(named for name, named, _ in calls if LOOKS_AT[name] == "aggregate"),
        projections=frozenset(named for name, named, _ in calls if LOOKS_AT[name] == "projection"),
        counts=counts,
    )


def _parts(
    text: str, tree: cel_parser.Node, scope: Scope
) -> Callable[[], Mapping[str, Callable[[Subject], Any]]]:
    """Returns what gives the values of which a condition is made, compiled when they are first asked for."""

    @cache
    def parts() -> Mapping[str, Callable[[Subject], Any]]:
        found: dict[str, Callable[[Subject], Any]] = {}
        for node in _values_in(tree, scope):
            piece = text[node.at : node.end]
            try:
                found[piece] = compile_expression(piece, scope, warn=lambda _flaw: None).run
            except InvalidExpression:
                continue  # a part of something that a macro names
        return found

    return parts


def _values_in(tree: cel_parser.Node, scope: Scope) -> list[cel_parser.Node]:
    """Returns the outermost paths and calls of an expression, in the order in which they are written."""
    found: list[cel_parser.Node] = []
    calls, open_nodes = list(calls_in(tree)), [tree]
    while open_nodes:
        node = open_nodes.pop()
        root = path_of(node).partition(".")[0]
        whole = isinstance(node, cel_parser.Select) and any(
            one in cel_parser.everything(node) for one in calls
        )
        if node in calls or root in scope or whole:
            found.append(node)
        else:
            open_nodes += cel_parser.below(node)
    return sorted(found, key=lambda node: node.at)

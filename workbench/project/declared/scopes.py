"""The names that expressions can use beside event and command: of the record, the time, lines, own names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any, Protocol

from workbench.errors import ExpressionFailed
from workbench.model.expressions.budget import once
from workbench.model.expressions.closures import Scope, Variable, item
from workbench.model.expressions.name_resolution import paths_asked
from workbench.model.expressions.value_kinds import ANY, INTEGER, STRING, Kind, Type
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.source_locations import Path

Lines = Callable[[Any], Iterator[Any]]
"""Gives what expressions read for each line of a list, given what they read without it."""
MOST_LINES = 10_000
"""Lines over which something is repeated."""
_RENAME = "choose another name"
_ONCE = "a let is computed once, before each: say it in when or with"
_NO_LIST = 'say what it is then: "x != null ? x : []"'
_MICROS = Type(kind=Kind.MICROS)


def record_at(index: int) -> Mapping[str, Variable]:
    """Returns what is read from an event's record: ``id`` is the aggregate's, ``at`` when it happened.

    Args:
        index: Where the record stands in what expressions read.
    """
    return {
        "id": Variable(STRING, lambda env: env[index].stream.partition("-")[2]),
        "stream": Variable(STRING, lambda env: env[index].stream),
        "type": Variable(STRING, lambda env: env[index].type),
        "at": Variable(_MICROS, lambda env: env[index].occurred_at),
        "version": Variable(INTEGER, lambda env: env[index].version),
        "position": Variable(INTEGER, lambda env: env[index].position),
    }


def now_at(index: int) -> Mapping[str, Variable]:
    """Returns ``now``: the time of the decision or reaction whose context stands at an index."""
    return {"now": Variable(_MICROS, lambda env: env[index].at)}


class Naming(Protocol):
    """A section that gives names to expressions."""

    @property
    def let(self) -> Mapping[str, str]:
        """The expressions by their names."""

    def model_dump(self) -> dict[str, Any]:
        """Returns the section in plain values."""


def with_names(draft: Compilation, path: Path, section: Naming, scope: Scope) -> Scope:
    """Returns a scope with the names that a section gives to expressions; each sees those before it.

    What a condition of the section compares with null is asked there, so a name need not ask again. What uses
    the names must run `together`: each is computed once there.
    """
    found = dict(scope)
    inside = _asked(scope, section.model_dump()) if section.let else {}
    before = len(draft.problems)
    for name, text in section.let.items():
        if name in found:
            draft.tell((*path, "let", name), "S-NAME", f"{name} is taken already", _RENAME, key=True)
            continue
        run, known = draft.expression((*path, "let", name), text, inside)
        found[name] = inside[name] = Variable(known, once(run))
    lines = {f"nothing here is called {line}" for line in getattr(section, "each", {})}
    draft.problems[before:] = [
        replace(one, hint=_ONCE) if one.message in lines else one for one in draft.problems[before:]
    ]
    return found


def _asked(scope: Scope, said: Any) -> dict[str, Variable]:
    """Returns a scope in which nothing is told of paths that conditions compare with null."""
    found = dict(scope)
    for text in _conditions(said):
        for name, _, field in (path.partition(".") for path in paths_asked(text)):
            if (one := found.get(name)) is not None:
                found[name] = replace(one, type=_unasked(one.type, field))
    return found


def _conditions(said: Any) -> Iterator[str]:
    for key, value in said.items() if isinstance(said, dict) else ():
        if key == "when" and isinstance(value, str):
            yield value
        yield from _conditions(value)


def _unasked(known: Type, field: str) -> Type:
    if not field:
        return replace(known, lenient=True)
    if known.fields is None or field not in known.fields:
        return known
    return replace(known, fields={**known.fields, field: replace(known.fields[field], lenient=True)})


def lines_of(
    draft: Compilation,
    path: Path,
    each: Mapping[str, str],
    scope: Scope,
    arity: int | None,
    present: frozenset[str] = frozenset(),
) -> tuple[Scope, Lines] | None:
    """Compiles ``each { line: "event.lines" }``: returns the scope with the line, and what gives the lines.

    Args:
        arity: How many items expressions read; None where they read a mapping.
    """
    if not each:
        return None
    ((name, text),) = each.items()
    place = (*path, "each", name)
    if name in scope:
        draft.tell(place, "S-NAME", f"{name} is taken already", _RENAME, key=True)
        return None
    run, found = draft.expression(place, text, scope, present=present)
    if found.kind not in {Kind.LIST, Kind.ANY}:
        draft.tell(place, "S-TYPE", f"each goes over a list, and this is {found.words}")
    elif found.nullable:
        draft.tell(place, "S-TYPE", "the list cannot be null, and this may be", _NO_LIST)
    line = found.item or ANY

    def lines(env: Any) -> Iterator[Any]:
        values = run(env)
        if not isinstance(values, list | tuple):
            raise ExpressionFailed(f"{draft.places.label(place)}: {text}: this is no list")
        if len(values) > MOST_LINES:
            said = (
                f"{len(values):,} lines are more than {MOST_LINES:,}; slice(0, {MOST_LINES}) takes the first"
            )
            raise ExpressionFailed(f"{draft.places.label(place)}: {text}: {said}")
        for value in values:
            yield {**env, name: value} if arity is None else (*env, value)

    known = Variable(line, itemgetter(name)) if arity is None else item(line, arity)
    return {**scope, name: known}, lines

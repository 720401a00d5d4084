"""Marks of what compiling warns of: it runs, and may fail or be wrong for some data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from workbench.errors import InvalidValue
from workbench.model.expressions import cel_parser
from workbench.model.expressions.flaws import InvalidExpression
from workbench.project.declared.compiler import UNKNOWN_GIVER
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import made
from workbench.services.design.marks.mark import DesignMark, MarkedModel, MarkFix, MarkKind, Severity
from workbench.services.design.section_lists import add_name, put, remove_name
from workbench.tusk import Problem, ValueKind
from workbench.tusk.document import Path

MAY_FAIL = MarkKind(
    code="A-NULL",
    severity=Severity.WARNING,
    title="an expression in which something may be null that cannot be it there",
    why="Where it is null, the command is refused, or the delivery becomes a dead letter",
    way="check first that it is not null",
)
ROUNDED = MarkKind(
    code="A-MONEY",
    severity=Severity.WARNING,
    title="money or a decimal in a column of type `number`",
    why="Such a column keeps binary fractions: 0.1 + 0.2 is not 0.3 there, and sums drift",
    way="make the column money or decimal",
)
UNKNOWN = MarkKind(
    code="A-GIVER",
    severity=Severity.WARNING,
    title="an actor in `by` that nothing declares",
    why="The board does not show who gives the command, and a slip in the name is not seen",
    way="declare the actor, or correct the name",
)
_KINDS = {kind.code: kind for kind in (MAY_FAIL, ROUNDED, UNKNOWN)}
_MAY_BE_NULL = re.compile(r"(\S+) may be null, ")
_COMPARISONS = {"<", "<=", ">", ">=", "in"}
_MEANT = re.compile(r"did you mean (.+?)\?")
_NAMELESS = {"topics", "subscriptions", "types"}


def compile_warnings(model: MarkedModel) -> Iterator[DesignMark]:
    """Makes marks of what compiling warned of, money in a column once."""
    seen: set[tuple[tuple[str, str], str]] = set()
    for one in model.warnings:
        mark = _marked(model, one)
        if mark.kind is not ROUNDED or (mark.part, mark.line) not in seen:
            seen.add((mark.part, mark.line))
            yield mark


def _marked(model: MarkedModel, warning: Problem) -> DesignMark:
    part, inside = _part_of(model, warning.path)
    line = inside[-1] if warning.code == ROUNDED.code else ""
    fixes = {
        UNKNOWN.code: lambda: _givers(warning),
        ROUNDED.code: lambda: _exact(part[1], line),
        MAY_FAIL.code: lambda: _asked(model, warning),
    }[warning.code]()
    return DesignMark(
        kind=_KINDS[warning.code],
        node=model.node_of(*part),
        part=part,
        place=warning,
        message=warning.message,
        fixes=tuple(fixes),
        line=line,
    )


def _part_of(model: MarkedModel, path: Path) -> tuple[tuple[str, str], Path]:
    """Returns what a place is about, and the rest of its path."""
    kind = path[0]
    longest = 1 if kind in _NAMELESS else len(path) - 1
    names = (".".join(path[1 : 1 + length]) for length in range(longest, 0, -1))
    name = next((one for one in names if f"{kind}.{one}" in model.file.document.sections), path[1])
    return (kind, name), path[1 + len(name.split(".")) :]


def _givers(warning: Problem) -> Iterator[MarkFix]:
    """Yields what declares who gives a command."""
    name, meant = warning.message.removeprefix(UNKNOWN_GIVER).strip(), _MEANT.search(warning.hint)
    if meant is not None:
        change = partial(_instead, path=warning.path, name=name, meant=meant[1])
        yield MarkFix(label=f"Replace with {meant[1]}", effect=f"by names {meant[1]}", change=change)
    change = partial(made, kind="actor", name=name)
    yield MarkFix(label=f"New actor {name}", effect=f"adds [actor.{name}]", change=change)


def _instead(text: DesignText, *, path: Path, name: str, meant: str) -> DesignText:
    return text.with_project(add_name(remove_name(text.project, path, name), path, meant))


def _exact(name: str, column: str) -> Iterator[MarkFix]:
    """Yields what gives a column a type that keeps every digit."""
    for kind in ("money", "decimal"):
        change = partial(_typed, name=name, column=column, kind=kind)
        yield MarkFix(label=f"Make it {kind}", effect="the read model is built again", change=change)


def _typed(text: DesignText, *, name: str, column: str, kind: str) -> DesignText:
    path, document = ("projection", *name.split("."), "columns", column), text.project
    entry = document.find(path)
    inner = entry is not None and entry.value.scope is not None
    return text.with_project(put(document, (*path, "type") if inner else path, kind))


def _asked(model: MarkedModel, warning: Problem) -> Iterator[MarkFix]:
    """Yields what has a comparison hold only where nothing is null."""
    entry, found = model.file.document.find(warning.path), _MAY_BE_NULL.search(warning.message)
    if entry is None or entry.value.kind is not ValueKind.STRING or found is None:
        return
    said, path = str(entry.value.plain), found[1]
    for start, end in _comparisons(said, path):
        whole = said[start:end]
        asked = f"{path} != null && {whole}"
        wanted = asked if whole == said else f"{said[:start]}({asked}){said[end:]}"
        change = partial(_said, path=warning.path, was=said, wanted=wanted)
        yield MarkFix(label=f"Check first that {path} is not null", effect=wanted, change=change)
        return


def _comparisons(said: str, path: str) -> Iterator[tuple[int, int]]:
    """Yields where in an expression what may be null is compared."""
    try:
        tree = cel_parser.parse(said)
    except InvalidExpression:
        return
    for node in cel_parser.everything(tree):
        compares = isinstance(node, cel_parser.Binary) and node.operator in _COMPARISONS
        if compares and path in {said[side.at : side.end] for side in cel_parser.below(node)}:
            yield node.at, node.end


def _said(text: DesignText, *, path: Path, was: str, wanted: str) -> DesignText:
    entry = text.project.find(path)
    if entry is None or entry.value.plain != was:
        raise InvalidValue("the expression says something else by now", path="", hint="look at it again")
    return text.with_project(put(text.project, path, wanted))

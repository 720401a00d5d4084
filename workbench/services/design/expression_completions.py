"""What can stand at a place inside an expression: names, their fields, functions, the texts that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.model.expressions.closures import Scope
from workbench.model.expressions.functions import GROUPS, MACROS
from workbench.model.expressions.value_kinds import ANY, CALLED, Kind, Type
from workbench.tusk.document import Path

Types = dict[str, Type]
_CHAIN = re.compile(r"(?:([A-Za-z_][\w.]*)\.)?([A-Za-z_]\w*)?\Z")
_NAMED = re.compile(r"([A-Za-z_]\w*)\(\s*'([^']*)\Z")
"""The first text that a function of a scope takes."""
_LITERAL = re.compile(r"(?:([A-Za-z_][\w.]*)\s*(?:==|!=)\s*)?'([^']*)\Z")
_FINISHED = re.compile(r"(?:[\w\]')}]|\\\")(?<!\bin)\s*\Z")
"""Behind a word, a quote or a bracket an operator comes, and no name."""
_LINES = re.compile(rf"([A-Za-z_][\w.]*)\.(?:{'|'.join(MACROS)})\(\s*([A-Za-z_]\w*)\s*,")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something that can stand in an expression.

    Attributes:
        kind: ``name``, ``field``, ``function`` or ``text``.
        typed: What of it stands there already.
    """

    name: str
    kind: str
    words: str
    typed: str


def suggestions(before: str, names: Types, events: Mapping[str, str]) -> list[Suggestion]:
    """Returns what can stand behind the beginning of an expression.

    Args:
        events: What ``type`` is compared with, each with what is said of it.
    """
    names = {**names, **dict(_lines(before, names))}
    if before.replace("\\'", "").count("'") % 2:
        return list(_texts(before, names, events))
    found = _CHAIN.search(before)
    owner, typed = (found[1] or "", found[2] or "") if found is not None else ("", "")
    if not owner and before[: len(before) - len(typed)].endswith("."):
        return list(_functions(ANY, typed))
    if owner:
        known = type_of(owner, names)
        return [*_fields(known, typed), *_functions(known, typed)] if known is not None else []
    if not typed and _FINISHED.search(before):
        return []
    own = [
        Suggestion(name=one, kind="name", words=known.words, typed=typed)
        for one, known in names.items()
        if known.function is None
    ]
    called = [
        Suggestion(
            name=one.removesuffix(CALLED),
            kind="function",
            words=f"by name: {known.function.words}",
            typed=typed,
        )
        for one, known in names.items()
        if known.function is not None
    ]
    return [*own, *called, *_functions(None, typed)]


def nearest_names(scopes: Mapping[Path, Scope], path: Path) -> Types:
    """Returns the names that an expression at a path may use, or one that stands near to it."""
    found = scopes.get(path)
    if found is None:
        section = [one for one in scopes if one[:2] == path[:2]]
        best = max(section, key=lambda one: _common(one, path), default=None)
        found = scopes[best] if best is not None else {}
    return {name: one.type for name, one in found.items()}


def type_of(chain: str, names: Types) -> Type | None:
    """Returns what is known of ``state.address``; None for nothing."""
    root, *steps = chain.split(".")
    known = names.get(root)
    for step in steps:
        known = (known.fields or {}).get(step) if known is not None else None
    return known


def _common(one: Path, other: Path) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _lines(before: str, names: Types) -> Iterator[tuple[str, Type]]:
    """Yields the names of lines that are open, as in ``event.lines.map(line, …``."""
    for found in _LINES.finditer(before):
        known = type_of(found[1], names)
        if known is not None and known.item is not None:
            yield found[2], known.item


def _texts(before: str, names: Types, events: Mapping[str, str]) -> Iterator[Suggestion]:
    if (called := _NAMED.search(before)) is not None and (looked := names.get(f"{called[1]}{CALLED}")):
        for name in looked.choices:
            yield Suggestion(name=name, kind="text", words=f"what {called[1]} looks at", typed=called[2])
        return
    found = _LITERAL.search(before)
    chain, typed = (found[1] or "", found[2]) if found is not None else ("", "")
    known = type_of(chain, names) if chain else None
    for one in known.choices if known is not None else ():
        yield Suggestion(name=one, kind="text", words=f"what {chain} can be", typed=typed)
    if chain.rpartition(".")[2] == "type":
        for one, words in events.items():
            yield Suggestion(name=one, kind="text", words=words, typed=typed)


def _fields(known: Type, typed: str) -> Iterator[Suggestion]:
    for name, one in (known.fields or {}).items():
        words = f"{one.words}, may be null" if one.nullable else one.words
        yield Suggestion(name=name, kind="field", words=words, typed=typed)


def _functions(owner: Type | None, typed: str) -> Iterator[Suggestion]:
    """Yields the functions, behind a dot only those that take what stands before it."""
    for group, functions in GROUPS.items():
        for name, one in functions.items():
            fits = owner is None or owner.kind is Kind.ANY or not one.takes or not one.takes[0]
            if fits or (owner is not None and owner.counts_as in one.takes[0]):
                yield Suggestion(name=name, kind="function", words=f"{group}: {one.words}", typed=typed)
    if owner is not None and owner.kind in {Kind.LIST, Kind.RECORD, Kind.ANY}:
        for name in MACROS:
            words = "goes over a list: name, expression"
            yield Suggestion(name=name, kind="function", words=words, typed=typed)

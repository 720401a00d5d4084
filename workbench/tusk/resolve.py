"""Turns a document into plain values: variables, ``@env`` and references to other files of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from workbench.model.secrets import is_secret
from workbench.tusk.document import Document, Entry, Scope, Value, ValueKind, entries_in
from workbench.tusk.parser import MAX_DEPTH, MAX_ENTRIES, parse
from workbench.tusk.problems import Problem, TskError
from workbench.tusk.save import digest_of, read_file
from workbench.tusk.scanner import NUMBER

ENV_PREFIX = "WORKBENCH_"
MAX_FILES = 4
"""Longest chain of files that refer to each other."""
_FLATTER = "say the same with fewer references"


@dataclass(slots=True, kw_only=True)
class Resolved:
    """What a document says, and what of it could not be found.

    Attributes:
        values: Sections by name, parts of dotted names nested; entries before the first section at the top;
            variables are left out.
        secrets: Values from the environment whose names look secret.
        files: Every other file that was looked for, with the digest of what was read; empty where it was not.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    secrets: frozenset[str] = frozenset()
    files: Mapping[Path, str] = field(default_factory=dict)

    def masked(self, text: str) -> str:
        """Returns a text without the secrets in it."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "••••")
        return text


@dataclass(frozen=True, slots=True)
class _Found:
    """A value with how deep it is nested and how many values it holds: what refers to it may refer again."""

    plain: Any
    depth: int = 0
    size: int = 1


_NOTHING = _Found(None)


class _Shared:
    """What the documents of one project share: the files that were read, and what was found in them."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ
        self.documents: dict[Path, _Resolver | None] = {}
        self.marks: dict[Path, str] = {}
        self.problems: list[Problem] = []
        self.secrets: set[str] = set()
        self.size = 0


def resolve(document: Document, path: Path, *, root: Path, environ: Mapping[str, str]) -> Resolved:
    """Looks up what the document refers to; the document itself stays as it is.

    Args:
        path: The document's file; references are relative to it.
        root: The project's folder; nothing outside it is read.
        environ: Where ``@env`` looks, for names that begin with ``WORKBENCH_``.
    """
    shared = _Shared(root.resolve(), environ)
    values = _Resolver(document, path.resolve(), shared).all()
    return Resolved(
        values=values,
        problems=shared.problems,
        secrets=frozenset(shared.secrets),
        files=shared.marks,
    )


def constant_of(scope: Scope) -> dict[str, Any] | None:
    """Returns what a scope says, the same each time; None where that needs more than is written in it."""
    if scope.constant is None:
        try:
            scope.constant = {key: _constant(entry) for key, entry in scope.entries.items()}
        except _NeedsMoreError:
            return None
    return scope.constant


class _NeedsMoreError(Exception):
    """A value refers to another."""


def _constant(entry: Entry) -> Any:
    if entry.variable:
        raise _NeedsMoreError
    return _constant_value(entry.value)


def _constant_value(value: Value) -> Any:
    match value.kind:
        case ValueKind.ARRAY:
            return [_constant_value(item) for item in value.items]
        case ValueKind.OBJECT:
            return {key: _constant(entry) for key, entry in (value.scope or Scope()).entries.items()}
        case ValueKind.VARIABLE | ValueKind.ENV | ValueKind.REF:
            raise _NeedsMoreError
        case _:
            return value.plain


Asked = tuple[Path, str]
"""A key of a file, which is being looked up."""


class _Resolver:
    """Reads one document; a key that others refer to is read once."""

    def __init__(self, document: Document, path: Path, shared: _Shared) -> None:
        self._document = document
        self._path = path
        self._shared = shared
        self._known: dict[str, _Found] = {}
        self._variables: dict[str, Value] = {}
        self._values: dict[str, _Found] = {}
        self._chain: tuple[Asked, ...] = ()
        contents = document.sections.contents()
        self._constant = {
            name: said for name, one in contents.items() if (said := constant_of(one)) is not None
        }
        mixed = (document.sections[name] for name in contents if name not in self._constant)
        for _, entry in chain(*(entries_in((), scope) for scope in (document.top, *mixed))):
            if entry.variable:
                self._variables.setdefault(entry.key[1:], entry.value)

    def all(self) -> dict[str, Any]:
        """Returns everything that the document says."""
        self._settle_variables()
        values: dict[str, Any] = self._scope(self._document.top).plain
        for name in self._document.sections:
            into, said = values, self._constant.get(name)
            *outer, last = name.split(".")
            for part in outer:
                into = into.setdefault(part, {})
            if said is None:
                said = self._scope(self._document.sections[name]).plain
            into.setdefault(last, {}).update(said)
        return values

    def asked(self, key: str, chain: tuple[Asked, ...]) -> _Found | None:
        """Returns what stands under a key, None where there is none."""
        if key not in self._known:
            entry = self._document.find(tuple(key.split(".")))
            if entry is None:
                return None
            before, self._chain = self._chain, chain
            self._settle_variables()
            self._known[key] = self._value(entry.value)
            self._chain = before
        return self._known[key]

    def _settle_variables(self) -> None:
        """Looks variables up in the order of the file, so that none waits for another."""
        for name, value in self._variables.items():
            if name not in self._values:
                self._values[name] = _NOTHING  # for a file that refers back to this one meanwhile
                self._values[name] = self._value(value)

    def _value(self, value: Value) -> _Found:
        match value.kind:
            case ValueKind.ARRAY:
                return self._limited(value, *self._array([self._value(item) for item in value.items]))
            case ValueKind.OBJECT:
                found = self._scope(value.scope or Scope())
                return self._limited(value, found.plain, found.depth, found.size)
            case ValueKind.VARIABLE:
                return self._variable(value)
            case ValueKind.ENV:
                return self._env(value)
            case ValueKind.REF:
                return self._ref(value)
            case _:
                return _Found(value.plain)

    @staticmethod
    def _array(items: list[_Found]) -> tuple[list[Any], int, int]:
        plain = [item.plain for item in items]
        depth = 1 + max((item.depth for item in items), default=0)
        return plain, depth, 1 + sum(item.size for item in items)

    def _scope(self, scope: Scope) -> _Found:
        found = {key: self._value(entry.value) for key, entry in scope.entries.items() if not entry.variable}
        _, depth, size = self._array(list(found.values()))
        return _Found({key: item.plain for key, item in found.items()}, depth, size)

    def _limited(self, value: Value, plain: Any, depth: int, size: int) -> _Found:
        """Refuses what a few lines blow up: values that are made of values that are made of values."""
        if depth > MAX_DEPTH:
            return self._problem(value, "R-LIMIT", f"nested deeper than {MAX_DEPTH} through $", _FLATTER)
        if size > MAX_ENTRIES:
            return self._problem(value, "R-LIMIT", f"more than {MAX_ENTRIES:,} entries through $", _FLATTER)
        return _Found(plain, depth, size)

    def _referred(self, value: Value, found: _Found) -> _Found:
        """Counts what is repeated by reference: all of it together has the limit of a file."""
        self._shared.size += found.size
        if self._shared.size > 2 * MAX_ENTRIES:
            if self._shared.size - found.size <= 2 * MAX_ENTRIES:
                self._problem(value, "R-LIMIT", f"references repeat {2 * MAX_ENTRIES:,} entries", _FLATTER)
            return _NOTHING
        return found

    def _variable(self, value: Value) -> _Found:
        found = self._variables.get(value.plain)
        if found is None:
            return self._missing(value, f"nothing defines ${value.plain}", f'write ${value.plain}: "…" above')
        if found.start >= value.start:
            line = self._document.places.line(found.start)
            return self._missing(
                value, f"${value.plain} is defined only in line {line}", "move its definition above this line"
            )
        return self._referred(value, self._values.get(value.plain, _NOTHING))

    def _env(self, value: Value) -> _Found:
        name, default, has_default = value.plain
        if not name.startswith(ENV_PREFIX):
            return self._missing(
                value,
                f"@env reads only names that begin with {ENV_PREFIX}",
                f"call the variable {ENV_PREFIX}{name}",
            )
        if name in self._shared.environ:
            return self._from_environment(value, name, self._shared.environ[name], default)
        if has_default:
            return _Found(default)
        return self._missing(
            value, f"the environment has no {name}", f'give a default: @env("{name}", "value")'
        )

    def _from_environment(self, value: Value, name: str, text: str, default: Any) -> _Found:
        """Reads a variable of the environment as what its default is: text, a number, true or false."""
        if is_secret(name) and text:
            self._shared.secrets.add(text)
        if isinstance(default, bool):
            if text.lower() in {"true", "false"}:
                return _Found(text.lower() == "true")
            return self._problem(value, "R-ENV", f"{name} should be true or false", f"set {name} again")
        if isinstance(default, int | float):
            if NUMBER.fullmatch(text):
                return _Found(int(text) if text.lstrip("-").isdigit() else float(text))
            return self._problem(value, "R-ENV", f"{name} should be a number", f"set {name} again")
        return _Found(text)

    def _ref(self, value: Value) -> _Found:
        name, key = value.plain
        try:
            target = (self._path.parent / f"{name}.tsk").resolve()
        except (OSError, RuntimeError):  # a link that leads to itself, a name that no disk can hold
            return self._missing(value, f"{name}.tsk cannot be read", "look at the name and the folder")
        if not target.is_relative_to(self._shared.root):
            hint = "copy the file into the project's folder"
            return self._problem(value, "R-OUTSIDE", f"{name}.tsk lies outside the project", hint)
        chain = self._chain or ((self._path, ""),)
        if (target, key) in chain or target == chain[0][0]:
            names = [path.name for path, _ in chain] + [target.name]
            said = f"these files refer to each other: {' → '.join(names)}"
            return self._problem(value, "R-CYCLE", said, "write one of the values itself")
        if len(chain) >= MAX_FILES:
            said = f"references go through more than {MAX_FILES} files"
            return self._missing(value, said, "refer to the last of them")
        other = self._open(value, name, target)
        if other is None:
            return _NOTHING
        found = other.asked(key, (*chain, (target, key)))
        if found is None:
            return self._missing(value, f"{name}.tsk has no {key}", "name the section and the key")
        return self._referred(value, found)

    def _open(self, value: Value, name: str, target: Path) -> _Resolver | None:
        """Reads another file; what is wrong with it is told once, that it is missing wherever it is named."""
        known = self._shared.documents
        if target not in known:
            known[target] = None
            self._shared.marks[target] = ""
            try:
                data = read_file(target)
                self._shared.marks[target] = digest_of(data)
                document = parse(data, target.relative_to(self._shared.root).as_posix())
                known[target] = _Resolver(document, target, self._shared)
            except TskError as error:
                self._shared.problems += error.found
                return None
            except OSError as error:
                said = f"{name}.tsk cannot be read: {error.strerror or error}"
                self._missing(value, said, "look at the name and the folder")
                return None
        elif known[target] is None:
            self._missing(value, f"{name}.tsk could not be read", "look at the other problems")
        return known[target]

    def _missing(self, value: Value, message: str, hint: str) -> _Found:
        return self._problem(value, "R-MISSING", message, hint)

    def _problem(self, value: Value, code: str, message: str, hint: str) -> _Found:
        places = self._document.places
        self._shared.problems.append(places.problem(value.start, value.end, code, message, hint))
        return _NOTHING

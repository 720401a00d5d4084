"""Turns a document into plain values: variables, ``@env`` and references to other files of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.tusk.document import Document, Kind, Scope, Value
from workbench.tusk.parser import parse
from workbench.tusk.problems import Problem, TskError

ENV_PREFIX = "WORKBENCH_"
MAX_FILES = 4
"""Longest chain of files that refer to each other."""


@dataclass(slots=True, kw_only=True)
class Resolved:
    """What a document says, and what of it could not be found.

    Attributes:
        values: Sections by name, parts of dotted names nested; entries before the first section at the top;
            variables are left out.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def resolve(document: Document, path: Path, *, root: Path, environ: Mapping[str, str]) -> Resolved:
    """Looks up what the document refers to; the document itself stays as it is.

    Args:
        path: The document's file; references are relative to it.
        root: The project's folder; nothing outside it is read.
        environ: Where ``@env`` looks, for names that begin with ``WORKBENCH_``.
    """
    return _Resolver(document, path, root.resolve(), environ, ()).all()


class _Resolver:
    def __init__(
        self,
        document: Document,
        path: Path,
        root: Path,
        environ: Mapping[str, str],
        chain: tuple[tuple[Path, str], ...],
    ) -> None:
        self._document = document
        self._path = path
        self._root = root
        self._environ = environ
        self._chain = chain
        self._variables: dict[str, Value] = {
            entry.key[1:]: entry.value for _, entry in document.entries() if entry.key.startswith("$")
        }
        self.problems: list[Problem] = []

    def all(self) -> Resolved:
        values = self._scope(self._document.top)
        for name, scope in self._document.sections.items():
            into = values
            *outer, last = name.split(".")
            for part in outer:
                inner = into.setdefault(part, {})
                into = inner if isinstance(inner, dict) else {}
            into[last] = {**into.get(last, {}), **self._scope(scope)}
        return Resolved(values=values, problems=self.problems)

    def value(self, value: Value) -> Any:
        match value.kind:
            case Kind.ARRAY:
                return [self.value(item) for item in value.items]
            case Kind.OBJECT:
                return self._scope(value.scope or Scope())
            case Kind.VARIABLE:
                return self._variable(value)
            case Kind.ENV:
                return self._env(value)
            case Kind.REF:
                return self._ref(value)
            case _:
                return value.plain

    def _scope(self, scope: Scope) -> dict[str, Any]:
        return {
            key: self.value(entry.value) for key, entry in scope.entries.items() if not key.startswith("$")
        }

    def _variable(self, value: Value) -> Any:
        found = self._variables.get(value.plain)
        if found is None:
            return self._missing(value, f"nothing defines ${value.plain}", f'write ${value.plain}: "…" above')
        if found.start >= value.start:
            line = self._document.places.line(found.start)
            return self._missing(
                value, f"${value.plain} is defined only in line {line}", "move its definition above this line"
            )
        return self.value(found)

    def _env(self, value: Value) -> Any:
        name, default, has_default = value.plain
        if not name.startswith(ENV_PREFIX):
            return self._missing(
                value,
                f"@env reads only names that begin with {ENV_PREFIX}",
                f"call the variable {ENV_PREFIX}{name}",
            )
        if name in self._environ:
            return self._environ[name]
        if has_default:
            return default
        return self._missing(
            value, f"the environment has no {name}", f'give a default: @env("{name}", "value")'
        )

    def _ref(self, value: Value) -> Any:
        name, key = value.plain
        target = (self._path.parent / f"{name}.tsk").resolve()
        if not target.is_relative_to(self._root):
            return self._problem(value, "R-OUTSIDE", f"{name}.tsk lies outside the project")
        here = (*self._chain, (self._path.resolve(), key))
        if any(path == target and asked == key for path, asked in here[1:]) or target == here[0][0]:
            names = [path.name for path, _ in here] + [target.name]
            return self._problem(value, "R-CYCLE", f"these files refer to each other: {' → '.join(names)}")
        if len(here) >= MAX_FILES:
            return self._problem(value, "R-MISSING", f"references go through more than {MAX_FILES} files")
        try:
            document = parse(target.read_bytes(), self._name(target))
        except OSError as error:
            return self._missing(
                value, f"{name}.tsk cannot be read: {error.strerror}", "look at the name and the folder"
            )
        except TskError as error:
            self.problems += error.found
            return None
        entry = document.find(tuple(key.split(".")))
        if entry is None:
            return self._missing(value, f"{name}.tsk has no {key}", "name the section and the key")
        inner = _Resolver(document, target, self._root, self._environ, here)
        found = inner.value(entry.value)
        self.problems += inner.problems
        return found

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _missing(self, value: Value, message: str, hint: str) -> None:
        self._problem(value, "R-MISSING", message, hint)

    def _problem(self, value: Value, code: str, message: str, hint: str = "") -> None:
        self.problems.append(self._document.places.problem(value.start, value.end, code, message, hint))

"""Finds what of a project's modules something is made of: its own text, and all that it calls (J7).

Modules are looked at as text, statement by statement: from the one that declares a projection, a fold, an
event or an upcaster to those that bind the names it mentions, through imports into other modules of the
project, and so on. Comments, docstrings and the order of definitions make no difference. What a statement
does beside binding names, such as registering something in a table, belongs to its module as a whole.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from inspect import isfunction

from workbench.project.python_sources import REMEMBERED, Sources

Place = tuple[str, int]
"""A module by its name, and the number of a statement in it."""


class Reach:
    """The text of anything that the modules of a project declare, with all that it calls.

    Args:
        package: Under which the modules were imported.
    """

    def __init__(self, sources: Sources, package: str) -> None:
        self._sources = sources
        self._prefix = f"{package}."
        self._modules: dict[str, _Module] = {}

    def __call__(self, thing: object) -> str:
        """Returns the text that makes something; that of all modules where it cannot be said more closely."""
        seen: set[Place] = set()
        todo = list(self._places(thing))
        while todo:
            place = todo.pop()
            if place not in seen:
                seen.add(place)
                todo += self._next(*place)
        return "\n".join(sorted({f"{name}: {self._module(name).texts[number]}" for name, number in seen}))

    # -- where it begins ------------------------------------------------------------------------------------

    def _places(self, thing: object) -> Iterator[Place]:
        """Yields the statements that declare something."""
        found = list(self._of_code(thing)) or list(self._declared(thing))
        yield from found or (place for module in self._sources.names for place in self._whole(module))

    def _of_code(self, thing: object) -> Iterator[Place]:
        """Yields the statements of a function or class; none for what other code made while it ran."""
        if not (isinstance(thing, type) or isfunction(thing)) or not thing.__module__.startswith(
            self._prefix
        ):
            return
        module, (top, _, inner) = (
            thing.__module__.removeprefix(self._prefix),
            thing.__qualname__.partition("."),
        )
        if "<" not in inner:
            yield from ((module, number) for number in self._module(module).binds.get(top, ()))

    def _declared(self, thing: object) -> Iterator[Place]:
        """Yields the statements that bind a value in some module."""
        for module in self._sources.found:
            known = getattr(sys.modules.get(self._prefix + module), "__dict__", {})
            for name, numbers in self._module(module).binds.items():
                if known.get(name) is thing:
                    yield from ((module, number) for number in numbers)

    def _whole(self, module: str) -> Iterator[Place]:
        return ((module, number) for number in range(len(self._module(module).texts)))

    # -- how it goes on -------------------------------------------------------------------------------------

    def _next(self, name: str, number: int) -> Iterator[Place]:
        """Yields what one statement leads to."""
        module = self._module(name)
        yield from ((name, other) for other in module.always)
        for word in module.mentioned[number]:
            yield from ((name, other) for other in module.binds.get(word, ()))
        for base, word in module.imported[number]:
            yield from self._imported(base, word)

    def _imported(self, base: str, word: str) -> Iterator[Place]:
        """Yields what an import statement brings: a name of a module, or a module as a whole."""
        inner = f"{base}.{word}" if base and word else base or word
        if inner in self._sources.found:
            yield from self._whole(inner)
        if word and base in self._sources.found:
            numbers = self._module(base).binds.get(word, ())
            yield from ((base, number) for number in numbers or range(len(self._module(base).texts)))

    def _module(self, name: str) -> _Module:
        if name not in self._modules:
            source = self._sources.found[name]
            self._modules[name] = _module_of(source.text or b"", source.around)
        return self._modules[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Module:
    """One module as text; its statements are told by their numbers, of an import each name for itself.

    Attributes:
        texts: The statements without comments and docstrings.
        mentioned: The names that each statement mentions; in annotations those in quotes, too.
        imported: Pairs of module and name that each statement imports.
        binds: By name, the statements that bind it.
        always: The statements that do more than bind names, and the imports that no name refers to.
    """

    texts: Sequence[str]
    mentioned: Sequence[AbstractSet[str]]
    imported: Sequence[Sequence[tuple[str, str]]]
    binds: Mapping[str, Sequence[int]]
    always: Sequence[int]


@lru_cache(maxsize=REMEMBERED)
def _module_of(text: bytes, around: str) -> _Module:
    """Reads a module; a text that was read before is not read again.

    Args:
        around: The package that it stands in.
    """
    statements = list(_statements(text))
    binds: dict[str, list[int]] = {}
    for number, node in enumerate(statements):
        for name in _bound(node):
            binds.setdefault(name, []).append(number)
    mentioned = [frozenset(_mentioned(node)) for node in statements]
    words = frozenset[str]().union(*mentioned)
    return _Module(
        texts=[ast.unparse(node) for node in statements],
        mentioned=mentioned,
        imported=[list(_imports(node, around)) for node in statements],
        binds=binds,
        always=[
            number
            for number, node in enumerate(statements)
            if not _only_binds(node, binds.keys())
            or (isinstance(node, ast.Import) and not words & set(_bound(node)))
        ],
    )


def _statements(text: bytes) -> Iterator[ast.stmt]:
    for node in ast.parse(text).body:
        match node:
            case ast.Import():
                yield from (ast.Import(names=[alias]) for alias in node.names)
            case ast.ImportFrom():
                yield from (ast.ImportFrom(node.module, [alias], node.level) for alias in node.names)
            case _ if not _is_words(node):
                yield _without_words(node)


def _imports(statement: ast.stmt, around: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""
                yield alias.name.partition(".")[0], ""
        elif isinstance(node, ast.ImportFrom):
            parts = around.split(".")
            above = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (above, node.module or "")))
            yield from ((base, "" if alias.name == "*" else alias.name) for alias in node.names)


_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _without_words(statement: ast.stmt) -> ast.stmt:
    """Takes docstrings out of a statement."""
    for node in ast.walk(statement):
        if isinstance(node, _DEFINITIONS):
            node.body = [one for one in node.body if not _is_words(one)] or [ast.Pass()]
    return statement


def _is_words(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _mentioned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield node.id
        for name in ("annotation", "returns"):
            if isinstance(note := getattr(node, name, None), ast.AST):
                yield from (str(one.value) for one in ast.walk(note) if isinstance(one, ast.Constant))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yields the names that a statement binds in its module."""
    if isinstance(statement, _DEFINITIONS):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _only_binds(statement: ast.stmt, known: Collection[str]) -> bool:
    """Whether a statement only binds names: what is not mentioned of it makes no difference.

    Args:
        known: Names of the module: a decorator among them may register what it decorates.
    """
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            decorators = (name for one in statement.decorator_list for name in _mentioned(ast.Expr(one)))
            return not any(name in known for name in decorators)
        case ast.Assign():
            return all(isinstance(one, ast.Name | ast.Tuple) for one in statement.targets)
        case ast.AnnAssign() | ast.AugAssign():
            return isinstance(statement.target, ast.Name)
        case ast.ImportFrom():
            return statement.names[0].name != "*"
        case ast.Import() | ast.Pass():
            return True
        case _:
            return False

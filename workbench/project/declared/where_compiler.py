"""Conditions on rows: what compares ``row.column`` with values becomes a question to the store (Q2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import ExpressionFailed
from workbench.model.expressions import cel_parser
from workbench.model.expressions.closures import Scope, Variable
from workbench.model.expressions.expression import Expression, constant
from workbench.model.expressions.flaws import Flaw
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import ANY, Kind, Type, misfit, record, way_to_fit
from workbench.model.projection import ColumnKind
from workbench.model.row_conditions import ALWAYS, NEVER, AllOf, AnyOf, Compare, Condition
from workbench.project.declared.column_values import OWN_COLUMN, keeping, types_of
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.source_locations import Path

Asking = Callable[[Any], Condition]
"""Gives a condition, from what expressions are read from."""
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FORMS = "write row.column == …, or with != < <= > >= in, or row.column.startsWith(…); joined by && and ||"
_LAST = "\U0010ffff"
"""The last code point, which stands for no character: behind a text it is behind all that begin with it."""
_EQUAL = 'write row.column == …, several joined by &&; when: "…" looks at each of the rows found'


@dataclass(frozen=True, slots=True)
class RowConditions:
    """Compiles a condition on the rows of one read model.

    Attributes:
        columns: Of the read model.
        scope: What it can use besides ``row``.
    """

    draft: Compilation
    path: Path
    text: str
    columns: Mapping[str, ColumnKind]
    scope: Scope

    def asking(self) -> tuple[Asking, frozenset[str]]:
        """Returns what gives the condition, and the names that it uses."""
        tree = self._tree()
        if tree is None:
            return constant(NEVER), frozenset(self.scope)
        nodes = cel_parser.everything(tree)
        return self._of(tree), frozenset(one.name for one in nodes if isinstance(one, cel_parser.Name))

    def equalities(self) -> dict[str, Get]:
        """Returns what each of some columns is to equal; nothing else can be said here."""
        tree = self._tree()
        found: dict[str, Get] = {}
        for node in _joined_by_and(tree) if tree is not None else ():
            sides = _sides(node)
            if sides is None or sides[1] != "==" or sides[0].name in found:
                self._flaw(node, "rows are found by what their columns equal, each once", _EQUAL)
            else:
                found[sides[0].name] = self._kept(sides[0].name, "==", sides[2])
        return found

    def names(self) -> Scope:
        """Returns what the condition can use."""
        row = Variable(record(types_of(self.columns), keyed=True), constant(None))
        return {**self.scope, "row": row}

    def _tree(self) -> cel_parser.Node | None:
        made = self.draft.compiled(self.path, self.text, self.names())
        return made.tree if made is not None else None

    def _flaw(self, node: cel_parser.Node, message: str, hint: str) -> Get:
        flaw = Flaw(node.at, node.end, message, hint)
        self.draft.problems.append(self.draft.places.flaw(self.path, flaw))
        return constant(NEVER)

    def _of(self, node: cel_parser.Node) -> Asking:
        if isinstance(node, cel_parser.Binary) and node.operator in {"&&", "||"}:
            return _joined(node.operator, self._of(node.left), self._of(node.right))
        if not _looks(node):
            return self._outside(node)
        if isinstance(node, cel_parser.Unary) and node.operator == "!":
            if not _is_column(node.of):
                hint = "turn each comparison round instead: != for ==, && for ||"
                return self._flaw(node, "! turns round a column alone here", hint)
            return self._truth(node.of, wanted=False)
        if _is_column(node):
            return self._truth(node, wanted=True)
        if isinstance(node, cel_parser.Call) and _is_beginning(node):
            return self._begins(node.target, node.arguments[0])
        sides = _sides(node)
        if sides is None:
            return self._flaw(node, *_misshapen(node))
        column, operator, value = sides
        kept = self._kept(column.name, operator, value)
        if operator == "in":
            return lambda env: AnyOf(tuple(Compare(column.name, "==", one) for one in kept(env)))
        return lambda env: Compare(column.name, operator, kept(env))

    def _begins(self, column: Any, value: cel_parser.Node) -> Asking:
        """Returns the condition that a text begins with another one: it is among those from it on."""
        if self.columns[column.name] is not ColumnKind.TEXT:
            return self._flaw(column, f"{column.name} is no text", _FORMS)
        kept = self._kept(column.name, "==", value)

        def asking(env: Any) -> Condition:
            if (first := kept(env)) is None:
                return NEVER
            last = Compare(column.name, "<=", f"{first}{_LAST}")
            return AllOf((Compare(column.name, ">=", first), last))

        return asking

    def _outside(self, node: cel_parser.Node) -> Asking:
        """Returns what decides without a look at the rows."""
        if node.type.kind not in {Kind.BOOLEAN, Kind.ANY}:
            said = f"a condition is true or false, and this is {node.type.words}"
            return self._flaw(node, said, 'compare it with something, such as "… == …"')
        decide = self._run(node)
        return lambda env: ALWAYS if decide(env) is True else NEVER

    def _truth(self, node: Any, *, wanted: bool) -> Asking:
        """Returns the condition that a column is true, or false."""
        if self.columns[node.name] is not ColumnKind.BOOLEAN:
            return self._flaw(node, f"{node.name} is neither true nor false", _FORMS)
        return constant(Compare(node.name, "==", wanted))

    def _kept(self, column: str, operator: str, value: cel_parser.Node) -> Get:
        """Returns what a column is compared with, as it keeps it."""
        kind, found = self.columns[column], value.type
        if kind is ColumnKind.JSON:
            return self._flaw(value, f"{column} is json, which is not compared", OWN_COLUMN)
        if operator == "in":
            return self._each_kept(column, value)
        return keeping(kind, self._fitting(column, value, found), found)

    def _each_kept(self, column: str, value: cel_parser.Node) -> Get:
        """Returns those of a list that a column is compared with."""
        if value.type.kind not in {Kind.LIST, Kind.ANY}:
            hint = "map.map(key, key) is the list of a map's keys"
            return self._flaw(value, f"a column is in a list, and this is {value.type.words}", hint)
        item = value.type.item or ANY
        run, keep = self._fitting(column, value, item), keeping(self.columns[column], _itself, item)

        def each(env: Any) -> list[Any]:
            values = run(env)
            if not isinstance(values, list | tuple):
                raise ExpressionFailed(f"{self.draft.places.label(self.path)}: {self.text}: this is no list")
            return [keep(one) for one in values]

        return each

    def _fitting(self, column: str, value: cel_parser.Node, found: Type) -> Get:
        """Returns what gives a value; one of another kind than the column's is told."""
        wanted = types_of(self.columns)[column]
        if said := misfit(column, wanted, found):
            return self._flaw(value, said, way_to_fit(column, wanted, found))
        return self._run(value)

    def _run(self, node: cel_parser.Node) -> Get:
        return Expression(self.text, self.scope, node, lambda: self.draft.places.label(self.path)).run


def _itself(value: Any) -> Any:
    return value


def _joined(operator: str, *parts: Asking) -> Asking:
    """Joins conditions; what is behind one that decides is not asked for: it may stand for nothing then."""
    join, decides = (AllOf, NEVER) if operator == "&&" else (AnyOf, ALWAYS)

    def asking(env: Any) -> Condition:
        found: list[Condition] = []
        for part in parts:
            found.append(part(env))
            if found[-1] == decides:
                return decides
        return join(tuple(found))

    return asking


def _joined_by_and(node: cel_parser.Node) -> Iterator[cel_parser.Node]:
    if isinstance(node, cel_parser.Binary) and node.operator == "&&":
        yield from _joined_by_and(node.left)
        yield from _joined_by_and(node.right)
    else:
        yield node


def _looks(node: cel_parser.Node) -> bool:
    """Whether it looks at the row."""
    nodes = cel_parser.everything(node)
    return any(isinstance(one, cel_parser.Name) and one.name == "row" for one in nodes)


def _is_column(node: cel_parser.Node) -> bool:
    return (
        isinstance(node, cel_parser.Select) and isinstance(node.of, cel_parser.Name) and node.of.name == "row"
    )


def _is_beginning(node: cel_parser.Call) -> bool:
    """Whether it asks with what a column begins."""
    alone = node.target is not None and _is_column(node.target) and not any(map(_looks, node.arguments))
    return node.name == "startsWith" and alone


def _sides(node: cel_parser.Node) -> tuple[cel_parser.Select, str, cel_parser.Node] | None:
    """Returns the column, the operator and the value of a comparison; None for anything else."""
    if not isinstance(node, cel_parser.Binary) or node.operator not in {*_MIRRORED, "in"}:
        return None
    if isinstance(node.left, cel_parser.Select) and _is_column(node.left) and not _looks(node.right):
        return node.left, node.operator, node.right
    mirrored = _MIRRORED.get(node.operator)
    if (
        mirrored
        and isinstance(node.right, cel_parser.Select)
        and _is_column(node.right)
        and not _looks(node.left)
    ):
        return node.right, mirrored, node.left
    return None


def _misshapen(node: cel_parser.Node) -> tuple[str, str]:
    """Says why something is no comparison that a store can make, and the way out."""
    if isinstance(node, cel_parser.Binary) and node.operator in {*_MIRRORED, "in"}:
        if _looks(node.left) and _looks(node.right):
            return "columns of a row are not compared with each other", OWN_COLUMN
        return "a column stands alone on its side", f"calculate on the other one, or {OWN_COLUMN}"
    return "this compares no column of the row with a value", _FORMS

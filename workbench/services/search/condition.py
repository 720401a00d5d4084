"""Asks records with an expression: checked before it runs, and what fails on a record is counted and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from workbench.model.expressions.cel_parser import Name, Node, Select, everything
from workbench.model.expressions.cel_values import Missing, OutOfBudget, Wrong
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.expression import compile_expression, quick_of
from workbench.model.expressions.flaws import Flaw, InvalidExpression
from workbench.model.expressions.value_kinds import ANY, INTEGER, RECORD, STRING, TIME, Kind
from workbench.model.expressions.value_views import moment
from workbench.model.json_values import read_text
from workbench.store.search_port import NO_TIME, column_of

KINDS = {
    "kind": STRING,
    "data": ANY,
    "meta": RECORD,
    "metadata": RECORD,
    "type": STRING,
    "stream": STRING,
    "topic": STRING,
    "subscription": STRING,
    "key": STRING,
    "error": STRING,
    "status": STRING,
    "time": TIME,
    "version": INTEGER,
    "position": INTEGER,
    "error_type": STRING,
    "reason": STRING,
    "place": STRING,
    "owner": STRING,
    "note": STRING,
    "tries": INTEGER,
    "edited": ANY,
}
"""The names that the expression of a search can use, and what they are: ``metadata`` is ``meta``, the last
seven only letters have: of one without an edited copy ``edited`` has no fields."""
MOST_REASONS = 20
"""Different reasons that are told; more are counted together."""
REST_EVERY = 16
"""Records between two rests: as few as a slow expression takes long for."""
OTHERS = "it has no value for other reasons"


class Condition:
    """A condition on records.

    Args:
        text: CEL over the names of `KINDS`.

    Attributes:
        columns: The names that it uses.
        paths: What it asks of the payload, such as ``data.amount``.
        sure: Those of them whose last name nothing else of it has: `failures` name them and no other.
        failures: Why it had no value, and on how many records; these do not match.

    Raises:
        InvalidExpression: It is no CEL, names what is not there, or is neither true nor false.
    """

    def __init__(self, text: str) -> None:
        from workbench.model.expressions import cel_parser

        tree = cel_parser.parse(text)
        used = {node.name for node in everything(tree) if isinstance(node, Name)}
        self.text = text
        self.columns = tuple(name for name in KINDS if name in used) or ("kind",)
        asked = [(node.name, _path(node)) for node in everything(tree) if isinstance(node, Select)]
        self.paths = tuple(sorted({path for _, path in asked if path}))
        apart = Counter(name for name, _ in set(asked))
        self.sure = frozenset(path for name, path in asked if path and apart[name] == 1)
        made = compile_expression(text, self._scope(), place=lambda: "where")
        if made.type.kind not in {Kind.BOOLEAN, Kind.ANY}:
            said = f"a search asks what is true or false, and this is {made.type.words}"
            raise InvalidExpression([Flaw(0, len(text), said)])
        self._run = quick_of(made.run)
        self._named = {path.rpartition(".")[2]: path for path in self.paths}
        self.failures: Counter[str] = Counter()

    def _scope(self) -> dict[str, Variable]:
        places = {name: at for at, name in enumerate(self.columns, start=1)}
        return {name: Variable(kind, _getter(name, places.get(name, 0))) for name, kind in KINDS.items()}

    def fitting(
        self, rows: Iterable[tuple[Any, ...]], rest: Callable[[], object] = lambda: None
    ) -> list[int]:
        """Returns the keys of the rows for which it is true; each row is a key and its columns.

        Args:
            rest: Called now and then.
        """
        found: list[int] = []
        run = self._run
        for at, row in enumerate(rows):
            if not at % REST_EVERY:
                rest()
            try:
                said = run([*row])
            except Exception as error:  # noqa: BLE001  # whatever fails on a record is counted
                self._note(error)
                continue
            if said is True:
                found.append(row[0])
            elif said is not False:
                self._count("it is neither true nor false")
        return found

    def _note(self, error: Exception) -> None:
        said = str(error)
        if isinstance(error, Missing) and said.startswith(_NO):
            name = said.removeprefix(_NO)
            self._count(f"{self._named.get(name, name)} is missing")
        elif isinstance(error, Wrong | OutOfBudget):
            self._count(said)
        else:
            self._count("the values do not fit, or are null")

    def _count(self, reason: str) -> None:
        known = reason in self.failures or len(self.failures) < MOST_REASONS
        self.failures[reason if known else OTHERS] += 1


_NO = "there is no "


def _path(node: Node) -> str:
    """Returns a chain of names that begins at the payload or the metadata, such as ``data.customer.city``."""
    names: list[str] = []
    while isinstance(node, Select):
        names.append(node.name)
        node = node.of
    if names and isinstance(node, Name) and node.name in {"data", "meta", "metadata", "edited"}:
        return ".".join([column_of(node.name), *reversed(names)])
    return ""


def _getter(name: str, at: int) -> Callable[[Any], Any]:
    """Returns what gives the value of a name; JSON is read once for a record, and only where it is asked."""
    if name == "data":
        return lambda row: _data(row, at)
    if name in {"meta", "metadata", "edited"}:
        return lambda row: _meta(row, at)
    if name == "time":
        return lambda row: _time(row[at])
    return lambda row: row[at]


class _Read(str):
    """A text that was read from JSON already."""

    __slots__ = ()


def _data(row: list[Any], at: int) -> Any:
    value = row[at]
    if type(value) is str:
        value = _json(value)
        row[at] = _Read(value) if type(value) is str else value
        return value
    return str(value) if type(value) is _Read else value


def _meta(row: list[Any], at: int) -> Any:
    value = row[at]
    if type(value) is str:
        row[at] = value = _json(value)
    return {} if value is None else value


def _json(text: str) -> Any:
    try:
        return read_text(text)
    except ValueError:
        raise Wrong("its payload is no JSON") from None


def _time(value: int) -> Any:
    if value == NO_TIME:
        raise Missing(f"{_NO}time")
    try:
        return moment(value)
    except OverflowError:
        raise Wrong("its time lies beyond the calendar") from None

"""One item of a scenario, such as ``{ event: "user.created", … }``, and what its keys hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from workbench.errors import InvalidValue
from workbench.model.calendar_spans import Calendar
from workbench.model.clock import parse_rfc3339
from workbench.model.fault import FaultRule
from workbench.model.hints import did_you_mean, nearest
from workbench.model.json_values import ForeignJsonError, check_json, parse_foreign_json
from workbench.model.registry import Registry
from workbench.project.durations import read_span
from workbench.project.fault_words import read_fault
from workbench.project.scenarios.file_nodes import FileNode
from workbench.tusk import ValueKind

T = TypeVar("T")
Forms = Mapping[str, tuple[str, ...]]
"""What an item can begin with, and the further keys that it then may have."""
DATA = ("data", "exactly")


class ScenarioItem:
    """An item that has one of the forms; what does not fit is noted and left out.

    Attributes:
        head: The word that says what it is.
    """

    def __init__(self, node: FileNode, head: str) -> None:
        self.node = node
        self.head = head
        self._nodes = {key: node.book.node(entry.value) for key, entry in node.entries().items()}

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._nodes

    def at(self, key: str) -> FileNode:
        """Returns the key's value; the item itself where it is missing."""
        return self._nodes.get(key, self.node)

    def wrong_key(self, key: str, code: str, message: str, hint: str = "") -> None:
        """Notes what is wrong with a key rather than its value."""
        entry = self.node.entries()[key]
        self.node.book.wrong(entry.start, entry.end, code, message, hint)

    def text(self, key: str, *, needed: str = "") -> str:
        """Returns a text; empty where there is none.

        Args:
            needed: What the key is for, if it must be there.
        """
        node = self._nodes.get(key)
        if node is None:
            if needed:
                self.node.wrong("S-TYPE", f"{self.head} needs {key}: {needed}")
            return ""
        if node.kind is ValueKind.STRING and node.value.plain:
            return str(node.value.plain)
        node.wrong("S-TYPE", f"{key} should be text between quotes")
        return ""

    def whole(self, key: str, least: int) -> int | None:
        """Returns a whole number; None where there is none."""
        node = self._nodes.get(key)
        if node is None:
            return None
        if type(node.value.plain) is int and node.value.plain >= least:
            return int(node.value.plain)
        node.wrong("S-TYPE", f"{key} should be a whole number of at least {least}")
        return None

    def flag(self, key: str) -> bool | None:
        """Returns true where that is said; None where nothing is said."""
        node = self._nodes.get(key)
        if node is not None and node.value.plain is not True:
            node.wrong("S-TYPE", f"{key} should be true, or be left out")
        return None if node is None else True

    def switch(self, key: str) -> bool:
        """Returns whether true is said; nothing said is false."""
        node = self._nodes.get(key)
        if node is not None and not isinstance(node.value.plain, bool):
            node.wrong("S-TYPE", f"{key} should be true or false")
        return node is not None and node.value.plain is True

    def span(self, key: str) -> float | Calendar | None:
        """Returns seconds, or units of the calendar; None where there are none."""
        return self._read(key, read_span)

    def moment(self, key: str) -> int | None:
        """Returns a time, microseconds since 1970; None where there is none."""
        node = self._nodes.get(key)
        if node is not None and node.kind is not ValueKind.STRING:
            node.wrong("S-TYPE", f"{key} should be a time", 'such as "2024-05-01T12:00:00Z"')
            return None
        return self._read(key, lambda value: parse_rfc3339(str(value)))

    def data(self, key: str = "data") -> dict[str, Any] | None:
        """Returns an object, written as one or as a text that holds JSON; None where there is none."""
        node = self._nodes.get(key)
        if node is None or node.broken:
            return None
        try:
            value = parse_foreign_json(node.value.plain) if node.kind is ValueKind.STRING else node.plain()
            check_json(value)
        except (InvalidValue, ForeignJsonError) as error:
            node.wrong("S-TYPE", f"{key}: {error}")
            return None
        if isinstance(value, dict):
            return value
        node.wrong("S-TYPE", f"{key} should be an object {{ … }}, or a text that holds one as JSON")
        return None

    def known(self, key: str, names: Iterable[str], what: str, *, needed: str = "") -> str:
        """Returns a name that the model knows; empty where there is none or it is not known."""
        name, known = self.text(key, needed=needed), list(names)
        if not name or name in known:
            return name
        self.at(key).wrong("S-REF", f"the model has no {what} {name}", meant(name, known))
        return ""

    def fields(self, key: str, names: Iterable[str] | None, what: str) -> None:
        """Notes the unknown keys of an object.

        Args:
            names: What can be there; None where anything can.
        """
        if names is None or not self.has(key):
            return
        known = list(names)
        for name, entry in self.at(key).entries().items():
            if name not in known:
                hint = meant(name, known)
                self.node.book.wrong(entry.start, entry.end, "S-REF", f"{what} has no {name}", hint)

    def _read(self, key: str, read: Callable[[Any], T]) -> T | None:
        node = self._nodes.get(key)
        if node is None or node.broken:
            return None
        try:
            return read(node.value.plain)
        except ValueError as error:
            said = str(error)
            node.wrong("S-TYPE", f"{key} {said}" if said.startswith("should") else f"{key}: {said}")
            return None


def item_of(node: FileNode, part: str, forms: Forms) -> ScenarioItem | None:
    """Returns an item of a part of a scenario, or notes why it is none."""
    heads = list(forms)
    if node.kind is not ValueKind.OBJECT:
        node.wrong("S-TYPE", f"an item of {part} is an object", f'such as {{ {heads[0]}: "…" }}')
        return None
    written = node.entries()
    head = head_in(written, forms)
    if not head:
        close = next((name for key in written if (name := nearest(key, heads))), "")
        hint = f"did you mean {close}?" if close else ""
        node.wrong("S-UNKNOWN", f"an item of {part} says one of: {', '.join(heads)}", hint)
        return None
    item = ScenarioItem(node, head)
    allowed = (head, *forms[head])
    for key in written:
        if key not in allowed:
            item.wrong_key(key, "S-UNKNOWN", f"{key} is not read beside {head}", meant(key, forms[head]))
    if all(key in written for key in DATA):
        item.wrong_key("exactly", "S-TYPE", "data and exactly exclude each other", "leave one of them out")
    return item


def fault_of(item: ScenarioItem, registry: Registry) -> FaultRule | None:
    """Returns the fault that an item arms, or notes why it is none."""
    call = item.whole("call", 1)
    said = [item.text("kind", needed="what goes wrong"), item.text("fault"), item.text("chance")]
    try:
        return read_fault(":".join(filter(None, [*said, str(call or ""), item.text("time")])), registry)
    except InvalidValue as error:
        item.at("fault").wrong("S-REF", error.message, error.hint)
        return None


def head_in(written: Iterable[str], forms: Forms) -> str:
    """Returns the key that says what an item is: not one that is a further key beside another such key."""
    found = [key for key in written if key in forms]
    return next((key for key in found if not any(key in forms[other] for other in found)), "")


def meant(name: str, known: Iterable[str]) -> str:
    """Returns a hint: the name that was meant, or all there are."""
    names = sorted(known)
    return did_you_mean(name, names, f"known: {', '.join(names[:20])}" if names else "there is none")

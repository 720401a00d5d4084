"""One patch for many dead letters: fields changed by form, or a JSON Patch; each copy is checked (L6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.errors import ExpressionFailed, InvalidValue, WorkbenchError
from workbench.model.error_text import error_text
from workbench.model.expressions.expression import Expression, compile_expression
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.hints import did_you_mean, in_brackets
from workbench.model.json_patch import PatchFailed, PatchStep, patch_of, patched, same, written
from workbench.model.json_values import (
    ForeignJsonError,
    check_json,
    parse_foreign_json,
    write_json,
)
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.services.dead_letters.letter_facts import LETTER, LONGEST, facts_of

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.dead_letters.patch_report import Verdict
    from workbench.store.stored_values import LetterFacts

WAYS = {
    "set": "value", "remove": "", "rename": "to", "copy": "from", "replace": "with", "expression": "cel",
}  # fmt: skip
"""By how a form changes a field: the member that says with what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that a form changes.

    Attributes:
        way: One of `WAYS`.
        field: A dotted path below the payload, such as ``address.city``.
        value: What it is set to, JSON; the new name; the field that it is copied from; what stands for what
            is found; the CEL of its value.
        find: Text that is replaced wherever it stands in the field, in just these letters.
    """

    way: str
    field: str
    value: Any = None
    find: str = ""

    def written(self) -> dict[str, Any]:
        """Returns it as JSON."""
        found = {"find": self.find} if self.find else {}
        value = {WAYS[self.way]: self.value} if WAYS[self.way] else {}
        return {"op": self.way, "field": self.field} | found | value


class LetterPatch:
    """What is changed of a payload.

    Attributes:
        steps: Of a JSON Patch.
        changes: Of a form; a patch has either.
    """

    def __init__(self, *, steps: Sequence[PatchStep] = (), changes: Sequence[FieldChange] = ()) -> None:
        self.steps, self.changes = tuple(steps), tuple(changes)
        self._made = [self._change(change) for change in self.changes]

    @property
    def says(self) -> bool:
        """Whether it changes anything."""
        return bool(self.changes or self.steps)

    @cached_property
    def text(self) -> str:
        """It as JSON: a list of steps, or an object with the form."""
        if self.changes or not self.steps:
            return write_json({"form": [change.written() for change in self.changes]})
        return write_json([_written(step) for step in self.steps])

    def __call__(self, letter: LetterFacts) -> Any:
        """Returns the payload of a letter with the changes.

        Raises:
            PatchFailed: It cannot be changed so; says why.
        """
        value, facts = _read(letter)
        if self.steps:
            return patched(value, self.steps)
        for make in self._made:
            value = patched(value, make(value, facts))
        return value

    def absent(self, value: Any, *, known: bool) -> tuple[str, ...]:
        """Returns the fields that it changes and a payload lacks; new ones of a known schema are none."""
        named = [one.field for one in self.changes if not known or one.way in ("remove", "replace")]
        return tuple(field for field in named if not _has(value, tuple(field.split("."))))

    def _change(self, change: FieldChange) -> Callable[[Any, Mapping[str, Any]], list[PatchStep]]:
        path = tuple(change.field.split("."))
        match change.way:
            case "set":
                return lambda value, _facts: _put(value, path, change.value)
            case "remove":
                return lambda value, _facts: _gone(value, path)
            case "rename":
                step = PatchStep(operation="move", source=path, path=(*path[:-1], str(change.value)))
                return lambda _value, _facts: [step]
            case "copy":
                source = tuple(str(change.value).split("."))
                return lambda value, _facts: _put(value, path, _at(value, source))
            case "replace":
                return lambda value, _facts: _replaced(value, path, change.find, str(change.value))
            case _:
                made = compiled(str(change.value))
                return lambda value, facts: _put(value, path, _value_of(made, {**facts, "data": value}))


def _written(step: PatchStep) -> dict[str, Any]:
    said: dict[str, Any] = {"op": step.operation, "path": written(step.path) if step.path else ""}
    if step.operation in ("move", "copy"):
        said["from"] = written(step.source) if step.source else ""
    return said | ({"value": step.value} if step.operation in ("add", "replace", "test") else {})


def compiled(text: str) -> Expression:
    """Returns an expression over a dead letter.

    Raises:
        InvalidValue: It is no CEL, or names what is not there.
    """
    try:
        return compile_expression(text, LETTER, place=lambda: "expression")
    except InvalidExpression as error:
        raise InvalidValue(str(error), path="") from None


def _value_of(made: Expression, facts: Mapping[str, Any]) -> Any:
    try:
        return made.run(facts)
    except ExpressionFailed as error:
        raise PatchFailed(str(error)) from None


def _put(value: Any, path: tuple[str, ...], new: Any) -> list[PatchStep]:
    """Returns what sets a field, with the objects around it that are not there yet."""
    steps: list[PatchStep] = []
    found = value
    for depth, part in enumerate(path[:-1], 1):
        found = found.get(part) if isinstance(found, dict) else _at(value, path[:depth])
        if found is None:
            steps.append(PatchStep(operation="add", path=path[:depth], value={}))
            found = {}
    return [
        *steps,
        PatchStep(operation="replace" if isinstance(found, list) else "add", path=path, value=new),
    ]


def _gone(value: Any, path: tuple[str, ...]) -> list[PatchStep]:
    return [PatchStep(operation="remove", path=path)] if _has(value, path) else []


def _replaced(value: Any, path: tuple[str, ...], find: str, new: str) -> list[PatchStep]:
    """Returns what replaces a text in a field; nothing where the field is not there, or lacks the text."""
    said = _at(value, path) if _has(value, path) else None
    if said is not None and not isinstance(said, str):
        raise PatchFailed(f"{'.'.join(path)} holds no text in which something could be replaced")
    new = (said or "").replace(find, new)
    return [PatchStep(operation="replace", path=path, value=new)] if said and new != said else []


def _at(value: Any, path: tuple[str, ...]) -> Any:
    return patched(value, [PatchStep(operation="copy", source=path, path=())])


def _has(value: Any, path: tuple[str, ...]) -> bool:
    try:
        _at(value, path)
    except PatchFailed:
        return False
    return True


def parse_letter_patch(text: str) -> LetterPatch:
    """Reads a patch: a JSON Patch, or a form as ``{"form": [{"op": "set", "field": …, "value": …}]}``.

    Raises:
        InvalidValue: It is neither; says what is wrong.
    """
    try:
        found = parse_foreign_json(text)
    except ForeignJsonError as error:
        raise InvalidValue(f"the patch: {error}", path="") from None
    if isinstance(found, dict) and set(found) == {"form"} and isinstance(found["form"], list):
        return LetterPatch(changes=[_field_change(one) for one in found["form"]])
    return LetterPatch(steps=patch_of(found))


def _field_change(said: Any) -> FieldChange:
    way = said.get("op") if isinstance(said, dict) else None
    if not isinstance(way, str) or way not in WAYS or not isinstance(said.get("field"), str):
        raise InvalidValue(f"a change has an op of {', '.join(WAYS)}, and a field", path="")
    member = WAYS[way]
    if member and member not in said:
        raise InvalidValue(f"the change of {said['field']} has no {member}", path="")
    if member and way != "set" and not isinstance(said[member], str):
        raise InvalidValue(f"the change of {said['field']}: {member} is no text", path="")
    find = said.get("find", "") if way == "replace" else ""
    if way == "replace" and not (isinstance(find, str) and find):
        raise InvalidValue(f"the change of {said['field']} has no text in find", path="")
    return FieldChange(way=way, field=said["field"], value=said.get(member) if member else None, find=find)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchedLetter:
    """What a patch makes of one letter.

    Attributes:
        before: The payload as it is.
        after: As it would be; None where the patch cannot be applied.
        trouble: Why it cannot be replayed so; empty where it fits.
        changed: Whether the copy says something else.
        emptied: Paths of the fields that become an empty text or null.
        unknown: Sentences about new fields that the schema of its type does not have.
        absent: Fields that the patch changes and the letter lacks.
        judged: Whether its type has a schema; else it fits as nothing is known of what that holds.
    """

    number: int
    type: str
    before: Any
    after: Any
    trouble: str = ""
    changed: bool = False
    emptied: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    judged: bool = True

    @property
    def verdict(self) -> Verdict:
        """What a report counts of it."""
        return self.number, self.trouble, self.changed, self.emptied, self.unknown, self.absent, self.judged


class SchemaCheck:
    """Says of payloads whether they fit the schema of their type (L6)."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._named: dict[tuple[str, str], Callable[[Any], object] | None] = {}

    def trouble(self, topic: str, type_name: str, value: Any) -> str:
        """Returns why a payload does not fit; empty where it does, or nothing is known of its type."""
        if (topic, type_name) not in self._named:
            self._named[topic, type_name] = self._check_of(topic, type_name)
        check = self._named[topic, type_name]
        try:
            check_json(value)
            if check is not None:
                check(value)
        except (ValueError, TypeError, WorkbenchError) as error:
            return error_text(error)
        return ""

    def unknown(self, topic: str, type_name: str, before: Any, after: Any) -> tuple[str, ...]:
        """Returns sentences about fields that are new and not of the schema of the type."""
        name = type_name if topic == COMMANDS_TOPIC else self._registry.named(type_name)
        kinds = self._registry.commands if topic == COMMANDS_TOPIC else self._registry.events
        kind = kinds.get(name)
        found = _unknown(kind.schema, kind.schema, before, after) if kind is not None else ()
        return tuple(
            in_brackets(f"{field} is no field of {type_name}", did_you_mean(field.rpartition(".")[2], known))
            for field, known in found
        )

    def knows(self, topic: str, type_name: str) -> bool:
        """Whether a type has a schema; it is asked of one of which a payload was checked."""
        return self._named.get((topic, type_name)) is not None

    def _check_of(self, topic: str, type_name: str) -> Callable[[Any], object] | None:
        if topic == COMMANDS_TOPIC:
            command = self._registry.commands.get(type_name)
            return None if command is None else command.parse
        kind = self._registry.events.get(self._registry.named(type_name))
        return None if kind is None else lambda value: kind.decode(write_json(value))


def _read(letter: LetterFacts) -> tuple[Any, dict[str, Any]]:
    """Returns the payload of a letter, and what expressions read of it.

    Raises:
        PatchFailed: They are no JSON that may be sent.
    """
    try:
        facts = facts_of(letter)
        check_json(facts["data"])
    except (ValueError, InvalidValue) as error:
        raise PatchFailed(f"what it holds cannot be read: {error}") from None
    return facts["data"], facts


def try_patch(check: SchemaCheck, patch: LetterPatch, letter: LetterFacts) -> PatchedLetter:
    """Returns what a patch makes of a letter."""
    before = _held(letter)
    try:
        after = patch(letter)
    except PatchFailed as error:
        return PatchedLetter(
            number=letter.number,
            type=letter.type,
            before=before,
            after=None,
            trouble=str(error),
            judged=check.knows(letter.topic, letter.type),
        )
    made = try_copy(check, after, letter)
    return made if made.trouble else replace(made, absent=patch.absent(before, known=made.judged))


def try_copy(check: SchemaCheck, after: Any, letter: LetterFacts) -> PatchedLetter:
    """Returns what a payload is as a copy of a letter, however it was made: the one check of them all."""
    before, trouble = _held(letter), check.trouble(letter.topic, letter.type, after)
    changed = not trouble and not same(before, after)
    return PatchedLetter(
        number=letter.number,
        type=letter.type,
        before=before,
        after=after,
        trouble=trouble,
        changed=changed,
        emptied=tuple(_emptied(before, after)) if changed else (),
        unknown=check.unknown(letter.topic, letter.type, before, after) if changed else (),
        judged=check.knows(letter.topic, letter.type),
    )


def _held(letter: LetterFacts) -> Any:
    """Returns the payload of a letter; the beginning of its text where it is no JSON."""
    try:
        return _read(letter)[0]
    except PatchFailed:
        return letter.data[:LONGEST]


def _emptied(before: Any, after: Any, place: str = "") -> Iterator[str]:
    was = before if isinstance(before, dict) else {}
    for name, value in after.items() if isinstance(after, dict) else ():
        if value is not None and value != "":
            yield from _emptied(was.get(name), value, f"{place}{name}.")
        elif name not in was or not same(was[name], value):
            yield f"{place}{name}"


def _unknown(
    schema: Mapping[str, Any], whole: Mapping[str, Any], before: Any, after: Any, place: str = ""
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yields new fields that a schema does not have, each with the names beside which it stands."""
    if "$ref" in schema:
        schema = whole.get("$defs", {}).get(str(schema["$ref"]).rpartition("/")[2], {})
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or schema.get("additionalProperties"):
        return  # nothing is known of it, or others are welcome
    was = before if isinstance(before, dict) else {}
    for name, value in after.items() if isinstance(after, dict) else ():
        known = properties.get(name)
        if isinstance(known, Mapping):
            yield from _unknown(known, whole, was.get(name), value, f"{place}{name}.")
        elif name not in was and name not in properties:
            yield f"{place}{name}", properties

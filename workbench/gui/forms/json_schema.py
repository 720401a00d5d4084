"""Reads from a JSON Schema what a form needs to know of each field; knows neither Qt nor pydantic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from workbench.model.secrets import is_secret

Schema = Mapping[str, Any]
Loc = tuple[str | int, ...]
"""Where a field stands in the value: keys and indices, ``("lines", 0, "sku")``."""


class Absent(Enum):
    """The one value of a field that the result leaves out; JSON's null is ``None``."""

    ABSENT = "absent"


ABSENT: Final[Literal[Absent.ABSENT]] = Absent.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong at one place of a value.

    Attributes:
        loc: The place; empty where the whole value is meant.
        message: A phrase that follows the field's name, such as ``must be at least 3 characters``.
    """

    loc: Loc
    message: str


Validate = Callable[[dict[str, Any]], list[FieldError]]
"""Judges the value of a form; an empty list means that it may be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a form knows of one field.

    Attributes:
        name: Its key in the object around it, or its number in a list.
        title: Its label.
        description: What it means, a sentence for the person who fills it in.
        schema: The schema of its value, references followed and null taken out.
        root: The whole schema, in which references are looked up.
        required: The object around it must have it.
        nullable: It may be null.
        default: Its value where none is given, or `ABSENT`.
    """

    name: str
    title: str
    description: str
    schema: Schema
    root: Schema
    required: bool
    nullable: bool
    default: Any

    @property
    def optional(self) -> bool:
        """Whether a person decides if it has a value at all."""
        return self.nullable or (not self.required and self.default is ABSENT)

    @property
    def unset(self) -> Any:
        """What an optional field gives that has no value: ``None`` where it may be null, else `ABSENT`."""
        return None if self.nullable else ABSENT

    @property
    def initial(self) -> Any:
        """The value of a fresh form; `ABSENT` leaves it to the editor or out."""
        return self.unset if self.default is ABSENT and self.optional else self.default


def shape_of(
    name: str,
    schema: Schema,
    root: Schema,
    *,
    required: bool = True,
    title: str = "",
    secret: bool = False,
) -> Shape:
    """Describes a field by its schema; one whose key looks secret is not read over a shoulder (contract §10).

    Args:
        name: Its key.
        schema: Its own schema, which may refer into `root`.
        root: The whole schema.
        required: Whether the object around it must have it.
        title: A label for what has no name, such as an item of a list.
        secret: Whatever its key, what it takes is a secret.
    """
    whole = resolve(schema, root)
    core, nullable = _core(whole, root)
    return Shape(
        name=name,
        title=title or title_of(name, schema),
        description=" ".join(str(whole.get("description", "")).replace("``", "").split()),
        schema=_hidden(core) if secret or is_secret(name) else core,
        root=root,
        required=required,
        nullable=nullable,
        default=whole.get("default", ABSENT),
    )


def properties_of(shape: Shape) -> Iterator[Shape]:
    """Yields the fields of an object in their order."""
    required = shape.schema.get("required", ())
    for name, schema in shape.schema.get("properties", {}).items():
        yield shape_of(name, schema, shape.root, required=name in required)


def item_of(shape: Shape, index: int) -> Shape:
    """Returns the field for one item of a list, or for one value of a map."""
    title, secret = f"{shape.title} {index + 1}", is_secret(shape.name)
    schema = shape.schema.get("items") or shape.schema["additionalProperties"]
    return shape_of(str(index), schema, shape.root, title=title, secret=secret)


def _hidden(schema: Schema) -> Schema:
    """Returns the schema of a text that is written unseen; any other stays as it is."""
    return {"format": "password", **schema} if schema.get("type") == "string" else schema


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follows references; keys beside a reference win over those of its target.

    Raises:
        LookupError: A reference points to nothing, or to itself.
    """
    seen: set[str] = set()
    while True:
        if (reference := schema.get("$ref")) is not None:
            if reference in seen:
                raise LookupError(f"the schema refers to itself: {reference}")
            seen.add(reference)
            schema = {**_target(reference, root), **_without(schema, "$ref")}
        elif len(parts := schema.get("allOf", ())) == 1:
            schema = {**parts[0], **_without(schema, "allOf")}
        else:
            return schema


def title_of(name: str, schema: Schema) -> str:
    """Returns the label of a field: its title, or its name as words where there is none."""
    title = str(schema.get("title", ""))
    if title and title.replace("_", " ").lower() != name.replace("_", " ").lower():  # else made of the name
        return title
    words = [_WORDS.get(word.lower(), word) for word in _HUMPS.sub("_", name).split("_") if word]
    text = " ".join(words) or name
    return text[:1].upper() + text[1:]


_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS = {word.lower(): word for word in ("CEL", "CSV", "ID", "IP", "JSON", "TTL", "URI", "URL", "UUID")}


def sample_of(schema: Schema) -> str:
    """Returns an example to show in an empty field, from the schema or for its format; may be empty."""
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return str(examples[0])
    return _SAMPLES.get(str(schema.get("format", "")), "")


_SAMPLES = {
    "email": "name@example.com",
    "uri": "https://example.com/path",
    "date-time": "2024-05-31 14:00:00",
    "date": "2024-05-31",
    "time": "14:00:00",
    "duration": "1 h 30 min",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def _core(schema: Schema, root: Schema) -> tuple[Schema, bool]:
    """Takes null out of a schema; says whether it was in."""
    if isinstance(schema.get("type"), list):
        schema = {**_without(schema, "type"), "anyOf": [{"type": kind} for kind in schema["type"]]}
    options = schema.get("anyOf") or schema.get("oneOf")
    if not options:
        return schema, False
    parts = [resolve(option, root) for option in options]
    kept = [part for part in parts if part.get("type") != "null"]
    rest = _without(schema, "anyOf", "oneOf")
    nullable = len(kept) < len(parts)
    if len(kept) == 1:
        core, inner = _core({**kept[0], **rest}, root)
        return core, nullable or inner
    if sorted(str(part.get("type")) for part in kept) == ["number", "string"]:
        number = next(part for part in kept if part["type"] == "number")
        return {**number, **rest, "type": "string", "format": "decimal"}, nullable
    return {**rest, "anyOf": kept}, nullable


def _target(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        step = step.replace("~1", "/").replace("~0", "~")  # noqa: PLW2901 - a JSON pointer's own escapes
        if not isinstance(found, Mapping) or step not in found:
            raise LookupError(f"the schema refers to {reference}, which it does not have")
        found = found[step]
    return dict(found)


def _without(schema: Schema, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in keys}

"""Reads JSON files of the event-modeling specification, as other modelling tools write them.

What is needed to understand a model is read; anything else in the file is left alone. Rules: the JSON Schema
of the event-modeling specification (github.com/dilgerma/event-modeling-spec).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from workbench.errors import InvalidValue, NotFound
from workbench.model.json_values import ForeignJsonError, parse_foreign_json

LARGEST = 32_000_000
"""Bytes of a file at most."""


def _or_empty(value: Any) -> Any:
    return [] if value is None else value


def _text(value: Any) -> Any:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, frozen=True)


class ModelField(_Part):
    """A field of an element, or of a step of an example."""

    name: Text = ""
    type: Text = "String"
    example: Any = None
    subfields: Annotated[list[ModelField], BeforeValidator(_or_empty)] = Field(default_factory=list)
    optional: bool | None = None
    generated: bool | None = None
    id_attribute: bool | None = None
    cardinality: Text = "Single"


class ModelLink(_Part):
    """A link to another element."""

    id: Text = ""
    type: Text = ""
    title: Text = ""
    element_type: Text = ""


class ModelElement(_Part):
    """A command, an event, a read model or what reacts."""

    id: Text = ""
    title: Text = ""
    description: Text = ""
    aggregate: Text = ""
    aggregate_dependencies: Annotated[list[str], BeforeValidator(_or_empty)] = Field(default_factory=list)
    creates_aggregate: bool | None = None
    fields: Annotated[list[ModelField], BeforeValidator(_or_empty)] = Field(default_factory=list)
    dependencies: Annotated[list[ModelLink], BeforeValidator(_or_empty)] = Field(default_factory=list)


class ModelStep(_Part):
    """A step of an example."""

    title: Text = ""
    type: Text = ""
    linked_id: Text = ""
    fields: Annotated[list[ModelField], BeforeValidator(_or_empty)] = Field(default_factory=list)


class ModelComment(_Part):
    """A remark."""

    description: Text = ""


Steps = Annotated[list[ModelStep], BeforeValidator(_or_empty)]
Elements = Annotated[list[ModelElement], BeforeValidator(_or_empty)]


class ModelExample(_Part):
    """A specification: given, when, then."""

    title: Text = ""
    given: Steps = Field(default_factory=list)
    when: Steps = Field(default_factory=list)
    then: Steps = Field(default_factory=list)
    comments: Annotated[list[ModelComment], BeforeValidator(_or_empty)] = Field(default_factory=list)


class ModelActor(_Part):
    """A person who gives commands."""

    name: Text = ""


class ModelSlice(_Part):
    """A slice of the model."""

    title: Text = ""
    context: Text = ""
    commands: Elements = Field(default_factory=list)
    events: Elements = Field(default_factory=list)
    readmodels: Elements = Field(default_factory=list)
    processors: Elements = Field(default_factory=list)
    screens: Elements = Field(default_factory=list)
    specifications: Annotated[list[ModelExample], BeforeValidator(_or_empty)] = Field(default_factory=list)
    actors: Annotated[list[ModelActor], BeforeValidator(_or_empty)] = Field(default_factory=list)
    aggregates: Annotated[list[str], BeforeValidator(_or_empty)] = Field(default_factory=list)


class EventModelFile(_Part):
    """A whole file."""

    slices: list[ModelSlice]


def read_event_model(path: Path) -> EventModelFile:
    """Reads a file.

    Raises:
        NotFound: It cannot be read.
        InvalidValue: It is no such file; says where and what is wrong.
    """
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8-sig") if size <= LARGEST else ""
    except UnicodeDecodeError as error:
        raise InvalidValue(f"{path} is no text in UTF-8: byte {error.start + 1:,}", path="") from error
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror or error}") from error
    if size > LARGEST:
        raise InvalidValue(f"{path} has {size:,} bytes, more than {LARGEST:,}", path="")
    try:
        value = parse_foreign_json(text)
    except ForeignJsonError as error:
        raise InvalidValue(f"{path}: {error}", path="") from error
    try:
        return EventModelFile.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in first["loc"]).lstrip(".")
        said = f"{path} is no event model: {place + ': ' if place else ''}{first['msg']}"
        raise InvalidValue(
            said, path=place, hint="an object with slices, as the event-modeling specification says"
        ) from error

"""What a field of a declared model can say."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from workbench.project.declared.key_meanings import Says
from workbench.project.declared.value_classes import NUMBER
from workbench.project.settings import Name, Section


def type_alone(value: object) -> object:
    """Returns a block, also where only the type was given."""
    if isinstance(value, str):
        return {"type": value}
    if isinstance(value, dict | Section):
        return value
    raise ValueError('should be a type such as "string", or a block { … }')


def _bounded(value: object) -> object:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        raise ValueError(f"should be a number, without quotes: {value}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGEST <= value <= _LARGEST:
        raise ValueError("should be a number of at most 15 digits")
    return value


_LARGEST = 10**15 - 1
Bound = Annotated[int | float, BeforeValidator(_bounded)]


def _json_name(value: str) -> str:
    if len(value) > 255 or not value.isprintable() or '"' in value or "\\" in value:
        raise ValueError('should be a name of at most 255 characters without \\ and "')
    return value


JsonName = Annotated[str, AfterValidator(_json_name)]


class FieldSection(Section):
    """A field: ``"string"``, ``"string?"`` where it may be null, or a block."""

    type: Annotated[Name, Says("type")] = Field(
        description="string, integer, decimal, … or one of [types]; ? at its end allows null"
    )
    title: str = Field("", description="Its label in forms")
    description: str = Field("", description="What it means")
    default: Any = Field(None, description="What it is where nothing is given")
    min: Bound | None = Field(None, description="Least value, length of a text, count of a list or map")
    max: Bound | None = Field(None, description="Largest value, length of a text, count of a list or map")
    places: int | None = Field(None, ge=0, le=18, description="Digits after the point of a decimal")
    pattern: str = Field("", description="Regular expression that a text fits")
    choices: list[str] = Field(default_factory=list, description="The texts that a choice can be")
    example: str | int | float | bool | None = Field(None, description="A value that forms show")
    written: JsonName = Field("", alias="as", description="Its name in JSON, where it is another")
    of: FieldSpec | None = Field(None, description="What a list or a map holds")
    fields: dict[Name, FieldSpec] = Field(default_factory=dict, description="What an object consists of")


FieldSpec = Annotated[FieldSection, BeforeValidator(type_alone), Says("type")]
Fields = dict[Name, FieldSpec]
FieldSection.model_rebuild()

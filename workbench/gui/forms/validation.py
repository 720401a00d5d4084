"""Validates a form's value by a pydantic model, or by a command's own reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidCommand
from workbench.gui.forms.json_schema import FieldError, Validate
from workbench.model.pydantic_messages import place_of, sentence_of

if TYPE_CHECKING:
    from pydantic import BaseModel


def pydantic_validator(model: type[BaseModel]) -> Validate:
    """Returns a function that validates values by a pydantic model."""

    def validate(value: dict[str, Any]) -> list[FieldError]:
        from pydantic import ValidationError

        try:
            model.model_validate(value)
        except ValidationError as error:
            details = error.errors(include_url=False)
            return [FieldError(loc=place_of(each, value), message=sentence_of(each)) for each in details]
        return []

    return validate


def parse_validator(parse: Callable[[Mapping[str, Any]], object]) -> Validate:
    """Returns a function that validates by a command type's ``parse``, which raises `InvalidCommand`."""

    def validate(value: dict[str, Any]) -> list[FieldError]:
        try:
            parse(value)
        except InvalidCommand as error:
            return [FieldError(loc=loc, message=message) for loc, message in error.fields]
        return []

    return validate

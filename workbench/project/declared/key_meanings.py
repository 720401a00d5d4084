"""What the keys of declared sections hold: expressions, names of things, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from workbench.project.settings import Name


@dataclass(frozen=True, slots=True)
class Says:
    """What a text says, or what those of a list or map say; where a map of blocks stands, its keys say it.

    Attributes:
        names: The kind of thing that it names, such as ``event``; empty where it is an expression.
    """

    names: str = ""


Expression = Annotated[str, Says()]
EventName = Annotated[str, Says("event")]
CommandName = Annotated[str, Says("command")]
TopicName = Annotated[str, Says("topic")]
AggregateName = Annotated[str, Says("aggregate")]
ProjectionName = Annotated[str, Says("projection")]


def one_or_many(value: object) -> object:
    """Returns a list, also where one text was given."""
    return [value] if isinstance(value, str) else value


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    said = ', such as "[]"' if isinstance(value, list | dict) and not value else ""
    raise ValueError(f"should be an expression in quotes{said}, or a plain value")


Value = Annotated[Any, AfterValidator(_plain)]
"""Text is an expression; anything else is itself."""
Values = Annotated[dict[str, Value], Says()]
Lets = Annotated[dict[Name, str], Says()]


def _one_list(value: dict[str, str]) -> dict[str, str]:
    if len(value) > 1:
        raise ValueError('each names one list, such as each { line: "event.lines" }')
    return value


Each = Annotated[dict[Name, str], AfterValidator(_one_list), Says()]
OptionalEvents = Annotated[list[Name], BeforeValidator(one_or_many), Says("event")]
EventNames = Annotated[list[Name], BeforeValidator(one_or_many), Field(min_length=1), Says("event")]

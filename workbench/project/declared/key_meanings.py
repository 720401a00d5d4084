"""Marks for the keys of declared sections: what the texts that stand there say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


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

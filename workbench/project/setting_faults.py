"""What pydantic found wrong in a project file, as problems: each with its code, its words and its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.hints import nearest
from workbench.model.pydantic_messages import sentence_of
from workbench.project.declared.section_kinds import DECLARED
from workbench.project.declared.source_locations import SourceLocations
from workbench.project.settings import Settings
from workbench.tusk import Document, Problem

ALIASES = {
    "snapshot_frequency": "snapshot_every",
    "snapshot_interval": "snapshot_every",
    "max_retries": "max_attempts",
    "retry_max_delay": "max_delay",
    "timeout": "handler_timeout",
    "default": "default_topic",
}
"""Names that other tools give the same settings."""

_NOTATION = {
    "string_type": "should be text between quotes",
    "bool_type": "should be true or false",
    "list_type": 'should be a list such as ["a", "b"]',
    "dict_type": "should be a block { … }",
    "model_type": "should be a block { … }",
    "model_attributes_type": "should be a block { … }",
    "missing": "is missing",
}
"""Where a project file writes a value otherwise than a form does."""

_RANGES = {
    "greater_than_equal", "less_than_equal", "greater_than", "less_than", "string_too_short",
    "string_too_long", "too_short",
}  # fmt: skip


def problems_of(
    document: Document, error: ErrorDetails, written: Mapping[tuple[str, ...], tuple[str, ...]]
) -> list[Problem]:
    """Returns what a setting that pydantic refuses is told as: a broken expression at each of its flaws."""
    raised = error.get("ctx", {}).get("error")
    if not isinstance(raised, InvalidExpression):
        return [_problem(document, error, written)]
    place = written_at(tuple(str(part) for part in error["loc"]), written)
    return [SourceLocations(document).flaw(place, flaw) for flaw in raised.flaws]


def _problem(
    document: Document, error: ErrorDetails, written: Mapping[tuple[str, ...], tuple[str, ...]]
) -> Problem:
    path = tuple(str(part) for part in error["loc"] if not str(part).startswith("["))
    kind = error["type"]
    place = written_at(path, written)
    if kind == "extra_forbidden":
        return document.problem(
            place, "S-UNKNOWN", f"{path[-1]} is not a setting here", _did_you_mean(path), key=True
        )
    said = words_of(error)
    if path and said.startswith(("should ", "is ")):
        said = f"{path[-1]} {said}"
    return document.problem(place, code_of(error), said, key=kind == "missing" and len(path) > 1)


def code_of(error: ErrorDetails) -> str:
    """Returns the code of what pydantic found wrong."""
    return "S-RANGE" if error["type"] in _RANGES else "S-TYPE"


def words_of(error: ErrorDetails) -> str:
    """Says what pydantic found wrong, to follow the name of a setting."""
    if error["type"] == "value_error":
        return _sentence(str(error["ctx"]["error"]))
    given = {**error, "input": repr(error["input"])}  # null is a value here, not one that was left out
    return _NOTATION.get(error["type"]) or sentence_of(given).replace("must ", "should ", 1)


def _sentence(text: str) -> str:
    """Takes the sentence out of what a validator inside a validator says."""
    lines = [line.strip() for line in text.splitlines() if "Value error, " in line]
    found = lines[0].partition("Value error, ")[2] if lines else text
    return found.partition(" [type=")[0]


def written_at(path: tuple[str, ...], written: Mapping[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    """Returns where a setting, or the nearest thing around it, is written."""
    for length in range(len(path), 0, -1):
        if path[:length] in written:
            return (*written[path[:length]], *path[length:])
    return path


_OTHER_KINDS = {
    **dict.fromkeys(("saga", "workflow", "process_manager"), "process"),
    **dict.fromkeys(("entity", "model"), "aggregate"),
    **dict.fromkeys(("view", "read_model", "readmodel", "table"), "projection"),
    **dict.fromkeys(("reaction", "reactor", "rule", "automation"), "policy"),
    **dict.fromkeys(("user", "person", "role"), "actor"),
    **dict.fromkeys(("system", "service"), "external"),
    **dict.fromkeys(("schedule", "cron", "timer", "job"), "process"),
}
"""What others call what a section declares, and its kind here."""


def _did_you_mean(path: tuple[str, ...]) -> str:
    known = sorted(_fields_at(path[:-1])) + (list(DECLARED) if len(path) == 1 else [])
    if len(path) == 1 and path[0] in _OTHER_KINDS:
        return f"write [{_OTHER_KINDS[path[0]]}.name]"
    if meant := nearest(path[-1], [*known, *ALIASES]):
        return f"did you mean {ALIASES.get(meant, meant)}?"
    return f"known here: {', '.join(known)}" if known else ""


def _fields_at(path: tuple[str, ...]) -> Iterator[str]:
    model: Any = Settings
    for part in path:
        field = model.model_fields.get(part) if _is_model(model) else None
        if field is not None:
            model = field.annotation
        if not _is_model(model):
            arguments = [one for one in getattr(model, "__args__", ()) if _is_model(one)]
            if not arguments:
                return
            model = arguments[0] if field is None else model
    if _is_model(model):
        yield from (name for name in model.model_fields if name != "routes")


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)

"""Says what can stand at a place of a declared section; forms of text are checked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from workbench.project.declared.field_section import FieldSpec
from workbench.project.declared.key_meanings import Says
from workbench.project.declared.section_kinds import TYPES
from workbench.project.declared.sections import SECTIONS, keys_of
from workbench.project.declared.source_locations import Path

SWITCH = ("true", "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """What stands at a place.

    Attributes:
        says: What its texts say; None where they are neither names nor expressions.
        keys: What can stand inside, with the descriptions, by key; empty where names are free.
        inner: What stands behind a free name; None where nothing can stand inside.
        choices: The words that it can be; empty where it can be others.
        is_text: Whether a text can stand there.
        is_list: Whether a list can stand there.
        description: What it is for.
        kind: Of the section in which it is, such as ``command``.
    """

    says: Says | None = None
    model: type[BaseModel] | None = None
    inner: Any = None
    choices: tuple[str, ...] = ()
    is_text: bool = False
    is_list: bool = False
    description: str = ""
    kind: str = ""

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that can stand inside, in their usual order, each with what it is for.

        What a kind of section has alone stands before what it shares with others.
        """
        if self.model is None:
            return {}
        fields = self.model.model_fields
        names = [name for one in self.model.__mro__ for name in getattr(one, "__annotations__", ())]
        own = [fields[name] for name in dict.fromkeys(names) if name in fields]
        known = {id(one): one.alias or name for name, one in fields.items()}
        legal = keys_of(self.kind, self.model)
        return {known[id(one)]: one.description or "" for one in own if known[id(one)] in legal}

    @property
    def required(self) -> frozenset[str]:
        """The keys that have to stand inside."""
        fields = self.model.model_fields if self.model is not None else {}
        return frozenset(one.alias or name for name, one in fields.items() if one.is_required())

    @property
    def is_block(self) -> bool:
        """Whether a block stands there, and not its short form, the text of a type or a name."""
        if self.inner is None:
            return self.model is not None and "type" not in self.keys
        inner = self.inside("x")
        return self.says is None or inner is None or self.says.names not in inner.keys

    @property
    def is_table(self) -> bool:
        """Whether fields or columns stand there."""
        inner = self.inside("x") if self.inner is not None else None
        return inner is not None and "type" in inner.required

    def inside(self, key: str) -> KeyPlace | None:
        """Returns what stands behind a key that stands here; None where nothing can."""
        if self.model is not None:
            inside = _of_model(self.model, key)
            return replace(inside, kind=self.kind) if inside is not None else None
        if self.inner is None:
            return None
        found = _place(self.inner)
        says = self.says if found.says is None and self.is_expression else found.says
        return replace(found, says=says, kind=self.kind)

    @property
    def holds_places(self) -> bool:
        """Whether the aggregates stand there that a command is for: one, or several by their names."""
        return self.inner is not None and self.says is not None and self.says.names == "aggregate"

    @property
    def is_expression(self) -> bool:
        """Whether its texts are expressions."""
        return self.says is not None and not self.says.names


def key_place(section: str, path: Path) -> KeyPlace | None:
    """Returns what stands at a path inside a section, such as ``fields``, ``total`` of an event.

    None where nothing can stand there.
    """
    place = section_place(section)
    for step in path:
        place = place.inside(step) if place is not None else None
    return place


def section_place(section: str) -> KeyPlace | None:
    """Returns what can stand in a section; None where it declares nothing."""
    kind = section.partition(".")[0]
    if section == TYPES:
        return KeyPlace(inner=FieldSpec)
    return KeyPlace(model=SECTIONS[kind], kind=kind) if kind in SECTIONS else None


@cache
def _of_model(model: type[BaseModel], key: str) -> KeyPlace | None:
    for name, one in model.model_fields.items():
        if (one.alias or name) == key:
            found = _place(Annotated[(one.annotation, *one.metadata)] if one.metadata else one.annotation)
            return replace(found, description=one.description or "")
    return None


def _place(annotation: Any) -> KeyPlace:
    parts = list(_parts(annotation))
    says = next((one for one in parts if isinstance(one, Says)), None)
    model = next((one for one in parts if isinstance(one, type) and issubclass(one, BaseModel)), None)
    inner = next((get_args(one)[1] for one in parts if get_origin(one) is dict), None)
    choices = tuple(word for one in parts for word in _choices(one))
    return KeyPlace(
        says=says,
        model=model,
        inner=inner if model is None else None,
        choices=choices,
        is_text=str in parts or any(isinstance(one, type) and issubclass(one, StrEnum) for one in parts),
        is_list=any(get_origin(one) is list for one in parts),
    )


def _choices(annotation: Any) -> tuple[str, ...]:
    """Returns the words that an annotation allows; empty where it allows others."""
    if annotation is bool:
        return SWITCH
    if get_origin(annotation) is Literal:
        return tuple(str(one) for one in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(one.value for one in annotation)
    return ()


def _parts(annotation: Any) -> Iterator[Any]:
    """Yields what an annotation says before the type itself: marks, and the types of a union."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        yield from marks
        yield from _parts(inner)
    elif origin in {Union, UnionType}:
        for one in get_args(annotation):
            yield from _parts(one)
    else:
        yield annotation

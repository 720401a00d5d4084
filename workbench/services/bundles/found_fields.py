"""Finds the fields that a store's payloads have, so that a person can choose which are masked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound
from workbench.model.hints import did_you_mean
from workbench.model.json_values import read_text
from workbench.model.secrets import is_secret
from workbench.services.documents.schema_fields import fields_of

if TYPE_CHECKING:
    from workbench.model.registry import Registry

MOST = 2_000
"""Names that are listed: maps whose keys are data have no end of them."""
OF_TYPE = "type:"
"""Begins what stands for all fields of a type."""
_KINDS = {bool: "true or false", int: "number", float: "number", str: "text", dict: "object", list: "list"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundField:
    """A field, by its name, wherever it stands.

    Attributes:
        count: How many values it has.
        types: What the model says of it, else what its values are.
        places: Where it stands: ``events``, ``messages``, names of read models.
        secret: Whether its name says that a secret stands there.
    """

    name: str
    count: int
    types: tuple[str, ...]
    places: tuple[str, ...]
    secret: bool


def fields_in(payloads: Iterable[tuple[str, str]], registry: Registry) -> tuple[FoundField, ...]:
    """Returns the fields of JSON texts: what looks like a secret first, then by name.

    Args:
        payloads: Of what each text is, and the text.
    """
    counts: Counter[str] = Counter()
    kinds: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[str]] = defaultdict(set)
    for place, text in payloads:
        for name, value in _named(_read(text)):
            counts[name] += 1
            kinds[name].add(_KINDS.get(type(value), ""))
            places[name].add(place)
    said = _types(registry)
    found = [
        FoundField(
            name=name,
            count=count,
            types=tuple(sorted(said.get(name) or kinds[name] - {""})),
            places=tuple(sorted(places[name])),
            secret=is_secret(name),
        )
        for name, count in counts.most_common(MOST)
    ]
    return tuple(sorted(found, key=lambda one: (not one.secret, one.name.casefold(), one.name)))


def names_of(wanted: Sequence[str], fields: Sequence[FoundField]) -> frozenset[str]:
    """Returns the names of fields that are named, or meant by their type.

    Raises:
        NotFound: There is none of that name or type.
    """
    names: set[str] = set()
    for one in wanted:
        kind = one.removeprefix(OF_TYPE)
        by_type = one.startswith(OF_TYPE)
        fits = {field.name for field in fields if (kind in field.types if by_type else field.name == one)}
        if not fits:
            known = {word for field in fields for word in (field.types if by_type else (field.name,))}
            raise NotFound(
                f"no field here has the {'type' if by_type else 'name'} {kind}",
                hint=did_you_mean(kind, known) or "workbench bundle lists them with --preview",
            )
        names |= fits
    return frozenset(names)


def _types(registry: Registry) -> dict[str, set[str]]:
    said: dict[str, set[str]] = defaultdict(set)
    schemas = [one.schema for one in registry.events.values()]
    schemas += [one.schema for one in registry.commands.values()]
    for schema in schemas:
        for field in fields_of(schema):
            said[field.name].add(field.type)
    for projection in registry.projections.values():
        for column in projection.columns:
            said[column.name].add(column.kind.value)
    return said


def _read(text: str) -> Any:
    try:
        return read_text(text)
    except ValueError:
        return None


def _named(value: Any) -> Iterator[tuple[str, Any]]:
    """Yields each key with its value, however deep it stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from _named(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        yield from _named(_read(value))

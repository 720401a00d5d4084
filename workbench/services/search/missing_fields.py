"""Fields of payloads that an expression asks for and nothing stored has: which may be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from workbench.model.hints import did_you_mean, in_brackets
from workbench.model.json_values import read_text
from workbench.model.projection import ColumnKind, Projection
from workbench.services.search.search_query import SearchQuery
from workbench.services.search.search_run import SearchRun, SearchState
from workbench.store.search_port import RecordKind, fits

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.search.found import FoundList
    from workbench.store.ports import Reader

OFFERED = 8
"""Fields that are named where one is misspelt, and none resembles it."""
SAMPLES = 50
"""Records, each of another type or place, whose fields are offered."""
_LACKING = re.compile(r"((?:data|edited)(?:\.[A-Za-z_]\w*)+) is missing\Z")
Ask = Callable[[SearchQuery], SearchRun]


def missing_field(
    reader: Reader, state: SearchState, ask: Ask, what: str, schemas: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Says that no record has a field for lack of which an expression had no value; empty where one has.

    Of the kinds, types and places that were searched, at any time; for a thread: it looks at the store.

    Args:
        state: Of the search, which found nothing.
        ask: Begins another one.
        what: How records are called, such as ``letter``.
        schemas: Of payloads that may be stored: a field of theirs is not misspelt.
    """
    query = replace(state.wanted.query, words="", where="", since="", until="")
    for why, count in state.failures.items():
        found = _LACKING.match(why)
        if found is None or any(_can_have(one, found[1].split(".")[1:], one) for one in schemas):
            continue
        condition = state.wanted.condition
        nowhere = count == state.total and condition is not None and found[1] in condition.sure
        wanted = f"has({found[1]})"
        if found[1].startswith("edited."):  # right as well where the originals have it, and no copy yet
            nowhere, wanted = False, f"{wanted} || has(data.{_bare(found[1])})"
        if nowhere or not ask(replace(query, where=wanted)).run(_until_found).count:
            also = [name for one in schemas for name in _meant(one, one).get("properties", ())]
            return no_field(found[1], _samples(reader, ask(query).run().found), what, also)
    return ""


def schemas_of(registry: Registry, query: SearchQuery) -> list[Mapping[str, Any]]:
    """Returns the schemas of the payloads that a search may come upon: of its kinds, and of its types."""
    kinds = frozenset(query.kinds or RecordKind)
    events = registry.events if kinds - {RecordKind.COMMAND, RecordKind.ROW} else {}
    commands = registry.commands if kinds & {RecordKind.COMMAND, RecordKind.LETTER} else {}
    found = [
        one.schema
        for known in (events, commands)
        for name, one in known.items()
        if not query.types or fits(query.types, name)
    ]
    rows = registry.projections.values() if RecordKind.ROW in kinds and not query.types else ()
    return [*found, *map(_of_rows, rows)]


def _of_rows(made: Projection) -> Mapping[str, Any]:
    open_ones = {one.name: one.kind is ColumnKind.JSON for one in made.columns}
    return {
        "properties": {name: {"type": "object" if held else "string"} for name, held in open_ones.items()}
    }


def _can_have(schema: Mapping[str, Any], path: Sequence[str], whole: Mapping[str, Any]) -> bool:
    """Returns whether a payload of a schema may hold a field; of what is open nothing is known."""
    here = _meant(schema, whole)
    if not path:
        return True
    if options := [one for key in ("anyOf", "oneOf", "allOf") for one in here.get(key, ())]:
        return any(_can_have(one, path, whole) for one in options)
    if "properties" not in here:
        return bool(here.get("type", "object") == "object")
    fields = here["properties"]
    return path[0] in fields and _can_have(fields[path[0]], path[1:], whole)


def _meant(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the definition to which a schema refers, if it does."""
    if not isinstance(reference := schema.get("$ref"), str):
        return schema
    found: Mapping[str, Any] = whole.get("$defs", {}).get(reference.rpartition("/")[2], {})
    return found


def _until_found(state: SearchState) -> bool:
    return not state.count


def _samples(reader: Reader, found: FoundList) -> Iterator[Any]:
    """Yields the newest payload of each type and place."""
    newest: dict[int, int] = {}
    for place, number in enumerate(found.numbers):
        newest.setdefault(number, place)
    for place in [*newest.values()][:SAMPLES]:
        yield from (one.data for one in found.records(reader, place, 1) if one is not None)


def may_be_meant(why: str, payloads: Iterable[Any]) -> str:
    """Returns the field that may be meant where an expression had no value for lack of one; empty for none.

    Args:
        why: As `Condition.failures` says it.
        payloads: As for `no_field`.
    """
    found, known = _LACKING.match(why), (name for payload in payloads for name in _fields(payload))
    return did_you_mean(_bare(found[1]), dict.fromkeys(known)) if found is not None else ""


def no_field(field: str, payloads: Iterable[Any], what: str, also: Iterable[str] = ()) -> str:
    """Says that no record has a field, and which may be meant.

    Args:
        field: A path, with ``data.`` or ``edited.`` before it or without.
        payloads: Of some records, whose fields are offered: JSON texts, or values.
        what: How records are called.
        also: What else may be meant.
    """
    known = dict.fromkeys(name for payload in payloads for name in _fields(payload))
    others = f"there are: {', '.join([*known][:OFFERED])}" if known else ""
    meant = did_you_mean(_bare(field), (*known, *also), others)
    return in_brackets(f"no {what} has a field {field}", meant)


def _bare(path: str) -> str:
    """Returns the path of a field without what says whether it is the original's or the edited copy's."""
    return path.removeprefix("edited." if path.startswith("edited.") else "data.")


def _fields(payload: Any) -> list[str]:
    """Returns the paths of a payload's fields, those of objects in it among them."""
    try:
        return list(_paths(read_text(payload) if isinstance(payload, str) else payload, ""))
    except (ValueError, RecursionError):
        return []


def _paths(value: Any, before: str) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        yield f"{before}{name}"
        yield from _paths(inner, f"{before}{name}.")

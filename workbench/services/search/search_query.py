"""What a search looks for, as a person says it, and what that means at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from workbench.errors import InvalidValue
from workbench.model.error_text import in_short
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.search_words import read_words
from workbench.model.zones import SYSTEM, Zone
from workbench.services.search.condition import Condition
from workbench.services.search.time_words import read_time
from workbench.store.search_port import RecordKind


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A search, in the words in which it was asked.

    Attributes:
        words: All must occur; what stands in quotes is one.
        where: CEL, see `Condition`.
        kinds: None for all.
        types, places: Names, with ``*`` for anything; none for all.
        since, until: As `read_time` reads them.
    """

    words: str = ""
    where: str = ""
    kinds: tuple[RecordKind, ...] = ()
    types: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    def read(self, now: int, zone: Zone = SYSTEM) -> SearchTerms:
        """Returns what it means now.

        Raises:
            InvalidValue: A time is none, the times are in the wrong order, there are too many words, or
                ``where`` cannot be used.
        """
        since = read_time(self.since, now, zone)
        until = read_time(self.until, now, zone, ends=True)
        if since is not None and until is not None and since >= until:
            said = f"nothing lies between {self.since} and {self.until}"
            raise InvalidValue(said, path="", hint="the first time should be the earlier one")
        return SearchTerms(
            query=self,
            words=read_words(self.words),
            condition=_condition(self.where) if self.where.strip() else None,
            since=since,
            until=until,
        )

    def said(self) -> str:
        """Returns it in one line, as it could be typed."""
        parts = [self.words, self.where, *self.types, *self.places, self.since, self.until]
        return " · ".join(part for part in parts if part) or "everything"


def read_query(content: Mapping[str, Any]) -> SearchQuery:
    """Reads a search that was kept as JSON.

    Raises:
        InvalidValue: It is none.
    """
    try:
        return msgspec.convert(content, SearchQuery)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"a saved search cannot be read: {error}", path="") from error


def query_content(query: SearchQuery) -> dict[str, Any]:
    """Returns a search as JSON."""
    content: dict[str, Any] = msgspec.to_builtins(query)
    return content


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerms:
    """A search that was read.

    Attributes:
        condition: Of its own for each search: it counts what fails.
        since, until: Microseconds since 1970, the second exclusive.
    """

    query: SearchQuery
    words: tuple[str, ...]
    condition: Condition | None
    since: int | None
    until: int | None


def _condition(text: str) -> Condition:
    try:
        return Condition(text)
    except InvalidExpression as error:
        flaw = error.flaws[0]
        place = f"where, character {flaw.at + 1}: {in_short(text, 200)}"
        raise InvalidValue(f"{place}: {flaw.message}", path="", hint=flaw.hint) from error

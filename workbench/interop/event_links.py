"""Which event another program means by an id: so that causes of imported events lead to events."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from workbench.model.ids import derived_id

REMEMBERED = 200_000
"""Ids of a file that are kept for later lines, the newest ones; some 40 MB."""


def own_id(said: str, *scope: object) -> UUID:
    """Returns the id of an event: a UUID as it is, anything else within its scope.

    A UUID is unique wherever it comes from, so that a link to it leads to its event from any file.
    """
    return uuid_of(said) or derived_id(*scope, said)


def correlation_of(said: str) -> UUID:
    """Returns a correlation's id: the same for all that say the same, whatever their source."""
    return uuid_of(said) or derived_id("correlation", said)


def uuid_of(said: str) -> UUID | None:
    """Returns a UUID in its usual form; None for any other text."""
    if len(said) != 36:
        return None
    try:
        return UUID(said)
    except ValueError:
        return None


class Links:
    """Remembers what the events of one file are called there, and finds the one that an id means."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, set[UUID]] = OrderedDict()

    def remember(self, said: str, event: UUID) -> None:
        """Notes an event under the id that its file gives it."""
        self._known.setdefault(said, set()).add(event)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def cause(self, said: str, nearest: UUID) -> UUID | None:
        """Returns the event that an id means.

        Args:
            nearest: What it is if the cause has the same source or stream; taken where it was seen, or where
                nothing of that name was seen at all, since it may be stored already.

        Returns:
            None where several events have that id and none is nearest: no link is better than a wrong one.
        """
        if (event := uuid_of(said)) is not None:
            return event
        known = self._known.get(said, set())
        if not known or nearest in known:
            return nearest
        return next(iter(known)) if len(known) == 1 else None

"""Decides again what was accepted, by a new model, on the states that it met then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.engine.decision import Decider
from workbench.model.command import CommandOutcome
from workbench.model.json_values import read_json
from workbench.model.secrets import without_secrets
from workbench.services.deploy.states_before import StatesBefore, loaded
from workbench.services.deploy.two_models import reason
from workbench.services.worlds.compare import StoreDifference

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.deploy.rehearsed import Rehearsed
    from workbench.services.deploy.two_models import SideModel, StateFold, Told
    from workbench.store.ports import Reader
    from workbench.store.stored_values import CommandRecord

NO_ID = UUID(int=0)
"""Of events that are decided and thrown away."""
NO_COMMAND = "the model has no such command"
AT_ONCE = 500
"""Commands that are read at once."""


@dataclass(slots=True)
class _Judge:
    """Says whether one model would refuse a command."""

    registry: Registry
    decider: Decider
    states: StatesBefore

    def refusal(self, record: CommandRecord, now: int, at_hand: tuple[str, StateFold] | None) -> str:
        """Returns why the command would be refused; empty where it would be accepted.

        Args:
            now: The time of the decision.
            at_hand: A stream, and its state as the command met it.
        """
        kind = self.registry.commands.get(record.type)
        if kind is None:
            return NO_COMMAND
        try:
            command = kind.parse(read_json(record.data))
            values = kind.dump(command)
            kind = kind.for_values(values)
            streams = self.registry.streams_of(kind, values)
            met = [
                loaded(stream, at_hand[1])
                if at_hand is not None and at_hand[0] == stream
                else self.states.at(aggregate, stream, record.first_position)
                for aggregate, stream in zip(self.decider.aggregates(kind), streams, strict=True)
            ]
            refusal = self.decider.decide(kind, command, record, now, streams, tuple(met)).refusal
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # code of the model may raise anything
            return without_secrets(reason(error), record.data)
        return "" if refusal is None else without_secrets(reason(refusal), record.data)


class CommandRehearsal:
    """Asks both models of commands that were accepted and stored events.

    Args:
        changed: Names of the aggregates that decide otherwise.
    """

    def __init__(
        self,
        reader: Reader,
        sides: tuple[SideModel, SideModel],
        changed: Collection[str],
        found: Rehearsed,
        told: Told,
    ) -> None:
        self._reader, self._found, self._told = reader, found, told
        self._registry = sides[1].registry
        self._old, self._new = (
            _Judge(
                side.registry,
                Decider(side.registry, lambda: NO_ID),
                StatesBefore(side, reader),
            )
            for side in sides
        )
        self._several = {
            name
            for name, kind in self._registry.commands.items()
            if kind.involves and any(place.aggregate in changed for place in kind.places)
        }

    def concerns(self, record: CommandRecord) -> bool:
        """Whether a command is asked of where the first of its events stands."""
        kind = self._registry.commands.get(record.type)
        return _stored(record) and (kind is None or not kind.involves)

    def ask(self, record: CommandRecord, now: int, at_hand: tuple[str, StateFold] | None = None) -> None:
        """Decides a command again, and notes where it would be refused that was accepted."""
        self._found.looked["command"] += 1
        said = self._new.refusal(record, now, at_hand)
        if not said:
            return
        if self._old.refusal(record, now, None):
            self._found.refused_before += 1
            return
        self._found.differs(
            StoreDifference(
                kind="command",
                where=record.stream,
                key=record.type,
                ours=CommandOutcome.ACCEPTED.value,
                theirs=said,
                since=record.first_position,
            )
        )

    def of_several(self) -> None:
        """Decides again what is decided over several aggregates, in the order of the log (K8).

        Raises:
            WorldError: The store cannot be read.
        """
        newest = next((one.number for one in self._reader.commands(limit=1)), 0) if self._several else 0
        for first in range(1, newest + 1, AT_ONCE):
            page = self._reader.commands(limit=AT_ONCE, numbers=range(first, first + AT_ONCE))
            for record in reversed(page):
                if record.type in self._several and _stored(record):
                    event = self._reader.event_at(record.first_position)
                    self.ask(record, event.occurred_at if event is not None else record.issued_at)
            self._told("Deciding commands again", min(first + AT_ONCE, newest), newest)


def _stored(record: CommandRecord) -> bool:
    return record.outcome == CommandOutcome.ACCEPTED and record.first_position > 0

"""A dry run of a dead letter: runs its handler on a scratch copy and says what would happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.engine.delivery_attempt import Failure
from workbench.errors import WorkbenchError
from workbench.model.json_values import write_json
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.projection import plain_value
from workbench.store.operations import (
    Append,
    Atomic,
    NewMessage,
    Operation,
    ProjectRows,
    SaveProcess,
    WithdrawTimeouts,
)
from workbench.store.stored_values import DeadLetter

if TYPE_CHECKING:
    from workbench.engine.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that the handler would do.

    Attributes:
        kind: ``append``, ``publish``, ``issue``, ``withdraw``, ``row``, ``remove`` or ``state``.
        where: The stream, topic, aggregate's stream, table, process or instance that it concerns.
        what: Event, message or command type; the key of a row or a process.
        data: JSON text, empty where something is removed.
    """

    kind: str
    where: str
    what: str
    data: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What would happen if a dead letter were replayed now; nothing of it was stored.

    Attributes:
        failure: Why the handler failed; None if it succeeded.
        effects: What it would do, in order.
        refused: Why the store would not take the effects; empty if it would.
        took_us: Microseconds that the handler took.
    """

    number: int
    failure: Failure | None
    effects: tuple[Effect, ...]
    refused: str
    took_us: int

    @property
    def succeeds(self) -> bool:
        """Whether the dead letter would be resolved."""
        return self.failure is None and not self.refused


async def dry_run(engine: Engine, letter: DeadLetter, data: str | None = None) -> DryRun:
    """Runs the handler of a dead letter and says what would happen; nothing of it is stored.

    Args:
        data: Edited payload, or None for what was delivered last.

    Raises:
        NotFound: No such subscription runs.
    """
    task = await engine.subscription(letter.subscription).dry_run(letter, data)
    refused = ""
    if task.failure is None and task.effects:
        (answer,) = await engine.writer.dry_run([Atomic(operations=tuple(task.effects))])
        refused = answer.message if isinstance(answer, WorkbenchError) else ""
    return DryRun(
        number=letter.number,
        failure=task.failure,
        effects=described(task.effects),
        refused=refused,
        took_us=task.ended_at - task.started_at,
    )


def described(effects: Sequence[Operation]) -> tuple[Effect, ...]:
    """Says in plain values what operations do."""
    found: list[Effect] = []
    for effect in effects:
        match effect:
            case Append():
                found += [
                    Effect(kind="append", where=effect.stream, what=event.type, data=event.data)
                    for event in effect.events
                ]
            case NewMessage(topic=topic) if topic == COMMANDS_TOPIC:
                found.append(Effect(kind="issue", where=effect.key, what=effect.type, data=effect.data))
            case NewMessage():
                found.append(Effect(kind="publish", where=effect.topic, what=effect.type, data=effect.data))
            case ProjectRows():
                found += [_row(effect.name, row) for row in effect.rows]
                found += [Effect(kind="remove", where=effect.name, what=str(key)) for key in effect.deleted]
            case WithdrawTimeouts():
                found += [
                    Effect(kind="withdraw", where=effect.instance, what=one, data=_written(effect.having))
                    for one in effect.types
                ]
            case SaveProcess():
                found.append(
                    Effect(kind="state", where=effect.process, what=effect.key, data=effect.state or "")
                )
    return tuple(found)


def _row(table: str, row: dict[str, object]) -> Effect:
    key = next(iter(row.values()), "")
    plain = {name: plain_value(value) for name, value in row.items()}
    return Effect(kind="row", where=table, what=str(key), data=write_json(plain))


def _written(having: Mapping[str, Any]) -> str:
    return write_json(msgspec.to_builtins(having)) if having else ""

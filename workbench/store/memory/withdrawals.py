"""Takes back in memory what instances of processes issued for later (K7)."""

from __future__ import annotations

from msgspec.structs import replace

from workbench.model.issued_by import withdrawn_on
from workbench.model.marks import WITHDRAWN, with_mark
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.memory.letters import deliveries
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import WithdrawTimeouts


def withdraw(tables: Tables, op: WithdrawTimeouts, now: int) -> int:
    """Takes back what an instance issued for later and was not handed out yet (K7)."""
    found = [
        at
        for at, (instance, type_) in tables.timeouts.items()
        if instance == op.instance and type_ in op.types and _taken(tables, at, op)
    ]
    for position in found:
        tables.timeouts.drop(position)
    return sum(_withdrawn(tables, position, op.about, now) for position in found)


def _taken(tables: Tables, position: int, op: WithdrawTimeouts) -> bool:
    message = tables.messages.get(position)
    return message is not None and op.takes(message.id, message.data, message.metadata)


def _withdrawn(tables: Tables, position: int, about: int, now: int) -> bool:
    message, state = tables.messages.get(position), tables.subscriptions.get(COMMANDS_TOPIC)
    if message is None or state is None:
        return False
    row = next((one for one in deliveries(tables, COMMANDS_TOPIC) if one.position == position), None)
    due = (message.deliver_at or 0) <= now and position <= state.claimed_to
    if row.acquired or row.dead_letter is not None if row else position <= state.cursor or due:
        return False
    if row is not None:
        tables.deliveries.drop(row.number)
    marked = with_mark(message.metadata, WITHDRAWN, **withdrawn_on(about))
    tables.messages.put(position, replace(message, metadata=marked))
    return True


RUN: Run = {WithdrawTimeouts: withdraw}

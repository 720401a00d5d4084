"""Removes what topics that keep their messages in memory only have left."""

from __future__ import annotations

from workbench.model.dead_letter import LetterAct
from workbench.model.delivery_states import DeliveryState
from workbench.store.letter_values import with_tries
from workbench.store.memory.letters import promote, replay_ended, set_tries
from workbench.store.memory.tables import Run, Tables
from workbench.store.operations import ForgetMessages


def forget_messages(tables: Tables, op: ForgetMessages, now: int) -> int:
    """Removes the published messages of a topic and what waits of them; returns how many messages."""
    published = [one.position for one in tables.messages.values() if one.topic == op.topic]
    gone = [
        row
        for row in tables.deliveries.values()
        if row.position in published
        and row.state is not DeliveryState.DEAD
        and tables.subscriptions[row.subscription].topic == op.topic
    ]
    for row in gone:
        tables.deliveries.drop(row.number)
        replay_ended(tables, row.dead_letter, LetterAct.SKIP, now)
        if row.dead_letter is not None:
            set_tries(tables, row.dead_letter, row.attempts, with_tries)
    for name, key in {(row.subscription, row.key) for row in gone}:
        promote(tables, name, key, past_dead=name in op.released)
    held = {row.position for row in tables.deliveries.values()}
    forgotten = [position for position in published if position not in held]
    for position in forgotten:
        tables.message_ids.drop(tables.messages[position].id_bytes)
        tables.messages.drop(position)
    return len(forgotten)


RUN: Run = {
    ForgetMessages: forget_messages,
}

"""Counts what happened in a stretch of a store by kinds: the port `DeedReader`."""

from __future__ import annotations

from itertools import starmap

from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.deed_port import WINDOW, CommandDeed, EventDeed, MessageDeed
from workbench.store.sqlite import rows
from workbench.store.sqlite.column_shapes import ColumnShape, Count
from workbench.store.sqlite.search_reader import SqliteSearchReader

_CAUSE = "coalesce(p.type, t.name, n.type, '')"
_CAUSES = (
    " left join events e on e.event_id = {0}.causation_id left join types t on t.id = e.type_id"
    " left join commands p on p.command_id = {0}.causation_id"
    " left join messages n on n.message_id = {0}.causation_id"
)
_COMMANDS = (
    f"select c.type, c.outcome, c.message, c.origin, {_CAUSE}, count(*) from commands c"
    + _CAUSES.format("c")
    + " where c.id > ? and c.id <= ? group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5"
)
_EVENTS = (
    "select t.name, coalesce(c.type, ''), count(*) from events e join types t on t.id = e.type_id"
    " left join commands c on c.command_id = e.causation_id"
    " where e.position > ? and e.position <= ? group by 1, 2 order by 1, 2"
)
_SAID = "coalesce(json_extract(m.meta, '$.{0}'), '')"
_MESSAGES = (
    f"select o.name, m.type, case when o.name = '{COMMANDS_TOPIC}' then {_SAID.format('origin')} else '' end,"
    f" {_CAUSE}, coalesce(b.name, ''), count(*) from messages m join topics o on o.id = m.topic_id"
    + _CAUSES.format("m")
    + f" left join events w on o.name = '{COMMANDS_TOPIC}' and w.position = json_extract(m.meta, '$.withdrawn_on')"
    " left join types b on b.id = w.type_id"
    " where m.position > ? and m.position <= ? group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5"
)
_COMMAND = ColumnShape(
    "select type, outcome, message, origin, cause, n from commands", str, str, str, str, str, Count
)
_EVENT = ColumnShape("select type, command, n from events", str, str, Count)
_MESSAGE = ColumnShape(
    "select topic, type, origin, cause, on, n from messages", str, str, str, str, str, Count
)


class SqliteDeedReader(SqliteSearchReader):
    """The part of a reader that counts what happened."""

    def command_deeds(self, after: int) -> tuple[list[CommandDeed], int]:
        """Counts the commands with numbers above ``after``."""
        (last,) = self._one("select coalesce(max(id), 0) from commands")
        upto = max(after, min(int(last), after + WINDOW))
        return list(starmap(CommandDeed, _COMMAND(self._all(_COMMANDS, (after, upto))))), upto

    def event_deeds(self, after: int) -> tuple[list[EventDeed], int]:
        """Counts the events with positions above ``after``."""
        upto = self._upto(after)
        return list(starmap(EventDeed, _EVENT(self._all(_EVENTS, (after, upto))))), upto

    def message_deeds(self, after: int) -> tuple[list[MessageDeed], int]:
        """Counts the published messages with positions above ``after`` that retention left (G1)."""
        upto = self._upto(after)
        return list(starmap(MessageDeed, _MESSAGE(self._all(_MESSAGES, (after, upto))))), upto

    def _upto(self, after: int) -> int:
        (head,) = self._one(rows.HEAD)
        return max(after, min(int(head), after + WINDOW))

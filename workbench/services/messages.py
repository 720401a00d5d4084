"""Publishes messages to topics of the project, as a person or a script does; reads published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.publisher import OutgoingMessage
from workbench.errors import InvalidValue
from workbench.model.json_values import ForeignJsonError, parse_foreign_json
from workbench.model.messaging import COMMANDS_TOPIC, Message, Topic

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project
    from workbench.store.stored_values import Glance


class Messages:
    """Messages in; the published ones."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def topics(self) -> list[Topic]:
        """Returns the topics of the project, in the order of their declaration."""
        return [topic for topic in self._world.registry.topics.values() if topic.name != COMMANDS_TOPIC]

    def glance(self, position: int) -> Glance[Message] | None:
        """Returns the published message at a position, with the beginning of its data."""
        return self._world.reader.message_glance(position)

    def whole(self, position: int) -> str:
        """Returns all data of the published message at a position; empty where there is none."""
        found = self.find(position)
        return found.data if found else ""

    def find(self, position: int) -> Message | None:
        """Returns the published message at a position, None where an event stands, or nothing."""
        found = self._world.reader.message(position, "")
        return None if found is None or found.event else found

    async def publish(self, draft: OutgoingMessage) -> int:
        """Publishes a message; returns its position.

        Raises:
            TopicNotFound, InvalidValue, BackPressure, MessageIdReused, WorldError: As
                `workbench.engine.publisher.Publisher.publish` says.
            StoreReadOnly: This window only observes.
        """
        async with self._world.at_work() as engine:
            return await engine.publisher.publish(draft)

    @staticmethod
    def data(text: str) -> object:
        """Reads the data of a message that a person wrote.

        Raises:
            InvalidValue: It is no JSON that can be stored; says where.
        """
        try:
            return parse_foreign_json(text)
        except ForeignJsonError as error:
            raise InvalidValue(str(error), path="") from None

"""Publishes messages to topics of the project, as a person or a script does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.publisher import OutgoingMessage
from workbench.errors import InvalidValue
from workbench.model.json_values import ForeignJsonError, parse_foreign_json
from workbench.model.messaging import COMMANDS_TOPIC, Topic

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project


class Messages:
    """Messages in."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def topics(self) -> list[Topic]:
        """Returns the topics of the project, in the order of their declaration."""
        return [topic for topic in self._world.registry.topics.values() if topic.name != COMMANDS_TOPIC]

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

"""What went stale: one small value that the core announces and views answer by asking again."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING: frozenset[str] = frozenset()
MANY = 256
"""Names of streams are listed up to this many; beyond, ``many_streams`` is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Names what went stale.

    Attributes:
        head: Highest visible position.
        streams: Streams with new events, see `touches`.
        many_streams: More streams than are listed have new events: any of them may.
        projections: Projections whose rows, checkpoint or state changed.
        subscriptions: Subscriptions whose cursor, deliveries or state changed.
        dead_letters: The dead letters changed.
        commands: The history of commands changed.
        engine: The engine's own state changed (running, paused).
        model: The model or the settings were reloaded.
        operations: An operator's action was recorded, or cannot be undone any more.
        removed: Messages were removed, so that the log has gaps where they stood (G1, I3).
        everything: Too much to list: read everything again.
    """

    head: int = 0
    streams: frozenset[str] = NOTHING
    many_streams: bool = False
    projections: frozenset[str] = NOTHING
    subscriptions: frozenset[str] = NOTHING
    dead_letters: bool = False
    commands: bool = False
    engine: bool = False
    model: bool = False
    operations: bool = False
    removed: bool = False
    everything: bool = False

    def merged(self, other: Changes) -> Changes:
        """Returns one value that says what both say."""
        streams = self.streams | other.streams
        many = self.many_streams or other.many_streams or len(streams) > MANY
        return Changes(
            head=max(self.head, other.head),
            streams=NOTHING if many else streams,
            many_streams=many,
            projections=self.projections | other.projections,
            subscriptions=self.subscriptions | other.subscriptions,
            dead_letters=self.dead_letters or other.dead_letters,
            commands=self.commands or other.commands,
            engine=self.engine or other.engine,
            model=self.model or other.model,
            operations=self.operations or other.operations,
            removed=self.removed or other.removed,
            everything=self.everything or other.everything,
        )

    def touches(self, stream: str) -> bool:
        """Whether that stream may have new events."""
        return self.everything or self.many_streams or stream in self.streams

    @property
    def appended(self) -> bool:
        """Whether some stream has new events."""
        return self.many_streams or bool(self.streams)

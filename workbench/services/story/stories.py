"""Tells stories of commands, of rows and of causes, from one world."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.errors import NotFound
from workbench.services.story.as_of import position_as_of
from workbench.services.story.causes import Cause, causes_of
from workbench.services.story.ended_instances import EndedInstances
from workbench.services.story.folded_rows import FoldedRows, folded_rows
from workbench.services.story.instance_history import InstanceStep, instance_history
from workbench.services.story.projection_steps import ProjectionSteps
from workbench.services.story.rebuilt_rows import RebuiltRows, rebuilt_rows
from workbench.services.story.row_history import RowHistory, Walk, row_history
from workbench.services.story.story_facts import StoryFacts, begun, gathered
from workbench.services.story.story_lines import StoryLines
from workbench.services.story.story_rows import Changes, row_changes
from workbench.services.story.told_story import told_story

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.policy import ReactorType
    from workbench.model.projection import Projection
    from workbench.model.zones import Zone
    from workbench.project.project import Project
    from workbench.services.story.story import CommandStory
    from workbench.store.ports import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRead:
    """A story as far as it was read, and what reading on needs."""

    facts: StoryFacts
    rows: Changes
    story: CommandStory


class Stories:
    """Reads for views and the command line; what takes long says so."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    @property
    def _reader(self) -> Reader:
        return self._world.reader

    # -- which one ----------------------------------------------------------------------------------------

    def correlation_at(self, position: int) -> UUID:
        """Returns the story to which an event or message belongs.

        Raises:
            NotFound: Nothing stands there.
        """
        found = self._reader.message(position, "")
        if found is None:
            raise NotFound(f"nothing is stored at position {position:,}")
        return found.correlation_id

    def position_of(self, stream: str, version: int) -> int:
        """Returns where an event of a stream stands, 0 for none; of version 0 the newest."""
        info = self._reader.stream(stream) if not version else None
        return self._reader.position_of(stream, info.version if info is not None else version)

    def correlation_named(self, identity: UUID) -> UUID:
        """Returns the story to which a command, an event or a message with an id belongs.

        Raises:
            NotFound: There is none.
        """
        reader = self._reader
        record = reader.commands_named([identity])
        found = record[0] if record else reader.event(identity) or reader.message_named(identity)
        if found is None:
            raise NotFound(f"no command, event or message has the id {identity}")
        return found.correlation_id

    def correlation_of_letter(self, number: int) -> tuple[UUID, int]:
        """Returns the story to which a dead letter belongs, and the position of its message.

        Raises:
            NotFound: There is none with that number.
        """
        letter = self._reader.letter(number)
        if letter is None:
            raise NotFound(f"there is no dead letter {number:,}")
        return letter.correlation_id, letter.position

    # -- telling ------------------------------------------------------------------------------------------

    def read(self, correlation: UUID, before: StoryRead | None = None) -> StoryRead:
        """Reads a story, or on from what was read before; in a large store not all at once; for a thread.

        Call it again until the story is complete, and whenever something has come.
        """
        reader, registry = self._reader, self._world.registry
        known = before.facts if before is not None else begun(correlation)
        facts = gathered(reader, known, self._checkpoints(), self._cursors())
        if before is not None and not before.story.waiting and facts.tells_as(known):
            return replace(before, facts=facts)
        rows = row_changes(registry, reader, facts.events, before.rows if before is not None else {})
        story = told_story(StoryLines(facts=facts, registry=registry, rows=rows))
        return StoryRead(facts=facts, rows=rows, story=story)

    def whole(self, correlation: UUID) -> CommandStory:
        """Reads all of a story; looks at the whole store, so call it in a thread."""
        found = self.read(correlation)
        while not found.facts.complete:
            found = self.read(correlation, found)
        return found.story

    def _cursors(self) -> dict[str, int]:
        engine = self._world.engine
        return {name: one.cursor for name, one in engine.subscriptions.items()} if engine else {}

    def _checkpoints(self) -> dict[str, int]:
        engine, found = self._world.engine, {}
        for name in self._world.registry.projections:
            runner = engine.projections.get(name) if engine else None
            states = self._reader.generations(name)
            stored = states[0].checkpoint if states else 0
            found[name] = runner.checkpoint if runner is not None else stored
        return found

    # -- rows and causes ----------------------------------------------------------------------------------

    def history(self, projection: str, key: Any, walk: Walk | None = None) -> RowHistory:
        """Returns which events made a row; may look at the whole log, so call it in a thread.

        Args:
            walk: Is told how far it is, and can end it.

        Raises:
            NotFound: There is no such read model, or it has no rows yet.
            ReadTooLong: It was cancelled.
        """
        return row_history(self._projection(projection), self._world.registry, self._reader, key, walk)

    def _projection(self, name: str) -> Projection:
        known = self._world.registry.projections.get(name)
        if known is None:
            raise NotFound(f"the model has no read model {name}")
        return known

    def folded(self, projection: str, position: int | None, walk: Walk) -> FoldedRows:
        """Folds a read model again up to a position, None for now; for a thread: it may take long.

        Raises:
            NotFound, ModelError, WorkbenchError, ReadTooLong: As `folded_rows` says.
        """
        return folded_rows(self._projection(projection), self._world.registry, self._reader, position, walk)

    def position_as_of(self, text: str, zone: Zone) -> int | None:
        """Returns up to where something is meant that a person typed; see `as_of.position_as_of`.

        Raises:
            InvalidValue: It is neither a position nor a time.
        """
        return position_as_of(text, self._reader, self._world.clock.now(), zone)

    def rebuilt(self, projection: str, walk: Walk) -> RebuiltRows:
        """Compares rows that were rebuilt beside the live ones with these; for a thread: it may take long.

        Raises:
            NotFound, ModelError, ReadTooLong: As `rebuilt_rows` says.
        """
        return rebuilt_rows(self._projection(projection), self._reader, walk)

    def steps(self, projection: str) -> ProjectionSteps:
        """Returns a read model that is folded by hand; raises as `ProjectionSteps` says; for a thread."""
        return ProjectionSteps(self._projection(projection), self._world.registry, lambda: self._reader)

    def instance(self, process: str, key: str, began: int, walk: Walk) -> Sequence[InstanceStep]:
        """Returns what an instance of a process went through; looks at the log, so call it in a thread.

        Raises:
            NotFound: The model has no such process.
            ReadTooLong: It was cancelled.
        """
        kind = self._process(process)
        return instance_history(kind, self._world.registry, self._reader, key, began, walk)

    def ended(self, process: str) -> EndedInstances:
        """Returns what finds the instances of a process that ended.

        Raises:
            NotFound: The model has no such process.
        """
        return EndedInstances(self._process(process), self._world.registry, lambda: self._reader)

    def _process(self, name: str) -> ReactorType:
        kind = self._world.registry.reactors.get(name)
        if kind is None or not kind.stateful:
            raise NotFound(f"the model has no process {name}")
        return kind

    def causes(self, ids: Iterable[UUID | None]) -> dict[UUID | None, Cause]:
        """Returns what caused something, by the causation ids of events and messages."""
        return causes_of(self._reader, ids)

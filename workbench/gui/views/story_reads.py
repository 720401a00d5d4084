"""What the story view reads: which story is meant, how far it is, and how its parts are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.errors import WorkbenchError
from workbench.gui.desk import Selection
from workbench.gui.reads import takes_time
from workbench.gui.views.story_list import rows_of
from workbench.services.story.exchange import Exchange, sequence_of

if TYPE_CHECKING:
    from workbench.gui.paged_model import Row
    from workbench.services.story.stories import Stories, StoryRead
    from workbench.services.story.story import CommandStory, StoryLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStory:
    """A story as it is shown; made beside the loop."""

    correlation: UUID
    read: StoryRead
    rows: Sequence[Row]
    told: Exchange


def place_of(line: StoryLine) -> Selection:
    """Returns what a line is about, for all views: its event, its message, or what it follows from."""
    if line.told:
        last = line.told[-1]
        if last.kind == "event":
            return Selection(stream=last.place, version=last.version, position=last.position)
        return Selection(position=last.position)
    return Selection(position=line.issued or line.cause)


def found_story(stories: Stories, selection: Selection) -> tuple[UUID, int] | None:
    """Returns the story of what is chosen, and where that stands in the log; None for none."""
    try:
        if selection.command:
            return stories.correlation_named(UUID(selection.command)), 0
        if selection.letter:
            return stories.correlation_of_letter(selection.letter)
        position = selection.position or stories.position_of(selection.stream, selection.version)
        return stories.correlation_at(position), position
    except WorkbenchError:
        return None  # it is gone: what is told stays


def read_story(
    stories: Stories, correlation: UUID, before: ShownStory | None, options: tuple[bool, bool]
) -> ShownStory:
    """Reads a story, or on from what is shown; an answer that tells the same has the same rows.

    Args:
        options: Whether read models take part in the sequence, and whether gaps are folded.
    """
    takes_time()
    read = stories.read(correlation, before.read if before is not None else None)
    if before is not None and read.story is before.read.story:
        return ShownStory(correlation=correlation, read=read, rows=before.rows, told=before.told)
    return ShownStory(
        correlation=correlation, read=read, rows=rows_of(read.story), told=told_as(read.story, options)
    )


def told_as(story: CommandStory, options: tuple[bool, bool]) -> Exchange:
    """Returns a story as a sequence; options are those of `read_story`."""
    rows, fold = options
    return sequence_of(story, rows=rows, fold=fold)

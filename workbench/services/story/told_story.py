"""Returns a story as a whole: its lines, what it was about, and what is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.services.story.story import CommandStory, LineState, StoryLine
from workbench.services.story.story_words import fields_told

if TYPE_CHECKING:
    from workbench.services.story.story_lines import StoryLines


def told_story(lines: StoryLines) -> CommandStory:
    """Returns the whole story."""
    facts, found = lines.facts, lines.lines()
    first = found[0] if found else None
    commands = sum(bool(line.command) for line in found)
    return CommandStory(
        title=(first.command or (first.told[0].name if first.told else "")) if first else "",
        who=first.actor if first else "",
        about=_about(first) if first else "",
        lines=found,
        start=first.begun if first else 0,
        events=facts.total,
        commands=commands,
        hidden=facts.more,
        waiting=tuple(_waits(line) for line in found if line.state is LineState.WAITS),
        dead=sum(line.state is LineState.DEAD for line in found),
        put_away=lines.put_away(),
        complete=facts.complete,
    )


def _waits(line: StoryLine) -> str:
    return f"waits for {line.actor}" + (f" to {line.command}" if line.command else "")


def _about(first: StoryLine) -> str:
    told = first.told[0] if first.told else None
    place = first.stream or (told.place if told else "")
    fields = fields_told(first.data or (told.data if told else ""), place)
    return " · ".join(filter(None, (place, fields)))

"""Writes a story as a Mermaid sequence diagram."""

from __future__ import annotations

from workbench.model.json_values import visible
from workbench.services.story.exchange import Arrow, sequence_of
from workbench.services.story.story import CommandStory, LineState
from workbench.services.story.time_axis import length_words

_ESCAPES = str.maketrans({char: f"#{ord(char)};" for char in '"#<>&`\\;'})


def story_mermaid(story: CommandStory, *, rows: bool = False) -> str:
    """Returns a story as a sequence diagram; its times are since it began.

    Args:
        rows: Whether read models take part.
    """
    told = sequence_of(story, rows=rows)
    names = {party: f"p{number}" for number, party in enumerate(told.parties)}
    lines = ["sequenceDiagram"]
    for (kind, name), short in names.items():
        word = "actor" if kind == "person" else "participant"
        lines.append(f"    {word} {short} as {_said(name)}")
    over = f"{names[told.parties[0]]},{names[told.parties[-1]]}" if len(names) > 1 else "p0"
    for step in told.steps:
        if not isinstance(step, Arrow):
            lines.append(f"    Note over {over}: waits {length_words(step.length)}")
            continue
        source, target = names[step.source], names[step.target]
        time = step.since(story.start)
        lines.append(
            f"    {source}{'-->>' if step.kind == 'row' else '->>'}{target}: {_said(step.name)} ({time})"
        )
        if step.state is LineState.REFUSED:
            lines.append(f"    {target}--x{source}: {_said(step.said)}")
        elif step.said and (
            step.kind != "command"
            or step.state in {LineState.DEAD, LineState.DIED, LineState.FAILED, LineState.WAITS}
        ):
            lines.append(f"    Note over {target}: {_said(step.said)}")
    if told.hidden or story.hidden:
        lines.append(f"    Note over {over}: {told.hidden + story.hidden:,} more are not drawn")
    return "\n".join(lines) + "\n"


def _said(text: str) -> str:
    return visible(" ".join(text.split())).translate(_ESCAPES)

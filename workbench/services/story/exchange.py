"""A story as a sequence: who takes part, and what goes from one to another, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workbench.services.story.story import CommandStory, LineState, StoryLine, Told
from workbench.services.story.time_axis import Gap, axis_of, length_words

MOST = 400
"""Arrows that are drawn; how many more there are is said."""
Party = tuple[str, str]
"""Kind and name of what takes part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """What goes from one to another; both may be the same.

    Attributes:
        kind: ``command``, ``event``, ``message``, ``row``; ``act`` of an operator.
        at: When it went, microseconds since 1970; of a delivery whose time is not kept when what it carries
            was there.
        untimed: What stands for its time where that is not kept; else empty.
        state: Of what it is: a refused command comes back as such.
        line: Key of the line of the story that it belongs to.
        position: In the log; 0 for a command that no part of the model issued.
    """

    kind: str
    name: str
    source: Party
    target: Party
    at: int
    line: str
    position: int = 0
    untimed: str = ""
    state: LineState = LineState.ENDED
    said: str = ""

    def since(self, start: int) -> str:
        """Returns how long after the beginning of the story it went, in words."""
        return self.untimed or length_words(self.at - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """All of it.

    Attributes:
        steps: Arrows, and folded gaps between them.
        hidden: Arrows that are left out.
    """

    parties: Sequence[Party]
    steps: Sequence[Arrow | Gap]
    start: int
    hidden: int = 0


def sequence_of(story: CommandStory, *, rows: bool = False, fold: bool = True) -> Exchange:
    """Returns a story as a sequence.

    Args:
        rows: Whether read models take part.
        fold: Whether gaps are told as such.
    """
    order = {line.key: number for number, line in enumerate(story.lines)}
    found = sorted(
        [*_arrows(story, rows=rows), *_repairs(story)],
        key=lambda one: (one.at, order[one.line], one.kind != "command"),
    )
    shown = found[:MOST]
    parties: dict[Party, None] = {}
    for arrow in shown:
        parties |= {arrow.source: None, arrow.target: None}
    gaps = axis_of(story).gaps if fold else ()
    return Exchange(
        parties=list(parties),
        steps=list(_with_gaps(shown, gaps)),
        start=story.start,
        hidden=len(found) - len(shown),
    )


def _with_gaps(arrows: Sequence[Arrow], gaps: Sequence[Gap]) -> Iterator[Arrow | Gap]:
    waiting = list(gaps)
    for number, arrow in enumerate(arrows):
        while waiting and number and waiting[0].until <= arrow.at:
            yield waiting.pop(0)
        yield arrow


def _arrows(story: CommandStory, *, rows: bool) -> Iterator[Arrow]:
    made: dict[int, Party] = {}
    kinds: dict[int, Told] = {}
    goes: dict[int, dict[Party, list[StoryLine]]] = {}
    for line in (one for one in story.lines if not _apart(one)):
        actor, owner = (line.actor_kind, line.actor), _owner(line)
        if line.command:
            yield _issued(line, actor, owner)
        for told in line.told:
            aggregate = (
                ("aggregate", told.place.partition("-")[0]) if told.kind == "event" else ("topic", told.place)
            )
            made[told.position], kinds[told.position] = aggregate, told
            goes.setdefault(told.position, {})
            if not line.command:
                yield _plain(told, actor, aggregate, line.key)
        if line.cause and (line.actor_kind != "projection" or rows):
            takers = goes.setdefault(line.cause, {})
            if line.letter:
                takers[actor] = [*(one for one in takers.get(actor, ()) if one.letter), line]
            elif line.said != "nothing followed":
                takers.setdefault(actor, [line])
    owners = {position: line for line in story.lines for position in line.positions}
    for position, told in kinds.items():
        line = owners[position]
        for target, lines in goes[position].items():
            plain = _plain(told, made[position], target, line.key)
            yield from (_taken(plain, taker) for taker in lines)
        if line.command and not goes[position]:
            yield _plain(told, made[position], made[position], line.key)


def _apart(line: StoryLine) -> bool:
    """Whether an event or message does not go there: what an operator did, what befell a command."""
    befell = line.state in {LineState.DIED, LineState.FAILED} and line.actor_kind == "command"
    return bool(line.operation) or befell


def _repairs(story: CommandStory) -> Iterator[Arrow]:
    died: dict[int, Party] = {}
    for at, line in enumerate(story.lines):
        if line.operation:
            behind = (
                one for one in story.lines[at:] if not one.operation
            )  # a reset: what it delivered again
            on = died[line.letter] if line.letter else _owner(next(behind, line))
            yield _acted(line, (line.actor_kind, line.actor), on)
        elif line.letter:
            died[line.letter] = _owner(line)
            if _apart(line):
                yield _fell(line, died[line.letter])


def _owner(line: StoryLine) -> Party:
    """Returns who is at it: of a command, and of a death of one, its aggregate."""
    commands = line.command or line.actor_kind == "command"
    return ("aggregate", line.stream.partition("-")[0]) if commands else (line.actor_kind, line.actor)


def _acted(line: StoryLine, who: Party, on: Party) -> Arrow:
    return Arrow(
        kind="act", name=line.said, source=who, target=on, at=line.ended or line.begun, line=line.key
    )


def _fell(line: StoryLine, owner: Party) -> Arrow:
    return Arrow(
        kind="command",
        name=line.actor,
        source=owner,
        target=owner,
        at=line.ended or line.begun,
        line=line.key,
        state=line.state,
        said=line.said,
    )


def _taken(arrow: Arrow, taker: StoryLine) -> Arrow:
    """Returns an arrow with the time of its delivery, and as that stands, where that is told of."""
    at = taker.delivered_at
    arrow = replace(arrow, at=max(at, arrow.at)) if at else replace(arrow, untimed=taker.unkept)
    if taker.command or (taker.state is LineState.ENDED and not taker.letter):
        return arrow
    return replace(arrow, line=taker.key, state=taker.state, said=taker.said)


def _issued(line: StoryLine, actor: Party, owner: Party) -> Arrow:
    at = line.waits[1] if line.waits is not None else line.issued_at
    return Arrow(
        kind="command",
        name=line.command,
        source=actor,
        target=owner,
        at=at,
        line=line.key,
        position=line.issued,
        state=line.state,
        said=line.said,
    )


def _plain(told: Told, source: Party, target: Party, line: str) -> Arrow:
    return Arrow(
        kind=told.kind,
        name=told.name,
        source=source,
        target=target,
        at=told.at,
        line=line,
        position=told.position,
    )

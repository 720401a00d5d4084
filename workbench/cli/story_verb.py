"""The verb that tells what one command caused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.cli.answers import answer, columns, json_masked, note, one_line, opened, when
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec, words

if TYPE_CHECKING:
    from workbench.services.story.stories import Stories
    from workbench.services.story.story import CommandStory, StoryLine

DEEPEST = 12
"""Steps to the right that a line is moved at most."""


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "what",
        metavar="EVENT|COMMAND",
        type=words,
        help="position of an event or message, or the id of a command, an event or a message",
    )
    parser.add_argument("--rows", action="store_true", help="draw read models in the sequence as well")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument(
        "--mermaid", action="store_true", help="as a sequence diagram in Mermaid, which many programs draw"
    )
    shown.add_argument(
        "--json",
        action="store_true",
        help="answer as JSON: title, who, about, events, commands, hidden, waiting, start, took_us, lines ["
        "{key, depth, actor, actor_kind, command, data, stream, told [{kind, name, place, position, version,"
        " at, data}], said, state, begun, ended, waits, tries [{at, payload}], letter, operation, row,"
        " cause}]",
    )
    parser.trust()


async def _story(options: Options, environ: Environ) -> int:
    async with opened(options, environ) as workspace:
        stories = workspace.stories
        story = stories.whole(_correlation(stories, options.what))
        restricted = workspace.project.restricted
    if options.mermaid:
        from workbench.services.story.story_mermaid import story_mermaid

        print(story_mermaid(story, rows=options.rows), end="")
        return DONE
    answer(options, _values(story), _text(story))
    if restricted and not options.json:
        note("workbench: without trust in the project its policies, processes and read models are not told")
    return DONE


def _correlation(stories: Stories, what: str) -> UUID:
    """Returns the story that is meant.

    Raises:
        NotFound: There is no such thing.
        InvalidValue: It is neither a position nor an id.
    """
    from workbench.errors import InvalidValue

    if what.isascii() and what.isdigit() and len(what) < 20:
        return stories.correlation_at(int(what))
    try:
        return stories.correlation_named(UUID(what))
    except ValueError:
        raise InvalidValue(
            f"{what!r} is neither a position nor an id",
            path="",
            hint="positions and ids are listed by: workbench events",
        ) from None


def _values(story: CommandStory) -> dict[str, Any]:
    return {
        "title": story.title,
        "who": story.who,
        "about": story.about,
        "events": story.events,
        "commands": story.commands,
        "hidden": story.hidden,
        "waiting": list(story.waiting),
        "start": when(story.start) if story.lines else None,
        "took_us": story.end - story.start,
        "lines": [_line_values(line) for line in story.lines],
    }


def _line_values(line: StoryLine) -> dict[str, Any]:
    return {
        "key": line.key,
        "depth": line.depth,
        "actor": line.actor,
        "actor_kind": line.actor_kind,
        "command": line.command,
        "data": json_masked(line.data) if line.data else None,
        "stream": line.stream,
        "told": [
            {
                "kind": one.kind,
                "name": one.name,
                "place": one.place,
                "position": one.position,
                "version": one.version,
                "at": when(one.at),
                "data": json_masked(one.data),
            }
            for one in line.told
        ],
        "said": line.said,
        "state": line.state.value,
        "begun": when(line.begun),
        "ended": when(line.ended) if line.ended is not None else None,
        "waits": [when(at) for at in line.waits] if line.waits is not None else None,
        "tries": [
            {"at": when(at), "payload": payload or None}
            for at, payload in zip(line.tries, line.payloads, strict=True)
        ],
        "letter": line.letter or None,
        "operation": line.operation or None,
        "row": line.row if line.row is None or isinstance(line.row, int) else str(line.row),
        "cause": line.cause or None,
    }


def _text(story: CommandStory) -> str:
    from workbench.model.counts import counted
    from workbench.services.story.time_axis import since_words

    head = one_line(f"{story.title}, by {story.who}: {story.standing[1]}")
    told = f"{counted(story.events, 'event')}, {counted(story.commands, 'command')}"
    lines = [head, one_line(f"  {story.about}"), f"  {told}, from {when(story.start)}", ""]
    rows = [(since_words(line, story), _told(line)) for line in story.lines]
    lines.append(columns(("SINCE", "WHO DID WHAT"), rows, right=(0,)))
    if story.hidden:
        lines.append(f"… {story.hidden:,} more events are not told")
    return "\n".join(lines)


def _told(line: StoryLine) -> str:
    parts = [line.command, *(one.name for one in line.told)]
    did = " → ".join(part for part in parts if part)
    indent = "  " * min(line.depth, DEEPEST)
    return indent + line.actor + ": " + ", ".join(part for part in (did, line.said) if part)


STORY = VerbSpec(
    about="""
        Tells what one command caused: the events, what policies, processes and subscriptions made of them,
        which rows changed, how long each waited, and what is still to come. Any event, message or command of
        it will do. What looks like a secret is masked.
    """,
    examples="""
        workbench story my-project 1237
        workbench story my-project 0190f3a2-7c1e-7d3a-9c55-0e1f2a3b4c5d --json
        workbench story my-project 1237 --mermaid
    """,
    arguments=_takes,
    work=_story,
)

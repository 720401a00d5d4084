"""The verb that says since when an invariant does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, meter, one_line, opened, when, zone_of
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, words
from workbench.model.json_values import write_json

if TYPE_CHECKING:
    from workbench.model.invariant import Invariant
    from workbench.services.workspace import Workspace
    from workbench.services.worlds.since_when import FirstBreak, SinceWhen


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "name", metavar="NAME", nargs="?", type=words, help="an invariant of the project (default: each)"
    )
    parser.add_argument("--cel", metavar="CEL", type=words, help="this condition, in place of an invariant")
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--of", metavar="AGGREGATE", type=words, help="ask --cel of each of its streams: state, id, version"
    )
    group.add_argument(
        "--rows", metavar="PROJECTION", type=words, help="ask --cel of each row of a read model: row"
    )
    parser.trust()
    parser.zone()
    parser.json(
        "[{invariant, holds, outcome (held, broke or never_held), upto, first {words, position,"
        " recorded_at, event, stream, version, key, command {id, type, stream, origin}, before, after,"
        " differences [{kind, path, before, after}], others}}]"
    )


async def _since(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model

    zone, show = zone_of(options, environ), meter(options)
    found: list[tuple[str, SinceWhen]] = []
    async with opened(options, environ) as workspace:
        need_model(workspace, "asking invariants")
        for one in _asked(options, workspace):
            said = f"{one.name}: " if one.name else ""

            def step(done: int, of: int, said: str = said) -> bool:
                if show is not None:
                    show(f"{said}{done:,} of {of:,} positions")
                return True

            found.append((one.name, workspace.since.when(one, step)))
    if show is not None:
        show("")
    lines = [line for name, one in found for line in _told(name, one, zone)]
    answer(options, [_value(name, one) for name, one in found], "\n".join(lines) or _NONE)
    return PROBLEMS if any(one.first is not None for _, one in found) else DONE


_EMPTY = "nothing is stored that could have broken it"
_NONE = "the project has no invariant that says always"


def _asked(options: Options, workspace: Workspace) -> list[Invariant]:
    """Returns what is asked for.

    Raises:
        InvalidValue: Two things are asked for, or a condition is wrong.
    """
    from workbench.errors import InvalidValue

    if options.cel is not None:
        if options.name is not None:
            raise InvalidValue("name an invariant or give --cel, not both", path="--cel")
        return [workspace.since.typed(options.cel, of=options.of or "", rows=options.rows or "")]
    if options.of or options.rows:
        raise InvalidValue("--of and --rows belong to --cel", path="--cel")
    if options.name is not None:
        return [workspace.since.named(options.name)]
    return [one for one in workspace.registry.invariants.values() if one.always is not None]


def _told(name: str, found: SinceWhen, zone: Any) -> Iterator[str]:
    first = found.first
    if first is None:
        yield one_line(f"{name} held at every position, up to {found.upto:,}" if found.upto else _EMPTY)
        return
    event = first.event
    more = f", as it does for {first.others:,} more" if first.others else ""
    yield one_line(f"{first.broken.words}{more}")
    yield one_line(f"  since     {first.since}, {when(event.recorded_at, zone)}")
    yield one_line(f"  event     {event.type} in {event.stream}, version {event.version:,}")
    if first.command is not None:
        by = f", issued by {first.command.origin}" if first.command.origin else ""
        yield one_line(f"  command   {first.command.type} {first.command.command_id}{by}")
    for part, value in first.broken.values.items():
        if not part.startswith(("state.", "row.")) and (before := first.before.get(part)) != value:
            yield one_line(f"  {part}: {before or 'nothing'} → {value}")
    for one in first.differences:
        yield one_line(f"  {one.path}: {write_json(one.before)} → {write_json(one.after)}")


def _value(name: str, found: SinceWhen) -> dict[str, Any]:
    first = found.first
    value = {"invariant": name, "holds": first is None, "outcome": found.outcome.value}
    return value | {"upto": found.upto, "first": _first(first) if first is not None else None}


def _first(first: FirstBreak) -> dict[str, Any]:
    event, command = first.event, first.command
    return {
        "words": first.broken.words,
        "position": event.position,
        "recorded_at": when(event.recorded_at),
        "event": event.type,
        "stream": event.stream,
        "version": event.version,
        "key": first.broken.key,
        "command": command
        and {
            "id": str(command.command_id),
            "type": command.type,
            "stream": command.stream,
            "origin": command.origin,
        },
        "before": dict(first.before),
        "after": dict(first.broken.values),
        "differences": [
            {"kind": one.kind, "path": one.path, "before": one.before, "after": one.after}
            for one in first.differences
        ],
        "others": first.others,
    }


SINCE = VerbSpec(
    about="""
        Says since when an invariant does not hold: the first commit of the log that broke it, with its event,
        its command and what it changed; or that it held at no position, from the first event on; or that it
        held at every one.

        It goes through the whole log in short reads; a window may have the project open. Ends with 3 if
        something does not hold.
    """,
    examples="""
        workbench since my-project
        workbench since my-project no_charge_after_cancel --json
        workbench since my-project --cel "count('payment.confirmed', id) <= 1" --of order
        workbench since my-project --cel "row.balance >= 0.0" --rows accounts
    """,
    arguments=_takes,
    work=_since,
)

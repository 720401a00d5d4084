"""Verbs that look at the log: streams, one stream's history, events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.cli.answers import (
    answer,
    columns,
    compact,
    indented,
    json_masked,
    note,
    one_line,
    opened,
    when,
    zone_of,
)
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec, count, position, words

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.json_differences import Difference
    from workbench.model.zones import Zone
    from workbench.services.streams.stream_history import History, HistoryStep

LONGEST = 160
"""Characters of a payload or a value on one line."""
SIGNS = {"added": "+", "removed": "-", "changed": "~"}


# -- streams --------------------------------------------------------------------------------------------


def _streams_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--find", metavar="TEXT", type=words, default="", help="only streams with this in their names"
    )
    parser.add_argument("--limit", metavar="N", type=count, default=50, help="at most N streams (default 50)")
    parser.zone()
    parser.json("[{name, version, position, closed, updated_at}]")


async def _streams(options: Options, environ: Environ) -> int:
    zone = zone_of(options, environ)
    async with opened(options, environ) as workspace:
        numbers = list(workspace.streams.find(text=options.find, limit=options.limit))
        found = workspace.streams.numbered(numbers) if numbers else []
        total = workspace.streams.count()
    value = [
        {
            "name": stream.name,
            "version": stream.version,
            "position": stream.last_position,
            "closed": stream.closed,
            "updated_at": when(stream.updated_at),
        }
        for stream in found
    ]
    rows = [
        (one.version, when(one.updated_at, zone), f"{one.name}{'  (closed)' if one.closed else ''}")
        for one in found
    ]
    text = columns(("VERSION", "LAST CHANGED", "STREAM"), rows) if rows else "no streams"
    if not options.find and total > len(rows):
        text += f"\n… {total - len(rows):,} more; --limit and --find choose others"
    answer(options, value, text)
    return DONE


# -- events ---------------------------------------------------------------------------------------------


def _events_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--stream", metavar="NAME", type=words, default="", help="only this stream; * matches anything"
    )
    parser.add_argument(
        "--type", metavar="NAME", type=words, default="", help="only this event type; * matches anything"
    )
    parser.add_argument(
        "--after", metavar="POSITION", type=position, default=0, help="only events after this position"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--limit", metavar="N", type=count, default=50, help="at most N events (default 50)")
    which.add_argument("--last", metavar="N", type=count, help="the last N events instead")
    parser.add_argument("--data", action="store_true", help="show what each event says, on a line of its own")
    _reveal(parser)
    parser.zone()
    parser.json(
        "[{stream, version, position, id, type, schema_version, occurred_at, recorded_at, correlation_id,"
        " causation_id, metadata, data}]"
    )


def _reveal(parser: Parser) -> None:
    parser.add_argument(
        "--reveal",
        metavar="KEY",
        type=words,
        action="append",
        default=[],
        help="show the value of this key, though it looks like a secret",
    )


async def _events(options: Options, environ: Environ) -> int:
    from workbench.services.search.event_search import EventQuery, EventSearch

    zone = zone_of(options, environ)
    async with opened(options, environ) as workspace:
        wanted = EventQuery(stream=options.stream, type=options.type, after=options.after)
        search = EventSearch(workspace.reader)
        found = search.last(wanted, options.last) if options.last else search.first(wanted, options.limit + 1)
        names = [[one] if one and not found else [] for one in (options.type, options.stream)]
        unknown = workspace.search.unknown(*names)
    for said in unknown:
        note(one_line(said))
    more = not options.last and len(found) > options.limit
    shown = found[: options.limit] if more else found
    answer(options, [_values(event, options.reveal) for event in shown], _listed(options, shown, zone))
    if more and not options.json:
        note(f"… more follow: --after {shown[-1].position}")
    return DONE


def _listed(options: Options, events: list[RecordedEvent], zone: Zone) -> str:
    rows = [(one.position, when(one.occurred_at, zone), one.stream, one.version, one.type) for one in events]
    if not rows:
        return "no events"
    lines = columns(("POSITION", "HAPPENED", "STREAM", "VERSION", "TYPE"), rows).splitlines()
    if not options.data:
        return "\n".join(lines)
    told = lines[:1]
    for line, event in zip(lines[1:], events, strict=True):
        told += [line, f"    {compact(_values(event, options.reveal)['data'], LONGEST)}"]
    return "\n".join(told)


def _values(event: RecordedEvent, reveal: list[str]) -> dict[str, Any]:
    """Returns an event as plain values, secrets masked."""
    from workbench.interop.workbench_lines import head_values

    return head_values(event) | {
        "metadata": json_masked(event.metadata, reveal) if event.metadata is not None else None,
        "data": json_masked(event.data, reveal),
    }


# -- one stream -----------------------------------------------------------------------------------------


def _show_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("stream", metavar="STREAM", type=words, help="the stream's whole name")
    parser.add_argument("--at", metavar="VERSION", type=count, help="as it was then; by default as it is")
    parser.add_argument(
        "--last", metavar="N", type=count, default=20, help="at most the last N events (default 20)"
    )
    _reveal(parser)
    parser.trust()
    parser.zone()
    parser.json(
        "stream, aggregate, version, of, closed, state, trouble, earlier, events [{version, position, type,"
        " occurred_at, id, data, changes [{kind, path, before, after}], trouble}]"
    )


async def _show(options: Options, environ: Environ) -> int:
    from workbench.services.project.project_trust import not_trusted

    zone = zone_of(options, environ)
    async with opened(options, environ) as workspace:
        told = workspace.streams.history(options.stream, options.at, last=options.last, reveal=options.reveal)
        restricted = workspace.project.restricted
        refused = not_trusted(workspace.project, "telling states") if restricted else None
    answer(options, _history_values(told), _history_text(told, zone))
    if refused is not None:
        note(f"workbench: {refused.message}\n  {refused.hint}")
    return DONE


def _history_values(told: History) -> dict[str, Any]:
    return {
        "stream": told.stream.name,
        "aggregate": told.aggregate,
        "version": told.version,
        "of": told.stream.version,
        "closed": told.stream.closed,
        "state": told.state,
        "trouble": told.trouble,
        "earlier": told.earlier,
        "events": [_step_values(step) for step in told.steps],
    }


def _step_values(step: HistoryStep) -> dict[str, Any]:
    return {
        "version": step.event.version,
        "position": step.event.position,
        "type": step.event.type,
        "occurred_at": when(step.event.occurred_at),
        "id": str(step.event.id),
        "data": step.data,
        "changes": [
            {"kind": one.kind, "path": one.path, "before": one.before, "after": one.after}
            for one in step.changes
        ],
        "trouble": step.trouble,
    }


def _history_text(told: History, zone: Zone) -> str:
    of = f" of {told.stream.version:,}" if told.version != told.stream.version else ""
    closed = ", closed" if told.stream.closed else ""
    kind = f", {told.aggregate}" if told.aggregate else ""
    lines = [one_line(f"{told.stream.name}{kind}, version {told.version:,}{of}{closed}"), ""]
    if told.earlier:
        lines.append(f"… {told.earlier:,} earlier events; --last {told.version} tells them")
    for step in told.steps:
        event = step.event
        lines.append(one_line(f"{event.version:>4}  {when(event.occurred_at, zone)}  {event.type}"))
        lines += [f"        {_change(change)}" for change in step.changes]
        if step.trouble:
            lines.append(one_line(f"        cannot be folded: {step.trouble}"))
        elif not step.changes:
            lines.append(f"        {compact(step.data, LONGEST)}")
    lines += ["", f"state at version {told.version:,}:"]
    lines.append(one_line(f"  none: {told.trouble}") if told.trouble else indented(told.state, "  "))
    return "\n".join(lines)


def _change(change: Difference) -> str:
    path = one_line(change.path or "value")
    before, after = compact(change.before, LONGEST), compact(change.after, LONGEST)
    said = (
        f"{before} → {after}" if change.kind == "changed" else before if change.kind == "removed" else after
    )
    return f"{SIGNS[change.kind]} {path}: {said}"


STREAMS = VerbSpec(
    about="Lists streams, the last changed first.",
    examples="""
        workbench streams my-project
        workbench streams my-project --find ada --json
    """,
    arguments=_streams_takes,
    work=_streams,
)
EVENTS = VerbSpec(
    about="""
        Lists events of the log in the order of their positions. What looks like a secret is masked.

        Times are those of when it happened, with their offset; --json says when it was recorded, too.
    """,
    examples="""
        workbench events my-project --last 10
        workbench events my-project --stream 'user-*' --type user.created --data
        workbench events my-project --after 1000 --limit 200 --json
    """,
    arguments=_events_takes,
    work=_events,
)
SHOW = VerbSpec(
    about="""
        Shows the history of a stream, what each event changed in the state (+ added, - removed, ~ changed),
        and the state at a version. What looks like a secret is masked.

        The state needs the model; without trust in the project only the events are shown.
    """,
    examples="""
        workbench show my-project user-ada
        workbench show my-project user-ada --at 2
        workbench show my-project user-ada --json
    """,
    arguments=_show_takes,
    work=_show,
)

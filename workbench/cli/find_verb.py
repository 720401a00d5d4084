"""The verb that finds whatever is stored: the same search as in the window."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, json_masked, meter, note, one_line, opened, when, zone_of
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec, count, none_of, words

if TYPE_CHECKING:
    from workbench.services.search.matches import Match
    from workbench.services.search.search_run import SearchState
    from workbench.store.search_port import FoundRecord

KINDS = ("event", "message", "letter", "command", "row")


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "words",
        metavar="WORDS",
        nargs="*",
        type=words,
        help="all must occur in a record, in any case; a phrase is one in quotes of its own: '\"no refund\"'",
    )
    parser.add_argument(
        "--where",
        metavar="CEL",
        type=words,
        default="",
        help="only records for which this is true; it knows data, meta, type, stream, topic, key, kind, time,"
        " version, position, error, status, subscription; of dead letters error_type, reason, place, owner,"
        " note, tries; data of a letter is the original, edited its edited copy",
    )
    parser.add_argument(
        "--kind", metavar="KINDS", type=_kinds, default=(), help=f"only these kinds: {','.join(KINDS)}"
    )
    for name, what in (("type", "types"), ("stream", "streams, topics, subscriptions or read models")):
        parser.add_argument(
            f"--{name}",
            metavar="NAME",
            type=words,
            action="append",
            default=[],
            help=f"only these {what}; * matches anything; may be given again",
        )
    parser.add_argument(
        "--since",
        metavar="TIME",
        type=words,
        default="",
        help="from then on: -2h, yesterday, 2026-11-26 08:00",
    )
    parser.add_argument(
        "--until", metavar="TIME", type=words, default="", help="before then; a day is meant to its end"
    )
    parser.add_argument("--limit", metavar="N", type=count, default=50, help="show N records (default 50)")
    parser.add_argument("--count", action="store_true", help="count only, by kind, type and stream")
    parser.zone()
    parser.json(
        "found, searched, seconds, failures, counts {kind, type, stream}, records [{kind, number, time, type,"
        " stream, position, version, key, status, error, data, metadata, matched}]"
    )


def _kinds(text: str) -> tuple[str, ...]:
    found = tuple(part.strip().removesuffix("s") for part in text.split(",") if part.strip())
    if unknown := [one for one in found if one not in KINDS]:
        raise argparse.ArgumentTypeError(none_of(unknown[0], KINDS))
    return found


async def _find(options: Options, environ: Environ) -> int:
    from workbench.errors import InvalidValue
    from workbench.services.search.matches import matches
    from workbench.services.search.search_query import SearchQuery
    from workbench.store.search_port import RecordKind

    zone, show = zone_of(options, environ), meter(options)
    query = SearchQuery(
        words=" ".join(options.words),
        where=options.where,
        kinds=tuple(map(RecordKind, options.kind)),
        types=tuple(options.type),
        places=tuple(options.stream),
        since=options.since,
        until=options.until,
    )

    def step(state: SearchState) -> bool:
        if show is not None:
            show(f"{state.looked:,} of {state.total:,} records looked at, {state.count:,} found")
        return True

    async with opened(options, environ) as workspace:
        state = workspace.search.run(workspace.search.read(query, zone), step)
        limit = 0 if options.count else options.limit
        found = [one for one in workspace.search.records(state.found, 0, limit) if one is not None]
        unknown = [] if state.count else workspace.search.unknown(options.type, options.stream)
        lacks = "" if state.count else workspace.search.missing_field(state)
    if show is not None:
        show("")
    if lacks:
        raise InvalidValue(one_line(lacks), path="")
    for said in unknown:
        note(one_line(said))
    listed = [(one, matches(one, state.wanted)) for one in found]
    told = _counted(state) if options.count else _listed(listed, zone)
    answer(options, _values(state, listed), "\n".join([*told, *([""] if told else []), _summary(state)]))
    if state.count > len(found) and not (options.json or options.count):
        note(f"… {state.count - len(found):,} more; --limit shows more, --count counts them")
    return DONE


def _listed(found: list[tuple[FoundRecord, list[Match]]], zone: Any) -> list[str]:
    if not found:
        return []
    rows = [
        (
            one.kind.value,
            one.position or one.number,
            when(one.time, zone) if one.kind != "row" else "",
            one.type,
            one.place,
            ", ".join(match.said() for match in matched),
        )
        for one, matched in found
    ]
    return columns(("KIND", "POSITION", "HAPPENED", "TYPE", "STREAM", "WHAT MATCHED"), rows).splitlines()


def _counted(state: SearchState) -> list[str]:
    rows = [
        (number, what, name)
        for what, counts in _counts(state).items()
        for name, number in counts.items()
        if number
    ]
    return columns(("FOUND", "BY", "NAME"), rows).splitlines() if rows else []


def _counts(state: SearchState) -> dict[str, dict[str, int]]:
    return {
        "kind": state.counted_by(lambda group: group.kind.value),
        "type": state.counted_by(lambda group: group.type),
        "stream": state.counted_by(lambda group: group.place),
    }


def _summary(state: SearchState) -> str:
    said = f"{state.count:,} found in {state.total:,} records, the whole store, in {state.seconds:.1f} s"
    failed = [f"\n{number:,} records where {why}" for why, number in state.failures.items()]
    return said + "".join(failed)


def _values(state: SearchState, found: list[tuple[FoundRecord, list[Match]]]) -> dict[str, Any]:
    return {
        "found": state.count,
        "searched": state.total,
        "seconds": round(state.seconds, 3),
        "failures": dict(state.failures),
        "counts": _counts(state),
        "records": [_record(one, matched) for one, matched in found],
    }


def _record(one: FoundRecord, matched: list[Match]) -> dict[str, Any]:
    from workbench.model.secrets import masked

    data = json_masked(one.data) if isinstance(one.data, str) else _plain(masked(one.data))
    return {
        "kind": one.kind.value,
        "number": one.number,
        "time": when(one.time) if one.kind != "row" else None,
        "type": one.type,
        "stream": one.place,
        "position": one.position,
        "version": one.version,
        "key": one.key,
        "status": one.status,
        "error": one.error,
        "data": data,
        "metadata": json_masked(one.metadata) if one.metadata is not None else None,
        "matched": {match.path: match.text for match in matched},
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Returns a row of a read model as JSON has it: decimals as texts."""
    known = (str, int, float, bool, type(None))
    return {name: value if isinstance(value, known) else str(value) for name, value in row.items()}


FIND = VerbSpec(
    about="""
        Finds whatever is stored: events, messages, dead letters, commands, rows of read models.

        It always looks at the whole store; the newest come first. What looks like a secret is masked.

        A record for which --where has no value, since a field is missing, is not found; such records are
        counted; a field that nothing stored and no type has is refused, with the nearest that there is. Rows
        of read models have no time, and are not found where a time is asked for.
    """,
    examples="""
        workbench find my-project declined --since yesterday
        workbench find my-project --where 'data.amount > 100 && meta.actor != "loadtest"' --json
        workbench find my-project '"card declined"' --kind event,letter --type 'payment.*' --count
    """,
    arguments=_takes,
    work=_find,
)

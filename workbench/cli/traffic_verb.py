"""The verb that has the traffic of a range happen again in a copy of the store, and tells of earlier runs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, meter, one_line, opened, when
from workbench.cli.arguments import (
    DONE,
    PROBLEMS,
    Environ,
    Options,
    Parser,
    VerbSpec,
    position,
    seconds,
    words,
)
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.services.worlds.traffic_run import TrafficRun

FAST = "max"
JSON = (
    "name, first, upto, pace, at, begin, seconds, arrivals, sent, refused, stopped, waiting, faults,"
    " types {name: [then, now]}, subscriptions [{name, delivered, retried, letters, letters_then, highest,"
    " highest_then, behind}], times, lags {name: [positions]}"
)


def _pace(text: str) -> float:
    try:
        return 0.0 if text == FAST else float(text.removesuffix("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} should be a number such as 10, or {FAST}") from None


def _run_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--from", dest="first", metavar="POSITION", type=position, help="where the range begins"
    )
    parser.add_argument("--to", metavar="POSITION", type=position, help="where it ends (default: the newest)")
    parser.add_argument("--since", metavar="TIME", type=seconds, help="it begins so long ago, such as 10m")
    parser.add_argument("--until", metavar="TIME", type=seconds, help="it ends so long ago")
    parser.add_argument(
        "--pace",
        metavar="N",
        type=_pace,
        default=1.0,
        help=f"N times as fast as then, or {FAST} for as fast as it can (default 1)",
    )
    parser.add_argument("--name", type=words, default="", help="what the run is called (default: a number)")
    parser.trust()
    parser.json(JSON)


async def _run(options: Options, environ: Environ) -> int:
    from workbench.model.clock import LATEST, MICROSECONDS
    from workbench.services.project.open_project import need_model

    show = meter(options) or (lambda _: None)
    async with opened(options, environ) as workspace:
        need_model(workspace, "running traffic")
        now = workspace.clock.now()
        since = 0 if options.since is None else now - round(options.since * MICROSECONDS)
        until = LATEST if options.until is None else now - round(options.until * MICROSECONDS)
        first, upto = workspace.traffic.between(since, until)
        try:
            traffic = workspace.traffic.look(options.first or first, options.to or upto)
            run = await workspace.traffic.run(
                traffic,
                lambda what, done, of: show(f"{what.lower()} {done:,} of {of:,}"),
                pace=options.pace,
                name=options.name,
            )
        finally:
            show("")
    answer(options, _value(run), "\n".join(_said(run)))
    worse = any(one.letters > one.letters_then for one in run.subscriptions)
    return PROBLEMS if worse or run.faults or run.refused else DONE


def _said(run: TrafficRun) -> list[str]:
    rows = [
        (
            one.name,
            one.delivered,
            one.retried,
            one.letters,
            one.letters_then,
            one.highest,
            "not watched" if one.highest_then is None else f"{one.highest_then:,}",
            "not done" if one.behind < 0 else f"{one.behind:.1f} s",
        )
        for one in run.subscriptions
    ]
    heads = ("SUBSCRIPTION", "DELIVERED", "RETRIED", "DEAD", "DEAD THEN", "HIGHEST LAG", "LAG THEN", "BEHIND")
    lines = [f"{run.name}: {run.summary()}"]
    lines += columns(heads, rows, right=(6, 7)).splitlines() if rows else []
    lines += [
        one_line(f"{name}: {then:,} then, {now:,} now")
        for name, (then, now) in run.types.items()
        if then != now
    ]
    lines += [one_line(f"{counted(count, 'arrival')} refused: {why}") for why, count in run.refused.items()]
    return [*lines, *(one_line(f"{name} stopped: {why}") for name, why in run.faults.items())]


def _value(run: TrafficRun) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(run)
    return found


def _list_takes(parser: Parser) -> None:
    parser.project()
    parser.trust()
    parser.json(f"[{{{JSON}}}]")


async def _list(options: Options, environ: Environ) -> int:
    async with opened(options, environ) as workspace:
        runs = workspace.traffic.kept()
    said = [
        f"{one.name}, {when(one.at)}, positions {one.first:,} to {one.upto:,}: {one.summary()}"
        for one in runs
    ]
    answer(options, [_value(one) for one in runs], "\n".join(map(one_line, said)) or "no run is kept")
    return DONE


TRAFFIC = VerbSpec(
    about="Has the traffic of a range of the log happen again in a copy of the store; tells of earlier runs.",
    examples="""
        workbench traffic run my-project --since 10m --pace 10 --name before
        workbench traffic list my-project --json
    """,
    actions={
        "list": VerbSpec(
            about="Tells what the last 20 runs came to, the newest first.",
            examples="workbench traffic list my-project",
            arguments=_list_takes,
            work=_list,
        ),
        "run": VerbSpec(
            about="""
                Has the traffic of a range of the log happen again in a copy of the store.

                The copy is as the store was before the range. What came from outside then is stored again,
                as far apart as then or faster; subscriptions, policies and processes make of it what follows.
                Handlers are told that it is a dry run. The project's own store is not touched; a window may
                have it open. Ends with 3 if more dies than then, or something stops.
            """,
            examples="""
                workbench traffic run my-project --from 1000 --to 2000
                workbench traffic run my-project --since 10m --pace max --json
            """,
            arguments=_run_takes,
            work=_run,
        ),
    },
)

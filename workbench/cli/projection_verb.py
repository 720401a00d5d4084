"""The verb about read models: how far they are; rebuilding, comparing and switching."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import (
    answer,
    columns,
    compact,
    meter,
    one_line,
    opened,
)
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, count, words
from workbench.model.counts import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.clock import Clock
    from workbench.services.monitor.monitor_values import ProjectionView
    from workbench.services.story.folded_rows import FoldedRow
    from workbench.services.story.rebuilt_rows import RebuiltRows
    from workbench.services.workspace import Workspace

BESIDE = {"held": "rebuilt beside", "outdated": "rebuilt beside by an earlier definition"}
LONGEST = 48
"""Characters of a value in a line."""
STANDS = "name, status, checkpoint, lag, rows, stale, fault, fault_position, passed, rebuilding, held"
COMPARED = (
    "name, level, rebuilt_to, live_to, counts {changed, added, gone, alike}, differing [{key, how, cells"
    " {column: [live, rebuilt]}}]"
)


def _list_takes(parser: Parser) -> None:
    parser.project()
    parser.trust()
    parser.json(f"[{{{STANDS}}}]")


async def _list(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model

    async with opened(options, environ) as workspace:
        need_model(workspace, "knowing the read models")
        found = workspace.monitor.projections()
    rows = [(one.name, _status(one), one.checkpoint, one.lag, one.rows, len(one.passed)) for one in found]
    heads = ("PROJECTION", "STATUS", "CHECKPOINT", "LAG", "ROWS", "EVENTS LEFT OUT")
    lines = [columns(heads, rows) if rows else "no projections", *map(_trouble, filter(_troubled, found))]
    answer(options, [_values(one) for one in found], "\n".join(lines))
    return DONE


def _status(view: ProjectionView) -> str:
    said = _word(view) + (", stale" if view.stale else "")
    if view.rebuild is None:
        return said
    if view.rebuild.condition in BESIDE:
        return f"{said}, {BESIDE[view.rebuild.condition]}"
    halted = "" if view.rebuild.condition == "rebuilding" else f" {view.rebuild.condition}"
    return f"{said}, rebuild{halted} at {view.rebuild.share:.0%}"


def _word(view: ProjectionView) -> str:
    """Returns how a read model stands while nothing runs, in the words of subscriptions."""
    followed = "behind" if view.lag else "caught up"
    return followed if view.status == "live" else view.status


def _troubled(view: ProjectionView) -> bool:
    return bool(view.fault or view.stale or (view.rebuild and view.rebuild.fault))


def _trouble(view: ProjectionView) -> str:
    rebuild = view.rebuild
    if rebuild and rebuild.fault:
        said = f"its rebuild stopped at position {rebuild.fault_position:,}: {rebuild.fault}"
    elif view.fault:
        said = f"it stopped at position {view.fault_position:,}: {view.fault}"
    else:
        said = "its definition changed since its rows were made; rebuild it"
    return one_line(f"{view.name}: {said}")


def _values(view: ProjectionView) -> dict[str, Any]:
    return {
        "name": view.name,
        "status": _word(view),
        "checkpoint": view.checkpoint,
        "lag": view.lag,
        "rows": view.rows,
        "stale": view.stale,
        "fault": view.fault,
        "fault_position": view.fault_position,
        "passed": len(view.passed),
        "rebuilding": view.rebuild is not None,
        "held": view.rebuild is not None and view.rebuild.held,
    }


# -- rebuilding, comparing, switching -------------------------------------------------------------------


def _rebuild_takes(parser: Parser) -> None:
    _named(parser)
    parser.add_argument(
        "--compare",
        action="store_true",
        help="keep the new rows beside the old ones, and tell how they differ; then: switch, or discard",
    )
    _limited(parser)
    parser.json(f"{STANDS}; with --compare also {COMPARED}")


def _named(parser: Parser) -> None:
    parser.project()
    parser.add_argument("name", metavar="NAME", type=words, help="the projection")
    parser.trust()


def _limited(parser: Parser) -> None:
    parser.add_argument("--limit", metavar="N", type=count, default=50, help="tell N rows (default 50)")


async def _rebuild(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model

    show, found = meter(options) or (lambda _: None), None
    async with opened(options, environ) as workspace:
        try:
            need_model(workspace, "rebuilding a read model")
            await workspace.projections.rebuild_alone(
                options.name, _progress(show, workspace.clock), held=options.compare
            )
            view = _view(workspace, options.name)
            if options.compare and view.rebuild is not None and not view.rebuild.fault:
                found = await _read_both(workspace, options.name, show)
        finally:
            show("")
    if view.rebuild is not None and view.rebuild.fault:
        text = f"{_trouble(view)}\n  the old rows stay until the rebuild is done or given up"
    elif found is not None:
        text = _told(found, options.limit)
    else:
        rows = counted(view.rows, "row")
        text = one_line(f"{view.name} was rebuilt: {rows}, up to position {view.checkpoint:,}")
    more = _compared(found, options.limit) if found is not None else {}
    answer(options, _values(view) | more, text)
    return PROBLEMS if view.rebuild is not None and view.rebuild.fault else DONE


def _view(workspace: Workspace, name: str) -> ProjectionView:
    return next(one for one in workspace.monitor.projections() if one.name == name)


def _progress(show: Callable[[str], None], clock: Clock) -> Callable[[int, int], None]:
    """Returns what tells up to which position it is, how fast, and what is left."""
    from workbench.model.counts import how_far

    began = clock.now()
    return lambda done, total: show(how_far(done, total, "positions", clock.now() - began))


async def _read_both(workspace: Workspace, name: str, show: Callable[[str], None]) -> RebuiltRows:
    from workbench.services.story.row_history import Walk

    show("comparing the rows")
    return await workspace.world.ask(partial(workspace.stories.rebuilt, name, Walk()))


def _compare_takes(parser: Parser) -> None:
    _named(parser)
    _limited(parser)
    parser.json(COMPARED)


async def _compare(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model

    show = meter(options) or (lambda _: None)
    async with opened(options, environ) as workspace:
        try:
            need_model(workspace, "comparing a read model")
            found = await _read_both(workspace, options.name, show)
        finally:
            show("")
    answer(options, _compared(found, options.limit), _told(found, options.limit))
    return DONE


def _differing(found: RebuiltRows, limit: int) -> list[FoldedRow]:
    return [one for one in found.rows if one.standing != "alike"][:limit]


def _compared(found: RebuiltRows, limit: int) -> dict[str, Any]:
    from workbench.model.secrets import masked

    return {
        "name": found.projection,
        "level": found.level,
        "rebuilt_to": found.rebuilt,
        "live_to": found.live,
        "counts": found.counts,
        "differing": [
            {
                "key": _plain(one.key),
                "how": one.standing,
                "cells": {
                    name: [
                        _plain(masked({name: row.get(name)})[name])
                        for row in (one.stored or {}, one.folded or {})
                    ]
                    for name, _ in found.columns
                    if one.differs(name)
                },
            }
            for one in _differing(found, limit)
        ],
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, type(None), list, dict)) else str(value)


def _told(found: RebuiltRows, limit: int) -> str:
    counts = found.counts
    said = ", ".join(f"{number:,} {one}" for one, number in counts.items())
    lines = [one_line(f"{found.projection}, rebuilt beside the live rows: {said}")]
    if not found.level:
        lines.append(
            f"  the rebuilt rows are at position {found.rebuilt:,}, the live ones at {found.live:,}:"
            " what differs can come from the events between"
        )
    rows = []
    for one in _compared(found, limit)["differing"]:
        cells = one["cells"].items() if one["how"] == "changed" else ()
        told = ", ".join(f"{name} {_short(was)} → {_short(now)}" for name, (was, now) in cells)
        rows.append((str(one["key"]), one["how"], told))
    if rows:
        lines += ["", columns(("ROW", "HOW", "LIVE → REBUILT"), rows)]
    if (more := sum(counts.values()) - counts["alike"] - len(rows)) > 0:
        lines.append(f"… and {more:,} more rows that differ")
    lines.append(f"  then: workbench projections switch, or discard, {found.projection}")
    return "\n".join(lines)


def _short(value: Any) -> str:
    return compact(value, LONGEST)


async def _end(options: Options, environ: Environ, way: str) -> int:
    """Has the rebuilt rows take the place of the live ones, or takes them away."""
    from workbench.errors import NotFound
    from workbench.services.project.open_project import need_model

    async with opened(options, environ) as workspace:
        need_model(workspace, f"a {way}")
        await workspace.world.start(paused=True)
        projections = workspace.projections
        if way == "switch":
            await projections.switch(options.name)
        elif not await projections.give_up_rebuild(options.name):
            raise NotFound(f"no rows of {options.name} are rebuilt beside the live ones")
        view = _view(workspace, options.name)
    said = "shows the rebuilt rows now" if way == "switch" else "stays as it was, the rebuilt rows are gone"
    text = f"{view.name} {said}: {counted(view.rows, 'row')}, up to position {view.checkpoint:,}"
    answer(options, _values(view), one_line(text))
    return DONE


def _end_takes(parser: Parser) -> None:
    _named(parser)
    parser.json(STANDS)


PROJECTIONS = VerbSpec(
    about="Shows how far read models have come; rebuilds one, beside its rows if that is wanted.",
    examples="""
        workbench projections my-project
        workbench projections rebuild my-project users
        workbench projections rebuild my-project users --compare
    """,
    actions={
        "list": VerbSpec(
            about="""
                Shows how far read models have come. Nothing runs meanwhile.

                States: new (no rows yet), behind, caught up, paused, faulted (it stopped at an event);
                stale: its definition changed since its rows were made; rebuilt beside: rows to compare.
            """,
            examples="workbench projections my-project --json",
            arguments=_list_takes,
            work=_list,
        ),
        "rebuild": VerbSpec(
            about="""
                Rebuilds a read model's rows from the whole log.

                The old rows stay until the new ones take their place at once; with --compare they stay
                until: workbench projections switch. No handler is called meanwhile.
                Ends with 3 if an event cannot be folded.
            """,
            examples="""
                workbench projections rebuild my-project users
                workbench projections rebuild my-project users --compare
            """,
            arguments=_rebuild_takes,
            work=_rebuild,
        ),
        "compare": VerbSpec(
            about="""
                Tells how rows that were rebuilt beside the live ones differ from these.

                Rows are changed, added, gone or alike; of those that changed the cells are told.
                What looks like a secret is masked. Nothing runs meanwhile.
            """,
            examples="workbench projections compare my-project users --json",
            arguments=_compare_takes,
            work=_compare,
        ),
        "switch": VerbSpec(
            about="""
                Has rows that were rebuilt beside the live ones take their place, at once.

                The earlier rows are gone then. It is refused while the rebuilt ones lack events.
            """,
            examples="workbench projections switch my-project users",
            arguments=_end_takes,
            work=partial(_end, way="switch"),
        ),
        "discard": VerbSpec(
            about="Takes rows away that were rebuilt beside the live ones; these stay as they are.",
            examples="workbench projections discard my-project users",
            arguments=_end_takes,
            work=partial(_end, way="discard"),
        ),
    },
)

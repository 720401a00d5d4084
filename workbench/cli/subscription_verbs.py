"""Verbs about what follows the log: subscriptions, and read models with their rebuilding."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, meter, note, one_line, opened
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, words
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.services.monitor.monitor_values import ProjectionView


def _subscriptions_takes(parser: Parser) -> None:
    parser.project()
    parser.trust()
    parser.json(
        "[{name, source, handler, state, cursor, lag, delivered, failed, filtered, waiting, retrying, dead}]"
    )


async def _subscriptions(options: Options, environ: Environ) -> int:
    from workbench.services.project.project_trust import not_trusted

    async with opened(options, environ) as workspace:
        found = workspace.subscriptions.standings()
        restricted = workspace.project.restricted
        refused = not_trusted(workspace.project, "knowing handlers and policies") if restricted else None
    rows = [
        (
            one.name, one.source, one.state, one.lag, one.waiting, one.delivered, one.failed, one.filtered,
            one.dead,
        )
        for one in found
    ]  # fmt: skip
    heads = (
        "SUBSCRIPTION",
        "READS",
        "STATE",
        "LAG",
        "WAITING",
        "DELIVERED",
        "FAILED TRIES",
        "FILTERED",
        "DEAD",
    )
    answer(options, [asdict(one) for one in found], columns(heads, rows) if rows else "no subscriptions")
    if refused is not None:
        note(f"workbench: {refused.message}\n  {refused.hint}")
    return DONE


# -- projections ----------------------------------------------------------------------------------------


def _list_takes(parser: Parser) -> None:
    parser.project()
    parser.trust()
    parser.json("[{name, status, checkpoint, lag, rows, stale, fault, fault_position, passed, rebuilding}]")


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
    }


def _rebuild_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("name", metavar="NAME", type=words, help="the projection")
    parser.trust()
    parser.json("name, status, checkpoint, lag, rows, stale, fault, fault_position, passed, rebuilding")


async def _rebuild(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model

    show = meter(options) or (lambda _: None)
    async with opened(options, environ) as workspace:
        try:
            need_model(workspace, "rebuilding a read model")
            progress = lambda share: show(f"{share:6.1%} of the log")  # noqa: E731
            await workspace.projections.rebuild_alone(options.name, progress)
            view = next(one for one in workspace.monitor.projections() if one.name == options.name)
        finally:
            show("")
    if view.rebuild is not None:
        text = f"{_trouble(view)}\n  the old rows stay until the rebuild is done or given up"
    else:
        rows = counted(view.rows, "row")
        text = one_line(f"{view.name} was rebuilt: {rows}, up to position {view.checkpoint:,}")
    answer(options, _values(view), text)
    return PROBLEMS if view.rebuild is not None else DONE


SUBSCRIPTIONS = VerbSpec(
    about="""
        Shows how far subscriptions, policies and processes have come. Nothing runs meanwhile.

        States: new (it never ran), behind, caught up, paused, detached (nothing handles it).
        Lag is how many positions lie from the first message that it wants and has not read to the end of
        the log; failed tries were repeated, or became dead letters.
    """,
    examples="""
        workbench subscriptions my-project
        workbench subscriptions my-project --json
    """,
    arguments=_subscriptions_takes,
    work=_subscriptions,
)
PROJECTIONS = VerbSpec(
    about="Shows how far read models have come, and rebuilds one.",
    examples="""
        workbench projections my-project
        workbench projections rebuild my-project users
    """,
    actions={
        "list": VerbSpec(
            about="""
                Shows how far read models have come. Nothing runs meanwhile.

                States: new (no rows yet), behind, caught up, paused, faulted (it stopped at an event);
                stale: its definition changed since its rows were made.
            """,
            examples="workbench projections my-project --json",
            arguments=_list_takes,
            work=_list,
        ),
        "rebuild": VerbSpec(
            about="""
                Rebuilds a read model's rows from the whole log.

                The old rows stay until the new ones take their place at once. No handler is called meanwhile.
                Ends with 3 if an event cannot be folded.
            """,
            examples="workbench projections rebuild my-project users",
            arguments=_rebuild_takes,
            work=_rebuild,
        ),
    },
)

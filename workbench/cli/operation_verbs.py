"""The verbs about the operations log: what operators did, and its undo (L9, L10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, one_line, opened, when, which, zone_of
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, count
from workbench.model.operator_acts import undo_said

if TYPE_CHECKING:
    from workbench.services.operations_log import LoggedAct

LOOKED_AT, OFFERED = 200, 5
"""Of the newest operations those are named that can be undone, where none was."""


def _operations_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--limit", metavar="N", type=count, default=50, help="the newest N at most (default 50)"
    )
    parser.zone()
    parser.json("[{number, at, who, what, on, count, detail, undone_by, can_be_undone, why_not}]")


async def _operations(options: Options, environ: Environ) -> int:
    zone = zone_of(options, environ)
    async with opened(options, environ) as workspace:
        found = workspace.operations.list(options.limit)
    rows = [
        (
            one.of.number,
            when(one.of.at, zone),
            one.of.who,
            one.of.action,
            one.of.subject,
            one.of.count or "",
            undo_said(one.why_not),
            one.of.detail,
        )
        for one in found
    ]
    heads = ("NUMBER", "WHEN", "WHO", "WHAT", "ON", "COUNT", "UNDO", "DETAIL")
    answer(options, [_value(one) for one in found], columns(heads, rows) if rows else "no operations")
    return DONE


def _value(one: LoggedAct) -> dict[str, Any]:
    of = one.of
    return {
        "number": of.number,
        "at": when(of.at),
        "who": of.who,
        "what": of.action,
        "on": of.subject,
        "count": of.count,
        "detail": of.detail,
        "undone_by": of.undone or None,
        "can_be_undone": not one.why_not,
        "why_not": one.why_not,
    }


def _undo_takes(parser: Parser) -> None:
    parser.project()
    parser.number("NUMBER", "of the operation, see operations; left out, the last ones are named")
    parser.zone()
    parser.trust()
    parser.json("operation, done, asked, complete")


async def _undo(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model

    zone = zone_of(options, environ)
    async with opened(options, environ) as workspace:
        if options.number is None:
            acts = [one for one in workspace.operations.list(LOOKED_AT) if not one.why_not][:OFFERED]
            rows = [(one.of.number, when(one.of.at, zone), one.of.who, one.name) for one in acts]
            return which(options, "undo", "operation", rows, "operations")
        need_model(workspace, "undoing an operation")
        workspace.running()
        workspace.operations.get(options.number)
        await workspace.world.start(paused=True)
        undone = await workspace.operations.undo(options.number)
    value = {
        "operation": options.number,
        "done": undone.done,
        "asked": undone.asked,
        "complete": undone.complete,
    }
    answer(options, value, one_line(undone.words))
    return DONE if undone.complete else PROBLEMS


OPERATIONS = VerbSpec(
    about="""
        Lists what operators did, the newest first: who, what, on how many,
        whether it can be undone, and why it was done where that was said.

        Nothing runs meanwhile.
    """,
    examples="""
        workbench operations my-project
        workbench operations my-project --json
    """,
    arguments=_operations_takes,
    work=_operations,
)
UNDO = VerbSpec(
    about="""
        Undoes one operation, as far as nothing has changed since what it changed; the undo is recorded.

        No handler is called meanwhile. Ends with 3 if not all of it could be undone.
    """,
    examples="""
        workbench undo my-project 12
        workbench undo my-project 12 --json
    """,
    arguments=_undo_takes,
    work=_undo,
)

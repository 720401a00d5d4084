"""Faults for a run: armed before the first command, told with what came of them behind the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.cli.answers import columns, one_line
from workbench.cli.arguments import Options, Parser, words

if TYPE_CHECKING:
    from workbench.services.workspace import Workspace


def takes_faults(parser: Parser) -> None:
    """Lets faults be named."""
    parser.add_argument(
        "--fault",
        dest="faults",
        metavar="KIND:NAME[:WHICH][:TIME]",
        type=words,
        action="append",
        default=[],
        help="let this go wrong, in a fork or a sample: fail:mailer:2 (the second call),"
        " duplicate:audit:20%%/7 (any, by chance and seed), delay:mailer:1:30s; it can fail, timeout,"
        " duplicate, delay, reorder, crash, conflict or clock; again for another one",
    )
    parser.add_argument(
        "--on-project", action="store_true", help="let faults strike the project's own store, too"
    )


async def arm_faults(workspace: Workspace, options: Options) -> None:
    """Arms what was named; all of it is read before any of it is armed.

    Raises:
        InvalidValue: One of them is wrong.
        CallerError: They would strike the project's own store, which was not allowed.
    """
    from workbench.project.fault_words import read_fault

    allowed = bool(options.on_project or options.sample)
    for rule in [read_fault(text, workspace.registry) for text in options.faults]:
        await workspace.faults.arm(rule, allowed=allowed)


def faults_told(workspace: Workspace, options: Options) -> dict[str, Any]:
    """Returns what the faults did, and what came of them; nothing where none was armed."""
    if not options.faults:
        return {"faults_armed": [], "afterwards": []}
    return {
        "faults_armed": [
            {
                "fault": one.written,
                "words": one.sentence,
                "calls": one.calls,
                "struck": one.struck,
                "holds": one.holds,
            }
            for one in workspace.faults.lines()
        ],
        "afterwards": [
            {"check": one.name, "findings": [str(said) for said in one.findings], "open": one.open}
            for one in workspace.faults.check()
        ],
    }


def faults_said(summary: dict[str, Any]) -> list[str]:
    """Says the same in lines."""
    armed = [(one["fault"], one["words"], one["struck"], one["calls"]) for one in summary["faults_armed"]]
    if not armed:
        return []
    lines = ["", columns(("FAULT", "WHAT IT DOES", "STRUCK", "OF CALLS"), armed)]
    for one in summary["afterwards"]:
        holds = "no" if one["findings"] else "not yet" if one["open"] else "yes"
        lines += [f"{one['check']}: {holds}", *(f"  {one_line(said)}" for said in one["findings"])]
    return lines


def faults_hold(summary: dict[str, Any]) -> str:
    """Says which armed faults still hold something, and for how long; empty where none does."""
    said = [f"{one['fault']} {one['holds']}" for one in summary["faults_armed"] if one["holds"]]
    return f"armed faults hold on: {'; '.join(said)}; a longer --wait waits for that" if said else ""

"""The verb that runs a project: commands from flags, a file or a pipe; then the queues are drained."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from workbench.cli.answers import answer, columns, note, one_line
from workbench.cli.arguments import (
    DONE,
    PROBLEMS,
    Environ,
    Options,
    Parser,
    VerbSpec,
    count,
    position,
    words,
)
from workbench.cli.run_commands import Waiting, issue
from workbench.cli.run_faults import arm_faults, faults_hold, faults_said, faults_told, takes_faults
from workbench.errors import InvalidValue
from workbench.model.counts import counted
from workbench.model.hints import in_brackets
from workbench.project.samples import SAMPLES, copy_sample
from workbench.tusk.scratch import scratch

if TYPE_CHECKING:
    from workbench.interop.ndjson import RecordProblem
    from workbench.model.changes import Changes
    from workbench.model.command import CommandResult
    from workbench.services.commands.command_story import StoryReport
    from workbench.services.workspace import Workspace

GROUPS = 20
"""Groups of dead letters that are told, the largest."""


class _Name(argparse.Action):
    """Begins a command; the ``--set`` behind it are its fields."""

    @override
    def __call__(
        self, parser: Any, namespace: Options, values: Any, option_string: str | None = None
    ) -> None:
        namespace.issued = [*namespace.issued, (values, {})]


class _Field(argparse.Action):
    """Gives the command before it a field."""

    @override
    def __call__(
        self, parser: Any, namespace: Options, values: Any, option_string: str | None = None
    ) -> None:
        if not namespace.issued:
            parser.error("--set belongs behind a --command")
        from workbench.cli.field_arguments import assign

        try:
            assign(namespace.issued[-1][1], values)
        except InvalidValue as error:
            parser.error(f"--set {values}: {error.message}")


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("--sample", choices=SAMPLES, help="a temporary copy of a sample instead")
    parser.add_argument("--command", metavar="NAME", type=words, action=_Name, help="issue this command")
    parser.add_argument(
        "--set",
        metavar="FIELD=TEXT",
        type=words,
        action=_Field,
        help="a field of the command before it; FIELD:=JSON for a value that is not text",
    )
    parser.add_argument(
        "--commands",
        metavar="FILE",
        help="NDJSON of commands, - for the standard input; by default the project's story",
    )
    parser.add_argument(
        "--times",
        metavar="N",
        type=count,
        help="issue the --command N times: {n} in --set counts, {a|b} is one of them, {1..9} a random number",
    )
    parser.add_argument("--rate", metavar="N", type=count, help="with --times: N a second, not all at once")
    parser.add_argument("--seed", metavar="N", type=position, default=1, help="of what is random in --times")
    parser.wait()
    parser.add_argument(
        "--settle", action="store_true", help="let all that follows from a command happen before the next one"
    )
    parser.add_argument(
        "--strict", action="store_true", help="end with 3 if any command was not accepted, or anything died"
    )
    parser.add_argument(
        "--metrics", metavar="FILE", type=Path, help="write counters and latencies there, as OpenMetrics text"
    )
    takes_faults(parser)
    parser.trust()
    parser.json(
        "project, commands {outcome: count}, results (--command: with appended [{stream, events, version}]),"
        " problems, position, streams, settled, put_off, stopped [{kind, name, why, broken}], gone, troubles,"
        " faults, subscriptions, projections, dead, letter_groups [{count, newest, subscription, error}],"
        " dead_letters (the newest of them), faults_armed [{fault, words, calls, struck, holds}],"
        " afterwards [{check, findings, open}] (--fault)"
    )
    parser.set_defaults(issued=[])


async def _run(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import need_model, open_target

    with scratch("run") as made:
        folder = options.project
        if options.sample:
            folder = copy_sample(options.sample, made / options.sample)
        workspace = open_target(folder, "", environ=environ, trust=options.trust)
        try:
            need_model(workspace, "running a project")
            workspace.running()
            gone = _Gone(workspace)
            workspace.listen(gone)
            await workspace.start()
            await arm_faults(workspace, options)
            report, summary = await _played(workspace, options)
            gone()
        finally:
            await workspace.close()
    for problem in summary["problems"]:
        note(f"workbench: {one_line(problem)}")
    for said in summary["troubles"]:
        note(f"workbench: {one_line(said)}")
    if held := faults_hold(summary):
        note(f"workbench: {one_line(held)}")
    elif not summary["settled"] and not any(one["broken"] for one in summary["stopped"]):
        note(f"workbench: the queues were not empty after {options.wait:g} s; running again goes on")
    for one in summary["stopped"]:
        note(one_line(f"workbench: {one['kind']} {one['name']}: {one['why']}"))
    if summary["put_off"] and not held:
        waiting = counted(summary["put_off"], "delivery", "deliveries")
        note(f"workbench: waiting for their time: {waiting}; a later run sees to them")
    answer(options, summary, _told(summary))
    return PROBLEMS if _troubled(options, report, summary) else DONE


class _Gone:
    """Says at once that the store of a running project is gone, also while no command comes (C10)."""

    def __init__(self, workspace: Workspace) -> None:
        self._store = workspace.store
        self._told = False

    def __call__(self, _changes: Changes | None = None) -> None:
        if self._store.gone and not self._told:
            self._told = True
            note(f"workbench: {one_line(self._store.gone)}")


async def _played(workspace: Workspace, options: Options) -> tuple[StoryReport, dict[str, Any]]:
    from workbench.interop.output_files import check_output, write_output
    from workbench.services.monitor.openmetrics import open_metrics

    if options.metrics is not None:
        check_output(options.metrics)  # before anything is done
    waiting = Waiting(workspace, options)
    report = await issue(workspace, options, waiting)
    settled = await waiting.behind_the_last()
    if options.metrics is not None:
        write_output(options.metrics, open_metrics(workspace.monitor).encode())
    return report, _summary(workspace, report, options, settled=settled)


def _troubled(options: Options, report: StoryReport, summary: dict[str, Any]) -> bool:
    refused = any(not result.accepted for result in report.results)
    died = bool(summary["dead_letters"])
    broken = any(one["broken"] for one in summary["stopped"])
    return bool(
        report.problems
        or broken
        or summary["faults"]
        or summary["gone"]
        or any(one["findings"] for one in summary["afterwards"])
        or (refused and (options.issued or options.strict))
        or (died and options.strict)
    )


def _summary(workspace: Workspace, report: StoryReport, options: Options, *, settled: bool) -> dict[str, Any]:
    still = workspace.drain.stopped()
    return {
        "project": workspace.project.name,
        "commands": dict(report.outcomes),
        "results": [_result(workspace, result) for result in report.results] if options.issued else [],
        "problems": [_problem(problem, options) for problem in report.problems],
        "position": workspace.streams.head(),
        "streams": workspace.streams.count(),
        "settled": settled and not any(one.broken for one in still),
        "put_off": workspace.drain.put_off(),
        "stopped": [asdict(one) for one in still],
        "gone": workspace.store.look(),
        "troubles": list(workspace.running().errors),
        "faults": dict(workspace.running().faults),
        "subscriptions": {
            view.name: {"delivered": view.delivered, "failed": view.failed, "dead": view.dead}
            for view in workspace.monitor.subscriptions()
        },
        "projections": {view.name: view.rows for view in workspace.monitor.projections()},
        "dead": workspace.dead_letters.counts().get("open", 0),
        "letter_groups": _letter_groups(workspace),
        "dead_letters": [
            {
                "number": letter.number,
                "subscription": letter.subscription,
                "reason": letter.reason.value,
                "error": f"{letter.error_type}: {letter.error}",
                "attempts": len(letter.attempts),
            }
            for letter in workspace.dead_letters.page(("open",))
        ],
        **faults_told(workspace, options),
    }


def _letter_groups(workspace: Workspace) -> list[dict[str, Any]]:
    """Returns the open dead letters by what they died of, the largest group first."""
    from workbench.services.dead_letters.letter_index import LetterQuery

    found = workspace.dead_letters.repair.find(LetterQuery(by="cause", then="message"))
    groups: list[dict[str, Any]] = []
    for cause in found.clusters:
        subscription, _, kind = (cause.value or f"{cause.others:,} others: several").partition(": ")
        groups += [
            {
                "count": part.count,
                "newest": max(part.numbers),
                "subscription": subscription,
                "error": f"{kind}: {part.value or f'{part.others:,} others'}",
            }
            for part in cause.parts or (cause,)
        ]
    return sorted(groups, key=lambda one: (-one["count"], -one["newest"]))


def _problem(problem: RecordProblem, options: Options) -> str:
    """Says a problem with the place where the command was given: a line, or a flag."""
    if not options.issued:
        return str(problem)
    return f"--command {options.issued[problem.line - 1][0]}: {problem.message}"


def _result(workspace: Workspace, result: CommandResult) -> dict[str, Any]:
    return {
        "command": result.command_type,
        "id": str(result.command_id),
        "stream": result.stream,
        "outcome": result.outcome.value,
        "version": result.version,
        "appended": [asdict(one) for one in workspace.commands.appended(result)],
        "message": result.message,
        "field": result.field,
        "hint": result.hint,
    }


def _told(summary: dict[str, Any]) -> str:
    lines = [_said(result) for result in summary["results"]]
    commands = ", ".join(f"{count} {outcome}" for outcome, count in summary["commands"].items()) or "none"
    lines += [
        f"{one_line(summary['project'])}: commands: {commands}",
        f"position {summary['position']:,}, {summary['streams']:,} stream{'s' * (summary['streams'] != 1)}",
    ]
    subscriptions = [
        (name, one["delivered"], one["failed"], one["dead"])
        for name, one in summary["subscriptions"].items()
        if any(one.values()) or not name.startswith("$")  # the engine's own matters where it did something
    ]
    if subscriptions:
        lines += ["", columns(("SUBSCRIPTION", "DELIVERED", "FAILED TRIES", "DEAD"), subscriptions)]
    projections = [(name, rows) for name, rows in summary["projections"].items()]
    if projections:
        lines += ["", columns(("PROJECTION", "ROWS"), projections)]
    groups = [
        (one["count"], one["newest"], one["subscription"], one["error"])
        for one in summary["letter_groups"][:GROUPS]
    ]
    if groups:
        more = summary["dead"] - sum(one[0] for one in groups)
        lines += ["", columns(("DEAD LETTERS", "NEWEST", "SUBSCRIPTION", "ERROR"), groups)]
        lines += (
            [f"… {more:,} more; workbench dead-letters --group-by message counts them"] if more > 0 else []
        )
    return "\n".join([*lines, *faults_said(summary)])


def _said(result: dict[str, Any]) -> str:
    said = f"{result['command']} {result['stream']}".strip()
    if result["outcome"] == "accepted":
        return one_line(f"{said}: accepted, {_changed(result)}")
    field = f"{result['field']}: " if result["field"] else ""
    return one_line(in_brackets(f"{said}: {result['outcome']}: {field}{result['message']}", result["hint"]))


def _changed(result: dict[str, Any]) -> str:
    """Says the version of the stream; of several streams, what each of them got."""
    parts = [
        f"{one['events']:,} to {one['stream']} (version {one['version']:,})" for one in result["appended"]
    ]
    return f"version {result['version']}" if len(parts) < 2 else f"events: {', '.join(parts)}"


RUN = VerbSpec(
    about="""
        Runs a project without a window: issues commands, lets policies, subscriptions and read models follow
        until nothing is left to do, and prints what became of it all.

        Commands come from --command and --set, or from NDJSON with --commands, a line each:

          {"command": "create_user", "user_id": "ada", "username": "Ada Lovelace", "email": "ada@x.org"}

        or {"command": "create_user", "data": {"user_id": "ada", …}}, where any name can be that of a field.

        Without either, the project's story.ndjson is played, if it has one. A field may lie inside another
        one: --set ship_to.city=London. Ends with 3 if a line is no command, a --command was not accepted,
        the store is gone from its path, or a subscription or read model has stopped. What is put off for
        longer than --wait is not waited for.

        In a fork the clock is moved by --wait behind the last command; with --settle also between two, as far
        as something is due within that time.

        With --fault something goes wrong on purpose. Behind the last command it is told how often each fault
        struck, whether read models equal a clean rebuild, what happened twice and what did not end; if any
        of that is so, it ends with 3. Where a fault holds something for longer than --wait, that is said,
        and what is left to do is not held against the project.
    """,
    examples="""
        workbench run my-project --command create_user --set user_id=ada \\
            --set username="Ada Lovelace" --set email=ada@example.org
        workbench run shop --command place_order --set 'lines:=[{"product": "cog", "quantity": 2}]'
        workbench run my-project --command create_user --set user_id=u{n} --set username="User {n}" \\
            --set email={n}@example.org --times 1000 --rate 50
        generate | workbench run my-project --commands - --json
        workbench run --sample users
        workbench run my-fork --fault fail:welcome-mail:2 --fault crash:users --fault duplicate:audit:20%/7
    """,
    arguments=_takes,
    work=_run,
)

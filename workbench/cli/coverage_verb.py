"""The verb that says what of a model its scenarios try, and what of it ever happened."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, meter, note, one_line, opened
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec
from workbench.model.counts import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.services.scenarios.coverage import ModelCoverage, Try
    from workbench.services.scenarios.log_deeds import LogDeeds
    from workbench.tusk import Problem


def _percent(text: str) -> float:
    """Reads a number from 0 to 100; a percent sign may stand behind it.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} should be a number from 0 to 100")
    return number


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--at-least",
        dest="least",
        metavar="PERCENT",
        type=_percent,
        help="end with 3 if scenarios try less of it than that",
    )
    parser.trust()
    parser.json(
        "project, percent, tried, total, upto, commands [{command, scenarios, mistakes, happened,"
        " outcomes [{kind, name, words, scenarios, mistakes, happened}]}],"
        " reactions [{by, kind, on, name, words, scenarios, mistakes, happened}], unread, mistakes"
    )


async def _coverage(options: Options, environ: Environ) -> int:
    from workbench.services.scenarios import open_scenarios
    from workbench.services.scenarios.coverage import coverage

    scenarios = open_scenarios(options.project, environ, trust=options.trust)
    files = scenarios.files()
    show = meter(options) or (lambda _: None)
    runs = []
    try:
        for one in [scenario for file in files for scenario in file.scenarios]:
            show(one_line(one.title))
            runs.append((one, await scenarios.run_one(one)))
        deeds = await _stored(options, environ) if scenarios.project.store_path.is_file() else None
    finally:
        show("")
    happened, upto = (deeds.times(), deeds.upto) if deeds is not None else (None, None)
    unread = [one for file in files for one in file.unread]
    problems = [problem for file in files for problem in file.problems]
    found = coverage(scenarios.project.registry, runs, happened, upto, unread)
    answer(
        options,
        _value(scenarios.project.name, found, problems),
        "\n".join(_said(found, len(runs), len(problems))),
    )
    for problem in problems:
        note(f"workbench: not read: {one_line(str(problem))}")
    return PROBLEMS if options.least is not None and found.percent < options.least else DONE


async def _stored(options: Options, environ: Environ) -> LogDeeds:
    """Returns what the project's store holds."""
    show = meter(options)

    def step(done: int, of: int) -> None:
        if show is not None:
            show(f"the store: {done:,} of {of:,} positions")

    async with opened(options, environ) as workspace:
        return workspace.deeds.read(step)


def _said(found: ModelCoverage, scenarios: int, problems: int) -> list[str]:
    lines = []
    for head, tries in (("COMMAND", found.of_commands()), ("WHO REACTS", found.of_reactions())):
        if tries:
            rows = [
                (_state(one), len(one.scenarios) + len(one.unread), _times(one), one.by, _what(one))
                for one in tries
            ]
            lines += [*columns(("", "SCENARIOS", "STORE", head, "WHAT"), rows, right=(2,)).splitlines(), ""]
    if found.unread:
        lines += [f"nothing reads {', '.join(map(one_line, found.unread))}", ""]
    where = "the project has no store yet" if found.upto is None else f"the store up to {found.upto:,}"
    tried = f"{found.tried:,} of {len(found.tries):,} tried ({found.percent:.0f} %)"
    wrong = f" and not by those with {counted(problems, 'mistake')}, which do not load" if problems else ""
    never = f"never, in neither: {len(found.never()):,}"
    return [*lines, f"{tried} by {counted(scenarios, 'scenario')}{wrong}; {never}; {where}"]


def _state(one: Try) -> str:
    if not one.lacks:
        return "" if one.tried else "mistake"
    return "never" if one.happened == 0 else "not tried"


def _what(one: Try) -> str:
    return one.words.removeprefix(f"{one.by} ")


def _times(one: Try) -> str:
    return "" if one.happened is None else f"{one.happened:,}"


def _value(project: str, found: ModelCoverage, problems: Sequence[Problem]) -> dict[str, Any]:
    outcomes: dict[str, list[Try]] = {}
    for one in found.of_commands():
        outcomes.setdefault(one.command, []).append(one)
    return {
        "project": project,
        "percent": round(found.percent, 1),
        "tried": found.tried,
        "total": len(found.tries),
        "upto": found.upto,
        "commands": [
            {
                "command": name,
                **_counts(own),
                "outcomes": [
                    {"kind": one.kind, "name": one.name, "words": _what(one), **_counts(one)}
                    for one in others
                ],
            }
            for name, (own, *others) in outcomes.items()
        ],
        "reactions": [
            {
                "by": one.by,
                "kind": one.kind,
                "on": one.cause,
                "name": one.name,
                "words": _what(one),
                **_counts(one),
            }
            for one in found.of_reactions()
        ],
        "unread": list(found.unread),
        "mistakes": list(map(str, problems)),
    }


def _counts(one: Try) -> dict[str, Any]:
    return {
        "scenarios": list(one.scenarios),
        "mistakes": [each.said for each in one.unread],
        "happened": one.happened,
    }


COVERAGE = VerbSpec(
    about="""
        Says what of a model its scenarios try, and how often it happened in the project's store: each command
        with the events that it leads to and the reasons for which it is refused, whatever policies, processes
        and subscriptions do, and events that nothing reads.

        Each scenario runs on an empty store in memory. The project's own store is only looked at, in short
        reads; a window may have the project open. Ends with 3 only if --at-least asks for more.
    """,
    examples="""
        workbench coverage my-project
        workbench coverage my-project --at-least 80
        workbench coverage my-project --json
    """,
    arguments=_takes,
    work=_coverage,
)

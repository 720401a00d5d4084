"""The verb that runs a project's scenarios, for people and for build servers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, many_lines, note, one_line
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.model.scenario import ScenarioResult
    from workbench.tusk import Problem


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        default=[],
        help="run only scenarios whose sentence or file holds this",
    )
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the results as JUnit XML, too")
    parser.trust()
    parser.json("project, passed, failed, broken, mistakes, scenarios [{file, line, name, verdict, told, …}]")


async def _test(options: Options, environ: Environ) -> int:
    from workbench.services.scenarios import chosen, open_scenarios

    scenarios = open_scenarios(options.project, environ, trust=options.trust)
    project = scenarios.project
    files = scenarios.files()
    mistakes = [problem for file in files for problem in file.problems]
    if not options.json:
        for problem in mistakes:
            print(many_lines(str(problem)))
    results = await scenarios.run(chosen(files, options.names), told=None if options.json else _tell)
    if options.junit is not None:
        _write_junit(options.junit, project.name, results, mistakes)
    answer(options, _said(project.name, results, mistakes), _summary(results, mistakes))
    if not results and not mistakes:
        note(f"  scenarios stand in {project.root / 'scenarios'}/*.tsk; a timeline can record them")
    return DONE if not mistakes and all(result.passed for result in results) else PROBLEMS


def _tell(result: ScenarioResult) -> None:
    from workbench.services.scenarios import tell

    scenario = result.scenario
    empty = ""
    if result.passed and (scenario.asserts_nothing or scenario.only_guards):
        empty = ", asserts nothing" if scenario.asserts_nothing else ", guards the invariants only"
    print(f"{result.verdict.value + empty:<7} {one_line(scenario.title)}")
    if not result.passed:
        print(many_lines(tell(result), "        "))


def _summary(results: Sequence[ScenarioResult], mistakes: Sequence[Problem]) -> str:
    counts = _counts(results)
    empty = sum(result.passed and result.scenario.asserts_nothing for result in results)
    counts["passed"] -= empty
    said = [f"{counts[name]:,} {name}" for name in counts if counts[name]]
    if empty:
        said.append(f"{empty:,} {'asserts' if empty == 1 else 'assert'} nothing")
    said = said or ["nothing to run"]
    if mistakes:
        said.append(f"{counted(len(mistakes), 'mistake')}: scenarios that were not read")
    return ", ".join(said)


def _counts(results: Sequence[ScenarioResult]) -> dict[str, int]:
    verdicts = [result.verdict.value for result in results]
    return {name: verdicts.count(name) for name in ("passed", "failed", "broken")}


def _said(name: str, results: Sequence[ScenarioResult], mistakes: Sequence[Problem]) -> dict[str, Any]:
    return {
        "project": name,
        **_counts(results),
        "mistakes": [str(problem) for problem in mistakes],
        "scenarios": [_result(result) for result in results],
    }


def _result(result: ScenarioResult) -> dict[str, Any]:
    from workbench.services.scenarios import tell

    place = result.scenario.place
    return {
        "file": place.file,
        "line": place.line,
        "name": result.scenario.name,
        "verdict": result.verdict.value,
        "trouble": result.trouble,
        "seconds": result.seconds,
        "took": round(result.took, 4),
        "notes": list(result.notes),
        "told": "" if result.passed else tell(result),
    }


def _write_junit(
    path: Path, name: str, results: Sequence[ScenarioResult], mistakes: Sequence[Problem]
) -> None:
    from workbench.interop.junit import junit_xml
    from workbench.interop.output_files import write_output
    from workbench.services.scenarios import tell

    told = ["" if result.passed else tell(result) for result in results]
    write_output(path, junit_xml(name, results, mistakes, told))


TEST = VerbSpec(
    about="""
        Runs the scenarios of a project, the files scenarios/*.tsk: given these events, when this command,
        then these events, rows, messages or refusals. Each runs on an empty store in memory with a clock of
        its own, by the same engine as everything; the project's store is neither read nor written.

        Prints a line for each scenario, and for one that did not pass what was expected beside what
        happened. Ends with 3 if any did not pass or a file has mistakes.
    """,
    examples="""
        workbench test my-project
        workbench test my-project "needs a reason" accounts.tsk
        workbench test my-project --junit build/scenarios.xml
    """,
    arguments=_takes,
    work=_test,
)

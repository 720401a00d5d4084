"""The verb that looks for an order of things in which a scenario goes wrong."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, many_lines, meter, note, one_line
from workbench.cli.arguments import (
    DONE,
    FAILED,
    PROBLEMS,
    Environ,
    Options,
    Parser,
    VerbSpec,
    count,
    position,
    seconds,
)
from workbench.errors import InvalidValue, WorkbenchError
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.model.scenario import Scenario
    from workbench.services.worlds.exploration import Explored
    from workbench.services.worlds.explored import Exploration
    from workbench.services.worlds.told_schedule import ToldSchedule
    from workbench.tusk import Document

FAULTS = ("crash", "duplicate", "delay")


def _faults(text: str) -> dict[str, int]:
    """Reads ``crash,delay=2``: what may go wrong, and how often in one run.

    Raises:
        argparse.ArgumentTypeError: It is none of what can.
    """
    found = {}
    for part in text.split(",") if text else ():
        name, _, number = part.partition("=")
        if name not in FAULTS:
            raise argparse.ArgumentTypeError(f"{name!r} should be one of: {', '.join(FAULTS)}")
        found[name] = count(number) if number else 1
    return found


def _time(text: str) -> float:
    """Reads for how long is explored.

    Raises:
        argparse.ArgumentTypeError: It is no time, or none in which anything could be tried.
    """
    if not (found := seconds(text)):
        raise argparse.ArgumentTypeError(f"{text!r} should be more than 0")
    return found


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "names",
        metavar="SCENARIO",
        nargs="*",
        default=[],
        help="explore only scenarios whose sentence or file holds this",
    )
    parser.add_argument(
        "--for",
        dest="seconds",
        metavar="TIME",
        type=_time,
        default=30.0,
        help="for about so long (default 30s); a scenario gets half a second at least",
    )
    parser.add_argument(
        "--deviations",
        metavar="N",
        type=position,
        default=2,
        help="first all orders with up to N choices that the engine would not make by itself (default 2)",
    )
    parser.add_argument("--seed", metavar="N", type=position, default=1, help="of random orders (default 1)")
    parser.add_argument(
        "--faults",
        metavar="LIST",
        type=_faults,
        default={},
        help="what may go wrong, too: crash, duplicate, delay, each once in a run or crash=2 times",
    )
    parser.add_argument(
        "--generate",
        metavar="N",
        type=count,
        default=0,
        help="explore N commands that are generated from their forms, by the seed, in place of scenarios",
    )
    parser.add_argument(
        "--processes", metavar="N", type=count, default=0, help="at once (default: one for each core)"
    )
    parser.add_argument(
        "--save",
        metavar="FILE",
        type=Path,
        help="write each order that was found as a scenario, behind what the file has, such as"
        " my-project/scenarios/found.tsk; else it is printed",
    )
    parser.trust()
    parser.json(
        "project, found, explored [{scenario, schedules, merged, complete, seconds, ends [{words, count,"
        " broken}], findings [{invariant, words, again, deviations, choices, schedule, usual [moves],"
        " moves [{number, who, kind, message, words,"
        " made, deviation}]}]}]"
    )


async def _explore(options: Options, environ: Environ) -> int:
    from workbench.services.scenarios import chosen, open_scenarios
    from workbench.services.worlds.exploration import ExplorePlan, explore_all, nothing_to_explore
    from workbench.services.worlds.generated_scenario import generated_scenario, told_of

    scenarios = open_scenarios(options.project, environ, trust=options.trust)
    if options.save is not None:
        _before(options.save)  # it is known before the time is spent
    candidates: list[Scenario] = []
    if options.generate:
        found = [generated_scenario(scenarios.model(), options.generate, options.seed)]
        note(f"workbench: {told_of(found[0], scenarios.model())}")
    else:
        files = scenarios.files()
        for problem in (problem for file in files for problem in file.problems):
            note(f"workbench: not read: {one_line(str(problem))}")
        candidates = chosen(files, options.names)
        found = [one for one in candidates if not one.fixed]
    show = meter(options) or (lambda _: None)
    plan = ExplorePlan(
        seconds=options.seconds,
        deviations=options.deviations,
        seed=options.seed,
        faults=options.faults,
        processes=options.processes,
    )
    explored: list[Explored] = []
    stopped = False
    try:
        await explore_all(
            scenarios.project,
            found,
            plan,
            done=explored.append,
            environ=environ,
            beside=True,
            told=lambda one: show(f"{one_line(one.scenario)}: {one.sentence()}"),
        )
    except (KeyboardInterrupt, asyncio.CancelledError):
        stopped = True
    finally:
        show("")
    saved, failed = options.save, None
    if saved is not None:
        found_orders = (told.schedule for one in explored for told in one.findings if told.finding.again)
        try:
            _save(saved, found_orders, scenarios.project.registry)
        except (OSError, WorkbenchError) as error:  # what was found is told anyway
            saved, failed = None, error
    lines = _said(explored, saved=saved) or [many_lines(nothing_to_explore(candidates))]
    answer(options, _value(scenarios.project.name, explored), "\n".join(lines))
    if failed is not None:
        raise failed
    if stopped:
        note("workbench: stopped; this was found so far")
    if any(one.exploration.found for one in explored):
        return PROBLEMS
    unsure = stopped or not explored or any(one.exploration.trouble for one in explored)
    return FAILED if unsure else DONE


def _before(path: Path) -> Document | None:
    """Returns the scenario file that orders are written behind; None where there is none yet.

    Raises:
        WorkbenchError: Nothing can be written there.
    """
    from workbench.project.scenarios import FOLDER
    from workbench.tusk import parse

    if not path.resolve().parent.is_dir():
        raise InvalidValue(f"there is no folder {path.parent}", path="", hint="make it, or name another one")
    if not path.exists():
        return None
    if not path.is_file() or path.suffix != ".tsk" or path.resolve().parent.name != FOLDER:
        hint = f"name a new file, or one in the folder {FOLDER} of a project"
        raise InvalidValue(f"{path} holds no scenarios; it was left as it is", path="", hint=hint)
    return parse(path.read_bytes(), path.name)


def _save(path: Path, schedules: Iterable[ToldSchedule], registry: Registry) -> None:
    """Writes orders as scenarios behind those that a file has, under names that it does not have yet."""
    from workbench.project.scenarios import write_scenario
    from workbench.services.scenarios.scenario_edits import free_name
    from workbench.tusk import parse, replace_file

    before = document = _before(path)
    for one in schedules:
        name = free_name(document, one.scenario.name)
        written = write_scenario(replace(one.scenario, name=name), registry)
        text = f"{document.text.rstrip()}\n\n{written}" if document is not None else written
        document = parse(text, path.name)
    if document is not None and document is not before:
        replace_file(path.resolve(), [document.text.encode()])


def _said(explored: list[Explored], saved: Path | None) -> list[str]:
    lines = []
    for one in explored:
        lines.append(f"{one_line(one.exploration.scenario)}: {one_line(one.exploration.sentence())}")
        lines += _ends(one.exploration)
        for found in one.findings:
            lines += ["", one_line(found.finding.words)]
            lines += [f"  {one_line(said)}" for said in found.schedule.deviations]
            if not found.finding.again:
                continue
            lines += _moves("  The usual order", found.schedule.usual)
            if count := found.finding.deviations:
                lines += _moves(f"  With {counted(count, 'deviation')}", found.schedule.moves)
            written = [f"  Written to {saved}"] if saved else ["  As a scenario", found.schedule.written]
            lines += ["", *(line for said in written for line in many_lines(said).splitlines())]
    return lines


def _ends(exploration: Exploration) -> list[str]:
    rows = [
        (f"{share:.1%}", outcome.count, words, ", ".join(sorted(outcome.broken)))
        for words, share, outcome in exploration.told_ends()
    ]
    return many_lines(columns(("SHARE", "SCHEDULES", "END", "BROKEN"), rows, right=(0,)), "  ").splitlines()


def _moves(head: str, moves: Any) -> list[str]:
    rows = [(one.number, one.who, one.words, str(one.made), one.deviation) for one in moves]
    said = columns(("", "WHO", "MOVE", "MADE", "DEVIATION"), rows)
    return ["", one_line(head), *many_lines(said, "    ").splitlines()]


def _value(project: str, explored: list[Explored]) -> dict[str, Any]:
    return {
        "project": project,
        "found": any(one.exploration.found for one in explored),
        "explored": [one.value() for one in explored],
    }


EXPLORE = VerbSpec(
    about="""
        Looks for an order in which a scenario goes wrong. Each scenario runs again and again by the real
        engine on an empty store in memory, each time with another order of its steps, deliveries and times:
        first all with few deviations from what the engine does by itself, then by chance. The invariants of
        the project are asked behind every move. The project's store is neither read nor written.

        Tells to which different ends that led, and for each invariant that is broken the order with the
        fewest deviations beside the usual one. Ends with 3 if one is broken,
        with 1 if nothing could be explored.
    """,
    examples="""
        workbench explore my-project "placed and cancelled"
        workbench explore my-project --for 2m --deviations 3 --faults crash,duplicate
        workbench explore my-project --generate 6 --seed 3
        workbench explore my-project --json --processes 1
    """,
    arguments=_takes,
    work=_explore,
)

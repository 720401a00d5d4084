"""The verbs that fork a project at a position, and compare it with what was forked."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

from workbench.cli.answers import answer, columns, meter, one_line
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, position
from workbench.cli.stoppable import stoppable


def _fork_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "position", metavar="POSITION", type=position, help="the last one that it has; 0 for an empty one"
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where it goes; it must not exist")
    parser.add_argument(
        "--waiting",
        action="store_true",
        help="what waited for handlers in Python waits there, too; else it counts as delivered",
    )
    parser.trust()
    parser.json("name, trunk, folder, store, position, began, now, delivered, unknown")


async def _fork(options: Options, environ: Environ) -> int:
    import msgspec

    from workbench.services.project.open_project import read_target
    from workbench.services.worlds.fork import make_fork

    show = meter(options) or (lambda _: None)
    project = read_target(options.project, environ, trust=options.trust)
    fork = await stoppable(
        lambda told: make_fork(
            project, options.position, options.folder, environ, told, waiting=options.waiting
        ),
        show,
    )
    show("")
    said = f"{fork.name} is in {options.folder}: a project of its own, on a clock that you move"
    said = "; ".join(filter(None, (said, fork.told, fork.whose)))
    answer(options, msgspec.to_builtins(fork), one_line(said))
    return DONE


def _compare_takes(parser: Parser) -> None:
    parser.project("a project folder")
    parser.add_argument("other", metavar="OTHER", type=Path, help="another one, such as a fork of it")
    parser.trust()
    parser.json(
        "split, heads, counts, untold, differences [{kind, where, key, column, ours, theirs, since, here}]"
    )


async def _compare(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import read_target
    from workbench.services.worlds.compare import compare, kinds_told
    from workbench.store.store_file import read_store_file

    show = meter(options) or (lambda _: None)
    ours, theirs = (
        read_target(folder, environ, trust=options.trust) for folder in (options.project, options.other)
    )
    known = theirs.registry.projections
    shared = [one for name, one in ours.registry.projections.items() if name in known]
    with (
        read_store_file(ours.store_path, ours.registry.stored_names()) as mine,
        read_store_file(theirs.store_path, theirs.registry.stored_names()) as other,
    ):
        found = await asyncio.to_thread(compare, mine, other, shared, lambda what: show(f"comparing {what}"))
    show("")
    value = {
        "split": found.split,
        "heads": list(found.heads),
        "counts": dict(found.counts),
        "untold": found.untold,
        "differences": [asdict(one) for one in found.differences],
    }
    rows = [
        (one.kind, one.where, f"{one.key} {one.column}".strip(), one.ours, one.theirs, one.since or "")
        for one in found.differences
    ]
    heads = ("KIND", "WHERE", "WHAT", f"AT {found.heads[0]:,}", f"AT {found.heads[1]:,}", "SINCE")
    lines = [kinds_told(found), *(columns(heads, rows, right=(5,)).splitlines() if rows else [])]
    lines += [
        one_line(f"rows of {name} were compared as they are: {why}") for name, why in found.untold.items()
    ]
    answer(options, value, "\n".join(lines))
    return PROBLEMS if found.differences else DONE


FORK = VerbSpec(
    about="""
        Makes a folder that is a project of its own, as this one was at a position of its log.

        Its clock begins at that time and goes only when it is moved: in the window, or by `run`, which moves
        it by its --wait. Handlers are told that it is a dry run. What waited then waits there, too, but for
        handlers in Python, which may act on the outside. Nothing in it touches this project, which may be
        open meanwhile.
    """,
    examples="""
        workbench fork my-project 41 my-fork
        workbench open my-fork
        workbench fork my-project 41 my-fork --waiting --json
    """,
    arguments=_fork_takes,
    work=_fork,
)
COMPARE = VerbSpec(
    about="""
        Says how two projects differ that have a beginning in common: streams, rows, messages, dead letters.

        Ends with 3 where something differs. Both may be open meanwhile.
    """,
    examples="""
        workbench compare my-project my-fork
        workbench compare my-project my-fork --json
    """,
    arguments=_compare_takes,
    work=_compare,
)

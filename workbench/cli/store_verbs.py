"""Verbs about the store's file: examine it, copy it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

from workbench.cli.answers import answer, columns, meter, one_line
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec

TARGET = "a project folder, or the store's file itself"


def _doctor_takes(parser: Parser) -> None:
    parser.project(TARGET)
    parser.json("store, healthy, sizes, findings [{rule, text}], advice")


async def _doctor(options: Options, environ: Environ) -> int:
    from workbench.services.maintenance.store_checkup import (
        advice,
        check,
        check_projections,
        stale_projections,
        store_file,
    )

    path = store_file(options.project, environ)
    note = _progress(options, "looking at")
    checkup, stale = await asyncio.to_thread(check, path, note), []
    if checkup.healthy and checkup.current:  # else the rows would be compared with what is wrong itself
        differing = await asyncio.to_thread(check_projections, options.project, environ, note)
        checkup = dataclasses.replace(checkup, findings=tuple(differing))
        stale = await asyncio.to_thread(stale_projections, options.project, environ)
    note("")
    told = advice(checkup, stale)
    found = [{"rule": finding.rule, "text": finding.text} for finding in checkup.findings]
    sizes = [(f"  {name.replace('_', ' ')}", value) for name, value in checkup.sizes.items()]
    count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    lines = [f"{path}: {'healthy' if checkup.healthy else count}"]
    lines += columns(("", ""), sizes).splitlines()[1:]
    lines += [f"  {finding.rule}: {one_line(finding.text)}" for finding in checkup.findings]
    lines += told
    said = {"store": str(path), "healthy": checkup.healthy, "sizes": checkup.sizes, "findings": found}
    answer(options, {**said, "advice": told}, "\n".join(lines))
    return DONE if checkup.healthy else PROBLEMS


def _backup_takes(parser: Parser) -> None:
    parser.project(TARGET)
    parser.add_argument("file", metavar="FILE", type=Path, help="where the copy goes; it must not exist")
    parser.json("store, copy, bytes, healthy, findings [{rule, text}]")


async def _backup(options: Options, environ: Environ) -> int:
    from workbench.services.maintenance.store_checkup import backup, check, store_file

    path = store_file(options.project, environ)
    note = _progress(options, "copied")
    size = await asyncio.to_thread(
        backup, path, options.file, lambda done, pages: note(f"{done:,} of {pages:,} pages")
    )
    note("")
    checkup = await asyncio.to_thread(check, options.file)
    found = [{"rule": finding.rule, "text": finding.text} for finding in checkup.findings]
    said = {
        "store": str(path),
        "copy": str(options.file),
        "bytes": size,
        "healthy": checkup.healthy,
        "findings": found,
    }
    told = (
        "and the copy is sound"
        if checkup.healthy
        else "and is as damaged as the store; run: workbench doctor"
    )
    answer(options, said, f"{path} was copied to {options.file}: {size:,} bytes, {told}")
    return DONE if checkup.healthy else PROBLEMS


def _progress(options: Options, verb: str) -> Callable[[str], None]:
    show = meter(options)

    def note(what: str) -> None:
        if show is not None:
            show(f"{verb} {what}" if what else "")

    return note


DOCTOR = VerbSpec(
    about="""
        Examines a store: the file, the rules that it keeps, its sizes; says what to do.

        With a project that is trusted, the rows of every read model are compared with the events, too.
        It changes nothing, and the project need not be closed.
    """,
    examples="""
        workbench doctor my-project
        workbench doctor my-project/data/events.db --json
    """,
    arguments=_doctor_takes,
    work=_doctor,
)
BACKUP = VerbSpec(
    about="""
        Copies a store while it is in use, and examines the copy. It never overwrites a file.

        To put a copy back: close the project, move events.db away together with events.db-wal and
        events.db-shm, if they are there (they hold its newest changes, and do not fit the copy), and copy
        the copy to events.db.
    """,
    examples="""
        workbench backup my-project monday.db
        workbench backup my-project/data/events.db copy.db
    """,
    arguments=_backup_takes,
    work=_backup,
)

"""The face without a screen: imports, runs and lists, for scripts and for machines without a display."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.project.samples import copy_sample
from workbench.services.caring import advice, backup, check, check_projections, store_file
from workbench.services.opening import open_target

if TYPE_CHECKING:
    from workbench.interop.ndjson import Mapping as FieldMapping
    from workbench.services.transferring import ImportPreview, ImportReport
    from workbench.services.workspace import Workspace

DONE, FAILED, PROBLEMS = 0, 1, 3
SETTLE_SECONDS = 60.0


def execute(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Runs one subcommand; returns the exit code."""
    works = {"import": _import, "run": _run, "streams": _streams, "doctor": _doctor, "backup": _backup}
    work = works[options.verb]
    try:
        return asyncio.run(work(options, environ))
    except WorkbenchError as error:
        print(f"workbench: {error}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nworkbench: stopped; what was stored stays", file=sys.stderr)
        return FAILED


# -- import ---------------------------------------------------------------------------------------------


async def _import(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    workspace = open_target(options.project, "", environ=environ)
    try:
        preview = workspace.transfer.preview(options.file, _mapping(workspace, options))
        if preview.mapping is None:
            print(
                "No field looks like a stream and a type. Say which: --stream FIELD --type FIELD",
                file=sys.stderr,
            )
            print(f"  fields: {', '.join(preview.paths[:40])}", file=sys.stderr)
            return FAILED
        _say(options, _describe(preview))
        if options.dry_run:
            return DONE
        workspace.running()
        report = await workspace.transfer.bring_in(options.file, preview.mapping, progress=_meter(options))
    finally:
        await workspace.close()
    for problem in report.problems[:20]:
        print(f"{options.file}: {problem}", file=sys.stderr)
    if report.broken > 20:
        print(f"… and {report.broken - 20:,} more", file=sys.stderr)
    _answer(
        options,
        {"stored": report.stored, "known": report.known, "broken": report.broken},
        report.summary(),
    )
    return PROBLEMS if report.broken else DONE


def _mapping(workspace: Workspace, options: argparse.Namespace) -> FieldMapping | None:
    """Returns the guess with what the person chose in its place."""
    from workbench.interop.ndjson import Mapping as FieldMapping
    from workbench.interop.ndjson import category_of

    chosen = {name: getattr(options, name) for name in ("stream", "type", "id", "time", "category")}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    if not chosen:
        return None
    guess = workspace.transfer.preview(options.file).mapping
    stream = chosen.get("stream", guess.stream if guess else "")
    parts = {
        "stream": stream,
        "type": guess.type if guess else "",
        "id": guess.id if guess else "",
        "time": guess.time if guess else "",
        "category": category_of(stream),
    }
    return FieldMapping(**{**parts, **chosen})


def _describe(preview: ImportPreview) -> str:
    from workbench.interop.ndjson import event_line

    mapping = preview.mapping
    if mapping is None:
        return ""
    fields = (
        f"stream from {mapping.stream}, type from {mapping.type},"
        f" id from {mapping.id or 'the content'}, time from {mapping.time or 'the import'}"
    )
    return "\n".join([f"{preview.path.name}: {fields}", *map(event_line, preview.incoming[:5])])


def _meter(options: argparse.Namespace) -> Any:
    """Returns what shows progress: a moving line on a terminal, nothing elsewhere."""
    if options.json or not sys.stderr.isatty():
        return None

    def show(report: ImportReport) -> None:
        share = 100 * report.done_bytes / max(1, report.size)
        print(f"\r  {share:5.1f} %  {report.summary()}", end="\n" if report.finished else "", file=sys.stderr)

    return show


# -- run ------------------------------------------------------------------------------------------------


async def _run(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    with tempfile.TemporaryDirectory(prefix="workbench-") as scratch:
        folder = options.project
        if options.sample:
            folder = copy_sample(options.sample, Path(scratch) / options.sample)
        if folder is None:
            print("workbench: give a project folder, or --sample users", file=sys.stderr)
            return FAILED
        workspace = open_target(folder, "", environ=environ)
        try:
            workspace.running()
            await workspace.start()
            report = await workspace.story.play(options.commands, pace=0, origin="cli")
            settled = await _drain(workspace)
            summary = _summary(workspace, report.outcomes, settled=settled)
        finally:
            await workspace.close()
    for problem in report.problems:
        print(f"{problem}", file=sys.stderr)
    _answer(options, summary, _told(summary))
    return PROBLEMS if report.problems else DONE


async def _drain(workspace: Workspace) -> bool:
    """Waits until everything was delivered, retried or died; False if that takes too long."""
    engine = workspace.running()
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            await engine.settle()
            while any(view.waiting for view in workspace.observe.subscriptions()):
                await asyncio.sleep(0.05)
                await engine.settle()
    except TimeoutError:
        return False
    return True


def _summary(workspace: Workspace, outcomes: Mapping[str, int], *, settled: bool) -> dict[str, Any]:
    return {
        "project": workspace.project.name,
        "commands": dict(outcomes),
        "position": workspace.browse.head(),
        "streams": workspace.browse.stream_count(),
        "settled": settled,
        "subscriptions": {
            view.name: {"delivered": view.delivered, "failed": view.failed, "dead": view.dead}
            for view in workspace.observe.subscriptions()
        },
        "projections": {view.name: view.rows for view in workspace.observe.projections()},
        "dead_letters": [
            {
                "number": letter.number,
                "subscription": letter.subscription,
                "reason": letter.reason.value,
                "error": f"{letter.error_type}: {letter.error}",
                "attempts": len(letter.attempts),
            }
            for letter in workspace.repair.letters()
        ],
    }


def _told(summary: Mapping[str, Any]) -> str:
    commands = ", ".join(f"{count} {outcome}" for outcome, count in summary["commands"].items()) or "none"
    lines = [
        f"{summary['project']}: commands: {commands}",
        f"position {summary['position']:,}, {summary['streams']:,} streams",
    ]
    for name, counts in summary["subscriptions"].items():
        told = "".join(f"{counts[what]:>6} {what}" for what in ("delivered", "failed", "dead"))
        lines.append(f"  {name:<20}{told}")
    lines += [f"  {name:<20} {rows:>6} rows" for name, rows in summary["projections"].items()]
    lines += [
        f"dead letter {one['number']}: {one['subscription']}: {one['error']}"
        for one in summary["dead_letters"]
    ]
    return "\n".join(lines)


# -- streams --------------------------------------------------------------------------------------------


async def _streams(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    workspace = open_target(options.project, "", environ=environ)
    try:
        numbers = list(workspace.browse.find_streams(text=options.find)[: max(1, options.limit)])
        found = workspace.browse.streams_numbered(numbers) if numbers else []
    finally:
        await workspace.close()
    _answer(
        options,
        [
            {"name": stream.name, "version": stream.version, "position": stream.last_position}
            for stream in found
        ],
        "\n".join(f"{stream.version:>8,}  {stream.name}" for stream in found) or "no streams",
    )
    return DONE


# -- the store's file -------------------------------------------------------------------------------------


async def _doctor(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    path = store_file(options.project, environ)
    note = _note(options, "looking at")
    checkup = await asyncio.to_thread(check, path, note)
    if checkup.healthy and checkup.current:  # else the rows would be compared with what is wrong itself
        differing = await asyncio.to_thread(check_projections, options.project, environ, note)
        checkup = dataclasses.replace(checkup, findings=tuple(differing))
    sizes = checkup.sizes
    found = [{"rule": finding.rule, "text": finding.text} for finding in checkup.findings]
    lines = [f"{path}: {'healthy' if checkup.healthy else f'{len(found)} findings'}"]
    lines += [f"  {name.replace('_', ' '):<14} {value:>14,}" for name, value in sizes.items()]
    lines += [f"  {finding.rule}: {finding.text}" for finding in checkup.findings]
    lines += advice(checkup)
    said = {"store": str(path), "healthy": checkup.healthy, "sizes": sizes, "findings": found}
    _answer(options, {**said, "advice": advice(checkup)}, "\n".join(lines))
    return DONE if checkup.healthy else PROBLEMS


async def _backup(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    path = store_file(options.project, environ)
    note = _note(options, "copied")
    size = await asyncio.to_thread(
        backup, path, options.file, lambda done, pages: note(f"{done:,} of {pages:,} pages")
    )
    said = {"store": str(path), "copy": str(options.file), "bytes": size}
    _answer(options, said, f"{path} was copied to {options.file}: {size:,} bytes, and the copy is sound")
    return DONE


def _note(options: argparse.Namespace, verb: str) -> Callable[[str], None]:
    """Returns what shows progress on a terminal, and nowhere else."""

    def note(what: str) -> None:
        if not options.json and sys.stderr.isatty():
            print(f"\r\x1b[K{verb} {what}", end="", file=sys.stderr, flush=True)

    return note


def _answer(options: argparse.Namespace, value: Any, text: str) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False) if options.json else text)


def _say(options: argparse.Namespace, text: str) -> None:
    if not options.json:
        print(text)

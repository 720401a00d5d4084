"""Verbs that move events between stores and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, meter, note, one_line, opened
from workbench.cli.arguments import DONE, FAILED, PROBLEMS, Environ, Options, Parser, VerbSpec, words

if TYPE_CHECKING:
    from workbench.interop.field_mapping import Mapping
    from workbench.services.streams.event_export import ExportReport
    from workbench.services.streams.event_import import (
        FileFormat,
        ImportPreview,
        ImportReport,
        RecordReader,
    )
    from workbench.services.streams.event_receivers import Receiver
    from workbench.services.workspace import Workspace

PROBLEMS_SHOWN = 20
FIELDS = {
    "stream": "names the stream",
    "type": "is the type",
    "id": "makes the event unique; '' for none",
    "time": "says when it happened; '' for none",
    "data": "is the payload, all else goes to the metadata; '' for the whole object",
    "correlation": "says what it belongs to; '' for none",
    "causation": "names the event that caused it; '' for none",
}
"""What may be chosen of a mapping, and what the field does."""
CHOSEN = (*FIELDS, "unit", "zone", "category")


# -- in -------------------------------------------------------------------------------------------------


def _import_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("file", metavar="FILE", type=Path, help="JSON objects, one a line or in an array")
    parser.add_argument(
        "--format",
        choices=("auto", "ndjson", "cloudevents", "fields"),
        default="auto",
        help="ndjson is what export writes; fields is any JSON objects; auto looks at the first ones",
    )
    for name, does in FIELDS.items():
        parser.add_argument(f"--{name}", metavar="FIELD", type=words, help=f"the field that {does}")
    parser.add_argument(
        "--unit", choices=("s", "ms", "us", "ns"), help="of times that are numbers, counted since 1970"
    )
    parser.add_argument(
        "--zone", metavar="ZONE", type=words, help="of times that say none: UTC, +02:00, Europe/Berlin"
    )
    parser.add_argument(
        "--category", metavar="WORD", type=words, help="what the names of streams begin with; '' for nothing"
    )
    parser.add_argument(
        "--read-models-only",
        action="store_true",
        help="no subscription, policy or process gets these events, now or later",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="read the whole file, say what would come in, store nothing"
    )
    parser.add_argument("--all-problems", action="store_true", help="name every line that cannot be stored")
    parser.json(
        "stored, known, broken, problems, receivers [{kind, name, events, filtered}];"
        " with --dry-run also format, fields, events [{line, stream, type}]"
    )


async def _import(options: Options, environ: Environ) -> int:
    async with opened(options, environ) as workspace:
        form, reading, preview = _reading(workspace, options)
        if reading is None or preview.zone_is_missing:
            return _undecided(preview)
        if not options.json:
            print(_preview_text(form, preview))
            if not options.dry_run:
                print(f"first lines {_receiver_lines(preview.receivers, options)[0]}")
        keep = None if options.all_problems or options.json else PROBLEMS_SHOWN
        progress = _progress(options)
        transfer = workspace.event_import
        if options.dry_run:
            report = await transfer.look_through(options.file, reading, keep=keep, progress=progress)
        else:
            workspace.running()
            report = await transfer.bring_in(
                options.file, reading, history=options.read_models_only, keep=keep, progress=progress
            )
        receivers = transfer.receivers(report.types)
    shown = report.problems if options.all_problems else report.problems[:PROBLEMS_SHOWN]
    for problem in shown:
        note(f"{options.file}: {one_line(str(problem))}")
    if report.broken > len(shown):
        note(f"… and {report.broken - len(shown):,} more; --all-problems names them all")
    seen = _preview_values(form, preview) if options.dry_run else {}
    value = seen | _report_values(report, receivers)
    said = [report.summary(), *_receiver_lines(receivers, options)]
    answer(options, value, "\n".join(said if options.dry_run else said[:1]))
    return PROBLEMS if report.broken else DONE


def _undecided(preview: ImportPreview) -> int:
    """Says what must be chosen before a file can be read."""
    if preview.zone_is_missing and preview.mapping is not None:
        note(f"workbench: times in {one_line(preview.mapping.time)} say no zone")
        note("  say which: --zone UTC, --zone +02:00 or --zone Europe/Berlin")
        return FAILED
    note("workbench: no field looks like a stream and a type")
    note("  say which: --stream FIELD --type FIELD")
    note(f"  fields: {one_line(', '.join(preview.paths[:40]))}")
    return FAILED


def _reading(
    workspace: Workspace, options: Options
) -> tuple[FileFormat, Mapping | RecordReader | None, ImportPreview]:
    """Returns what the file's objects are, how they are read, and what they would become."""
    from workbench.errors import InvalidValue
    from workbench.services.streams.event_import import FileFormat, reader_of

    preview = workspace.event_import.preview(options.file)
    given = [name for name in CHOSEN if getattr(options, name) is not None]
    fields = not {"stream", "category"}.issuperset(given)
    guessed = FileFormat.FIELDS if fields else preview.form
    form = guessed if options.format == "auto" else FileFormat(options.format)
    if form is FileFormat.FIELDS:
        mapping = _mapping(preview, options)
        return form, mapping, workspace.event_import.preview(options.file, mapping) if mapping else preview
    meant = ("stream", "category") if form is FileFormat.CLOUDEVENTS else ()
    if useless := [f"--{name}" for name in given if name not in meant]:
        said = f"{useless[0]} means nothing here: {form.value} says that itself"
        raise InvalidValue(said, path="", hint="leave it out, or say --format fields")
    reader = reader_of(form, stream=options.stream or "", category=options.category)
    return form, reader, workspace.event_import.preview(options.file, reader=reader)


def _mapping(preview: ImportPreview, options: Options) -> Mapping | None:
    """Returns the guess with what the person chose in its place."""
    from workbench.services.streams.event_import import chosen_mapping

    chosen = {name: getattr(options, name) for name in CHOSEN}
    return chosen_mapping(preview.mapping, chosen, preview.objects)


def _preview_text(form: FileFormat, preview: ImportPreview) -> str:
    from workbench.interop.ndjson import event_line

    mapping = preview.mapping
    said = f"format {form.value}"
    if form == "fields" and mapping is not None:
        said = mapping.summary()
    lines = [f"{preview.path.name}: {said}", *map(event_line, preview.incoming[:5])]
    return "\n".join(one_line(line) for line in lines)


def _receiver_lines(receivers: Sequence[Receiver], options: Options) -> list[str]:
    """Says who gets the events."""
    kept = [one for one in receivers if options.read_models_only and not one.reads_only]
    told = [one for one in receivers if one not in kept]
    lines = [f"received by: {one_line(', '.join(map(str, told))) or 'nothing in this project'}"]
    if kept:
        lines.append(f"kept from: {one_line(', '.join(map(str, kept)))}")
    elif any(not one.reads_only for one in told):
        lines.append("  --read-models-only keeps them from subscriptions, policies and processes")
    return lines


def _preview_values(form: FileFormat, preview: ImportPreview) -> dict[str, Any]:
    mapping = preview.mapping if form == "fields" else None
    fields = {name: getattr(mapping, name) for name in CHOSEN} if mapping is not None else None
    events = [
        {"line": one.line, "stream": one.stream, "type": one.event.type} for one in preview.incoming[:5]
    ]
    return {"format": form.value, "fields": fields, "events": events}


def _report_values(report: ImportReport, receivers: Sequence[Receiver]) -> dict[str, Any]:
    return {
        "stored": report.stored,
        "known": report.known,
        "broken": report.broken,
        "problems": [str(problem) for problem in report.problems],
        "receivers": [
            {"kind": one.kind, "name": one.name, "events": one.events, "filtered": one.filtered}
            for one in receivers
        ],
    }


def _progress(options: Options) -> Callable[[ImportReport | ExportReport], None] | None:
    show = meter(options)
    if show is None:
        return None
    return lambda report: show("" if report.finished else f"{report.share:6.1%}  {report.summary()}")


# -- out ------------------------------------------------------------------------------------------------


def _export_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("file", metavar="FILE", help="the file to write, - for the standard output")
    parser.add_argument(
        "--format",
        choices=("ndjson", "cloudevents", "cloudevents-array"),
        default="ndjson",
        help="ndjson (the default) is the workbench's own format; CloudEvents 1.0 one a line, or in an array",
    )
    parser.add_argument(
        "--stream",
        metavar="NAME",
        type=words,
        action="append",
        default=[],
        help="only this stream; * matches anything",
    )
    parser.add_argument("--reveal", action="store_true", help="write secrets as they are stored, not masked")
    parser.add_argument("--replace", action="store_true", help="write over a file that exists")
    parser.json("file, format, written, masked, broken, problems")


async def _export(options: Options, environ: Environ) -> int:
    from workbench.errors import InvalidValue
    from workbench.services.streams.event_export import EventExport, ExportForm

    to_terminal = options.file == "-"
    if to_terminal and options.json:
        raise InvalidValue("--json and the events cannot both go to the standard output", path="")
    async with opened(options, environ) as workspace:
        report = EventExport(workspace.world).write(
            None if to_terminal else Path(options.file),
            ExportForm(options.format),
            streams=options.stream,
            reveal=options.reveal,
            replace=options.replace,
            progress=_progress(options),
        )
    for problem in report.problems[:PROBLEMS_SHOWN]:
        note(f"workbench: {one_line(problem)}")
    if report.masked:
        note("workbench: what looks like a secret was masked; only with --reveal can it come in again")
    value = {
        "file": options.file,
        "format": options.format,
        "written": report.written,
        "masked": report.masked,
        "broken": report.broken,
        "problems": report.problems,
    }
    if not to_terminal:
        answer(options, value, f"{options.file}: {report.summary()}")
    return PROBLEMS if report.broken else DONE


IMPORT = VerbSpec(
    about="""
        Brings the events of a file in, in the file's order; importing it again adds nothing.

        Three kinds of JSON objects are read, one a line or all in an array:
          ndjson       what `workbench export` writes: everything comes back as it was, versions included
          cloudevents  CloudEvents 1.0; those of others go to streams named by their subject, else their
                       source (--stream takes another attribute); all attributes are kept in the metadata
          fields       any JSON objects: which field is the stream, the type, the id, the time and the
                       payload is guessed and can be chosen, and so is the unit of times that are numbers
                       and the zone of those that say none

        The read models, subscriptions, policies and processes of the project receive the events as if they
        happened now; --dry-run says which, and --read-models-only keeps history from those that act.
        A value comes in exactly as it is, or its line is refused. A line that cannot be stored is named and
        the rest comes in; then it ends with 3.
    """,
    examples="""
        workbench import my-project log.ndjson --dry-run
        workbench import my-project log.ndjson --stream repo.name --type type --time created_at --unit ms
        workbench import my-project events.json --format cloudevents
    """,
    arguments=_import_takes,
    work=_import,
)
EXPORT = VerbSpec(
    about="""
        Writes events into a file, in the order of the log. Brought into an empty store by `workbench import`,
        they are what they were: ids, versions, times, correlation, causation, metadata, data to the letter.
        Messages, read models, dead letters and whether a stream is closed are no events and stay behind;
        `workbench backup` copies all.

        What looks like a secret is masked, and an event with a mask is refused by an import: --reveal writes
        everything as it is stored.
    """,
    examples="""
        workbench export my-project events.ndjson --reveal
        workbench export my-project users.json --format cloudevents-array --stream 'user-*'
        workbench export my-project - | head -3
    """,
    arguments=_export_takes,
    work=_export,
)

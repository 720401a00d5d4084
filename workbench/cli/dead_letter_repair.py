"""Repairs many dead letters at once: one patch, a ladder, a rehearsal; owners and notes."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, compact, meter, note, one_line, opened
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, rate, words
from workbench.cli.letter_choice import choice_options, chosen
from workbench.cli.letter_jobs_verb import ended, job_said, job_value
from workbench.model.counts import counted
from workbench.model.hints import in_brackets
from workbench.model.operator_acts import DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.services.dead_letters import JobReport
    from workbench.services.dead_letters.letter_patch import LetterPatch
    from workbench.services.dead_letters.letter_rehearsal import Rehearsal
    from workbench.services.dead_letters.patch_report import PatchReport
    from workbench.services.workspace import Workspace

PREVIEWS = 3
"""Letters of which a preview shows what changes."""


def _takes(parser: Parser) -> None:
    choice_options(parser, "repaired")
    parser.add_argument(
        "--set",
        metavar="FIELD=TEXT",
        type=words,
        action="append",
        default=[],
        help="set a field of every payload; FIELD:=JSON for a value that is not text",
    )
    for name, metavar, said in (
        ("remove", "FIELD", "remove a field, where it is there"),
        ("rename", "FIELD=NAME", "give a field another name"),
        ("copy", "FIELD=FIELD", "set a field to what another one holds"),
        ("cel", "FIELD=CEL", "set a field to what an expression gives, such as amount=data.amount * 100"),
    ):
        parser.add_argument(f"--{name}", metavar=metavar, type=words, action="append", default=[], help=said)
    parser.add_argument(
        "--replace",
        nargs=3,
        metavar=("FIELD", "TEXT", "WITH"),
        type=words,
        action="append",
        default=[],
        help="replace a text wherever it stands in a field",
    )
    parser.add_argument(
        "--patch",
        metavar="FILE",
        help="a JSON Patch (RFC 6902), or the patch of an answer; - for standard input",
    )
    parser.add_argument(
        "--ladder",
        metavar="STEPS",
        type=words,
        default="",
        help="replay by steps such as 1,5,20, then the rest; stop at the first new failure",
    )
    parser.add_argument("--pace", metavar="N", type=rate, default=0.0, help="at most N letters a second")
    parser.add_argument("--preview", action="store_true", help="only say what the patch would make of them")
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="only replay them in a copy of the store, and say what would become of them;"
        " handlers really run, and what they do outside happens, unless they check context.dry_run",
    )
    parser.add_argument(
        "--anyway", action="store_true", help="write fields, too, that the schema of the type does not have"
    )
    parser.wait()
    parser.trust()
    parser.json(
        "patch, chosen, fit, unchanged, unknown [{why, numbers}], left_out [{why, numbers}], after a replay"
        " job, status, act, letters, begun, fates, others, behind, steps, after a rehearsal rehearsal"
        " [{outcome, resolved, numbers}]"
    )


async def _repair(options: Options, environ: Environ) -> int:
    from workbench.services.dead_letters.letter_ladder import parse_ladder
    from workbench.services.project.open_project import need_model

    ladder, patch = parse_ladder(options.ladder), _patch(options)
    show = meter(options) or (lambda _: None)
    report = None
    async with opened(options, environ) as workspace:
        try:
            need_model(workspace, "repairing")
            numbers = await asyncio.to_thread(chosen, options, workspace, ("open",))
            told = lambda done, many: show(f"checking {done:,} of {many:,}")  # noqa: E731  # for one call
            tried = await workspace.dead_letters.repair.check(patch, numbers, told)
            patched = bool(options.patch or patch.changes)
            unknown = bool(tried.unknown) and not options.anyway
            same = patched and len(tried.unchanged) == len(tried.fit)
            value = _value(patch, numbers, tried)
            lines = _said(numbers, tried)
            if options.rehearse:
                rehearsed = await _rehearsed(workspace, patch, tried, show)
                value["rehearsal"] = _outcomes(rehearsed)
                lines += _rehearsal_said(rehearsed)
            elif options.preview or not tried.fit:
                lines += _previews(workspace, patch, tried)
            elif unknown:
                lines.append("nothing was replayed; with --anyway such fields are written")
            elif same:
                lines.append("the patch changes none of these letters, so nothing was replayed")
            else:
                report = await _replayed(options, workspace, patch, ladder, tried)
                value |= job_value(report)
                lines += job_said(report)
        finally:
            show("")
    answer(options, value, "\n".join(lines))
    if report is None:
        fails = any(not one["resolved"] for one in value.get("rehearsal", ()))
        unsent = same and not (options.rehearse or options.preview)
        return PROBLEMS if tried.misfits or fails or unsent or unknown else DONE
    return DONE if report.resolved == len(numbers) else PROBLEMS


async def _rehearsed(
    workspace: Workspace, patch: LetterPatch, tried: PatchReport, show: Callable[[str], object]
) -> Rehearsal:
    def told(what: str, done: int, of: int) -> None:
        show(f"{what.lower()} {done:,} of {of:,}")

    changes = patch if patch.steps or patch.changes else None
    return await workspace.dead_letters.repair.rehearsal.run(tried.fit, told, patch=changes)


def _outcomes(rehearsed: Rehearsal) -> list[dict[str, Any]]:
    return [
        {"outcome": one.words, "resolved": one.resolved, "numbers": list(one.numbers)}
        for one in rehearsed.outcomes
    ]


def _rehearsal_said(rehearsed: Rehearsal) -> list[str]:
    rows = [(len(one.numbers), one.words) for one in rehearsed.outcomes]
    said = f"rehearsed {rehearsed.count:,} in a copy, {rehearsed.seconds:.1f} s; nothing was stored"
    return [said, *columns(("LETTERS", "OUTCOME"), rows).splitlines()] if rows else [said]


def _patch(options: Options) -> LetterPatch:
    from workbench.cli.dead_letter_actions import read_payload_of
    from workbench.cli.field_arguments import assign
    from workbench.errors import InvalidValue
    from workbench.services.dead_letters.letter_patch import FieldChange, LetterPatch, parse_letter_patch

    fields = (options.set, options.remove, options.rename, options.copy, options.replace, options.cel)
    if options.patch:
        if any(fields):
            raise InvalidValue("a patch is a file or fields, not both", path="", hint="leave one of them out")
        return parse_letter_patch(read_payload_of(options.patch))
    changes = []
    for text in options.set:
        made: dict[str, Any] = {}
        assign(made, text)
        field = text.partition("=")[0].removesuffix(":")
        for part in field.split("."):
            made = made[part]
        changes.append(FieldChange(way="set", field=field, value=made))
    changes += [FieldChange(way="remove", field=field) for field in options.remove]
    for field, find, new in options.replace:
        if not find:
            raise InvalidValue(f"--replace {field}: there is no text to look for", path="")
        changes.append(FieldChange(way="replace", field=field, value=new, find=find))
    for way, said in (("rename", options.rename), ("copy", options.copy), ("expression", options.cel)):
        for text in said:
            field, equals, value = text.partition("=")
            if not (field and equals and value):
                raise InvalidValue(f"write FIELD=… and not {text!r}", path="")
            changes.append(FieldChange(way=way, field=field, value=value))
    return LetterPatch(changes=changes)


def _value(patch: LetterPatch, numbers: list[int], tried: PatchReport) -> dict[str, Any]:
    from workbench.model.json_values import read_text

    return {
        "patch": read_text(patch.text),
        "chosen": len(numbers),
        "fit": len(tried.fit),
        "unchanged": len(tried.unchanged),
        "unknown": [{"why": why, "numbers": list(some)} for why, some in tried.unknown],
        "left_out": [{"why": why, "numbers": list(some)} for why, some in tried.misfits],
    }


def _said(numbers: list[int], tried: PatchReport) -> list[str]:
    free = len(tried.unjudged)
    lines = [f"{len(tried.fit) - free:,} of {len(numbers):,} fit the schema of their type"]
    lines[0] += f", {free:,} have none" if free else ""
    if tried.unchanged:
        lines[0] += f", {len(tried.unchanged):,} of them as they are"
    lines += [f"no letter has {one_line(field)}" for field in tried.absent]
    lines += [f"in {len(some):,} of them {one_line(why)}" for why, some in tried.unknown]
    lines += [f"{len(some):,} left out: {one_line(why)}" for why, some in tried.misfits]
    return lines


def _previews(workspace: Workspace, patch: LetterPatch, tried: PatchReport) -> list[str]:
    from workbench.model.json_differences import differences
    from workbench.model.secrets import masked

    lines = []
    for number in tried.fit[:PREVIEWS]:
        found = workspace.dead_letters.repair.preview(patch, number)
        lines.append(f"dead letter {number}")
        for one in differences(masked(found.before), masked(found.after)):
            before = compact(one.before, 60) if one.kind != "added" else ""
            after = compact(one.after, 60) if one.kind != "removed" else ""
            lines.append(f"  {one.kind} {one_line(one.path)}: {' -> '.join(filter(None, (before, after)))}")
    return lines


async def _replayed(
    options: Options,
    workspace: Workspace,
    patch: LetterPatch,
    ladder: tuple[int, ...],
    tried: PatchReport,
) -> JobReport:
    await workspace.start()
    number = await workspace.dead_letters.repair.begin(
        tried.fit,
        patch=patch if patch.steps or patch.changes else None,
        ladder=ladder,
        per_second=options.pace,
        left_out=tried.left_out,
    )
    return await ended(workspace, number, options.wait)


def _note_takes(parser: Parser) -> None:
    choice_options(parser, "noted")
    parser.add_argument("--owner", metavar="NAME", type=words, help="who takes care of them; - for none")
    parser.add_argument("--text", metavar="TEXT", type=words, help="what is known of them; - for nothing")
    parser.add_argument("--replace", action="store_true", help="write over what others noted of them")
    parser.json("noted, operation")


async def _note(options: Options, environ: Environ) -> int:
    from workbench.errors import InvalidValue
    from workbench.model.dead_letter import LetterStatus

    if options.owner is None and options.text is None:
        raise InvalidValue("what is to be noted?", path="", hint="give --owner NAME or --text TEXT")
    owner, text = (
        None if one is None else "" if one == "-" else one for one in (options.owner, options.text)
    )
    async with opened(options, environ) as workspace:
        workspace.running()
        numbers = await asyncio.to_thread(chosen, options, workspace, tuple(LetterStatus))
        if not options.replace:
            _keep_noted(workspace, numbers, owner, text)
        noted, act = await workspace.dead_letters.repair.write_note(numbers, owner=owner, text=text)
        record = workspace.world.reader.action(act=act) if act else None
    undo = f"operation {record.number}: workbench undo undoes it for {DAYS}" if record else ""
    value = {"noted": noted, "operation": record.number if record else None}
    answer(options, value, in_brackets(f"{noted:,} noted", undo))
    return DONE


def _keep_noted(workspace: Workspace, numbers: list[int], owner: str | None, text: str | None) -> None:
    """Refuses to write over what is noted already, as the window asks first; taking it away is plain.

    Raises:
        InvalidValue: Something would be lost; says what.
    """
    from workbench.errors import InvalidValue

    lost = []
    for number, before in workspace.dead_letters.repair.noted(numbers).items():
        pairs = zip(before, (owner, text), strict=True)
        if gone := [was for was, new in pairs if was and new and new != was]:
            lost.append(f"{number} {one_line(', '.join(gone))}")
    if lost:
        more = f" and {len(lost) - PREVIEWS:,} more" if len(lost) > PREVIEWS else ""
        said = f"this would write over what is noted of {counted(len(lost), 'dead letter')}"
        raise InvalidValue(
            f"{said}: {'; '.join(lost[:PREVIEWS])}{more}", path="", hint="--replace writes over it"
        )


def _export_takes(parser: Parser) -> None:
    choice_options(parser, "exported")
    parser.add_argument("--to", metavar="FILE", type=Path, required=True, help="the file, NDJSON")
    parser.add_argument("--replace", action="store_true", help="write over a file that exists")
    parser.json("exported, file")


async def _export(options: Options, environ: Environ) -> int:
    from workbench.model.dead_letter import LetterStatus

    show = meter(options) or (lambda _: None)
    async with opened(options, environ) as workspace:
        numbers = await asyncio.to_thread(chosen, options, workspace, tuple(LetterStatus))
        told = lambda done, many: show(f"exporting {done:,} of {many:,}")  # noqa: E731  # for one call
        count = await workspace.dead_letters.transfer.export(
            numbers, options.to, told, replace=options.replace
        )
    show("")
    said = f"{count:,} exported to {options.to}; secrets are in it as they are"
    answer(options, {"exported": count, "file": str(options.to)}, said)
    return DONE


def _import_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("file", metavar="FILE", type=Path, help="what export wrote")
    parser.json("imported, there, problems")


async def _import(options: Options, environ: Environ) -> int:
    async with opened(options, environ) as workspace:
        workspace.running()
        report = await workspace.dead_letters.transfer.bring_in(options.file)
    lines = [f"{report.imported:,} imported, {report.there:,} there already"]
    lines += [one_line(problem) for problem in report.problems]
    if report.doubt:
        note(report.doubt)
    answer(options, asdict(report), "\n".join(lines))
    return PROBLEMS if report.problems else DONE


ACTIONS = {
    "repair": VerbSpec(
        about="""
            Replays many as edited copies, each changed by one patch.

            Every copy is checked against the schema of its type first; those that do not fit are left out.
            A patch that changes none of them, or sets what is no field of their type, replays none and ends
            with 3.
            What was replayed cannot be undone; what still waits can: cancel its job.
        """,
        examples="""
            workbench dead-letters repair my-project --where "!has(data.attempt)" --set attempt:=1 --preview
            workbench dead-letters repair my-project --words attempt --set attempt:=1 --ladder 1,5,20
        """,
        arguments=_takes,
        work=_repair,
    ),
    "export": VerbSpec(
        about="Writes dead letters to a file, every value exactly as it is.",
        examples="workbench dead-letters export my-project --all --to letters.ndjson",
        arguments=_export_takes,
        work=_export,
    ),
    "import": VerbSpec(
        about="""
            Brings dead letters in from a file that export wrote, into the store whose messages they are of.

            What is here already is left as it is; a letter of another message is refused. Ends with 3 then.
        """,
        examples="workbench dead-letters import my-project letters.ndjson",
        arguments=_import_takes,
        work=_import,
    ),
    "note": VerbSpec(
        about="""
            Writes who takes care of dead letters, and what is known of them.

            Letters of any status are noted; list without --status lists those that are open or replaying.
            What is noted already is written over only with --replace; that can be undone.
        """,
        examples='workbench dead-letters note my-project 7 --owner ann --text "asked the provider"',
        arguments=_note_takes,
        work=_note,
    ),
}

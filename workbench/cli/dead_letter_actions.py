"""Actions on dead letters: replay, edit, purge, restore."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.answers import answer, columns, meter, one_line, opened
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, words
from workbench.cli.letter_choice import choice_options, chosen, which_letter
from workbench.model.dead_letter import LetterAct, allowed, purge_behind
from workbench.model.hints import in_brackets
from workbench.model.operator_acts import purge_prospect

if TYPE_CHECKING:
    from workbench.services.dead_letters import Report
    from workbench.services.dead_letters.dead_letter_replay import Fate
    from workbench.services.dead_letters.letter_patch import PatchedLetter
    from workbench.services.workspace import Workspace
    from workbench.store.stored_values import DeadLetter


# -- replaying ------------------------------------------------------------------------------------------


def _replay_takes(parser: Parser) -> None:
    choice_options(parser, "replayed")
    parser.wait()
    parser.trust()
    parser.json("[{number, outcome, became, detail}]")


async def _replay(options: Options, environ: Environ) -> int:
    from workbench.services.dead_letters.dead_letter_replay import DeadLetterReplay
    from workbench.services.project.open_project import need_model

    show = meter(options) or (lambda _: None)
    async with opened(options, environ) as workspace:
        try:
            need_model(workspace, "replaying")
            numbers = chosen(options, workspace, ("open",))
            if numbers:
                await workspace.start()
            show(f"replaying {len(numbers):,}")
            replay = DeadLetterReplay(workspace.dead_letters, workspace.drain)
            fates = await replay.replay(numbers, seconds=options.wait) if numbers else []
        finally:
            show("")
    return _told(options, fates)


def _told(options: Options, fates: Sequence[Fate]) -> int:
    rows = [
        (one.number, one.outcome + (f", became {one.became}" if one.became else ""), one.detail)
        for one in fates
    ]
    text = columns(("NUMBER", "OUTCOME", ""), rows) if rows else "no dead letters to replay"
    answer(options, [asdict(one) for one in fates], text)
    return DONE if all(one.outcome == "resolved" for one in fates) else PROBLEMS


def _edit_takes(parser: Parser) -> None:
    parser.project()
    parser.number("NUMBER", "of the dead letter; left out, the newest open ones are named")
    parser.add_argument(
        "--set",
        metavar="FIELD=TEXT",
        type=words,
        action="append",
        default=[],
        help="change a field of the payload; FIELD:=JSON for a value that is not text",
    )
    parser.add_argument(
        "--file", metavar="FILE", help="take the whole payload from a file, - for standard input"
    )
    parser.add_argument(
        "--anyway", action="store_true", help="write fields, too, that the schema of the type does not have"
    )
    parser.wait()
    parser.trust()
    parser.json("[{number, outcome, became, detail}]")


async def _edit(options: Options, environ: Environ) -> int:
    from workbench.services.dead_letters.dead_letter_replay import DeadLetterReplay, Fate
    from workbench.services.project.open_project import need_model

    async with opened(options, environ) as workspace:
        if options.number is None:
            return which_letter(options, workspace, "edit")
        need_model(workspace, "replaying an edited copy")
        text = _edited(options, workspace)
        made = workspace.dead_letters.check_edit(options.number, text)
        if refused := _refused(made, anyway=options.anyway):
            fate = Fate(number=options.number, outcome="not replayed", detail=refused)
        else:
            await workspace.start()
            replay = DeadLetterReplay(workspace.dead_letters, workspace.drain)
            fate = await replay.edit_and_replay(options.number, text, seconds=options.wait)
    return _told(options, [fate])


def _refused(made: PatchedLetter, *, anyway: bool) -> str:
    """Returns why an edited copy that fits is not replayed as it is; empty where it may be."""
    if not made.changed:
        return "the copy says what the letter says; replay gives it back as it is"
    if made.unknown and not anyway:
        return f"{'; '.join(made.unknown)}; with --anyway it is written"
    return ""


def _edited(options: Options, workspace: Workspace) -> str:
    from workbench.errors import InvalidValue

    if bool(options.set) is bool(options.file):
        raise InvalidValue("what is to change?", path="", hint="give --set FIELD=TEXT, or --file FILE")
    if options.set:
        return _with_fields(workspace.dead_letters.get(options.number), options.set)
    return read_payload_of(options.file)


def _with_fields(letter: DeadLetter, fields: Sequence[str]) -> str:
    """Returns a dead letter's payload with some fields changed."""
    from workbench.cli.field_arguments import assign
    from workbench.errors import InvalidValue
    from workbench.model.json_values import read_json, write_json

    value = read_json(letter.edited or letter.data)
    if not isinstance(value, dict):
        said = "the payload is no object, so it has no fields"
        raise InvalidValue(said, path="", hint="give all of it: --file")
    for field in fields:
        assign(value, field)
    return write_json(value)


def read_payload_of(name: str) -> str:
    """Returns the text of a file; of the standard input for ``-``."""
    return _read_payload(None if name == "-" else Path(name))


def _read_payload(path: Path | None) -> str:
    """Returns the text of a file, or of the standard input."""
    from workbench.errors import InvalidValue
    from workbench.model.json_values import MAX_BYTES
    from workbench.tusk import read_file

    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if path is None else read_file(path, MAX_BYTES)
        return data.decode()
    except OSError as error:
        raise InvalidValue(f"{path} cannot be read: {error.strerror or error}", path="") from error
    except UnicodeDecodeError as error:
        raise InvalidValue(f"the payload is not UTF-8 at byte {error.start + 1}", path="") from error


# -- putting away ---------------------------------------------------------------------------------------


def _purge_takes(parser: Parser) -> None:
    choice_options(parser, "purged")
    parser.add_argument(
        "--keep-blocked",
        action="store_true",
        help="what waits behind them stays blocked, instead of going on",
    )
    parser.json("asked, done, skipped, failed, trouble, went_on, behind, operation")


async def _purge(options: Options, environ: Environ) -> int:
    skip_on = not options.keep_blocked
    async with opened(options, environ) as workspace:
        workspace.running()
        letters, numbers = workspace.dead_letters, chosen(options, workspace, allowed(LetterAct.PURGE))
        before = letters.blocked_behind(numbers)
        report = await letters.purge(numbers, skip_on=skip_on)
        behind = letters.blocked_behind(numbers)
        record = workspace.world.reader.action(act=report.act) if report.act else None
    went = max(0, before - behind)
    said = _done(report, "purged")
    said += f"; {purge_behind(report.done, went, skip_on=True)}" if went else ""
    said += f"; {purge_behind(report.done, behind, skip_on=False)}" if behind else ""
    if record is not None:
        said = f"{in_brackets(said, f'operation {record.number}: workbench undo')}\n{purge_prospect(went)}"
    more = {"went_on": went, "behind": behind, "operation": record.number if record else None}
    return _answered(options, report, said, more)


def _restore_takes(parser: Parser) -> None:
    choice_options(parser, "restored")
    parser.json("asked, done, skipped, failed, trouble, behind, operation")


async def _restore(options: Options, environ: Environ) -> int:
    async with opened(options, environ) as workspace:
        workspace.running()
        numbers = chosen(options, workspace, allowed(LetterAct.RESTORE))
        report = await workspace.dead_letters.restore(numbers)
        behind = workspace.dead_letters.blocked_behind(numbers)
        record = workspace.world.reader.action(act=report.act) if report.act else None
    said = _done(report, "restored", ", or their message has another letter now")
    more = {"behind": behind, "operation": record.number if record else None}
    return _answered(options, report, said, more)


def _done(report: Report, done: str, why: str = "") -> str:
    """Says on how many an action took effect, and why not on the others.

    Args:
        why: Another reason to skip a letter than its status.
    """
    said = f"{report.done:,} of {report.asked:,} {done}"
    if report.skipped:
        said += f"; {report.skipped:,} skipped, because their status does not allow it{why}"
    return said + (f"; {report.failed:,} failed: {one_line(report.trouble)}" if report.failed else "")


def _answered(options: Options, report: Report, said: str, more: Mapping[str, object]) -> int:
    value = {**asdict(report), **more}
    del value["act"], value["changed"]
    answer(options, value, said)
    return PROBLEMS if report.skipped or report.failed else DONE


ACTIONS = {
    "replay": VerbSpec(
        about="""
            Gives dead letters back to the subscriptions that failed, and says what became of each.

            The project runs until that is settled; everything else that waits is delivered meanwhile, too.
            Ends with 3 unless all of them were resolved.
        """,
        examples="""
            workbench dead-letters replay my-project 7 8
            workbench dead-letters replay my-project --all
        """,
        arguments=_replay_takes,
        work=_replay,
    ),
    "edit": VerbSpec(
        about="""
            Replays an edited copy of one and says what became of it.

            The copy is checked against its type first; the original stays as it was. One that changes
            nothing, or sets what is no field of its type, is not replayed. Ends with 3 unless it was
            resolved.
        """,
        examples="""
            workbench dead-letters edit my-project 7 --set email=ada@example.org
            workbench dead-letters edit my-project 7 --file payload.json
        """,
        arguments=_edit_takes,
        work=_edit,
    ),
    "purge": VerbSpec(
        about="""
            Takes dead letters away for seven days, then for good; until then that can be undone.

            What waits behind them goes on, or stays blocked with --keep-blocked; the answer says how much.
        """,
        examples="workbench dead-letters purge my-project 7 --keep-blocked",
        arguments=_purge_takes,
        work=_purge,
    ),
    "restore": VerbSpec(
        about="Opens dead letters again that were archived or purged; undo does that for a whole operation.",
        examples="workbench dead-letters restore my-project 7",
        arguments=_restore_takes,
        work=_restore,
    ),
}

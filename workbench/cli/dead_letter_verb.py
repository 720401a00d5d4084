"""The verb about dead letters, with an action for all that can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.cli.answers import (
    answer,
    columns,
    indented,
    json_masked,
    many_lines,
    one_line,
    opened,
    when,
    zone_of,
)
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec, count, words
from workbench.cli.dead_letter_actions import ACTIONS
from workbench.cli.dead_letter_repair import ACTIONS as REPAIRS
from workbench.cli.letter_choice import (
    check_fields,
    query_of,
    search_options,
    subscription_option,
    which_letter,
)
from workbench.cli.letter_jobs_verb import JOBS
from workbench.model.counts import counted
from workbench.model.dead_letter import LetterStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.services.dead_letters.letter_index import LetterCluster, LettersFound
    from workbench.services.workspace import Workspace
    from workbench.store.stored_values import DeadLetter

STATUSES = tuple(status.value for status in LetterStatus)
ORIGINAL = "original"
"""What tries say of the payload that the message itself has."""


# -- looking --------------------------------------------------------------------------------------------


def _list_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--status",
        choices=(*STATUSES, "all"),
        action="append",
        help="only these (default: open and replaying)",
    )
    parser.add_argument(
        "--limit", metavar="N", type=count, default=50, help="the newest N at most (default 50)"
    )
    subscription_option(parser)
    search_options(parser)
    parser.add_argument(
        "--group-by",
        metavar="FIELD",
        type=words,
        default="",
        help="count them by message, cause, type, key, subscription, reason, owner, a field of the payload"
        " such as card.brand (data.type for one called so), one of the edited copy such as edited.card.brand,"
        " or CEL",
    )
    parser.add_argument("--then", metavar="FIELD", type=words, default="", help="and each group by this")
    parser.zone()
    parser.json(
        "[{number, status, subscription, type, key, reason, error, attempts, died_at, parent}], or with"
        " --group-by: found, of, failures, unknown,"
        " groups [{value, count, share, about, first_at, last_at, groups}]"
    )


async def _list(options: Options, environ: Environ) -> int:
    from workbench.services.dead_letters import OPEN

    zone = zone_of(options, environ)
    chosen = options.status or [status.value for status in OPEN]
    statuses = STATUSES if "all" in chosen else chosen
    async with opened(options, environ) as workspace:
        workspace.dead_letters.need_subscription(options.subscription)
        if options.group_by:
            return _grouped(options, workspace, statuses)
        lines: list[str] = []
        if options.words or options.where or options.chips or options.subscription:
            sought = workspace.dead_letters.repair.find(query_of(options, statuses))
            check_fields(workspace, sought)
            found = workspace.dead_letters.numbered(sought.numbers[: options.limit])
            lines = [*filter(None, (_fitting(sought, len(found)), sought.valueless))]
        else:
            found = workspace.dead_letters.page(statuses, limit=options.limit)
        counts = workspace.dead_letters.counts()
    rows = [
        (
            one.number,
            one.status.value.replace("_", " "),
            one.subscription,
            one.type,
            one.key,
            len(one.attempts),
            when(one.died_at, zone),
            _error(one),
        )
        for one in found
    ]
    heads = ("NUMBER", "STATUS", "SUBSCRIPTION", "TYPE", "KEY", "TRIES", "DIED", "ERROR")
    said = ", ".join(f"{number:,} {status.replace('_', ' ')}" for status, number in sorted(counts.items()))
    text = columns(heads, rows) if rows else "no dead letters"
    lines += [f"in all: {said}"] if said else []
    answer(options, [_brief(one) for one in found], "\n".join([text, *lines]))
    return DONE


def _grouped(options: Options, workspace: Workspace, statuses: Sequence[str]) -> int:
    query = query_of(options, statuses, by=options.group_by, then=options.then)
    found = workspace.dead_letters.repair.find(query)
    check_fields(workspace, found)
    rows = []
    for one in found.clusters:
        rows.append((one.count, _share(one, found.numbers), one.value or f"{one.others} others", one.about))
        rows += [
            (part.count, _share(part, one.numbers), f"  {part.value or f'{part.others} others'}", "")
            for part in one.parts
        ]
    table = columns(("LETTERS", "SHARE", options.group_by.upper(), ""), rows) if rows else "no dead letters"
    searched = (
        "" if found.searched == found.total else f", of which the newest {found.searched:,} were searched"
    )
    value = {
        "found": len(found.numbers),
        "of": found.total,
        "failures": dict(found.failures),
        "unknown": found.unknown,
        "groups": [_cluster(one, found.numbers) for one in found.clusters],
    }
    said = [f"{len(found.numbers):,} of {found.total:,}{searched}", found.valueless, found.unknown]
    answer(options, value, "\n".join([table, *filter(None, said)]))
    return DONE


def _fitting(sought: LettersFound, listed: int) -> str:
    """Says how many letters fit, where there are any."""
    count = len(sought.numbers)
    if not count:
        return ""
    return f"{counted(count, 'letter')} found" + (f", the newest {listed:,} listed" if count > listed else "")


def _share(one: LetterCluster, of: Sequence[int]) -> str:
    return f"{one.count / len(of):.0%}"


def _cluster(one: LetterCluster, of: Sequence[int]) -> dict[str, Any]:
    return {
        "value": one.value,
        "count": one.count,
        "share": round(one.count / len(of), 4),
        "about": one.about,
        "first_at": when(one.first_at),
        "last_at": when(one.last_at),
        "groups": [_cluster(part, one.numbers) for part in one.parts],
    }


def _error(letter: DeadLetter) -> str:
    return f"{letter.error_type}: {letter.error}" if letter.error_type else letter.error


def _brief(letter: DeadLetter) -> dict[str, Any]:
    return {
        "number": letter.number,
        "status": letter.status.value,
        "subscription": letter.subscription,
        "type": letter.type,
        "key": letter.key,
        "reason": letter.reason.value,
        "error": _error(letter),
        "attempts": len(letter.attempts),
        "died_at": when(letter.died_at),
        "parent": letter.parent,
    }


def _show_takes(parser: Parser) -> None:
    parser.project()
    parser.number("NUMBER", "of the dead letter; left out, the newest open ones are named")
    parser.add_argument(
        "--reveal",
        metavar="KEY",
        type=words,
        action="append",
        default=[],
        help="show the value of this key, though it looks like a secret",
    )
    parser.zone()
    parser.json(
        "as in list, and topic, position, message_id, tries [{at, error, payload}], place, traceback, data,"
        " edited, became, changed_in, blocked_behind, owner, note"
    )


async def _show(options: Options, environ: Environ) -> int:
    zone = zone_of(options, environ)
    async with opened(options, environ) as workspace:
        if options.number is None:
            return which_letter(options, workspace, "show")
        letter = workspace.dead_letters.get(options.number)
        became = await workspace.dead_letters.made_by(letter)
        payloads = await workspace.dead_letters.payloads(letter.number)
        blocked = workspace.dead_letters.blocked_behind((letter.number,))
        noted = workspace.dead_letters.repair.facts(letter.number)
    data = json_masked(letter.data, options.reveal)
    edited = json_masked(letter.edited, options.reveal) if letter.edited is not None else None
    changed = payloads.changed
    tries = [
        {"at": when(one.at), "error": f"{one.error_type}: {one.error}", "payload": payload or None}
        for one, payload in zip(letter.attempts, payloads.tries, strict=True)
    ]
    succeeded = letter.changed_at if letter.status is LetterStatus.RESOLVED else None
    if succeeded is not None:
        tries.append({"at": when(succeeded), "error": None, "payload": payloads.success or None})
    value = _brief(letter) | {
        "topic": letter.topic,
        "position": letter.position,
        "message_id": str(letter.message_id),
        "tries": tries,
        "place": letter.place,
        "traceback": letter.traceback,
        "data": data,
        "edited": edited,
        "became": became or None,
        "changed_in": changed or None,
        "blocked_behind": blocked,
        "owner": noted.owner,
        "note": noted.note,
    }
    facts = [
        ("status", letter.status.value.replace("_", " ") + (f", became {became}" if became else "")),
        ("subscription", letter.subscription),
        ("message", f"{letter.type} at position {letter.position}, topic {letter.topic}"),
        ("key", letter.key),
        ("reason", letter.reason.value.replace("_", " ")),
        ("error", _error(letter)),
        ("where", letter.place),
        ("died", when(letter.died_at, zone)),
        ("replayed from", str(letter.parent or "")),
        ("payload", f"as changed in {changed}" if changed else ""),
        ("waiting behind it", str(blocked or "")),
        ("owner", noted.owner),
        ("note", noted.note),
    ]
    lines = [f"dead letter {letter.number}"]
    lines += columns(("", ""), [(f"  {name}", said) for name, said in facts if said]).splitlines()[1:]
    lines += ["", "tries:"]
    told = [
        f"  {when(one.at, zone)}  payload {payload or ORIGINAL}: {one.error_type}: {one.error}"
        for one, payload in zip(letter.attempts, payloads.tries, strict=True)
    ]
    if succeeded is not None:
        told.append(f"  {when(succeeded, zone)}  payload {payloads.success or ORIGINAL}: succeeded")
    lines += list(map(one_line, told)) or ["  none"]
    lines += ["", "data:", indented(data, "  ")]
    lines += ["", "edited copy:", indented(edited, "  ")] if edited is not None else []
    lines += ["", many_lines(letter.traceback)] if letter.traceback else []
    answer(options, value, "\n".join(lines))
    return DONE


LETTERS = VerbSpec(
    about="Looks at dead letters and repairs them. What they held is never altered.",
    examples="""
        workbench dead-letters my-project
        workbench dead-letters show my-project 7
        workbench dead-letters my-project --group-by message --then email
        workbench dead-letters replay my-project --subscription welcome-mail
        workbench dead-letters edit my-project 7 --set email=ada@example.org
    """,
    actions={
        "list": VerbSpec(
            about="Lists dead letters, the newest first.",
            examples="workbench dead-letters list my-project --status all --json",
            arguments=_list_takes,
            work=_list,
        ),
        "show": VerbSpec(
            about="Shows one: why it died, every try, what it holds. What looks like a secret is masked.",
            examples="workbench dead-letters show my-project 7",
            arguments=_show_takes,
            work=_show,
        ),
        **ACTIONS,
        **REPAIRS,
        **JOBS,
    },
)

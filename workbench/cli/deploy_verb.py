"""The verb that says what another model would do to what is stored."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, columns, many_lines, meter, one_line
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, words

if TYPE_CHECKING:
    from workbench.services.deploy.rehearsed import Rehearsed

SHOWN = 20
"""Lines of what differs that a person is shown; JSON has all that are kept."""


def _takes(parser: Parser) -> None:
    either = "a project folder, or git:REVISION of the other one's"
    parser.add_argument("old", metavar="OLD", type=words, help=f"the present model: {either}")
    parser.add_argument("new", metavar="NEW", type=words, help=f"the model to be: {either}")
    parser.add_argument(
        "--store",
        metavar="FILE",
        type=Path,
        help="over this store, only read (default: that of OLD)",
    )
    parser.trust()
    parser.json(
        "old, new, store, head, changes, sections [{change, kind, name, keys}],"
        " looked {stream, row, command, event}, differ {…}, refused_before,"
        " reasons [{kind, where, said, count, first}], untold,"
        " differences [{kind, where, key, column, ours, theirs, since}]"
    )


async def _rehearse(options: Options, environ: Environ) -> int:
    from workbench.services.deploy.sources import loaded_model, rehearse, sources_of
    from workbench.services.maintenance.store_owner import check_own_store

    show = meter(options) or (lambda _: None)
    old, new = sources_of(options.old, options.new)
    with (
        loaded_model(old, environ, trust=options.trust) as before,
        loaded_model(new, environ, trust=options.trust, before=before) as after,
    ):
        stored = after if old.revision else before
        if options.store is None:
            check_own_store(stored, environ, allow=options.trust)
        store = options.store or stored.store_path
        found = await asyncio.to_thread(
            rehearse,
            store,
            before,
            after,
            lambda what, done, of: show(f"{what.lower()}: {done:,} of {of:,}"),
        )
    show("")
    names = {"old": str(old), "new": str(new), "store": str(store)}
    answer(options, names | _value(found), "\n".join(_told(found)))
    return DONE if found.clean else PROBLEMS


def _told(found: Rehearsed) -> list[str]:
    lines = [one_line(one) for one in [*found.sentences(), *found.changes]]
    if found.refused_before:
        lines.append(f"{found.refused_before:,} more commands would be refused by the old model, too")
    lines += [one_line(f"rows of {name} were not compared: {why}") for name, why in found.untold.items()]
    reasons = [(one.count, one.kind, one.where, one.said, one.first or "") for one in found.reasons]
    if reasons:
        said = columns(("COUNT", "WHAT", "WHERE", "WHY", "FIRST AT"), reasons[:SHOWN], right=(4,))
        lines += ["", *many_lines(said).splitlines()]
    rows = [
        (one.kind, one.where, f"{one.key} {one.column}".strip(), one.ours, one.theirs, one.since or "")
        for one in found.differences[:SHOWN]
    ]
    if rows:
        said = columns(("WHAT", "WHERE", "OF IT", "OLD", "NEW", "SINCE"), rows, right=(5,))
        lines += ["", *many_lines(said).splitlines()]
    if (more := len(found.differences) - len(rows)) > 0:
        lines.append(f"{more:,} more; --json lists them")
    return lines


def _value(found: Rehearsed) -> dict[str, Any]:
    kinds = ("stream", "row", "command", "event")
    listed = [asdict(one) for one in found.differences]
    for one in listed:
        del one["here"], one["times"]
    return {
        "head": found.head,
        "changes": found.changes,
        "sections": [asdict(one) for one in found.sections],
        "looked": {kind: found.looked[kind] for kind in kinds},
        "differ": {kind: found.differ[kind] for kind in kinds},
        "refused_before": found.refused_before,
        "reasons": [asdict(one) for one in found.reasons],
        "untold": found.untold,
        "differences": listed,
    }


DEPLOY = VerbSpec(
    about="""
        Rehearses a deploy: says what another model would make otherwise of what is stored.

        Streams that fold to another state, rows of read models that differ, accepted commands that would be
        refused on the state that they met then, stored events that no longer load; each with the event from
        which on it differs. The store is only read, and may be open meanwhile. Ends with 3 where any differs.
    """,
    examples="""
        workbench rehearse-deploy my-project my-changed-project
        workbench rehearse-deploy my-project git:main --json
        workbench rehearse-deploy git:v1.2 my-project --store copy-of-production.db
    """,
    arguments=_takes,
    work=_rehearse,
)

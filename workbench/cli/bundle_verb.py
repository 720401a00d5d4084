"""The verb that puts a project and what matters of its store into one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.answers import answer, columns, meter, one_line
from workbench.cli.arguments import DONE, PROBLEMS, Environ, Options, Parser, VerbSpec, position, words
from workbench.cli.stoppable import Told, stoppable
from workbench.model.counts import counted

if TYPE_CHECKING:
    from workbench.project.project import Project
    from workbench.services.bundles.bundle_draft import Bundled, BundleDraft, StorePart


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument("file", metavar="FILE", type=Path, help="where it goes, such as bug.workbench")
    parser.add_argument(
        "--at", metavar="POSITION", type=position, default=0, help="the event at which it opens"
    )
    parser.add_argument(
        "--around",
        metavar="CORRELATION",
        type=words,
        default="",
        help="only the streams that have an event of this correlation, or of that of a position",
    )
    parser.add_argument(
        "--streams", metavar="NAME,…", type=words, default="", help="only these streams, or these as well"
    )
    parser.add_argument(
        "--mask",
        metavar="FIELD,…",
        type=words,
        default="",
        help="make up the values of these fields, wherever they stand; type:email means all of a type",
    )
    parser.add_argument(
        "--reveal", action="store_true", help="leave what looks like a secret as it is, unless it is named"
    )
    parser.add_argument("--note", metavar="TEXT", type=words, default="", help="what others shall know")
    parser.add_argument("--preview", action="store_true", help="say what would go in; write nothing")
    parser.add_argument("--replace", action="store_true", help="write over a file that exists")
    parser.trust()
    parser.json(
        "counts, size, files, fields [{name, count, types, places, secret}], and unless it is a preview:"
        " file, packed, at, masked, mentions, left, unfolded, folded"
    )


async def _bundle(options: Options, environ: Environ) -> int:
    from workbench.services.project.open_project import read_target

    project = read_target(options.project, environ, trust=options.trust)
    show = meter(options) or (lambda _: None)
    return await stoppable(lambda told: _make(options, project, told, show), show)


def _make(options: Options, project: Project, told: Told, show: Callable[[str], object]) -> int:
    from workbench.services.bundles.bundle_draft import BundleDraft, Masks

    with BundleDraft(project, _part(options, project), told) as draft:
        value = {
            "counts": dict(draft.counts),
            "size": draft.size,
            "files": draft.files,
            "fields": [asdict(one) for one in draft.fields],
        }
        if options.preview:
            show("")
            answer(options, value, _previewed(draft))
            return DONE
        made = draft.write(
            options.file,
            told,
            at=options.at,
            note=options.note,
            masks=Masks(names=_listed(options.mask), secrets=not options.reveal),
            replace=options.replace,
        )
    show("")
    said = asdict(made) | {"file": str(made.file)}
    said["packed"] = said.pop("size")
    answer(options, value | said, _told(made))
    return PROBLEMS if made.unfolded else DONE


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _part(options: Options, project: Project) -> StorePart:
    """Returns the part that is asked for.

    Raises:
        InvalidValue: That is no correlation.
        NotFound: Nothing stands at that position.
    """
    from uuid import UUID

    from workbench.errors import InvalidValue, NotFound
    from workbench.services.bundles.bundle_draft import StorePart
    from workbench.store.store_file import read_store_file

    around, correlation = options.around, None
    if around.isascii() and around.isdigit() and len(around) < 20:
        with read_store_file(project.store_path) as reader:
            found = reader.event_at(int(around))
        if found is None:
            raise NotFound(f"no event stands at position {around}")
        correlation = found.correlation_id
    elif around:
        try:
            correlation = UUID(around)
        except ValueError:
            said = f"--around {around[:40]!r} should be the id of a correlation, or a position"
            raise InvalidValue(said, path="") from None
    return StorePart(streams=_listed(options.streams), correlation=correlation)


def _previewed(draft: BundleDraft) -> str:
    from workbench.services.bundles.found_fields import MOST

    counts = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in draft.counts.items())
    rows = [
        (one.name, one.count, ", ".join(one.types), ", ".join(one.places), "masked" if one.secret else "")
        for one in draft.fields[:MOST]
    ]
    lines = [counts, f"{draft.size:,} bytes before they are packed; {', '.join(draft.files)}", ""]
    heads = ("FIELD", "VALUES", "TYPE", "WHERE", "")
    more = len(draft.fields) - len(rows)
    rest = [f"and {more:,} fields more; --json lists them"] if more else []
    return "\n".join([*map(one_line, lines), columns(heads, rows), *rest])


def _told(made: Bundled) -> str:
    lines = [f"{made.file}: {made.size:,} bytes, opens at {made.at:,}"]
    if made.masked:
        lines.append(f"masked: {', '.join(made.masked)}")
    lines += [
        f"{name} mentions masked values {count:,} times; it was left as it is"
        for name, count in made.mentions.items()
    ]
    lines += [
        f"{name} has {counted(count, 'value')} of masked fields, left as they are for they are short;"
        f" --mask {name} masks them, too"
        for name, count in made.left.items()
    ]
    lines += [f"the rows of {name} stop at an event that does not fit any more" for name in made.unfolded]
    if not made.folded:
        lines.append("without trust in the project's modules its rows come once it is opened and trusted")
    return "\n".join(map(one_line, lines))


BUNDLE = VerbSpec(
    about="""
        Puts a project and what matters of its store into one file, for others to look at what happened.

        The file has the model, scenarios, the story, and whole streams with their positions: all, or only
        those around a correlation or named ones, with what belongs to them. What looks like a secret is made
        up; --mask does so for other fields. A text has the same mask wherever it is mentioned, one of fewer
        than three characters only in names and keys; a number in other fields from six digits on. It opens
        paused at the event.
    """,
    examples="""
        workbench bundle my-project bug.workbench
        workbench bundle my-project bug.workbench --around 41 --at 41 --mask email,username
        workbench bundle my-project bug.workbench --preview
        workbench open bug.workbench
    """,
    arguments=_takes,
    work=_bundle,
)

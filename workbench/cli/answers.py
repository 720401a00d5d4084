"""Answers on a terminal or to a program: aligned columns, JSON, progress that is no part of the answer."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import unicodedata
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from workbench.cli.arguments import WRONG, Environ, Options

if TYPE_CHECKING:
    from workbench.model.zones import Zone
    from workbench.services.workspace import Workspace

GAP = "  "


def answer(options: Options, value: Any, text: str) -> None:
    """Prints the answer in the form that was asked for; for ``--json``, ``value`` under keys that stay.

    A reader that leaves before it has seen all, such as `head`, changes nothing of how the verb ends.
    """
    said = json.dumps(value, indent=2, ensure_ascii=False) if options.json else text
    if said:
        with contextlib.suppress(BrokenPipeError):
            print(said)


def note(text: str) -> None:
    """Says something beside the answer, where no program reads it."""
    print(text, file=sys.stderr)


def which(options: Options, verb: str, what: str, rows: Sequence[Sequence[object]], lister: str) -> int:
    """Says which numbers there are where the one of a verb was left out, and how it is typed.

    Args:
        what: What has the number, such as ``operation``.
        rows: Those that there are: the number, and words that tell what it is.
        lister: The verb that lists them all.

    Returns:
        The exit code.
    """
    folder = shlex.quote(str(options.project))
    if not rows:
        note(f"workbench {verb}: there is no {what} that it can be; workbench {lister} {folder} lists them")
        return WRONG
    listed = columns([""] * len(rows[0]), rows).splitlines()[1:]
    note(f"workbench {verb}: which {what}? The newest that it can be:")
    note(many_lines("\n".join(listed), "  "))
    note(f"  its number stands behind the project, such as workbench {verb} {folder} {rows[0][0]}")
    return WRONG


def one_line(text: str) -> str:
    """Returns text with everything that could move a cursor or hide itself shown as escapes."""
    from workbench.model.json_values import visible

    return visible(text)


def many_lines(text: str, indent: str = "") -> str:
    """Returns text whose lines stay lines, each of them harmless."""
    return "\n".join(indent + one_line(line.replace("\t", "    ")) for line in text.splitlines())


def columns(heads: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[int] = ()) -> str:
    """Returns rows under heads, aligned; numbers are grouped, everything else is made harmless.

    Args:
        right: Columns that stand to the right, besides those whose cells are numbers.
    """
    listed = [list(row) for row in rows]
    cells = [list(heads), *([_cell(item) for item in row] for row in listed)]
    widths = [max(width(row[index]) for row in cells) for index in range(len(heads))]
    to_right = {index for index in range(len(heads)) if listed and isinstance(listed[0][index], int)}
    to_right |= set(right)
    lines = []
    for row in cells:
        parts = [
            " " * (widths[index] - width(cell)) + cell
            if index in to_right
            else cell + " " * (widths[index] - width(cell))
            for index, cell in enumerate(row)
        ]
        lines.append(GAP.join(parts).rstrip())
    return "\n".join(lines)


def _cell(item: object) -> str:
    return f"{item:,}" if isinstance(item, int) else one_line(str(item))


def width(text: str) -> int:
    """Returns how many places a terminal gives a text."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def compact(value: Any, longest: int = 0) -> str:
    """Returns a value as JSON on one line, cut where it is longer than it may be."""
    said = one_line(json.dumps(value, ensure_ascii=False, separators=(", ", ": "), default=str))
    return f"{said[: longest - 1]}…" if longest and len(said) > longest else said


def json_masked(text: str, reveal: Collection[str] = ()) -> Any:
    """Returns what a stored JSON text says, secrets masked; the text itself where it says nothing.

    Args:
        reveal: Keys whose values are shown though they look like secrets.
    """
    from workbench.model.json_values import read_text
    from workbench.model.secrets import masked

    try:
        return masked(read_text(text), reveal=reveal)
    except ValueError:
        return text


def indented(value: Any, indent: str = "") -> str:
    """Returns a value as JSON over several lines."""
    return many_lines(json.dumps(value, indent=2, ensure_ascii=False, default=str), indent)


def when(microseconds: int, zone: Zone | None = None) -> str:
    """Returns a time as RFC 3339 to the millisecond, with the offset of a zone; in UTC without one."""
    from workbench.model.clock import rfc3339

    said = rfc3339(microseconds)[:-4] + "Z"
    if zone is None:
        return said
    try:
        local = zone.local(microseconds)
    except (OverflowError, ValueError):  # the first or the last day that a calendar has
        return said
    return local.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def zone_of(options: Options, environ: Environ) -> Zone:
    """Returns the zone in which an answer tells times: that of ``--zone``, else the one that was chosen.

    Raises:
        InvalidValue: This machine knows no such zone.
    """
    from workbench.model.zones import find_zone
    from workbench.project.zone_choice import chosen_zone

    return find_zone(options.zone) if options.zone is not None else chosen_zone(environ)


def meter(options: Options) -> Callable[[str], None] | None:
    """Returns what shows progress on one moving line of a terminal; None where there is no terminal.

    The empty text ends it.
    """
    if getattr(options, "json", False) or not sys.stderr.isatty():
        return None

    def show(text: str) -> None:
        print(f"\r\x1b[K{'  ' if text else ''}{text}", end="", file=sys.stderr, flush=True)

    return show


@asynccontextmanager
async def opened(options: Options, environ: Environ) -> AsyncIterator[Workspace]:
    """Has the project open that was named; what it may not do without trust it refuses later."""
    from workbench.services.project.open_project import open_target

    trust = getattr(options, "trust", False)
    workspace = open_target(options.project, "", environ=environ, trust=trust)
    try:
        yield workspace
    finally:
        await workspace.close()

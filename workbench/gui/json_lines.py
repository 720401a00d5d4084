"""What lines of indented JSON are: which belong together, where each stands in the value, what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

_KEY = re.compile(r'\s*("(?:[^"\\]|\\.)*"): ')
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
BEGINS, ENDS = ("{", "["), ("}", "]")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLines:
    """Lines as `json_outline.outline` writes them, where each bracket stands at the end or alone.

    Attributes:
        ends: By the line that begins an object or a list, the line that ends it.
        levels: How many objects and lists are around each line.
        paths: Of what begins in each line, such as ``items[0].name``; of an end that of its beginning.
    """

    lines: Sequence[str]
    ends: dict[int, int]
    levels: Sequence[int]
    paths: Sequence[str]

    def around(self, line: int) -> int:
        """Returns the line that begins what a line is in, or itself begins; -1 for none."""
        if line in self.ends:
            return line
        return max((begin for begin, end in self.ends.items() if begin < line <= end), default=-1)

    def value(self, line: int) -> str:
        """Returns what begins in a line: a text without its quotes, all else as JSON."""
        last = self.ends.get(line, line)
        found = _KEY.match(self.lines[line])
        first = self.lines[line][found.end() if found else 0 :]
        indent = len(self.lines[line]) - len(self.lines[line].lstrip())
        rest = [one[indent:] for one in self.lines[line + 1 : last + 1]]
        said = "\n".join([first.lstrip(), *rest]).removesuffix(",")
        return _unquoted(said) if said.startswith('"') else said


def read_lines(text: str) -> JsonLines:
    """Reads indented JSON, also such as ends too early."""
    lines = text.split("\n")
    ends: dict[int, int] = {}
    levels: list[int] = []
    paths: list[str] = []
    around: list[tuple[int, int]] = []  # where each begins, and how many values were read in it
    for at, line in enumerate(lines):
        said = line.strip().removesuffix(",")
        if said in ENDS and around:
            begin, _ = around.pop()
            ends[begin] = at
            levels.append(len(around))
            paths.append(paths[begin])
            continue
        levels.append(len(around))
        paths.append(_path(lines, paths, around, line))
        if around:
            around[-1] = around[-1][0], around[-1][1] + 1
        if said.endswith(BEGINS):
            around.append((at, 0))
    return JsonLines(lines=lines, ends=ends, levels=levels, paths=paths)


def _path(lines: Sequence[str], paths: Sequence[str], around: list[tuple[int, int]], line: str) -> str:
    if not around:
        return ""
    begin, read = around[-1]
    found = _KEY.match(line)
    if found is None or lines[begin].rstrip().endswith("["):
        return f"{paths[begin]}[{read}]"
    name = _unquoted(found[1])
    if not _NAME.match(name):
        return f"{paths[begin]}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{paths[begin]}.{name}" if paths[begin] else name


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:  # it was shortened
        return text

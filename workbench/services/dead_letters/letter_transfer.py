"""Writes dead letters to a file, and brings them back: NDJSON, every value exactly as it is (B3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.errors import InvalidValue, WorkbenchError
from workbench.interop.output_files import check_output
from workbench.model.dead_letter import LetterStatus
from workbench.model.operator_acts import OperatorAct
from workbench.store.operations import ImportLetter
from workbench.store.stored_values import DeadLetter, LetterFacts
from workbench.tusk import open_file, replace_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

FORMAT = "workbench dead letter 1"
SLICE = 200
"""Letters that are read, or brought in, at once."""
Told = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterImport:
    """What became of the lines of a file.

    Attributes:
        there: How many are in this store already.
        problems: Why others were refused, with their lines.
    """

    imported: int
    there: int
    problems: tuple[str, ...]


class LetterTransfer:
    """Dead letters out to files, and in from them."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    async def export(self, numbers: Sequence[int], path: Path, told: Told) -> int:
        """Writes letters to a file, in the order of their numbers, whole or not at all; returns how many.

        Secrets are not masked: what is brought back must be what it was.

        Raises:
            InvalidValue: The file belongs to a store or a project.
            OSError: It cannot be written.
        """
        check_output(path)
        lines: list[bytes] = []
        ordered = sorted(numbers)
        for first in range(0, len(ordered), SLICE):
            lines += await self._world.ask(partial(self._lines, ordered[first : first + SLICE]))
            told(min(first + SLICE, len(ordered)), len(ordered))
        replace_file(path, lines)
        return len(lines)

    def _lines(self, numbers: Sequence[int]) -> list[bytes]:
        reader = self._world.reader
        facts = {one.number: one for one in reader.letter_facts(numbers)}
        found = sorted(reader.letters_numbered(numbers), key=lambda one: one.number)
        return [_line(one, facts[one.number]) for one in found]

    async def bring_in(self, path: Path) -> LetterImport:
        """Stores the letters of a file, each for itself, with the record of what was done (L9).

        One that is delivered again at this moment comes in as open. One whose message this store does not
        have at its place is refused: a replay would deliver another one.

        Raises:
            OSError: The file cannot be read.
            StoreReadOnly: This window only observes.
        """
        imported = there = 0
        problems: list[str] = []
        with open_file(path) as file:
            for part in _parts(enumerate(file, 1)):
                answers = await self._store(part, problems)
                imported += sum(1 for answer in answers if answer)
                there += sum(1 for answer in answers if not answer)
        said = f"{imported:,} imported, {there:,} there already, {len(problems):,} refused"
        record = self._world.record(OperatorAct.IMPORT_LETTERS, path.name, said)
        await self._world.act(record)
        return LetterImport(imported=imported, there=there, problems=tuple(problems))

    async def _store(self, part: list[tuple[int, bytes]], problems: list[str]) -> list[int]:
        answers: list[int] = []
        async with self._world.at_work() as engine:
            for number, line in part:
                try:
                    answers.append(int(await engine.write(_operation(line))))
                except WorkbenchError as error:
                    problems.append(f"line {number}: {error.message}")
        return answers


def _line(letter: DeadLetter, facts: LetterFacts) -> bytes:
    said = {"format": FORMAT, "letter": letter, "owner": facts.owner, "note": facts.note}
    return msgspec.json.encode(said) + b"\n"


def _parts(lines: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    part: list[tuple[int, bytes]] = []
    for number, line in lines:
        if line.strip():
            part.append((number, line))
        if len(part) == SLICE:
            yield part
            part = []
    if part:
        yield part


def _operation(line: bytes) -> ImportLetter:
    try:
        said: Any = json.loads(line)
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise InvalidValue(f"this is no {FORMAT}", path="")
        letter = msgspec.convert(said.get("letter"), DeadLetter)
        owner, text = msgspec.convert((said.get("owner", ""), said.get("note", "")), tuple[str, str])
    except (ValueError, msgspec.ValidationError) as error:
        raise InvalidValue(f"this is no dead letter: {error}", path="") from None
    if letter.status is LetterStatus.REPLAYING:
        letter = msgspec.structs.replace(letter, status=LetterStatus.OPEN)
    return ImportLetter(letter=letter, owner=owner, note=text)

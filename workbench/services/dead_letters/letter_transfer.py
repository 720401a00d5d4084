"""Writes dead letters to a file, and brings them back: NDJSON, every value exactly as it is (B3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from workbench.errors import InvalidValue, WorkbenchError, WorldError
from workbench.interop.file_kinds import FileKind, kind_of
from workbench.interop.json_records import read_lines
from workbench.interop.letter_lines import LONGEST, letter_line, read_letter_line
from workbench.interop.output_files import replace_output
from workbench.model.operator_acts import OperatorAct
from workbench.services.story.makers import effect_ids
from workbench.services.story.story_words import passes
from workbench.store.operations import ImportLetter
from workbench.store.stored_values import DeadLetter
from workbench.tusk import open_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project

SLICE = 200
"""Letters that are read, or brought in, at once."""
UNKNOWN = (
    "This store does not know how their deliveries ended: a replay delivers them, once more if they succeeded"
)
NO_LETTERS = {
    FileKind.EVENTS: "they come in by the import of events",
    FileKind.MODEL: "it comes in on the flow board",
    FileKind.STORE: "export its dead letters first, where its project is",
}
"""Kinds of files that other imports take, and what to do with them."""
SLICE_BYTES = 16 * 1024 * 1024
Part = dict[int, ImportLetter | InvalidValue]
Told = Callable[[int, int], object]


@dataclass(slots=True, kw_only=True)
class LetterImport:
    """What became of the lines of a file.

    Attributes:
        there: How many are in this store already.
        problems: Why others were refused, with their lines.
    """

    imported: int = 0
    there: int = 0
    problems: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Says it in one line."""
        refused = len(self.problems)
        return f"{self.imported:,} imported, {self.there:,} there already, {refused:,} refused"

    @property
    def doubt(self) -> str:
        """What is not known of those that came in; empty if none did."""
        return UNKNOWN if self.imported else ""


class LetterTransfer:
    """Dead letters out to files, and in from them."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    async def export(self, numbers: Sequence[int], path: Path, told: Told, *, replace: bool) -> int:
        """Writes letters to a file, in the order of their numbers, whole or not at all; returns how many.

        Secrets are not masked: what is brought back must be what it was.

        Args:
            replace: Whether it may take the place of a file that is there.

        Raises:
            InvalidValue: The file belongs to a store or a project, or is there and may not be replaced.
            StoreReadOnly: It cannot be written.
        """
        lines: list[bytes] = []
        ordered = sorted(numbers)
        for first in range(0, len(ordered), SLICE):
            lines += await self._world.ask(partial(self._lines, ordered[first : first + SLICE]))
            told(min(first + SLICE, len(ordered)), len(ordered))
        await asyncio.to_thread(partial(replace_output, path, lines, replace=replace))
        return len(lines)

    def _lines(self, numbers: Sequence[int]) -> list[bytes]:
        reader = self._world.reader
        facts = {one.number: one for one in reader.letter_facts(numbers)}
        found = sorted(reader.letters_numbered(numbers), key=lambda one: one.number)
        return [letter_line(one, facts[one.number]) for one in found]

    async def bring_in(self, path: Path) -> LetterImport:
        """Stores the letters of a file, each for itself, with the record of what was done (L9).

        One that is delivered again at this moment comes in as open. One that belongs to no delivery of this
        store that died is refused: a replay would deliver another message, or one again that was handled.

        Raises:
            OSError: The file cannot be read.
            InvalidValue: It holds something else, all of it.
            WorldError: The store cannot be written; what was stored before stays, and is recorded.
        """
        report = LetterImport()
        if (kind := await asyncio.to_thread(kind_of, path)) in NO_LETTERS:
            said = f"{path.name} holds {kind.value}, not dead letters"
            raise InvalidValue(said, path="", hint=NO_LETTERS[kind])
        with open_file(path) as file:
            lines = read_lines(file, longest=LONGEST)
            try:
                while part := await asyncio.to_thread(_part, lines):
                    await self._store(await self._world.ask(partial(self._judged, part)), report)
            finally:
                if report.imported:
                    record = partial(self._world.record, OperatorAct.IMPORT_LETTERS, path.name)
                    await self._world.act(record(report.summary(), count=report.imported))
        return report

    def _judged(self, part: Part) -> Part:
        """Returns them, refused where their subscription would never get them, as the model is now."""
        return {
            number: one if isinstance(one, InvalidValue) else self._of_subscription(one)
            for number, one in part.items()
        }

    def _of_subscription(self, one: ImportLetter) -> ImportLetter | InvalidValue:
        letter = one.letter
        if said := self._why_not(letter):
            return InvalidValue(f"subscription {letter.subscription} does not get {said}", path="")
        return structs.replace(one, effects=effect_ids(letter.subscription, letter.message_id))

    def _why_not(self, letter: DeadLetter) -> str:
        registry, name = self._world.registry, letter.subscription
        message = self._world.reader.message(letter.position, letter.topic)
        if message is None or message.key != letter.key:
            return ""  # the store knows whether it may come in
        subscription, reactor = registry.subscriptions.get(name), registry.reactors.get(name)
        types = subscription.types if subscription else reactor.events if reactor and message.event else ()
        if types and message.type not in types:
            return f"events of type {message.type}"
        return "" if subscription is None or passes(subscription, message) else "it: its filter leaves it out"

    async def _store(self, part: Part, report: LetterImport) -> None:
        async with self._world.at_work() as engine:
            for number, found in part.items():
                try:
                    if isinstance(found, InvalidValue):
                        raise found
                    stored = bool(await engine.write(found))
                    report.imported += stored
                    report.there += not stored
                except WorldError:
                    raise
                except WorkbenchError as error:
                    report.problems.append(f"line {number}: {error.message}")


def _part(lines: Iterator[tuple[int, bytes]]) -> Part:
    """Reads some lines: what brings their letters in, or why that is refused, by their numbers."""
    part: Part = {}
    size = 0
    while len(part) < SLICE and size < SLICE_BYTES and (line := next(lines, None)) is not None:
        size += len(line[1])
        try:
            part[line[0]] = read_letter_line(line[1])
        except InvalidValue as error:
            part[line[0]] = error
    return part

"""Plays a file of commands, one JSON object a line: the sample's story, or a person's own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, NotFound, WorkbenchError
from workbench.interop.json_records import LONGEST, bare, read_lines
from workbench.interop.ndjson import RecordProblem, parse_line
from workbench.model.command import CommandResult
from workbench.model.hints import in_brackets
from workbench.tusk import open_file

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.model.registry import Registry
    from workbench.project.project import Project
    from workbench.services.commands import Commands

Between = Callable[[], Awaitable[object]]
"""Awaited behind each command, such as until all that follows from it has happened."""
PACE = 0.15
"""Seconds between two commands when people watch."""


@dataclass(slots=True, kw_only=True)
class StoryReport:
    """What became of the commands of a file.

    Attributes:
        outcomes: Counts by accepted, rejected, conflict and failed.
        problems: Lines that are no commands, and commands that could not be handled.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    results: list[CommandResult] = field(default_factory=list)
    problems: list[RecordProblem] = field(default_factory=list)


def command_in(value: dict[str, Any], registry: Registry) -> tuple[str, dict[str, Any], Any]:
    """Returns the name of the command that a line says, its fields, and the version that is expected.

    The fields stand beside the name, or in ``data``, where any name can be theirs.

    Raises:
        InvalidValue: It names no command.
    """
    name, expected = value.get("command"), value.get("expected")
    if not isinstance(name, str):
        raise InvalidValue('a command line needs "command": its name', path="")
    fields = {key: one for key, one in value.items() if key not in {"command", "expected"}}
    known, data = registry.commands.get(name), fields.get("data")
    own = known is not None and "data" in known.fields
    return name, data if len(fields) == 1 and isinstance(data, dict) and not own else fields, expected


class Story:
    """Commands from files."""

    def __init__(self, world: World[Project], commands: Commands) -> None:
        self._world, self._commands = world, commands

    async def play(
        self,
        path: Path | None = None,
        *,
        pace: float = PACE,
        origin: str = "story",
        between: Between | None = None,
    ) -> StoryReport:
        """Issues the commands of a file in order.

        A line is ``{"command": "create_user", "user_id": "ada", …}``, or has its fields in ``data``;
        ``expected`` may give a version.

        Args:
            path: The file; by default the project's story.
            pace: Seconds between two commands; 0 for unlimited.
            between: Awaited behind each command.

        Raises:
            NotFound: There is no such file.
            StoreReadOnly: This window only observes.
        """
        path = path or self._world.model.story
        if path is None or not path.is_file():
            raise NotFound(f"there is no file of commands {path or ''}".rstrip())
        with open_file(path) as file:
            lines = _each(read_lines(file))
            return await self.play_lines(lines, pace=pace, origin=origin, between=between)

    async def play_lines(
        self,
        lines: AsyncIterator[tuple[int, bytes]],
        *,
        pace: float = 0,
        origin: str = "story",
        between: Between | None = None,
    ) -> StoryReport:
        """Issues the commands of numbered lines as they come.

        Args:
            between: Awaited behind each command.

        Raises:
            StoreReadOnly: This window only observes.
        """
        self._world.running()
        report = StoryReport()
        async for number, line in lines:
            command = self._command_of(number, line)
            if isinstance(command, RecordProblem):
                report.problems.append(command)
                continue
            await self._issue(number, command, origin, report)
            if between is not None:
                await between()
            await asyncio.sleep(pace)
        return report

    async def play_commands(
        self, commands: Iterable[tuple[str, dict[str, Any]]], *, origin: str, between: Between | None = None
    ) -> StoryReport:
        """Issues commands that stand in no file; they are numbered from 1.

        Args:
            commands: Names and fields; any name can be that of a field.
            between: Awaited behind each command.

        Raises:
            StoreReadOnly: This window only observes.
        """
        self._world.running()
        report = StoryReport()
        for number, (name, fields) in enumerate(commands, 1):
            await self._issue(number, (name, fields, None), origin, report)
            if between is not None:
                await between()
        return report

    def _command_of(self, number: int, line: bytes) -> tuple[str, dict[str, Any], Any] | RecordProblem:
        value = parse_line(number, line)
        if isinstance(value, RecordProblem):
            return value
        try:
            return command_in(value, self._world.model.registry)
        except InvalidValue as error:
            return RecordProblem(line=number, message=error.message)

    async def _issue(
        self, number: int, command: tuple[str, dict[str, Any], Any], origin: str, report: StoryReport
    ) -> None:
        name, fields, expected = command
        try:
            result = await self._commands.issue(name, fields, expected=expected, origin=origin)
        except WorkbenchError as error:
            message = in_brackets(error.message, error.hint)
            report.problems.append(RecordProblem(line=number, message=message))
            return
        report.outcomes[result.outcome.value] += 1
        report.results.append(result)


async def _each(lines: Iterable[tuple[int, bytes]]) -> AsyncIterator[tuple[int, bytes]]:
    for line in lines:
        yield line


async def arriving_lines(descriptor: int) -> AsyncIterator[tuple[int, bytes]]:
    """Yields the numbered lines that come through a pipe, while the loop goes on.

    A thread of its own waits for them: it ends with the program, even if no line ever comes. It reads from
    the descriptor, since a buffered file that a thread waits for cannot be closed.
    """
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue(maxsize=16)

    def read() -> None:
        try:
            while chunk := os.read(descriptor, 65_536):
                asyncio.run_coroutine_threadsafe(chunks.put(chunk), loop).result()
            asyncio.run_coroutine_threadsafe(chunks.put(b""), loop).result()
        except (OSError, RuntimeError):
            return  # the pipe or the loop was closed meanwhile

    threading.Thread(target=read, name="commands", daemon=True).start()
    rest, number = bytearray(), 0
    while chunk := await chunks.get():
        *ended, last = chunk.split(b"\n")
        for piece in ended:
            number += 1
            if line := bare(number, bytes(rest + piece[: LONGEST - len(rest)])):
                yield number, line
            rest.clear()
        rest += last[: LONGEST - len(rest)]  # of a line without end no more than shows that it is too long
    if line := bare(number + 1, bytes(rest)):
        yield number + 1, line

"""Issues commands, asks queries, and shows what was issued before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.engine.command_handler import Issue
from workbench.errors import InvalidCommand, ModelFailed, ProjectionFaulted, StoreBusy, WorkbenchError
from workbench.model.command import CommandResult, CommandType
from workbench.model.error_text import error_sentence
from workbench.model.expressions.value_views import moment
from workbench.model.project_code import ProjectCode
from workbench.model.row_conditions import Where
from workbench.model.secrets import without_secrets
from workbench.project.module_import import line_of
from workbench.services.commands.appended import Appended, appended
from workbench.store.ports import Reader
from workbench.store.stored_values import CommandRecord

if TYPE_CHECKING:
    from workbench.engine.world import World
    from workbench.project.project import Project


class Commands:
    """Commands in, results out."""

    def __init__(self, world: World[Project]) -> None:
        self._world = world

    def commands(self) -> list[CommandType]:
        """Returns the command types of the model, in the order of their declaration."""
        return list(self._world.registry.commands.values())

    def schema(self, name: str) -> Mapping[str, Any]:
        """Returns the JSON Schema from which a command's form is made."""
        return self._world.registry.command(name).schema

    def faults(self, name: str, values: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
        """Returns what is wrong with a command's fields: locations and sentences; empty if all is well."""
        try:
            self._world.registry.command(name).parse(values)
        except InvalidCommand as error:
            return list(error.fields)
        return []

    def target(self, name: str, values: Mapping[str, Any]) -> tuple[str, int]:
        """Returns the stream that a command with these values is for, and that stream's version."""
        kind = self._world.registry.command(name)
        if values.get(kind.target) in (None, ""):
            return "", 0
        stream = self._world.registry.stream_of(kind, values)
        info = self._world.reader.stream(stream)
        return stream, info.version if info else 0

    async def issue(
        self,
        name: str,
        values: Mapping[str, Any],
        *,
        expected: int | None = None,
        origin: str = "form",
        command_id: UUID | None = None,
    ) -> CommandResult:
        """Issues a command; a refusal or a conflict is a result.

        Args:
            expected: The version that the sender saw; None accepts any.
            command_id: Given where the same command may be sent twice (K3).

        Raises:
            NoHandler, InvalidCommand, WorldError.
            ModelFailed: The project's own code raised what it did not mean to.
        """
        async with self._world.at_work() as engine:
            issue = Issue(
                type=name,
                values=values,
                id=command_id or engine.new_id(),
                expected=expected,
                origin=origin,
            )
            try:
                return await engine.commands.handle(issue)
            except ModelFailed as error:
                raise self._failed(error.message, error.__cause__ or error) from error
            except WorkbenchError:
                raise
            except Exception as error:
                said = without_secrets(error_sentence(error), values, self._whole(name, values))
                raise self._failed(f"{name} could not be decided: {said}", error) from error

    def _whole(self, name: str, values: Mapping[str, Any]) -> Any:
        """Returns a command's fields with those that have defaults; None where it cannot be read."""
        kind = self._world.registry.command(name)
        try:
            return kind.dump(kind.parse(values))
        except Exception:  # noqa: BLE001  # validators are the project's code, too
            return None

    def _failed(self, said: str, error: BaseException) -> ModelFailed:
        """Says where the project's own code raised what it did not mean to."""
        place = line_of(self._world.model.root, error)
        return ModelFailed(said, hint=f"look at {place}" if place else "")

    def history(self, *, limit: int = 200, before: int | None = None) -> list[CommandRecord]:
        """Returns issued commands, the newest first."""
        return self._world.reader.commands(limit=limit, before=before)

    def numbered(self, numbers: Sequence[int]) -> list[CommandRecord]:
        """Returns the commands with these numbers, the newest first."""
        return self._world.reader.commands(limit=len(numbers), numbers=numbers)

    def appended(self, issued: CommandResult | CommandRecord) -> tuple[Appended, ...]:
        """Returns what an issued command appended, by stream."""
        return appended(self._world.reader, issued.first_position, issued.last_position)

    def ask(self, name: str, values: Mapping[str, Any]) -> Any:
        """Answers a query.

        Raises:
            NoHandler: There is no such query (Q1).
            InvalidCommand: Its fields are wrong.
        """
        kind = self._world.registry.query(name)
        with ProjectCode(f"{name} could not be answered", values):
            return kind.answer(
                kind.parse(values), _Models(self._world.reader, moment(self._world.clock.now()))
            )

    async def wait_for(self, projection: str, position: int) -> None:
        """Returns when a read model has reached a position (J5), whatever model is loaded meanwhile.

        Raises:
            NotFound: There is no such projection, or handlers write it.
            InvalidValue: Nothing stands at that position yet.
            ProjectionFaulted: It is faulted, paused or to be rebuilt: says which, and why.
        """
        while True:
            async with self._world.at_work() as engine:
                stopped = engine.faults.get(f"projection {projection}")
            if stopped and engine.projection(projection).checkpoint < position:
                said = f"read model {projection} stopped: {stopped}"
                raise ProjectionFaulted(said, hint="fix the cause, then resume the engine in the window")
            try:
                return await engine.projection(projection).wait_for(position)
            except StoreBusy:
                continue  # the engine was stopped: another one takes over


class _Models:
    """What query handlers read; implements `workbench.model.command.ReadModels`."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        self.now = now
        self._reader = reader

    def get(self, projection: str, key: Any) -> dict[str, Any] | None:
        return self._reader.row(projection, key)

    def page(
        self, projection: str, *, where: Where, after: Any | None, limit: int, order: str = ""
    ) -> list[dict[str, Any]]:
        return self._reader.rows(projection, where=where, after=after, limit=limit, order=order).rows

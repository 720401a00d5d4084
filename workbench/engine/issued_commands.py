"""Has the commands that policies, processes and handlers issued handled, and refusals answered (K6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.engine.aggregate_loader import AggregateLoader
from workbench.engine.command_handler import CommandHandler, Issue
from workbench.engine.group_commit import Commits
from workbench.engine.handler_context import DeliveryContext, Issuer
from workbench.engine.metrics import Metrics
from workbench.engine.policy_runner import as_record, instance_name, state_of
from workbench.engine.runtime import Runtime
from workbench.errors import InvalidValue, NoHandler, PermanentError, WorkbenchError
from workbench.model.command import CommandOutcome, CommandResult
from workbench.model.decision_context import ReactionContext
from workbench.model.event import RecordedEvent
from workbench.model.hints import in_brackets
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC, NOTHING, Message
from workbench.model.policy import ReactorType, Refusal, issue
from workbench.store.operations import Append, Atomic, Operation

_CHANGED = "let the model have it as it was issued, and replay the letter; or correct it there"


@dataclass(frozen=True, slots=True)
class _DryWriter:
    """Asks the store what it would answer; what would be appended is an effect of the dry run."""

    writer: Commits
    context: DeliveryContext

    async def write(self, operation: Operation) -> Any:
        """Stores nothing."""
        (answer,) = await self.writer.dry_run([operation])
        if isinstance(answer, WorkbenchError):
            raise answer
        for part in operation.operations if isinstance(operation, Atomic) else ():
            if isinstance(part, Append) and answer[0] is not None:
                self.context.effect(part)
        return answer


@dataclass(frozen=True, slots=True)
class IssuedCommands:
    """Handles the messages of the topic of commands."""

    commands: CommandHandler
    runtime: Runtime

    async def handle(self, message: Message, context: DeliveryContext) -> None:
        """Handles one command; where it is refused, the answer follows that was named with it.

        Raises:
            PermanentError: It was refused, and nothing answers that.
            WrongExpectedVersion: Others wrote meanwhile, again and again: it is tried again later.
        """
        if message.deliver_at is not None and self._withdrawn(message):
            return
        said: Mapping[str, Any] = read_json(message.metadata) if message.metadata else {}
        commands = self._apart(context) if context.dry_run else self.commands
        command = Issue(
            type=message.type,
            values=message.json(),
            id=message.id,
            correlation_id=message.correlation_id,
            causation_id=message.causation_id,
            origin=said.get("origin", ""),
            again=True,
        )
        try:
            result = await commands.handle(command)
        except (NoHandler, InvalidValue) as error:  # the model has changed since it was issued
            raise PermanentError(in_brackets(f"{message.type}: {error.message}", _CHANGED)) from error
        for event in result.event_ids:
            self.runtime.causation.outcome(message.id, event)
        if result.outcome is CommandOutcome.REJECTED and "answer" in said:
            context.issuer = Issuer(said["origin"], said["about"], said.get("instance", ""))
            self._answer(said["answer"], message, result, context)
        elif not result.accepted:
            raise PermanentError(f"{message.type} was {result.outcome}: {result.message}")

    def _apart(self, context: DeliveryContext) -> CommandHandler:
        """Returns what handles a command of a dry run, with a memory of its own."""
        runtime = self.runtime
        return CommandHandler(
            registry=runtime.registry,
            loader=AggregateLoader(runtime.reader, runtime.registry),
            writer=_DryWriter(runtime.writer, context),
            clock=runtime.clock,
            new_id=runtime.new_id,
            metrics=Metrics(runtime.clock),
            snapshot_every=0,
            report=lambda _said: None,
        )

    def _withdrawn(self, message: Message) -> bool:
        """Whether it was taken back after it was read (K7)."""
        stored = self.runtime.reader.message(message.position, COMMANDS_TOPIC)
        return stored is not None and stored.withdrawn

    def _answer(self, name: str, message: Message, result: CommandResult, context: DeliveryContext) -> None:
        """Issues what follows from a refusal; it commits with the delivery of the refused command."""
        if name == NOTHING:
            return
        origin = context.issuer.origin
        answer = self.runtime.registry.answers(origin).get(name)
        first = self.runtime.reader.message(context.issuer.about, LOG_TOPIC)
        if answer is None or first is None:
            lacking = f"{origin} has no answer {name} now" if first else "what it followed from is gone"
            raise PermanentError(f"{message.type} was {result.outcome}: {result.message}; {lacking}")
        record = as_record(first)
        kind = self.runtime.registry.reactors.get(origin)
        event = first if kind is None else self.runtime.registry.read_event(record)
        refusal = Refusal(
            message=result.message,
            field=result.field,
            command=self.runtime.registry.command(message.type).parse(message.json()),
            event=event,
            state=self._state(kind, event, record, context),
            context=ReactionContext(context.started_at, record),
        )
        for one in answer(refusal):
            issue(one, context)

    def _state(
        self, kind: ReactorType | None, event: Any, record: RecordedEvent, context: DeliveryContext
    ) -> Any:
        """Has the answer act for the instance that issued the command; returns its state, None where over."""
        if kind is None or kind.correlate is None or kind.read_state is None:
            return None
        key = kind.correlate(event, record)
        if not key:
            return None
        # What an earlier version issued does not say its instance: only one that was there then began at 0.
        own = context.issuer.instance or instance_name(kind, key, 0)
        context.issuer = replace(context.issuer, instance=own)
        found = self.runtime.reader.process(kind.name, key)
        if found is None or instance_name(kind, key, found.began) != own:
            return None
        return state_of(kind, key, found)

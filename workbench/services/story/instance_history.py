"""Tells what an instance of a process went through: its events, its state after each, what it issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ReadTooLong
from workbench.model.decision_context import ReactionContext
from workbench.model.error_text import error_sentence
from workbench.model.policy import issue
from workbench.model.secrets import without_secrets
from workbench.services.story.row_history import Walk, json_text, log_events

if TYPE_CHECKING:
    from workbench.model.event import RecordedEvent
    from workbench.model.policy import ReactorType
    from workbench.model.registry import Registry
    from workbench.store.ports import Reader

MOST = 1_000
"""Events of an instance that are told: the first ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStep:
    """An event that an instance got.

    Attributes:
        state: After it, as JSON; empty where the instance ended.
        issued: What it reacted with: names of commands, those that it took back as well.
        trouble: Why it could not be followed further; empty if all is well.
    """

    event: RecordedEvent
    state: str = ""
    issued: tuple[str, ...] = ()
    trouble: str = ""


class _Noted:
    """Takes what a reaction names instead of a handler's context, and notes it in words."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def issue(self, command: Any, *, delay: float = 0.0, at: Any = None, **_refused: str) -> None:
        """Notes a command."""
        self.said.append(command.command_type + (" later" if delay or at is not None else ""))

    def withdraw(self, commands: Sequence[Any], _having: Any) -> None:
        """Notes what is withdrawn."""
        self.said += [f"withdraws {one.command_type}" for one in commands]


def instance_history(
    kind: ReactorType, registry: Registry, reader: Reader, key: str, began: int, walk: Walk
) -> Sequence[InstanceStep]:
    """Returns what an instance got since it began, up to its end; looks at the log, so call it in a thread.

    Only events that hold the key are looked at, as far as the model folds them now; a key that stands in
    none of them is not found.

    Raises:
        ReadTooLong: It was cancelled.
    """
    found: list[InstanceStep] = []
    state: Any = None
    wanted, head = dict.fromkeys(kind.events), reader.head()
    for event in log_events(reader, wanted, head, walk, json_text(key), max(0, began - 1)):
        try:
            value = registry.read_event(event)
            if kind.correlate is None or kind.correlate(value, event) != key:
                continue
            state, reaction = kind.react(state, value, ReactionContext(event.recorded_at, event))
            noted = _Noted()
            for one in reaction:
                issue(one, noted)
        except (KeyboardInterrupt, ReadTooLong):
            raise
        except BaseException as error:  # noqa: BLE001  # the process's code may raise anything
            said = without_secrets(error_sentence(error), event.data)
            return [*found, InstanceStep(event=event, trouble=said)]
        said = kind.write_state(state) if state is not None and kind.write_state is not None else ""
        found.append(InstanceStep(event=event, state=said, issued=tuple(noted.said)))
        if state is None or len(found) >= MOST:
            break
    return found

"""What can be done next in a world that is moved by hand, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.model.fault import FaultKind, FaultRule
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.scenario import IssuedCommand, Occurrence, Replay, ScenarioAct, moment


class MoveKind(StrEnum):
    """Who moves."""

    STEP = "step"
    DELIVERY = "delivery"
    PROJECTION = "projection"
    TIME = "time"
    END = "end"


Fault = FaultKind
"""What goes wrong in a move, within what a run may have of it: a crash, a duplicate, a delay."""


@dataclass(frozen=True, slots=True)
class NextMove:
    """One thing that can be done next.

    Attributes:
        name: Of the subscription, policy, process or read model; of a step what it does: the command, the
            event.
        message: Type of what is delivered.
        at: The position of what is delivered; of a step its number, from 0; of time until when it passes.
        fault: A crash ends the program between what a handler did and its ack. A duplicate comes once more.
            A delay has time pass although something could be delivered.
        fails: How a delivery ends whose stand-in draws the other end; None where it is as drawn.
    """

    kind: MoveKind
    name: str = ""
    message: str = ""
    at: int = 0
    fault: Fault | None = None
    fails: bool | None = None

    @property
    def unusual(self) -> bool:
        """Whether something goes wrong in it, or otherwise than it was drawn."""
        return self.fault is not None or self.fails is not None

    def is_meant(self, name: str, message: str = "") -> bool:
        """Whether it is meant by the name of what moves, or of the command that is handled."""
        if self.kind is MoveKind.TIME:
            return name == self.kind.value
        if self.name == name:
            return message in {"", self.message}
        return self.name == COMMANDS_TOPIC and self.message == name and message in {"", name}

    def __str__(self) -> str:
        match self.kind:
            case MoveKind.STEP:
                said = self.name
            case MoveKind.END:
                said = "nothing is left to do"
            case MoveKind.TIME:
                said = f"time passes until {moment(self.at)}"
            case MoveKind.PROJECTION:
                said = f"{self.name} follows"
            case _ if self.name == COMMANDS_TOPIC:
                said = f"{self.message} is handled"
            case _:
                said = f"{self.name} gets {self.message}"
        drawn = "" if self.fails is None else ", and fails" if self.fails else ", and answers"
        return said + drawn + _FAULTS.get((self.kind, self.fault), "")


_FAULTS: dict[tuple[MoveKind, Fault | None], str] = {
    (MoveKind.DELIVERY, Fault.CRASH): ", and the program ends before the ack",
    (MoveKind.DELIVERY, Fault.DUPLICATE): " once more",
    (MoveKind.STEP, Fault.DUPLICATE): " once more",
    (MoveKind.TIME, Fault.DELAY): ", although something waits to be delivered",
}


@dataclass(frozen=True, slots=True)
class DoneMove:
    """A move that was made.

    Attributes:
        choice: Which it was of those that were possible then; 0 is what the engine would do by itself.
        among: How many there were.
        first: The last position before it; what it made stands behind, up to `last`.
        refused: How many of the scenario's commands had been refused before it.
        instead: What the engine would have done by itself; None where it was that.
    """

    move: NextMove
    choice: int
    among: int
    first: int
    last: int
    refused: int
    instead: NextMove | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What a move made.

    Attributes:
        events: Their types.
        commands: The types of those that it issued.
        messages: The types of others that it published.
        refused: Why a command of the scenario was refused.
    """

    events: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    refused: str = ""

    def __str__(self) -> str:
        said = ", ".join((*self.commands, *self.events, *self.messages))
        return f"{said}; refused: {self.refused}" if self.refused and said else self.refused or said


def act_named(act: ScenarioAct | None) -> str:
    """Returns what tells a step of a scenario from others; empty where it only lets time pass."""
    match act:
        case IssuedCommand():
            return act.command
        case Occurrence():
            return act.type
        case FaultRule():
            return f"{act.kind} {act.name}"
        case Replay():
            return f"replay of {act.subscription}"
    return ""

"""Says in words what was done in a stepped world, and how that differs from what the engine would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.clock import MICROSECONDS
from workbench.model.counts import counted
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.scenario import IssuedCommand
from workbench.project.durations import write_duration
from workbench.services.worlds.moves import DoneMove, Fault, Made, MoveKind, NextMove

if TYPE_CHECKING:
    from workbench.services.worlds.stepped_world import SteppedWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLine:
    """One move of a schedule.

    Attributes:
        number: From 1.
        who: Who moved: ``you``, a subscription, policy or process, a read model, ``time``.
        kind: What kind of move it is.
        message: The type of what was delivered, or was done by a step.
        words: What was done.
        made: What that made.
        deviation: In words how it deviates from what the engine does by itself; empty where it does not.
        usual: Its number in the usual order, where it is a step that deviates and is done there, too; else 0.
    """

    number: int
    who: str
    words: str
    made: Made
    kind: MoveKind
    message: str = ""
    deviation: str = ""
    usual: int = 0


def move_lines(world: SteppedWorld, usual: SteppedWorld | None = None) -> list[MoveLine]:
    """Returns what was done in a world, line by line.

    Args:
        usual: The world in which the engine did what it does by itself.
    """
    return [
        MoveLine(
            number=number,
            who=_who(deed.move),
            words=str(deed.move),
            made=world.made(deed),
            kind=deed.move.kind,
            message=deed.move.message or deed.move.name,
            deviation=_deviation(world, deed, usual),
            usual=_number_in(usual, deed.move) if deed.choice and usual is not None else 0,
        )
        for number, deed in enumerate(world.deeds, 1)
    ]


def deviations(world: SteppedWorld, usual: SteppedWorld | None = None) -> list[str]:
    """Returns in words what is otherwise than the engine does it by itself, one for each choice that is."""
    return [said for deed in world.deeds if (said := _deviation(world, deed, usual))]


def commands_refused(world: SteppedWorld) -> str:
    """Says how many of the commands of a run were refused, those included that followed by themselves."""
    handled = [one.move for one in world.deeds if one.move.name == COMMANDS_TOPIC]
    given = [one.act for one in world.scenario.when if isinstance(one.act, IssuedCommand)]
    letters = [one for one in world.letters() if one.subscription == COMMANDS_TOPIC]
    refused = len(world.done.refusals) + len(letters)
    of, were = counted(len(given) + len(handled), "command"), "was" if refused == 1 else "were"
    said = f"in the usual order {refused:,} of {of} {were} refused"
    return said if refused else ""


def _who(move: NextMove) -> str:
    match move.kind:
        case MoveKind.STEP:
            return "you"
        case MoveKind.TIME | MoveKind.END:
            return move.kind.value
        case _:
            return move.name


def _deviation(world: SteppedWorld, deed: DoneMove, usual: SteppedWorld | None) -> str:
    move = deed.move
    if deed.instead is None:
        return ""
    if move.fault in {Fault.CRASH, Fault.DUPLICATE} or move.fails is not None:
        return str(move)
    behind = _short(world, deed.instead, usual)
    if move.kind is MoveKind.TIME:
        times = [one.move.at for one in world.deeds[: world.deeds.index(deed)] if one.move.kind is move.kind]
        passed = (move.at - max((world.began, *times))) / MICROSECONDS
        return f"{write_duration(passed)} passes before {behind}"
    return f"{_short(world, move, usual)} overtook {behind}"


def _short(world: SteppedWorld, move: NextMove, usual: SteppedWorld | None) -> str:
    """Names a move by what it led to: the command that was issued, else the event that came of it.

    Where it was not done in this world, that is what it led to in the usual order.
    """
    if move.kind is MoveKind.STEP or move.name == COMMANDS_TOPIC:
        return move.message or move.name
    if move.kind is not MoveKind.DELIVERY:
        return str(move)
    for one in (world, usual):
        number = 0 if one is None else _number_in(one, move)
        if one is not None and number:
            made = one.made(one.deeds[number - 1])
            found = (*made.commands, *made.events, *made.messages)
            if found:
                return found[0]
            if one.deeds[number - 1].move == move:
                break  # it was done, and nothing came of it
    return str(move)


def _number_in(world: SteppedWorld, move: NextMove) -> int:
    """Returns which deed of a world a move is, from 1; 0 where it was not made there."""
    alike = (move.kind, move.name, move.message)
    numbers = [at for at, deed in enumerate(world.deeds, 1) if deed.move == move]
    numbers += [
        at
        for at, deed in enumerate(world.deeds, 1)
        if (deed.move.kind, deed.move.name, deed.move.message) == alike and deed.move.fault is None
    ]
    return numbers[0] if numbers else 0

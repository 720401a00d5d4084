"""Writes what was done in a stepped world as a scenario that names its deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.model.clock import MICROSECONDS
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.model.scenario import Expected, FactKind, OneDelivery, Scenario, ScenarioStep
from workbench.services.scenarios.observations import unexpected_letters
from workbench.services.worlds.moves import DoneMove, Fault, MoveKind, NextMove

if TYPE_CHECKING:
    from workbench.services.worlds.stepped_world import SteppedWorld
    from workbench.store.stored_values import DeadLetter


def as_scenario(world: SteppedWorld, name: str, *, guards: bool = False) -> Scenario:
    """Returns the scenario that does again what was done in a world, up to where the defaults go on.

    It expects the refusals and dead letters that came, but no letter that an invariant forbids: that the
    invariants hold is part of every scenario.

    Args:
        guards: What was done broke an invariant. That holds once it is fixed, and nothing else is expected:
            what was refused before may not be then, and the other way round.
    """
    steps = list(_steps(world, [deed.move for deed in world.deeds[: _end(world)]]))
    if not world.open_ended:
        rest = world.clock_now - _time_of(steps, world.began)
        steps.append(ScenarioStep(after=rest / MICROSECONDS))
    then = tuple(_excused(world) if guards else _expected(world))
    return replace(world.scenario, name=name, when=tuple(steps), then=then, no_other_events=False)


def _end(world: SteppedWorld) -> int:
    """Returns how many moves have to be written: all up to the last deviation, and what it overtook.

    Time that passes is none of them at the end, where a scenario would be over by it.
    """
    deeds, end = world.deeds, _needed(world.deeds)
    waits = [deed.move.kind in {MoveKind.TIME, MoveKind.END} for deed in deeds]
    while world.open_ended and 0 < end < len(deeds) and waits[end - 1]:
        end += 1
    while world.open_ended and end and waits[end - 1]:
        end -= 1
    return end


def _needed(deeds: Sequence[DoneMove]) -> int:
    needed = [at for at, deed in enumerate(deeds) if deed.choice or deed.move.kind is MoveKind.STEP]
    overtaken = [deed.instead for deed in deeds if deed.instead is not None]
    needed += [at for at, deed in enumerate(deeds) if deed.move in overtaken]
    first = next((at for at, deed in enumerate(deeds) if deed.move.kind is MoveKind.DELIVERY), -1)
    return max([*needed, first], default=-1) + 1


def _expected(world: SteppedWorld) -> Iterator[Expected]:
    place = world.scenario.place
    for facts in world.done.refusals:
        kind = FactKind(next(iter(facts)))
        said = {key: value for key, value in facts.items() if key != "at" and value is not None}
        yield Expected(kind=kind, facts=said, place=place)
    unexpected = {one.number for one in unexpected_letters(world)}
    invariants = world.world.registry.invariants.values()
    for letter in world.letters():
        if letter.number in unexpected and any(one.forbids_letter(letter.subscription) for one in invariants):
            continue
        yield _letter(world, letter)


def _excused(world: SteppedWorld) -> Iterator[Expected]:
    """Yields the dead letters that the scenario itself expects: no invariant counts them (Y4)."""
    unexpected = {one.number for one in unexpected_letters(world)}
    yield from (_letter(world, one) for one in world.letters() if one.number not in unexpected)


def _letter(world: SteppedWorld, letter: DeadLetter) -> Expected:
    said = {"dead_letter": letter.subscription, "error": letter.error_type}
    return Expected(kind=FactKind.DEAD_LETTER, facts=said, place=world.scenario.place)


def _steps(world: SteppedWorld, moves: list[NextMove]) -> Iterator[ScenarioStep]:
    now = world.began
    for move in moves:
        match move.kind:
            case MoveKind.TIME:
                yield ScenarioStep(after=(move.at - now) / MICROSECONDS)
                now = move.at
            case MoveKind.STEP:
                yield ScenarioStep(act=world.scenario.when[move.at].act)
            case MoveKind.DELIVERY | MoveKind.PROJECTION:
                yield ScenarioStep(act=_delivery(world, move))


def _delivery(world: SteppedWorld, move: NextMove) -> OneDelivery:
    registry = world.world.registry
    to, message = move.name, move.message
    others = {*registry.subscriptions, *registry.reactors, *registry.projections}
    if to == COMMANDS_TOPIC and message not in others:
        to, message = message, ""
    return OneDelivery(
        to=to,
        message=message,
        crash=move.fault is Fault.CRASH,
        again=move.fault is Fault.DUPLICATE,
        fails=move.fails,
    )


def _time_of(steps: list[ScenarioStep], began: int) -> int:
    """Returns when the last of some steps is done; each says how long it waits in seconds."""
    spans = [step.after for step in steps if isinstance(step.after, float)]
    return began + round(sum(spans) * MICROSECONDS)

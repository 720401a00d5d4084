"""What happened to subscriptions at a moment and explains their rates: operators' acts, and deaths."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from workbench.model.clock import MICROSECONDS
from workbench.model.operator_acts import OperatorAct
from workbench.store.operator_actions import OperatorAction

ENGINE = "engine"
"""The subject of an act on all subscriptions."""
SUBSCRIPTION = "subscription "
"""What stands before a name in the subject of an act on one subscription."""
LETTERS = ("dead letter", "dead letters")
ACTS = {
    "pause": "paused",
    "resume": "resumed",
    "reset": "reset",
    "skip": "skipped waiting deliveries",
    "replay": "replayed",
    "edit and replay": "edited and replayed",
    "repair and replay": "repaired and replayed",
    "undo": "undone",
}
"""What is marked, and how it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateMark:
    """Something that happened at a moment.

    Attributes:
        at: Seconds since 1970.
        kind: A key of `ACTS`, or ``died``.
        subscription: Which one it concerns; empty for several.
        text: What happened, without when.
        operation: Number of the record of an operator's act; 0 for deaths.
    """

    at: float
    kind: str
    subscription: str
    text: str
    operation: int = 0


def rate_marks(
    acts: Iterable[OperatorAction], deaths: Iterable[tuple[int, str, int]], names: Collection[str]
) -> list[RateMark]:
    """Returns what is to be marked, in the order of time.

    Args:
        acts: What operators did, whatever it was.
        deaths: When, of which subscription, and how many; see `RateRings.deaths`.
        names: The subscriptions.
    """
    acts = [*acts]
    undos = {act.number: act for act in acts if act.action == OperatorAct.UNDO}
    found = [mark for act in acts if (mark := _of_act(act, names, undos.get(act.undone))) is not None]
    for at, name, count in deaths:
        text = f"{name}: {count:,} delivery died" if count == 1 else f"{name}: {count:,} deliveries died"
        found.append(RateMark(at=float(at), kind="died", subscription=name, text=text))
    return sorted(found, key=lambda mark: (mark.at, mark.operation > 0))  # deaths: of what ended then


def _of_act(act: OperatorAction, names: Collection[str], undo: OperatorAction | None) -> RateMark | None:
    name = act.subject.removeprefix(SUBSCRIPTION)
    about = name in names or act.subject == ENGINE or act.subject.endswith(LETTERS)
    if not about or act.action not in ACTS:
        return None
    undoes = act.detail.rpartition(", ")[2] if act.action == OperatorAct.UNDO else ""
    if undoes and (undoes not in ACTS or not act.count):
        return None
    told = f" {act.detail}" if act.action == OperatorAct.RESET else f" {undoes}" if undoes else ""
    if act.subject.endswith(LETTERS):
        told += _on_how_many(act, undo)
    elif act.undone:
        told += ", undone since"
    return RateMark(
        at=act.at / MICROSECONDS,
        kind=act.action,
        subscription=name if name in names else "",
        text=f"{name}: {ACTS[act.action]}{told}",
        operation=act.number,
    )


def _on_how_many(act: OperatorAction, undo: OperatorAction | None) -> str:
    """Says on how many of its letters an act took effect, where not on all, and how many came back since."""
    asked = act.subject.partition(" ")[0].replace(",", "")
    some = f", {act.count:,} of them" if asked.isdecimal() and act.count != int(asked) else ""
    if not act.undone:
        return some
    part = undo is not None and undo.count < act.count
    return f"{some}, {undo.count:,} undone since" if part and undo is not None else f"{some}, undone since"

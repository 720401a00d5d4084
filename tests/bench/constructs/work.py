"""What has each construct of the language at work, in a declared model and in the same in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.constructs.domain import DEFINITIONS
from workbench.model.registry import Registry, build_registry
from workbench.project.project import load_project


def registries() -> dict[str, Registry]:
    """Returns the model in both forms."""
    folder = Path(__file__).parent
    declared = load_project(folder, environ={}, trusted=True).registry
    return {"python": build_registry([DEFINITIONS]), "declared": declared}


Sent = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What has a construct at work.

    Attributes:
        sent: The command of a caller's turn, given the caller's name and the turn.
        before: Commands of each caller before anything is measured.
        reacting: Policies and processes run, too; else commands alone.
        share: Of the turns of others.
    """

    name: str
    sent: Callable[[str, int], Sent]
    before: Callable[[str], Iterator[Sent]] = lambda _caller: iter(())
    reacting: bool = False
    share: float = 1.0


def _accounts(caller: str) -> Iterator[Sent]:
    for end in ("a", "b"):
        yield "open_account", {"account_id": f"{caller}{end}", "balance": 1_000_000}


def _trip(caller: str) -> Iterator[Sent]:
    yield "book", {"trip_id": caller, "hotel": f"h{caller}"}


LINES = [{"sku": f"s{number}", "quantity": 2} for number in range(10)]
WORK = (
    Work(name="now", before=_trip, sent=lambda caller, _: ("call", {"trip_id": caller})),
    Work(name="let_otherwise", sent=lambda caller, turn: ("charge", {"order_id": caller, "days": turn % 28})),
    Work(
        name="creates_or_changes_map",
        sent=lambda caller, turn: ("add_item", {"order_id": caller, "sku": f"s{turn % 10}", "quantity": 2}),
    ),
    Work(
        name="each_10_events",
        sent=lambda caller, _: ("add_lines", {"order_id": caller, "lines": LINES}),
        share=0.2,
    ),
    Work(
        name="lines_10",
        sent=lambda caller, turn: ("place_order", {"order_id": f"{caller}-{turn}", "lines": LINES}),
        share=0.5,
    ),
    Work(
        name="two_aggregates",
        before=_accounts,
        sent=lambda caller, _: ("transfer", {"from_id": f"{caller}a", "to_id": f"{caller}b", "amount": 1}),
    ),
    Work(
        name="each_10_commands",
        sent=lambda caller, turn: ("place_order", {"order_id": f"{caller}-{turn}", "lines": LINES}),
        reacting=True,
        share=0.1,
    ),
    Work(
        name="refused_answered",
        sent=lambda caller, turn: ("book", {"trip_id": f"{caller}-{turn}", "hotel": "full"}),
        reacting=True,
        share=0.3,
    ),
    Work(
        name="process_key_withdraw",
        before=_trip,
        sent=lambda caller, _: ("call", {"trip_id": caller}),
        reacting=True,
        share=0.5,
    ),
)

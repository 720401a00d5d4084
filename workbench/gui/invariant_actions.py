"""What is done to an invariant that is chosen somewhere: since when it does not hold, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.gui.actions import Action
from workbench.gui.since_job import tell_since_when

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from workbench.gui.desk import Desk


def invariant_actions(on: str, named: Callable[[Any], str]) -> tuple[Action, ...]:
    """Returns the actions of a widget in which invariants are chosen; the owner has a ``desk``.

    Args:
        on: As for `Action`.
        named: Given what is chosen, returns the invariant's name; empty where it is none.
    """

    def shown(_owner: Any, chosen: Any) -> bool:
        return chosen is None or bool(named(chosen))

    return (
        Action(
            key="since_when",
            text="Since when?",
            icon="hourglass",
            tip="Find the first commit behind which the invariant did not hold",
            on=on,
            shown=shown,
            why=lambda owner, chosen: _why_never(owner.desk, named(chosen)),
            run=lambda owner, chosen: _ask_since(owner.desk, named(chosen)),
        ),
        Action(
            key="since_condition",
            text="Since when a condition …",
            icon="hourglass",
            tip="Type a condition, and find the first commit behind which it did not hold",
            on=on,
            anyway=True,
            shown=shown,
            run=lambda owner, _chosen: open_since(owner, owner.desk),
        ),
        Action(
            key="explore",
            text="Explore",
            icon="split",
            tip="Look for an order of things in which a scenario breaks the invariant",
            on=on,
            shown=shown,
            run=lambda owner, chosen: owner.desk.explore_wanted.emit("", named(chosen)),
        ),
    )


def open_since(parent: QWidget, desk: Desk) -> None:
    """Opens the dialog in which a condition is typed."""
    from workbench.gui.since_dialog import SinceDialog

    SinceDialog(parent, desk).open()


def _ask_since(desk: Desk, name: str) -> None:
    invariant = desk.workspace.registry.invariants[name]
    desk.run(tell_since_when(desk, invariant), "Since when")


def _why_never(desk: Desk, name: str) -> str:
    """Says why the log cannot tell since when an invariant does not hold; empty where it can."""
    known = desk.workspace.registry.invariants.get(name)
    return "" if known is not None and known.always is not None else "It does not say always"

"""What goes along with what is removed, and what names that."""

from __future__ import annotations

from collections.abc import Collection

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, left_over, removed
from workbench.services.design.references import HEADER, Reference, references


def taken_along(text: DesignText, *nodes: DesignNode) -> list[Reference]:
    """Returns what the removal of things would leave behind, and what names a thing that goes along whole.

    A read model takes along a handler that reads it, and that the subscriptions that name the handler. What
    issued a command in a process takes along where the process withdraws it, if nothing else there issues it.
    """
    known = references(text)
    idle = _idle_withdrawals(known)
    heads = {(one.kind, one.name): one for one in known if one.role == HEADER}
    found = {(one.file, one.start): one for one in left_over(text, *nodes)}
    told = -1
    while told != len(found):
        told = len(found)
        after = references(removed(text, *nodes, along=found.values()))
        gone = heads.keys() - {(one.kind, one.name) for one in after if one.role == HEADER}
        more_idle = _idle_withdrawals(after) - idle
        own = {heads[one].owner for one in gone}
        more = [one for one in known if (one.kind, one.name) in gone and one.role != HEADER]
        more += [one for one in known if one.role == "withdraw" and (one.owner, one.name) in more_idle]
        found |= {(one.file, one.start): one for one in more if one.owner not in own}
    return list(found.values())


def _idle_withdrawals(known: Collection[Reference]) -> set[tuple[str, str]]:
    """Returns the processes and the commands that these withdraw and do not issue."""
    acts = {
        role: {(one.owner, one.name) for one in known if one.role == role} for role in ("issue", "withdraw")
    }
    return acts["withdraw"] - acts["issue"]


def removed_whole(text: DesignText, node: DesignNode) -> DesignText:
    """Returns the texts without a thing and all that names it, as `removed` does."""
    return removed(text, node, along=taken_along(text, node))

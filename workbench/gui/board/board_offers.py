"""What fits a line that is typed on the board, and what the cards of the board stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from workbench.gui.actions import Action
from workbench.gui.board.asking import Offer
from workbench.services.design import gestures
from workbench.services.design.field_gestures import FIELDED
from workbench.services.design.gestures import DesignNode
from workbench.services.design.owners import aggregate_of
from workbench.services.design.relations import declared_names, relation, targets_of, why_not
from workbench.services.design.spelling import spelled

if TYPE_CHECKING:
    from workbench.services.design.design_text import DesignText

_SIGNS = {"process": "policy", "handler": "subscription", "query": "projection", "actor": "user"}


KEYS = {
    "command": "C",
    "event": "E",
    "projection": "V",
    "policy": "P",
    "process": "R",
    "handler": "H",
    "topic": "T",
    "subscription": "S",
    "aggregate": "A",
    "query": "Q",
}
"""What a letter makes."""


def makes() -> Iterable[Action]:
    """Yields the actions that make something after what is chosen; their owner has `make`."""
    for kind, key in KEYS.items():
        yield Action(
            key=f"make_{kind}",
            text=f"Add {kind} …",
            run=lambda editor, node, kind=kind: editor.make(kind, node),
            keys=key,
            icon=sign_of(kind),
            on="canvas",
            group=3,
            anyway=True,
            why=lambda editor, _node: editor.canvas.offering.alone(),
        )


def sign_of(kind: str) -> str:
    """Returns the name of the icon for a kind."""
    return _SIGNS.get(kind, kind)


def leads(kind: str, after: DesignNode | None) -> str:
    """Returns what something does to a new thing of a kind behind it; empty where nothing leads there."""
    found = relation(after.kind, kind) if after is not None else None
    return found.word if found is not None else ""


def offers(text: DesignText, kind: str, after: DesignNode | None, typed: str) -> Sequence[Offer]:
    """Returns what fits a name: the new thing, and those of the kind that can be linked to."""
    if not typed:
        return ()
    name = name_for(text, kind, typed, after)
    known = [one for one in declared_names(text.project, kind) if typed in one or one == name]
    linked = [
        Offer(
            text=f"{one}: link to it",
            name=one,
            icon=sign_of(kind),
            node=identity_of(DesignNode(kind, one)),
        )
        for one in known
    ]
    new = [] if name in known or gestures.why_no_name(name) else list(_new(text, kind, after, name))
    if not leads(kind, after):
        return new
    return [*linked, *new] if name in known else [*new, *linked]


def _new(text: DesignText, kind: str, after: DesignNode | None, name: str) -> Iterable[Offer]:
    """Yields the new thing; a command for each aggregate that it may be of, the likely one first.

    So an event that follows nothing of which its aggregate is known.
    """
    owners = declared_names(text.project, "aggregate")
    if kind == "event" and "." not in name and owners:
        for owner in owners:
            yield Offer(text=f"New event {owner}.{name}", name="", icon="plus", owner=owner)
        return
    if kind != "command":
        yield Offer(text=f"New {kind} {name}", name="", icon="plus")
        return
    for owner in gestures.owners_for(text, name, after):
        of = owner if owner in owners else f"a new aggregate {owner}"
        yield Offer(text=f"New command {name} of {of}", name="", icon="plus", owner=owner)


def name_for(text: DesignText, kind: str, typed: str, after: DesignNode | None, owner: str = "") -> str:
    """Returns the whole name of something new for what was typed.

    Args:
        owner: The aggregate that was chosen for it; empty for the one that is known.
    """
    name = spelled(typed, kind, declared_names(text.project, "aggregate"))
    if kind == "event" and owner:
        return f"{owner}.{name}"
    whole = gestures.full_name(text, kind, name, after)
    if kind == "event" and "." not in whole and name != typed.strip():
        return whole.replace("_", ".", 1)  # of several words without an aggregate the first one is it
    return whole


def respelled(text: DesignText, node: DesignNode, typed: str) -> Sequence[Offer]:
    """Returns the name that something gets for what was typed, where that is spelled otherwise, or whole."""
    name = gestures.whole_new_name(node, spelled(typed, node.kind, declared_names(text.project, "aggregate")))
    return [Offer(text=name, name=name, icon=sign_of(node.kind))] if typed and name != typed else []


def refused_name(typed: str) -> str:
    """Says why what was typed cannot begin a name, and what can; empty where it can, or is spelled so."""
    typed = spelled(typed)
    why = gestures.why_no_name(typed.rstrip(".-") or typed) if typed else ""
    return f"{why}: {gestures.NAMES}" if why else ""


def targets(text: DesignText, node: DesignNode, typed: str) -> Sequence[Offer]:
    """Returns what a wire from something may lead to, what is of its own aggregate first.

    Last come the wires that can be taken away.
    """
    own = aggregate_of(text.project, node.kind, node.name)
    found = [
        (
            is_linked(text, node, DesignNode(one.target, name)),
            _is_foreign(text, one.target, name, own),
            one,
            name,
        )
        for one in targets_of(node.kind)
        for name in declared_names(text.project, one.target)
        if typed in name
    ]
    return [
        Offer(
            text=f"{'no longer ' if linked else ''}{one.word} {name}",
            name=f"{one.target}:{name}",
            icon=sign_of(one.target),
            node=identity_of(DesignNode(one.target, name)),
        )
        for linked, _foreign, one, name in sorted(found, key=lambda each: each[:2])
    ]


def _is_foreign(text: DesignText, kind: str, name: str, own: str) -> bool:
    """Whether something is of another aggregate than this one."""
    return kind == "event" and bool(own) and aggregate_of(text.project, kind, name) not in ("", own)


def follows(node: DesignNode, typed: str) -> Sequence[Offer]:
    """Returns the kinds of new things that something may lead to."""
    found = [
        Offer(text=f"{one.word} a new {one.target}", name=one.target, icon=sign_of(one.target))
        for one in targets_of(node.kind)
    ]
    return [one for one in found if typed in one.text]


def holders(text: DesignText, node: DesignNode, field: str, typed: str) -> Sequence[Offer]:
    """Returns what a field of something can be copied to: what has fields, and none of that name."""
    found = [DesignNode(kind, name) for kind in FIELDED for name in declared_names(text.project, kind)]
    return [
        Offer(text=f"{one.kind} {one.name}", name=one.name, icon=sign_of(one.kind), node=identity_of(one))
        for one in found
        if one != node and typed in one.name and field not in gestures.fields_of(text, one)
    ]


def lit(text: DesignText, after: DesignNode | None, kind: str, typed: str) -> tuple[str, list[str]]:
    """Returns the card that something new follows, and those of its kind that it could lead to as well."""
    if after is None or relation(after.kind, kind) is None:
        return "", []
    known = [DesignNode(kind, one) for one in declared_names(text.project, kind) if typed in one]
    return identity_of(after), [identity_of(one) for one in known]


def wire_refused(text: DesignText, source: DesignNode, target: DesignNode | None) -> str:
    """Says why no new wire can lead from one thing to another; empty where one can."""
    if target is None:
        return "the project file does not declare it"
    found = relation(source.kind, target.kind)
    if found is None:
        return why_not(source.kind, target.kind)
    linked = found.linked(text.project, source.name, target.name)
    return f"{source.name} {found.word} {target.name} already" if linked else ""


def is_linked(text: DesignText, source: DesignNode, target: DesignNode) -> bool:
    """Whether a wire leads from one thing to another."""
    found = relation(source.kind, target.kind)
    return found is not None and found.linked(text.project, source.name, target.name)


def identity_of(node: DesignNode, after: str = "") -> str:
    """Returns the id of the card of something; a handler of a subscription is shown by that one's.

    Args:
        after: Id of the card that it follows.
    """
    if node.kind == "handler" and after.startswith("subscription:"):
        return after
    kind = {"policy": "subscription", "process": "subscription", "actor": "external"}.get(
        node.kind, node.kind
    )
    return f"{kind}:{node.name}"


def node_of(text: DesignText, identity: str) -> DesignNode | None:
    """Returns what a card stands for, running or not; None where the project file has no such thing."""
    sort, _, name = identity.partition(":")
    kinds = {"subscription": ("policy", "process", "subscription"), "external": ("external", "actor")}
    nodes = [DesignNode(kind, name) for kind in kinds.get(sort, (sort,)) if name]
    return next((one for one in nodes if gestures.exists(text, one)), None)

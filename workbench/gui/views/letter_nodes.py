"""The lines of the list of groups: all letters, subscriptions, causes, or whatever they are grouped by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from workbench.gui.long_text import shortened
from workbench.gui.paged_model import CELL
from workbench.model.json_values import visible
from workbench.model.messaging import called
from workbench.services.dead_letters.letter_facts import cause_said

if TYPE_CHECKING:
    from workbench.services.dead_letters.letter_index import LetterCluster, LettersFound
    from workbench.store.stored_values import LetterGroup

Chips = tuple[tuple[str, str], ...]
Identity = tuple[str, tuple[str, str] | None, Chips]
"""Subscription, cause and chips of a line, see `GroupNode`."""
ALL: Identity = ("", None, ())
"""The line of all letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNode:
    """One line of the list.

    Attributes:
        subscription: Whose letters; empty for all.
        cause: Error type and place; None for all letters of the subscription.
        chips: What its letters share, by what they are grouped: one for a group, two for a part of one.
        about: A second line.
        trend: Deaths over time.
        share: Of the letters of the group around it, 0 to 1.
        others: How many small groups are put together here; 0 for an ordinary line.
        numbers: Of its letters, the newest first.
    """

    subscription: str = ""
    cause: tuple[str, str] | None = None
    chips: Chips = ()
    about: str = ""
    trend: tuple[int, ...] = ()
    share: float = 0.0
    others: int = 0
    numbers: Sequence[int] = ()
    first_at: int = 0
    last_at: int = 0

    @property
    def identity(self) -> Identity:
        """What stays the same while its letters come and go."""
        return self.subscription, self.cause, self.chips

    @property
    def cause_said(self) -> str:
        """How the cause is called of which all its letters are; empty for several causes."""
        if self.cause is not None:
            return cause_said(self.subscription, self.cause[0])
        return self.chips[0][1] if [chip[0] for chip in self.chips] == ["cause"] else ""

    @property
    def title(self) -> str:
        """The first line."""
        if self.others:
            return f"{self.others:,} others"
        if self.chips:
            return visible(self.chips[-1][1])
        if self.cause is None:
            return visible(called(self.subscription)) or self.about or "All causes"
        return visible(shortened(self.cause[0], CELL)) or "No error recorded"

    @property
    def place(self) -> str:
        """Where it happened."""
        return (
            visible(self.about)
            if self.chips
            else visible(shortened(self.cause[1], CELL))
            if self.cause
            else ""
        )


def nodes_of(groups: Iterable[LetterGroup]) -> list[GroupNode]:
    """Arranges causes under their subscriptions, the most frequent first, and all of them on top."""
    of: dict[str, list[LetterGroup]] = {}
    for group in groups:
        of.setdefault(group.subscription, []).append(group)
    ordered = sorted(of.items(), key=lambda pair: -sum(group.count for group in pair[1]))
    nodes = [_together("", list(chain.from_iterable(of.values())))]
    for subscription, causes in ordered:
        nodes.append(_together(subscription, causes))
        nodes += [
            GroupNode(
                subscription=subscription,
                cause=(group.error_type, group.place),
                numbers=group.numbers[::-1],
                first_at=group.first_at,
                last_at=group.last_at,
            )
            for group in causes
        ]
    return nodes


def cluster_nodes(found: LettersFound) -> list[GroupNode]:
    """Arranges what was found: all of it on top, each group with its parts below."""
    nodes = [GroupNode(about="All letters", numbers=found.numbers)]
    for cluster in found.clusters:
        nodes.append(_node(cluster, (), len(found.numbers)))
        nodes += [_node(part, nodes[-1].chips, cluster.count) for part in cluster.parts]
    return nodes


def _node(cluster: LetterCluster, around: Chips, of: int) -> GroupNode:
    return GroupNode(
        chips=(*around, (cluster.by, cluster.value)),
        about=cluster.about,
        trend=cluster.trend,
        share=cluster.count / of,
        others=cluster.others,
        numbers=cluster.numbers,
        first_at=cluster.first_at,
        last_at=cluster.last_at,
    )


def carried(nodes: Sequence[GroupNode], chosen: GroupNode) -> Identity:
    """Returns the line of what was chosen in other groups: itself, or that of its cause; else all letters."""
    if any(node.identity == chosen.identity for node in nodes):
        return chosen.identity
    same = [node for node in nodes if chosen.cause_said and node.cause_said == chosen.cause_said]
    return max(same, key=lambda node: len(node.numbers)).identity if same else ALL


def with_chosen(nodes: Sequence[GroupNode], identity: Identity) -> list[GroupNode]:
    """Adds a line without letters for what is chosen and has none any more, in its place."""
    if any(node.identity == identity for node in nodes):
        return list(nodes)
    subscription, _, chips = identity
    if chips:
        return [*nodes, GroupNode(chips=chips)]
    above = [number for number, node in enumerate(nodes) if node.subscription == subscription]
    at = above[-1] + 1 if above else len(nodes)
    lines = {identity: None} if above else {(subscription, None, ()): None, identity: None}
    added = [GroupNode(subscription=one, cause=cause) for one, cause, _ in lines]
    return [*nodes[:at], *added, *nodes[at:]]


def _together(subscription: str, groups: Sequence[LetterGroup]) -> GroupNode:
    return GroupNode(
        subscription=subscription,
        numbers=tuple(sorted(chain.from_iterable(group.numbers for group in groups), reverse=True)),
        first_at=min((group.first_at for group in groups), default=0),
        last_at=max((group.last_at for group in groups), default=0),
    )

"""The two pictures of the model on one canvas: the blueprint tells the story, the topology what is wired."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QToolButton, QWidget

from workbench.gui.actions import BoundAction
from workbench.gui.board.blueprint import Blueprint, Card, blueprint_from
from workbench.gui.board.blueprint_frame import BlueprintFrame
from workbench.gui.board.blueprint_layout import BlueprintLayout, lay_out_blueprint
from workbench.gui.board.blueprint_scene import BlueprintScene
from workbench.gui.board.board_graph import DRAFT, BoardGraph, BoardNode
from workbench.gui.board.board_scene import BoardScene, lay_out_graph
from workbench.gui.board.draft_parts import draft_edges, with_draft
from workbench.gui.board.flow_view import FlowView
from workbench.gui.board.hint_line import HintLine, hints_of
from workbench.gui.board.layout import Layout
from workbench.gui.board.minimap import Minimap
from workbench.gui.board.model_parts import ModelParts, parts_of
from workbench.gui.board.picture import Picture
from workbench.gui.board.slice_coverage import coverage_of
from workbench.gui.desk import REFRESH_MS
from workbench.gui.explorer_rows import counts_in, model_sections
from workbench.gui.layouts import in_column
from workbench.gui.reads import takes_time
from workbench.gui.ticker import pause_timer
from workbench.gui.views.board_details import Live, trouble
from workbench.gui.views.board_model import listed, model_graph
from workbench.services.scenarios.coverage import Run, Try, coverage

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.project.scenarios import UnreadScenario
    from workbench.services.design.design_state import DesignState
    from workbench.services.scenarios.scenario_status import ScenarioStatus

SEEN = ("publish:", "issue:")
"""Counters that tell of lines which only show once something was seen to move along them."""
STORY_ALONE = ("query", "handler")
"""Kinds that the blueprint draws and the topology does not."""
QUICK = 60
"""Commands and events that are drawn without leaving the loop."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What both pictures show of a model.

    Attributes:
        seen: Counters that make lines.
        draft: What is designed or written and does not run, if anything is.
        parts: What runs of the model.
        graph: Nodes and edges, with what is wrong: in what runs, and in what is designed.
        story: The same for the blueprint, with what only that draws.
        layout: Where they stand in the blueprint; None as long as that is not wanted.
        topology: The same for the topology.
        counts: How much there is of each kind, as the explorer lists it.
        order: Ids of the slices of the model that runs, as they stand.
    """

    registry: Registry | None = None
    draft: DesignState | None = None
    parts: ModelParts = field(default_factory=ModelParts)
    seen: frozenset[str] = frozenset()
    wrong: tuple[tuple[str, tuple[str, ...]], ...] = ()
    graph: BoardGraph
    story: BoardGraph
    blueprint: Blueprint
    order: tuple[str, ...] = ()
    layout: BlueprintLayout | None = None
    topology: Layout | None = None
    counts: str = ""


NOTHING = Drawn(graph=BoardGraph(), story=BoardGraph(), blueprint=Blueprint())


def drawn(
    registry: Registry,
    live: Live,
    before: Drawn,
    *,
    topology: bool,
    story: bool = True,
    draft: DesignState | None = None,
) -> Drawn:
    """Returns what is to be drawn; what did not change since is kept. It may be called beside the loop.

    Args:
        topology: Find places for the topology.
        story: Find places for the blueprint.
        draft: What is designed or written and does not run, if anything is.

    Raises:
        ReadTooLong: The model is large, and this is the loop.
    """
    wrong = trouble(live)
    seen = frozenset(key for key in live.flow if key.startswith(SEEN))
    told = tuple(wrong.items())
    same = registry is before.registry and draft == before.draft
    lacking = topology and before.topology is None
    if same and (seen, told) == (before.seen, before.wrong) and not lacking:
        return before
    if (topology or not same) and len(registry.events) + len(registry.commands) > QUICK:
        takes_time()
    graph = model_graph(registry, live.flow)
    parts = before.parts if registry is before.registry else parts_of(registry, before.registry, before.parts)
    told_parts = with_draft(parts, draft) if draft else parts
    order = before.order if registry is before.registry else ()
    if draft and not order:
        order = _order_in(blueprint_from(parts))
    blueprint = before.blueprint if same else blueprint_from(told_parts, order if draft else ())
    running = [_with_problems(node, wrong.get(node.id, ())) for node in graph.nodes]
    told_story = BoardGraph(nodes=tuple(_told(blueprint, running)), edges=graph.edges)
    told_graph = BoardGraph(nodes=told_story.nodes[: len(running)], edges=graph.edges)
    whole = _with_drafts(told_graph, told_story, told_parts)
    layout = before.layout if same else None
    return Drawn(
        registry=registry,
        draft=draft,
        parts=parts,
        seen=seen,
        wrong=told,
        graph=whole,
        story=told_story,
        blueprint=blueprint,
        order=order if draft else _order_in(blueprint),
        layout=lay_out_blueprint(blueprint) if story and layout is None else layout,
        topology=lay_out_graph(whole) if topology else None,
        counts=before.counts if same else counts_in(model_sections(registry, draft)),
    )


def _order_in(blueprint: Blueprint) -> tuple[str, ...]:
    return tuple(one.id for one in blueprint.slices)


def _told(blueprint: Blueprint, nodes: Iterable[BoardNode]) -> Iterator[BoardNode]:
    """Yields the nodes with why they do not run yet, and what the blueprint alone draws."""
    cards = {card.node: card for card in blueprint.cards.values() if not card.ghost}
    for node in nodes:
        card = cards.pop(node.id, None)
        yield node if card is None else _with_problems(_as_drawn(node, card), card.problems, draft=card.draft)
    for card in cards.values():
        rows = tuple(f"{one.name} {one.type}" for one in card.fields)
        yield BoardNode(card.node, card.kind, card.title, "", rows, card.problems, draft=card.draft)


def _as_drawn(node: BoardNode, card: Card) -> BoardNode:
    """Returns a node with the fields that its card has, where these are not those that run."""
    rows = listed(tuple(one.name for one in card.fields)) if card.draft and card.fields else node.rows
    return replace(node, rows=rows)


def _with_problems(node: BoardNode, problems: tuple[str, ...], *, draft: str = "") -> BoardNode:
    return replace(node, problems=(*node.problems, *problems), draft=draft) if problems or draft else node


def _with_drafts(graph: BoardGraph, story: BoardGraph, parts: ModelParts) -> BoardGraph:
    """Returns the graph with what is designed and does not run yet, as far as the topology draws its kind."""
    new = [one for one in story.nodes[len(graph.nodes) :] if one.draft and one.kind not in STORY_ALONE]
    owners = {parts.nodes[one.id].owner for one in new if one.kind in {"command", "event"}}
    lacking = [name for name in owners if name and f"aggregate:{name}" not in graph.by_id]
    new += [BoardNode(f"aggregate:{name}", "aggregate", name, draft=DRAFT) for name in sorted(lacking)]
    known = {*graph.by_id, *(one.id for one in new)}
    there = {(one.source, one.target) for one in graph.edges}
    edges = {(one.source, one.target): one for node in new for one in draft_edges(node.id, parts)}
    added = [one for pair, one in edges.items() if known.issuperset(pair) and pair not in there]
    return BoardGraph(nodes=(*graph.nodes, *new), edges=(*graph.edges, *added))


class BoardPictures(QWidget):
    """The canvas with both pictures and what lies around them.

    Attributes:
        canvas: Shows one of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blueprint, self.topology = BlueprintScene(self), BoardScene(self)
        self.canvas = FlowView(self.blueprint, self.topology, parent=self)
        self.frame = BlueprintFrame(self.canvas, self.blueprint)
        self.minimap = Minimap(self.canvas)
        self.hints = HintLine()
        self._keys: tuple[str, Sequence[tuple[str, str]]] = ("", ())
        self._line: Sequence[tuple[str, str]] = ()
        self.drawn, self._building = NOTHING, False
        self._tries: Sequence[Try] = ()
        self._tried: tuple[Registry | None, list[Run], list[UnreadScenario]] = (None, [], [])
        self._told: tuple[Blueprint, list[Run], list[UnreadScenario], Sequence[Try]] = (
            NOTHING.blueprint,
            [],
            [],
            (),
        )
        in_column((self.canvas, 1), self.hints, of=self, margins=0, spacing=0)

    def is_ready(self, name: str) -> bool:
        """Whether a picture can be shown at once: places are found, or there are few to find."""
        drawn = self.drawn
        few = drawn.registry is None or len(drawn.registry.events) + len(drawn.registry.commands) <= QUICK
        return not self._building and (few or name != self.topology.name or drawn.topology is not None)

    @property
    def both(self) -> tuple[Picture, Picture]:
        """The pictures, the one first with which a person begins."""
        return self.blueprint, self.topology

    def draw(self, found: Drawn) -> bool:
        """Shows what is drawn now in the picture that is seen; returns whether that changed."""
        if found is self.drawn:
            return False
        self.drawn = found
        self._draw(self.canvas.board)
        return True

    def _draw(self, picture: Picture) -> None:
        found = self.drawn
        if picture is self.blueprint:
            layout = found.layout or lay_out_blueprint(found.blueprint)
            self.blueprint.show_blueprint(found.blueprint, layout, found.story)
        else:
            self.topology.show_graph(found.graph, found.topology)
        self.minimap.follow()

    async def build(self, then: Callable[[], object]) -> None:
        """Draws a topology that is not seen yet, without holding the loop; until then it is not ready."""
        if self._building or self.canvas.board is self.topology:
            return
        self._building = True
        try:
            for _ in self.topology.building(self.drawn.graph, self.drawn.topology):
                await asyncio.sleep(0)
        finally:
            self._building = False
        then()

    def follow_scenarios(self, status: ScenarioStatus) -> None:
        """Says it whenever that changed; while many end one after the other at most ten times a second."""
        telling = pause_timer(self, REFRESH_MS, partial(self.tell_scenarios, status))

        def changed() -> None:
            if not status.busy:
                self.tell_scenarios(status)
            elif not telling.isActive():
                telling.start()

        self.destroyed.connect(status.listen(changed))

    def tell_scenarios(self, status: ScenarioStatus) -> None:
        """Says on the slices how their scenarios stand, where that changed."""
        registry, blueprint = self.drawn.registry, self.drawn.blueprint
        runs, unread = status.runs(), status.unread()
        if registry is not None and not status.busy and (registry, runs, unread) != self._tried:  # or later
            self._tried = registry, runs, unread
            self._tries = coverage(registry, runs, unread=unread).tries
        if (told := (blueprint, runs, unread, self._tries)) == self._told:
            return
        self._told = told
        self.blueprint.coverage = coverage_of(blueprint, runs, self._tries, unread)
        self.frame.heads.update()

    def untried(self, node: str) -> str:
        """Returns what of a command no scenario tries, a line each; empty as long as none was run."""
        kind, _, name = node.partition(":")
        ran = kind == "command" and self._tried[1]
        return "\n".join(one.words for one in self._tries if ran and one.command == name and one.lacks)

    def show_picture(self, name: str) -> None:
        """Shows a picture by its name; what is chosen in the other is chosen in it, too."""
        before = self.canvas.board
        picture = next((one for one in self.both if one.name == name), before)
        if picture is before:
            return
        self._draw(picture)
        self.canvas.show_picture(picture)
        self.frame.follow()
        if picture.has(before.chosen):
            self.canvas.reveal(before.chosen)
        else:
            picture.choose("")

    def tell_keys(self, subject: str, *more: BoundAction) -> None:
        """Says which keys do something now.

        Args:
            subject: What is chosen, or empty.
            more: Actions that are told, too.
        """
        offered = [one for one in self.canvas.actions() if isinstance(one, BoundAction)]
        acts = [one for one in offered if one.act.anyway is not bool(subject)]
        moves = [(one.keys, "go along") for one in FlowView.moves if self.canvas.board.cards()]
        self._keys = subject, [*moves, *hints_of([*acts, *more])]
        self.tell("")

    def tell_line(self, keys: Sequence[tuple[str, str]]) -> None:
        """Says the keys of a line while it is typed; those of the board again where none are given."""
        self._line = keys
        self.tell("")

    def tell(self, subject: str, hints: Sequence[tuple[str, str]] = ()) -> None:
        """Says what is under way by mouse; where nothing is, the keys again."""
        self.hints.show_hints(
            *((subject, hints) if subject else ("", self._line) if self._line else self._keys)
        )


def scale_button(canvas: FlowView) -> QToolButton:
    """Makes the button that says how large the board is; a click shows it in its own size."""
    act, button = canvas.acts["own_size"], QToolButton()
    button.setToolTip(act.toolTip())
    button.setAccessibleName(act.text())
    button.clicked.connect(act.trigger)
    canvas.zoomed.connect(lambda _scale: button.setText(f"{canvas.scale_now:.0%}"))  # may be told late
    return button

"""The rows of the explorer: what there is of the model, also as a draft, and where a click on it leads."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.gui.board.board_graph import DRAFT, DRAWN, NOT_RUNNING
from workbench.gui.board.board_offers import identity_of
from workbench.gui.board.draft_parts import stands_of
from workbench.gui.desk import Selection
from workbench.gui.tree import TreeRow
from workbench.gui.widgets import plain_tip
from workbench.model.counts import counted
from workbench.model.pydantic_messages import summary_of
from workbench.services.design.gestures import DesignNode
from workbench.services.design.relations import declared_names

if TYPE_CHECKING:
    from workbench.model.registry import Registry
    from workbench.services.design.design_state import DesignState

SECTION_VIEWS = {
    **dict.fromkeys(("aggregate", "event", "policy", "external"), "board"),
    "stream": "streams",
    "query": "commands",
    "dead-letter": "letters",
    "lock": "text",
}
"""Views of sections that are not called like what they list."""
ROLES = {"stream": "muted", "query": "projection_ink", "lock": "muted"}
"""Colours of pictures whose kind has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorerPlace:
    """Where a click in the tree leads.

    Attributes:
        declared: As what it is declared in the project file; empty where it is not.
    """

    view: str
    selection: Selection = field(default_factory=Selection)
    command: str = ""
    declared: str = ""


Section = tuple[str, str, Sequence[TreeRow]]
"""A title, the name of what is listed, and its rows."""
WRITING = {"aggregate", "command", "event", "policy", "external"}
"""Sections that stand before the streams."""
INVARIANT = "invariant"
WORDS = {
    **{one: (one, "") for one in ("aggregate", "command", "event", "projection", "subscription")},
    "policy": ("policy or process", "policies and processes"),
    "external": ("actor or system", "actors and systems"),
    "query": ("query", "queries"),
    "lock": (INVARIANT, ""),
}
"""What is listed in each section, one and several of it."""
LISTED = (
    "aggregate", "command", "event", "policy", "process", "actor", "query", "projection", "subscription",
    INVARIANT,
)  # fmt: skip
"""What is listed and can be declared in the project file."""
DECLARED = {"subscription": "consumer"}
"""How the project's texts call a kind, where that is not its own name."""
PICTURES = {"process": "policy", "actor": "person"}
"""Pictures of what is a draft, where they are not called like its kind."""


def head_of(title: str, name: str, rows: Sequence[TreeRow]) -> TreeRow:
    """Returns the row of a section."""
    place = ExplorerPlace(view=SECTION_VIEWS.get(name, f"{name}s"))
    return TreeRow(key=name, cells=(title,), data=place, picture=(name, "muted"), rows=rows)


def model_sections(model: Registry, state: DesignState | None = None) -> list[Section]:
    """Returns what is listed of a model: what the board draws.

    Args:
        state: What is designed and not saved, if anything is: what is new in it is listed as well, what it
            has no more is not, and what is drawn as a draft says so.
    """
    gone, stands = _gone(state) if state is not None else set(), stands_of(state) if state else {}

    def row(kind: str, name: str, doc: str, place: ExplorerPlace, picture: str = "") -> TreeRow:
        told = model.told_of(f"{kind}:{name}")
        tip = "\n".join([summary_of(doc), *(one.said for one in told)]).strip()
        return _row(picture or kind, name, place, tip)

    def command(name: str, declared: str) -> ExplorerPlace:
        return ExplorerPlace(view="commands", command=name, declared=declared)

    def consumer(name: str) -> ExplorerPlace:
        chosen = Selection(subscription=name)
        return ExplorerPlace(view="subscriptions", selection=chosen, declared="consumer")

    def card(sort: str, name: str, declared: str = "") -> ExplorerPlace:
        return ExplorerPlace(
            view="board", selection=Selection(node=f"{sort}:{name}"), declared=declared or sort
        )

    def projection(name: str) -> ExplorerPlace:
        chosen = Selection(projection=name)
        return ExplorerPlace(view="projections", selection=chosen, declared="projection")

    def noting(one: TreeRow, *names: str) -> TreeRow:
        return replace(one, note=next((stands[name] for name in names if name in stands), ""))

    def drawn(rows: Sequence[TreeRow], *kinds: str) -> list[TreeRow]:
        names = {name: {f"{kind}.{name}" for kind in kinds} for name in (one.cells[0] for one in rows)}
        stay = [one for one in rows if not names[one.cells[0]] & gone]
        noted = [noting(one, *names[one.cells[0]]) for one in stay]
        listed = {one.cells[0] for one in stay}
        return [*noted, *(one for kind in kinds for one in drafts(state, kind, listed))]

    def all_of(kind: str, found: Mapping[str, Any], place: Callable[[str], ExplorerPlace]) -> list[TreeRow]:
        return drawn([row(kind, name, one.doc, place(name)) for name, one in found.items()], kind)

    aggregates = all_of("aggregate", model.aggregates, partial(card, "aggregate"))
    commands = all_of("command", model.commands, partial(command, declared="command"))
    events = all_of("event", model.events, partial(card, "event"))
    reactors = [
        row("subscription", name, one.doc, consumer(name), "policy") for name, one in model.reactors.items()
    ]
    policies = drawn(reactors, "policy", "process")
    known = [
        row("external", name, doc, card("external", name, "actor"), _SIGNS[name in model.externals])
        for name, doc in model.actors.items()
    ]
    actors = drawn(known, "actor")
    queries = all_of("query", model.queries, partial(command, declared="query"))
    projections = all_of("projection", model.projections, projection)
    subscriptions = all_of("subscription", model.subscriptions, consumer)
    rule = ExplorerPlace(view="text", declared=INVARIANT)
    held = [row(INVARIANT, name, one.doc, rule, "lock") for name, one in model.invariants.items()]
    stay = [one for one in held if f"{INVARIANT}.{one.cells[0]}" not in gone]
    invariants = [noting(one, f"{INVARIANT}.{one.cells[0]}") for one in stay]
    return [
        *_counted("Aggregates", "aggregate", aggregates),
        *_counted("Commands", "command", commands),
        *_counted("Events", "event", events),
        *_counted("Policies, processes", "policy", policies),
        *_counted("Actors and systems", "external", actors),
        *_counted("Queries", "query", queries),
        (f"Projections ({len(projections):,})", "projection", projections),
        (f"Subscriptions ({len(subscriptions):,})", "subscription", subscriptions),
        *_counted("Invariants", "lock", invariants),
    ]


def counts_in(sections: Sequence[Section]) -> str:
    """Says how many of each kind are listed: ``2 aggregates, 5 commands``."""
    return ", ".join(counted(len(rows), *WORDS[name]) for _, name, rows in sections if rows)


def _gone(state: DesignState) -> set[str]:
    """Returns kinds and names, such as ``event.user.created``, that the files declare and the draft does not.

    An aggregate stays while events of it do.
    """
    before, after = state.written.project, state.text.project
    gone = {f"{kind}.{name}" for kind in LISTED for name in declared_names(before, kind)}
    gone -= {f"{kind}.{name}" for kind in LISTED for name in declared_names(after, kind)}
    return gone - {f"aggregate.{one.rpartition('.')[0]}" for one in declared_names(after, "event")}


def drafts(state: DesignState | None, kind: str, running: Container[str]) -> list[TreeRow]:
    """Returns the rows of what a design has and the running model has not."""
    if state is None:
        return []
    saved, names = declared_names(state.written.project, kind), declared_names(state.text.project, kind)
    stands = {name: NOT_RUNNING if name in saved else DRAFT for name in names if name not in running}
    return [
        replace(_row(PICTURES.get(kind, kind), name, _drawn(kind, name), DRAWN[note]), note=note)
        for name, note in stands.items()
    ]


def _drawn(kind: str, name: str) -> ExplorerPlace:
    node = identity_of(DesignNode(kind, name))
    return ExplorerPlace(view="board", selection=Selection(node=node), declared=DECLARED.get(kind, kind))


def _counted(title: str, name: str, rows: Sequence[TreeRow]) -> list[Section]:
    """Returns a section with its count; none where there is nothing to list."""
    return [(f"{title} ({len(rows):,})", name, rows)] if rows else []


def _row(kind: str, name: str, place: ExplorerPlace, tip: str = "") -> TreeRow:
    return TreeRow(
        key=(kind, name),
        cells=(name,),
        data=place,
        picture=(kind, ROLES.get(kind, f"{kind}_ink")),
        tip=plain_tip(f"{name}\n{tip}" if tip else name),
    )


def stream_row(name: str) -> TreeRow:
    """Returns the row of a stream."""
    return _row("stream", name, ExplorerPlace(view="timeline", selection=Selection(stream=name)))


_SIGNS = {True: "external", False: "person"}
"""Of an actor, by whether it is an outside system."""


def on_board(place: ExplorerPlace) -> Selection:
    """Returns what stands on the board; nothing for a stream or a section."""
    if place.command:
        return Selection(node=f"{place.declared}:{place.command}")
    chosen = place.selection
    return chosen if chosen.node or chosen.subscription or chosen.projection else Selection()
